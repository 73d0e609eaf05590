//! A message-number refers to a message that is there and not marked as deleted.
//!
//! Verified: +OK to LIST, UIDL, RETR, TOP and DELE with a number. Not verified: -ERR to a number that
//! is there, because a server may fail for other reasons.

use crate::finding::rule::pop3_state::{MARKED_SERVED, NUMBER_OUT_OF_RANGE};
use crate::model::findings::Findings;
use crate::model::maildrop::Maildrop;

/// Judges +OK to a command that refers to a message; false if there is no such message.
pub(crate) fn check(drop: &Maildrop, message: Option<u32>, found: &mut Findings<'_>) -> bool {
    let Some(message) = message else {
        found.at(
            NUMBER_OUT_OF_RANGE,
            "OK",
            "the argument is no message-number, and the response is +OK".to_owned(),
        );
        return false;
    };
    if message == 0 || drop.total.is_some_and(|total| message > total) {
        let total = drop
            .total
            .map_or_else(String::new, |total| format!(" of {total}"));
        found.at(
            NUMBER_OUT_OF_RANGE,
            "OK",
            format!("there is no message {message}{total}, and the response is +OK"),
        );
        return false;
    }
    if drop.marks.contains(&message) && !drop.marks_unsure {
        found.at(
            MARKED_SERVED,
            "OK",
            format!("message {message} is marked as deleted, and the response is +OK"),
        );
        return false;
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    #[test]
    fn numbers_name_messages() {
        let history = |command: &str, response: &str| {
            rules(&format!(
                "p: opened
                p> STAT
                p< +OK 3 300
                p> DELE 2
                p< +OK
                p> {command}
                p< {response}"
            ))
        };
        for (command, response) in [
            ("RETR 2", "+OK|x|."),
            ("TOP 2 0", "+OK|x|."),
            ("LIST 2", "+OK 2 100"),
            ("UIDL 2", "+OK 2 b"),
            ("DELE 2", "+OK"),
        ] {
            assert_eq!(history(command, response), ["pop3-marked-message-served"]);
            assert_eq!(history(command, "-ERR deleted"), NONE);
        }
        for command in ["DELE 4", "DELE 0", "DELE x", "DELE", "DELE -1"] {
            assert_eq!(history(command, "+OK"), ["pop3-number-out-of-range"]);
        }
        assert_eq!(history("DELE 3", "+OK"), NONE);
        assert_eq!(history("RSET", "+OK\np> DELE 2\np< +OK"), NONE);
    }
}
