//! The list of breached passwords: a file of the operator's, in the form in which Have I Been Pwned gives its own away.
//! Lines `SHA-1 in hex:how often seen`, in the order of the hashes, searched where they lie: some forty small reads find
//! one among a thousand million. Nothing is loaded, and nothing of a password leaves this machine.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use sha1::{Digest, Sha1};

/// Hex digits of a hash.
const DIGITS: usize = 40;
/// The longest line with its ending: hash, colon, a count of up to twenty digits, CR and LF.
const LONGEST_LINE: usize = DIGITS + 1 + 20 + 2;
/// Lines looked at when a process starts.
const SAMPLES: u64 = 1_000;

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// It cannot be read.
    #[error("it cannot be read ({0})")]
    Io(#[from] std::io::Error),
    /// It holds nothing.
    #[error("it is empty")]
    Empty,
    /// A line has another form.
    #[error("at byte {0} stands no line of the form HASH:COUNT with a SHA-1 hash of 40 hex digits")]
    Line(u64),
    /// The hashes are in another order.
    #[error("the hashes before byte {0} are not in ascending order; take the list that is ordered by hash")]
    Order(u64),
}

/// An open list. Cheap to clone.
#[derive(Debug, Clone)]
pub struct BreachedList {
    file: Arc<File>,
    length: u64,
}

/// A line: where it begins, its hash, and where the next one begins.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: u64,
    hash: [u8; 20],
    end: u64,
}

impl BreachedList {
    /// Opens a list and looks at lines all over it.
    ///
    /// # Errors
    /// See [`ListError`].
    pub fn open(path: &Path) -> Result<Self, ListError> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let list = Self { file: Arc::new(file), length };
        list.check()?;
        Ok(list)
    }

    /// Whether a password is among them.
    ///
    /// # Errors
    /// The file can no longer be read, or a line of it is none.
    pub fn contains(&self, password: &str) -> Result<bool, ListError> {
        self.find(&Sha1::digest(password.as_bytes()).into())
    }

    /// Binary search over places in the file: whatever begins before `low` is less, whatever begins at `high` or behind
    /// it is greater.
    fn find(&self, hash: &[u8; 20]) -> Result<bool, ListError> {
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.line_from(middle)?.filter(|line| line.start < high) {
                None => high = middle,
                Some(line) => match line.hash.cmp(hash) {
                    std::cmp::Ordering::Less => low = line.end,
                    std::cmp::Ordering::Equal => return Ok(true),
                    std::cmp::Ordering::Greater => high = middle,
                },
            }
        }
        Ok(false)
    }

    /// The first line that begins at this place or behind it.
    fn line_from(&self, place: u64) -> Result<Option<Line>, ListError> {
        // One byte earlier, so that a line that begins right here is seen to begin.
        let from = place.saturating_sub(1);
        let mut buffer = [0_u8; 2 * LONGEST_LINE];
        let read = self.read(&mut buffer, from)?;
        let bytes = &buffer[..read];
        let start = match bytes.iter().position(|byte| *byte == b'\n') {
            _ if place == 0 => 0,
            Some(at) => at + 1,
            // Only the rest of the last line may be without an end.
            None if from + read as u64 == self.length => return Ok(None),
            None => return Err(ListError::Line(from)),
        };
        let at = from + start as u64;
        if at == self.length {
            return Ok(None);
        }
        let rest = &bytes[start..];
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let hash = parse(&rest[..end]).ok_or(ListError::Line(at))?;
        Ok(Some(Line { start: at, hash, end: at + end as u64 }))
    }

    /// Fills the buffer as far as the file goes.
    fn read(&self, buffer: &mut [u8], from: u64) -> Result<usize, ListError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.file.read_at(&mut buffer[filled..], from + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(filled)
    }

    /// Lines at even distances, the first and the last among them, are lines and in order.
    fn check(&self) -> Result<(), ListError> {
        if self.length == 0 {
            return Err(ListError::Empty);
        }
        let mut before: Option<Line> = None;
        let tail = self.length.saturating_sub(LONGEST_LINE as u64);
        let even = (0..SAMPLES).map(|sample| self.length / SAMPLES * sample);
        for place in even.chain(tail..self.length) {
            let Some(line) = self.line_from(place)? else { continue };
            if let Some(before) = before.filter(|before| before.start != line.start)
                && before.hash >= line.hash
            {
                return Err(ListError::Order(line.end));
            }
            before = Some(line);
        }
        before.map(|_| ()).ok_or(ListError::Empty)
    }
}

