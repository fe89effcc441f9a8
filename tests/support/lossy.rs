//! A network between browsers and a server that loses answers: the server has done what it was asked, and nobody hears.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request for fresh tokens that came by.
#[derive(Debug, Clone)]
pub struct Refresh {
    pub client: String,
    pub at: Instant,
    /// Whether its answer was lost.
    pub lost: bool,
}

/// The way to a server. Ends with the test's threads.
pub struct Lossy {
    pub port: u16,
    seen: Arc<Mutex<Vec<Refresh>>>,
}

impl Lossy {
    /// Leads to a port of this machine. Of the refreshes of each client every `nth` answer is lost.
    pub async fn before(port: u16, nth: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let lossy = Self { port: listener.local_addr().unwrap().port(), seen: Arc::default() };
        let seen = Arc::clone(&lossy.seen);
        tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                let seen = Arc::clone(&seen);
                tokio::spawn(async move {
                    let _ = carry(browser, port, &seen, nth).await;
                });
            }
        });
        lossy
    }

    /// What came by since this was last asked.
    pub fn seen(&self) -> Vec<Refresh> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

/// One request and its answer; a browser makes a new connection for the next.
async fn carry(mut browser: TcpStream, port: u16, seen: &Mutex<Vec<Refresh>>, nth: usize) -> std::io::Result<()> {
    let (head, body) = read_request(&mut browser).await?;
    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
    let head: Vec<_> = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:")).collect();
    server.write_all(format!("{}\r\nConnection: close\r\n\r\n", head.join("\r\n").trim_end()).as_bytes()).await?;
    server.write_all(&body).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    if let Some(client) = refreshing(&head, &body) {
        let mut seen = seen.lock().unwrap();
        let before = seen.iter().filter(|one| one.client == client).count();
        let lost = before % nth == nth - 1;
        seen.push(Refresh { client, at: Instant::now(), lost });
        if lost {
            return Ok(());
        }
    }
    browser.write_all(&answer).await?;
    browser.shutdown().await
}

async fn read_request(browser: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    let end = loop {
        if browser.read_buf(&mut read).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let mut body = read.split_off(end);
    let length = header(&head.lines().collect::<Vec<_>>(), "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while body.len() < length {
        if browser.read_buf(&mut body).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok((head, body))
}

fn header<'a>(head: &[&'a str], name: &str) -> Option<&'a str> {
    head.iter().find_map(|line| line.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()))
}

/// Whose tokens are asked for anew, if this asks for any.
fn refreshing(head: &[&str], body: &[u8]) -> Option<String> {
    let form: Vec<_> = url::form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    if head[0].starts_with("POST /session/token ") {
        return header(head, "x-housekey-client").map(str::to_owned);
    }
    let refreshes = head[0].starts_with("POST /token ") && field("grant_type").as_deref() == Some("refresh_token");
    refreshes.then(|| field("client_id")).flatten()
}
