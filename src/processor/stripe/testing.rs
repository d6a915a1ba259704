//! A made-up server for tests: it follows a script and tells what it was asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

/// A short good answer.
pub const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRequest-Id: req_1\r\n\r\n{}";

/// What a made-up server does with one request.
pub enum Does {
    /// Writes this and keeps the connection.
    Answers(String),
    /// Closes the connection.
    Closes,
    /// Keeps the connection open without a word.
    KeepsSilent,
}

/// An answer with this text.
pub fn answers(text: &str) -> Does {
    Does::Answers(text.to_owned())
}

/// Serves the script, one entry a request, and tells each request with the number of its connection.
pub fn serve(script: Vec<Does>) -> (String, Receiver<(usize, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let (told, requests) = channel();
    std::thread::spawn(move || {
        let mut script = script.into_iter();
        let mut silent = Vec::new();
        for (number, stream) in listener.incoming().enumerate() {
            if converse(stream.expect("a connection"), number, &mut script, &told, &mut silent).is_none() {
                return;
            }
        }
    });
    (address, requests)
}

/// One connection; `None` at the end of the script.
fn converse(
    mut stream: TcpStream,
    number: usize,
    script: &mut std::vec::IntoIter<Does>,
    told: &Sender<(usize, String)>,
    silent: &mut Vec<TcpStream>,
) -> Option<()> {
    loop {
        let Some(request) = read_request(&mut stream) else { return Some(()) };
        told.send((number, request)).ok()?;
        match script.next()? {
            Does::Answers(text) => stream.write_all(text.as_bytes()).ok()?,
            Does::Closes => return Some(()),
            Does::KeepsSilent => {
                silent.push(stream);
                return Some(());
            }
        }
    }
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4_096];
    loop {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        text.push_str(std::str::from_utf8(&buffer[..count]).expect("ASCII"));
        let Some(end) = text.find("\r\n\r\n") else { continue };
        let head = text[..end].to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if text.len() >= end + 4 + length.unwrap_or(0) {
            return Some(text);
        }
    }
}
