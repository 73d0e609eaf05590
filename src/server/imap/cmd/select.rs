//! SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3), with CONDSTORE and QRESYNC (RFC 7162).

use super::Reply;
use crate::server::fault::{Fault, FaultSet};
use crate::server::imap::parse::{ParseError, ParseResult, Parser, SequenceSet};
use crate::server::imap::respond;
use crate::server::imap::session::Session;
use crate::server::imap::view::{View, fetch_data, seq};
use crate::server::store::{DELIMITER, Flag, Mailbox};

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Select {
    name: String,
    read_only: bool,
    condstore: bool,
    qresync: Option<Resync>,
}

/// `"QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"`
#[derive(Clone, Debug)]
struct Resync {
    uidvalidity: u32,
    modseq: u64,
    known_uids: Option<SequenceSet>,
    /// Sequence numbers and their UIDs, as the client knows them.
    matches: Vec<(u32, u32)>,
}

/// What SELECT tells about a mailbox, as it was when the view was opened.
struct Opened {
    view: View,
    uidvalidity: u32,
    highest_modseq: u64,
    vanished: Vec<u32>,
    changed: Vec<usize>,
}

impl Select {
    pub(super) fn parse(p: &mut Parser<'_>, read_only: bool) -> ParseResult<Self> {
        p.sp()?;
        let mut select = Self {
            name: p.mailbox()?,
            read_only,
            condstore: false,
            qresync: None,
        };
        if p.take(b' ') {
            p.list(|p| {
                match p.keyword()?.as_str() {
                    "CONDSTORE" if !select.condstore => select.condstore = true,
                    "QRESYNC" if select.qresync.is_none() => {
                        p.sp()?;
                        select.qresync = Some(Resync::parse(p)?);
                    }
                    _ => return Err(ParseError::Syntax("unknown SELECT parameter")),
                }
                Ok(())
            })?;
        }
        Ok(select)
    }

    pub(super) fn run(self, session: &mut Session) -> Reply {
        if self.qresync.is_some() && !session.qresync {
            return Reply::bad("QRESYNC is not enabled");
        }
        let keeps = session.has(Fault::FailedSelectKeepsMailbox)
            && session.account().read(|m| m.find(&self.name).is_none());
        if !keeps && session.view.take().is_some() {
            session.untagged("OK [CLOSED] The mailbox selected before is closed");
        }
        let faults = session.context.faults.clone();
        let opened = session.account().write(|mailboxes| {
            let id = mailboxes.find(&self.name)?.id();
            let mailbox = mailboxes.mailbox_mut(id)?;
            Some(self.open(mailbox, faults.clone()))
        });
        let opened = opened.map(|mut opened| {
            if faults.has(Fault::SelectShowsWhatItWas) {
                let first = session
                    .first_view
                    .get_or_insert_with(|| opened.view.clone());
                if first.mailbox == opened.view.mailbox {
                    opened.view = first.clone();
                }
            }
            opened
        });
        let Some(opened) = opened else {
            return Reply::no("NONEXISTENT", "No such mailbox");
        };
        session.condstore |= self.condstore;
        self.tell(session, &opened);
        session.view = Some(opened.view);
        let code = if self.read_only && !session.has(Fault::ExamineSaysReadWrite) {
            "READ-ONLY"
        } else {
            "READ-WRITE"
        };
        Reply::ok("Mailbox is selected").code(code)
    }

    fn open(&self, mailbox: &mut Mailbox, faults: FaultSet) -> Opened {
        let view = View::open(mailbox, self.read_only, faults.clone());
        let blind = faults.has(Fault::QresyncMatchDataWrong);
        let resync = self.qresync.as_ref().filter(|resync| {
            let unchecked = faults.has(Fault::QresyncUidvalidityUnchecked);
            unchecked || resync.uidvalidity == mailbox.uidvalidity()
        });
        let vanished = resync
            .filter(|_| !blind)
            .map(|r| r.vanished(&view, mailbox));
        let changed = resync.map(|r| r.changed(&view));
        Opened {
            view,
            uidvalidity: mailbox.uidvalidity(),
            highest_modseq: mailbox.highest_modseq(),
            vanished: vanished.unwrap_or_default(),
            changed: changed.unwrap_or_default(),
        }
    }

