//! The optional parts of a profile, as sign-up and the profile form both ask for them, each with its purpose
//! (policy clause 1.1).
//!
//! Inputs: `phone`, `address_line1`, `address_line2`, `address_city`, `address_region`, `address_postcode`,
//! `address_country`, `website`, and repeated `im_network` and `im_handle`, paired by order; a pair without handle
//! is left out. Complaints about the n-th pair (from 1) are on `im_network-n` and `im_handle-n`.

use askama::Template;
use askama::filters::HtmlSafe;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::form::{Choice, Field};
use super::page::Page;
use crate::kernel::country::Country;
use crate::kernel::im_id::Network;
use crate::kernel::lang::Lang;

/// Values of the optional fields, as typed or as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactFields {
    /// Telephone number.
    pub phone: String,
    /// Street and number, or box.
    pub line1: String,
    /// Floor, building, care of.
    pub line2: String,
    /// City or town.
    pub city: String,
    /// State or province.
    pub region: String,
    /// Postcode.
    pub postcode: String,
    /// Two-letter country code.
    pub country: String,
    /// Web address.
    pub website: String,
    /// The rows to show; end with at least one empty one so that another can be added without script.
    pub im_ids: Vec<ImRow>,
    /// Countries to choose from, the empty choice first.
    pub countries: Vec<Choice>,
    /// Networks to choose from, the empty choice first.
    pub networks: Vec<Choice>,
}

/// One instant-messaging id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImRow {
    /// The network's name in the API, e.g. `xmpp`; empty in an empty row.
    pub network: String,
    /// The handle there.
    pub handle: String,
}

/// Countries to choose from by name, the empty choice first.
#[must_use]
pub fn countries() -> Vec<Choice> {
    let mut all: Vec<Choice> =
        Country::all().map(|country| Choice::new(country.as_str(), Lang::En.country(country))).collect();
    all.sort_by(|one, other| one.label.cmp(&other.label));
    all.insert(0, Choice::new("", "Choose a country"));
    all
}

/// Networks to choose from, the empty choice first.
#[must_use]
pub fn networks() -> Vec<Choice> {
    let all = Network::ALL.iter().map(|network| Choice::new(network.as_str(), network.name()));
    std::iter::once(Choice::new("", "Choose a network")).chain(all).collect()
}

impl ContactFields {
    /// Draws the fields, with the page's complaints.
    pub fn draw<'a>(&'a self, page: &'a Page) -> DrawnContactFields<'a> {
        DrawnContactFields { fields: self, countries: named(&self.countries, page), page }
    }
}

/// Choices by their names in the page's language, in its order; the empty choice first.
fn named(choices: &[Choice], page: &Page) -> Vec<Choice> {
    let told = |choice: &Choice| Choice::new(choice.value.clone(), page.tell(&choice.label));
    let mut named: Vec<Choice> = choices.iter().map(told).collect();
    named.sort_by_cached_key(|choice| {
        let plain: String = choice.label.nfd().filter(|c| !is_combining_mark(*c)).collect();
        (!choice.value.is_empty(), plain.to_lowercase())
    });
    named
}

/// See [`ContactFields::draw`].
#[derive(Template)]
#[template(path = "components/contact_fields.html")]
pub struct DrawnContactFields<'a> {
    fields: &'a ContactFields,
    countries: Vec<Choice>,
    page: &'a Page,
}
impl HtmlSafe for DrawnContactFields<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::web::page::check;

    #[test]
    fn countries_stand_where_their_readers_look_for_them() {
        let page = Page::new(&check::site(), "").in_language(Lang::De);
        let names: Vec<String> = named(&countries(), &page).into_iter().map(|choice| choice.label).collect();
        let at = |name: &str| names.iter().position(|found| found == name).expect(name);
        assert_eq!(at("Land auswählen"), 0);
        assert!(
            at("Deutschland") < at("Dominica") && at("Österreich") < at("Panama") && at("China") < at("Deutschland")
        );
        assert_eq!(names.len(), countries().len());
    }
}
