//! What operations on mailboxes give, good or bad.

use super::SpecialUse;

/// Why something could not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StoreError {
    /// NONEXISTENT (TRYCREATE where mail was to go).
    #[error("no such mailbox")]
    NoSuchMailbox,
    /// ALREADYEXISTS
    #[error("mailbox exists already")]
    AlreadyExists,
    /// CANNOT: INBOX cannot be deleted, a mailbox cannot go below itself.
    #[error("not possible for this mailbox")]
    Cannot,
    /// CANNOT: an empty level, a control character, or too long.
    #[error("not a valid mailbox name")]
    InvalidName,
    /// OVERQUOTA
    #[error("too many messages")]
    OverQuota,
}

/// What was appended, for APPENDUID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    /// UIDVALIDITY of the mailbox.
    pub(crate) uidvalidity: u32,
    /// UIDs, in the order of the messages given.
    pub(crate) uids: Vec<u32>,
}

/// What was copied or moved, for COPYUID; `sources[i]` became `targets[i]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    /// UIDVALIDITY of the mailbox to which they went.
    pub(crate) uidvalidity: u32,
    /// UIDs in the old mailbox, ascending; those that were gone already are left out.
    pub(crate) sources: Vec<u32>,
    /// UIDs in the new mailbox, ascending.
    pub(crate) targets: Vec<u32>,
}

/// A name for LIST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The full name.
    pub(crate) name: String,
    /// Whether there is a mailbox; if not, the name is only superior to some (`\NonExistent`).
    pub(crate) exists: bool,
    /// Whether a mailbox is inferior to it.
    pub(crate) has_children: bool,
    /// Whether it is subscribed.
    pub(crate) subscribed: bool,
    /// Special uses.
    pub(crate) special_use: Vec<SpecialUse>,
}
