//! Servers for tests: a real one with somebody between it and its clients, and small ones that
//! play a script.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_rustls::TlsAcceptor;

/// Somebody between a server and its clients.
#[derive(Clone, Debug, Default)]
pub(crate) struct Middleman {
    server: u16,
    /// A command (`APPEND`), and what is answered instead of the server.
    answers: Vec<(&'static str, &'static str)>,
    /// What clients say, and what the server hears.
    forwards: Vec<(&'static str, &'static str)>,
    /// What the server says, and what clients hear.
    replaces: Vec<(&'static str, &'static str)>,
    limit: Option<(usize, &'static str)>,
    a_day_late: bool,
    open: Arc<AtomicUsize>,
}

impl Middleman {
    /// In front of a server at this port, hiding its TLS, which would shut a middleman out.
    pub(crate) fn before(server: u16) -> Self {
        let server = Self {
            server,
            ..Self::default()
        };
        server
            .replace(" STARTTLS", "")
            .replace("STLS\r\n", "X-OTHER\r\n")
    }

    /// The same with TLS advertised.
    pub(crate) fn with_tls(server: u16) -> Self {
        Self {
            server,
            ..Self::default()
        }
    }

    /// Answers commands that contain this word; `{tag}` is the command's.
    pub(crate) fn answer(mut self, command: &'static str, answer: &'static str) -> Self {
        self.answers.push((command, answer));
        self
    }

    /// Changes what clients say.
    pub(crate) fn forward(mut self, from: &'static str, to: &'static str) -> Self {
        self.forwards.push((from, to));
        self
    }

    /// Changes what the server says.
    pub(crate) fn replace(mut self, from: &'static str, to: &'static str) -> Self {
        self.replaces.push((from, to));
        self
    }

    /// Lets so many connections in at a time.
    pub(crate) fn at_most(mut self, limit: usize, refusal: &'static str) -> Self {
        self.limit = Some((limit, refusal));
        self
    }

    /// Takes a day from each INTERNALDATE.
    pub(crate) fn a_day_late(mut self) -> Self {
        self.a_day_late = true;
        self
    }

