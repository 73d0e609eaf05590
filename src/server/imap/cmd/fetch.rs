//! FETCH (RFC 9051 §6.4.5), with CHANGEDSINCE and VANISHED (RFC 7162 §3.1.4, §3.2.6).

use std::io;
use std::sync::Arc;

use super::{Reply, Then};
use crate::server::fault::{Fault, FaultSet};
use crate::server::imap::envelope;
use crate::server::imap::mime::Part;
use crate::server::imap::parse::{
    FetchItem, FetchModifiers, ParseError, ParseResult, Parser, Partial, Section, SectionText,
    contains,
};
use crate::server::imap::respond;
use crate::server::imap::session::Session;
use crate::server::imap::text;
use crate::server::imap::view::{flags_item, seq};
use crate::server::store::{Flag, FlagChange, Flags, Message};

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Fetch {
    set: crate::server::imap::parse::SequenceSet,
    uid: bool,
    items: Vec<FetchItem>,
    modifiers: FetchModifiers,
}

/// A content transfer encoding that BINARY cannot undo.
struct UnknownEncoding;

impl Fetch {
    pub(super) fn parse(p: &mut Parser<'_>, uid: bool) -> ParseResult<Self> {
        p.sp()?;
        let set = p.sequence_set()?;
        p.sp()?;
        let mut items = Vec::new();
        for item in p.fetch_items()? {
            if !items.contains(&item) {
                items.push(item);
            }
        }
        let modifiers = p.fetch_modifiers()?;
        if modifiers.vanished && !uid {
            return Err(ParseError::Syntax("VANISHED is for UID FETCH only"));
        }
        if uid && !items.contains(&FetchItem::Uid) {
            items.insert(0, FetchItem::Uid);
        }
        if modifiers.changed_since.is_some() && !items.contains(&FetchItem::Modseq) {
            items.push(FetchItem::Modseq);
        }
        Ok(Self {
            set,
            uid,
            items,
            modifiers,
        })
    }

    pub(super) async fn run(mut self, session: &mut Session) -> io::Result<Reply> {
        if session.has(Fault::UidFetchWithoutUid) && self.items.len() > 1 {
            self.items.retain(|item| *item != FetchItem::Uid);
        }
        if self.items.iter().any(FetchItem::is_of_part) && session.has(Fault::SectionOfPartRefused)
        {
            return Ok(Reply::no("CANNOT", "Parts are not served"));
        }
        if self.modifiers.vanished && !session.qresync {
            return Ok(Reply::bad("QRESYNC is not enabled"));
        }
        if self.items.contains(&FetchItem::Modseq) {
            session.enable_condstore();
        }
        if self.modifiers.vanished {
            session.sync(true);
            self.tell_vanished(session);
        }
        let indexes = match session.view().resolve(&self.set, self.uid) {
            Ok(indexes) => self.changed(session, indexes),
            Err(error) => return Ok(error.into()),
        };
        let newly_seen = self.mark_seen(session, &indexes);
        let mut complete = true;
        for index in indexes {
            complete &= self.tell(session, index, &newly_seen).is_ok();
            session.flush_much().await?;
        }
        let reply = if complete {
            Reply::ok("FETCH completed")
        } else {
            Reply::no("UNKNOWN-CTE", "Content transfer encoding is not known")
        };
        Ok(if self.uid {
            reply
        } else {
            reply.then(Then::SyncWithoutExpunge)
        })
    }

    /// VANISHED (EARLIER) for the UIDs of the set that were expunged since.
    fn tell_vanished(&self, session: &mut Session) {
        let Some(since) = self.modifiers.changed_since else {
            return;
        };
        let account = session.account();
        let view = session.view();
        let ranges = self.set.resolve(view.star_uid());
        let mut uids: Vec<u32> = account.read(|mailboxes| {
            let mailbox = mailboxes.mailbox(view.mailbox);
            let expunged = mailbox.into_iter().flat_map(|m| m.expunged_since(since));
            expunged
                .map(|e| e.uid)
                .filter(|uid| contains(&ranges, *uid))
                .collect()
        });
        uids.sort_unstable();
        if !uids.is_empty() {
            let uids = respond::number_set(&uids);
            session.untagged(&format!("VANISHED (EARLIER) {uids}"));
        }
    }

    /// Those of the messages that have changed since, if that is asked for.
    fn changed(&self, session: &mut Session, indexes: Vec<usize>) -> Vec<usize> {
        let Some(since) = self.modifiers.changed_since else {
            return indexes;
        };
        let account = session.account();
        let view = session.view();
        account.read(|mailboxes| {
            let mailbox = mailboxes.mailbox(view.mailbox);
            let changed = |index: &usize| {
                let told = &view.entries[*index].told;
                let live = mailbox.and_then(|m| m.message(told.uid));
                live.is_some_and(|live| live.modseq > since)
            };
            indexes.into_iter().filter(changed).collect()
        })
    }

