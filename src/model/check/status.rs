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

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    fn asked(status: &str) -> Vec<&'static str> {
        rules(&format!(
            "a: selected 3 9
            b: selected 3 9
            b> B0 CLOSE
            b< B0 OK done
            b> B1 STATUS INBOX (MESSAGES)
            b< * STATUS INBOX ({status})
            b< B1 OK done"
        ))
    }

    #[test]
    fn counts_fit_each_other() {
        assert_eq!(asked("MESSAGES 3 UNSEEN 3 RECENT 0 UIDNEXT 9"), NONE);
        let rule = ["imap-status-contradicts-itself"];
        assert_eq!(asked("MESSAGES 3 UNSEEN 4"), rule);
        assert_eq!(asked("RECENT 4 MESSAGES 3"), rule);
        assert_eq!(asked("MESSAGES 3 UIDNEXT 3"), ["imap-uidnext-too-low"]);
    }

    #[test]
    fn it_fits_what_sessions_saw() {
        assert_eq!(asked("UIDNEXT 9 UIDVALIDITY 7"), NONE);
        assert_eq!(asked("UIDNEXT 8 UIDVALIDITY 7"), ["uidnext-decreased"]);
        assert_eq!(asked("UIDVALIDITY 6"), ["uidvalidity-decreased"]);
        assert_eq!(asked("UIDVALIDITY 8"), ["uidvalidity-changed"]);
    }
}
