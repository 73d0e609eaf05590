//! Connections, as a scenario file names them.

use schemars::JsonSchema;

use super::Scalar;
use crate::wire::Protocol;

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
