//! Scenario files: YAML to checked [`Scenario`]s, with every error of a file at once.

mod device;
pub mod diagnostic;
pub mod load;
mod lower;
pub(crate) mod node;
pub mod schema;
pub mod select;
mod vars;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::expect::{Expectation, Pattern};
use crate::wire::Protocol;

pub use device::{
    Device, DeviceStep, Leave, Mark, MessageAct, MessageDeed, Program, Resync, Shown, Sight, Verb,
};
pub use diagnostic::{one_line, render};
pub use load::{Library, LoadError};
pub(crate) use lower::reader::Reader;
pub use lower::{Known, read};
pub use schema::json_schema;
pub use select::{SelectError, select};

/// The text of a file and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Path, as shown to people.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// A place in a [`Source`]: octets `start..end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// First octet.
    pub start: usize,
    /// Behind the last octet.
    pub end: usize,
}

/// One checked scenario file.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Path below the scenario folder, without suffix: `mixed/deletion/pop3-quit-reaches-imap`.
    pub id: String,
    /// Where it stands.
    pub source: Arc<Source>,
    /// The claim.
    pub title: String,
    /// Requirement ids, at least one, all in the catalogue.
    pub covers: Vec<String>,
    /// What must be there, or it is not applicable.
    pub needs: Needs,
    /// Mailboxes and messages that exist before the first step, in file order.
    pub given: Vec<GivenMailbox>,
    /// The named connections, in file order.
    pub actors: Vec<Actor>,
    /// The named mail programs, in file order.
    pub devices: Vec<Device>,
    /// Variables and their values; every combination is a variant.
    pub variants: Vec<Variable>,
    /// The steps.
    pub steps: Vec<Step>,
    /// Tags.
    pub tags: Vec<String>,
    /// The release that it came with.
    pub since: Option<String>,
    /// `status: provisional`: it never gates yet.
    pub provisional: bool,
    /// The bug or reason behind the claim.
    pub why: Option<String>,
}

impl Scenario {
    /// The protocols of its actors and devices, each once.
    pub fn protocols(&self) -> BTreeSet<Protocol> {
        let devices = self.devices.iter().map(|device| device.program.protocol());
        let actors = self.actors.iter().map(|actor| actor.protocol);
        actors.chain(devices).collect()
    }

    /// True if what it claims holds on a server with this retention profile.
    ///
    /// A scenario says so in `needs`. One that says nothing is made for strict servers, and suits
    /// the others as far as they are strict there: with old mail unless time passes, with hidden
    /// mail unless POP3 and IMAP meet, with popped mail unless there is POP3.
    pub fn suits(&self, retention: Retention) -> bool {
        if !self.needs.retention.is_empty() {
            return self.needs.retention.contains(&retention);
        }
        let pop3 = self.protocols().contains(&Protocol::Pop3);
        let alone = self.protocols().len() == 1 && !self.looks_again();
        match retention {
            Retention::Strict => true,
            Retention::HideOnDelete => !pop3 || alone,
            Retention::PopOnce | Retention::ArchiveOnPop => !pop3,
            Retention::Expire | Retention::AutoExpunge => !self.passes_time(),
        }
    }

    /// True if fresh sessions of every protocol look.
    fn looks_again(&self) -> bool {
        any_step(&self.steps, &|action| matches!(action, Action::Check(_)))
    }

    /// True if it takes minutes: it runs only if it is named.
    pub fn is_slow(&self) -> bool {
        self.tags.iter().any(|tag| tag == SLOW)
    }

    /// True if time passes in it.
    pub fn passes_time(&self) -> bool {
        any_step(&self.steps, &|action| matches!(action, Action::Clock(_)))
    }
}

/// The tag of scenarios that take minutes.
pub(crate) const SLOW: &str = "slow";

/// True if a step does that, those in branches included.
fn any_step(steps: &[Step], does: &dyn Fn(&Action) -> bool) -> bool {
    steps.iter().any(|step| match &step.action {
        Action::Together { branches, .. } => branches.iter().any(|branch| any_step(branch, does)),
        Action::When {
            then, otherwise, ..
        } => any_step(then, does) || any_step(otherwise, does),
        action => does(action),
    })
}

/// Capabilities and means that a scenario needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Capabilities per protocol; a `!` in front demands its absence.
    pub capabilities: Vec<Capability>,
    /// A delivery channel: LMTP, SMTP, or files put into a managed server's mail store.
    pub delivery: bool,
    /// TLS on the protocols used.
    pub tls: bool,
    /// How many accounts; at least 1.
    pub accounts: usize,
    /// Control of the server that the target has to have.
    pub control: Vec<Control>,
    /// The server's own clock must go forward with the scenario's.
    pub clock: bool,
    /// The retention profiles that it is made for; empty: see [`Scenario::suits`].
    pub retention: Vec<Retention>,
}

