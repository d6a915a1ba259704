//! `steward catalog load` as an operator runs it: a file, what it prints, the exit code, and what customers see then.

use std::path::{Path, PathBuf};
use std::process::Output;

use rstest::rstest;

use crate::support::evidence::{audited, contents};
use crate::support::{Backend, Client, Killable};

const BASIC: &str = r#"[{"code": "basic", "name": "Basic", "description": "For small teams.", "unpaid_rule": "cancel",
    "prices": [{"interval": "month", "per_seat": {"amount": 1900, "currency": "USD"}, "largest_quantity": 50}]}]"#;

fn load(product: &Killable, file: &Path) -> (Output, String) {
    let run = product.run(&["catalog", "load", file.to_str().expect("UTF-8")]);
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), product.log());
    (run, said)
}

fn file(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("catalogue.json");
    std::fs::write(&path, text).expect("written");
    path
}

#[rstest]
#[tokio::test]
async fn a_file_becomes_the_catalogue(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let mut product = Killable::new(backend, 1).await;
    let folder = tempfile::tempdir().expect("a folder");

    let (run, said) = load(&product, &file(folder.path(), BASIC));
    assert!(run.status.success() && said.contains("basic: added") && said.ends_with("Loaded.\n"), "{said}");
    let (run, said) = load(&product, &file(folder.path(), BASIC));
    assert!(run.status.success() && said == "Nothing to change.\n", "{said}");
    let dearer = BASIC.replace("1900", "2100").replace("For small teams.", "For teams.");
    let (run, said) = load(&product, &file(folder.path(), &dearer));
    assert!(run.status.success() && said.contains("archived"), "{said}");
    let entries = audited(&mut product.database.connection(), "catalog.load");
    assert_eq!(entries, ["system command line", "system command line"], "one for each load that changed something");

    product.up().await;
    let plans = Client::new(&product.base).get("/v1/plans").expect(200).await;
    assert_eq!(plans.text_at("/data/0/description"), "For teams.");
    let prices = plans.at("/data/0/prices");
    assert_eq!(
        (prices.as_array().map(Vec::len), &prices[0]["per_seat"]["amount"]),
        (Some(1), &2100.into()),
        "{prices}"
    );
    product.kill();
}

#[rstest]
#[tokio::test]
async fn a_file_that_cannot_be_used_is_refused_whole(#[values(Backend::Sqlite, Backend::Postgresql)] backend: Backend) {
    let product = Killable::new(backend, 1).await;
    let folder = tempfile::tempdir().expect("a folder");
    let before = contents(&mut product.database.connection());
    let second = BASIC.trim_end_matches(']').replace("basic", "second").replacen('[', "", 1).replace("1900", "3");
    let half_good = format!("{}, {second}]", BASIC.trim_end_matches(']'));
    for (text, place) in [
        (half_good.as_str(), "/1/prices/0/per_seat"),
        (&BASIC.replace("1900", "19.5"), "line 2"),
        (&BASIC.replace("1900", "99999999999999999999"), "line 2"),
        (&BASIC.replace("Basic", "Ba\\u0007sic"), "/0/name"),
        ("", "line 1"),
        ("[]", "names no plan"),
    ] {
        let (run, said) = load(&product, &file(folder.path(), text));
        assert_eq!(run.status.code(), Some(2), "{text}: {said}");
        assert!(said.contains("catalogue.json") && said.contains(place), "{text}: {said}");
    }
    let (run, said) = load(&product, &folder.path().join("missing.json"));
    assert!(run.status.code() == Some(2) && said.contains("missing.json"), "{said}");
    assert_eq!(contents(&mut product.database.connection()), before, "something was stored");
}
