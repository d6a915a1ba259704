//! docs/ASVS.md names files and tests that are there, and has each requirement of the standard's levels 1 and 2 once.

use std::collections::BTreeSet;

use crate::Finding;
use crate::source::{Source, Token};

pub const DOCUMENT: &str = "docs/ASVS.md";

/// How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has.
pub const CHAPTERS: &[(u32, usize)] = &[
    (1, 27),
    (2, 11),
    (3, 19),
    (4, 10),
    (5, 9),
    (6, 35),
    (7, 18),
    (8, 7),
    (9, 7),
    (10, 29),
    (11, 14),
    (12, 9),
    (13, 13),
    (14, 9),
    (15, 13),
    (16, 16),
    (17, 7),
];

const STATUSES: [&str; 4] = ["met", "partly", "not met", "not applicable"];

/// The text of a file by its path from the package's root, if there is such a file.
pub type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A requirement, and the line (from 1) it stands on.
struct Row<'a> {
    line: usize,
    number: &'a str,
    chapter: u32,
    level: &'a str,
    /// The word, and the reason where one follows it.
    status: (&'a str, &'a str),
    evidence: &'a str,
}

pub fn check(text: &str, chapters: &[(u32, usize)], read: Read<'_>) -> Vec<Finding> {
    let rows: Vec<Row<'_>> = text.lines().enumerate().filter_map(|(at, line)| row(line, at + 1)).collect();
    let mut findings: Vec<Finding> = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &rows {
        findings.extend(complaint(row).map(|what| finding(row.line, what)));
        if !seen.insert(row.number) {
            findings.push(finding(row.line, format!("{} stands here twice", row.number)));
        }
    }
    findings.extend(counts(&rows, chapters));
    let totals = totals(&rows);
    if !text.contains(&totals) {
        findings.push(finding(1, format!("the sum is: {totals}")));
    }
    for (at, line) in text.lines().enumerate() {
        let broken = links(line).filter_map(|target| broken_link(target, text, read));
        let missing = named_tests(line).filter_map(|(path, name)| missing_test(path, name, read));
        findings.extend(broken.chain(missing).map(|what| finding(at + 1, what)));
    }
    findings
}

fn finding(line: usize, what: String) -> Finding {
    Finding { place: format!("{DOCUMENT}:{line}"), what }
}

/// `| 6.2.1 | 1 | about | met | evidence |`
fn row(line: &str, number: usize) -> Option<Row<'_>> {
    let cells: Vec<&str> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
    let [requirement, level, _, status, evidence, ..] = cells[..] else { return None };
    let parts: Option<Vec<u32>> = requirement.split('.').map(|part| part.parse().ok()).collect();
    let parts = parts.filter(|parts| parts.len() == 3)?;
    let status = status.split_once(':').map_or((status, ""), |(word, reason)| (word, reason.trim()));
    Some(Row { line: number, number: requirement, chapter: parts[0], level, status, evidence })
}

fn complaint(row: &Row<'_>) -> Option<String> {
    let (word, reason) = row.status;
    let what = match word {
        _ if !matches!(row.level, "1" | "2") => "level is 1 or 2",
        _ if !STATUSES.contains(&word) => "no such status",
        "not applicable" if reason.is_empty() => "say why it is not applicable",
        "met" if links(row.evidence).next().is_none() && named_tests(row.evidence).next().is_none() => "met by what?",
        "partly" | "not met" if row.evidence.is_empty() => "say what is missing",
        _ => return None,
    };
    Some(format!("{}: {what}", row.number))
}

