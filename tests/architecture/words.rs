//! Everything that people read has its message in every language (docs/adr/0022-languages.md): the catalogues agree,
//! every message that is asked for exists, none is left over, and no text stands in a template or an error without one.
//! What is shown in English only so far is listed in `untranslated.txt`; that list may only get shorter.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::literals::{Literal, literals};

/// The languages, English first.
pub const LANGUAGES: [&str; 3] = ["en", "de", "zh-Hans"];

/// Sources whose sentences are read by operators, by developers or by the database.
const NOT_FOR_READERS: [&str; 11] = [
    "src/cli/",
    "src/config/",
    "src/context",
    "src/db/",
    "src/env/",
    "src/main.rs",
    "src/platform/web/openapi.rs",
    "src/platform/web/registry.rs",
    "src/processor/",
    "src/server/",
    "src/lib.rs",
];
/// The stand-in for the processor's own pages, and pieces of tags that hold no text.
const NOT_OURS: [&str; 2] = ["templates/sandbox/", "templates/components/attributes.html"];
/// Calls whose text a reader sees, however short it is.
const SHOWN: [&str; 9] = [
    "Badge::new(",
    "notice(",
    "frame::page(",
    "framed(",
    ".page(",
    ".whole(",
    ".detail(",
    "again(",
    "Toggle::checkbox(",
];
/// Calls whose text goes to logs, to developers, or out as documentation of the API.
const HIDDEN: [&str; 12] = [
    "expect(",
    "DbError::Other(",
    "Other(",
    "warn!(",
    "error!(",
    "info!(",
    "debug!(",
    "panic!(",
    "Operation::new(",
    "summary(",
    "unreachable!(",
    "assert!(",
];

/// The messages of one language: by id (`code-invalid.help` for an attribute), the text with `{}` for every variable.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Text of each message, variables as `{}`.
    pub texts: BTreeMap<String, String>,
    /// Sorted names of variables and markup.
    pub parts: BTreeMap<String, Vec<String>>,
    /// What could not be read, and ids that stand twice.
    pub broken: Vec<String>,
}

impl Catalogue {
    /// Reads Fluent text.
    pub fn read(texts: &[(String, String)]) -> Self {
        let mut all = Self::default();
        for (file, text) in texts {
            let resource = fluent_syntax::parser::parse(text.as_str()).unwrap_or_else(|(resource, errors)| {
                all.broken.push(format!("{file}: {errors:?}"));
                resource
            });
            for entry in &resource.body {
                let Entry::Message(message) = entry else { continue };
                let id = message.id.name;
                for attribute in &message.attributes {
                    all.insert(file, format!("{id}.{}", attribute.id.name), &attribute.value);
                }
                if let Some(value) = &message.value {
                    all.insert(file, id.to_owned(), value);
                }
            }
        }
        all
    }

    fn insert(&mut self, file: &str, id: String, pattern: &Pattern<&str>) {
        let (text, parts) = flat(pattern);
        if self.texts.insert(id.clone(), text).is_some() {
            self.broken.push(format!("{file}: {id} stands twice"));
        }
        self.parts.insert(id, parts);
    }
}

fn flat(pattern: &Pattern<&str>) -> (String, Vec<String>) {
    let (mut text, mut parts) = (String::new(), Vec::new());
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => {
                text.push_str(value);
                parts.extend(value.split('<').skip(1).filter_map(|rest| rest.split('>').next()).map(str::to_owned));
            }
            // Words in quotes are text that is no sentence by itself.
            PatternElement::Placeable { expression: Expression::Inline(InlineExpression::StringLiteral { value }) } => {
                text.push_str(value)
            }
            PatternElement::Placeable { expression } => {
                text.push_str("{}");
                parts.push(match expression {
                    Expression::Inline(InlineExpression::VariableReference { id }) => format!("${}", id.name),
                    other => format!("{other:?}"),
                });
            }
        }
    }
    parts.sort();
    (text, parts)
}

/// Where the languages disagree.
pub fn compare(languages: &[(&str, Catalogue)]) -> Vec<String> {
    let mut findings: Vec<String> = Vec::new();
    let Some(((_, english), others)) = languages.split_first() else { return findings };
    findings.extend(english.broken.iter().map(|broken| format!("en: {broken}")));
    for (language, catalogue) in others {
        findings.extend(catalogue.broken.iter().map(|broken| format!("{language}: {broken}")));
        for (id, parts) in &english.parts {
            match catalogue.parts.get(id) {
                None => findings.push(format!("{language}: {id} is missing")),
                Some(theirs) if theirs != parts => {
                    findings.push(format!("{language}: {id} has {theirs:?} where English has {parts:?}"));
                }
                Some(_) => {}
            }
        }
        let unknown = catalogue.parts.keys().filter(|id| !english.parts.contains_key(*id));
        findings.extend(unknown.map(|id| format!("{language}: {id} is not in English")));
    }
    findings
}

