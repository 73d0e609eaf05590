//! The embedded reference server: IMAP, POP3, SMTP and LMTP on one store, with faults on request.
//!
//! It imports nothing from the checking side: a misreading of an RFC must not hide on both sides.
//! Where an RFC leaves a choice it takes the strictest one.

mod context;
pub mod fault;
mod imap;
mod store;
mod stream;

use std::io;

pub use fault::Fault;

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
    /// User names and passwords that exist from the start.
    pub accounts: Vec<(String, String)>,
}

/// A running server. Dropping it ends it and closes every connection.
#[derive(Debug)]
pub struct Server {
    _private: (),
}

impl Server {
    /// Starts a server; it answers when this returns. Needs a tokio runtime.
    pub async fn start(_options: Options) -> io::Result<Self> {
        unimplemented!()
    }

    /// The ports that it listens on.
    pub fn ports(&self) -> Ports {
        unimplemented!()
    }

    /// The PEM certificate of the authority that signed the server's certificate (`localhost`,
    /// `127.0.0.1`).
    pub fn authority(&self) -> &str {
        unimplemented!()
    }

    /// Adds an account with an empty INBOX; known names keep their mail and get the new password.
    pub fn add_account(&self, _user: &str, _password: &str) {}

    /// Removes an account and its mail.
    pub fn remove_account(&self, _user: &str) {}

    /// Ends every session in good order (BYE where the protocol has it) and refuses connections.
    pub async fn stop(&self) {}

    /// Ends every session at once, without a word, and refuses connections. What was acknowledged
    /// stays.
    pub async fn kill(&self) {}

    /// Listens again after `stop` or `kill`, on the same ports, with the same mail.
    pub async fn resume(&self) -> io::Result<()> {
        Ok(())
    }
}
