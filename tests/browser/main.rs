//! Journeys of people through the pages, in a real browser: on a desktop, on a phone, and by keyboard alone.
//!
//! The journeys are scripts in `journeys/`; this starts a product for each and hands it over. `bin/test` finds Node,
//! Chromium and their packages.

#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::process::Command;

use rstest::rstest;
use support::demo::Demo;
use support::{Backend, XmppServer, leave_or_fail};

fn travel(journey: &str, way: &str) {
    travel_with(journey, way, &[], &[]);
}

/// With settings of the product, and facts for the journey, both as environment variables.
fn travel_with(journey: &str, way: &str, settings: &[(&str, String)], facts: &[(&str, String)]) {
    let tools = ["STEWARD_TEST_NODE_PATH", "STEWARD_TEST_CHROMIUM"].map(|name| std::env::var(name).ok());
    let [Some(packages), Some(chromium)] = tools else {
        leave_or_fail("browser journey NOT RUN: run it by `bin/test only …`, which finds the browser");
    };
    let demo = Demo::with(Backend::Sqlite, settings);
    let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("journeys");
    std::fs::create_dir_all(&shots).expect("the target folder is writable");
    let status = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run.js"))
        .args([journey, way])
        .env("NODE_PATH", packages)
        .env("STEWARD_TEST_CHROMIUM", chromium)
        .env("STEWARD_TEST_SHOTS", shots)
        .env("STEWARD_TEST_DEMO", demo.facts.to_string())
        .envs(facts.iter().map(|(name, value)| (*name, value.as_str())))
        .status()
        .expect("node starts");
    assert!(status.success(), "{journey} {way} failed");
}

#[rstest]
fn a_visitor_looks_around(#[values("desktop", "phone", "keyboard")] way: &str) {
    travel("visitor", way);
}

#[rstest]
fn a_customer_opens_and_keeps_an_account(#[values("desktop", "phone", "keyboard")] way: &str) {
    travel("account", way);
}

#[rstest]
fn a_customer_decides_what_stays_on_a_computer(#[values("desktop", "phone", "keyboard")] way: &str) {
    travel("computers", way);
}

#[rstest]
fn a_customer_adds_second_factors_and_signs_in_with_each(#[values("desktop", "phone", "keyboard")] way: &str) {
    travel("factors", way);
}

#[rstest]
fn a_customer_sees_and_ends_who_is_signed_in(#[values("desktop", "phone", "keyboard")] way: &str) {
    travel("sessions", way);
}

#[rstest]
fn a_mailed_link_is_sent_again_and_works_once(#[values("desktop", "phone", "keyboard")] way: &str) {
    travel("links", way);
}

#[rstest]
fn two_windows_edit_one_profile_and_nothing_is_lost(#[values("desktop", "phone", "keyboard")] way: &str) {
    travel("windows", way);
}

#[rstest]
fn a_customer_brings_values_back_contests_and_confirms(#[values("desktop", "phone", "keyboard")] way: &str) {
    travel("corrections", way);
}

#[rstest]
fn a_customer_takes_a_plan_past_a_declined_card_and_takes_the_consent_back(
    #[values("desktop", "phone", "keyboard")] way: &str,
) {
    travel("billing", way);
}

#[rstest]
fn a_customer_confirms_an_xmpp_address_and_is_told_there(#[values("desktop", "phone", "keyboard")] way: &str) {
    let server = XmppServer::start();
    let facts = server.reader_facts().to_string();
    travel_with("xmpp", way, &server.environment(), &[("STEWARD_TEST_XMPP", facts)]);
}

#[rstest]
fn staff_review_a_subscription_and_the_holder_sees_the_look(#[values("desktop", "phone", "keyboard")] way: &str) {
    travel("staff", way);
}
