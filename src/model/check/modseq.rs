//! The mod-sequence of a message never goes down.
//!
//! Verified: within a session in the order of its responses, and across sessions against what was
//! read before the command went out. Not verified: that a change raises it.

use crate::finding::rule::mailbox::MODSEQ_DECREASED;
use crate::model::findings::Findings;
use crate::model::imap_view::{ANSWERS, Here, Picture};
use crate::wire::imap::FetchItem;

/// Judges the MODSEQ of a FETCH response that was asked for at the moment `after`.
pub(crate) fn check(
    picture: &mut Picture,
    uid: u32,
    items: &[FetchItem],
    after: u64,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    let Some(modseq) = items.iter().find_map(|item| match item {
        FetchItem::Modseq(modseq) => Some(*modseq),
        _ => None,
    }) else {
        return;
    };
    let mut before = picture.modseqs.get(&uid).copied();
    if picture.modseqs.len() < ANSWERS {
        picture.modseqs.insert(uid, modseq);
    }
    if let Some((mailbox, validity)) = picture.identity() {
        if let Some(instance) = here.account.instance(&mailbox, validity) {
            instance.modseq.raise(here.now, modseq);
        }
        if let Some(message) = here.account.message(&mailbox, validity, uid, here.now) {
            before = before.max(message.modseq.at(after));
            message.modseq.raise(here.now, modseq);
        }
    }
    if let Some(before) = before.filter(|&before| modseq < before) {
        found.at(
            MODSEQ_DECREASED,
            &modseq.to_string(),
            format!("the message with UID {uid} had mod-sequence {before} and now has {modseq}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    #[test]
    fn modseqs_do_not_go_down() {
        let history = |second: u32, third: u32| {
            rules(&format!(
                "a: selected 3 9
                a> A1 UID FETCH 4 MODSEQ
                a< * 2 FETCH (UID 4 MODSEQ (20))
                a< * 2 FETCH (UID 4 MODSEQ ({second}))
                a< A1 OK done
                b: selected 3 9
                b> B1 UID FETCH 4 MODSEQ
                b< * 2 FETCH (UID 4 MODSEQ ({third}))
                b< B1 OK done"
            ))
        };
        assert_eq!(history(20, 21), NONE);
        assert_eq!(history(19, 21), ["modseq-decreased"]);
        assert_eq!(history(21, 20), ["modseq-decreased"]);
    }

    #[test]
    fn answers_on_the_way_do_not_count() {
        let history = "a: selected 3 9
            b: selected 3 9
            b> B1 UID FETCH 4 MODSEQ
            a> A1 UID FETCH 4 MODSEQ
            a< * 2 FETCH (UID 4 MODSEQ (20))
            a< A1 OK done
            b< * 2 FETCH (UID 4 MODSEQ (19))
            b< B1 OK done";
        assert_eq!(rules(history), NONE);
    }
}
