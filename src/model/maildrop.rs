//! One POP3 session's snapshot of the maildrop: numbers, sizes, unique-ids and marks.
//!
//! The checks judge each response against the snapshot before it is taken over.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::check::identity::Print;
use super::check::retrieval::Lines;
use super::check::{listing, maildrop_lock, marks, pop3_state, retrieval, timestamp, unique_id};
use super::findings::Findings;
use super::imap_view::Here;
use crate::wire::pop3::{Indicator, Response};

/// Commands in progress that are followed; with more the session is given up.
const PENDING: usize = 1_000;
/// Messages of a maildrop that are followed.
pub(crate) const MESSAGES: usize = 16_384;

/// One POP3 session.
#[derive(Debug, Default)]
pub(crate) struct Maildrop {
    pub(crate) state: State,
    /// When the command went out that opened the maildrop.
    pub(crate) since: u64,
    pending: VecDeque<Pending>,
    /// The number of messages when the maildrop was opened.
    pub(crate) total: Option<u32>,
    pub(crate) marks: BTreeSet<u32>,
    /// Messages that RSET unmarked.
    pub(crate) unmarked: BTreeSet<u32>,
    /// False once the marks can not be known.
    pub(crate) marks_unsure: bool,
    pub(crate) sizes: BTreeMap<u32, u64>,
    /// Octets of the last STAT, and the marks then.
    pub(crate) stat: Option<(u64, BTreeSet<u32>)>,
    pub(crate) unique_ids: BTreeMap<u32, Vec<u8>>,
    pub(crate) contents: BTreeMap<u32, Print>,
    pub(crate) lines: BTreeMap<u32, Lines>,
    /// What CAPA said, in upper case.
    pub(crate) capabilities: BTreeSet<String>,
    pub(crate) lost_track: bool,
    /// The beginning of the connection is not known, and neither is its state.
    joined: bool,
}

/// The state of a POP3 session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    #[default]
    Authorization,
    Transaction,
    /// QUIT was answered.
    Over,
}

#[derive(Debug)]
struct Pending {
    text: Vec<u8>,
    command: Command,
    sent: u64,
}

/// A POP3 command. `Some(None)` is an argument that is no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// USER.
    User,
    /// PASS, APOP, AUTH: opens the maildrop.
    Login {
        auth: bool,
    },
    Stat,
    List(Option<Option<u32>>),
    Uidl(Option<Option<u32>>),
    Retr(Option<u32>),
    Top(Option<u32>, Option<u32>),
    Dele(Option<u32>),
    Noop,
    Rset,
    Quit,
    Capa,
    /// STLS, LANG, UTF8, LAST.
    Harmless,
    Unknown,
}

impl Command {
    fn parse(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let mut words = text.split(' ').filter(|word| !word.is_empty());
        let verb = words.next().unwrap_or("").to_ascii_uppercase();
        let mut argument = || words.next().map(number);
        match verb.as_str() {
            "USER" => Self::User,
            "PASS" | "APOP" => Self::Login { auth: false },
            "AUTH" if argument_follows(&text) => Self::Login { auth: true },
            "AUTH" => Self::Harmless,
            "STAT" => Self::Stat,
            "LIST" => Self::List(argument()),
            "UIDL" => Self::Uidl(argument()),
            "RETR" => Self::Retr(argument().flatten()),
            "TOP" => Self::Top(argument().flatten(), argument().flatten()),
            "DELE" => Self::Dele(argument().flatten()),
            "NOOP" => Self::Noop,
            "RSET" => Self::Rset,
            "QUIT" => Self::Quit,
            "CAPA" => Self::Capa,
            "STLS" | "LANG" | "UTF8" | "LAST" => Self::Harmless,
            _ => Self::Unknown,
        }
    }

    /// The message that it refers to; `Some(None)` if that is no number.
    pub(crate) fn message(&self) -> Option<Option<u32>> {
        match self {
            Self::List(argument) | Self::Uidl(argument) => *argument,
            Self::Retr(number) | Self::Top(number, _) | Self::Dele(number) => Some(*number),
            _ => None,
        }
    }
}

fn argument_follows(text: &str) -> bool {
    text.split(' ').filter(|word| !word.is_empty()).count() > 1
}

/// A decimal number without sign.
pub(crate) fn number<T: std::str::FromStr>(word: &str) -> Option<T> {
    if word.is_empty() || !word.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    word.parse().ok()
}

impl Maildrop {
    /// Takes the greeting.
    pub(crate) fn greet(
        &mut self,
        response: &Response,
        here: &mut Here<'_>,
        found: &mut Findings<'_>,
    ) {
        pop3_state::check_greeting(response, found);
        timestamp::check(response, here, found);
    }

    /// Takes a command that went out.
    pub(crate) fn sent(&mut self, text: &[u8], here: &mut Here<'_>) {
        let command = Command::parse(text);
        match command {
            Command::Unknown => here.account.obscure(),
            Command::Quit => self.leaves(here),
            _ => {}
        }
        if self.pending.len() >= PENDING {
            self.lose_track(here);
        }
        self.pending.push_back(Pending {
            text: text.to_vec(),
            command,
            sent: here.now,
        });
    }

    /// Takes note that octets went out whose effect is not known.
    pub(crate) fn lose_track(&mut self, here: &mut Here<'_>) {
        here.account.obscure();
        here.account.holders.remove(&here.session);
        self.pending.clear();
        self.lost_track = true;
        self.marks_unsure = true;
    }

