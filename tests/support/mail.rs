//! The mails that left, as the file transport wrote them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A folder with one `.eml` file per message, in order of sending.
#[derive(Debug, Clone)]
pub struct Mailbox {
    folder: PathBuf,
}

/// One message, decoded.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    pub from: String,
    pub subject: String,
    /// All text parts, one after the other.
    pub text: String,
    /// The file as it is.
    pub raw: String,
}

impl Mailbox {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Every message so far, in order of sending.
    pub fn all(&self) -> Vec<Mail> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
        files.sort();
        files.iter().map(|path| Mail::read(path)).collect()
    }

    /// Messages to this address.
    pub fn to(&self, address: &str) -> Vec<Mail> {
        self.all().into_iter().filter(|mail| mail.to.contains(address)).collect()
    }

    /// The first message to the address after `seen` others; waits for it.
    pub async fn next(&self, address: &str, seen: usize) -> Mail {
        let what = format!("mail {} to {address}", seen + 1);
        super::eventually(&what, async || self.to(address).into_iter().nth(seen)).await
    }
}

impl Mail {
    fn read(path: &Path) -> Self {
        Self::parse(&String::from_utf8_lossy(&fs::read(path).expect("a message file")))
    }

    fn parse(raw: &str) -> Self {
        let raw = raw.replace("\r\n", "\n");
        let part = Part::parse(&raw);
        let header = |name: &str| decode_words(part.headers.get(name).map_or("", String::as_str));
        Self { to: header("to"), from: header("from"), subject: header("subject"), text: part.text(), raw }
    }

    /// The links of the text, in order, each once.
    pub fn links(&self) -> Vec<String> {
        let mut links = Vec::new();
        for word in self.text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>')) {
            let link = word.trim_end_matches(['.', ',', ')']);
            if (link.starts_with("http://") || link.starts_with("https://")) && !links.contains(&link.to_owned()) {
                links.push(link.to_owned());
            }
        }
        links
    }

    /// Path and query of the first link.
    #[track_caller]
    pub fn path(&self) -> String {
        let url = url::Url::parse(self.links().first().expect("a link")).expect("an address");
        format!("{}?{}", url.path(), url.query().unwrap_or_default())
    }

    /// The secret of the mailed link, `?token=…`.
    #[track_caller]
    pub fn token(&self) -> String {
        let link = self.links().into_iter().find(|link| link.contains("token="));
        let link = link.unwrap_or_else(|| panic!("no link with a token in:\n{}", self.text));
        let url = url::Url::parse(&link).expect("a link");
        url.query_pairs().find(|(name, _)| name == "token").expect("just seen").1.into_owned()
    }
}

/// A message or a part of one: as much of MIME (RFC 2045) as our own mails use.
struct Part<'a> {
    headers: BTreeMap<String, String>,
    body: &'a str,
}

impl<'a> Part<'a> {
    fn parse(raw: &'a str) -> Self {
        let (head, body) = raw.split_once("\n\n").unwrap_or((raw, ""));
        let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
        let fields = unfolded.lines().filter_map(|line| line.split_once(':'));
        let headers = fields.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
        Self { headers, body }
    }

    fn text(&self) -> String {
        let kind = self.headers.get("content-type").map_or("text/plain", String::as_str);
        if let Some((_, rest)) = kind.split_once("boundary=") {
            let boundary = rest.split(';').next().unwrap_or("").trim_matches('"');
            let marker = format!("--{boundary}");
            let parts = self.body.split(marker.as_str()).skip(1).filter(|part| !part.starts_with("--"));
            return parts.map(|part| Part::parse(part.trim_start_matches('\n')).text()).collect::<Vec<_>>().join("\n");
        }
        match self.headers.get("content-transfer-encoding").map(|name| name.to_lowercase()).as_deref() {
            Some("quoted-printable") => quoted_printable(&self.body.replace("=\n", "")),
            Some("base64") => {
                let packed: String = self.body.split_whitespace().collect();
                String::from_utf8_lossy(&STANDARD.decode(packed).expect("base64")).into_owned()
            }
            _ => self.body.to_owned(),
        }
    }
}

fn quoted_printable(text: &str) -> String {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, tail)) = rest.split_first() {
        let hex = |text: &[u8]| u8::from_str_radix(std::str::from_utf8(text).ok()?, 16).ok();
        match tail.get(..2).and_then(hex) {
            Some(byte) if *first == b'=' => {
                out.push(byte);
                rest = &tail[2..];
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Encoded words of headers (RFC 2047): `=?utf-8?b?…?=`.
fn decode_words(text: &str) -> String {
    let (mut out, mut was_encoded) = (String::new(), false);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let inner = word.strip_prefix("=?").and_then(|rest| rest.strip_suffix("?="));
        let parts: Vec<&str> = inner.map_or(Vec::new(), |inner| inner.splitn(3, '?').collect());
        let decoded = match parts.as_slice() {
            [_, "b" | "B", data] => STANDARD.decode(data).ok().map(|b| String::from_utf8_lossy(&b).into_owned()),
            [_, "q" | "Q", data] => Some(quoted_printable(&data.replace('_', " "))),
            _ => None,
        };
        // Spaces between two encoded words are none of the text.
        let separate = !(out.is_empty() || was_encoded && decoded.is_some());
        was_encoded = decoded.is_some();
        out.push_str(if separate { " " } else { "" });
        out.push_str(decoded.as_deref().unwrap_or(word));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_of_several_parts_is_read() {
        let raw = concat!(
            "From: Steward <a@b.example>\r\nTo: \r\n c@d.example\r\nSubject: =?utf-8?b?R3LDvMOf?= =?utf-8?q?e_an?= dich =?utf-8?q?f=C3=BCr?=\r\n",
            "Content-Type: multipart/alternative; boundary=\"x1\"\r\n\r\n--x1\r\n",
            "Content-Transfer-Encoding: quoted-printable\r\n\r\nOpen http://localhost:1/verify?token=3Dab=\r\ncd.\r\n",
            "--x1\r\nContent-Transfer-Encoding: base64\r\n\r\nPGEgaHJlZj0i\r\nIj4=\r\n--x1--\r\n",
        );
        let mail = Mail::parse(raw);
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("c@d.example", "Grüße an dich für"));
        assert_eq!(mail.token(), "abcd");
        assert!(mail.text.contains("<a href=\"\">"));
    }
}
