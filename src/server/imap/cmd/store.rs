//! STORE (RFC 9051 §6.4.6), with UNCHANGEDSINCE (RFC 7162 §3.1.3).

use super::{Reply, Then};
use crate::server::fault::Fault;
use crate::server::imap::parse::{ParseError, ParseResult, Parser, SequenceSet, permanent};
use crate::server::imap::respond;
use crate::server::imap::session::Session;
use crate::server::imap::view::{fetch_data, line, seq};
use crate::server::store::{FlagChange, Flags, Message, Stored};

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Store {
    set: SequenceSet,
    uid: bool,
    unchanged_since: Option<u64>,
    change: FlagChange,
    silent: bool,
    flags: Flags,
}

impl Store {
    pub(super) fn parse(p: &mut Parser<'_>, uid: bool) -> ParseResult<Self> {
        p.sp()?;
        let set = p.sequence_set()?;
        p.sp()?;
        let mut unchanged_since = None;
        if p.take(b'(') {
            if p.keyword()? != "UNCHANGEDSINCE" {
                return Err(ParseError::Syntax("unknown STORE modifier"));
            }
            p.sp()?;
            unchanged_since = Some(p.number64()?);
            p.expect(b')', "expected a closing parenthesis")?;
            p.sp()?;
        }
        let change = match p.peek() {
            Some(b'+') => FlagChange::Add,
            Some(b'-') => FlagChange::Remove,
            _ => FlagChange::Replace,
        };
        if change != FlagChange::Replace {
            p.take(b'+');
            p.take(b'-');
        }
        let silent = match p.keyword()?.as_str() {
            "FLAGS" => false,
            "FLAGS.SILENT" => true,
            _ => return Err(ParseError::Syntax("expected FLAGS")),
        };
        p.sp()?;
        Ok(Self {
            set,
            uid,
            unchanged_since,
            change,
            silent,
            flags: permanent(&p.store_flags()?),
        })
    }

    pub(super) fn run(mut self, session: &mut Session) -> Reply {
        if self.unchanged_since.is_some() {
            session.enable_condstore();
        }
        if self.silent && session.has(Fault::StoreSilentReplacesFlags) {
            self.change = FlagChange::Replace;
        }
        let stale = session.has(Fault::LostUpdateBetweenSessions);
        let account = session.account();
        let Session { view, out, .. } = session;
        let Some(view) = view else {
            return Reply::bad("No mailbox is selected");
        };
        if view.read_only {
            return self.done(Reply::no("CANNOT", "The mailbox is read-only"));
        }
        let indexes = match view.resolve(&self.set, self.uid) {
            Ok(indexes) => indexes,
            Err(error) => return error.into(),
        };
        let (id, uids) = (view.mailbox, view.uids(&indexes));
        let (stored, after) = account.write(|mailboxes| {
            let Some(mailbox) = mailboxes.mailbox_mut(id) else {
                return (Stored::default(), Vec::new());
            };
            let uids = mailbox.meant(&uids);
            if self.change != FlagChange::Replace && stale {
                for known in view.told(&uids) {
                    mailbox.store_flags(&[known.uid], FlagChange::Replace, &known.flags, None);
                }
            }
            let stored = mailbox.store_flags(&uids, self.change, &self.flags, self.unchanged_since);
            view.tell_keywords(out, mailbox.keywords());
            let after = mailbox.select(&stored.accepted).cloned().collect();
            (stored, after)
        });
        self.tell(session, &after);
        let gone = uids.len() > stored.accepted.len() + stored.modified.len();
        let excused = self.uid || (self.silent && !session.has(Fault::SilentStoreRefused));
        let reply = if gone && !excused {
            Reply::no("EXPUNGEISSUED", "Some of the messages are gone")
        } else {
            Reply::ok("STORE completed")
        };
        self.done(self.modified(session, &stored, reply))
    }

    /// EXPUNGE may come with UID STORE only (RFC 9051 §7.5.1).
    fn done(&self, reply: Reply) -> Reply {
        if self.uid {
            reply
        } else {
            reply.then(Then::SyncWithoutExpunge)
        }
    }

    /// With the MODIFIED response code, if some messages failed the test; it takes the place of
    /// any other.
    fn modified(&self, session: &mut Session, stored: &Stored, reply: Reply) -> Reply {
        if stored.modified.is_empty() || session.has(Fault::ModifiedNotTold) {
            return reply;
        }
        let view = session.view();
        let numbers: Vec<u32> = if self.uid {
            stored.modified.clone()
        } else {
            let indexes = stored.modified.iter().filter_map(|uid| view.index_of(*uid));
            indexes.map(seq).collect()
        };
        reply.code(format!("MODIFIED {}", respond::number_set(&numbers)))
    }

    /// FETCH responses for the messages changed. A silent STORE tells nothing that the client can
    /// work out; if the flags differ from that, [`View::sync`] tells it.
    ///
    /// [`View::sync`]: crate::server::imap::view::View::sync
    fn tell(&self, session: &mut Session, after: &[Message]) {
        let manner = session.manner();
        let mute = session.has(Fault::StoreNoUntaggedSeen);
        let Session { view, out, .. } = session;
        let Some(view) = view else { return };
        for live in after {
            let Some(index) = view.index_of(live.uid) else {
                continue;
            };
            let entry = &mut view.entries[index];
            entry.told.modseq = live.modseq;
            if !self.silent || self.unchanged_since.is_some() || mute {
                entry.told.flags.clone_from(&live.flags);
            } else {
                entry.told.flags = self.change.apply(&entry.told.flags, &self.flags);
            }
            let known = entry.told.flags == live.flags;
            let wanted = !self.silent || self.unchanged_since.is_some() || manner.condstore;
            if wanted && known && !mute {
                let data = fetch_data(entry, &manner, !self.silent, self.uid);
                line(out, &format!("{} FETCH ({data})", seq(index)));
            }
        }
    }
}
