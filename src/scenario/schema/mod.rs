//! The shape of a scenario file, one to one with its YAML.
//!
//! These types are never filled: [`super::read`] takes the file's own tree, so that it can report
//! every mistake at its place. They give the JSON Schema that editors use, and the keys that each
//! map may have.

mod actor;
mod device;
mod step;

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

pub use self::actor::{Actor, ActorMap, ActorOptions, Connect, Tls};
pub use self::device::{
    Device, DeviceDeed, DeviceMap, DeviceProgram, ImapDevice, Pop3Device, Resync, Sees, SendMap,
    ShownMessage, WebmailDevice,
};
pub use self::step::{
    Check, CheckMap, Chunk, ChunkMap, Deed, DeedMap, Deliver, DeliverMap, Disconnect, Interleave,
    Reconnect, ServerAction, Step, Via, When, WhenOneOrMore,
};

/// The JSON Schema (draft 7) of a scenario file.
pub fn json_schema() -> serde_json::Value {
    SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<File>()
        .to_value()
}

/// The keys that a map of this type may have, in the order of the alphabet. Every map of every file
/// asks, and a schema takes its time: each is made once.
pub(super) fn keys<T: JsonSchema + 'static>() -> Vec<String> {
    static KNOWN: Mutex<BTreeMap<TypeId, Vec<String>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known
        .entry(TypeId::of::<T>())
        .or_insert_with(schema_keys::<T>)
        .clone()
}

fn schema_keys<T: JsonSchema>() -> Vec<String> {
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
    /// The named connections; a scenario has these, or devices, or both.
    pub actors: Option<BTreeMap<String, Actor>>,
    /// The named mail programs.
    pub devices: Option<BTreeMap<String, Device>>,
    /// Variants: the steps run once for each combination of values, used as `${name}`.
    #[schemars(rename = "for")]
    pub variants: Option<BTreeMap<String, Values>>,
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

/// The values of a variable.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Values {
    /// Texts.
    List(Vec<Scalar>),
    /// Texts with names for them, which ids show.
    Named(BTreeMap<String, NamedValue>),
}

/// A value of a variable that has a name.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum NamedValue {
    /// Its text.
    Text(Scalar),
    /// Its text, and more.
    Map(ValueMap),
}

/// A value with needs.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ValueMap {
    /// Its text.
    pub text: String,
    /// Capabilities without which the variants with this value are not applicable.
    pub needs: Option<Capabilities>,
}

/// Capabilities by protocol.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Capabilities {
    /// IMAP capabilities; `"!NAME"` demands the absence.
    pub imap: Option<Vec<String>>,
    /// POP3 capabilities.
    pub pop3: Option<Vec<String>>,
    /// SMTP service extensions.
    pub smtp: Option<Vec<String>>,
    /// LMTP service extensions.
    pub lmtp: Option<Vec<String>>,
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
    /// A delivery channel: LMTP, SMTP, or files put into a managed server's mail store.
    pub delivery: Option<bool>,
    /// TLS on the protocols used.
    pub tls: Option<bool>,
    /// How many accounts.
    #[schemars(range(min = 1, max = 9))]
    pub accounts: Option<usize>,
    /// What mailspec must be able to do to the server.
    pub control: Option<Vec<Control>>,
    /// The retention profiles that it is made for: strict, hide-on-delete, pop-once,
    /// archive-on-pop, expire, auto-expunge.
    pub retention: Option<OneOrMore>,
}

/// What mailspec must be able to do to the server.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum Control {
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
    /// Put its clock forward.
    Clock,
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
