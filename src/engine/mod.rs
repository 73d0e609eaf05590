//! Client protocol states without I/O: requests and octets in, octets and events out.
//!
//! An engine adds tags, CRLF, literals and byte-stuffing, says which request a response belongs to
//! and when it is complete, and adds the violations that only the protocol's state shows.

mod imap;
mod in_order;
mod pop3;
mod session;
mod smtp;
#[cfg(test)]
mod testing;

use crate::wire::imap::Context;
use crate::wire::{Limits, Message, Protocol};

use imap::Imap;
use pop3::Pop3;
use session::Session;
use smtp::{Dialect, Smtp};

/// Names a request of one connection: 1, 2, 3 …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// How a literal goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiteralForm {
    /// Non-synchronizing where the server offers it for this length, else synchronizing.
    AsOffered,
    /// `{n}`, and the octets only after a continuation request.
    Synchronizing,
    /// `{n+}`, and the octets at once.
    NonSynchronizing,
}

/// A part of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Octets as they are.
    Text(Vec<u8>),
    /// A literal; only IMAP has them, elsewhere its octets go out as they are.
    Literal {
        /// The octets.
        octets: Vec<u8>,
        /// The form.
        form: LiteralForm,
    },
}

/// A command without tag and CRLF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command(pub Vec<Piece>);

impl Command {
    /// A command that is text only.
    pub fn text(text: &str) -> Self {
        Self::octets(text.as_bytes().to_vec())
    }

    fn octets(octets: Vec<u8>) -> Self {
        Self(vec![Piece::Text(octets)])
    }
}

/// What a client asks of its connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// One command, or several pipelined: written without waiting for the one before, except that
    /// a synchronizing literal waits for its continuation request.
    Commands(Vec<Command>),
    /// The client's answer to a continuation request: a line, to which CRLF is added
    /// (`DONE`, a SASL response, `*`). The command in progress goes on.
    Line(Vec<u8>),
    /// Mail data after 354: dot-stuffed and ended with CRLF.CRLF by the engine. SMTP and LMTP only.
    Data(Vec<u8>),
    /// Octets as they are, at once. What they provoke is matched as well as possible: in IMAP a
    /// completion with a tag from the beginning of one of their lines, in the other protocols every
    /// reply until the next commands, completes command 0 of this request. There may be none, or
    /// several.
    Raw(Vec<u8>),
    /// A command of a recorded session, with the tag that its client chose (in IMAP; empty
    /// elsewhere). A synchronizing literal is announced at the end of the text, and its octets come
    /// as [`Request::Line`]; others stand in the text.
    Recorded {
        /// The tag.
        tag: String,
        /// The command without tag and CRLF.
        text: Vec<u8>,
    },
}

/// What has happened on a connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The server's greeting.
    GreetingReceived(Message),
    /// IMAP: an untagged response. LMTP: a reply to one recipient that is not the last.
    UntaggedReceived(Message),
    /// A continuation request (IMAP `+`, POP3 `+ `, SMTP 3xx).
    ///
    /// `awaits_line` is true when the client now has to send a [`Request::Line`] or
    /// [`Request::Data`]; false when the engine itself answers (a literal goes out).
    ContinuationReceived {
        /// The response.
        message: Message,
        /// True if the client has to go on.
        awaits_line: bool,
    },
    /// The response that ends a command: tagged response, POP3 response, SMTP reply.
    CommandCompleted {
        /// The request.
        request: RequestId,
        /// Which of its commands, from 0.
        command: usize,
        /// The response.
        message: Message,
    },
    /// A response that answers nothing that was asked: an unknown tag, a reply too many.
    UnexpectedReceived(Message),
    /// STARTTLS or STLS was accepted: the transport has to do the TLS handshake now, before any
    /// other octet; then it calls [`Engine::handle_tls_started`]. Commands that were pipelined
    /// behind it never complete.
    TlsAccepted,
    /// Framing is lost (a limit was exceeded): the connection is over. The message holds the
    /// first octets of what was too long, and the violation.
    FramingLost(Message),
    /// The server closed the connection; `rest` are octets that were no complete message. If there
    /// are any, or if there was no greeting, an [`Event::UnexpectedReceived`] with the violation
    /// comes first.
    Closed {
        /// Octets that came but were no complete message.
        rest: Vec<u8>,
    },
}

/// The client's side of one connection.
pub trait Engine: Send {
    /// Takes a request; its octets come out of [`Engine::poll_transmit`].
    ///
    /// Gives its id. A [`Request::Line`] or [`Request::Data`] that goes on with a command gives the
    /// id of the request with that command; without such a command it counts as raw octets.
    fn submit(&mut self, request: Request) -> RequestId;

    /// Takes octets from the server.
    fn handle_input(&mut self, octets: &[u8]);

    /// Takes the end of the server's octets.
    fn handle_close(&mut self);

    /// Takes the end of a connection under TLS that came without the close alert (RFC 8314 §3.4).
    fn handle_close_without_alert(&mut self);

    /// Takes the end of a TLS handshake, also of one before the greeting. Octets that came in clear
    /// behind the acceptance are a violation (response injection), found here.
    fn handle_tls_started(&mut self);

    /// The next octets to write, if any.
    fn poll_transmit(&mut self) -> Option<Vec<u8>>;

    /// The next event, if any.
    fn poll_event(&mut self) -> Option<Event>;

    /// Capabilities last advertised, in upper case with their arguments (`AUTH=PLAIN`,
    /// `EXPIRE 14`); `None` if the server has not said.
    fn capabilities(&self) -> Option<Vec<String>>;
}

/// A new engine for a protocol, before the greeting.
pub fn new(protocol: Protocol, limits: Limits) -> Box<dyn Engine> {
    match protocol {
        Protocol::Pop3 => Box::new(Session::new(Pop3::default(), limits)),
        Protocol::Smtp => Box::new(Session::new(Smtp::new(Dialect::Smtp), limits)),
        Protocol::Lmtp => Box::new(Session::new(Smtp::new(Dialect::Lmtp), limits)),
        Protocol::Imap => Box::new(Session::new(Imap::default(), limits)),
    }
}

/// An engine for a connection whose beginning is not known: no greeting comes, and commands may be
/// in progress.
///
/// `context` is what is in force in IMAP; `None` if that is not known either, and then a response
/// is wrong only if it is wrong whatever is in force.
pub fn joined(protocol: Protocol, limits: Limits, context: Option<Context>) -> Box<dyn Engine> {
    match protocol {
        Protocol::Pop3 => Box::new(Session::joined(Pop3::joined(), limits)),
        Protocol::Smtp => Box::new(Session::joined(Smtp::joined(Dialect::Smtp), limits)),
        Protocol::Lmtp => Box::new(Session::joined(Smtp::joined(Dialect::Lmtp), limits)),
        Protocol::Imap => Box::new(Session::joined(Imap::joined(context), limits)),
    }
}
