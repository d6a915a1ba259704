//! The messages of each language, read once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Entry, Pattern};
use unic_langid::LanguageIdentifier;

use crate::kernel::lang::Lang;

/// Declares the files of `locales/`: one for each feature, the same in every language.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        fn texts(lang: Lang) -> Vec<&'static str> {
            match lang {
                Lang::En => vec![$(include_str!(concat!("../../../locales/en/", $name, ".ftl"))),*],
                Lang::De => vec![$(include_str!(concat!("../../../locales/de/", $name, ".ftl"))),*],
                Lang::ZhHans => vec![$(include_str!(concat!("../../../locales/zh-Hans/", $name, ".ftl"))),*],
            }
        }
    };
}
files!(
    "accounts",
    "billing",
    "countries",
    "data",
    "errors",
    "factors",
    "frame",
    "freezes",
    "identity",
    "mails",
    "privacy",
    "security",
    "site",
    "staff",
    "xmpp",
);

struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    /// Messages without variables, ready to be said.
    plain: BTreeMap<String, String>,
}

static CATALOGUES: LazyLock<[Catalogue; 3]> = LazyLock::new(|| Lang::ALL.map(read));

fn of(lang: Lang) -> &'static Catalogue {
    let [en, de, zh] = &*CATALOGUES;
    match lang {
        Lang::En => en,
        Lang::De => de,
        Lang::ZhHans => zh,
    }
}

pub(super) fn resources(lang: Lang) -> impl Iterator<Item = FluentResource> {
    texts(lang).into_iter().map(move |text| match FluentResource::try_new(text.to_owned()) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            tracing::error!(target: "steward::words", language = lang.as_str(), ?errors, "messages cannot be read");
            resource
        }
    })
}

fn read(lang: Lang) -> Catalogue {
    let tag: LanguageIdentifier = lang.as_str().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Every language here is written from left to right, and the marks would stand in plain mails.
    bundle.set_use_isolating(false);
    let mut ids = Vec::new();
    for resource in resources(lang) {
        for entry in resource.entries() {
            let Entry::Message(message) = entry else { continue };
            ids.push(message.id.name.to_owned());
            ids.extend(message.attributes.iter().map(|attribute| format!("{}.{}", message.id.name, attribute.id.name)));
        }
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(target: "steward::words", language = lang.as_str(), ?errors, "a message stands twice");
        }
    }
    let mut plain = BTreeMap::new();
    for id in ids {
        let text = pattern(&bundle, &id).and_then(|found| written(&bundle, found, None));
        plain.extend(text.map(|text| (id, text)));
    }
    Catalogue { bundle, plain }
}

fn pattern<'a>(bundle: &'a FluentBundle<FluentResource>, id: &str) -> Option<&'a Pattern<&'a str>> {
    match id.split_once('.') {
        Some((message, attribute)) => bundle.get_message(message)?.get_attribute(attribute).map(|found| found.value()),
        None => bundle.get_message(id)?.value(),
    }
}

/// `None` when a variable is missing.
fn written(
    bundle: &FluentBundle<FluentResource>,
    pattern: &Pattern<&str>,
    args: Option<&FluentArgs<'_>>,
) -> Option<String> {
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, args, &mut errors).into_owned();
    errors.is_empty().then_some(text)
}

/// A message without variables, in English where the language lacks it.
pub(super) fn find(lang: Lang, id: &str) -> Option<&'static str> {
    of(lang).plain.get(id).or_else(|| of(Lang::En).plain.get(id)).map(String::as_str)
}

/// The same; what is missing is logged.
pub(super) fn plain(lang: Lang, id: &'static str) -> Option<&'static str> {
    if !of(lang).plain.contains_key(id) {
        tracing::error!(target: "steward::words", language = lang.as_str(), id, "a message is missing");
    }
    find(lang, id)
}

/// A message with variables, in English where the language lacks it.
pub(super) fn format(lang: Lang, id: &str, args: &FluentArgs<'_>) -> Option<String> {
    let said = |lang: Lang| {
        let bundle = &of(lang).bundle;
        let text = pattern(bundle, id).and_then(|found| written(bundle, found, Some(args)))?;
        Some(if lang == Lang::ZhHans { closed_up(&text) } else { text })
    };
    said(lang).or_else(|| {
        tracing::error!(target: "steward::words", language = lang.as_str(), id, "a message is missing");
        said(Lang::En)
    })
}

/// Chinese has a space between its characters and Latin ones only. A message has one before and behind every value; that
/// behind a day (`2026年3月7日`) or a bracket goes.
fn closed_up(text: &str) -> String {
    let mut closed = String::with_capacity(text.len());
    let (mut before, mut last) = (' ', ' ');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_over = last == '）' || (last == '日' && before.is_ascii_digit());
        if !(c == ' ' && is_over && rest.peek().copied().is_some_and(is_chinese)) {
            closed.push(c);
        }
        (before, last) = (last, c);
    }
    closed
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

/// Every English message without variables, and its id.
pub(super) fn english() -> impl Iterator<Item = (&'static str, &'static str)> {
    of(Lang::En).plain.iter().map(|(id, text)| (id.as_str(), text.as_str()))
}
