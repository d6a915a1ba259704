//! Tests neither sleep nor hide: a wait is for a condition (`support::eventually`), and a test that does not run is
//! no test.

use crate::Finding;
use crate::source::Source;

pub fn check(path: &str, text: &str) -> Vec<Finding> {
    let source = Source::with_tests(path, text);
    let tokens = source.tokens();
    let is_support = path.starts_with("tests/support/");
    let is_suite = path.starts_with("tests/");
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map_or("", |next| next.text);
        let before = at.checked_sub(1).map_or("", |at| tokens[at].text);
        if token.text == "ignore" && before == "[" && matches!(next, "]" | "=") {
            findings.push(Finding::new(&source, token.line, "an ignored test"));
        }
        if token.text == "sleep" && next == "(" && is_suite && !is_support {
            findings.push(Finding::new(&source, token.line, "a test that sleeps: wait for a condition"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("tests/api/sign_up.rs", "#[test] #[ignore] fn a() {}")]
    #[case("src/kernel/money.rs", "#[cfg(test)] mod tests { #[test] #[ignore = \"slow\"] fn a() {} }")]
    #[case("tests/api/sign_up.rs", "async fn a() { tokio::time::sleep(x).await }")]
    fn a_hidden_or_sleeping_test_is_found(#[case] path: &str, #[case] text: &str) {
        assert_eq!(check(path, text).len(), 1);
    }

    #[rstest]
    #[case("tests/support/eventually.rs", "async fn a() { tokio::time::sleep(x).await }")]
    #[case("src/platform/jobs/worker.rs", "async fn a() { tokio::time::sleep(x).await }")]
    #[case("tests/api/sign_up.rs", "fn a() { entry.ignore(); let sleep = 1; }")]
    fn other_code_passes(#[case] path: &str, #[case] text: &str) {
        assert_eq!(check(path, text), []);
    }
}
