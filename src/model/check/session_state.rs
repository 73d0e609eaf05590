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
