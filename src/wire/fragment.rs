//! Lines and literals, before any grammar: where one message ends and the next begins.

use super::Limits;

/// What the octets received so far amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// More octets are needed.
    Incomplete,
    /// The first `usize` octets are one complete message.
    Complete(usize),
    /// A limit was exceeded: the connection cannot go on. The words say which.
    TooLong(&'static str),
}

/// Finds the end of one IMAP response: a line, and the literals that it announces.
///
/// Keeps its place between calls, so that the cost is linear however the octets arrive. Call
/// [`ImapFramer::find`] with the whole unread buffer each time; after `Complete` drop those octets
/// and it begins anew.
#[derive(Clone, Debug, Default)]
pub struct ImapFramer {
    _scanned: usize,
}

impl ImapFramer {
    /// Looks for the end of the first response in `buffer`.
    pub fn find(&mut self, _buffer: &[u8], _limits: &Limits) -> Frame {
        Frame::Incomplete
    }
}

/// Finds the end of one line, for POP3 and SMTP. Same contract as [`ImapFramer`].
#[derive(Clone, Debug, Default)]
pub struct LineFramer {
    _scanned: usize,
}

impl LineFramer {
    /// Looks for the end of the first line in `buffer`.
    pub fn find(&mut self, _buffer: &[u8], _limits: &Limits) -> Frame {
        Frame::Incomplete
    }
}
