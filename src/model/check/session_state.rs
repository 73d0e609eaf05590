//! What happens fits the session's state.
//!
//! Verified: commands that need a login or a selected mailbox are not OK without; EXISTS, EXPUNGE,
//! VANISHED and FETCH come only with a mailbox selected. Not verified: sessions in which octets or
//! commands went out that are not understood.

use crate::finding::rule::imap_state::{
    COMMAND_BEFORE_LOGIN, COMMAND_WITHOUT_MAILBOX, MESSAGE_DATA_WITHOUT_MAILBOX,
};
use crate::model::command::Command;
use crate::model::findings::Findings;
use crate::model::imap_view::{ImapView, Login, Selection};
use crate::wire::imap::Data;

/// Judges a command that ended with OK, before its effect is taken over.
pub(crate) fn check_command(view: &ImapView, command: &Command, found: &mut Findings<'_>) {
    if view.lost_track {
        return;
    }
    let needs_mailbox = matches!(
        command,
        Command::Leave { .. }
            | Command::Fetch(_)
            | Command::Store { .. }
            | Command::Search { .. }
            | Command::Sort { .. }
            | Command::Expunge
            | Command::UidExpunge { .. }
            | Command::Copy { .. }
            | Command::Selected
    );
    let needs_login = needs_mailbox
        || matches!(
            command,
            Command::Select { .. }
                | Command::Append { .. }
                | Command::Remake { .. }
                | Command::Authenticated
                | Command::Unauthenticate
        );
    if needs_login && view.login == Login::No {
        found.at(
            COMMAND_BEFORE_LOGIN,
            "OK",
            "the command is OK, and nobody is logged in".to_owned(),
        );
    } else if needs_mailbox && matches!(view.selection, Selection::None) {
        found.at(
            COMMAND_WITHOUT_MAILBOX,
            "OK",
            "the command is OK, and no mailbox is selected".to_owned(),
        );
    }
}

/// Judges data that came while no mailbox is being opened.
pub(crate) fn check_data(view: &ImapView, data: &Data, found: &mut Findings<'_>) {
    let name = match data {
        Data::Exists(_) => "EXISTS",
        Data::Expunge(_) => "EXPUNGE",
        Data::Vanished { earlier: false, .. } => "VANISHED",
        Data::Fetch { .. } => "FETCH",
        _ => return,
    };
    let selecting = view
        .pending
        .iter()
        .any(|pending| matches!(pending.command, Command::Select { .. } | Command::Unknown));
    if matches!(view.selection, Selection::None) && !selecting && !view.lost_track {
        found.at(
            MESSAGE_DATA_WITHOUT_MAILBOX,
            name,
            format!("{name} came, and no mailbox is selected"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::model::testing::rules;

    const NONE: [&str; 0] = [];

    #[test]
    fn commands_need_their_state() {
        let history = |command: &str| {
            rules(&format!(
                "a: imap
                a< * OK hello
                a> A1 {command}
                a< A1 OK done"
            ))
        };
        assert_eq!(history("LIST \"\" *"), ["imap-command-before-login"]);
        assert_eq!(history("FETCH 1 FLAGS"), ["imap-command-before-login"]);
        assert_eq!(history("NOOP"), NONE);
        assert_eq!(history("XFOO"), NONE);
        let history = |command: &str| {
            rules(&format!(
                "a: imap
                a< * PREAUTH hello
                a> A1 {command}
                a< A1 OK done"
            ))
        };
        assert_eq!(history("LIST \"\" *"), NONE);
        assert_eq!(history("CLOSE"), ["imap-command-without-mailbox"]);
        assert_eq!(history("UID SEARCH ALL"), ["imap-command-without-mailbox"]);
    }

    #[test]
    fn message_data_need_a_mailbox() {
        let history = |between: &str, data: &str| {
            rules(&format!(
                "a: selected 3 9
                {between}
                a> A2 NOOP
                a< {data}
                a< A2 OK done"
            ))
        };
        let closed = "a> A1 CLOSE\na< A1 OK done";
        for data in ["* 3 EXISTS", "* 1 EXPUNGE", "* 1 FETCH (FLAGS ())"] {
            assert_eq!(history("", data), NONE);
            let rule = ["imap-message-data-without-mailbox"];
            assert_eq!(history(closed, data), rule);
            let failed = "a> A1 SELECT None\na< A1 NO no such mailbox";
            assert_eq!(history(failed, data), rule);
            let odd = "a> A1 SELECT \"\na< A1 BAD syntax";
            assert_eq!(history(odd, data), NONE);
        }
    }
}
