//! Each greeting of a POP3 server has a timestamp of its own.
//!
//! Verified: a timestamp that another connection to this account was greeted with does not come
//! again. At most [`MOST`] of them are remembered.

use crate::finding::rule::pop3_state::TIMESTAMP_REPEATED;
use crate::model::findings::Findings;
use crate::model::imap_view::Here;
use crate::wire::pop3::{Response, timestamp};

/// Timestamps that are remembered.
const MOST: usize = 1_000;

/// Judges a greeting.
pub(crate) fn check(response: &Response, here: &mut Here<'_>, found: &mut Findings<'_>) {
    let Some(timestamp) = timestamp(&response.text) else {
        return;
    };
    let known = &mut here.account.timestamps;
    if known.contains(timestamp) {
        found.at(
            TIMESTAMP_REPEATED,
            &String::from_utf8_lossy(timestamp),
            "another connection was greeted with the same timestamp".to_owned(),
        );
    } else if known.len() < MOST {
        known.insert(timestamp.to_vec());
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    #[test]
    fn each_greeting_has_its_own() {
        let repeated = "p: pop3
            p< +OK <1@a>
            q: pop3
            q< +OK <1@a> ready";
        assert_eq!(rules(repeated), ["pop3-timestamp-repeated"]);
        let different = "p: pop3
            p< +OK <1@a>
            q: pop3
            q< +OK <2@a>
            r: pop3
            r< +OK ready
            s: pop3
            s< +OK ready";
        assert_eq!(rules(different), [""; 0]);
    }
}