/// The ids that a template or a source asks for by name.
pub fn asked_for(text: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for call in ["say(\"", "fill(\"", "rich(\""] {
        let found = text.split(call).skip(1).filter_map(|rest| rest.split('"').next());
        ids.extend(found.map(str::to_owned));
    }
    ids
}

/// Text that a template shows as it stands: outside its tags and those of HTML, and in attributes that are read out.
pub fn plain_text(template: &str) -> Vec<String> {
    let mut found = Vec::new();
    let html = without(&without(&without(template, "{{", "}}"), "{%", "%}"), "<style", "</style>");
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count() > 1;
    for attribute in ["aria-label=\"", "data-label=\"", "alt=\"", "title=\"", "placeholder=\""] {
        let values = html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
        found.extend(values.filter(|value| letters(value)).map(str::to_owned));
    }
    let text = without(&html, "<", ">").replace("&nbsp;", " ");
    found.extend(
        text.split(['\n', '\u{1}'])
            .map(str::trim)
            .filter(|line| letters(line) && !line.starts_with('/'))
            .map(str::to_owned),
    );
    for expression in template.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()) {
        let given = expression.split('"').skip(1).step_by(2);
        found.extend(given.filter(|text| text.contains(' ') || starts_large(text)).map(str::to_owned));
    }
    found
}

/// Cuts what stands between two marks, with the marks; a `\u{1}` stays in its place.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once(open) {
        left.push_str(before);
        left.push('\u{1}');
        rest = inside.split_once(close).map_or("", |(_, after)| after);
    }
    left + rest
}

fn starts_large(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase)
}

/// Whether a literal of the product is read by people whom we know by language.
pub fn is_shown(path: &str, literal: &Literal) -> bool {
    let text = literal.text.as_str();
    let hidden = NOT_FOR_READERS.iter().any(|prefix| path.starts_with(prefix))
        || HIDDEN.iter().any(|call| literal.call.ends_with(call));
    let shown = SHOWN.iter().any(|call| literal.call.ends_with(call)) && starts_large(text);
    let words = text.split_whitespace().count();
    let is_sentence = words > 2
        && text.ends_with(['.', '?', '!'])
        && text.starts_with(|c: char| c.is_alphabetic() || c == '{')
        && !text.contains("SELECT ");
    !hidden && (shown || is_sentence)
}

/// A sentence of a source with `{}` for every value.
pub fn normal(text: &str) -> String {
    let mut normal = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once('{') {
        normal.push_str(before);
        if let Some(after) = inside.strip_prefix('{') {
            normal.push('{');
            rest = after;
        } else {
            normal.push_str("{}");
            rest = inside.split_once('}').map_or("", |(_, after)| after);
        }
    }
    (normal + rest).replace("}}", "}")
}

/// Path and text of every file with this ending below a folder of the package.
pub fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&super::root().join(folder), ending, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, ending: &str, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder of the package") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(&path, ending, into);
        } else if path.to_string_lossy().ends_with(ending) {
            let name = path.strip_prefix(super::root()).expect("below the root").to_string_lossy().replace('\\', "/");
            into.push((name, fs::read_to_string(&path).expect("UTF-8")));
        }
    }
}

