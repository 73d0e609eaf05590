//! COPY and MOVE, by sequence number or UID (RFC 9051 §6.4.7, §6.4.8).

use super::{Reply, Then};
use crate::server::fault::Fault;
use crate::server::imap::parse::{ParseResult, Parser, SequenceSet};
use crate::server::imap::respond;
use crate::server::imap::session::Session;
use crate::server::store::{Copied, Mailboxes, Message, NewMessage, StoreError};

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Copy {
    set: SequenceSet,
    uid: bool,
    to: String,
    remove: bool,
}

/// Why nothing was copied.
enum Failure {
    /// A message was expunged meanwhile.
    Expunged,
    /// There is no mailbox to copy to.
    NoTarget,
    /// Anything else.
    Store(StoreError),
}

impl Copy {
    pub(super) fn parse(p: &mut Parser<'_>, uid: bool, remove: bool) -> ParseResult<Self> {
        p.sp()?;
        let set = p.sequence_set()?;
        p.sp()?;
        let to = p.mailbox()?;
        Ok(Self {
            set,
            uid,
            to,
            remove,
        })
    }

    pub(super) fn run(self, session: &mut Session) -> Reply {
        let reply = self.transfer(session);
        match session.has(Fault::CopyWithholdsExpunge) {
            true => reply.then(Then::SyncWithoutExpunge),
            false => reply,
        }
    }

    fn transfer(self, session: &mut Session) -> Reply {
        let account = session.account();
        let view = session.view();
        if self.remove && view.read_only {
            return Reply::no("CANNOT", "The mailbox is read-only");
        }
        let uids = match view.resolve(&self.set, self.uid) {
            Ok(indexes) => view.uids(&indexes),
            Err(error) => return error.into(),
        };
        let from = view.mailbox;
        let forgets =
            session.has(Fault::ImapPipelinedMoveLosesExpunge) && session.stream.has_input();
        let keeps_half = session.has(Fault::CopyKeepsHalf);
        let again: Vec<_> = if self.remove && session.has(Fault::ImapConcurrentMoveDuplicates) {
            session.view().told(&uids).collect()
        } else {
            Vec::new()
        };
        let done = account.write(|mailboxes| {
            let moved = |told: &Message| {
                let there = mailboxes.mailbox(from);
                there.is_some_and(|m| m.message(told.uid).is_none())
            };
            let again = again.iter().filter(|told| moved(told));
            let again: Vec<_> = again.map(NewMessage::copy_of).collect();
            let _ = mailboxes.append(&self.to, again);
            let copied = self.copy(mailboxes, from, &uids, forgets, keeps_half)?;
            let source = mailboxes.mailbox(from).map_or(0, |m| m.uidvalidity());
            Ok((copied, source))
        });
        let (copied, source_uidvalidity) = match done {
            Ok(done) => done,
            Err(Failure::Expunged) => {
                return Reply::no("EXPUNGEISSUED", "Some of the messages are gone");
            }
            Err(Failure::NoTarget) if session.has(Fault::CopyWithoutTrycreate) => {
                return Reply::no("NONEXISTENT", "No such mailbox");
            }
            Err(Failure::NoTarget) => return Reply::no("TRYCREATE", "No such mailbox"),
            Err(Failure::Store(StoreError::OverQuota)) => return Reply::over_quota(session),
            Err(Failure::Store(error)) => return error.into(),
        };
        let uidvalidity = if session.has(Fault::CopyuidSourceUidvalidity) {
            source_uidvalidity
        } else {
            copied.uidvalidity
        };
        self.reply(session, &copied, uidvalidity)
    }

    /// All or nothing. By fault, a move forgets to remove, or what is left is copied all the same.
    fn copy(
        &self,
        mailboxes: &mut Mailboxes,
        from: u64,
        uids: &[u32],
        forgets: bool,
        keeps_half: bool,
    ) -> Result<Copied, Failure> {
        if mailboxes.find(&self.to).is_none() {
            return Err(Failure::NoTarget);
        }
        let there = mailboxes.mailbox(from);
        let uids = &there.map_or_else(Vec::new, |m| m.meant(uids));
        let is_there = |uid: &u32| there.is_some_and(|m| m.message(*uid).is_some());
        if !self.uid && !uids.iter().all(is_there) {
            if keeps_half {
                let left: Vec<u32> = uids.iter().copied().filter(is_there).collect();
                drop(mailboxes.copy(from, &left, &self.to));
            }
            return Err(Failure::Expunged);
        }
        if self.remove && !forgets {
            mailboxes.move_messages(from, uids, &self.to)
        } else {
            mailboxes.copy(from, uids, &self.to)
        }
        .map_err(Failure::Store)
    }

    /// COPY tells the UIDs in the tagged response, MOVE before the EXPUNGEs (RFC 6851 §4.3).
    fn reply(&self, session: &mut Session, copied: &Copied, uidvalidity: u32) -> Reply {
        if copied.sources.is_empty() {
            return Reply::ok("No message to copy");
        }
        let sources = respond::number_set(&copied.sources);
        let targets = respond::number_set(&copied.targets);
        let code = format!("COPYUID {uidvalidity} {sources} {targets}");
        if !self.remove {
            return Reply::ok("COPY completed").code(code);
        }
        session.untagged(&format!("OK [{code}] Moved"));
        let known = session.sync(true);
        match known {
            Some(highest) if session.qresync => {
                Reply::ok("MOVE completed").code(format!("HIGHESTMODSEQ {highest}"))
            }
            _ => Reply::ok("MOVE completed"),
        }
    }
}
