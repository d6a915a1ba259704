//! Mail into a directory: `NNNNNN-<mail id>.eml`, numbered in the order of sending. For the demo and for tests.
//!
//! Several processes may share the directory. A file appears whole or not at all, and a letter that an earlier try
//! delivered is found by its id and not written again.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::message::Message;
use super::transport::{Delivery, Transport, TransportError};
use crate::db::failpoint::reach;
use crate::kernel::ids::{Id, Mail};
use crate::platform::trust::Shared;

/// Holds the number of the last letter; locked while one is numbered.
const LAST: &str = ".last";

/// Writes letters into a directory, made when first needed.
pub struct FileTransport {
    directory: PathBuf,
}

impl FileTransport {
    /// Into this directory.
    #[must_use]
    pub fn new(directory: PathBuf) -> Self {
        Self { directory }
    }
}

impl Transport for FileTransport {
    fn deliver<'a>(&'a self, message: &'a Shared<Message>, tried_before: bool) -> Delivery<'a> {
        Box::pin(async move {
            let bytes = message.value().wire()?.formatted();
            let (directory, id) = (self.directory.clone(), message.value().id.clone());
            let written = tokio::task::spawn_blocking(move || deliver(&directory, &id, &bytes, tried_before));
            match written.await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(TransportError::Later(format!("the mail directory: {}", error.kind()))),
                Err(_) => Err(TransportError::Later("the mail directory: writing was cut off".to_owned())),
            }
        })
    }
}

fn deliver(directory: &Path, id: &Id<Mail>, bytes: &[u8], tried_before: bool) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    let draft = directory.join(format!(".{id}.part"));
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    reach();
    // The system lets go of the lock when the process ends, however it ends.
    let mut last = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(directory.join(LAST))?;
    last.lock()?;
    if tried_before && letters(directory)?.any(|(_, delivered)| delivered == id.as_str()) {
        return fs::remove_file(&draft);
    }
    let number = last_number(&mut last, directory)? + 1;
    // The number is spent before it is used: a crash in between leaves a gap, never two letters of one number.
    last.set_len(0)?;
    last.rewind()?;
    reach();
    last.write_all(number.to_string().as_bytes())?;
    reach();
    fs::rename(&draft, directory.join(format!("{number:06}-{id}.eml")))?;
    reach();
    File::open(directory)?.sync_all()
}

fn last_number(last: &mut File, directory: &Path) -> std::io::Result<u64> {
    let mut text = String::new();
    last.rewind()?;
    last.read_to_string(&mut text)?;
    // Empty in a new directory and after a crash between emptying and writing.
    match text.trim().parse() {
        Ok(number) => Ok(number),
        Err(_) => Ok(letters(directory)?.map(|(number, _)| number).max().unwrap_or(0)),
    }
}

/// Number and id of every letter in the directory.
fn letters(directory: &Path) -> std::io::Result<impl Iterator<Item = (u64, String)>> {
    let names = fs::read_dir(directory)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.filter_map(|name| {
        let (number, id) = name.strip_suffix(".eml")?.split_once('-')?;
        Some((number.parse().ok()?, id.to_owned()))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Timestamp;

    fn id(n: u8) -> Id<Mail> {
        Id::new(Timestamp::from_seconds(1).expect("epoch"), [n; 10])
    }

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            letters(directory).expect("read").map(|(number, id)| format!("{number}-{id}")).collect();
        names.sort();
        names
    }

    #[test]
    fn letters_are_numbered_in_order_and_tried_again_only_once() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("mail");
        for (n, tried) in [(1, false), (2, false), (1, true), (3, true)] {
            deliver(&path, &id(n), b"letter", tried).expect("delivered");
        }
        assert_eq!(names(&path), [format!("1-{}", id(1)), format!("2-{}", id(2)), format!("3-{}", id(3))]);
        assert!(
            fs::read_dir(&path)
                .expect("read")
                .all(|entry| { !entry.expect("entry").file_name().to_string_lossy().ends_with(".part") })
        );
    }

    #[test]
    fn a_lost_counter_is_found_again_from_the_letters() {
        let dir = tempfile::tempdir().expect("a directory");
        deliver(dir.path(), &id(1), b"letter", false).expect("delivered");
        deliver(dir.path(), &id(2), b"letter", false).expect("delivered");
        fs::write(dir.path().join(LAST), "").expect("emptied");
        deliver(dir.path(), &id(3), b"letter", false).expect("delivered");
        assert_eq!(names(dir.path()).last(), Some(&format!("3-{}", id(3))));
    }

    #[test]
    fn letters_written_at_once_get_numbers_of_their_own() {
        let dir = tempfile::tempdir().expect("a directory");
        std::thread::scope(|scope| {
            for n in 0..16 {
                let path = dir.path();
                scope.spawn(move || deliver(path, &id(n), b"letter", false).expect("delivered"));
            }
        });
        let numbers: std::collections::BTreeSet<u64> =
            letters(dir.path()).expect("read").map(|(number, _)| number).collect();
        assert_eq!(numbers, (1..=16).collect());
    }
}
