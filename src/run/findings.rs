//! From violations, mismatches and inconsistencies to findings that stand for themselves.

use std::ops::Range;

use super::stage::Stage;
use crate::expect::{Mismatch, Nearest};
use crate::finding::requirement::{Requirement, catalogue};
use crate::finding::rule::exchange;
use crate::finding::{Inconsistency, Level, Rule, Violation};
use crate::outcome::{Covered, Finding, Kind, OctetMark, SourceMark};
use crate::scenario::{Place, Scenario, Source};
use crate::transcript::Octets;
use crate::wire::{Message, Protocol};

/// The most octets of a message that a finding keeps in front of the first wrong one and behind it.
const CONTEXT: usize = 512;

impl Stage {
    /// A rule of the grammar or of the exchange is broken.
    pub(super) fn violation_finding(
        &self,
        violation: &Violation,
        message: &Message,
        actor: &str,
        at_us: u64,
    ) -> Finding {
        let got = message
            .octets
            .get(violation.span.clone())
            .unwrap_or_default();
        let got = Octets(self.recorder.redact(&got[..got.len().min(60)]));
        Finding {
            actor: Some(actor.to_owned()),
            at_us: Some(at_us),
            octets: Some(self.mark(&message.octets, &violation.span, message.offset)),
            expected: vec![violation.expected.clone()],
            actual: vec![if got.0.is_empty() {
                "nothing".to_owned()
            } else {
                got.to_string()
            }],
            ..of_rule(
                Kind::Violation,
                violation.rule,
                format!("expected {}", violation.expected),
            )
        }
    }

    /// Adds the finding of a connection on which the server did not say a word. Of SMTP it is none:
    /// a client has to wait longer there than we do, for five minutes (RFC 5321 §4.5.3.2.1).
    pub(super) fn found_silence(&self, protocol: Protocol, actor: &str) {
        let rule = match protocol {
            Protocol::Imap => exchange::IMAP_NO_GREETING,
            Protocol::Pop3 => exchange::POP3_NO_GREETING,
            Protocol::Smtp | Protocol::Lmtp => return,
        };
        let limit = self.deadlines.step.as_secs_f64();
        let message = format!("connected, and no greeting came in {limit:.2} s");
        self.found(Finding {
            actor: Some(actor.to_owned()),
            at_us: Some(self.recorder.now_us()),
            expected: vec!["a greeting".to_owned()],
            actual: vec!["nothing".to_owned()],
            ..of_rule(Kind::Violation, rule, message)
        });
    }

    /// What was said contradicts what was said before.
    pub(super) fn inconsistency_finding(
        &self,
        inconsistency: &Inconsistency,
        message: Option<&Message>,
        actor: &str,
        at_us: u64,
    ) -> Finding {
        let octets = message.map(|message| {
            let end = message.octets.len();
            let span = inconsistency.span.clone().unwrap_or(0..end);
            self.mark(&message.octets, &span, message.offset)
        });
        let explanation = self.redacted(&inconsistency.explanation);
        Finding {
            actor: Some(actor.to_owned()),
            at_us: Some(at_us),
            octets,
            ..of_rule(Kind::Inconsistency, inconsistency.rule, explanation)
        }
    }

    /// An expectation of a step is not met.
    pub(super) fn mismatch_finding(
        &self,
        mismatch: &Mismatch,
        place: Place,
        actor: Option<&str>,
    ) -> Finding {
        let scenario = &self.variant.scenario;
        let requirement = strongest(scenario);
        let nearest = mismatch.nearest.as_ref();
        Finding {
            kind: Kind::Mismatch,
            rule: requirement.map_or_else(String::new, |r| r.id.to_owned()),
            level: requirement.map_or(Level::May, |r| r.level),
            grade: requirement.map_or(Level::May, |r| r.level).grade(),
            citation: requirement.map_or_else(String::new, Requirement::citation),
            sentence: requirement.map_or_else(String::new, |r| r.text.to_owned()),
            message: self.redacted(&mismatch.message),
            actor: actor.map(ToOwned::to_owned),
            at_us: Some(self.recorder.now_us()),
            source: Some(source_mark(&scenario.source, place)),
            octets: nearest.map(
                |Nearest {
                     octets,
                     offset,
                     span,
                 }| self.mark(octets, span, *offset),
            ),
            expected: mismatch
                .expected
                .iter()
                .map(|line| self.redacted(line))
                .collect(),
            actual: mismatch
                .actual
                .iter()
                .map(|line| self.redacted(line))
                .collect(),
        }
    }

