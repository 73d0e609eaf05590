//! A client that sends and shows octets and knows nothing of IMAP but tags and literals.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::server::{Fault, Options, Server};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server with one account, `ann` with password `secret`.
pub(super) async fn server(faults: &[Fault]) -> Server {
    let options = Options {
        accounts: vec![("ann".to_owned(), "secret".to_owned())],
        faults: faults.to_vec(),
        ..Options::default()
    };
    Server::start(options).await.unwrap()
}

/// One connection.
pub(super) struct Client {
    stream: BufReader<TcpStream>,
    tags: u32,
}

impl Client {
    /// A connection that has had the greeting.
    pub(super) async fn connect(server: &Server) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", server.ports().imap)).await;
        let mut client = Self {
            stream: BufReader::new(stream.unwrap()),
            tags: 0,
        };
        let greeting = client.line().await;
        assert!(greeting.starts_with("* OK [CAPABILITY "), "{greeting}");
        client
    }

    /// A connection that is logged in.
    pub(super) async fn login(server: &Server) -> Self {
        let mut client = Self::connect(server).await;
        client.ok("LOGIN ann secret").await;
        client
    }

    /// A connection that has INBOX selected.
    pub(super) async fn inbox(server: &Server) -> Self {
        let mut client = Self::login(server).await;
        client.ok("SELECT INBOX").await;
        client
    }

    pub(super) async fn send(&mut self, octets: &str) {
        self.stream
            .get_mut()
            .write_all(octets.as_bytes())
            .await
            .unwrap();
    }

    /// One line without CRLF, with its literals; empty at the end of the connection.
    pub(super) async fn line(&mut self) -> String {
        let mut all = Vec::new();
        loop {
            let mut line = Vec::new();
            let read = self.stream.read_until(b'\n', &mut line);
            tokio::time::timeout(PATIENCE, read)
                .await
                .expect("no answer in time")
                .unwrap();
            let text = String::from_utf8_lossy(&line).into_owned();
            all.extend(line);
            let Some(header) = text.strip_suffix("}\r\n") else {
                break;
            };
            let digits = header.rsplit('{').next().unwrap();
            let mut literal = vec![0; digits.parse().unwrap()];
            self.stream.read_exact(&mut literal).await.unwrap();
            all.extend(literal);
        }
        let text = String::from_utf8_lossy(&all).into_owned();
        assert!(
            text.is_empty() || text.ends_with("\r\n"),
            "line without CRLF: {text:?}"
        );
        text.trim_end_matches("\r\n").to_owned()
    }

    /// Sends a command with a tag and gives the untagged lines and then the tagged one, the tag
    /// replaced by `T`.
    pub(super) async fn command(&mut self, command: &str) -> Vec<String> {
        self.tags += 1;
        let tag = format!("T{}", self.tags);
        self.send(&format!("{tag} {command}\r\n")).await;
        self.until_tagged(&tag).await
    }

    /// The lines up to the tagged one.
    pub(super) async fn until_tagged(&mut self, tag: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await;
            assert!(!line.is_empty(), "connection closed after {lines:#?}");
            if let Some(rest) = line.strip_prefix(&format!("{tag} ")) {
                lines.push(format!("T {rest}"));
                return lines;
            }
            lines.push(line);
        }
    }

    /// As [`Self::command`]; it must succeed. Gives the untagged lines.
    pub(super) async fn ok(&mut self, command: &str) -> Vec<String> {
        let mut lines = self.command(command).await;
        let tagged = lines.pop().unwrap();
        assert!(
            tagged.starts_with("T OK "),
            "{command}: {lines:#?} {tagged}"
        );
        lines
    }

    /// As [`Self::command`], only the tagged line's status and code.
    pub(super) async fn status(&mut self, command: &str) -> String {
        let tagged = self.command(command).await.pop().unwrap();
        status(&tagged)
    }

    /// Appends a message to INBOX.
    pub(super) async fn append(&mut self, arguments: &str, message: &str) {
        let literal = format!("{{{}+}}\r\n{message}", message.len());
        self.ok(&format!("APPEND INBOX {arguments}{literal}")).await;
    }
}

/// `OK`, `NO [CODE …]`, `BAD`
pub(super) fn status(tagged: &str) -> String {
    let rest = tagged.strip_prefix("T ").unwrap();
    match rest.split_once("] ") {
        Some((status, _)) if status.contains('[') => format!("{status}]"),
        _ => rest.split(' ').next().unwrap().to_owned(),
    }
}