    fn tell(&self, session: &mut Session, opened: &Opened) {
        let view = &opened.view;
        view.write_flags(&mut session.out);
        let pending = if session.has(Fault::SelectDoubleCountsPending) {
            view.recent()
        } else {
            0
        };
        session.untagged(&format!("{} EXISTS", view.exists() + pending));
        if session.rev2 {
            let mut list = format!("LIST () \"{DELIMITER}\" ").into_bytes();
            respond::mailbox(
                &mut list,
                &crate::server::store::normalize(&self.name),
                true,
            );
            session.untagged(&String::from_utf8_lossy(&list));
        } else {
            session.untagged(&format!("{} RECENT", view.recent()));
            let seen = Flag::seen();
            let unseen = view
                .entries
                .iter()
                .position(|e| !e.told.flags.contains(&seen));
            if let Some(index) = unseen {
                session.untagged(&format!("OK [UNSEEN {}] First unseen", seq(index)));
            }
        }
        session.untagged(&format!(
            "OK [UIDVALIDITY {}] UIDs are valid",
            opened.uidvalidity
        ));
        let uidnext = match session.has(Fault::UidnextStale) {
            true => (view.uidnext - 1).max(1),
            false => view.uidnext,
        };
        session.untagged(&format!("OK [UIDNEXT {uidnext}] Next UID"));
        let highest = opened.highest_modseq;
        session.untagged(&format!(
            "OK [HIGHESTMODSEQ {highest}] Highest mod-sequence"
        ));
        if !opened.vanished.is_empty() {
            let uids = respond::number_set(&opened.vanished);
            session.untagged(&format!("VANISHED (EARLIER) {uids}"));
        }
        let manner = session.manner();
        for &index in &opened.changed {
            if let Some(entry) = view.entries.get(index) {
                let data = fetch_data(entry, &manner, true, true);
                session.untagged(&format!("{} FETCH ({data})", seq(index)));
            }
        }
    }
}

impl Resync {
    fn parse(p: &mut Parser<'_>) -> ParseResult<Self> {
        p.expect(b'(', "expected a parenthesis")?;
        let uidvalidity = p.nz_number()?;
        p.sp()?;
        let mut resync = Self {
            uidvalidity,
            modseq: p.mod_sequence_value()?,
            known_uids: None,
            matches: Vec::new(),
        };
        let mut more = p.take(b' ');
        if more && p.peek() != Some(b'(') {
            resync.known_uids = Some(p.number_set()?);
            more = p.take(b' ');
        }
        if more {
            p.expect(b'(', "expected a parenthesis")?;
            let sequence = p.number_set()?;
            p.sp()?;
            let uids = p.number_set()?;
            p.expect(b')', "expected a closing parenthesis")?;
            resync.matches = pairs(&sequence, &uids)?;
        }
        p.expect(b')', "expected a closing parenthesis")?;
        Ok(resync)
    }

    fn knows(&self, uid: u32) -> bool {
        let known = self.known_uids.as_ref();
        known.is_none_or(|set| set.has(uid, 0))
    }

    /// The UIDs expunged since, as far as the client does not know that already: up to the last
    /// pair of its sample that still fits, it does (RFC 7162 §3.2.5.2).
    fn vanished(&self, view: &View, mailbox: &Mailbox) -> Vec<u32> {
        let fits = |(seq, uid): &&(u32, u32)| {
            let index = usize::try_from(*seq).unwrap_or(usize::MAX) - 1;
            view.entries.get(index).is_some_and(|e| e.told.uid == *uid)
        };
        let checked = self
            .matches
            .iter()
            .take_while(fits)
            .last()
            .map_or(0, |(_, uid)| *uid);
        let mut vanished: Vec<u32> = mailbox
            .expunged_since(self.modseq)
            .map(|expunged| expunged.uid)
            .filter(|uid| *uid > checked && self.knows(*uid))
            .collect();
        vanished.sort_unstable();
        vanished
    }

    /// The indexes of the messages changed since.
    fn changed(&self, view: &View) -> Vec<usize> {
        let changed = |index: &usize| {
            let told = &view.entries[*index].told;
            told.modseq > self.modseq && self.knows(told.uid)
        };
        (0..view.entries.len()).filter(changed).collect()
    }
}

/// How many pairs of a sample are looked at.
const MOST_PAIRS: usize = 100_000;

/// The two sets, which must be ascending and equally long, side by side.
fn pairs(sequence: &SequenceSet, uids: &SequenceSet) -> ParseResult<Vec<(u32, u32)>> {
    const BAD: ParseError = ParseError::Syntax("sequence match data do not fit together");
    let numbers = |set: &SequenceSet| -> Vec<u32> {
        let ranges = set.ranges(0);
        ranges
            .flat_map(|(low, high)| low..=high)
            .take(MOST_PAIRS)
            .collect()
    };
    let (sequence, uids) = (numbers(sequence), numbers(uids));
    let ascending = |numbers: &[u32]| numbers.is_sorted_by(|a, b| a < b);
    if sequence.len() != uids.len() || !ascending(&sequence) || !ascending(&uids) {
        return Err(BAD);
    }
    Ok(sequence.into_iter().zip(uids).collect())
}
