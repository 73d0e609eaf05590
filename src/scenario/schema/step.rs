//! What happens in a scenario file, and what must follow.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::{DeviceDeed, Message, OneOrMore, Scalar};
use crate::wire::Protocol;

/// A step: one actor and what it does, or one act on the world; and what must follow.
#[derive(JsonSchema)]
pub struct Step {
    /// Patterns that must come; by default the command must succeed.
    pub expect: Option<OneOrMore>,
    /// Patterns that must come, and nothing besides.
    pub only: Option<OneOrMore>,
    /// Patterns that must come in this order.
    pub in_order: Option<OneOrMore>,
    /// Patterns that must not come.
    pub never: Option<OneOrMore>,
    /// Repeat the command until these patterns have come.
    pub until: Option<OneOrMore>,
    /// The legal alternatives by name.
    pub any_of: Option<BTreeMap<String, OneOrMore>>,
    /// Beside `any_of`, `until` or `await`: what the alternative seen, or the time it took, tells
    /// about the server, in words that other servers' profiles share.
    pub fact: Option<String>,
    /// The deadline of this step: `500ms`, `5s`, `2m`.
    pub within: Option<String>,
    /// Branches that run at once.
    pub together: Option<Vec<Vec<Self>>>,
    /// `all`, beside `together`: every order of the branches' steps, each on a fresh account.
    pub interleave: Option<Interleave>,
    /// Outcomes that were seen (alternatives of `any_of`), or variables and their values.
    pub when: Option<WhenOneOrMore>,
    /// Steps taken if all of `when` holds.
    pub then: Option<Vec<Self>>,
    /// Steps taken if not.
    #[schemars(rename = "else")]
    pub otherwise: Option<Vec<Self>>,
    /// A message comes in.
    pub deliver: Option<Deliver>,
    /// What fresh sessions of every protocol must find: `INBOX holds exactly [plain]`.
    pub check: Option<Check>,
    /// A fresh connection of this protocol still gets a greeting and logs in.
    pub probe: Option<Protocol>,
    /// Something is done to the server itself.
    pub server: Option<ServerAction>,
    /// Time passes for every device, and for the server where the target can do that: `+13d`;
    /// for servers that lose mail with time also `before expiry`, `after expiry`.
    pub clock: Option<String>,
    /// The actor's name, and what it does.
    #[schemars(flatten)]
    pub actor: BTreeMap<String, Deed>,
}

/// One condition or several, all of which hold.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum WhenOneOrMore {
    /// One.
    One(When),
    /// Several.
    More(Vec<When>),
}

/// A condition.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum When {
    /// The name of an alternative of an `any_of` before.
    Outcome(String),
    /// A variable of `for` and the names of values.
    Variable(BTreeMap<String, OneOrMore>),
}

/// `interleave`
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Interleave {
    /// Every order.
    All,
}

/// What is done to the server.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum ServerAction {
    /// Stop in good order and start again.
    Restart,
    /// SIGKILL and start again.
    Kill,
    /// Stop.
    Stop,
    /// Start after `stop`.
    Start,
    /// Stop, save all mail, and start.
    Backup,
    /// Stop, put back the mail saved last, and start.
    Restore,
}

/// What an actor does.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Deed {
    /// One command, without tag and line end.
    Command(String),
    /// Commands sent at once.
    Pipelined(Vec<String>),
    /// Anything else: exactly one key.
    Map(DeedMap),
    /// What a device does: exactly one key.
    Device(DeviceDeed),
}

/// What an actor does besides sending commands: exactly one key.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DeedMap {
    /// Octets, written at once.
    pub raw: Option<Vec<Chunk>>,
    /// Chunks written one by one.
    pub send: Option<Vec<Chunk>>,
    /// SMTP, LMTP: a message, after 354.
    pub data: Option<Message>,
    /// Send nothing; wait until these patterns have come.
    #[schemars(rename = "await")]
    pub wait: Option<OneOrMore>,
    /// End the connection.
    pub disconnect: Option<Disconnect>,
    /// `again`: a new connection, set up as in the header.
    pub connect: Option<Reconnect>,
}

/// `disconnect`
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Disconnect {
    /// Both directions.
    Close,
    /// The client's direction only.
    Half,
    /// By a reset.
    Reset,
}

/// `connect` of a step.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Reconnect {
    /// A new connection.
    Again,
}

/// A part of `raw` or `send`.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Chunk {
    /// Text with variables; `"\r\n"` is a line end.
    Text(String),
    /// Something else.
    Map(ChunkMap),
}

/// A part of `raw` or `send` that is no text.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ChunkMap {
    /// Text to repeat.
    pub repeat: Option<Scalar>,
    /// How often.
    #[schemars(range(min = 1))]
    pub times: Option<usize>,
    /// Octets in the notation of transcripts: `\xff\r\n`.
    pub octets: Option<String>,
    /// In `send`: wait, `50ms`.
    pub pause: Option<String>,
}

/// A delivery.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Deliver {
    /// The fixture's name.
    Name(String),
    /// With options.
    Map(DeliverMap),
}

/// A delivery with options.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DeliverMap {
    /// The fixture's name.
    pub message: String,
    /// The name in this scenario.
    #[schemars(rename = "as")]
    pub alias: Option<String>,
    /// To which account, from 1.
    #[schemars(range(min = 1, max = 9))]
    pub to: Option<usize>,
    /// The channel; by default LMTP, else SMTP, else APPEND.
    pub via: Option<Via>,
    /// Flags; only by APPEND.
    pub flags: Option<Vec<String>>,
    /// Internal date; only by APPEND.
    pub date: Option<String>,
}

/// `via`
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Via {
    /// LMTP.
    Lmtp,
    /// SMTP.
    Smtp,
    /// APPEND of IMAP.
    Append,
}

/// A check.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Check {
    /// `MAILBOX holds exactly [a, b]`, `holds [a]`, `lacks [a]`, `is empty`, `does not exist`.
    Claim(String),
    /// With an account.
    Map(CheckMap),
}

/// A check with an account.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CheckMap {
    /// The claim.
    pub that: String,
    /// Whose mailbox, from 1.
    #[schemars(range(min = 1, max = 9))]
    pub account: Option<usize>,
}