/// `0018A45C4D1DEF81644B54AB7F969B88D65: 3` is none, `…:3` is: the hash of a line.
fn parse(line: &[u8]) -> Option<[u8; 20]> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, count) = line.split_at_checked(DIGITS)?;
    let count = count.strip_prefix(b":")?;
    if count.is_empty() || !count.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut hash = [0; 20];
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = hex(pair[0])? << 4 | hex(pair[1])?;
    }
    Some(hash)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::io::Write as _;

    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use tempfile::NamedTempFile;

    fn file(text: &str) -> NamedTempFile {
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        file
    }

    fn line(hash: &[u8; 20]) -> String {
        hash.iter().fold(String::new(), |mut line, byte| {
            write!(line, "{byte:02X}").expect("a string takes it");
            line
        })
    }

    fn opened(text: &str) -> Result<BreachedList, ListError> {
        BreachedList::open(file(text).path())
    }

    #[test]
    fn a_password_of_the_list_is_found_and_another_is_not() {
        let hash = |text: &str| line(&Sha1::digest(text.as_bytes()).into());
        // As published: the SHA-1 of "password".
        assert_eq!(hash("password"), "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
        let mut lines: Vec<String> = ["password", "correct horse battery staple", "šest"].map(hash).into();
        lines.sort();
        for ending in ["\n", "\r\n"] {
            for last in ["", ending] {
                let text = lines.iter().map(|hash| format!("{hash}:17")).collect::<Vec<_>>().join(ending) + last;
                let list = opened(&text).expect("a list");
                for known in ["password", "correct horse battery staple", "šest"] {
                    assert!(list.contains(known).expect("read"), "{known}");
                }
                assert!(!list.contains("Password").expect("read") && !list.contains("").expect("read"));
            }
        }
    }

    const LOW: &str = "0000000000000000000000000000000000000001";
    const HIGH: &str = "ffffffffffffffffffffffffffffffffffffffff";

    #[rstest]
    #[case::nothing("", "empty")]
    #[case::another_hash("8846F7EAEE8FB117AD06BDD830B7586C:3\n", "byte 0")]
    #[case::no_count(&format!("{LOW}\n"), "byte 0")]
    #[case::no_number(&format!("{LOW}:many\n"), "byte 0")]
    #[case::blank_line(&format!("{LOW}:1\n\n{HIGH}:1\n"), "byte 43")]
    #[case::words(&"words and no hashes at all, in a line without end".repeat(9), "HASH:COUNT")]
    #[case::cut_off(&format!("{LOW}:1\n{}", &HIGH[..20]), "byte 43")]
    #[case::by_count(&format!("{HIGH}:9\n{LOW}:1\n"), "ascending")]
    #[case::twice(&format!("{LOW}:1\n{LOW}:1\n"), "ascending")]
    fn what_is_no_list_is_refused(#[case] text: &str, #[case] why: &str) {
        let error = opened(text).expect_err("no list").to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn a_file_that_is_not_there_is_refused() {
        let error = BreachedList::open(Path::new("/nonexistent/list")).expect_err("no file");
        assert!(matches!(error, ListError::Io(_)), "{error}");
    }

    proptest! {
        #[test]
        fn binary_search_finds_what_a_linear_scan_finds(
            stored in proptest::collection::btree_map(any::<[u8; 20]>(), any::<u64>(), 1..200),
            others in proptest::collection::vec(any::<[u8; 20]>(), 0..20),
            (crlf, ends) in any::<(bool, bool)>(),
        ) {
            let ending = if crlf { "\r\n" } else { "\n" };
            let lines: Vec<String> = stored.iter().map(|(hash, count)| format!("{}:{count}", line(hash))).collect();
            let list = opened(&(lines.join(ending) + if ends { ending } else { "" })).expect("a list");
            // Neighbours of what is stored, too: they fall between two lines.
            let near = stored.keys().map(|hash| {
                let mut near = *hash;
                near[19] ^= 1;
                near
            });
            for hash in stored.keys().copied().chain(near).chain(others) {
                prop_assert_eq!(list.find(&hash).expect("read"), stored.contains_key(&hash));
            }
        }
    }
}
