//! Devices: mail programs with a policy, as their users know them.

use std::fmt;
use std::time::Duration;

use super::{GivenMessage, Place};
use crate::wire::Protocol;

/// A named mail program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// Which account, from 1.
    pub account: usize,
    /// What it is.
    pub program: Program,
}

/// A kind of mail program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Synchronises every mailbox and keeps a copy of all.
    Imap(Resync),
    /// Opens a fresh IMAP session for each act and keeps nothing.
    Webmail,
    /// Downloads INBOX over POP3.
    Pop3(Leave),
}

impl Program {
    /// The protocol that it speaks.
    pub fn protocol(self) -> Protocol {
        match self {
            Self::Imap(_) | Self::Webmail => Protocol::Imap,
            Self::Pop3(_) => Protocol::Pop3,
        }
    }
}

/// How an IMAP device learns what has changed; the next best way where the server lacks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resync {
    /// It asks for the flags of every message.
    Full,
    /// It asks for what changed since its last mod-sequence (CONDSTORE).
    Condstore,
    /// The mailbox is opened with what it knows, and the server tells the difference (QRESYNC).
    Qresync,
}

/// How long a POP3 device leaves what it has downloaded on the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leave {
    /// False: it deletes after download, whatever the rest says.
    pub at_all: bool,
    /// Not longer than this after the download.
    pub longest: Option<Duration>,
    /// Until its user deletes the device's own copy.
    pub until_deleted: bool,
}

/// Something that the user of a device does, or expects to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceStep {
    /// Indexes into the scenario's devices, several for `all`.
    pub devices: Vec<usize>,
    /// What.
    pub verb: Verb,
    /// Where the verb stands.
    pub place: Place,
}

/// What a device does or shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `check mail`: synchronises, or downloads.
    CheckMail,
    /// `sees …`: what it shows after a look at the server, exactly.
    Sees(Vec<Sight>),
    /// `holds [a, b]`: its own copies, exactly, without a connection.
    Holds(Vec<String>),
    /// An act on one message.
    On(MessageAct),
    /// `send plain`
    Send {
        /// The message.
        message: GivenMessage,
        /// To which account, from 1.
        to: usize,
    },
    /// `goes offline`
    GoOffline,
    /// `returns`: what was done offline is done on the server, then it synchronises.
    Return,
}

/// An act on one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageAct {
    /// The message's name.
    pub message: String,
    /// What is done.
    pub deed: MessageDeed,
}

/// What is done with one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageDeed {
    /// `read plain`
    Read,
    /// `flag plain`
    Flag,
    /// `delete plain`
    Delete,
    /// `move plain to Archive`: the mailbox, levels parted by `/`.
    Move(String),
    /// `copy plain to Archive`
    Copy(String),
    /// `file a sent copy of plain`
    FileSent,
}

/// What a device shows in one mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The mailbox, levels parted by `/`.
    pub mailbox: String,
    /// Its messages, each once, in any order.
    pub shown: Vec<Shown>,
}

/// A message as a device shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The message's name.
    pub message: String,
    /// How it is marked, as far as that matters.
    pub marks: Vec<Mark>,
}

/// How a message is marked for its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// With `\Seen`.
    Read,
    /// Without `\Seen`.
    Unread,
    /// With `\Flagged`.
    Flagged,
    /// Without `\Flagged`.
    Unflagged,
    /// With `\Answered`.
    Answered,
    /// With `\Draft`.
    Draft,
}

impl Mark {
    /// Every mark by its word.
    pub const ALL: [(&str, Self); 6] = [
        ("read", Self::Read),
        ("unread", Self::Unread),
        ("flagged", Self::Flagged),
        ("unflagged", Self::Unflagged),
        ("answered", Self::Answered),
        ("draft", Self::Draft),
    ];

    /// The flag that it is about, and whether that is there.
    pub fn flag(self) -> (&'static str, bool) {
        match self {
            Self::Read => ("\\Seen", true),
            Self::Unread => ("\\Seen", false),
            Self::Flagged => ("\\Flagged", true),
            Self::Unflagged => ("\\Flagged", false),
            Self::Answered => ("\\Answered", true),
            Self::Draft => ("\\Draft", true),
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::ALL.iter().find(|(_, mark)| mark == self);
        f.write_str(word.map_or("", |(word, _)| word))
    }
}

impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.shown.iter().map(ToString::to_string).collect();
        write!(f, "{}: [{}]", self.mailbox, shown.join(", "))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let marks: Vec<String> = self.marks.iter().map(ToString::to_string).collect();
        match marks.as_slice() {
            [] => Ok(()),
            [mark] => write!(f, ": {mark}"),
            _ => write!(f, ": [{}]", marks.join(", ")),
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Imap(Resync::Full) => f.write_str("IMAP"),
            Self::Imap(Resync::Condstore) => f.write_str("IMAP with CONDSTORE"),
            Self::Imap(Resync::Qresync) => f.write_str("IMAP with QRESYNC"),
            Self::Webmail => f.write_str("webmail"),
            Self::Pop3(leave) => write!(f, "POP3, {leave}"),
        }
    }
}

impl fmt::Display for Leave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.at_all {
            return f.write_str("deletes after download");
        }
        f.write_str("leaves mail on the server ")?;
        let days = self.longest.map(|longest| longest.as_secs() / 86_400);
        match (days, self.until_deleted) {
            (None, false) => f.write_str("for ever"),
            (None, true) => f.write_str("until deleted here"),
            (Some(days), false) => write!(f, "for {days} days"),
            (Some(days), true) => write!(f, "for {days} days, or until deleted here"),
        }
    }
}
