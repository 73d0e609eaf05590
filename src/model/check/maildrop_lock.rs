//! One POP3 session at a time has the maildrop open.
//!
//! Verified: a login that went out while another session of the account had the maildrop open, as far
//! as this side knows, is not +OK. A deviation only: the lock is demanded as far as it is needed to
//! keep the snapshot, and servers have other means.

use crate::finding::rule::mailbox::MAILDROP_SHARED;
use crate::model::findings::Findings;
use crate::model::imap_view::Here;

/// Judges a login that went out at the moment `sent` and succeeded.
pub(crate) fn check(sent: u64, here: &mut Here<'_>, found: &mut Findings<'_>) {
    if here.account.holders.values().any(|&since| since < sent) {
        found.at(
            MAILDROP_SHARED,
            "OK",
            "another POP3 session of this account has the maildrop open".to_owned(),
        );
    }
    here.account.holders.insert(here.session, here.now);
}
