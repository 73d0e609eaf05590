//! A message in a mailbox, and one on its way in.

use std::sync::Arc;

use super::{Flags, InternalDate};

/// A message in a mailbox. A clone shares the content, which never changes.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Unique in the mailbox, with UIDVALIDITY.
    pub(crate) uid: u32,
    /// Names the content: a copy has the same (EMAILID of RFC 8474).
    pub(crate) email_id: u64,
    /// Flags and keywords.
    pub(crate) flags: Flags,
    /// The mod-sequence of its last change (RFC 7162).
    pub(crate) modseq: u64,
    /// When the mail arrived; a copy keeps it.
    pub(crate) internal_date: InternalDate,
    /// When it came into this mailbox.
    pub(crate) saved: InternalDate,
    /// The octets, lines ended by CRLF if they came so.
    pub(crate) content: Arc<[u8]>,
}

/// A message to be appended.
#[derive(Clone, Debug)]
pub(crate) struct NewMessage {
    /// Flags and keywords that it shall have.
    pub(crate) flags: Flags,
    /// When the mail arrived; nothing: when it is appended.
    pub(crate) internal_date: Option<InternalDate>,
    /// The octets.
    pub(crate) content: Arc<[u8]>,
    /// The email id of the message that it copies; nothing for new mail.
    pub(crate) email_id: Option<u64>,
}

impl NewMessage {
    /// Mail that arrives now, without flags.
    pub(crate) fn received(content: impl Into<Arc<[u8]>>) -> Self {
        Self {
            flags: Flags::new(),
            internal_date: None,
            content: content.into(),
            email_id: None,
        }
    }

    /// A copy of a message, with all that COPY and MOVE keep.
    pub(crate) fn copy_of(message: &Message) -> Self {
        Self {
            flags: message.flags.clone(),
            internal_date: Some(message.internal_date),
            content: Arc::clone(&message.content),
            email_id: Some(message.email_id),
        }
    }
}
