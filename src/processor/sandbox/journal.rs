//! The journal: one line of JSON per change, written to disk before the change is answered, replayed at start.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::state::{Record, World};

/// One change with all its rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// 1 for the first.
    pub seq: u64,
    /// Seconds since 1970 by the sandbox's clock.
    pub at: i64,
    /// The new values.
    pub records: Vec<Record>,
}

/// An open journal. A thread of its own writes, and syncs once for all lines that wait.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    queue: Sender<Line>,
    durable: watch::Receiver<u64>,
}

impl Journal {
    /// Opens or creates the file, replays it into the world and gives the number of the next line.
    ///
    /// A last line that a crash tore is cut off: it was never answered.
    ///
    /// # Errors
    /// When the file cannot be used, another process has it, or a line before the last is broken.
    pub fn open(path: &Path, world: &mut World) -> anyhow::Result<(Self, u64)> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).with_context(|| format!("cannot open the journal {}", path.display()))?;
        file.try_lock().with_context(|| format!("another sandbox uses the journal {}", path.display()))?;
        let (last, good) = replay(&file, world).with_context(|| format!("in the journal {}", path.display()))?;
        file.set_len(good)?;
        file.seek(SeekFrom::End(0))?;
        let (queue, lines) = channel();
        let (written, durable) = watch::channel(last);
        std::thread::Builder::new().name("sandbox-journal".to_owned()).spawn(move || write(file, &lines, &written))?;
        Ok((Self { path: path.to_owned(), queue, durable }, last + 1))
    }

    /// Hands a line to the writer.
    pub fn append(&self, line: Line) {
        // A writer that is gone shows in `durable`, where every answer waits.
        let _ = self.queue.send(line);
    }

    /// Waits until the line with that number is on disk; `false` when it never will be.
    pub async fn durable(&self, seq: u64) -> bool {
        self.durable.clone().wait_for(|written| *written >= seq).await.is_ok()
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The number of the last whole line and the length up to its end.
fn replay(file: &File, world: &mut World) -> anyhow::Result<(u64, u64)> {
    let mut reader = BufReader::new(file);
    let (mut last, mut good) = (0, 0);
    let mut text = Vec::new();
    loop {
        text.clear();
        let length = reader.read_until(b'\n', &mut text)?;
        if length == 0 {
            return Ok((last, good));
        }
        let whole = text.ends_with(b"\n");
        match serde_json::from_slice::<Line>(&text) {
            Ok(line) if whole => {
                anyhow::ensure!(line.seq == last + 1, "line {} follows line {last}", line.seq);
                last = line.seq;
                good += u64::try_from(length)?;
                line.records.into_iter().for_each(|record| world.apply(record));
            }
            _ if reader.fill_buf()?.is_empty() => return Ok((last, good)),
            Ok(_) => return Ok((last, good)),
            Err(error) => anyhow::bail!("line {} is broken: {error}", last + 1),
        }
    }
}

fn write(mut file: File, lines: &Receiver<Line>, written: &watch::Sender<u64>) {
    while let Ok(first) = lines.recv() {
        let mut batch = Vec::new();
        let mut last = first.seq;
        let mut next = Some(first);
        while let Some(line) = next {
            last = line.seq;
            if serde_json::to_writer(&mut batch, &line).is_err() {
                return;
            }
            batch.push(b'\n');
            next = lines.try_recv().ok();
        }
        if let Err(error) = file.write_all(&batch).and_then(|()| file.sync_data()) {
            tracing::error!(%error, "the sandbox cannot write its journal and stops answering");
            return;
        }
        written.send_replace(last);
    }
}

#[cfg(test)]
mod tests {
    use super::super::objects::Customer;
    use super::*;

    fn customer(id: &str) -> Record {
        Record::Customer(Customer {
            id: id.to_owned(),
            created: 1,
            deleted: false,
            description: None,
            email: None,
            name: None,
            phone: None,
            address: None,
            preferred_locales: Vec::new(),
            default_payment_method: None,
            invoice_prefix: "A".to_owned(),
            metadata: Default::default(),
        })
    }

    async fn write_two(path: &Path) {
        let (journal, next) = Journal::open(path, &mut World::default()).expect("opens");
        for offset in 0..2 {
            let records = vec![customer(&format!("cus_{}", next + offset))];
            journal.append(Line { seq: next + offset, at: 1, records });
        }
        assert!(journal.durable(next + 1).await);
    }

    fn reopen(path: &Path) -> anyhow::Result<(usize, u64)> {
        let mut world = World::default();
        // The writer of a journal dropped a moment ago may still hold the lock for an instant.
        let (_, next) = loop {
            match Journal::open(path, &mut world) {
                Err(error) if error.to_string().starts_with("another sandbox") => std::thread::yield_now(),
                other => break other?,
            }
        };
        Ok((world.customers.iter().count(), next))
    }

    #[tokio::test]
    async fn what_was_written_is_replayed() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("journal");
        write_two(&path).await;
        assert_eq!(reopen(&path).expect("replays"), (2, 3));
    }

    #[tokio::test]
    async fn a_torn_last_line_is_cut_off_and_a_torn_middle_refused() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("journal");
        write_two(&path).await;
        reopen(&path).expect("closed by the writer");
        let whole = std::fs::read(&path).expect("readable");
        let first = whole.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
        for cut in first + 1..whole.len() {
            std::fs::write(&path, &whole[..cut]).expect("writable");
            assert_eq!(reopen(&path).expect("replays"), (1, 2), "cut at {cut}");
            assert_eq!(std::fs::metadata(&path).expect("there").len(), u64::try_from(first).expect("small"));
        }
        let torn = [&whole[..first - 5], b"\n", &whole[first..]].concat();
        std::fs::write(&path, torn).expect("writable");
        let error = reopen(&path).expect_err("a broken line before the last");
        assert!(format!("{error:#}").contains("line 1 is broken"), "{error:#}");
    }

    #[tokio::test]
    async fn two_sandboxes_cannot_share_it() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("journal");
        let first = Journal::open(&path, &mut World::default()).expect("opens");
        let error = Journal::open(&path, &mut World::default()).expect_err("in use");
        assert!(error.to_string().contains("another sandbox"), "{error}");
        drop(first);
    }
}
