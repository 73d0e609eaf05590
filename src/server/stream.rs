//! One connection's octets, in clear or over TLS, read line by line within limits.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::corrupt::{Corruptor, Form};
use super::store::Clock;

const CHUNK: usize = 8 * 1024;
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(30);

/// A connection with a client. All reads can be dropped half-way and begun again: nothing is lost.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: Socket,
    input: Vec<u8>,
    /// How much of the input is known to have no LF.
    scanned: usize,
    discarding: bool,
    stopping: watch::Receiver<bool>,
    clock: Clock,
    idle_limit: Duration,
    /// When the client was heard last, by the clock.
    heard: Duration,
    corrupt: Option<(Arc<Corruptor>, Form)>,
    /// Whether the greeting went out, which is left alone: without it no session begins.
    greeted: bool,
}

#[derive(Debug)]
enum Socket {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// A handshake failed; nothing comes any more.
    Closed,
}

/// What a read brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A line without its CRLF, or as many octets as were asked for. A line that ended with a bare
    /// LF still has it.
    Octets(Vec<u8>),
    /// The line was longer than allowed; all of it was thrown away.
    TooLong,
    /// The client closed the connection, or it broke.
    Closed,
    /// The server stops: say goodbye if the protocol can, and end.
    Stopping,
    /// Nothing came for as long as a client may be silent.
    Idle,
}

impl Stream {
    /// A connection in clear.
    pub(crate) fn new(
        socket: TcpStream,
        stopping: watch::Receiver<bool>,
        clock: Clock,
        idle_limit: Duration,
    ) -> Self {
        Self {
            heard: clock.passed(),
            clock,
            socket: Socket::Plain(socket),
            input: Vec::new(),
            scanned: 0,
            discarding: false,
            stopping,
            idle_limit,
            corrupt: None,
            greeted: false,
        }
    }

    /// Lets what is sent be corrupted.
    pub(crate) fn corrupt(&mut self, corruptor: Arc<Corruptor>, form: Form) {
        self.corrupt = Some((corruptor, form));
    }

    /// Whether TLS is in use.
    pub(crate) fn is_tls(&self) -> bool {
        matches!(self.socket, Socket::Tls(_))
    }

    /// Reads a line of at most `limit` octets, CRLF not counted.
    pub(crate) async fn read_line(&mut self, limit: usize) -> Input {
        loop {
            let fresh = &self.input[self.scanned..];
            if let Some(found) = fresh.iter().position(|octet| *octet == b'\n') {
                let end = std::mem::take(&mut self.scanned) + found;
                let mut line: Vec<u8> = self.input.drain(..=end).collect();
                if line.ends_with(b"\r\n") {
                    line.truncate(line.len() - 2);
                }
                let too_long = std::mem::take(&mut self.discarding) || line.len() > limit;
                return if too_long {
                    Input::TooLong
                } else {
                    Input::Octets(line)
                };
            }
            self.scanned = self.input.len();
            if self.discarding || self.input.len() > limit + 1 {
                self.discarding = true;
                self.input.clear();
                self.scanned = 0;
            }
            if let Some(end) = self.fill().await {
                return end;
            }
        }
    }

    /// Reads exactly `count` octets. The caller bounds `count`.
    pub(crate) async fn read_octets(&mut self, count: usize) -> Input {
        while self.input.len() < count {
            if let Some(end) = self.fill().await {
                return end;
            }
        }
        self.scanned = 0;
        Input::Octets(self.input.drain(..count).collect())
    }

    /// Whether the client has sent more already (it pipelines).
    pub(crate) fn has_input(&self) -> bool {
        !self.input.is_empty()
    }

    /// Sends octets.
    pub(crate) async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        let greeted = std::mem::replace(&mut self.greeted, true);
        let Some((corruptor, form)) = self.corrupt.as_ref().filter(|_| greeted) else {
            return self.put(octets).await;
        };
        for piece in corruptor.pieces(octets, *form) {
            if piece.pause.is_zero() {
                tokio::task::yield_now().await; // The client may read what there is so far.
            } else {
                tokio::time::sleep(piece.pause).await;
            }
            self.put(&piece.octets).await?;
        }
        Ok(())
    }

    async fn put(&mut self, octets: &[u8]) -> io::Result<()> {
        match &mut self.socket {
            Socket::Plain(socket) => socket.write_all(octets).await,
            Socket::Tls(socket) => {
                socket.write_all(octets).await?;
                socket.flush().await
            }
            Socket::Closed => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Makes the handshake. What the client had sent in clear is thrown away first, so that
    /// nobody can inject commands (RFC 9051 §11.1, RFC 2595 §4, RFC 3207 §4.2).
    pub(crate) async fn start_tls(&mut self, acceptor: &TlsAcceptor) -> io::Result<()> {
        self.input.clear();
        self.scanned = 0;
        self.start_tls_keeping_input(acceptor).await
    }

    /// The handshake of [`Self::start_tls`] alone; what came in clear stays to be read.
    pub(crate) async fn start_tls_keeping_input(
        &mut self,
        acceptor: &TlsAcceptor,
    ) -> io::Result<()> {
        self.socket = match std::mem::replace(&mut self.socket, Socket::Closed) {
            Socket::Plain(socket) => {
                let handshake = tokio::time::timeout(HANDSHAKE_LIMIT, acceptor.accept(socket));
                Socket::Tls(Box::new(handshake.await??))
            }
            other => other,
        };
        Ok(())
    }

    /// Closes in good order, after what was written.
    pub(crate) async fn close(&mut self) {
        let closed = match &mut self.socket {
            Socket::Plain(socket) => socket.shutdown().await,
            Socket::Tls(socket) => socket.shutdown().await,
            Socket::Closed => Ok(()),
        };
        drop(closed); // The client may be gone already.
    }

    /// Waits for more input; gives the reason if there will be none.
    async fn fill(&mut self) -> Option<Input> {
        self.input.reserve(CHUNK);
        let read = async {
            match &mut self.socket {
                Socket::Plain(socket) => socket.read_buf(&mut self.input).await,
                Socket::Tls(socket) => socket.read_buf(&mut self.input).await,
                Socket::Closed => Ok(0),
            }
        };
        tokio::select! {
            biased;
            _ = self.stopping.wait_for(|stopping| *stopping) => Some(Input::Stopping),
            () = self.clock.reach(self.heard + self.idle_limit) => Some(Input::Idle),
            count = read => match count {
                Ok(1..) => {
                    self.heard = self.clock.passed();
                    None
                }
                Ok(0) | Err(_) => Some(Input::Closed),
            },
        }
    }
}
