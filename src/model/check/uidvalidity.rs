//! UIDVALIDITY stays, and when it changes it grows.
//!
//! Verified: no change while a mailbox is selected; across sessions no decrease, and no change, while
//! no session created, deleted or renamed a mailbox. Not verified: mailboxes with UIDNOTSTICKY can
//! not be told apart here and count as changing, which is a deviation only.

use crate::finding::rule::imap_state::UIDVALIDITY_CHANGED_WHILE_SELECTED;
use crate::finding::rule::mailbox::{UIDVALIDITY_CHANGED, UIDVALIDITY_DECREASED};
use crate::model::findings::Findings;
use crate::model::imap_view::{Here, Picture};
use crate::wire::imap::Code;

/// Judges a response code that came while the mailbox is selected.
pub(crate) fn check_selected(picture: &mut Picture, code: &Code, found: &mut Findings<'_>) {
    let Code::UidValidity(validity) = *code else {
        return;
    };
    if let Some(before) = picture.validity.filter(|&before| before != validity) {
        found.at(
            UIDVALIDITY_CHANGED_WHILE_SELECTED,
            &validity.to_string(),
            format!("UIDVALIDITY was {before} when the mailbox was selected and now is {validity}"),
        );
        picture.validity = Some(validity);
        picture.numbers.clear();
    }
}

/// Judges the UIDVALIDITY of a mailbox that was just opened.
pub(crate) fn check_opened(picture: &Picture, here: &mut Here<'_>, found: &mut Findings<'_>) {
    if let Some((mailbox, validity)) = picture.identity() {
        said(&mailbox, validity, picture.since, here, found);
    }
}

/// Judges the UIDVALIDITY of any mailbox, asked for at the moment `after`.
pub(crate) fn said(
    name: &[u8],
    validity: u32,
    after: u64,
    here: &mut Here<'_>,
    found: &mut Findings<'_>,
) {
    let stable = here.account.mailboxes_are_stable();
    let now = here.now;
    let Some(mailbox) = here.account.mailbox(name) else {
        return;
    };
    let greatest = mailbox
        .greatest
        .at(after)
        .filter(|&before| validity < before);
    let latest = mailbox
        .latest
        .filter(|&(when, before)| when <= after && before != validity);
    let shown = String::from_utf8_lossy(name);
    if let (true, Some(before)) = (stable, greatest) {
        let explanation = format!("UIDVALIDITY of {shown} was {before} and now is {validity}");
        found.at(UIDVALIDITY_DECREASED, &validity.to_string(), explanation);
    } else if let (true, Some((_, before))) = (stable, latest) {
        let explanation = format!(
            "UIDVALIDITY of {shown} was {before} and now is {validity}, and nobody recreated it"
        );
        found.at(UIDVALIDITY_CHANGED, &validity.to_string(), explanation);
    }
    mailbox.greatest.raise(now, validity);
    mailbox.latest = Some((now, validity));
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    #[test]
    fn it_stays_while_selected() {
        let history = |validity: u32| {
            rules(&format!(
                "a: selected 3 9
                a> A1 NOOP
                a< * OK [UIDVALIDITY {validity}] valid
                a< A1 OK done"
            ))
        };
        assert_eq!(history(7), NONE);
        assert_eq!(history(8), ["imap-uidvalidity-changed-while-selected"]);
    }

    #[test]
    fn it_stays_and_grows_across_sessions() {
        let history = |between: &str, validity: u32| {
            rules(&format!(
                "a: selected 3 9
                {between}
                b: imap
                b< * PREAUTH hello
                b> B1 SELECT inbox
                b< * FLAGS ()
                b< * 3 EXISTS
                b< * 0 RECENT
                b< * OK [PERMANENTFLAGS ()] none
                b< * OK [UIDVALIDITY {validity}] valid
                b< * OK [UIDNEXT 4] next
                b< B1 OK [READ-WRITE] done"
            ))
        };
        assert_eq!(history("", 6), ["uidvalidity-decreased"]);
        assert_eq!(history("", 8), ["uidvalidity-changed"]);
        let recreated = "a> A1 DELETE INBOX";
        assert_eq!(history(recreated, 6), NONE);
        assert_eq!(history(recreated, 8), NONE);
    }
}
