//! The policy's Markdown, taken apart into its clauses for the page.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::views::{Original, PolicyClause};

/// A policy ready for its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// What stands before the first clause, as HTML.
    pub introduction: String,
    /// The introduction that binds, behind a translation.
    pub original: Option<String>,
    /// The clauses in order.
    pub clauses: Vec<PolicyClause>,
}

/// Takes a policy apart at headings that carry an id (`### 1.1 What you give us {#1.1}`). The document's own title is
/// left out, since the page has one. HTML inside the Markdown comes out as text: a policy is words, and the operator's
/// name in it comes from configuration.
pub fn parts(markdown: &str) -> Parts {
    let mut parts = Parts { introduction: String::new(), original: None, clauses: Vec::new() };
    let mut body = Vec::new();
    let mut heading: Option<Option<String>> = None;
    let mut title = String::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_HEADING_ATTRIBUTES | Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => heading = Some(None),
            Event::Start(Tag::Heading { id: Some(id), .. }) => {
                close(&mut parts, std::mem::take(&mut body));
                heading = Some(Some(id.to_string()));
            }
            Event::End(TagEnd::Heading(_)) if heading.is_some() => {
                if let Some(id) = heading.take().flatten() {
                    let title = without_number(&title, &id);
                    parts.clauses.push(PolicyClause { id, title, html: String::new(), original: None });
                }
                title.clear();
            }
            Event::Text(text) | Event::Code(text) if heading.is_some() => title.push_str(&text),
            _ if heading.is_some() => {}
            Event::Html(text) | Event::InlineHtml(text) => body.push(Event::Text(text)),
            other => body.push(other),
        }
    }
    close(&mut parts, body);
    parts
}

/// A translation, each clause with the original that binds behind it. A clause that is not translated stays as it is.
pub fn beside(original: Parts, translation: Parts) -> Parts {
    let mut translated = translation.clauses;
    let mut find = |id: &str| Some(translated.swap_remove(translated.iter().position(|clause| clause.id == id)?));
    let clauses = original.clauses.into_iter().map(|clause| match find(&clause.id) {
        // A mere heading promises nothing.
        Some(found) if clause.html.is_empty() => found,
        Some(found) => PolicyClause { original: Some(Original { title: clause.title, html: clause.html }), ..found },
        None => clause,
    });
    Parts {
        clauses: clauses.collect(),
        introduction: translation.introduction,
        original: Some(original.introduction).filter(|text| !text.is_empty()),
    }
}

fn close(parts: &mut Parts, body: Vec<Event<'_>>) {
    let target = match parts.clauses.last_mut() {
        Some(clause) => &mut clause.html,
        None => &mut parts.introduction,
    };
    html::push_html(target, body.into_iter());
}

/// `1. What we collect` and `1.1 What you give us` without the number, which the page sets apart.
fn without_number(title: &str, id: &str) -> String {
    title.strip_prefix(id).map_or(title, |rest| rest.trim_start_matches('.')).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Privacy policy of Harbour\n\nWho we are.\n\n## 1. What we collect {#1}\n\n\
                        ### 1.1 What *you* give us {#1.1}\n\nA name, and `code`.\n\n- one\n- two\n\n## 2. Where {#2}\n\nHere.\n";

    #[test]
    fn clauses_come_with_id_title_and_text() {
        let parts = parts(TEXT);
        assert_eq!(parts.introduction.trim(), "<p>Who we are.</p>");
        let found: Vec<_> = parts.clauses.iter().map(|clause| (clause.id.as_str(), clause.title.as_str())).collect();
        assert_eq!(found, [("1", "What we collect"), ("1.1", "What you give us"), ("2", "Where")]);
        assert_eq!(parts.clauses[0].html, "");
        assert!(parts.clauses[1].html.contains("<li>two</li>"));
    }

    #[test]
    fn html_in_a_policy_is_only_text() {
        let parts = parts("Hello <b onclick=x>Harbour</b>\n\n<script>x</script>\n\n## 1. One {#1}\n\n<img src=x>\n");
        let all = format!("{}{}", parts.introduction, parts.clauses[0].html);
        for tag in ["<b", "<script", "<img"] {
            assert!(!all.contains(tag), "{all}");
        }
    }

    #[test]
    fn a_translation_stands_before_the_text_that_binds() {
        let german = "# Datenschutz\n\nWer wir sind.\n\n## 2. Wo {#2}\n\nHier.\n\n### 1.1 Was Sie angeben {#1.1}\n\nEinen Namen.\n";
        let both = beside(parts(TEXT), parts(german));
        assert_eq!(both.introduction.trim(), "<p>Wer wir sind.</p>");
        assert_eq!(both.original.as_deref().map(str::trim), Some("<p>Who we are.</p>"));
        let found: Vec<_> = both
            .clauses
            .iter()
            .map(|one| {
                (one.id.as_str(), one.title.as_str(), one.original.as_ref().map(|original| original.title.as_str()))
            })
            .collect();
        let expected = [
            ("1", "What we collect", None),
            ("1.1", "Was Sie angeben", Some("What you give us")),
            ("2", "Wo", Some("Where")),
        ];
        assert_eq!(found, expected);
        assert!(both.clauses[1].html.contains("Einen Namen"));
        assert!(both.clauses[1].original.as_ref().is_some_and(|original| original.html.contains("<li>two</li>")));
    }

    #[test]
    fn every_shipped_translation_has_each_clause_paragraph_and_name_of_the_original() {
        let shape = |text: &str| -> Vec<(String, usize)> {
            let parts = parts(text);
            let counted = parts.clauses.iter().map(|clause| (clause.id.clone(), clause.html.matches("<p>").count()));
            std::iter::once((String::new(), parts.introduction.matches("<p>").count())).chain(counted).collect()
        };
        // Dashes and commas differ between languages, spans and figures must not.
        let figures = |text: &str| -> Vec<String> {
            let words =
                text.split(|sign: char| !sign.is_ascii_digit() && sign != '.').map(|word| word.trim_matches('.'));
            let mut found: Vec<_> = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
            found.sort();
            found
        };
        let english = include_str!("../platform/trust/policy/v1.md");
        for text in
            [include_str!("../platform/trust/policy/v1.de.md"), include_str!("../platform/trust/policy/v1.zh-Hans.md")]
        {
            assert_eq!(shape(text), shape(english));
            assert_eq!(figures(text), figures(english));
            for name in ["{operator}", "{contact}"] {
                assert_eq!(text.matches(name).count(), english.matches(name).count(), "{name}");
            }
        }
    }

    fn templates(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { templates(&path, found) } else { found.push(std::fs::read_to_string(path).unwrap()) }
        }
    }

    #[test]
    fn the_shipped_policy_has_every_clause_that_pages_cite() {
        let shipped = parts(include_str!("../platform/trust/policy/v1.md"));
        assert!(shipped.clauses.iter().all(|clause| !clause.title.is_empty() && !clause.title.contains('{')));
        let mut files = Vec::new();
        templates(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut files);
        let text = files.concat();
        let cited: Vec<_> = text.split("clause(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(cited.len() > 10);
        for id in cited {
            assert!(shipped.clauses.iter().any(|clause| clause.id == id), "{id}");
        }
    }
}
