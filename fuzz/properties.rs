//! What must hold for whatever bytes a stranger sends. Each function panics where it does not; the fuzz targets and the
//! test `strangers` both call them.

use std::sync::LazyLock;

use serde_json::Value;
use steward::accounts::model::Profile;
use steward::accounts::patch::ProfilePatch;
use steward::env::KeyRing;
use steward::kernel::im_id::{ImId, ImIdInput};
use steward::kernel::lang::Lang;
use steward::kernel::phone::Phone;
use steward::platform::web::cookies;
use steward::platform::web::etag::{IfMatch, etag};

static KEYS: LazyLock<KeyRing> = LazyLock::new(KeyRing::ephemeral);

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// No cookie opens that we have not sealed; and one that we have sealed opens no more once a byte of it is changed.
pub fn cookie(data: &[u8]) {
    if let Some(value) = text(data) {
        assert_eq!(cookies::open_session(&KEYS, value), None, "a stranger's cookie opened");
    }
    let [place, with, ..] = data else { return };
    let now = steward::kernel::time::Timestamp::from_seconds(1_700_000_000).expect("in range");
    let (value, _) = cookies::seal_session(&KEYS, uuid::Uuid::from_bytes([7; 16]), now);
    let mut bent = value.clone().into_bytes();
    let place = usize::from(*place) % bent.len();
    bent[place] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."[usize::from(*with) % 65];
    let bent = String::from_utf8(bent).expect("ASCII");
    if bent != value {
        assert_eq!(cookies::open_session(&KEYS, &bent), None, "{bent} instead of {value} opened");
    }
}

/// A merge patch is taken or every refused member is named; what it makes of a profile is stable: the same patch again
/// changes nothing.
pub fn merge_patch(data: &[u8]) {
    let Ok(Value::Object(document)) = serde_json::from_slice(data) else { return };
    let patch = match ProfilePatch::parse(&document) {
        Ok(patch) => patch,
        Err(errors) => {
            assert!(
                !errors.is_empty() && errors.iter().all(|error| !error.pointer.is_empty()),
                "nameless: {document:?}"
            );
            return;
        }
    };
    let before = Profile::named("Ada");
    if let Ok(once) = patch.apply(&before) {
        let twice = patch.apply(&once).expect("what was taken once is taken again");
        assert!(once.differences(&twice).is_empty(), "not stable: {document:?}");
    }
}

/// A number that is taken is in E.164, and reading it again gives the same.
pub fn phone(data: &[u8]) {
    let Some(Ok(phone)) = text(data).map(Phone::parse) else { return };
    let digits = phone.as_str().strip_prefix('+').expect("E.164 begins with +");
    assert!((7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()), "{digits}");
    assert_eq!(Phone::parse(phone.as_str()).as_ref().map(Phone::as_str), Ok(phone.as_str()));
    assert_eq!(Phone::parse(&phone.grouped()).as_ref().map(Phone::as_str), Ok(phone.as_str()), "as shown to people");
}

/// The text before the first line break names the network; a handle that is taken is in a form that is taken unchanged.
pub fn im_id(data: &[u8]) {
    let Some((network, handle)) = text(data).and_then(|text| text.split_once('\n')) else { return };
    let input = ImIdInput { network: network.to_owned(), handle: handle.to_owned() };
    let Ok(id) = ImId::parse(&input) else { return };
    assert!(!id.as_str().is_empty() && id.as_str().chars().all(|c| !c.is_control()), "{:?}", id.as_str());
    assert_eq!(ImId::parse(&id.to_input()).as_ref().map(ImId::as_str), Ok(id.as_str()));
}

/// A version is at least 1, and only what looks like one of our tags is one.
pub fn if_match(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match IfMatch::parse(text) {
        Some(IfMatch::Any) => assert_eq!(text.trim(), "*"),
        Some(IfMatch::Version(version)) => {
            assert!(version >= 1 && text.contains('"'), "{text}");
            assert_eq!(IfMatch::parse(&etag(version)), Some(IfMatch::Version(version)));
        }
        None => {}
    }
}

/// What is chosen is a language that the header names; a wish for nothing that we speak changes nothing.
pub fn accept_language(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Some(lang) = Lang::of_header(text) else { return };
    assert!(text.to_ascii_lowercase().contains(&lang.as_str()[..2]), "{text:?} became {lang:?}");
    if text.matches(',').count() < 30 {
        assert_eq!(Lang::of_header(&format!("tlh;q=1,{text}")), Some(lang), "{text:?}");
    }
}
