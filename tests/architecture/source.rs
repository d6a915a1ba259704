//! Reads Rust source just well enough: comments, literals and test modules are blanked, the rest becomes tokens and
//! paths. No parser crate: the rules need names and braces, and must also read a file that does not compile yet.

use std::fmt;

/// One file under `src/` (or a made-up one), ready for the rules.
pub struct Source {
    /// Path from the package's root, with `/`.
    pub path: String,
    /// Product code only: comments, literals and tests are spaces, lines stay where they were.
    code: String,
}

/// A word, `::`, or a single other character, and the line (from 1) it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub text: &'a str,
    pub line: usize,
}

/// A path such as `crate::kernel::ids::Id`, groups expanded, `self` and `super` resolved to `crate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    pub segments: Vec<String>,
    pub line: usize,
    /// `name!(…)`: the path of a macro.
    pub is_macro: bool,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.segments.join("::"))
    }
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let is_test_file = path.ends_with("/tests.rs") || path.contains("/tests/");
        let code = if is_test_file { String::new() } else { without_tests(&without_text(text)) };
        Self { path: path.to_owned(), code }
    }

    /// The same for a file whose tests are what a rule is about.
    pub fn with_tests(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), code: without_text(text) }
    }

    /// Files that this one declares as tests: `#[cfg(test)] mod witness;`. Paths without the extension.
    pub fn test_files(path: &str, text: &str) -> Vec<String> {
        let source = Self::with_tests(path, text);
        let tokens: Vec<&str> = source.tokens().iter().map(|token| token.text).collect();
        let folder = path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix("/lib.rs"));
        let folder = folder.unwrap_or_else(|| path.trim_end_matches(".rs"));
        let declared = tokens
            .windows(10)
            .filter(|window| window[..8] == ["#", "[", "cfg", "(", "test", ")", "]", "mod"] && window[9] == ";");
        declared.map(|window| format!("{folder}/{}", window[8])).collect()
    }

    /// The module this file is: `src/identity/sessions/mod.rs` is `["identity", "sessions"]`.
    pub fn module(&self) -> Vec<String> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut parts: Vec<String> = inner.split('/').map(str::to_owned).collect();
        if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            parts.pop();
        }
        parts
    }

    /// Lines that hold product code or its comments: the whole file up to the end of its last line of code.
    pub fn lines(&self) -> usize {
        self.code.trim_end().lines().count()
    }

    pub fn tokens(&self) -> Vec<Token<'_>> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut tokens = Vec::new();
        for (number, line) in self.code.lines().enumerate() {
            let mut rest = line.trim_start();
            while let Some(first) = rest.chars().next() {
                let length = if is_word(first) {
                    rest.find(|c| !is_word(c)).unwrap_or(rest.len())
                } else if rest.starts_with("::") {
                    2
                } else {
                    first.len_utf8()
                };
                tokens.push(Token { text: &rest[..length], line: number + 1 });
                rest = rest[length..].trim_start();
            }
        }
        tokens
    }

    /// Every path with two segments or more, and every `use`.
    pub fn paths(&self) -> Vec<Path> {
        Paths { tokens: self.tokens(), at: 0, module: self.module(), inline: Vec::new(), found: Vec::new() }.collect()
    }
}

struct Paths<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    module: Vec<String>,
    /// For each open brace: does it open an inline module, and which?
    inline: Vec<Option<String>>,
    found: Vec<Path>,
}

