//! IMAP responses (RFC 3501, RFC 9051 and extensions).

mod body_structure;
mod capability;
mod context;
#[cfg(test)]
mod corpus;
mod date_time;
mod envelope;
mod ext;
mod fetch;
mod flag;
mod list;
mod mailbox_name;
mod mailbox_status;
mod number;
mod parser;
mod recover;
mod response;
mod search;
mod section;
mod sequence_set;
mod status;
mod string;
mod tagged_ext;

use std::collections::BTreeSet;

pub use response::parse;

/// What is in force on a connection at a moment, as far as it decides what is legal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Capabilities last advertised, in upper case.
    pub capabilities: BTreeSet<String>,
    /// Extensions enabled with ENABLE, in upper case (`IMAP4REV2`, `QRESYNC`, `UTF8=ACCEPT`).
    pub enabled: BTreeSet<String>,
    /// The client has used an extended LIST, or NOTIFY (RFC 5258 §3).
    pub extended_list: bool,
    /// The client has asked for the results of a search with RETURN (RFC 4466 §2.6.2).
    pub extended_search: bool,
}

/// One response of a server.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// `+ …`, a command continuation request.
    Continuation,
    /// `TAG OK|NO|BAD …`
    Tagged {
        /// The tag, as it came.
        tag: String,
        /// The status.
        status: Status,
    },
    /// `* OK|NO|BAD|PREAUTH|BYE …`
    Status(Status),
    /// Any other untagged response.
    Data(Data),
    /// Nothing sensible could be read.
    Unreadable,
}

/// The kind of a status response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusKind {
    /// Success, or information.
    Ok,
    /// Failure, or a warning.
    No,
    /// A protocol error.
    Bad,
    /// A greeting: authenticated already.
    Preauth,
    /// The connection is about to end.
    Bye,
}

/// A status response: kind, code, and text for humans.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// OK, NO, BAD, PREAUTH or BYE.
    pub kind: StatusKind,
    /// The response code in brackets, if there is one.
    pub code: Option<Code>,
}

/// A response code.
#[derive(Clone, Debug, PartialEq)]
pub enum Code {
    /// `UIDVALIDITY n`
    UidValidity(u32),
    /// `UIDNEXT n`
    UidNext(u32),
    /// `UNSEEN n`
    Unseen(u32),
    /// `HIGHESTMODSEQ n`
    HighestModseq(u64),
    /// `NOMODSEQ`
    NoModseq,
    /// `PERMANENTFLAGS (…)`, the flags as they came.
    PermanentFlags(Vec<String>),
    /// `READ-ONLY`
    ReadOnly,
    /// `READ-WRITE`
    ReadWrite,
    /// `CLOSED`
    Closed,
    /// `CAPABILITY …`
    Capability(Vec<String>),
    /// `APPENDUID v uids`
    AppendUid {
        /// UIDVALIDITY of the destination.
        validity: u32,
        /// UIDs of the messages appended.
        uids: Vec<UidRange>,
    },
    /// `COPYUID v source destination`
    CopyUid {
        /// UIDVALIDITY of the destination.
        validity: u32,
        /// UIDs copied.
        source: Vec<UidRange>,
        /// UIDs given.
        destination: Vec<UidRange>,
    },
    /// `MODIFIED set`
    Modified(Vec<UidRange>),
    /// Any other code: its name in upper case.
    Other(String),
}

/// An inclusive range of UIDs or sequence numbers, low end first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UidRange {
    /// Lowest.
    pub low: u32,
    /// Highest.
    pub high: u32,
}

/// An untagged response that is no status response.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// `CAPABILITY …`, names as they came.
    Capability(Vec<String>),
    /// `ENABLED …`
    Enabled(Vec<String>),
    /// `FLAGS (…)`
    Flags(Vec<String>),
    /// `LIST` or `LSUB`
    List {
        /// True for LSUB.
        lsub: bool,
        /// The name attributes, as they came.
        attributes: Vec<String>,
        /// The hierarchy delimiter, if there is one.
        delimiter: Option<u8>,
        /// The mailbox name, octets as they came but unquoted.
        mailbox: Vec<u8>,
    },
    /// `STATUS mailbox (…)`, item names in upper case.
    Status {
        /// The mailbox name.
        mailbox: Vec<u8>,
        /// The items with a numeric value.
        items: Vec<(String, u64)>,
    },
    /// `SEARCH …`, and the mod-sequence behind it.
    Search {
        /// Sequence numbers or UIDs, in the order given.
        hits: Vec<u32>,
        /// `(MODSEQ n)`
        modseq: Option<u64>,
    },
    /// `ESEARCH …`
    Esearch {
        /// The tag in the search correlator.
        tag: Option<String>,
        /// True if the hits are UIDs.
        uid: bool,
        /// MIN, if given.
        min: Option<u32>,
        /// MAX, if given.
        max: Option<u32>,
        /// COUNT, if given.
        count: Option<u32>,
        /// ALL, if given.
        all: Option<Vec<UidRange>>,
        /// MODSEQ, if given.
        modseq: Option<u64>,
    },
    /// `n EXISTS`
    Exists(u32),
    /// `SORT …` (RFC 5256)
    Sort {
        /// Sequence numbers or UIDs, in the order given.
        hits: Vec<u32>,
    },
    /// `n RECENT`
    Recent(u32),
    /// `n EXPUNGE`
    Expunge(u32),
    /// `VANISHED …`
    Vanished {
        /// True with `(EARLIER)`.
        earlier: bool,
        /// The UIDs.
        uids: Vec<UidRange>,
    },
    /// `n FETCH (…)`
    Fetch {
        /// The sequence number.
        seq: u32,
        /// The items, in the order given.
        items: Vec<FetchItem>,
    },
    /// Any other response: its name in upper case.
    Other(String),
}

/// One item of a FETCH response.
#[derive(Clone, Debug, PartialEq)]
pub enum FetchItem {
    /// `FLAGS (…)`
    Flags(Vec<String>),
    /// `UID n`
    Uid(u32),
    /// `RFC822.SIZE n`
    Size(u64),
    /// `MODSEQ (n)`
    Modseq(u64),
    /// `INTERNALDATE "…"`, the octets between the quotes.
    InternalDate(Vec<u8>),
    /// A body section or RFC822 item: its name in upper case as far as case does not matter
    /// (`BODY[]`, `BODY[HEADER]<0>`, `RFC822`), and its octets; `None` for NIL.
    Section {
        /// Name with section and origin.
        name: String,
        /// The value.
        octets: Option<Vec<u8>>,
    },
    /// ENVELOPE, BODY, BODYSTRUCTURE or another item: its name in upper case and its raw octets.
    Other {
        /// The name.
        name: String,
        /// The value as it came.
        octets: Vec<u8>,
    },
    /// An item that could not be read: its name in upper case.
    Malformed(String),
}