    /// Sets `\Seen` if an item does that; gives the UIDs of the messages that got it.
    fn mark_seen(&self, session: &mut Session, indexes: &[usize]) -> Vec<u32> {
        let mut sets_seen =
            self.items.iter().any(FetchItem::sets_seen) && !session.has(Fault::BodyLeavesUnseen);
        if session.has(Fault::PeekSetsSeen) {
            sets_seen |= self
                .items
                .iter()
                .any(|i| matches!(i, FetchItem::Section { .. }));
        }
        let in_examine = session.has(Fault::ExamineSetsSeen);
        let account = session.account();
        let view = session.view();
        if !sets_seen || (view.read_only && !in_examine) {
            return Vec::new();
        }
        let (id, uids) = (view.mailbox, view.uids(indexes));
        let seen = Flag::seen();
        account.write(|mailboxes| {
            let Some(mailbox) = mailboxes.mailbox_mut(id) else {
                return Vec::new();
            };
            let unseen = mailbox.select(&uids).filter(|m| !m.flags.contains(&seen));
            let unseen: Vec<u32> = unseen.map(|m| m.uid).collect();
            mailbox.store_flags(&unseen, FlagChange::Add, &Flags::from([seen]), None);
            unseen
        })
    }

    /// Writes the FETCH response of one message.
    fn tell(
        &self,
        session: &mut Session,
        index: usize,
        newly_seen: &[u32],
    ) -> Result<(), UnknownEncoding> {
        let account = session.account();
        let manner = session.manner();
        let Session { view, out, .. } = session;
        let Some(view) = view else { return Ok(()) };
        let (mailbox, uid) = (view.mailbox, view.entries[index].told.uid);
        let (live, position) = account.read(|mailboxes| {
            let mailbox = mailboxes.mailbox(mailbox);
            if let Some(mailbox) = mailbox {
                view.tell_keywords(out, mailbox.keywords());
            }
            let live = mailbox.and_then(|m| m.message(uid)).cloned();
            let position = mailbox.map_or(0, |m| m.messages().partition_point(|o| o.uid < uid));
            (live, position)
        });
        let seen_now = newly_seen.binary_search(&uid).is_ok();
        let mut items = self.items.clone();
        if seen_now {
            for item in [FetchItem::Uid, FetchItem::Flags, FetchItem::Modseq] {
                let wanted = item == FetchItem::Flags || manner.condstore;
                if wanted && !items.contains(&item) {
                    items.push(item);
                }
            }
        }
        let previous = Arc::clone(&view.entries[index.saturating_sub(1)].told.content);
        let entry = &mut view.entries[index];
        let mut modseq = entry.told.modseq;
        if let Some(live) = &live {
            modseq = live.modseq;
            let stale = manner.faults.has(Fault::FlagsStaleBetweenSessions) && !seen_now;
            if items.contains(&FetchItem::Flags) && !stale {
                entry.told.flags.clone_from(&live.flags);
                if items.contains(&FetchItem::Modseq) || !manner.condstore {
                    entry.told.modseq = live.modseq;
                }
            }
        }
        let number = match &live {
            Some(_) if manner.faults.has(Fault::FetchUsesGlobalSeqnum) => seq(position),
            _ => seq(index),
        };
        let flags = flags_item(entry, &manner);
        let mut message = entry.told.clone();
        if live.is_none() && manner.faults.has(Fault::FetchDummyBodyAfterPop3Delete) {
            message.content = DUMMY.into();
        }
        if manner.faults.has(Fault::FetchCacheReturnsPreviousMessage) && index > 0 {
            message.content = previous;
        }
        let writer = Writer {
            message: &message,
            part: Part::parse(&message.content),
            flags,
            modseq,
            faults: manner.faults.clone(),
        };
        let mut response = format!("* {number} FETCH (").into_bytes();
        let mut failed = false;
        let mut written = 0;
        for item in &items {
            let before = response.len();
            if written > 0 {
                response.push(b' ');
            }
            if writer.write(&mut response, item).is_err() {
                response.truncate(before);
                failed = true;
            } else {
                written += 1;
            }
        }
        response.extend_from_slice(b")\r\n");
        if written > 0 {
            out.append(&mut response);
        }
        if failed { Err(UnknownEncoding) } else { Ok(()) }
    }
}

/// What stands for a message that is gone, by fault.
const DUMMY: &[u8] = b"Subject: deleted\r\n\r\nThis message has been deleted.\r\n";

/// Writes the items of one message.
struct Writer<'a> {
    message: &'a Message,
    part: Part,
    flags: String,
    modseq: u64,
    faults: FaultSet,
}