    /// Listens until the test ends; gives the port.
    pub(crate) async fn listen(self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(self.clone().serve(client));
            }
        });
        port
    }

    /// A server that plays a script; gives the port.
    pub(crate) async fn scripted(script: Script) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(script.play(client));
            }
        });
        port
    }

    /// Sends octets to a server and gives all that it answers.
    pub(crate) async fn send(port: u16, octets: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(octets.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    async fn serve(self, mut client: TcpStream) {
        if let Some((limit, refusal)) = self.limit {
            // Whoever has just left may not have been noticed yet.
            for _ in 0..50 {
                if self.open.load(Ordering::SeqCst) < limit {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            if self.open.load(Ordering::SeqCst) >= limit {
                let _ = client.write_all(refusal.as_bytes()).await;
                return;
            }
        }
        self.open.fetch_add(1, Ordering::SeqCst);
        if let Ok(server) = TcpStream::connect(("127.0.0.1", self.server)).await {
            let (from_client, mut to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let (told, mut telling) = tokio::sync::mpsc::unbounded_channel::<String>();
            let commands = self.clone().commands(from_client, to_server, told);
            let responses = async {
                let mut lines = BufReader::new(from_server);
                let mut line = Vec::new();
                loop {
                    tokio::select! {
                        read = lines.read_until(b'\n', &mut line) => {
                            if read.unwrap_or(0) == 0 {
                                break;
                            }
                            let octets = self.heard(&std::mem::take(&mut line));
                            if to_client.write_all(&octets).await.is_err() {
                                break;
                            }
                        }
                        Some(answer) = telling.recv() => {
                            if to_client.write_all(answer.as_bytes()).await.is_err() {
                                break;
                            }
                        }
                    }
                }
            };
            tokio::join!(
                async {
                    commands.await;
                },
                responses
            );
        }
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    /// What clients hear of a line of the server.
    fn heard(&self, line: &[u8]) -> Vec<u8> {
        let mut text = String::from_utf8_lossy(line).into_owned();
        for (from, to) in &self.replaces {
            text = text.replace(from, to);
        }
        const DATE: &str = "INTERNALDATE \"";
        if let Some(at) = text.find(DATE).filter(|_| self.a_day_late) {
            // The zone moves the time by a day: no calendar is needed.
            let start = at + DATE.len();
            let zone = start + "24-Nov-2026 21:20:44 ".len();
            text.replace_range(zone..zone + 5, "+2400");
        }
        text.into_bytes()
    }

    async fn commands(
        self,
        from_client: OwnedReadHalf,
        mut to_server: OwnedWriteHalf,
        told: tokio::sync::mpsc::UnboundedSender<String>,
    ) {
        let mut lines = BufReader::new(from_client);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).await.unwrap_or(0) > 0 {
            let octets = std::mem::take(&mut line);
            let mut text = String::from_utf8_lossy(&octets).into_owned();
            let mut words = text.split_whitespace();
            let (first, second) = (words.next(), words.next());
            let is_command = |word: &str| [first, second].contains(&Some(word));
            if let Some((_, answer)) = self.answers.iter().find(|(it, _)| is_command(it)) {
                let answer = answer.replace("{tag}", first.unwrap_or_default());
                let _ = told.send(format!("{answer}\r\n"));
                if let Some(length) = non_synchronizing(&text) {
                    let mut literal = vec![0; length + 2];
                    let _ = lines.read_exact(&mut literal).await;
                }
                continue;
            }
            let octets = match self.forwards.iter().find(|(from, _)| text.contains(from)) {
                Some((from, to)) => {
                    text = text.replace(from, to);
                    text.into_bytes()
                }
                None => octets,
            };
            if to_server.write_all(&octets).await.is_err() {
                break;
            }
        }
        let _ = to_server.shutdown().await;
    }
}

/// The length of the literal that a command announces as `{n+}`.
fn non_synchronizing(text: &str) -> Option<usize> {
    let inner = text.trim_end().strip_suffix("+}")?;
    inner.rsplit_once('{')?.1.parse().ok()
}

/// What a small server does with each connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    greeting: &'static str,
    then: Then,
}

#[derive(Clone, Copy, Debug)]
enum Then {
    /// Holds the connection without a word.
    Hang,
    Close,
    Flood,
    /// Answers whatever comes as a web server does.
    Http,
    /// Takes mail and forgets it.
    Lmtp,
}

impl Script {
    pub(crate) fn silent() -> Self {
        Self::greets_and_hangs("")
    }

    pub(crate) fn greets_and_hangs(greeting: &'static str) -> Self {
        let then = Then::Hang;
        Self { greeting, then }
    }

    pub(crate) fn says(greeting: &'static str) -> Self {
        let then = Then::Close;
        Self { greeting, then }
    }

    pub(crate) fn endless() -> Self {
        let then = Then::Flood;
        Self {
            greeting: "* OK ",
            then,
        }
    }

    pub(crate) fn web() -> Self {
        let then = Then::Http;
        Self { greeting: "", then }
    }

    pub(crate) fn mail_sink() -> Self {
        Self {
            greeting: "220 sink\r\n",
            then: Then::Lmtp,
        }
    }

    async fn play(self, client: TcpStream) {
        let (from_client, mut to_client) = client.into_split();
        let _ = to_client.write_all(self.greeting.as_bytes()).await;
        let mut lines = BufReader::new(from_client);
        let mut line = String::new();
        match self.then {
            Then::Close => {}
            Then::Flood => while to_client.write_all(&[b'x'; 65536]).await.is_ok() {},
            Then::Hang => {
                let _ = lines.read_to_end(&mut Vec::new()).await;
            }
            Then::Http => {
                let _ = lines.read_until(b'\n', &mut Vec::new()).await;
                let _ = to_client
                    .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    .await;
            }
            Then::Lmtp => {
                let mut in_data = false;
                while lines.read_line(&mut line).await.unwrap_or(0) > 0 {
                    let reply = match (in_data, line.trim_end()) {
                        (true, ".") => "250 forgotten\r\n",
                        (true, _) => "",
                        (false, "DATA") => "354 go on\r\n",
                        (false, _) => "250 sink\r\n",
                    };
                    match reply {
                        "250 forgotten\r\n" => in_data = false,
                        "354 go on\r\n" => in_data = true,
                        _ => {}
                    }
                    if to_client.write_all(reply.as_bytes()).await.is_err() {
                        return;
                    }
                    line.clear();
                }
            }
        }
    }
}

/// A server with TLS from the first octet whose certificate is for this host and these years, and
/// is its own authority; gives the port and the PEM text.
pub(crate) async fn tls_server(
    host: &str,
    years: (i32, i32),
    greeting: &'static str,
) -> (u16, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    let pem = certificate.pem();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(client).await {
                    let _ = stream.write_all(greeting.as_bytes()).await;
                    let _ = stream.read_to_end(&mut Vec::new()).await;
                }
            });
        }
    });
    (port, pem)
}