/// A kind of retention profile: what a server does with popped and with old mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// RFC 1939 and nothing else.
    Strict,
    /// What POP3 deletes is hidden from POP3 and stays in IMAP.
    HideOnDelete,
    /// What POP3 has retrieved once it does not show again.
    PopOnce,
    /// What POP3 has retrieved goes to Archive.
    ArchiveOnPop,
    /// INBOX loses mail after some days.
    Expire,
    /// Trash loses mail after some days.
    AutoExpunge,
}

impl Retention {
    /// Every kind by its name.
    pub const ALL: [(&str, Self); 6] = [
        ("strict", Self::Strict),
        ("hide-on-delete", Self::HideOnDelete),
        ("pop-once", Self::PopOnce),
        ("archive-on-pop", Self::ArchiveOnPop),
        ("expire", Self::Expire),
        ("auto-expunge", Self::AutoExpunge),
    ];
}

/// How much time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// This much.
    By(Duration),
    /// Until an hour before mail of the scenario's beginning is too old for the server.
    BeforeExpiry,
    /// Until a day after that.
    AfterExpiry,
}

/// A capability demanded, or its absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// Which protocol advertises it.
    pub protocol: Protocol,
    /// Its name, in upper case.
    pub name: String,
    /// True for `!NAME`.
    pub absent: bool,
}

/// What may be done to the server itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    /// Stop in good order and start again.
    Restart,
    /// SIGKILL and start again.
    Kill,
    /// Stop.
    Stop,
    /// Start after `Stop`.
    Start,
    /// Stop, save all mail, and start.
    Backup,
    /// Stop, put back the mail saved last, and start.
    Restore,
}

/// A mailbox that exists before the first step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenMailbox {
    /// Its name, levels parted by `/` whatever the server's delimiter is.
    pub name: String,
    /// Its messages, in order of their UIDs.
    pub messages: Vec<GivenMessage>,
}

/// A message that exists before the first step, or that is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenMessage {
    /// The fixture, `fixtures/messages/NAME.eml`.
    pub fixture: String,
    /// Its name in the scenario; the fixture's name unless `as:` says otherwise. Unique.
    pub name: String,
    /// Flags to set.
    pub flags: Vec<String>,
    /// Internal date in IMAP's `date-time` form, if it matters.
    pub date: Option<String>,
}

/// A named connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Its name.
    pub name: String,
    /// Its protocol.
    pub protocol: Protocol,
    /// Which account, from 1.
    pub account: usize,
    /// Log in before the first step (default true; SMTP and LMTP: EHLO/LHLO instead).
    pub login: bool,
    /// False: connects only when its first step comes, so that it sees what happened before.
    ///
    /// `connect: late` in the file; the default is to connect before the first step.
    pub early: bool,
    /// IMAP: the mailbox to select after login.
    pub select: Option<String>,
    /// IMAP: the mailbox to examine after login.
    pub examine: Option<String>,
    /// IMAP: capabilities to ENABLE after login.
    pub enable: Vec<String>,
    /// How TLS is used; `None`: as the target prefers.
    pub tls: Option<Tls>,
}

/// How an actor uses TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    None,
    /// From the first octet.
    Implicit,
    /// After STARTTLS or STLS, done by the runner.
    StartTls,
}

/// A variable of `for`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Vec<VariableValue>,
}

/// A value of a [`Variable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableValue {
    /// How ids and `when` call it: the text itself unless the file names it.
    pub label: String,
    /// What stands for `${name}`; it may hold `${…}` of its own.
    pub text: String,
    /// Capabilities that only the variants with this value need.
    pub needs: Vec<Capability>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// The step's first key and value in the file.
    pub place: Place,
    /// What is done.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// An actor does something on its connection.
    Act(Box<Act>),
    /// Branches run at once, each step in its branch after the one before.
    Together {
        /// The branches.
        branches: Vec<Vec<Step>>,
        /// `interleave: all`: every merge of the branches is a variant of its own, run in order.
        interleave: bool,
    },
    /// Steps that only some variants or outcomes have.
    When {
        /// All of them hold, or `otherwise` is taken.
        conditions: Vec<Condition>,
        /// `then`
        then: Vec<Step>,
        /// `else`
        otherwise: Vec<Step>,
    },
    /// A message comes in by LMTP, SMTP or, where the target has neither, APPEND.
    Deliver(Deliver),
    /// Fresh sessions of every offered protocol look at a mailbox.
    Check(Check),
    /// A fresh connection of this protocol still gets a greeting and logs in.
    Probe(Protocol),
    /// Something is done to the server itself.
    Server(Control),
    /// The users of devices do something, or look.
    Device(DeviceStep),
    /// Time passes for every device, and for the server where the target can do that.
    Clock(Passage),
}

/// What `when` asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// This alternative of an `any_of` before was seen.
    Seen(String),
    /// This variable of `for` has one of these values, by their labels.
    Is {
        /// The variable's name.
        variable: String,
        /// The labels.
        labels: Vec<String>,
    },
}