impl Paths<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    fn collect(mut self) -> Vec<Path> {
        while self.at < self.tokens.len() {
            let before = if self.at == 0 { "" } else { self.text(self.at - 1) };
            match self.text(self.at) {
                "{" => {
                    let named = self.at >= 2 && self.text(self.at - 2) == "mod";
                    self.inline.push(named.then(|| before.to_owned()));
                    self.at += 1;
                }
                "}" => {
                    self.inline.pop();
                    self.at += 1;
                }
                // `$crate::…` of a macro is a path of whoever calls it.
                word if is_word(word) && before == "$" => {
                    let first = self.found.len();
                    self.tree(Vec::new());
                    self.found.truncate(first);
                }
                word if is_word(word) && before != "." => {
                    let after_use = before == "use";
                    let first = self.found.len();
                    self.tree(Vec::new());
                    if !after_use {
                        let short = |path: &Path| path.segments.len() < 2;
                        let kept: Vec<Path> = self.found.drain(first..).filter(|path| !short(path)).collect();
                        self.found.extend(kept);
                    }
                }
                _ => self.at += 1,
            }
        }
        let mut found = std::mem::take(&mut self.found);
        found.retain(|path| !path.segments.is_empty());
        found
    }

    /// `a::b`, `a::{b, c::d}`, `a::*`, starting at a word; leaves `at` behind it.
    fn tree(&mut self, mut prefix: Vec<String>) {
        let line = self.tokens[self.at].line;
        loop {
            prefix.push(self.text(self.at).to_owned());
            self.at += 1;
            if self.text(self.at) != "::" {
                break;
            }
            self.at += 1;
            match self.text(self.at) {
                "{" => {
                    self.at += 1;
                    self.group(&prefix);
                    return;
                }
                "*" => {
                    self.at += 1;
                    break;
                }
                word if is_word(word) => {}
                _ => break, // `::<` of a turbofish
            }
        }
        let is_macro = self.text(self.at) == "!";
        let segments = self.resolve(prefix);
        self.found.push(Path { segments, line, is_macro });
    }

    fn group(&mut self, prefix: &[String]) {
        while self.at < self.tokens.len() {
            match self.text(self.at) {
                "}" => {
                    self.at += 1;
                    return;
                }
                "as" => self.at += 2,
                word if is_word(word) => self.tree(prefix.to_vec()),
                _ => self.at += 1,
            }
        }
    }

    fn resolve(&self, segments: Vec<String>) -> Vec<String> {
        let relative = matches!(segments[0].as_str(), "self" | "super");
        if !relative {
            let inner_self = segments.iter().skip(1).any(|segment| segment == "self");
            return if inner_self { segments.into_iter().filter(|s| s != "self").collect() } else { segments };
        }
        let mut base = self.module.clone();
        base.extend(self.inline.iter().flatten().cloned());
        for segment in &segments {
            match segment.as_str() {
                "self" => {}
                "super" => {
                    base.pop();
                }
                name => base.push(name.to_owned()),
            }
        }
        base.insert(0, "crate".to_owned());
        base
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The same text with comments, strings and character literals replaced by spaces, byte for byte.
fn without_text(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => find(bytes, at, b"\n").unwrap_or(bytes.len()),
            b'/' if bytes[at..].starts_with(b"/*") => end_of_block_comment(bytes, at),
            b'"' => end_of_string(bytes, at),
            b'r' if !joins_word(bytes, at) => end_of_raw_string(bytes, at).unwrap_or(at),
            b'\'' => end_of_char(bytes, at).unwrap_or(at),
            _ => at,
        };
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    String::from_utf8(out).expect("whole literals were replaced")
}

/// `for"` is a word that ends in r, `br"` and `cr"` are raw strings.
fn joins_word(bytes: &[u8], at: usize) -> bool {
    let word = |index: usize| bytes[index].is_ascii_alphanumeric() || bytes[index] == b'_';
    let prefix = at >= 1 && matches!(bytes[at - 1], b'b' | b'c') && (at < 2 || !word(at - 2));
    at >= 1 && word(at - 1) && !prefix
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    bytes[from..].windows(what.len()).position(|window| window == what).map(|offset| from + offset)
}

fn end_of_block_comment(bytes: &[u8], at: usize) -> usize {
    let (mut depth, mut end) = (0_usize, at);
    while end < bytes.len() {
        if bytes[end..].starts_with(b"/*") {
            depth += 1;
            end += 2;
        } else if bytes[end..].starts_with(b"*/") {
            depth -= 1;
            end += 2;
            if depth == 0 {
                return end;
            }
        } else {
            end += 1;
        }
    }
    end
}