    /// Takes note that the beginning of the connection is not known.
    pub(crate) fn join(&mut self, here: &mut Here<'_>) {
        self.lose_track(here);
        self.joined = true;
    }

    /// Finds out from a command's success that the session is in the TRANSACTION state.
    fn find_state(&mut self, command: &Command, response: &Response) {
        let ok = response.indicator == Some(Indicator::Ok);
        let told = matches!(
            command,
            Command::Stat
                | Command::List(_)
                | Command::Uidl(_)
                | Command::Retr(_)
                | Command::Dele(_)
                | Command::Top(..)
        );
        if self.joined && ok && told {
            self.joined = false;
            self.lost_track = false;
            self.state = State::Transaction;
        }
    }

    /// Takes the response that completes a command.
    pub(crate) fn complete(
        &mut self,
        text: &[u8],
        response: &Response,
        here: &mut Here<'_>,
        found: &mut Findings<'_>,
    ) {
        let Some(at) = self.pending.iter().position(|pending| pending.text == text) else {
            return;
        };
        let Some(pending) = self.pending.remove(at) else {
            return;
        };
        self.find_state(&pending.command, response);
        if self.lost_track {
            return;
        }
        pop3_state::check(self.state, &pending.command, response, found);
        if response.indicator == Some(Indicator::Ok) {
            self.succeeded(&pending, response, here, found);
        } else if pending.command == Command::Rset {
            self.marks_unsure = true;
        }
        if pending.command == Command::Quit {
            self.state = State::Over;
        }
    }

    /// Takes the end of the connection.
    pub(crate) fn close(&mut self, here: &mut Here<'_>) {
        here.account.holders.remove(&here.session);
        self.pending.clear();
        self.lost_track = true;
    }

    fn succeeded(
        &mut self,
        pending: &Pending,
        response: &Response,
        here: &mut Here<'_>,
        found: &mut Findings<'_>,
    ) {
        if let Command::Login { .. } = pending.command
            && self.state == State::Authorization
            && response.lines.is_none()
        {
            self.state = State::Transaction;
            self.since = pending.sent;
            maildrop_lock::check(pending.sent, here, found);
            return;
        }
        if pending.command == Command::Capa {
            self.take_capabilities(response);
            return;
        }
        if self.state != State::Transaction {
            return;
        }
        if let Some(message) = pending.command.message()
            && !marks::check(self, message, found)
        {
            return;
        }
        match pending.command {
            Command::Stat => listing::check_stat(self, &response.text, found),
            Command::List(None) => {
                listing::check_all(self, response, found);
                listing::check_sizes(self, response, found);
            }
            Command::List(Some(_)) => listing::check_sizes(self, response, found),
            Command::Uidl(argument) => {
                if argument.is_none() {
                    listing::check_all(self, response, found);
                }
                unique_id::check(self, response, argument.is_none(), here, found);
            }
            Command::Retr(Some(message)) => {
                retrieval::check_retr(self, message, response, here, found);
            }
            Command::Top(Some(message), Some(count)) => {
                retrieval::check_top(self, message, count, response, found);
            }
            Command::Dele(Some(message)) => {
                if self.marks.len() < MESSAGES {
                    self.marks.insert(message);
                }
                self.unmarked.remove(&message);
            }
            Command::Rset => self.unmarked.append(&mut self.marks),
            Command::Quit => unique_id::removed(self, here),
            _ => {}
        }
    }

    fn take_capabilities(&mut self, response: &Response) {
        let lines = response.lines.iter().flatten().take(256);
        self.capabilities = lines
            .filter(|line| line.len() <= 512)
            .map(|line| String::from_utf8_lossy(line).to_ascii_uppercase())
            .collect();
    }

    /// Notes what QUIT may remove. A server may take RETR as leave to remove the message (RFC 2449
    /// §6.7) unless it has announced otherwise.
    fn leaves(&mut self, here: &mut Here<'_>) {
        here.account.holders.remove(&here.session);
        let keeps = self.capabilities.iter().any(|capability| {
            capability.starts_with("EXPIRE ") && !capability.starts_with("EXPIRE 0")
        });
        let is_risk = |pending: &Pending| match pending.command {
            Command::Dele(_) => true,
            Command::Retr(_) => !keeps,
            _ => false,
        };
        if !self.marks.is_empty()
            || self.marks_unsure
            || (!keeps && !self.contents.is_empty())
            || self.pending.iter().any(is_risk)
        {
            here.account.note_removal(here.session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_apart() {
        for (text, expected) in [
            ("list", Command::List(None)),
            ("LIST ", Command::List(None)),
            ("LIST 2", Command::List(Some(Some(2)))),
            ("LIST x", Command::List(Some(None))),
            ("RETR", Command::Retr(None)),
            ("RETR -1", Command::Retr(None)),
            ("TOP 1 0", Command::Top(Some(1), Some(0))),
            ("UIDL 99999999999", Command::Uidl(Some(None))),
            ("PASS a b", Command::Login { auth: false }),
            ("XTND XMIT", Command::Unknown),
            ("", Command::Unknown),
        ] {
            assert_eq!(Command::parse(text.as_bytes()), expected, "{text}");
        }
    }
}
