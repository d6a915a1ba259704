//! A wire that a test can cut: a TCP proxy in front of the database or the processor.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

/// Passes connections on until it is cut; then those it has end and new ones find nobody.
pub struct Proxy {
    address: SocketAddr,
    wire: Arc<Wire>,
}

struct Wire {
    target: SocketAddr,
    is_cut: AtomicBool,
    /// Pieces from the client that still pass before the wire is cut; negative for as many as come.
    left: AtomicI64,
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// In front of what listens at the URL's host and port.
    pub fn before(url: &str) -> Self {
        let target = url::Url::parse(url).expect("a URL").socket_addrs(|| None).expect("an address")[0];
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let wire =
            Wire { target, is_cut: AtomicBool::new(false), left: AtomicI64::new(-1), open: Mutex::new(Vec::new()) };
        let wire = Arc::new(wire);
        let accepting = wire.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                accepting.connect(client);
            }
        });
        Self { address, wire }
    }

    /// The URL with the proxy's host and port.
    pub fn url(&self, url: &str) -> String {
        let mut url = url::Url::parse(url).expect("a URL");
        url.set_host(Some("127.0.0.1")).expect("a URL with a host");
        url.set_port(Some(self.address.port())).expect("a URL with a port");
        url.as_str().trim_end_matches('/').to_owned()
    }

    /// Ends every connection; new ones end at once, until [`Proxy::mend`].
    pub fn cut(&self) {
        self.wire.cut();
    }

    /// Cuts when so many pieces more have come from the client; the last of them still arrives, its answer does not.
    pub fn cut_behind(&self, pieces: i64) {
        self.wire.left.store(pieces, Ordering::SeqCst);
    }

    /// Lets connections through again; answers whether it had been cut.
    pub fn mend(&self) -> bool {
        self.wire.left.store(-1, Ordering::SeqCst);
        self.wire.is_cut.swap(false, Ordering::SeqCst)
    }
}

impl Wire {
    fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        for end in self.open.lock().expect("no panic inside").drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    fn connect(self: &Arc<Self>, client: TcpStream) {
        if self.is_cut.load(Ordering::SeqCst) {
            return;
        }
        let Ok(server) = TcpStream::connect(self.target) else { return };
        let ends = [client.try_clone(), server.try_clone(), client.try_clone(), server.try_clone()];
        let [Ok(from), Ok(to), Ok(client_end), Ok(server_end)] = ends else { return };
        self.open.lock().expect("no panic inside").extend([client_end, server_end]);
        let there = self.clone();
        std::thread::spawn(move || there.pass(from, to, true));
        let back = self.clone();
        std::thread::spawn(move || back.pass(server, client, false));
    }

    fn pass(&self, mut from: TcpStream, mut to: TcpStream, counted: bool) {
        let mut piece = [0; 64 * 1024];
        while let Ok(length) = from.read(&mut piece) {
            if length == 0 {
                break;
            }
            // What comes back once the wire is cut is lost, however soon it comes.
            if !counted && self.is_cut.load(Ordering::SeqCst) {
                continue;
            }
            let is_last =
                counted && self.left.load(Ordering::SeqCst) > 0 && self.left.fetch_sub(1, Ordering::SeqCst) == 1;
            if is_last {
                self.is_cut.store(true, Ordering::SeqCst);
            }
            if to.write_all(&piece[..length]).is_err() {
                break;
            }
            if is_last {
                self.cut();
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}
