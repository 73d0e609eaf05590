//! POP3 responses (RFC 1939, RFC 2449 and extensions).

mod capa;
mod code;
mod listing;
mod response;
mod timestamp;

pub use code::code_violation;
pub use response::{ascii_violation, is_complete, is_multi_line, parse};
pub use timestamp::timestamp;

/// Which command a response answers: it decides whether a multi-line part follows `+OK`, and what
/// its lines look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The greeting.
    Greeting,
    /// A single-line response with text for humans only.
    Plain,
    /// STAT: a drop listing.
    Stat,
    /// LIST with a message-number: one scan listing.
    ListOne,
    /// LIST: scan listings.
    List,
    /// UIDL with a message-number: one unique-id listing.
    UidlOne,
    /// UIDL: unique-id listings.
    Uidl,
    /// RETR or TOP: a message.
    Message,
    /// CAPA: capability lines.
    Capa,
    /// LANG without an argument: language listings (RFC 6856).
    Languages,
    /// AUTH without an argument, and other multi-line responses without a known form.
    Lines,
    /// `+ …` to AUTH, or the response that ends it.
    Auth,
    /// The same with AUTH CRAM-MD5, whose challenge has a form (RFC 2195).
    CramMd5,
}

/// A status indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indicator {
    /// `+OK`
    Ok,
    /// `-ERR`
    Err,
    /// `+ …`, a challenge of AUTH.
    Continue,
}

/// One response of a POP3 server.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// `None` if the line begins with neither.
    pub indicator: Option<Indicator>,
    /// The response code in brackets, without them, if there is one (RFC 2449 §8).
    pub code: Option<String>,
    /// The line behind the indicator and the space, without CRLF; the code is part of it.
    pub text: Vec<u8>,
    /// The lines of a multi-line response, byte-stuffing undone, each without CRLF and the
    /// termination line left out; `None` for a single-line response.
    pub lines: Option<Vec<Vec<u8>>>,
}

impl Response {
    /// The multi-line part as the octets of a message: every line with CRLF.
    pub fn content(&self) -> Option<Vec<u8>> {
        self.lines.as_ref().map(|lines| {
            lines
                .iter()
                .flat_map(|line| [line, &b"\r\n"[..]].concat())
                .collect()
        })
    }
}
