//! A mail relay that says yes to everything, or, when told to, nothing at all.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Listens on loopback until the program ends.
#[derive(Clone)]
pub struct Relay {
    pub port: u16,
    stalled: Arc<AtomicBool>,
    taken: Arc<AtomicUsize>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let relay = Self {
            port: listener.local_addr().expect("an address").port(),
            stalled: Arc::default(),
            taken: Arc::default(),
            open: Arc::default(),
        };
        let accepting = relay.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let relay = accepting.clone();
                std::thread::spawn(move || relay.talk(stream));
            }
        });
        relay
    }

    /// From now on no answers, not even on open connections; or answers again, on new ones.
    pub fn stall(&self, stalled: bool) {
        if self.stalled.swap(stalled, Ordering::Relaxed) && !stalled {
            for stream in self.open.lock().expect("the connections").drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }

    /// How many letters it took.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    fn talk(&self, mut stream: TcpStream) {
        let (Ok(reader), Ok(open)) = (stream.try_clone(), stream.try_clone()) else { return };
        self.open.lock().expect("the connections").push(open);
        let mut say = |line: &str| -> bool { !self.stalled.load(Ordering::Relaxed) && write!(stream, "{line}\r\n").is_ok() };
        say("220 relay");
        let mut in_data = false;
        for line in BufReader::new(reader).lines().map_while(Result::ok) {
            if in_data {
                if line == "." {
                    in_data = false;
                    self.taken.fetch_add(1, Ordering::Relaxed);
                    say("250 taken");
                }
                continue;
            }
            in_data = line == "DATA";
            say(if in_data { "354 go on" } else { "250 fine" });
        }
    }
}
