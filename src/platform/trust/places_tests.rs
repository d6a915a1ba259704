use rstest::rstest;

use super::*;
use crate::config::{Sources, load};
use crate::platform::trust::recipients;

const SMTP: (&str, &str) = ("STEWARD_MAIL_TRANSPORT", "smtp");
const JID: (&str, &str) = ("STEWARD_XMPP_JID", "notices@xmpp.example.com");
const PASSWORD: (&str, &str) = ("STEWARD_XMPP_PASSWORD", "secret");

fn listed(set: &[(&str, &str)]) -> Result<Vec<Place>, ConfigError> {
    let environment = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    list(&load(&Sources { environment, ..Sources::default() }).expect("loads").0)
}

#[rstest]
#[case::defaults(&[], None)]
#[case::database(&[("STEWARD_DATABASE_URL", "postgres://db.internal/x")], Some("database.url"))]
#[case::database_by_parameter(&[("STEWARD_DATABASE_URL", "postgres:///x?host=db.internal")], Some("database.url"))]
#[case::second_database(&[("STEWARD_DATABASE_URL", "postgres://127.0.0.1,db.internal/x")], Some("database.url"))]
#[case::port(&[("STEWARD_DATABASE_URL", "postgres://me:p%40ss@db.internal:5432/x")], Some("database.url"))]
#[case::local_ports(&[("STEWARD_DATABASE_URL", "postgres://me@127.0.0.1:5432,localhost:5433/x")], None)]
#[case::second_port(&[("STEWARD_DATABASE_URL", "postgres://127.0.0.1:5432,db.internal:5433/x")], Some("database.url"))]
#[case::address(&[("STEWARD_DATABASE_URL", "postgres://localhost/x?hostaddr=10.0.0.7")], Some("database.url"))]
#[case::encoded_socket(&[("STEWARD_DATABASE_URL", "postgres://%2Frun%2Fpostgresql/x")], None)]
#[case::socket(&[("STEWARD_DATABASE_URL", "postgres:///x?host=/run/postgresql")], None)]
#[case::local_database(&[("STEWARD_DATABASE_URL", "postgres://[::1]:5432/x")], None)]
#[case::mail(&[SMTP, ("STEWARD_MAIL_SMTP_URL", "smtp://mail.example.com:25")], Some("mail.smtp_url"))]
#[case::local_mail(&[SMTP, ("STEWARD_MAIL_SMTP_URL", "smtp://localhost:25")], None)]
#[case::messages(&[JID, PASSWORD], Some("xmpp.jid"))]
#[case::message_server(&[JID, PASSWORD, ("STEWARD_XMPP_SERVER", "10.0.0.7:5222")], Some("xmpp.server"))]
#[case::local_messages(&[JID, PASSWORD, ("STEWARD_XMPP_SERVER", "localhost:5222")], None)]
#[case::processor(&[("STEWARD_STRIPE_API_BASE", "https://stripe.example.com")], Some("stripe.api_base"))]
#[case::no_country(&[("STEWARD_SITES_THIS_SERVER_COUNTRY", "XX")], Some("sites.this_server_country"))]
#[case::no_home(
    &[("STEWARD_SITES_HOSTS", "db.internal=SG"), ("STEWARD_DATABASE_URL", "postgres://db.internal/x")],
    Some("sites.this_server_country")
)]
#[case::no_pair(&[("STEWARD_SITES_HOSTS", "db.internal")], Some("sites.hosts"))]
#[case::no_ground(&[("STEWARD_SITES_HOSTS", "db.internal=IE:because")], Some("sites.hosts"))]
fn a_host_without_a_country_is_refused_by_its_key(#[case] set: &[(&str, &str)], #[case] key: Option<&str>) {
    assert_eq!(listed(set).err().map(|error| error.key).as_deref(), key);
}

#[test]
fn a_host_abroad_needs_a_ground() {
    let with = |hosts| {
        listed(&[
            ("STEWARD_SITES_THIS_SERVER_COUNTRY", "SG"),
            ("STEWARD_SITES_HOSTS", hosts),
            ("STEWARD_DATABASE_URL", "postgres://DB.internal/x"),
        ])
    };
    assert_eq!(with("db.internal=IE").err().map(|error| error.key).as_deref(), Some("sites.hosts"));
    let abroad = with("db.internal=IE:adequacy").expect("a ground")[1].clone();
    assert_eq!(
        (abroad.key.as_str(), abroad.role, abroad.transfer),
        ("db.internal", Role::Database, Transfer::Adequacy)
    );
    assert_eq!(abroad.country.map(|country| country.to_string()).as_deref(), Some("IE"));
    assert_eq!(with("other.internal=IE:clauses,db.internal=SG").expect("at home")[1].transfer, Transfer::None);
}

#[test]
fn every_recipient_has_a_place_and_the_processor_is_where_it_says() {
    let places = listed(&[("STEWARD_SITES_THIS_SERVER_COUNTRY", "SG")]).expect("the defaults");
    for recipient in recipients::ALL.iter().filter(|recipient| **recipient != &XMPP_SERVER) {
        assert!(places.iter().any(|place| place.recipient == Some(*recipient)), "{}", recipient.key);
    }
    let processor = places.iter().find(|place| place.key == PAYMENT_PROCESSOR.key).expect("listed");
    assert_eq!(processor.country.map(|country| country.to_string()).as_deref(), Some("US"));
    assert_eq!(processor.transfer, Transfer::Consent);
}

#[test]
fn a_server_for_messages_has_a_place_where_there_is_an_account() {
    let sites = [("STEWARD_SITES_THIS_SERVER_COUNTRY", "SG"), ("STEWARD_SITES_HOSTS", "xmpp.example.com=IE:adequacy")];
    let is_listed = |places: &[Place]| places.iter().any(|place| place.key == XMPP_SERVER.key);
    assert!(!is_listed(&listed(&sites).expect("the defaults")));
    let places = listed(&[&sites[..], &[JID, PASSWORD]].concat()).expect("a country");
    let place = places.iter().find(|place| place.key == XMPP_SERVER.key).expect("listed");
    assert_eq!(place.country.map(|country| country.to_string()).as_deref(), Some("IE"));
    assert_eq!((place.role, place.transfer), (Role::Recipient, Transfer::Adequacy));
}
