//! One POP3 session at a time has the maildrop open.
//!
//! Verified: a login that went out while another session of the account had the maildrop open, as
//! far as this side knows, is not +OK. A deviation only: the lock is demanded as far as it is
//! needed to keep the snapshot, and servers have other means.

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

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    #[test]
    fn one_session_at_a_time() {
        assert_eq!(rules("p: opened\nq: opened"), ["pop3-maildrop-shared"]);
        assert_eq!(rules("p: opened\np> QUIT\nq: opened"), NONE);
        assert_eq!(rules("p: opened\np!\nq: opened"), NONE);
        assert_eq!(rules("p: opened\np/\nq: opened"), NONE);
        let refused = "p: opened
            q: pop3
            q< +OK
            q> PASS secret
            q< -ERR [IN-USE] locked";
        assert_eq!(rules(refused), NONE);
    }
}
