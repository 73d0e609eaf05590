//! A client for the server's own tests: lines out, lines in, nothing understood.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Fault, Options, Server};

const DEADLINE: Duration = Duration::from_secs(10);

/// A stream in clear or over TLS.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A client.
pub(super) struct Client {
    io: BufReader<Box<dyn Duplex>>,
}

/// A server with the account `ann`, password `secret`.
pub(super) async fn server(faults: &[Fault]) -> Server {
    let options = Options {
        faults: faults.to_vec(),
        accounts: vec![
            ("ann".into(), "secret".into()),
            ("bob".into(), "b o b".into()),
        ],
        ..Options::default()
    };
    Server::start(options).await.unwrap()
}

/// Waits until something is so.
pub(super) async fn eventually(condition: impl Fn() -> bool) {
    let waited = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(DEADLINE, waited).await;
    assert!(waited.is_ok(), "it never came to be");
}

impl Client {
    /// A client whose connection stands; the greeting is not read.
    pub(super) async fn connect(port: u16) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        Self {
            io: BufReader::new(Box::new(socket)),
        }
    }

    /// Makes the handshake, trusting the server's authority alone.
    pub(super) async fn secured(self, server: &Server) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        let pem = server.authority().as_bytes();
        let authority = rustls::pki_types::CertificateDer::from_pem_slice(pem).unwrap();
        roots.add(authority).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let io = connector.connect(name, self.io.into_inner()).await.unwrap();
        Self {
            io: BufReader::new(Box::new(io)),
        }
    }

    /// Sends octets.
    pub(super) async fn send(&mut self, octets: impl AsRef<[u8]>) {
        self.io.write_all(octets.as_ref()).await.unwrap();
        self.io.flush().await.unwrap();
    }

    /// The next line without its CRLF; empty text `EOF` when the connection is closed.
    pub(super) async fn line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let octet = tokio::time::timeout(DEADLINE, self.io.read_u8());
            match octet.await.expect("the server says nothing") {
                Ok(octet) => line.push(octet),
                Err(_) => return "EOF".into(),
            }
        }
        line.truncate(line.len() - 2);
        String::from_utf8(line).unwrap()
    }

    /// Sends a line and gives the next line.
    pub(super) async fn ask(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n")).await;
        self.line().await
    }

    /// Says that nothing more will be sent.
    pub(super) async fn finish(&mut self) {
        self.io.shutdown().await.unwrap();
    }

    /// All that comes until the server closes.
    pub(super) async fn rest(&mut self) -> String {
        let mut octets = Vec::new();
        let read = tokio::time::timeout(DEADLINE, self.io.read_to_end(&mut octets));
        read.await.expect("the server does not close").unwrap();
        String::from_utf8_lossy(&octets).into_owned()
    }

    /// The lines of an SMTP reply.
    pub(super) async fn continued(&mut self) -> Vec<String> {
        let mut lines = vec![self.line().await];
        while lines
            .last()
            .is_some_and(|line| line.as_bytes().get(3) == Some(&b'-'))
        {
            lines.push(self.line().await);
        }
        lines
    }

    /// The lines up to one that is a dot, which is left out.
    pub(super) async fn lines(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            match self.line().await {
                end if end == "." || end == "EOF" => return lines,
                line => lines.push(line),
            }
        }
    }
}
