//! String literals of a Rust source, and the call that each is given to.

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// Its value.
    pub text: String,
    /// The code before the innermost open bracket that it stands in, with the bracket: `page.notice(`.
    pub call: String,
}

/// The product's part of a file: without the test module at its end.
pub fn product(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

/// Every string literal of the product's part.
pub fn literals(text: &str) -> Vec<Literal> {
    let text = product(text);
    let mut reader = Reader { rest: text, code: String::new(), found: Vec::new() };
    while reader.step() {}
    reader.found
}

struct Reader<'a> {
    rest: &'a str,
    /// The code so far, literals as `""`.
    code: String,
    found: Vec<Literal>,
}

impl<'a> Reader<'a> {
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if self.rest.starts_with("//") {
            self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.skip(self.rest.find("*/").map_or(self.rest.len(), |at| at + 2));
        } else if first == '"' {
            self.plain();
        } else if let Some(hashes) = raw(self.rest) {
            self.raw(hashes);
        } else if let Some(length) = character(self.rest) {
            self.skip(length);
        } else {
            self.code.push(first);
            self.skip(first.len_utf8());
        }
        true
    }

    fn skip(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    fn plain(&mut self) {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n') => text.push('\n'),
                    Some('\n') => {
                        let spaces = |c: &(usize, char)| c.1.is_whitespace();
                        let mut ahead = chars.clone();
                        while ahead.next().as_ref().is_some_and(spaces) {
                            chars.next();
                        }
                    }
                    Some(other) => text.push(other),
                    None => {}
                },
                other => text.push(other),
            }
        }
        self.keep(text);
        self.skip(end);
    }

    fn raw(&mut self, hashes: usize) {
        let close = format!("\"{}", "#".repeat(hashes));
        let body = &self.rest[hashes + 2..];
        let end = body.find(&close).unwrap_or(body.len());
        self.keep(body[..end].to_owned());
        self.skip(hashes + 2 + end + close.len());
    }

    fn keep(&mut self, text: String) {
        let call = self.call();
        self.found.push(Literal { text, call });
        self.code.push_str("\"\"");
    }

    /// The last open bracket, and what stands before it on its line and the one above.
    fn call(&self) -> String {
        let mut closed = 0_i32;
        for (at, c) in self.code.char_indices().rev() {
            match c {
                ')' => closed += 1,
                '(' if closed > 0 => closed -= 1,
                '(' => {
                    let before: String = self.code[..=at].chars().rev().take(60).collect();
                    return before.chars().rev().collect();
                }
                ';' if closed == 0 => break,
                _ => {}
            }
        }
        String::new()
    }
}

/// The number of hashes, if a raw string begins here.
fn raw(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.find(|c| c != '#')?;
    after[hashes..].starts_with('"').then_some(hashes)
}

/// The length, if a character literal begins here; lifetimes are none.
fn character(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    let length = if let Some(escaped) = inside.strip_prefix('\\') {
        1 + escaped.chars().next()?.len_utf8() + escaped.chars().skip(1).take_while(|c| *c != '\'').count()
    } else {
        inside.chars().next()?.len_utf8()
    };
    inside.get(length..)?.starts_with('\'').then_some(length + 2)
}
