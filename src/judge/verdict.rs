//! From violations and inconsistencies to findings that point into the log.

use std::ops::Range;

use super::Line;
use crate::finding::{Inconsistency, Rule, Violation};
use crate::outcome::{Finding, Kind, OctetMark, SourceMark};
use crate::transcript::Octets;
use crate::wire::Message;

/// The most octets of a message that a finding keeps in front of the first wrong one and behind it.
const CONTEXT: usize = 512;

/// The most octets that are quoted as what came.
const QUOTED: usize = 60;

/// Where the octets that a server sent on one connection stand in the log.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Offset of the first octet, octets, and the line.
    lines: Vec<(u64, Vec<u8>, Line)>,
    received: u64,
}

impl Places {
    /// The server sent octets that stand in this line.
    pub(super) fn add(&mut self, octets: &[u8], line: Option<&Line>) {
        if let Some(line) = line {
            self.lines
                .push((self.received, octets.to_vec(), line.clone()));
        }
        self.received += octets.len() as u64;
    }

    /// How many octets the server sent.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// The place of octets, counted from the first that the server sent; `start` may be just behind
    /// the last.
    fn mark(&self, file: &str, start: u64, end: u64) -> Option<SourceMark> {
        let behind = self.lines.partition_point(|(offset, ..)| *offset <= start);
        let mut at = behind.checked_sub(1)?;
        let (offset, octets, _) = &self.lines[at];
        if start == *offset && at > 0 && octets.is_empty() {
            at -= 1;
        }
        let (offset, octets, line) = &self.lines[at];
        let within = |at: u64| usize::try_from(at.saturating_sub(*offset)).unwrap_or(usize::MAX);
        let width = |to: usize| columns(&octets[..to.min(octets.len())], line.escaped);
        let first = width(within(start));
        let last = width(within(end)).max(first + 1);
        let room = line.text.chars().count();
        let column = (line.column + first).min(room);
        Some(SourceMark {
            file: file.to_owned(),
            line: line.number,
            column: column + 1,
            length: (line.column + last).min(room.max(column + 1)) - column,
            text: line.text.clone(),
        })
    }
}

/// How many characters octets take in the log, their line end not counted unless it is written out.
fn columns(octets: &[u8], escaped: bool) -> usize {
    if escaped {
        return Octets(octets.to_vec()).to_string().chars().count();
    }
    let text = octets.strip_suffix(b"\r\n").unwrap_or(octets);
    String::from_utf8_lossy(text).chars().count()
}

/// Who said something, and where it is written.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) file: &'a str,
    pub(super) actor: &'a str,
    pub(super) at_us: Option<u64>,
    pub(super) places: &'a Places,
}

impl Scene<'_> {
    pub(super) fn violation(self, violation: &Violation, message: &Message) -> Finding {
        let got = message.octets.get(violation.span.clone());
        let got = got.unwrap_or_default();
        let got = Octets(got[..got.len().min(QUOTED)].to_vec()).to_string();
        Finding {
            expected: vec![violation.expected.clone()],
            actual: vec![if got.is_empty() {
                "nothing".to_owned()
            } else {
                got
            }],
            ..self.finding(
                Kind::Violation,
                violation.rule,
                format!("expected {}", violation.expected),
                Some((message, violation.span.clone())),
            )
        }
    }

    pub(super) fn inconsistency(
        self,
        inconsistency: &Inconsistency,
        message: Option<&Message>,
    ) -> Finding {
        let octets = message.map(|message| {
            let all = 0..message.octets.len();
            (message, inconsistency.span.clone().unwrap_or(all))
        });
        self.finding(
            Kind::Inconsistency,
            inconsistency.rule,
            inconsistency.explanation.clone(),
            octets,
        )
    }

    fn finding(
        self,
        kind: Kind,
        rule: Rule,
        message: String,
        octets: Option<(&Message, Range<usize>)>,
    ) -> Finding {
        let entry = rule.entry();
        let (source, octets) = match octets {
            None => (None, None),
            Some((message, span)) => {
                let at = |octet: usize| message.offset + octet as u64;
                let last = message.octets.len().saturating_sub(1);
                let source = if span.start > last {
                    // Missing behind the last octet: just behind its line.
                    self.places
                        .mark(self.file, at(last), at(last))
                        .map(|mark| SourceMark {
                            column: mark.text.chars().count() + 1,
                            length: 1,
                            ..mark
                        })
                } else {
                    self.places.mark(self.file, at(span.start), at(span.end))
                };
                (source, Some(mark(message, &span)))
            }
        };
        Finding {
            kind,
            rule: entry.id.to_owned(),
            level: entry.level,
            grade: entry.level.grade(),
            citation: entry.citation.to_owned(),
            sentence: entry.sentence.to_owned(),
            message,
            actor: (!self.actor.is_empty()).then(|| self.actor.to_owned()),
            at_us: self.at_us,
            source,
            octets,
            expected: Vec::new(),
            actual: Vec::new(),
        }
    }
}

/// Octets around the wrong ones.
fn mark(message: &Message, span: &Range<usize>) -> OctetMark {
    let octets = &message.octets;
    let start = span.start.min(octets.len());
    let end = span.end.clamp(start, octets.len());
    let first = start.saturating_sub(CONTEXT);
    let last = (start + CONTEXT).min(octets.len());
    OctetMark {
        octets: Octets(octets[first..last].to_vec()),
        start: start - first,
        end: end.min(last) - first,
        skipped: first,
        offset: message.offset + first as u64,
    }
}
