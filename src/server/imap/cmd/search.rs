//! SEARCH (RFC 9051 §6.4.4), with ESEARCH, SEARCHRES and MODSEQ.

use super::{Reply, Then};
use crate::server::fault::{Fault, FaultSet};
use crate::server::imap::mime::{self, Part};
use crate::server::imap::parse::{
    Day, ParseResult, Parser, SearchKey, SearchReturn, day_of, month_number,
};
use crate::server::imap::respond;
use crate::server::imap::session::Session;
use crate::server::imap::text;
use crate::server::imap::view::{View, seq};
use crate::server::store::{Flag, Message};

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Search {
    uid: bool,
    options: Option<SearchReturn>,
    key: SearchKey,
}

/// A message that was found.
struct Hit {
    uid: u32,
    number: u32,
    modseq: u64,
}

/// A message that is looked at.
struct Candidate<'a> {
    view: &'a View,
    message: &'a Message,
    seq: u32,
    recent: bool,
    faults: &'a FaultSet,
}

impl Search {
    pub(super) fn parse(p: &mut Parser<'_>, uid: bool) -> ParseResult<Self> {
        let (options, key) = p.search()?;
        Ok(Self { uid, options, key })
    }

    pub(super) fn run(self, session: &mut Session, tag: &str) -> Reply {
        let with_modseq = self.key.any(&|key| matches!(key, SearchKey::Modseq(_)));
        if with_modseq {
            session.enable_condstore();
        }
        let hits = self.hits(session);
        let faults = session.context.faults.clone();
        let options = match self.options {
            None if session.rev2 => Some(SearchReturn {
                all: true,
                ..SearchReturn::default()
            }),
            options => options,
        };
        match options {
            Some(_) if session.has(Fault::EsearchAnsweredBySearch) => {
                session.untagged(&search(&hits, with_modseq, &faults));
            }
            Some(options) => {
                if options.save {
                    let saved = saved(options, &hits);
                    session.view().saved = saved;
                }
                if let Some(answer) = self.esearch(options, &hits, with_modseq, tag) {
                    session.untagged(&answer);
                }
            }
            None if hits.is_empty() && session.has(Fault::SearchEmptySaysNothing) => {}
            None => session.untagged(&search(&hits, with_modseq, &faults)),
        }
        let reply = Reply::ok("SEARCH completed");
        let numbers = self.key.any(&|key| matches!(key, SearchKey::Sequence(_)));
        if self.uid && !numbers {
            reply
        } else {
            reply.then(Then::SyncWithoutExpunge)
        }
    }

    fn hits(&self, session: &mut Session) -> Vec<Hit> {
        let account = session.account();
        let faults = session.context.faults.clone();
        let view = session.view();
        let live: Vec<Option<Message>> = account.read(|mailboxes| {
            let mailbox = mailboxes.mailbox(view.mailbox);
            let live = |uid| mailbox.and_then(|m| m.message(uid)).cloned();
            view.entries
                .iter()
                .map(|entry| live(entry.told.uid))
                .collect()
        });
        let mut hits = Vec::new();
        let mut position = 0;
        for (index, (entry, live)) in view.entries.iter().zip(&live).enumerate() {
            if faults.has(Fault::SearchUsesCurrentNumbers) {
                position += usize::from(live.is_some());
            } else {
                position = index + 1;
            }
            let candidate = Candidate {
                view,
                message: live.as_ref().unwrap_or(&entry.told),
                seq: seq(position.saturating_sub(1)),
                recent: entry.recent,
                faults: &faults,
            };
            if candidate.satisfies(&self.key) {
                let times = match candidate.message.flags.len() {
                    2.. if faults.has(Fault::SearchDuplicatesMultiFlag) => 2,
                    _ => 1,
                };
                hits.extend((0..times).map(|_| Hit {
                    uid: entry.told.uid,
                    number: if self.uid && !faults.has(Fault::UidSearchGivesNumbers) {
                        entry.told.uid
                    } else {
                        candidate.seq
                    },
                    modseq: candidate.message.modseq,
                }));
            }
        }
        hits
    }

    /// The ESEARCH response; there is none if only SAVE was asked for (RFC 9051 §6.4.4.1).
    fn esearch(
        &self,
        options: SearchReturn,
        hits: &[Hit],
        with_modseq: bool,
        tag: &str,
    ) -> Option<String> {
        if !(options.all || options.count || options.max || options.min) {
            return None;
        }
        let mut answer = format!("ESEARCH (TAG \"{}\")", tag.replace('\\', "\\\\"));
        if self.uid {
            answer.push_str(" UID");
        }
        if let (Some(first), Some(last)) = (hits.first(), hits.last()) {
            if options.min {
                answer.push_str(&format!(" MIN {}", first.number));
            }
            if options.max {
                answer.push_str(&format!(" MAX {}", last.number));
            }
            if options.all {
                let numbers: Vec<u32> = hits.iter().map(|hit| hit.number).collect();
                answer.push_str(&format!(" ALL {}", respond::number_set(&numbers)));
            }
        }
        if options.count {
            answer.push_str(&format!(" COUNT {}", hits.len()));
        }
        if let Some(modseq) = told_modseq(options, hits).filter(|_| with_modseq) {
            answer.push_str(&format!(" MODSEQ {modseq}"));
        }
        Some(answer)
    }
}

