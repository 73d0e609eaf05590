//! A byte cursor that keeps its position; the only place that indexes input.

use std::ops::Range;

/// A place in the octets of one message.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor on the first octet.
    pub(crate) fn new(octets: &'a [u8]) -> Self {
        Self { octets, at: 0 }
    }

    /// How many octets lie behind it.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Goes back, or on, to an octet that [`Cursor::at`] named before.
    pub(crate) fn go_to(&mut self, at: usize) {
        self.at = at.min(self.octets.len());
    }

    /// The octets still to come.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.octets.get(self.at..).unwrap_or_default()
    }

    /// The octets passed since an earlier place.
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.octets.get(start..self.at).unwrap_or_default()
    }

    /// The next octet.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.octets.get(self.at).copied()
    }

    /// The octet `ahead` places further on: `peek_at(0)` is [`Cursor::peek`].
    pub(crate) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.octets.get(self.at + ahead).copied()
    }

    /// The octet at a place, wherever the cursor is.
    pub(crate) fn octet_at(&self, at: usize) -> Option<u8> {
        self.octets.get(at).copied()
    }

    /// Passes the next octet.
    pub(crate) fn bump(&mut self) -> Option<u8> {
        let octet = self.peek()?;
        self.at += 1;
        Some(octet)
    }

    /// Passes the next octet if it is this one.
    pub(crate) fn eat(&mut self, octet: u8) -> bool {
        let is = self.peek() == Some(octet);
        self.at += usize::from(is);
        is
    }

    /// Passes these octets if they come next, letters of either case.
    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        let is = self
            .rest()
            .get(..word.len())
            .is_some_and(|next| next.eq_ignore_ascii_case(word.as_bytes()));
        if is {
            self.at += word.len();
        }
        is
    }

    /// Passes octets as long as they are of a kind.
    pub(crate) fn take_while(&mut self, is: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().take_while(|&&octet| is(octet)).count();
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Passes up to this many octets.
    pub(crate) fn take(&mut self, length: usize) -> &'a [u8] {
        let rest = self.rest();
        let length = length.min(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Where the next octet stands; empty at the end of the octets.
    pub(crate) fn here(&self) -> Range<usize> {
        self.at..(self.at + 1).min(self.octets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_what_it_is_asked_for_and_no_more() {
        let mut cursor = Cursor::new(b"Fetch (1)");
        assert!(!cursor.eat_word("FETCHED THEM ALL"));
        assert!(cursor.eat_word("FETCH"));
        assert!(!cursor.eat(b'('));
        assert!(cursor.eat(b' '));
        assert_eq!(cursor.take_while(|octet| octet != b')'), b"(1");
        assert_eq!(cursor.since(6), b"(1");
        assert_eq!(cursor.here(), 8..9);
        assert_eq!(cursor.peek_at(1), None);
        assert_eq!(cursor.octet_at(7), Some(b'1'));
        assert_eq!(cursor.take(7), b")");
        assert_eq!(cursor.bump(), None);
        assert_eq!(cursor.here(), 9..9);
    }
}
