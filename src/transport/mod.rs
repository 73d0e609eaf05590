//! Connections: sockets, TLS, deadlines and the recording of every octet. Drives an engine.
//!
//! Each connection has a task that reads all the time, so that what a server says unasked is
//! stamped when it comes.

mod connection;
mod driver;
mod recorder;
mod secret;
mod socket;
mod tls;

use std::fmt;
use std::time::Duration;

use crate::engine::Event;
use crate::wire::{Limits, Protocol};

pub use connection::Connection;
pub use recorder::Recorder;

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

impl fmt::Display for Endpoint {
    /// The endpoint as a URL: `imap://host:143`, `pop3s://…`, `imap+starttls://…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = match self.security {
            Security::Plain => "",
            Security::Implicit => "s",
            Security::StartTls => "+starttls",
        };
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        write!(f, "{}{suffix}://{host}:{}", self.protocol, self.port)
    }
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

/// What a connection needs to be opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whom to trust, where TLS is used.
    pub trust: Trust,
    /// How much the server may send.
    pub limits: Limits,
    /// Deadline for connecting, for each TLS handshake, and with [`Security::StartTls`] for the
    /// greeting and each reply before it.
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

#[cfg(test)]
mod tests;
