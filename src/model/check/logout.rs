//! LOGOUT is answered with BYE before its OK.
//!
//! Not verified: that the connection is closed then, which only a deadline can tell.

use crate::finding::rule::imap_state::LOGOUT_WITHOUT_BYE;
use crate::model::command::Command;
use crate::model::findings::Findings;
use crate::model::imap_view::ImapView;

/// Judges a command that ended with OK.
pub(crate) fn check(view: &ImapView, command: &Command, found: &mut Findings<'_>) {
    if *command == Command::Logout && !view.bye && !view.lost_track {
        found.note(
            LOGOUT_WITHOUT_BYE,
            "LOGOUT is OK, and BYE did not come before".to_owned(),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    #[test]
    fn bye_comes_before_ok() {
        let history = |bye: &str| {
            rules(&format!(
                "a: imap
                a< * OK hello
                a> A1 LOGOUT
                {bye}
                a< A1 OK done
                a!"
            ))
        };
        assert_eq!(history(""), ["imap-logout-without-bye"]);
        assert_eq!(history("a< * BYE see you"), NONE);
    }
}
