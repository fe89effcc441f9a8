//! A proxy in front of a server, as operators have one, that can be told to do one thing wrong. It speaks TLS and plain HTTP
//! on one port, by the first byte.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::certificate::Certificate;

/// What was asked.
pub struct Asked {
    pub method: String,
    pub path: String,
    pub tls: bool,
}

/// What is answered.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn of(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    pub fn without(&mut self, name: &str) {
        self.headers.retain(|(one, _)| !one.eq_ignore_ascii_case(name));
    }

    pub fn with(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.without(name);
        self.with(name, value);
    }

    pub fn redirect(&mut self, to: &str) {
        *self = Self::of(301);
        self.with("location", to);
    }
}

/// The one thing that it does.
#[derive(Clone, Copy)]
pub enum Fault {
    None,
    /// Changes what comes back to such a question.
    Rewrite(fn(&Asked) -> bool, fn(&mut Reply)),
    /// Takes the request and hangs up.
    Close,
    /// Takes the request and never answers.
    Hang,
}

/// A running proxy. Stopped when dropped.
pub struct Proxy {
    pub port: u16,
    inside: Arc<Inside>,
}

struct Inside {
    tls: Option<Arc<ServerConfig>>,
    upstream: Mutex<Option<u16>>,
    fault: Mutex<Fault>,
    over: AtomicBool,
}

impl Proxy {
    pub fn start(certificate: Option<&Certificate>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let tls = certificate.map(tls);
        let inside = Inside { tls, upstream: Mutex::new(None), fault: Mutex::new(Fault::None), over: AtomicBool::new(false) };
        let inside = Arc::new(inside);
        let shared = Arc::clone(&inside);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.over.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&shared);
                // One that hangs up in the middle is no fault of the test.
                std::thread::spawn(move || shared.take(stream));
            }
        });
        Self { port, inside }
    }

    /// Where it passes requests on. Before that it answers 502.
    pub fn forward_to(&self, port: u16) {
        *self.inside.upstream.lock().unwrap() = Some(port);
    }

    /// Behaves so from now on.
    pub fn fault(&self, fault: Fault) {
        *self.inside.fault.lock().unwrap() = fault;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.inside.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn tls(certificate: &Certificate) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certificate.key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate.own.der().clone()], key).unwrap())
}

impl Inside {
    fn take(&self, stream: TcpStream) -> Option<()> {
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        let mut first = [0];
        stream.peek(&mut first).ok()?;
        match &self.tls {
            Some(config) if first[0] == 0x16 => {
                let connection = ServerConnection::new(Arc::clone(config)).ok()?;
                self.answer(&mut StreamOwned::new(connection, stream), true)
            }
            None if first[0] == 0x16 => write(&mut { stream }, &Reply::of(400)),
            _ => self.answer(&mut { stream }, false),
        }
    }

    fn answer(&self, stream: &mut (impl Read + Write), tls: bool) -> Option<()> {
        let head = read_head(stream)?;
        let mut words = head.split_whitespace();
        let asked = Asked { method: words.next()?.to_owned(), path: words.next()?.to_owned(), tls };
        let fault = *self.fault.lock().unwrap();
        let mut reply = match fault {
            Fault::Close => return None,
            Fault::Hang => {
                std::thread::sleep(Duration::from_secs(15));
                return None;
            }
            _ => self.forward(&head),
        };
        if self.tls.is_some() && !tls {
            let host = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("host:").map(|host| host.trim().to_owned()))?;
            reply.redirect(&format!("https://{host}{}", asked.path));
        }
        if let Fault::Rewrite(concerns, rewrite) = fault
            && concerns(&asked)
        {
            rewrite(&mut reply);
        }
        write(stream, &reply)
    }

    fn forward(&self, head: &str) -> Reply {
        let passed_on = || {
            let mut server = TcpStream::connect(("127.0.0.1", (*self.upstream.lock().unwrap())?)).ok()?;
            server.write_all(format!("{}\r\nconnection: close\r\n\r\n", head.trim_end()).as_bytes()).ok()?;
            let mut whole = Vec::new();
            server.read_to_end(&mut whole).ok()?;
            let whole = String::from_utf8(whole).ok()?;
            let (head, body) = whole.split_once("\r\n\r\n")?;
            let status = head.split_whitespace().nth(1)?.parse().ok()?;
            let headers =
                head.lines().skip(1).filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned()));
            let mut reply = Reply { status, headers: headers.collect(), body: body.to_owned() };
            reply.without("content-length");
            reply.without("connection");
            Some(reply)
        };
        passed_on().unwrap_or_else(|| Reply::of(502))
    }
}

fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

fn write(stream: &mut impl Write, reply: &Reply) -> Option<()> {
    let mut head = format!("HTTP/1.1 {} -\r\nconnection: close\r\n", reply.status);
    if reply.status != 204 {
        head += &format!("content-length: {}\r\n", reply.body.len());
    }
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n{}", reply.body).as_bytes()).ok()?;
    stream.flush().ok()
}
