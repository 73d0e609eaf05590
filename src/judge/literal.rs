//! Literals in pasted text: do the lengths announced still fit?
//!
//! Octets that a server really sent are never refused: there a wrong length is a finding. A paste
//! has lost its line ends, so that a length that does not fit says nothing about the server.

use std::collections::BTreeMap;

use super::beginning::protocol_of;
use super::{Knowledge, Recording, Unreadable, What};
use crate::wire::Protocol;

/// A literal announced at the end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Announced {
    /// Its length in octets.
    pub(super) length: usize,
    /// The client waits for a continuation request.
    pub(super) synchronizing: bool,
    /// How many octets of the line the announcement takes.
    pub(super) size: usize,
}

/// The literal that a line without its line end announces: `{n}`, `{n+}`, `~{n}`.
pub(super) fn announced(line: &[u8]) -> Option<Announced> {
    let inner = line.strip_suffix(b"}")?;
    let number = inner.strip_suffix(b"+").unwrap_or(inner);
    let digits = number.iter().rev();
    let digits = digits.take_while(|octet| octet.is_ascii_digit()).count();
    let (before, number_octets) = number.split_at(number.len() - digits);
    let before = before.strip_suffix(b"{")?;
    let length = std::str::from_utf8(number_octets).ok()?.parse().ok()?;
    let tilde = usize::from(before.ends_with(b"~"));
    Some(Announced {
        length,
        synchronizing: number.len() == inner.len(),
        size: line.len() - before.len() + tilde,
    })
}

/// A line without CRLF or LF.
pub(super) fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// One side of one connection.
#[derive(Default)]
struct Side {
    /// Octets of the literal that are still to come.
    left: usize,
    /// The line that announced it, and its length.
    from: (usize, usize),
    /// The literal ended with the line before.
    ended: bool,
}

/// Refuses a paste whose literals do not have the lengths announced.
pub(super) fn check(recording: &Recording, knowledge: &Knowledge) -> Result<(), Unreadable> {
    if !recording.pasted {
        return Ok(());
    }
    let imap: Vec<bool> = (0..recording.connections.len())
        .map(|at| protocol_of(recording, at, knowledge).is_ok_and(|p| p == Protocol::Imap))
        .collect();
    let mut sides: BTreeMap<(usize, bool), Side> = BTreeMap::new();
    for entry in &recording.entries {
        let (octets, server) = match &entry.what {
            What::Client(octets) => (octets, false),
            What::Server(octets) => (octets, true),
            _ => continue,
        };
        if !imap[entry.connection] {
            continue;
        }
        let number = entry.line.as_ref().map_or(0, |line| line.number);
        let other = sides.entry((entry.connection, !server)).or_default();
        if server && other.left > 0 {
            // The server may refuse a literal that the client announced.
            other.left = 0;
        }
        if !server && other.left > 0 {
            return Err(too_short(other));
        }
        let side = sides.entry((entry.connection, server)).or_default();
        side.take(octets, server, number)?;
    }
    match sides
        .iter()
        .find(|((_, server), side)| *server && side.left > 0)
    {
        Some((_, side)) => Err(too_short(side)),
        None => Ok(()),
    }
}

fn too_short(side: &Side) -> Unreadable {
    let (line, length) = side.from;
    let message = format!(
        "a literal of {length} octets is announced here, and {} of them are missing below; a paste \
         counts CRLF for each line end: give the octets with escapes (\\r\\n at the end of each \
         line), or shorten the announcement",
        side.left
    );
    Unreadable::new(line, message)
}

impl Side {
    fn take(&mut self, octets: &[u8], server: bool, number: usize) -> Result<(), Unreadable> {
        let mut text = octets;
        if self.left >= octets.len() {
            self.left -= octets.len();
            self.ended = self.left == 0;
            return Ok(());
        }
        let inside = self.left > 0;
        if inside {
            text = &octets[self.left..];
            self.left = 0;
        }
        let goes_on = text.first().is_none_or(|octet| b") \r]".contains(octet));
        if (inside || std::mem::take(&mut self.ended)) && server && !goes_on {
            let (line, length) = self.from;
            let message = format!(
                "the literal of {length} octets announced in line {line} ends here before {:?}; a \
                 paste counts CRLF for each line end: give the octets with escapes (\\r\\n at the \
                 end of each line), or correct the announcement",
                String::from_utf8_lossy(without_end(text))
            );
            return Err(Unreadable::new(number, message));
        }
        self.ended = false;
        let is_text = server && !inside && is_for_people(text);
        if let Some(announced) = announced(without_end(text)).filter(|_| !is_text) {
            self.left = announced.length;
            self.from = (number, announced.length);
            self.ended = announced.length == 0;
        }
        Ok(())
    }
}

/// True for status responses and continuation requests, whose text announces nothing.
fn is_for_people(line: &[u8]) -> bool {
    let word = line
        .split(|&octet| octet == b' ')
        .nth(1)
        .unwrap_or_default();
    let statuses: [&[u8]; 5] = [b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"];
    line.starts_with(b"+") || statuses.iter().any(|s| s.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::notation;

    #[test]
    fn announcements_are_read() {
        let read = |line: &str| announced(line.as_bytes()).map(|a| (a.length, a.synchronizing));
        assert_eq!(read("a APPEND x {12}"), Some((12, true)));
        assert_eq!(read("a APPEND x {12+}"), Some((12, false)));
        assert_eq!(read("a APPEND x ~{3}"), Some((3, true)));
        assert_eq!(read("a {}"), None);
        assert_eq!(read("a {99999999999999999999999}"), None);
        assert_eq!(announced(b"x ~{3+}").map(|a| a.size), Some(5));
    }

    fn complaint(text: &str) -> Option<(usize, String)> {
        let recording = notation::read(text).unwrap();
        let error = check(&recording, &Knowledge::default()).err()?;
        Some((error.line, error.message))
    }

    #[test]
    fn lengths_fit_when_each_line_end_is_crlf() {
        let cut = complaint("S: * 1 FETCH (BODY[] {6}\nS: ab\nS: c\nS:  UID 4)\n").unwrap();
        assert_eq!(cut.0, 3, "{}", cut.1);
        assert_eq!(
            complaint("S: * 1 FETCH (BODY[] {7}\nS: ab\nS: c\nS:  UID 4)\n"),
            None
        );
        assert_eq!(complaint("S: * 1 FETCH (BODY[] {5}\nab\nc UID 4)\n"), None);
        assert_eq!(complaint("S: * OK wait {5}\nC: a NOOP\n"), None);
    }

    #[test]
    fn a_literal_without_its_octets_is_located() {
        let (line, message) = complaint("C: a NOOP\nS: * 1 FETCH (BODY[] {90}\nS: ab)\n").unwrap();
        assert_eq!(line, 2);
        assert!(message.contains("85 of them"), "{message}");
    }
}
