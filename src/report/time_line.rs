//! Lines of a transcript: time, actor, direction, octets.
//!
//! ```text
//!        0.0  laptop  *  connected to 127.0.0.1:1143
//!       12.4  laptop  →  a3 NOOP
//!  >    13.0  laptop  ←  * 3 EXPUNGE
//! ```
//!
//! Times are milliseconds since the scenario began. A line's CRLF is not shown; every other control
//! octet is.

use std::collections::{BTreeMap, BTreeSet};

use super::Style;
use super::caret::line_of;
use super::paint::Ink;
use super::repetition::{self, Item};
use super::text::{cut, visible};
use crate::outcome::Finding;
use crate::transcript::{Direction, Entry, Octets, Transcript};

/// One line that one side sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) at_us: u64,
    pub(super) actor: &'a str,
    pub(super) direction: Direction,
    /// With its line end, if it has one.
    pub(super) octets: &'a [u8],
}

/// The lines of a transcript, in its order.
pub(super) fn split(transcript: &Transcript) -> Vec<Line<'_>> {
    transcript.0.iter().flat_map(split_entry).collect()
}

fn split_entry(entry: &Entry) -> impl Iterator<Item = Line<'_>> {
    entry
        .octets
        .0
        .split_inclusive(|&octet| octet == b'\n')
        .map(|octets| Line {
            at_us: entry.at_us,
            actor: &entry.actor,
            direction: entry.direction,
            octets,
        })
}

/// The line as text; `marked` puts a sign in front.
pub(super) fn draw(line: &Line<'_>, actor_width: usize, marked: bool, style: Style) -> String {
    let arrow = match line.direction {
        Direction::Client => "→",
        Direction::Server => "←",
        Direction::Event => "*",
    };
    let time = format!("{}.{}", line.at_us / 1000, line.at_us % 1000 / 100);
    let actor = visible(line.actor);
    let head = format!(
        "{} {time:>8}  {actor:<actor_width$} {arrow} ",
        if marked { ">" } else { " " }
    );
    let body = match (line.direction, std::str::from_utf8(line.octets)) {
        (Direction::Event, Ok(words)) => visible(words),
        _ => Octets(without_crlf(line.octets).to_vec()).to_string(),
    };
    let room = style.width.saturating_sub(head.chars().count()).max(20);
    let body = if style.verbose {
        body
    } else {
        cut(&body, room)
    };
    let text = format!("{head}{body}").trim_end().to_owned();
    match (marked, line.direction) {
        (true, _) => style.paint(Ink::Bad, &text),
        (false, Direction::Event) => style.paint(Ink::Faint, &text),
        (false, _) => text,
    }
}

fn without_crlf(octets: &[u8]) -> &[u8] {
    octets.strip_suffix(b"\r\n").unwrap_or(octets)
}

/// The columns that the longest actor's name takes.
pub(super) fn actor_width<'a>(lines: impl IntoIterator<Item = &'a Line<'a>>) -> usize {
    lines
        .into_iter()
        .map(|line| visible(line.actor).chars().count())
        .max()
        .unwrap_or(0)
}

/// The last lines before a finding, of all clients, its own one marked; at most `limit`, of which
/// each client has at least one if there is room. What was polled again and again stands twice: the
/// first time and the last.
pub(super) fn around(
    transcript: &Transcript,
    finding: &Finding,
    limit: usize,
    style: Style,
) -> Vec<String> {
    let lines: Vec<Line<'_>> = split(transcript)
        .into_iter()
        .filter(|line| !is_own(line.actor) || finding.actor.as_deref() == Some(line.actor))
        .collect();
    let mark = position(&lines, finding);
    let until = mark.map_or(lines.len(), |at| (at + 2).min(lines.len()));
    let items = repetition::fold(&lines[..until]);
    let chosen = choose(&lines, &items, limit);
    let width = actor_width(lines[..until].iter());
    chosen
        .into_iter()
        .map(|item| match item {
            Item::Line(at) => draw(&lines[at], width, Some(at) == mark, style),
            Item::Repeated(times) => {
                let text = format!("{:11} … the same {times} more times", "");
                style.paint(Ink::Faint, &text)
            }
        })
        .collect()
}

/// True for mailspec's own connections: `(set-up)`.
fn is_own(actor: &str) -> bool {
    actor.starts_with('(')
}

/// The line that showed the finding: of its actor, not later, and with its octets if possible.
fn position(lines: &[Line<'_>], finding: &Finding) -> Option<usize> {
    let (actor, at_us) = (finding.actor.as_deref()?, finding.at_us?);
    let wrong = finding.octets.as_ref().map(|mark| {
        let (from, to) = line_of(mark);
        &mark.octets.0[from..to]
    });
    let candidate = |exact: bool| {
        lines.iter().rposition(|line| {
            line.actor == actor
                && line.at_us <= at_us
                && line.direction != Direction::Client
                && (!exact || wrong == Some(line.octets))
        })
    };
    candidate(true).or_else(|| candidate(false))
}

/// The last `limit` items, but the last line of every actor in any case.
fn choose(lines: &[Line<'_>], items: &[Item], limit: usize) -> Vec<Item> {
    let mut last_of = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        if let Item::Line(line) = item {
            last_of.insert(lines[*line].actor, at);
        }
    }
    let mut chosen: BTreeSet<usize> = last_of.into_values().take(limit).collect();
    for at in (0..items.len()).rev() {
        if chosen.len() >= limit {
            break;
        }
        chosen.insert(at);
    }
    chosen.into_iter().map(|at| items[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn entry(at_us: u64, actor: &str, direction: Direction, octets: &[u8]) -> Entry {
        Entry {
            at_us,
            actor: actor.into(),
            direction,
            octets: Octets(octets.to_vec()),
        }
    }

    #[test]
    fn every_client_is_on_the_time_line_and_the_finding_is_marked() {
        let mut entries = vec![
            entry(0, "(set-up)", Direction::Client, b"x APPEND\r\n"),
            entry(100, "shop", Direction::Client, b"DELE 2\r\n"),
        ];
        for n in 0..9 {
            let command = format!("a NOOP {n}\r\n");
            entries.push(entry(
                1000 + n,
                "laptop",
                Direction::Client,
                command.as_bytes(),
            ));
        }
        entries.push(entry(
            12_400,
            "laptop",
            Direction::Server,
            b"* 1 X\r\n* 3 EXIST\r\na OK\r\n",
        ));
        let mut finding = sample::finding();
        finding.actor = Some("laptop".into());
        finding.at_us = Some(12_400);
        finding.octets.as_mut().unwrap().octets = Octets(b"* 3 EXIST\r\n".to_vec());
        assert_eq!(
            around(&Transcript(entries), &finding, 4, Style::PLAIN),
            [
                "       0.1  shop   → DELE 2",
                "      12.4  laptop ← * 1 X",
                ">     12.4  laptop ← * 3 EXIST",
                "      12.4  laptop ← a OK",
            ]
        );
    }

    #[test]
    fn control_octets_are_visible_and_only_a_crlf_is_not() {
        let entries = vec![
            entry(0, "a", Direction::Server, b"x\x1b[2J\n"),
            entry(0, "a", Direction::Event, b"closed \x1b"),
        ];
        let transcript = Transcript(entries);
        let shown: Vec<String> = split(&transcript)
            .iter()
            .map(|line| draw(line, 1, false, Style::PLAIN))
            .collect();
        assert_eq!(
            shown,
            [
                "       0.0  a ← x\\x1b[2J\\n",
                "       0.0  a * closed \\x1b"
            ]
        );
    }
}
