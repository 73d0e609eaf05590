//! POP3 commands are accepted only in their state.
//!
//! Verified: +OK to TRANSACTION commands before login, and to USER, PASS and APOP after; a greeting
//! with +OK. Not verified: AUTH, which some servers answer with a list of mechanisms at any time, and
//! that the connection is closed after QUIT, which only a deadline can tell.

use crate::finding::rule::pop3_state::{GREETING_NOT_POSITIVE, WRONG_STATE_ACCEPTED};
use crate::model::findings::Findings;
use crate::model::maildrop::{Command, State};
use crate::wire::pop3::{Indicator, Response};

/// Judges the greeting.
pub(crate) fn check_greeting(response: &Response, found: &mut Findings<'_>) {
    if response.indicator == Some(Indicator::Err) {
        found.at(
            GREETING_NOT_POSITIVE,
            "ERR",
            "the greeting is -ERR".to_owned(),
        );
    }
}

/// Judges a response in the state in which its command found the session.
pub(crate) fn check(
    state: State,
    command: &Command,
    response: &Response,
    found: &mut Findings<'_>,
) {
    if response.indicator != Some(Indicator::Ok) {
        return;
    }
    let wrong = match command {
        Command::Stat
        | Command::List(_)
        | Command::Uidl(_)
        | Command::Retr(_)
        | Command::Top(..)
        | Command::Dele(_)
        | Command::Noop
        | Command::Rset => state == State::Authorization,
        Command::User | Command::Login { auth: false } => state == State::Transaction,
        _ => false,
    };
    if wrong {
        let name = match state {
            State::Authorization => "AUTHORIZATION",
            State::Transaction | State::Over => "TRANSACTION",
        };
        found.at(
            WRONG_STATE_ACCEPTED,
            "OK",
            format!("the command is not allowed in the {name} state, and the response is +OK"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    #[test]
    fn commands_have_their_state() {
        let before = |command: &str, response: &str| {
            rules(&format!(
                "p: pop3\np< +OK hello\np> {command}\np< {response}"
            ))
        };
        let rule = ["pop3-wrong-state-accepted"];
        for (command, response) in [
            ("STAT", "+OK 0 0"),
            ("LIST", "+OK|."),
            ("NOOP", "+OK"),
            ("RETR 1", "+OK|x|."),
        ] {
            assert_eq!(before(command, response), rule, "{command}");
            assert_eq!(before(command, "-ERR no"), NONE, "{command}");
        }
        assert_eq!(before("CAPA", "+OK|UIDL|."), NONE);
        assert_eq!(before("QUIT", "+OK"), NONE);
        assert_eq!(rules("p: opened\np> USER me\np< +OK"), rule);
        assert_eq!(rules("p: opened\np> USER me\np< -ERR no"), NONE);
    }

    #[test]
    fn the_greeting_is_positive() {
        assert_eq!(
            rules("p: pop3\np< -ERR busy"),
            ["pop3-greeting-not-positive"]
        );
    }
}