/// What is shown in English only so far: templates by path, sentences by their text.
pub fn untranslated() -> BTreeSet<String> {
    let list = include_str!("untranslated.txt").lines().map(str::trim);
    list.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// The catalogue of a language as it is in the package.
pub fn catalogue(language: &str) -> Catalogue {
    Catalogue::read(&files(&format!("locales/{language}"), ".ftl"))
}

/// Files of messages that the binary does not embed.
pub fn not_embedded() -> Vec<String> {
    let list = fs::read_to_string(super::root().join("src/platform/words/catalogue.rs")).expect("the list of files");
    let files = files("locales/en", ".ftl").into_iter().map(|(path, _)| path);
    let names = files.filter_map(|path| Some(path.rsplit('/').next()?.strip_suffix(".ftl")?.to_owned()));
    names.filter(|name| !list.contains(&format!("    \"{name}\",\n"))).collect()
}

/// The sentences and labels of the product that nobody has translated, and entries of the list that are no more.
pub fn without_message(english: &Catalogue) -> Vec<String> {
    let known: BTreeSet<&str> = english.texts.values().map(String::as_str).collect();
    let mut missing = BTreeSet::new();
    for (path, text) in files("src", ".rs").into_iter().filter(|(path, _)| !path.ends_with("tests.rs")) {
        for literal in literals(&text).iter().filter(|literal| is_shown(&path, literal)) {
            let sentence = normal(&literal.text);
            if !known.contains(sentence.as_str()) {
                missing.insert(sentence);
            }
        }
    }
    for (path, text) in files("templates", ".html").into_iter().chain(files("templates", ".txt")) {
        if !NOT_OURS.iter().any(|prefix| path.starts_with(prefix)) && !plain_text(&text).is_empty() {
            missing.insert(path);
        }
    }
    let allowed = untranslated();
    let new = missing.difference(&allowed).map(|what| format!("has no message: {what}"));
    let stale = allowed.difference(&missing).map(|what| format!("needs no entry in untranslated.txt: {what}"));
    new.chain(stale).collect()
}

/// Messages that nothing asks for, and ids that are asked for and missing.
pub fn loose_ends(english: &Catalogue) -> Vec<String> {
    let (mut asked, mut said) = (BTreeSet::new(), BTreeSet::new());
    for (_, text) in files("src", ".rs").into_iter().filter(|(path, _)| !path.ends_with("tests.rs")) {
        let product = super::literals::product(&text);
        asked.extend(asked_for(product));
        said.extend(literals(product).into_iter().map(|literal| normal(&literal.text)));
    }
    for (_, text) in files("templates", "") {
        asked.extend(asked_for(&text));
    }
    for (_, text) in files("config", ".json") {
        said.extend(text.split('"').map(str::to_owned));
    }
    let missing = asked.iter().filter(|id| !english.texts.contains_key(*id)).map(|id| format!("{id} does not exist"));
    let mut findings: Vec<String> = missing.collect();
    for (id, text) in &english.texts {
        // What a failure says to programs, and what a page says of it instead.
        let name = [".help", ".page", ".title"].iter().find_map(|part| id.strip_suffix(part)).unwrap_or(id);
        let of_code = name.strip_prefix("code-").is_some_and(|code| said.contains(code));
        let of_country = name.starts_with("country-");
        if !asked.contains(id) && !of_code && !of_country && !said.contains(id) && !said.contains(text) {
            findings.push(format!("{id} is used by nobody: {text}"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Catalogue {
        Catalogue::read(&[("made-up.ftl".to_owned(), text.to_owned())])
    }

    #[test]
    fn a_message_that_is_missing_or_differs_is_found() {
        let english = one("a = Pay { $sum } <a>now</a>\nb = Yes\n    .help = So\n");
        let german = one("a = Zahlen Sie { $summe } <a>jetzt</a>\nb = Ja\nc = Nein\n");
        let found = compare(&[("en", english), ("de", german)]);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("$summe") && found[1].contains("b.help") && found[2].contains("c is not in English"));
        assert_eq!(one("a = 1\na = 2\n").broken.len(), 1);
        assert_eq!(one("no message\n").broken.len(), 1);
    }

    #[test]
    fn text_in_a_template_is_found_wherever_it_stands() {
        let clean =
            "<p title=\"{{ page.say(\"x\") }}\">{{ page.say(\"x\") }} · {% if a %}<b>{{ b }}</b>{% endif %}</p>";
        assert_eq!(plain_text(clean), Vec::<String>::new());
        for offender in [
            "<p>Hello</p>",
            "<p aria-label=\"Hello\"></p>",
            "{{ Field::text(\"name\", \"Name\", name) }}",
            "{{ x }} and more",
        ] {
            assert_eq!(plain_text(offender).len(), 1, "{offender}");
        }
    }

    #[test]
    fn sentences_and_labels_of_the_product_are_found_and_logs_are_not() {
        let source = "fn f() { a(\"Send the {name} again.\"); Badge::new(Tone::Good, \"Paid\"); x.expect(\"A b c.\"); \
                      b(\"not_shown\"); }\n#[cfg(test)]\nmod tests { const X: &str = \"Not this one.\"; }\n";
        let found = literals(super::super::literals::product(source));
        let shown: Vec<String> = found
            .iter()
            .filter(|literal| is_shown("src/accounts/words.rs", literal))
            .map(|literal| normal(&literal.text))
            .collect();
        assert_eq!(shown, ["Send the {} again.", "Paid"]);
        assert!(found.iter().all(|literal| !is_shown("src/cli/demo.rs", literal)));
    }
}