fn counts(rows: &[Row<'_>], chapters: &[(u32, usize)]) -> Vec<Finding> {
    let known = |row: &&Row<'_>| chapters.iter().any(|(chapter, _)| *chapter == row.chapter);
    let mut findings: Vec<Finding> =
        rows.iter().filter(|row| !known(row)).map(|row| finding(row.line, "no such chapter".to_owned())).collect();
    for (chapter, expected) in chapters {
        let count = rows.iter().filter(|row| row.chapter == *chapter).count();
        if count != *expected {
            findings.push(finding(1, format!("V{chapter} has {count} rows, the standard {expected}")));
        }
    }
    findings
}

/// The line that sums the table up.
fn totals(rows: &[Row<'_>]) -> String {
    let each = STATUSES.map(|word| format!("{} {word}", rows.iter().filter(|row| row.status.0 == word).count()));
    format!("{} requirements: {}.", rows.len(), each.join(", "))
}

/// Targets of Markdown links.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

/// `path.rs::test` between backticks.
fn named_tests(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let code = text.split('`').skip(1).step_by(2);
    code.filter_map(|span| span.split_once("::"))
        .filter(|(path, _)| std::path::Path::new(path).extension().is_some_and(|extension| extension == "rs"))
}

fn broken_link(target: &str, document: &str, read: Read<'_>) -> Option<String> {
    if target.starts_with("https://") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let text = match file {
        "" => Some(document.to_owned()),
        _ => read(&file.strip_prefix("../").map_or_else(|| format!("docs/{file}"), str::to_owned)),
    };
    match text {
        None => Some(format!("there is no {file}")),
        Some(text) if !anchor.is_empty() && !headings(&text).any(|heading| heading == anchor) => {
            Some(format!("there is no heading for {target}"))
        }
        Some(_) => None,
    }
}

/// Headings as addresses name them.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let titles = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    titles.map(|title| {
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

fn missing_test(path: &str, name: &str, read: Read<'_>) -> Option<String> {
    let Some(text) = read(path) else { return Some(format!("there is no {path}")) };
    let source = Source::with_tests(path, &text);
    let tokens = source.tokens();
    let found = (1..tokens.len())
        .any(|at| tokens[at - 1].text == "fn" && tokens[at].text == name && is_test(&tokens[..at - 1]));
    (!found).then(|| format!("{path} has no test {name}"))
}

/// Whether what stands before a function, back to the function before it, has `#[test]`, `#[tokio::test]` or `#[rstest]`.
fn is_test(before: &[Token<'_>]) -> bool {
    let is_name = |at: usize| before[at].text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let start = (1..before.len()).rev().find(|at| before[at - 1].text == "fn" && is_name(*at)).unwrap_or(0);
    before[start..].windows(3).any(|window| {
        let [opening, name, closing] = [window[0].text, window[1].text, window[2].text];
        matches!(opening, "[" | "::") && matches!(name, "test" | "rstest") && matches!(closing, "]" | "(")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const MADE_UP: &str = "2 requirements: 1 met, 0 partly, 0 not met, 1 not applicable.\n\
        ## In `words`, if any\n\
        | no. | level | about | status | evidence |\n\
        | 1.1.1 | 1 | a | met | [a](../src/a.rs) · `tests/a.rs::works` · [b](#in-words-if-any) |\n\
        | 1.1.2 | 2 | b | not applicable: there is none | |\n";

    fn found(text: &str) -> Vec<String> {
        let read = |path: &str| match path {
            "src/a.rs" => Some(String::new()),
            "tests/a.rs" => {
                Some("use rstest::rstest; fn helper() {} #[rstest] async fn works() {} fn late() {}".into())
            }
            _ => None,
        };
        check(text, &[(1, 2)], &read).iter().map(|finding| finding.what.clone()).collect()
    }

    #[test]
    fn a_true_table_passes() {
        assert_eq!(found(MADE_UP), Vec::<String>::new());
    }

    #[rstest]
    #[case("../src/a.rs", "../src/b.rs", "there is no ../src/b.rs")]
    #[case("../src/a.rs", "A.md", "there is no A.md")]
    #[case("#in-words", "#in-word", "there is no heading for #in-word-if-any")]
    #[case("tests/a.rs::", "tests/b.rs::", "there is no tests/b.rs")]
    #[case("::works", "::worked", "tests/a.rs has no test worked")]
    #[case("::works", "::helper", "tests/a.rs has no test helper")]
    #[case("::works", "::late", "tests/a.rs has no test late")]
    #[case("1.1.2", "1.1.1", "1.1.1 stands here twice")]
    #[case("| 1.1.2 |", "| - |", "V1 has 1 rows, the standard 2")]
    #[case("1.1.2", "2.1.2", "no such chapter")]
    #[case("| 2 |", "| 3 |", "1.1.2: level is 1 or 2")]
    #[case(": there is none", "", "1.1.2: say why it is not applicable")]
    #[case("not applicable: there is none", "met", "1.1.2: met by what?")]
    #[case("not applicable: there is none", "partly", "1.1.2: say what is missing")]
    #[case("not applicable: there is none", "good", "1.1.2: no such status")]
    #[case("1 met", "2 met", "the sum is: 2 requirements: 1 met, 0 partly, 0 not met, 1 not applicable.")]
    fn a_made_up_offender_is_found(#[case] from: &str, #[case] to: &str, #[case] expected: &str) {
        let found = found(&MADE_UP.replacen(from, to, 1));
        assert!(found.iter().any(|what| what == expected), "{found:?}");
    }
}
