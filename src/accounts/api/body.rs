//! How an account looks in JSON.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::fields::purpose;
use super::super::model::{Field, Preferences};
use super::super::store::{Account, Mailbox};
use crate::kernel::contact::ContactInput;
use crate::kernel::im_id::ImIdInput;
use crate::kernel::personal::Personal;
use crate::kernel::postal_address::PostalAddressInput;

/// The account of the holder.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountBody {
    /// `acct_…`
    id: String,
    /// Where mail goes and what one signs in with; read-only here.
    email: String,
    /// When a link sent to the address came back: it was proved; RFC 3339.
    email_verified_at: String,
    /// When mail last came back from the address; null unless it did. RFC 3339.
    email_bounced_at: Option<String>,
    /// How the holder is addressed, and the name on invoices.
    name: String,
    /// E.164, e.g. `+6561234567`.
    phone: Option<String>,
    /// Printed on invoices; its country decides about tax.
    address: Option<AddressBody>,
    /// `http` or `https`.
    website: Option<String>,
    /// Instant-messaging ids.
    im_ids: Vec<ImIdBody>,
    /// Further contact details, each with what it is for. No mail goes there by itself.
    contacts: Vec<ContactBody>,
    /// Language, as BCP 47 tag.
    locale: String,
    /// IANA name.
    time_zone: String,
    /// Kept with the account, so they hold on every computer.
    preferences: PreferencesBody,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
    /// When the holder last said that all is right; RFC 3339.
    confirmed_at: String,
    /// Why each field is asked for, and when it was last given or confirmed.
    fields: Vec<FieldBody>,
}

/// What is known about a field.
#[derive(Serialize, ToSchema)]
#[schema(as = FieldFacts)]
pub struct FieldBody {
    /// Its name.
    field: &'static str,
    /// Why it is asked for.
    purpose: &'static str,
    /// Whether it can be emptied.
    optional: bool,
    /// When the holder last gave it or said that it is right; RFC 3339.
    confirmed_at: String,
}

/// A postal address.
#[derive(Serialize, ToSchema)]
#[schema(as = Address)]
pub struct AddressBody {
    /// Street and number, or box.
    line1: String,
    /// Floor, building, care of.
    #[serde(skip_serializing_if = "Option::is_none")]
    line2: Option<String>,
    /// City or town.
    city: String,
    /// State or province, as its short code where the country has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// Postcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: Option<String>,
    /// ISO 3166-1 alpha-2.
    country: String,
}

/// An instant-messaging id.
#[derive(Serialize, ToSchema)]
#[schema(as = ImId)]
pub struct ImIdBody {
    /// `xmpp`, `matrix`, `signal`, `telegram`, `skype`, `icq`, `aim`, `msn`, `yahoo`, `gadu-gadu`, `qq`, `google-talk`,
    /// `groupwise`, `sametime`, `irc` or `zephyr`.
    network: String,
    /// The handle there, in the network's usual form.
    handle: String,
}

/// A further contact detail.
#[derive(Serialize, ToSchema)]
#[schema(as = Contact)]
pub struct ContactBody {
    /// `email` or `phone`.
    kind: String,
    /// The address, or the number as E.164.
    value: String,
    /// What it is for: `general`, `billing`, `technical` or `emergency`.
    purpose: String,
}

/// Preferences beside language and time zone.
#[derive(Serialize, ToSchema)]
#[schema(as = Preferences)]
pub struct PreferencesBody {
    /// `day-month-year` (default), `month-day-year` or `iso`.
    date_format: String,
}

impl AccountBody {
    /// The body of an account.
    #[must_use]
    pub fn new((account, mailbox): (Account, Mailbox)) -> Self {
        let fields = Field::ALL.into_iter().map(|field| FieldBody {
            field: field.as_str(),
            purpose: purpose(field),
            optional: field.is_optional(),
            confirmed_at: account.dates.confirmed_at(field, account.confirmed_at).to_string(),
        });
        let fields = fields.collect();
        let profile = account.profile;
        Self {
            id: account.id.as_str().to_owned(),
            email: mailbox.email.into_revealed(),
            email_verified_at: mailbox.verified_at.to_string(),
            email_bounced_at: mailbox.bounce.map(|bounce| bounce.last_at.to_string()),
            name: profile.name.into_revealed(),
            phone: profile.phone.map(Personal::into_revealed),
            address: profile.address.map(|address| address.into_revealed().into()),
            website: profile.website.map(Personal::into_revealed),
            im_ids: profile.im_ids.into_revealed().into_iter().map(ImIdBody::from).collect(),
            contacts: profile.contacts.into_revealed().into_iter().map(ContactBody::from).collect(),
            locale: profile.locale,
            time_zone: profile.time_zone,
            preferences: profile.preferences.into(),
            created_at: account.created_at.to_string(),
            updated_at: account.updated_at.to_string(),
            confirmed_at: account.confirmed_at.to_string(),
            fields,
        }
    }
}

impl From<PostalAddressInput> for AddressBody {
    fn from(address: PostalAddressInput) -> Self {
        let PostalAddressInput { line1, line2, city, region, postcode, country } = address;
        Self { line1, line2, city, region, postcode, country }
    }
}

impl From<ContactInput> for ContactBody {
    fn from(contact: ContactInput) -> Self {
        Self { kind: contact.kind, value: contact.value, purpose: contact.purpose }
    }
}

impl From<ImIdInput> for ImIdBody {
    fn from(id: ImIdInput) -> Self {
        Self { network: id.network, handle: id.handle }
    }
}

impl From<Preferences> for PreferencesBody {
    fn from(preferences: Preferences) -> Self {
        Self { date_format: preferences.date_format.as_str().to_owned() }
    }
}
