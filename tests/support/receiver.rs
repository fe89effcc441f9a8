//! An app's server that is told of sessions' ends: it keeps what it was sent, and answers as it is told to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Takes the request and never answers.
pub const HANGS: u16 = 0;

/// A running server.
pub struct Receiver {
    pub port: u16,
    status: Arc<AtomicU16>,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (status, bodies) = (Arc::new(AtomicU16::new(200)), Arc::<Mutex<Vec<String>>>::default());
        let (answers, kept) = (Arc::clone(&status), Arc::clone(&bodies));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answers, kept) = (Arc::clone(&answers), Arc::clone(&kept));
                std::thread::spawn(move || take(stream, &answers, &kept));
            }
        });
        Self { port, status, bodies }
    }

    /// Answers so from now on.
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// Every body so far.
    pub fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }

    /// Waits until there are so many.
    pub async fn has(&self, count: usize) -> Vec<String> {
        let began = Instant::now();
        while self.bodies().len() < count {
            assert!(began.elapsed() < Duration::from_secs(8), "{count} expected: {:?}", self.bodies());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.bodies()
    }
}

fn take(mut stream: TcpStream, status: &AtomicU16, kept: &Mutex<Vec<String>>) {
    let mut read = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok()).unwrap_or(0);
            if body.len() >= length {
                assert!(head.starts_with("post /told http/1.1") && head.contains("content-type: application/x-www-form-urlencoded"));
                kept.lock().unwrap().push(body.to_owned());
                break;
            }
        }
        match stream.read(&mut part) {
            Ok(count) if count > 0 => read.extend_from_slice(&part[..count]),
            _ => return,
        }
    }
    match status.load(Ordering::SeqCst) {
        HANGS => std::thread::sleep(Duration::from_secs(30)),
        status => {
            let answer = format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes());
        }
    }
}
