//! Connections: sockets, TLS, deadlines and the recording of every octet. Drives an engine.
//!
//! Each connection has a task that reads all the time, so that what a server says unasked is
//! stamped when it comes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::engine::{Event, Request, RequestId};
use crate::transcript::{Direction, Transcript};
use crate::wire::{Limits, Protocol};

/// How a connection is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// In clear.
    Plain,
    /// TLS from the first octet.
    Implicit,
    /// STARTTLS or STLS before anything else.
    StartTls,
}

/// Where a protocol is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The protocol.
    pub protocol: Protocol,
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How it is secured.
    pub security: Security,
}

/// Whom to trust.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// The certificates of the operating system.
    #[default]
    System,
    /// These certificates, PEM.
    Authorities(Vec<u8>),
    /// Anybody: certificates are not checked.
    Insecure,
}

/// Collects the octets of all connections of a scenario; secrets never enter it.
#[derive(Clone, Debug)]
pub struct Recorder {
    _began: Instant,
    _entries: Arc<Mutex<Transcript>>,
}

impl Recorder {
    /// A recorder whose clock begins now.
    pub fn new() -> Self {
        Self {
            _began: Instant::now(),
            _entries: Arc::default(),
        }
    }

    /// Adds a secret: it and its encoded forms are replaced wherever they occur.
    pub fn hide(&self, _user: &str, _password: &str) {}

    /// Microseconds since the recorder was made.
    pub fn now_us(&self) -> u64 {
        0
    }

    /// Adds octets, or the words of an event.
    pub fn record(&self, _actor: &str, _direction: Direction, _octets: &[u8]) {}

    /// Replaces every secret in these octets, for whatever leaves the process.
    pub fn redact(&self, octets: &[u8]) -> Vec<u8> {
        octets.to_vec()
    }

    /// All that was recorded so far, adjoining entries of one actor and direction joined where a
    /// secret could stand across them.
    pub fn transcript(&self) -> Transcript {
        Transcript::default()
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

/// What a connection needs to be opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whom to trust, where TLS is used.
    pub trust: Trust,
    /// How much the server may send.
    pub limits: Limits,
    /// Deadline for connecting and for each TLS handshake.
    pub connect_timeout: Duration,
}

/// A connection that could not be opened: our trouble, not a finding.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The TCP connection failed.
    #[error("cannot connect to {endpoint}: {source}")]
    Connect {
        /// `host:port`
        endpoint: String,
        /// Why.
        source: std::io::Error,
    },
    /// The TLS handshake failed.
    #[error("TLS handshake with {endpoint} failed: {source}")]
    Tls {
        /// `host:port`
        endpoint: String,
        /// Why.
        source: std::io::Error,
    },
    /// A deadline passed.
    #[error("{endpoint}: no answer to {what} within {limit:?}")]
    Timeout {
        /// `host:port`
        endpoint: String,
        /// What was waited for.
        what: &'static str,
        /// How long.
        limit: Duration,
    },
    /// A certificate or key could not be read.
    #[error("cannot use the certificates given: {0}")]
    Certificates(String),
}

/// An event and when it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamped {
    /// Microseconds since the recorder's beginning.
    pub at_us: u64,
    /// What happened.
    pub event: Event,
}

/// An open connection. Dropping it closes the socket.
#[derive(Debug)]
pub struct Connection {
    _private: (),
}

impl Connection {
    /// Connects, and with `Security::Implicit` does the TLS handshake. With `Security::StartTls` it also reads the
    /// greeting (which is still delivered as an event), negotiates TLS and returns when the
    /// handshake is done. The greeting is not waited for otherwise.
    pub async fn open(
        _endpoint: &Endpoint,
        _actor: &str,
        _options: &Options,
        _recorder: &Recorder,
    ) -> Result<Self, TransportError> {
        unimplemented!()
    }

    /// Hands a request to the engine; its octets are written as soon as the socket takes them.
    pub fn submit(&mut self, _request: Request) -> RequestId {
        unimplemented!()
    }

    /// The next event; `None` after the last one (`Closed`, `FramingLost`). Cancel-safe.
    pub async fn next(&mut self) -> Option<Stamped> {
        unimplemented!()
    }

    /// The next event if it is there already.
    pub fn try_next(&mut self) -> Option<Stamped> {
        unimplemented!()
    }

    /// Capabilities last advertised (see [`crate::engine::Engine::capabilities`]).
    pub fn capabilities(&self) -> Option<Vec<String>> {
        unimplemented!()
    }

    /// True once TLS protects the connection.
    pub fn is_secure(&self) -> bool {
        unimplemented!()
    }

    /// Ends the sending direction; reading goes on.
    pub async fn half_close(&mut self) {}

    /// Ends the connection with RST.
    pub async fn reset(&mut self) {}

    /// Ends the connection with FIN and waits until the task has gone.
    pub async fn close(&mut self) {}
}