/// The SEARCH response of IMAP4rev1.
fn search(hits: &[Hit], with_modseq: bool, faults: &FaultSet) -> String {
    let mut answer = "SEARCH".to_owned();
    if hits.is_empty() && faults.has(Fault::SearchEmptyTrailingSpace) {
        answer.push(' ');
    }
    for hit in hits {
        answer.push_str(&format!(" {}", hit.number));
    }
    if let Some(highest) = hits
        .iter()
        .map(|hit| hit.modseq)
        .max()
        .filter(|_| with_modseq)
    {
        answer.push_str(&format!(" (MODSEQ {highest})"));
    }
    answer
}

/// Those of the hits to which MIN and MAX restrict a result (RFC 7162 §3.1.10, RFC 5182 §2.4).
fn ends(options: SearchReturn, hits: &[Hit]) -> Vec<&Hit> {
    if options.all || options.count || !(options.min || options.max) {
        return hits.iter().collect();
    }
    let first = hits.first().filter(|_| options.min);
    let last = hits.last().filter(|_| options.max);
    first.into_iter().chain(last).collect()
}

fn told_modseq(options: SearchReturn, hits: &[Hit]) -> Option<u64> {
    ends(options, hits).iter().map(|hit| hit.modseq).max()
}

fn saved(options: SearchReturn, hits: &[Hit]) -> Vec<u32> {
    let mut saved: Vec<u32> = ends(options, hits).iter().map(|hit| hit.uid).collect();
    saved.dedup();
    saved
}

impl Candidate<'_> {
    fn satisfies(&self, key: &SearchKey) -> bool {
        let size = u64::try_from(self.message.content.len()).unwrap_or(u64::MAX);
        let arrived = || day_of(self.message.internal_date);
        let seen = || self.message.flags.contains(&Flag::seen());
        match key {
            SearchKey::All => true,
            SearchKey::And(keys) => keys.iter().all(|key| self.satisfies(key)),
            SearchKey::Or(one, other) => self.satisfies(one) || self.satisfies(other),
            SearchKey::Not(key) if self.faults.has(Fault::SearchNotSetWrong) => match **key {
                SearchKey::Sequence(_) => self.satisfies(key),
                _ => !self.satisfies(key),
            },
            SearchKey::Not(key) => !self.satisfies(key),
            SearchKey::Flag(flag) => self.message.flags.contains(flag),
            SearchKey::New => self.recent && !seen(),
            SearchKey::Old => !self.recent,
            SearchKey::Recent => self.recent,
            SearchKey::Larger(limit) => size > *limit,
            SearchKey::Smaller(limit) => size < *limit,
            SearchKey::Before(day) => arrived() < *day,
            SearchKey::On(day) => arrived() == *day,
            SearchKey::Since(day) => arrived() >= *day,
            SearchKey::SentBefore(day) => self.sent().is_some_and(|sent| sent < *day),
            SearchKey::SentOn(day) => self.sent() == Some(*day),
            SearchKey::SentSince(day) => self.sent().is_some_and(|sent| sent >= *day),
            SearchKey::Modseq(modseq) if self.faults.has(Fault::SearchModseqExclusive) => {
                self.message.modseq > *modseq
            }
            SearchKey::Modseq(modseq) => self.message.modseq >= *modseq,
            SearchKey::Sequence(set) => self.is_in(set, self.faults.has(Fault::SearchSeqsetAsUid)),
            SearchKey::Uid(set) => self.is_in(set, true),
            SearchKey::Header(name, value) => self.has_field(name, value),
            SearchKey::Body(value) => {
                let part = self.part();
                holds(&text::body_text(&self.message.content, &part), value)
            }
            SearchKey::Text(value) => {
                let part = self.part();
                let header = &self.message.content[part.header.clone()];
                holds(&text::header_texts(header), value)
                    || holds(&text::body_text(&self.message.content, &part), value)
            }
        }
    }

    fn part(&self) -> Part {
        Part::parse(&self.message.content)
    }

    fn is_in(&self, set: &crate::server::imap::parse::SequenceSet, by_uid: bool) -> bool {
        use crate::server::imap::parse::SequenceSet;
        if *set == SequenceSet::Saved {
            return self.view.saved.binary_search(&self.message.uid).is_ok();
        }
        let (star, number) = if by_uid {
            (self.view.star_uid(), self.message.uid)
        } else {
            (self.view.star(), self.seq)
        };
        set.has(number, star)
    }

    fn has_field(&self, name: &str, value: &[u8]) -> bool {
        mime::fields(&self.message.content[self.part().header])
            .filter(|field| field.name.eq_ignore_ascii_case(name.as_bytes()))
            .any(|field| holds(&text::header_text(field.value), value))
    }

    /// The day in the Date field, whatever its zone.
    fn sent(&self) -> Option<Day> {
        let header = &self.message.content[self.part().header];
        let date = mime::field(header, "Date")?;
        let date = String::from_utf8_lossy(&date).into_owned();
        let date = date.split_once(',').map_or(date.as_str(), |(_, rest)| rest);
        let mut words = date.split_ascii_whitespace();
        let day = words.next()?.parse().ok()?;
        let month = month_number(words.next()?)?;
        let year: i64 = words.next()?.parse().ok()?;
        let year = match year {
            0..=49 => year + 2000,
            50..=999 => year + 1900,
            _ => year,
        };
        Some((year, month, day))
    }
}

fn holds(text: &str, value: &[u8]) -> bool {
    text.contains(&text::fold(&String::from_utf8_lossy(value)))
}
