//! STATUS fits itself and what sessions saw before.
//!
//! Verified: counts against MESSAGES; UIDVALIDITY and UIDNEXT against what was read before the command
//! went out. Not verified: UIDNEXT of the mailbox that the session has selected, which may be the
//! session's own older picture, and MESSAGES, which any agent may change.

use super::{select, uidvalidity};
use crate::finding::rule::imap_state::{STATUS_CONTRADICTS_ITSELF, UIDNEXT_TOO_LOW};
use crate::model::command::canonical;
use crate::model::findings::Findings;
use crate::model::imap_view::Here;

/// Judges a STATUS response that was asked for at the moment `after`.
pub(crate) fn check(
    mailbox: &[u8],
    items: &[(String, u64)],
    selected: Option<&[u8]>,
    after: u64,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    let item = |name: &str| {
        items
            .iter()
            .find(|(other, _)| other == name)
            .map(|&(_, value)| value)
    };
    let (messages, uidnext) = (item("MESSAGES"), item("UIDNEXT"));
    if let Some(messages) = messages {
        for name in ["UNSEEN", "RECENT", "DELETED"] {
            if let Some(count) = item(name).filter(|&count| count > messages) {
                let explanation = format!("{name} is {count}, and MESSAGES is {messages}");
                found.at(STATUS_CONTRADICTS_ITSELF, name, explanation);
            }
        }
        if let Some(uidnext) = uidnext.filter(|&uidnext| uidnext <= messages) {
            let explanation = format!("UIDNEXT is {uidnext}, and there are {messages} messages");
            found.at(UIDNEXT_TOO_LOW, "UIDNEXT", explanation);
        }
    }
    let validity = item("UIDVALIDITY").and_then(|validity| u32::try_from(validity).ok());
    let Some(validity) = validity else { return };
    let mailbox = canonical(mailbox);
    uidvalidity::said(&mailbox, validity, after, here, found);
    let uidnext = uidnext.and_then(|uidnext| u32::try_from(uidnext).ok());
    if let Some(uidnext) = uidnext
        && selected != Some(mailbox.as_slice())
        && let Some(instance) = here.account.instance(&mailbox, validity)
    {
        select::uidnext_said(instance, uidnext, after, here.now, found);
    }
}
