//! What is compared of a failure: which rules were broken, and what the server sent there.

use super::{Found, pattern};
use crate::outcome::{Finding, OctetMark};
use crate::scenario::Place;
use crate::transcript::Octets;

/// Characters of what the server sent that a written pattern keeps at most.
const LONGEST: usize = 100;

/// What the server sent, on one line: the line with the first wrong octet, without its CRLF, or
/// what came instead of what was expected.
pub(super) fn observed(finding: &Finding) -> String {
    match &finding.octets {
        Some(mark) if !mark.octets.0.is_empty() => Octets(line(mark).to_vec()).to_string(),
        _ => finding.actual.join(" | "),
    }
}

fn line(mark: &OctetMark) -> &[u8] {
    let all = &mark.octets.0;
    // Behind a message's last line end, the last line is meant.
    let start = mark.start.min(all.len().saturating_sub(1));
    let is_end = |&octet: &u8| octet == b'\n';
    let from = all[..start].iter().rposition(is_end).map_or(0, |at| at + 1);
    let to = all[start..].iter().position(is_end);
    let line = &all[from..to.map_or(all.len(), |at| start + at)];
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl Found {
    pub(super) fn is(&self, finding: &Finding) -> bool {
        let octets = self.octets.as_ref();
        self.rule == finding.rule
            && octets.is_none_or(|octets| pattern::matches(octets, &observed(finding)))
    }
}

/// What would let these findings of a result pass as known, each rule once.
pub(super) fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for finding in findings {
        let octets = shortened(pattern::of(&observed(finding)));
        match all.iter_mut().find(|found| found.rule == finding.rule) {
            Some(found) => merge(found, &octets),
            None => all.push(Found {
                place: Place::default(),
                rule: finding.rule.clone(),
                octets: Some(octets),
            }),
        }
    }
    all.sort_by(|one, other| one.rule.cmp(&other.rule));
    all
}

/// Adds what another result showed.
pub(super) fn add(all: &mut Vec<Found>, more: Vec<Found>) {
    for new in more {
        match all.iter_mut().find(|found| found.rule == new.rule) {
            Some(found) => merge(found, new.octets.as_deref().unwrap_or("*")),
            None => all.push(new),
        }
    }
    all.sort_by(|one, other| one.rule.cmp(&other.rule));
}

fn merge(found: &mut Found, octets: &str) {
    if let Some(known) = &mut found.octets {
        *known = pattern::join(known, octets);
    }
}

fn shortened(pattern: String) -> String {
    match pattern.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}*", pattern[..at].trim_end_matches('*')),
        None => pattern,
    }
}

/// The findings of a result in words: `rule ("octets")`.
pub(super) fn in_words(findings: &[&Finding]) -> String {
    const MOST: usize = 3;
    let mut words: Vec<String> = Vec::new();
    for finding in findings {
        let word = format!("{} ({})", finding.rule, shortened(observed(finding)));
        if !words.contains(&word) {
            words.push(word);
        }
    }
    let more = words.len().saturating_sub(MOST);
    words.truncate(MOST);
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", words.join(", "))
}
