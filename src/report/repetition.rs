//! Folds what a client polled again and again.
//!
//! ```text
//!       12.4  laptop → a3 NOOP
//!       13.0  laptop ← a3 OK done
//!             … the same 70 more times
//!     1022.1  laptop → a74 NOOP
//!     1022.5  laptop ← a74 OK done
//! ```

use super::time_line::Line;

/// The most lines that one round of polling may have.
const LONGEST: usize = 6;

/// What is shown of a time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// The line with this index.
    Line(usize),
    /// The lines before come so many more times, and then the lines behind.
    Repeated(usize),
}

/// All lines, but of three or more equal rounds only the first and the last.
pub(super) fn fold(lines: &[Line<'_>]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let rounds = (1..=LONGEST).map(|length| (length, rounds(&lines[at..], length)));
        let folded = rounds.clone().find(|(_, times)| *times > 2);
        match folded {
            None => {
                items.push(Item::Line(at));
                at += 1;
            }
            Some((length, times)) => {
                let last = at + (times - 1) * length;
                items.extend((at..at + length).map(Item::Line));
                items.push(Item::Repeated(times - 2));
                items.extend((last..last + length).map(Item::Line));
                at = last + length;
            }
        }
    }
    items
}

/// How often the first `length` lines come one after the other.
fn rounds(lines: &[Line<'_>], length: usize) -> usize {
    let mut chunks = lines.chunks_exact(length);
    let Some(first) = chunks.next() else { return 0 };
    1 + chunks.take_while(|chunk| same(first, chunk)).count()
}

fn same(one: &[Line<'_>], other: &[Line<'_>]) -> bool {
    one.iter().zip(other).all(|(one, other)| {
        one.actor == other.actor
            && one.direction == other.direction
            && without_tag(one.octets) == without_tag(other.octets)
    })
}

/// A line without its IMAP tag: letters, then digits, then a space.
fn without_tag(octets: &[u8]) -> &[u8] {
    let letters = octets
        .iter()
        .take_while(|octet| octet.is_ascii_alphabetic());
    let letters = letters.count();
    let digits = octets[letters..]
        .iter()
        .take_while(|octet| octet.is_ascii_digit());
    match (letters, digits.count()) {
        (1.., digits @ 1..) if octets.get(letters + digits) == Some(&b' ') => {
            &octets[letters + digits..]
        }
        _ => octets,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Direction::{self, Client, Server};

    fn line(direction: Direction, octets: &str) -> Line<'_> {
        Line {
            at_us: 0,
            actor: "a",
            direction,
            octets: octets.as_bytes(),
        }
    }

    #[test]
    fn polling_stands_twice() {
        let lines = [
            line(Client, "a1 SELECT INBOX\r\n"),
            line(Client, "a2 NOOP\r\n"),
            line(Server, "a2 OK\r\n"),
            line(Client, "a3 NOOP\r\n"),
            line(Server, "a3 OK\r\n"),
            line(Client, "a4 NOOP\r\n"),
            line(Server, "a4 OK\r\n"),
            line(Client, "a5 NOOP\r\n"),
            line(Server, "a5 OK\r\n"),
            line(Client, "a6 LOGOUT\r\n"),
        ];
        let shown = [0, 1, 2].map(Item::Line).into_iter();
        let shown = shown
            .chain([Item::Repeated(2)])
            .chain([7, 8, 9].map(Item::Line));
        assert_eq!(fold(&lines), shown.collect::<Vec<_>>());
    }

    #[test]
    fn two_rounds_are_no_polling_and_what_differs_stays() {
        let lines = ["1 a", "2 a", "1 a", "2 a", "a1 x", "b2 x", "c3 y"];
        let lines = lines.map(|octets| line(Server, octets));
        assert_eq!(fold(&lines), (0..7).map(Item::Line).collect::<Vec<_>>());
        assert!(fold(&[]).is_empty());
    }
}
