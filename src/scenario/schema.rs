//! The shape of a scenario file, one to one with its YAML.
//!
//! These types are never filled: [`super::lower`] reads the file's own tree, so that it can report
//! every mistake at its place. They give the JSON Schema that editors use, and the keys that each
//! map may have.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::wire::Protocol;

/// The JSON Schema (draft 7) of a scenario file.
pub fn json_schema() -> serde_json::Value {
    SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<File>()
        .to_value()
}

/// The keys that a map of this type may have, in the order of the alphabet.
pub(super) fn keys<T: JsonSchema>() -> Vec<String> {
    let schema = schemars::schema_for!(T);
    schema
        .get("properties")
        .and_then(|properties| properties.as_object())
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default()
}

/// A scenario: one claim about a mail server, shown on the wire.
#[derive(JsonSchema)]
#[schemars(title = "mailspec scenario", deny_unknown_fields)]
pub struct File {
    /// The claim: one sentence, present tense, true of a conforming server.
    pub title: String,
    /// Requirement ids of the catalogue, at least one: `rfc1939-6-i2`, `promise/imap-backup`.
    #[schemars(length(min = 1))]
    pub covers: Vec<String>,
    /// What must be there; without it the scenario is not applicable.
    pub needs: Option<Needs>,
    /// Mailboxes and their messages before the first step; levels of a name are parted by `/`.
    pub given: Option<BTreeMap<String, Vec<Message>>>,
    /// The named connections.
    pub actors: BTreeMap<String, Actor>,
    /// Variants: the steps run once for each combination of values, used as `${name}`.
    #[schemars(rename = "for")]
    pub variants: Option<BTreeMap<String, Vec<Scalar>>>,
    /// Words to select by.
    pub tags: Option<Vec<String>>,
    /// The release that it came with.
    pub since: Option<String>,
    /// `provisional`: it is run and reported, and never fails a run.
    pub status: Option<Status>,
    /// The bug or the reason behind the claim.
    pub why: Option<String>,
    /// What happens, in this order.
    #[schemars(length(min = 1, max = 500))]
    pub steps: Vec<Step>,
}

/// A text, number or truth value; mailspec takes the spelling of the file.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Scalar {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Truth(bool),
}

/// One value or several.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

/// `status`
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Status {
    /// Never gates yet.
    Provisional,
}

/// What a scenario needs.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Needs {
    /// IMAP capabilities; `"!NAME"` demands the absence.
    pub imap: Option<Vec<String>>,
    /// POP3 capabilities.
    pub pop3: Option<Vec<String>>,
    /// SMTP service extensions.
    pub smtp: Option<Vec<String>>,
    /// LMTP service extensions.
    pub lmtp: Option<Vec<String>>,
    /// A delivery channel, LMTP or SMTP.
    pub delivery: Option<bool>,
    /// TLS on the protocols used.
    pub tls: Option<bool>,
    /// How many accounts.
    #[schemars(range(min = 1, max = 9))]
    pub accounts: Option<usize>,
    /// What mailspec must be able to do to the server.
    pub control: Option<Vec<ServerAction>>,
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
}

/// A message of `fixtures/messages`.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Message {
    /// Its name.
    Name(String),
    /// Its name, and more.
    Map(MessageMap),
}

/// A message with options.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MessageMap {
    /// The fixture's name.
    pub message: String,
    /// The name in this scenario; by default the fixture's.
    #[schemars(rename = "as")]
    pub alias: Option<String>,
    /// Flags to set.
    pub flags: Option<Vec<String>>,
    /// Internal date: `"17-Jul-1996 02:44:25 -0700"`.
    pub date: Option<String>,
}

/// A connection.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Actor {
    /// Just a protocol.
    Protocol(Protocol),
    /// A protocol with options.
    Map(Box<ActorMap>),
}

/// A protocol with options: exactly one key.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ActorMap {
    /// IMAP.
    pub imap: Option<ActorOptions>,
    /// POP3.
    pub pop3: Option<ActorOptions>,
    /// SMTP.
    pub smtp: Option<ActorOptions>,
    /// LMTP.
    pub lmtp: Option<ActorOptions>,
}

/// How a connection is set up.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ActorOptions {
    /// `no`: stop after the greeting.
    pub login: Option<Scalar>,
    /// IMAP: the mailbox to select.
    pub select: Option<String>,
    /// IMAP: the mailbox to examine.
    pub examine: Option<String>,
    /// IMAP: capabilities to ENABLE.
    pub enable: Option<Vec<String>>,
    /// How TLS is used; by default as the target prefers.
    pub tls: Option<Tls>,
    /// Which account, from 1.
    #[schemars(range(min = 1, max = 9))]
    pub account: Option<usize>,
    /// `late`: connect when its first step comes.
    pub connect: Option<Connect>,
}

/// `tls`
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Tls {
    /// Not at all.
    None,
    /// From the first octet.
    Implicit,
    /// By STARTTLS or STLS.
    StartTls,
}

/// `connect` of an actor.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Connect {
    /// When its first step comes.
    Late,
}

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
    /// The deadline of this step: `500ms`, `5s`, `2m`.
    pub within: Option<String>,
    /// Branches that run at once.
    pub together: Option<Vec<Vec<Self>>>,
    /// `all`, beside `together`: every order of the branches' steps, each on a fresh account.
    pub interleave: Option<Interleave>,
    /// A message comes in.
    pub deliver: Option<Deliver>,
    /// What fresh sessions of every protocol must find: `INBOX holds exactly [plain]`.
    pub check: Option<Check>,
    /// A fresh connection of this protocol still gets a greeting and logs in.
    pub probe: Option<Protocol>,
    /// Something is done to the server itself.
    pub server: Option<ServerAction>,
    /// The actor's name, and what it does.
    #[schemars(flatten)]
    pub actor: BTreeMap<String, Deed>,
}

/// `interleave`
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Interleave {
    /// Every order.
    All,
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
