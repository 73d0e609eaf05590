//! Mail programs, and what they do where words alone do not say it.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::OneOrMore;

/// A mail program.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Device {
    /// Just the program.
    Program(DeviceProgram),
    /// A program with options.
    Map(DeviceMap),
}

/// A kind of mail program.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum DeviceProgram {
    /// Synchronises every mailbox and keeps a copy of all.
    Imap,
    /// Opens a fresh IMAP session for each act and keeps nothing.
    Webmail,
    /// Downloads INBOX and deletes it on the server.
    Pop3,
}

/// A mail program with options: exactly one key.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DeviceMap {
    /// Synchronises every mailbox and keeps a copy of all.
    pub imap: Option<ImapDevice>,
    /// Opens a fresh IMAP session for each act and keeps nothing.
    pub webmail: Option<WebmailDevice>,
    /// Downloads INBOX.
    pub pop3: Option<Pop3Device>,
}

/// An IMAP device.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ImapDevice {
    /// How it learns what has changed; the next best way where the server lacks it.
    pub resync: Option<Resync>,
    /// Which account, from 1.
    #[schemars(range(min = 1, max = 9))]
    pub account: Option<usize>,
}

/// `resync`
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Resync {
    /// The flags of every message.
    Full,
    /// What changed since the last mod-sequence.
    Condstore,
    /// The server tells the difference when the mailbox is opened.
    Qresync,
}

/// Webmail.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct WebmailDevice {
    /// Which account, from 1.
    #[schemars(range(min = 1, max = 9))]
    pub account: Option<usize>,
}

/// A POP3 device.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Pop3Device {
    /// `after download`, which it does unless it leaves mail on the server.
    pub delete: Option<String>,
    /// `forever`, `until deleted`, `14d`, or `[14d, until deleted]`.
    pub leave_on_server: Option<OneOrMore>,
    /// Which account, from 1.
    #[schemars(range(min = 1, max = 9))]
    pub account: Option<usize>,
}

/// What a device does, where words alone do not say it: exactly one key.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DeviceDeed {
    /// What it shows, exactly: mailboxes with their messages, or the messages of INBOX.
    pub sees: Option<Sees>,
    /// Its own copies, exactly.
    pub holds: Option<Vec<String>>,
    /// It sends a message.
    pub send: Option<SendMap>,
}

/// What a device shows.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Sees {
    /// The messages of INBOX.
    Inbox(Vec<ShownMessage>),
    /// The messages of these mailboxes.
    Mailboxes(BTreeMap<String, Vec<ShownMessage>>),
}

/// A message as a device shows it.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum ShownMessage {
    /// Its name.
    Name(String),
    /// Its name and its marks: read, unread, flagged, unflagged, answered, draft.
    Marked(BTreeMap<String, OneOrMore>),
}

/// A message to send.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SendMap {
    /// The fixture's name.
    pub message: String,
    /// The name in this scenario; by default the fixture's.
    #[schemars(rename = "as")]
    pub alias: Option<String>,
    /// To which account, from 1.
    #[schemars(range(min = 1, max = 9))]
    pub to: Option<usize>,
}
