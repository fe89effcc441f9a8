//! The load: keep-alive connections that each send the next request when the last one is answered.

use std::fmt;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::server::Process;

/// What one connection sends: a request, and how the next one follows from an answer.
pub struct Load {
    pub request: Vec<u8>,
    pub next: Box<dyn FnMut(&str) -> Option<Vec<u8>> + Send>,
}

impl Load {
    /// The same address again and again.
    pub fn get(path: &str) -> Self {
        Self::again(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes(), "HTTP/1.1 200")
    }

    /// The same request again and again, whose every answer begins so.
    pub fn again(request: Vec<u8>, beginning: &'static str) -> Self {
        let next = move |answer: &str| {
            assert!(answer.starts_with(beginning), "{answer}");
            None
        };
        Self { request, next: Box::new(next) }
    }
}

/// The end of a line about a goal.
pub fn verdict(met: bool) -> &'static str {
    if met { "" } else { "MISSED" }
}

/// What a run showed.
#[derive(Clone)]
pub struct Report {
    pub per_second: f64,
    pub p50: f64,
    pub p99: f64,
    pub cpu_micros: f64,
}

impl Report {
    /// The run in the middle, by CPU time.
    pub fn median(reports: &[Self]) -> Self {
        let mut reports: Vec<_> = reports.iter().collect();
        reports.sort_by(|a, b| a.cpu_micros.total_cmp(&b.cpu_micros));
        reports[reports.len() / 2].clone()
    }

    /// The p99 in the middle of all runs.
    pub fn median_p99(reports: &[Self]) -> f64 {
        let mut all: Vec<_> = reports.iter().map(|report| report.p99).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    }

    /// How much more CPU time `ours` takes than the floor measured right before it: the median over all
    /// pairs, because neighbours slow down both halves of a pair alike.
    ///
    /// Beside it, how far chance may have moved it: 1.57 (the 95 % interval of a median) times the distance
    /// between the quartiles of the pairs, by the root of their number.
    pub fn ratio(ours: &[Self], floors: &[Self]) -> (f64, f64) {
        let mut ratios: Vec<_> = ours.iter().zip(floors).map(|(ours, floor)| ours.cpu_micros / floor.cpu_micros).collect();
        ratios.sort_by(f64::total_cmp);
        let (count, at) = (ratios.len(), |part: usize| ratios[(ratios.len() - 1) * part / 4]);
        (at(2), 1.57 * (at(3) - at(1)) / (count as f64).sqrt())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9.0} {:>9.2} {:>9.2} {:>9.1}", self.per_second, self.p50, self.p99, self.cpu_micros)
    }
}

/// Sends load for so long and measures what the process spent on it.
pub fn drive(process: &Process, clients: usize, time: Duration, load: impl Fn(usize) -> Load) -> Report {
    let loads: Vec<_> = (0..clients).map(&load).collect();
    let (cpu, began) = (process.cpu(), Instant::now());
    let threads: Vec<_> = loads
        .into_iter()
        .map(|load| {
            let port = process.port;
            std::thread::spawn(move || one(port, load, time))
        })
        .collect();
    let mut times: Vec<f64> = threads.into_iter().flat_map(|thread| thread.join().expect("a client")).collect();
    let (took, spent) = (began.elapsed(), process.cpu().checked_sub(cpu).unwrap());
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    Report {
        per_second: times.len() as f64 / took.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
        cpu_micros: spent.as_secs_f64() * 1e6 / times.len() as f64,
    }
}

fn one(port: u16, mut load: Load, time: Duration) -> Vec<f64> {
    let mut connection = Connection::open(port);
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < time {
        let sent = Instant::now();
        let answer = connection.ask(&load.request);
        times.push(sent.elapsed().as_secs_f64() * 1e3);
        if let Some(request) = (load.next)(answer) {
            load.request = request;
        }
    }
    times
}

/// One keep-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
        stream.set_nodelay(true).expect("nodelay");
        Self { stream, buffer: vec![0; 64 * 1024] }
    }

    /// Sends a request and reads its whole answer.
    pub fn ask(&mut self, request: &[u8]) -> &str {
        self.stream.write_all(request).expect("sent");
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).expect("answered");
            assert!(read > 0, "the server hung up: {}", String::from_utf8_lossy(&self.buffer[..filled]));
            filled += read;
            if let Some(head) = self.buffer[..filled].windows(4).position(|part| part == b"\r\n\r\n") {
                let length = header(&self.buffer[..head], "content-length").map_or(0, |value| value.parse().expect("a length"));
                if filled >= head + 4 + length {
                    return std::str::from_utf8(&self.buffer[..filled]).expect("text");
                }
            }
        }
    }
}

/// A header of an answer's head.
pub fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let head = std::str::from_utf8(head).ok()?;
    head.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
