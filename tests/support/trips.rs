//! Counts what a program asks PostgreSQL: the messages that go by (PostgreSQL's protocol, "Message Formats").

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

/// What has been asked so far.
#[derive(Clone, Copy, Default)]
pub struct Count {
    /// Statements that were run.
    pub statements: usize,
    /// How often an answer was waited for: by `Sync` or `Query`.
    pub trips: usize,
}

/// Stands before a database, and counts.
pub struct Trips(Arc<Mutex<Count>>);

impl Trips {
    /// Stands before this database; gives its address as seen through here.
    pub async fn to(database: &str) -> (Self, String) {
        let url = url::Url::parse(database).unwrap();
        let upstream = (url.host_str().unwrap().to_owned(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut seen = url.clone();
        seen.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        // Whoever asks for TLS first would say so in a message without a kind.
        seen.set_query(Some("sslmode=disable"));
        let count = Arc::<Mutex<Count>>::default();
        let counting = Arc::clone(&count);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(upstream.clone()).await.unwrap();
                tokio::spawn(relay(client, server, Arc::clone(&counting)));
            }
        });
        (Self(count), seen.into())
    }

    pub fn count(&self) -> Count {
        *self.0.lock().unwrap()
    }
}

async fn relay(client: TcpStream, server: TcpStream, count: Arc<Mutex<Count>>) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
    // The first message has no kind: a length, and the rest.
    let length = from_client.read_u32().await?;
    let mut body = vec![0; length as usize - 4];
    from_client.read_exact(&mut body).await?;
    to_server.write_all(&[&length.to_be_bytes(), body.as_slice()].concat()).await?;
    loop {
        let kind = from_client.read_u8().await?;
        let length = from_client.read_u32().await?;
        body.resize(length as usize - 4, 0);
        from_client.read_exact(&mut body).await?;
        {
            let mut count = count.lock().unwrap();
            count.statements += usize::from(matches!(kind, b'E' | b'Q'));
            count.trips += usize::from(matches!(kind, b'S' | b'Q'));
        }
        to_server.write_all(&[&[kind], length.to_be_bytes().as_slice(), body.as_slice()].concat()).await?;
    }
}
