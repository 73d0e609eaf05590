//! CLOSE (RFC 9051 §6.4.1) and UNSELECT (RFC 9051 §6.4.2).

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::session::Session;

pub(super) fn run(session: &mut Session, expunge: bool) -> Reply {
    if let Some(view) = session.view.take() {
        let may_expunge = !view.read_only || session.has(Fault::ExamineSetsSeen);
        let expunge = expunge || session.has(Fault::UnselectExpunges);
        let by_number = session.has(Fault::CloseExpungesByNumber);
        if expunge && may_expunge {
            let expunged = session.account().write(|mailboxes| {
                let mailbox = mailboxes.mailbox_mut(view.mailbox);
                mailbox.map_or_else(Vec::new, |mailbox| match by_number {
                    true => mailbox.remove(&view.at_marked_numbers(mailbox)),
                    false => mailbox.expunge(None),
                })
            });
            if session.has(Fault::CloseSendsExpunge) {
                expunged.iter().for_each(|_| session.untagged("1 EXPUNGE"));
            }
        }
    }
    if session.has(Fault::CloseGivesHighestmodseq) {
        return Reply::ok("Closed").code("HIGHESTMODSEQ 1".to_owned());
    }
    Reply::ok("Closed")
}
