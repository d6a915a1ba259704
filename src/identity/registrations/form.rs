//! The sign-up form: what it posts, and where its complaints stand.

use serde::Deserialize;

use super::model::{ContactInput, SignUpInput};
use crate::kernel::im_id::ImIdInput;
use crate::kernel::postal_address::PostalAddressInput;
use crate::kernel::public_error::FieldError;
use crate::platform::web::contact_fields::{ContactFields, ImRow, countries, networks};
use crate::platform::web::form::Errors;

/// The posted fields, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SignUpForm {
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Password; never shown again.
    pub password: String,
    /// The policy that the form showed.
    pub policy_version: String,
    /// `yes` when the box was ticked.
    pub accept_policy: String,
    phone: String,
    website: String,
    address_line1: String,
    address_line2: String,
    address_city: String,
    address_region: String,
    address_postcode: String,
    address_country: String,
    im_network: Vec<String>,
    im_handle: Vec<String>,
}

impl SignUpForm {
    /// What the actions read.
    #[must_use]
    pub fn input(&self) -> SignUpInput {
        SignUpInput {
            email: self.email.clone(),
            name: self.name.clone(),
            password: self.password.clone(),
            contact: ContactInput {
                phone: given(&self.phone),
                address: self.address(),
                website: given(&self.website),
                im_ids: self.rows().map(|(_, id)| id).collect(),
                time_zone: None,
            },
            locale: None,
            policy_version: self.policy_version.parse().unwrap_or(0),
        }
    }

    fn address(&self) -> Option<PostalAddressInput> {
        let parts = [
            &self.address_line1,
            &self.address_line2,
            &self.address_city,
            &self.address_region,
            &self.address_postcode,
        ];
        let any = parts.iter().any(|part| !part.trim().is_empty()) || !self.address_country.is_empty();
        any.then(|| PostalAddressInput {
            line1: self.address_line1.clone(),
            line2: given(&self.address_line2),
            city: self.address_city.clone(),
            region: given(&self.address_region),
            postcode: given(&self.address_postcode),
            country: self.address_country.clone(),
        })
    }

    /// Rows with a handle, each with its place in the form from 1.
    fn rows(&self) -> impl Iterator<Item = (usize, ImIdInput)> + '_ {
        let pairs = self.im_network.iter().zip(&self.im_handle).enumerate();
        pairs
            .filter(|(_, (_, handle))| !handle.trim().is_empty())
            .map(|(at, (network, handle))| (at + 1, ImIdInput { network: network.clone(), handle: handle.clone() }))
    }

    /// Complaints of the actions, put on the form's inputs.
    #[must_use]
    pub fn errors(&self, fields: &[FieldError]) -> Errors {
        let rows: Vec<usize> = self.rows().map(|(row, _)| row).collect();
        let mut errors = Errors::default();
        for field in fields {
            errors.push(&input_of(&field.pointer, &rows), field.message.clone());
        }
        errors
    }

    /// The optional fields with their values.
    #[must_use]
    pub fn contact(&self) -> ContactFields {
        let mut im_ids: Vec<ImRow> =
            self.rows().map(|(_, id)| ImRow { network: id.network, handle: id.handle }).collect();
        im_ids.push(ImRow::default());
        ContactFields {
            phone: self.phone.clone(),
            line1: self.address_line1.clone(),
            line2: self.address_line2.clone(),
            city: self.address_city.clone(),
            region: self.address_region.clone(),
            postcode: self.address_postcode.clone(),
            country: self.address_country.clone(),
            website: self.website.clone(),
            im_ids,
            countries: countries(),
            networks: networks(),
        }
    }

    /// Whether anything optional was filled in.
    #[must_use]
    pub fn has_contact(&self) -> bool {
        given(&self.phone).is_some()
            || given(&self.website).is_some()
            || self.address().is_some()
            || self.rows().count() > 0
    }
}

fn given(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// `/im_ids/0/handle` is the input `im_handle-1`, `/address/city` is `address_city`.
fn input_of(pointer: &str, rows: &[usize]) -> String {
    let path: Vec<&str> = pointer.trim_start_matches('/').split('/').collect();
    match path.as_slice() {
        ["address", part] => format!("address_{part}"),
        ["im_ids", at, part] => {
            let row = at.parse::<usize>().ok().and_then(|at| rows.get(at)).copied().unwrap_or(1);
            format!("im_{part}-{row}")
        }
        ["policy_version"] => "accept_policy".to_owned(),
        [name] => (*name).to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_stand_at_the_inputs_they_are_about() {
        let form = SignUpForm {
            im_network: vec!["xmpp".into(), String::new(), "matrix".into()],
            im_handle: vec![String::new(), String::new(), "ada".into()],
            ..SignUpForm::default()
        };
        assert_eq!(form.input().contact.im_ids.len(), 1);
        let fields = ["/im_ids/0/handle", "/address/city", "/password", "/policy_version"]
            .map(|pointer| FieldError::new(pointer, "x"));
        let errors = form.errors(&fields);
        let named: Vec<&str> = errors.all().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(named, ["im_handle-3", "address_city", "password", "accept_policy"]);
    }

    #[test]
    fn empty_optional_fields_are_left_out() {
        let form = SignUpForm { phone: "  ".into(), ..SignUpForm::default() };
        let input = form.input();
        assert!(input.contact.phone.is_none() && input.contact.address.is_none() && input.locale.is_none());
        assert!(!form.has_contact() && form.contact().im_ids.len() == 1);
    }
}
