//! What a mail says, once, for both of its parts: the same words become plain text and HTML, so they cannot differ.
//!
//! Features write their mails as functions that return a [`Letter`] (`identity/letters.rs`, `billing/letters.rs`).

use askama::Template;

use crate::kernel::lang::Lang;

/// The installation as its mails name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// The product's name.
    pub product: String,
    /// Configured address without a slash at the end; links are made from it and never from a request.
    pub base_url: String,
    /// The reader's language.
    pub lang: Lang,
}

impl Letterhead {
    /// The same for a reader of another language.
    #[must_use]
    pub fn in_language(self, lang: Lang) -> Self {
        Self { lang, ..self }
    }

    /// An address of this installation; `path` begins with a slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}

/// A mail, in English sentences that have their messages in `locales/`: it is told in the language of its head. Values are
/// plain text; the HTML part escapes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Subject, without personal data: it shows on locked screens.
    pub subject: String,
    /// First line.
    pub greeting: String,
    /// What happened.
    pub body: Vec<String>,
    /// The one thing to do: words and address.
    pub action: Option<(String, String)>,
    /// What else there is to know.
    pub closing: Vec<String>,
    /// Why the reader gets this mail, in a sentence.
    pub why: String,
    /// Who writes.
    pub head: Letterhead,
}

#[derive(Template)]
#[template(path = "emails/letter.txt", whitespace = "preserve")]
struct Text<'a> {
    lang: Lang,
    product: &'a str,
    base_url: &'a str,
    greeting: &'a str,
    body: &'a [String],
    action: &'a Option<(String, String)>,
    closing: &'a [String],
    why: &'a str,
}

#[derive(Template)]
#[template(path = "emails/letter.html", whitespace = "preserve")]
struct Html<'a> {
    lang: Lang,
    subject: &'a str,
    product: &'a str,
    base_url: &'a str,
    greeting: &'a str,
    body: &'a [String],
    action: &'a Option<(String, String)>,
    closing: &'a [String],
    why: &'a str,
}

impl Letter {
    /// The subject in the reader's language.
    #[must_use]
    pub fn subject(&self) -> String {
        self.tell(&self.subject)
    }

    /// The `text/plain` part.
    ///
    /// # Errors
    /// When the template fails, which no data can make it do.
    pub fn text(&self) -> Result<String, askama::Error> {
        let Self { greeting, body, action, closing, why, head, .. } = &self.told();
        let (lang, product, base_url) = (head.lang, &head.product, &head.base_url);
        Text { lang, product, base_url, greeting, body, action, closing, why }.render()
    }

    /// The `text/html` part.
    ///
    /// # Errors
    /// When the template fails, which no data can make it do.
    pub fn html(&self) -> Result<String, askama::Error> {
        let greeting = in_isolation(&self.greeting);
        let Self { subject, greeting, body, action, closing, why, head } = &Self { greeting, ..self.clone() }.told();
        let (lang, product, base_url) = (head.lang, &head.product, &head.base_url);
        Html { lang, subject, product, base_url, greeting, body, action, closing, why }.render()
    }

    fn tell(&self, english: &str) -> String {
        self.head.lang.tell(english).into_owned()
    }

    /// The same letter in the reader's language.
    fn told(&self) -> Self {
        let all = |sentences: &[String]| sentences.iter().map(|sentence| self.tell(sentence)).collect();
        Self {
            subject: self.subject(),
            greeting: self.tell(&self.greeting),
            body: all(&self.body),
            action: self.action.as_ref().map(|(words, address)| (self.tell(words), address.clone())),
            closing: all(&self.closing),
            why: self.tell(&self.why),
            head: self.head.clone(),
        }
    }
}

/// A greeting whose name, if it is written from right to left, cannot reorder the words around it. Only for HTML: the marks
/// would be seen in some readers of plain text.
fn in_isolation(greeting: &str) -> String {
    let name = greeting.strip_prefix("Hello ").and_then(|rest| rest.strip_suffix(','));
    match name.filter(|name| name.chars().any(is_right_to_left)) {
        Some(name) => format!("Hello \u{2068}{name}\u{2069},"),
        None => greeting.to_owned(),
    }
}

/// Letters of Hebrew, Arabic, Syriac, Thaana, N'Ko and the others whose blocks are set aside for this direction.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        || matches!(c, '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(text: &str) -> Letter {
        let head =
            Letterhead { product: "Steward".into(), base_url: "https://accounts.example.org".into(), lang: Lang::En };
        Letter {
            subject: text.into(),
            greeting: text.into(),
            body: vec![text.into(), "Second.".into()],
            action: Some(("Confirm".into(), head.link("/verify?token=a-b_c"))),
            closing: vec![text.into()],
            why: text.into(),
            head,
        }
    }

    #[test]
    fn both_parts_carry_the_link_the_policy_and_the_contact() {
        let letter = letter("Hello Ada,");
        for part in [letter.text().unwrap(), letter.html().unwrap()] {
            for needed in ["https://accounts.example.org/verify?token=a-b_c", "/privacy", "/contact", "Second."] {
                assert!(part.contains(needed), "{needed}: {part}");
            }
        }
    }

    #[test]
    fn a_name_from_right_to_left_keeps_to_itself_in_html() {
        let arabic = letter("Hello محمد (أحمد),");
        assert!(arabic.html().unwrap().contains("Hello \u{2068}محمد (أحمد)\u{2069},"));
        assert!(arabic.text().unwrap().contains("Hello محمد (أحمد),"));
        assert!(letter("Hello Ada,").html().unwrap().contains("Hello Ada,"));
    }

    #[test]
    fn text_is_one_paragraph_after_the_other() {
        let text = letter("Hello.").text().unwrap();
        let expected = "Hello.\n\nHello.\n\nSecond.\n\nConfirm:\nhttps://accounts.example.org/verify?token=a-b_c\n\nHello.\n\n\
                        Steward\n\n--\nHello.\nPrivacy policy: https://accounts.example.org/privacy\n\
                        Contact: https://accounts.example.org/contact";
        assert_eq!(text, expected);
    }

    #[test]
    fn html_escapes_and_text_does_not() {
        let hostile = letter("<script>x</script> & Söhne");
        assert!(!hostile.html().unwrap().contains("<script"));
        assert!(hostile.text().unwrap().contains("<script>x</script> & Söhne"));
    }
}