    fn redacted(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.recorder.redact(text.as_bytes())).into_owned()
    }

    /// Octets around the wrong ones, secrets replaced.
    fn mark(&self, octets: &[u8], span: &Range<usize>, offset: u64) -> OctetMark {
        let start = span.start.min(octets.len());
        let end = span.end.clamp(start, octets.len());
        let first = start.saturating_sub(CONTEXT);
        let last = (start + CONTEXT).min(octets.len());
        let before = self.recorder.redact(&octets[first..start]);
        let wrong = self.recorder.redact(&octets[start..end.min(last)]);
        let behind = self.recorder.redact(&octets[end.min(last)..last]);
        OctetMark {
            start: before.len(),
            end: before.len() + wrong.len(),
            skipped: first,
            offset: offset + first as u64,
            octets: Octets(self.recorder.redact(&[before, wrong, behind].concat())),
        }
    }
}

fn of_rule(kind: Kind, rule: Rule, message: String) -> Finding {
    let entry = rule.entry();
    Finding {
        kind,
        rule: entry.id.to_owned(),
        level: entry.level,
        grade: entry.level.grade(),
        citation: entry.citation.to_owned(),
        sentence: entry.sentence.to_owned(),
        message,
        actor: None,
        at_us: None,
        source: None,
        octets: None,
        expected: Vec::new(),
        actual: Vec::new(),
    }
}

/// The requirements that a scenario covers, in file order.
pub(super) fn covered(scenario: &Scenario) -> Vec<Covered> {
    let known = scenario
        .covers
        .iter()
        .filter_map(|id| catalogue().get(id.as_str()));
    known
        .map(|requirement| Covered {
            id: requirement.id.to_owned(),
            level: requirement.level,
            citation: requirement.citation(),
            text: requirement.text.to_owned(),
        })
        .collect()
}

/// The first of the strongest requirements covered: it names a failure.
fn strongest(scenario: &Scenario) -> Option<&'static Requirement> {
    let known = scenario
        .covers
        .iter()
        .filter_map(|id| catalogue().get(id.as_str()));
    known.min_by_key(|requirement| requirement.level)
}

/// Line, column and text of a place.
pub(super) fn source_mark(source: &Source, place: Place) -> SourceMark {
    let text = &source.text;
    let start = floor(text, place.start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = floor(text, place.end).clamp(start, line_end);
    SourceMark {
        file: source.path.clone(),
        line: text[..start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        length: text[start..end].chars().count().max(1),
        text: text[line_start..line_end].trim_end().to_owned(),
    }
}

/// The nearest boundary of a character at or before an octet.
fn floor(text: &str, octet: usize) -> usize {
    let octet = octet.min(text.len());
    (0..=octet)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_becomes_line_and_column() {
        let source = Source {
            path: "x.yaml".into(),
            text: "title: é\nsteps:\n  - a: NOOP\n".into(),
        };
        let start = source.text.find("a: NOOP").unwrap();
        let mark = source_mark(
            &source,
            Place {
                start,
                end: start + 7,
            },
        );
        assert_eq!((mark.line, mark.column, mark.length), (3, 5, 7));
        assert_eq!(mark.text, "  - a: NOOP");
    }

    #[test]
    fn a_place_behind_the_end_is_the_end() {
        let source = Source {
            path: "x".into(),
            text: "a\nb".into(),
        };
        let mark = source_mark(&source, Place { start: 90, end: 95 });
        assert_eq!((mark.line, mark.column, mark.length), (2, 2, 1));
    }
}