fn end_of_string(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != b'"' {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    (end + 1).min(bytes.len())
}

fn end_of_raw_string(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    let open = at + 1 + hashes;
    if bytes.get(open) != Some(&b'"') {
        return None; // an ordinary word, or a raw identifier
    }
    let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    Some(find(bytes, open + 1, &close).map_or(bytes.len(), |start| start + close.len()))
}

/// `'a'` and `'\n'` are literals, `'a` is a lifetime.
fn end_of_char(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at + 1) == Some(&b'\\') {
        return find(bytes, at + 3, b"'").map(|end| end + 1);
    }
    let width = match bytes.get(at + 1)? {
        0..=0x7f => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    (bytes.get(at + 1 + width) == Some(&b'\'')).then_some(at + 2 + width)
}

/// Blanks every item behind `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    while let Some(start) = out.find("#[cfg(test)]") {
        let end = end_of_item(out.as_bytes(), start);
        let blank: String = out[start..end].chars().filter(|c| *c == '\n').collect();
        // Lines are kept at the end of the file too: positions of what follows must not move.
        out.replace_range(start..end, &blank);
    }
    out
}

fn end_of_item(code: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, byte) in code[start..].iter().enumerate() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && *byte == b'}' {
                    return start + offset + 1;
                }
            }
            b';' if depth == 0 => return start + offset + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str, text: &str) -> Vec<String> {
        Source::new(path, text).paths().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn groups_are_expanded_and_renames_skipped() {
        let text = "use crate::platform::{jobs::{self, Queue}, mail as post};\nuse diesel;\n";
        let expected = ["crate::platform::jobs", "crate::platform::jobs::Queue", "crate::platform::mail", "diesel"];
        assert_eq!(paths("src/accounts/store.rs", text), expected);
    }

    #[test]
    fn relative_paths_are_resolved_also_in_inline_modules() {
        let text = "use super::model::Profile;\nuse self::inner::X;\nmod inner { use super::super::store; }\n";
        let expected = ["crate::accounts::model::Profile", "crate::accounts::api::inner::X", "crate::accounts::store"];
        assert_eq!(paths("src/accounts/api.rs", text), expected);
        assert_eq!(paths("src/accounts/mod.rs", "use super::db::X;"), ["crate::db::X"]);
    }

    #[test]
    fn comments_literals_and_tests_are_not_code() {
        let text = concat!(
            "// use crate::a::A;\n/* crate::b::B /* nested */ crate::c::C */\n",
            "const X: &str = \"crate::d::D \\\" crate::e::E\";\n",
            "const Y: &str = br#\"crate::f::F\" crate::g::G\"#;\n",
            "fn f<'a>(x: &'a str) -> char { let _ = '\"'; let _ = '\\''; crate::h::call(x); 'é' }\n",
            "#[cfg(test)]\nmod tests {\n    use crate::i::I;\n}\nuse crate::j::J;\n",
        );
        let source = Source::new("src/kernel/money.rs", text);
        let found: Vec<String> = source.paths().iter().map(|path| format!("{path} {}", path.line)).collect();
        assert_eq!(found, ["crate::h::call 5", "crate::j::J 10"]);
    }

    #[test]
    fn test_files_and_macro_paths_are_known() {
        let text = "mod a;\n#[cfg(test)]\nmod witness;\n#[cfg(test)]\nmod tests {}\n";
        assert_eq!(Source::test_files("src/processor/mod.rs", text), ["src/processor/witness"]);
        assert_eq!(Source::test_files("src/processor.rs", text), ["src/processor/witness"]);
        assert_eq!(paths("src/kernel/a.rs", "macro_rules! m { () => { $crate::db::X::y() }; }"), ["X"; 0]);
    }

    #[test]
    fn method_calls_and_turbofish_are_no_paths() {
        assert_eq!(paths("src/a.rs", "fn f() { x.diesel(); y.collect::<Vec<_>>(); Vec::<u8>::new(); }"), ["Vec"; 0]);
    }
}