impl Writer<'_> {
    fn write(&self, out: &mut Vec<u8>, item: &FetchItem) -> Result<(), UnknownEncoding> {
        let content = &self.message.content;
        let mut say = |text: &str| out.extend_from_slice(text.as_bytes());
        match item {
            FetchItem::Uid => say(&format!("UID {}", self.message.uid)),
            FetchItem::Flags => say(&self.flags),
            FetchItem::Modseq => say(&format!("MODSEQ ({})", self.modseq)),
            FetchItem::InternalDate => {
                let date = respond::date_time(self.message.internal_date);
                say(&format!("INTERNALDATE {date}"));
            }
            FetchItem::Rfc822Size => say(&format!("RFC822.SIZE {}", self.size(content))),
            FetchItem::Envelope => {
                say("ENVELOPE ");
                envelope::envelope(out, &content[self.part.header.clone()], &self.faults);
            }
            FetchItem::Body => {
                say("BODY ");
                envelope::structure(out, content, &self.part, false, &self.faults);
            }
            FetchItem::BodyStructure => {
                say("BODYSTRUCTURE ");
                envelope::structure(out, content, &self.part, true, &self.faults);
            }
            FetchItem::Rfc822 => self.string(out, "RFC822", Some(content), None),
            FetchItem::Rfc822Header => {
                let header = &content[self.part.header.clone()];
                self.string(out, "RFC822.HEADER", Some(header), None);
            }
            FetchItem::Rfc822Text => {
                let body = &content[self.part.body.clone()];
                self.string(out, "RFC822.TEXT", Some(body), None);
            }
            FetchItem::Section {
                section, partial, ..
            } => {
                let octets = self.section(section);
                self.string(out, &format!("BODY{section}"), octets.as_deref(), *partial);
            }
            FetchItem::Binary {
                section, partial, ..
            } => {
                let octets = self.binary(section)?;
                let name = format!("BINARY{section}");
                match octets {
                    Some(octets) if octets.contains(&0) => {
                        let octets = cut(&octets, *partial);
                        out.extend_from_slice(format!("{name}{} ", origin(*partial)).as_bytes());
                        respond::literal8(out, octets);
                    }
                    octets => self.string(out, &name, octets.as_deref(), *partial),
                }
            }
            FetchItem::BinarySize(section) => {
                let size = self.binary(section)?.map_or(0, |octets| octets.len());
                say(&format!("BINARY.SIZE{section} {size}"));
            }
        }
        Ok(())
    }

    fn size(&self, octets: &[u8]) -> usize {
        let bare = if self.faults.has(Fault::SizeCountsBareLf) {
            octets.iter().filter(|octet| **octet == b'\n').count()
        } else {
            0
        };
        octets.len() + bare
    }

    fn section(&self, section: &Section) -> Option<Vec<u8>> {
        let octets = self.part.section(&self.message.content, section)?;
        let subset = matches!(section.text, Some(SectionText::Fields { .. }));
        if subset && self.faults.has(Fault::HeaderFieldsDropsFoldedLines) {
            let lines = octets.split_inclusive(|octet| *octet == b'\n');
            let unfolded = lines.filter(|line| !line.starts_with(b" ") && !line.starts_with(b"\t"));
            return Some(unfolded.collect::<Vec<_>>().concat());
        }
        Some(octets)
    }

    /// A part without its content transfer encoding; the message itself has none.
    fn binary(&self, section: &Section) -> Result<Option<Vec<u8>>, UnknownEncoding> {
        let content = &self.message.content;
        if section.part.is_empty() {
            return Ok(Some(content.to_vec()));
        }
        let Some(part) = self.part.find(&section.part) else {
            return Ok(None);
        };
        text::decoded(content, part)
            .map(Some)
            .ok_or(UnknownEncoding)
    }

    /// An item whose value is a message's octets: a literal, or NIL if there are none.
    fn string(
        &self,
        out: &mut Vec<u8>,
        name: &str,
        octets: Option<&[u8]>,
        partial: Option<Partial>,
    ) {
        out.extend_from_slice(name.as_bytes());
        let Some(octets) = octets else {
            out.extend_from_slice(b" NIL");
            return;
        };
        let octets = match cut(octets, partial) {
            [] if self.faults.has(Fault::PartialFetchPastEndGarbage) => octets,
            wanted => wanted,
        };
        out.extend_from_slice(format!("{} ", origin(partial)).as_bytes());
        if octets.is_empty() {
            out.extend_from_slice(b"\"\"");
        } else if self.faults.has(Fault::LiteralLengthOffByOne) {
            out.extend_from_slice(format!("{{{}}}\r\n", octets.len() + 1).as_bytes());
            out.extend_from_slice(octets);
        } else {
            respond::literal(out, octets);
        }
    }
}

/// `["<" number ">"]`
fn origin(partial: Option<Partial>) -> String {
    partial.map_or_else(String::new, |(offset, _)| format!("<{offset}>"))
}

/// The octets that a partial FETCH asks for.
fn cut(octets: &[u8], partial: Option<Partial>) -> &[u8] {
    let Some((offset, count)) = partial else {
        return octets;
    };
    let position = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(octets.len());
    &octets[position(offset)..position(offset.saturating_add(count))]
}
