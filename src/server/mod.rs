//! The embedded reference server: IMAP, POP3, SMTP and LMTP on one store, with faults on request.
//!
//! It imports nothing from the checking side: a misreading of an RFC must not hide on both sides.
//! Where an RFC leaves a choice it takes the strictest one.

mod context;
mod corrupt;
pub mod fault;
mod imap;
mod listen;
mod pop3;
mod retention;
mod running;
mod smtp;
mod store;
mod stream;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tls;

pub use corrupt::{Corruption, Manipulation};
pub use fault::{Fault, FaultProtocol};
pub use retention::Retention;
pub use running::Server;

/// TCP ports on 127.0.0.1; 0 asks for a free one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// IMAP in clear, with STARTTLS.
    pub imap: u16,
    /// IMAP with implicit TLS.
    pub imaps: u16,
    /// POP3 in clear, with STLS.
    pub pop3: u16,
    /// POP3 with implicit TLS.
    pub pop3s: u16,
    /// SMTP in clear, with STARTTLS.
    pub smtp: u16,
    /// LMTP in clear.
    pub lmtp: u16,
}

/// How a server is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where it listens.
    pub ports: Ports,
    /// What it does wrong on purpose.
    pub faults: Vec<Fault>,
    /// What it does with popped and with old mail; a fault may bring its own profile along.
    pub retention: Retention,
    /// Whether the newest message of a maildrop is number 1: RFC 1939 leaves the order open.
    pub newest_first: bool,
    /// User names and passwords that exist from the start.
    pub accounts: Vec<(String, String)>,
}