/// An actor's doing, and what must follow.
#[derive(Clone, Debug)]
pub struct Act {
    /// Index into [`Scenario::actors`].
    pub actor: usize,
    /// What it does.
    pub deed: Deed,
    /// What must follow.
    pub expectation: Expectation,
    /// The place of each pattern of `expectation.expect`, then of `expectation.never`.
    pub expect_places: Vec<Place>,
    /// The places of the `never` patterns.
    pub never_places: Vec<Place>,
    /// `until`: repeat until these have come; empty means once.
    pub until: Vec<Pattern>,
    /// The places of the `until` patterns.
    pub until_places: Vec<Place>,
    /// `any_of`: the legal alternatives by name; empty means none are named.
    pub any_of: Vec<Alternative>,
    /// `fact`: what the alternative seen, or the time that `until` takes, tells about the server.
    pub fact: Option<String>,
    /// `within: 5s`: the deadline of this step instead of the usual one.
    pub within: Option<Duration>,
}

/// A named legal alternative.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// Its name, recorded as observed behaviour.
    pub name: String,
    /// What then must come.
    pub expectation: Expectation,
    /// The place of the alternative in the file.
    pub place: Place,
}

/// What an actor does.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Commands as on the wire, without tag and CRLF; several are pipelined. When the server waits
    /// for the client (IDLE, AUTHENTICATE, AUTH), the text is sent as a line instead.
    Commands(Vec<Template>),
    /// `{data: NAME}`: mail data after SMTP's or LMTP's 354.
    Data(GivenMessage),
    /// `{raw: […]}`: octets, written at once.
    Raw(Vec<Chunk>),
    /// `{send: […]}`: chunks written one by one, with pauses.
    Send(Vec<Chunk>),
    /// `{await: PATTERN}`: send nothing, wait for the patterns in `until`.
    Await,
    /// `{disconnect: close|half|reset}`.
    Disconnect(Disconnect),
    /// `{connect: again}`: a new connection for this actor, set up as in the header.
    Reconnect,
}

/// How a connection is ended by the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnect {
    /// Close both directions (FIN).
    Close,
    /// Close the sending direction only.
    Half,
    /// RST.
    Reset,
}

/// A part of `raw` or `send`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// Text with variables.
    Text(Template),
    /// `{repeat: x, times: n}`
    Repeat {
        /// What.
        text: String,
        /// How often; the product with the length is limited.
        times: usize,
    },
    /// `{octets: "\\xff\\r\\n"}`, in the notation of transcripts.
    Octets(Vec<u8>),
    /// `{pause: 50ms}`, only in `send`.
    Pause(Duration),
}

/// Text with variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// Its parts.
    pub parts: Vec<TemplatePart>,
}

/// A part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// Text as it is.
    Text(String),
    /// `${path}` or `${path:form}`.
    Variable {
        /// `user`, `plain.uid`, `command`.
        path: String,
        /// `literal`, `literal+` or `quoted`; `None`: a message's `.body` goes as a literal, all
        /// else as text.
        form: Option<Form>,
    },
}

/// How a value is written in a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A synchronizing literal.
    Literal,
    /// A non-synchronizing literal.
    LiteralPlus,
    /// A quoted string.
    Quoted,
}

/// A delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliver {
    /// The message.
    pub message: GivenMessage,
    /// To which account, from 1.
    pub account: usize,
    /// The channel demanded; `None`: LMTP, else SMTP, else APPEND.
    pub via: Option<Protocol>,
}

/// What fresh sessions must find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The mailbox, levels parted by `/`.
    pub mailbox: String,
    /// Whose, from 1.
    pub account: usize,
    /// What holds.
    pub claim: Claim,
}

/// A claim about a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// `holds exactly [a, b]`: these messages, each once, and no other.
    Exactly(Vec<String>),
    /// `holds [a, b]`: at least these.
    Holds(Vec<String>),
    /// `lacks [a]`: none of these.
    Lacks(Vec<String>),
    /// `does not exist`.
    Absent,
}

/// The messages that scenarios use: fixture name to octets (CRLF line ends).
pub type Messages = std::collections::BTreeMap<String, Vec<u8>>;

/// The octets of a message under its name in a scenario: a fixture's Message-ID is
/// `<NAME@mailspec.test>`, and another name replaces it.
pub fn octets_of(message: &GivenMessage, messages: &Messages) -> Option<Vec<u8>> {
    let octets = messages.get(&message.fixture)?;
    if message.name == message.fixture {
        return Some(octets.clone());
    }
    let old = format!("<{}@mailspec.test>", message.fixture);
    let new = format!("<{}@mailspec.test>", message.name);
    let at = octets
        .windows(old.len())
        .position(|window| window == old.as_bytes())?;
    Some([&octets[..at], new.as_bytes(), &octets[at + old.len()..]].concat())
}

/// One mistake in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub place: Place,
    /// What is wrong, one sentence.
    pub message: String,
    /// What to write instead, or the nearest valid spelling.
    pub help: Option<String>,
}

/// A file that is no valid scenario: all its mistakes.
#[derive(Clone, Debug)]
pub struct Invalid {
    /// The file.
    pub source: Arc<Source>,
    /// Its mistakes, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}
