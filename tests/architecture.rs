//! The rules of docs/ARCHITECTURE.md that the compiler does not check, and whether docs/ASVS.md names what is there. Each
//! rule is a function over a file's path and text and is shown, next to itself, to find a made-up offender.

#[path = "architecture/asvs.rs"]
mod asvs;
#[path = "architecture/boundaries.rs"]
mod boundaries;
#[path = "architecture/features.rs"]
mod features;
#[path = "architecture/layers.rs"]
mod layers;
#[path = "architecture/literals.rs"]
mod literals;
#[path = "architecture/sizes.rs"]
mod sizes;
#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/suites.rs"]
mod suites;
#[path = "architecture/words.rs"]
mod words;

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};

use source::Source;

/// A broken rule and where.
#[derive(PartialEq, Eq)]
struct Finding {
    place: String,
    what: String,
}

impl Finding {
    fn new(source: &Source, line: usize, what: &str) -> Self {
        Self { place: format!("{}:{line}", source.path), what: what.to_owned() }
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the package") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// Path from the root and text of every Rust file below the folder, in order.
fn texts(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    rust_files(&root().join(folder), &mut files);
    files.sort();
    let name = |path: &Path| path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
    files.iter().map(|path| (name(path), fs::read_to_string(path).expect("UTF-8"))).collect()
}

fn product() -> Vec<Source> {
    let all = texts("src");
    let tests: Vec<String> = all.iter().flat_map(|(path, text)| Source::test_files(path, text)).collect();
    let is_test =
        |path: &str| tests.iter().any(|test| path == format!("{test}.rs") || path.starts_with(&format!("{test}/")));
    all.iter().filter(|(path, _)| !is_test(path)).map(|(path, text)| Source::new(path, text)).collect()
}

#[track_caller]
fn assert_none(findings: &[Finding]) {
    let mut list = String::new();
    for finding in findings {
        let _ = writeln!(list, "{finding:?}");
    }
    assert!(findings.is_empty(), "{} findings:\n{list}", findings.len());
}

#[test]
fn imports_run_only_downwards() {
    assert_none(&product().iter().flat_map(layers::check).collect::<Vec<_>>());
}

#[test]
fn inside_a_feature_imports_run_from_the_edge_to_the_model() {
    assert_none(&product().iter().flat_map(features::check).collect::<Vec<_>>());
}

#[test]
fn names_stay_in_their_places() {
    assert_none(&product().iter().flat_map(boundaries::check).collect::<Vec<_>>());
}

#[test]
fn files_and_functions_stay_small() {
    let sources = product();
    assert!(sources.len() > 20, "the walk found only {} files", sources.len());
    assert_none(&sources.iter().flat_map(sizes::check).collect::<Vec<_>>());
    assert_eq!(sizes::check_distribution(&sources), Vec::<String>::new());
}

#[test]
fn tests_neither_sleep_nor_hide() {
    let all = [texts("src"), texts("tests")].concat();
    assert_none(&all.iter().flat_map(|(path, text)| suites::check(path, text)).collect::<Vec<_>>());
}

#[test]
fn the_asvs_table_names_what_is_there() {
    let read = |path: &str| fs::read_to_string(root().join(path)).ok();
    let text = read(asvs::DOCUMENT).expect("the table");
    assert_none(&asvs::check(&text, asvs::CHAPTERS, &read));
}

#[test]
fn every_message_exists_in_every_language_with_the_same_parts() {
    let all = words::LANGUAGES.map(|language| (language, words::catalogue(language)));
    assert!(all[0].1.texts.len() > 300, "the walk found only {} messages", all[0].1.texts.len());
    assert_eq!(words::compare(&all), Vec::<String>::new());
    assert_eq!(words::not_embedded(), Vec::<String>::new());
}

#[test]
fn what_is_asked_for_exists_and_no_message_is_left_over() {
    assert_eq!(words::loose_ends(&words::catalogue("en")), Vec::<String>::new());
}

#[test]
fn nothing_is_shown_that_has_no_message() {
    assert_eq!(words::without_message(&words::catalogue("en")), Vec::<String>::new());
}
