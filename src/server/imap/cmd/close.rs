//! CLOSE (RFC 9051 §6.4.1) and UNSELECT (RFC 9051 §6.4.2).

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::session::Session;

pub(super) fn run(session: &mut Session, expunge: bool) -> Reply {
    if let Some(view) = session.view.take() {
        let may_expunge = !view.read_only || session.has(Fault::ExamineSetsSeen);
        if expunge && may_expunge {
            session.account().write(|mailboxes| {
                if let Some(mailbox) = mailboxes.mailbox_mut(view.mailbox) {
                    mailbox.expunge(None);
                }
            });
        }
    }
    Reply::ok("Closed")
}
