//! EXPUNGE (RFC 9051 §6.4.3) and UID EXPUNGE (RFC 4315 §2.1).

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::parse::{ParseResult, Parser, SequenceSet};
use crate::server::imap::session::Session;

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Expunge {
    uids: Option<SequenceSet>,
}

impl Expunge {
    pub(super) fn parse(p: &mut Parser<'_>, uid: bool) -> ParseResult<Self> {
        if !uid {
            return Ok(Self { uids: None });
        }
        p.sp()?;
        let uids = Some(p.sequence_set()?);
        Ok(Self { uids })
    }

    pub(super) fn run(self, session: &mut Session) -> Reply {
        let account = session.account();
        let ignores_set = session.has(Fault::UidExpungeIgnoresSet);
        let misses_star = session.has(Fault::UidExpungeStarRangeMisses);
        let by_number = session.has(Fault::CloseExpungesByNumber) && self.uids.is_none();
        let view = session.view();
        if view.read_only {
            return Reply::no("CANNOT", "The mailbox is read-only");
        }
        let only = match self.uids {
            None => None,
            Some(_) if ignores_set => None,
            Some(set) if misses_star && set.has_star() => Some(Vec::new()),
            Some(set) => match view.resolve(&set, true) {
                Ok(indexes) => Some(view.uids(&indexes)),
                Err(error) => return error.into(),
            },
        };
        let id = view.mailbox;
        let expunged = account.write(|mailboxes| {
            mailboxes.without_freeing(Fault::QuotaNotFreedByExpunge, |mailboxes| {
                let mailbox = mailboxes.mailbox_mut(id);
                mailbox.map_or_else(Vec::new, |m| match by_number {
                    true => m.remove(&view.at_marked_numbers(m)),
                    false => m.expunge(only.as_deref()),
                })
            })
        });
        let known = session.sync(true);
        let reply = Reply::ok("EXPUNGE completed");
        match known {
            Some(highest) if session.qresync && !expunged.is_empty() => {
                reply.code(format!("HIGHESTMODSEQ {highest}"))
            }
            _ => reply,
        }
    }
}
