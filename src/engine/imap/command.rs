//! A command on its way: what of it is written, and what it waits for.

use std::collections::VecDeque;

use crate::engine::session::Port;
use crate::engine::{LiteralForm, Piece, RequestId};
use crate::wire::imap::StatusKind;

/// The longest non-synchronizing literal under LITERAL- (RFC 7888 §5), in octets.
const LITERAL_MINUS_MAX: usize = 4096;

/// Commands that the engine has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Authenticate,
    Idle,
    Login,
    Logout,
    StartTls,
    Unauthenticate,
    Other,
}

impl Verb {
    fn of(text: &[u8]) -> Self {
        let word = text.split(|octet| octet.is_ascii_whitespace()).next();
        match word.unwrap_or(text).to_ascii_uppercase().as_slice() {
            b"AUTHENTICATE" => Self::Authenticate,
            b"IDLE" => Self::Idle,
            b"LOGIN" => Self::Login,
            b"LOGOUT" => Self::Logout,
            b"STARTTLS" => Self::StartTls,
            b"UNAUTHENTICATE" => Self::Unauthenticate,
            _ => Self::Other,
        }
    }
}

/// Which literals may go out without waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// None.
    Nothing,
    /// LITERAL-
    Short,
    /// LITERAL+
    Any,
}

impl Offer {
    fn covers(self, length: usize) -> bool {
        match self {
            Self::Nothing => false,
            Self::Short => length <= LITERAL_MINUS_MAX,
            Self::Any => true,
        }
    }
}

/// Whose turn it is once the command line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The server's, to complete the command.
    Completion,
    /// The server's, to send a continuation request.
    Continuation,
    /// The client's, to send a line.
    Line,
}

/// A command that is not completed.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) tag: String,
    pub(super) request: RequestId,
    pub(super) command: usize,
    pub(super) verb: Verb,
    unsent: VecDeque<Piece>,
    begun: bool,
    /// The first unsent piece is a literal, announced and waiting for its continuation request.
    announced: bool,
    turn: Turn,
}

impl Pending {
    pub(super) fn new(tag: String, request: RequestId, command: usize, pieces: Vec<Piece>) -> Self {
        let first = match pieces.first() {
            Some(Piece::Text(text)) => text,
            Some(Piece::Literal { .. }) | None => &Vec::new(),
        };
        let verb = Verb::of(first);
        let announces = match pieces.last() {
            Some(Piece::Text(text)) => announces_literal(text),
            Some(Piece::Literal { .. }) | None => false,
        };
        let turn = match verb {
            Verb::Authenticate | Verb::Idle => Turn::Continuation,
            _ if announces => Turn::Continuation,
            _ => Turn::Completion,
        };
        let mut unsent = VecDeque::from(pieces);
        unsent.push_front(Piece::Text(format!("{tag} ").into_bytes()));
        unsent.push_back(Piece::Text(b"\r\n".to_vec()));
        Self {
            tag,
            request,
            command,
            verb,
            unsent,
            begun: false,
            announced: false,
            turn,
        }
    }

    /// Writes as much as may go out now; true if that was the rest.
    pub(super) fn advance(&mut self, offer: Offer, port: &mut Port) -> bool {
        while !self.announced
            && let Some(piece) = self.unsent.pop_front()
        {
            self.begun = true;
            match piece {
                Piece::Text(text) => port.write(&text),
                Piece::Literal { octets, form } => {
                    let at_once = match form {
                        LiteralForm::AsOffered => offer.covers(octets.len()),
                        LiteralForm::Synchronizing => false,
                        LiteralForm::NonSynchronizing => true,
                    };
                    let plus = if at_once { "+" } else { "" };
                    port.write(format!("{{{}{plus}}}\r\n", octets.len()).as_bytes());
                    if at_once {
                        port.write(&octets);
                    } else {
                        self.announced = true;
                        self.unsent.push_front(Piece::Text(octets));
                    }
                }
            }
        }
        self.unsent.is_empty()
    }

    /// True if a continuation request is for this command.
    pub(super) fn expects_continuation(&self) -> bool {
        self.announced || (self.unsent.is_empty() && self.turn == Turn::Continuation)
    }

    /// Takes a continuation request; true if the client has to send a line.
    pub(super) fn go_on(&mut self) -> bool {
        if self.announced {
            self.announced = false;
            return false;
        }
        self.turn = Turn::Line;
        true
    }

    /// True if the client has to send a line.
    pub(super) fn awaits_line(&self) -> bool {
        self.turn == Turn::Line
    }

    /// The client has sent a line, or octets in its place.
    pub(super) fn line_sent(&mut self, line: &[u8]) {
        let goes_on = self.verb == Verb::Authenticate || announces_literal(line.trim_ascii_end());
        self.turn = if goes_on {
            Turn::Continuation
        } else {
            Turn::Completion
        };
    }

    /// True if the command cannot have been completed in this way yet.
    pub(super) fn is_early(&self, kind: StatusKind) -> bool {
        if kind != StatusKind::Ok {
            return !self.begun;
        }
        let done = match self.turn {
            Turn::Completion => true,
            Turn::Continuation => self.verb == Verb::Authenticate,
            Turn::Line => false,
        };
        !(self.unsent.is_empty() && done)
    }
}

/// True if this text ends with the announcement of a synchronizing literal.
fn announces_literal(text: &[u8]) -> bool {
    let Some(text) = text.strip_suffix(b"}") else {
        return false;
    };
    let digits = text.iter().rev().take_while(|o| o.is_ascii_digit()).count();
    digits > 0 && text[..text.len() - digits].ends_with(b"{")
}
