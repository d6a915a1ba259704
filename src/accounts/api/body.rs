//! How an account looks in JSON.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::model::Preferences;
use super::super::store::Account;
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
    pub fn new((account, email): (Account, Personal<String>)) -> Self {
        let profile = account.profile;
        Self {
            id: account.id.as_str().to_owned(),
            email: email.into_revealed(),
            name: profile.name.into_revealed(),
            phone: profile.phone.map(Personal::into_revealed),
            address: profile.address.map(|address| address.into_revealed().into()),
            website: profile.website.map(Personal::into_revealed),
            im_ids: profile.im_ids.into_revealed().into_iter().map(ImIdBody::from).collect(),
            locale: profile.locale,
            time_zone: profile.time_zone,
            preferences: profile.preferences.into(),
            created_at: account.created_at.to_string(),
            updated_at: account.updated_at.to_string(),
            confirmed_at: account.confirmed_at.to_string(),
        }
    }
}

impl From<PostalAddressInput> for AddressBody {
    fn from(address: PostalAddressInput) -> Self {
        let PostalAddressInput { line1, line2, city, region, postcode, country } = address;
        Self { line1, line2, city, region, postcode, country }
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
