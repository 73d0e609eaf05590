//! Tags in raw octets: a completion that bears one of them was asked for.

use std::collections::{BTreeMap, VecDeque};

use crate::engine::RequestId;

/// The longest tag that is looked at, in octets.
const TAG_MAX: usize = 256;

/// How many tags are remembered.
const TAGS_MAX: usize = 10_000;

/// The tags at the beginning of the lines of all raw octets sent, and whose they are.
#[derive(Debug, Default)]
pub(super) struct RawTags {
    waiting: BTreeMap<Vec<u8>, VecDeque<RequestId>>,
    count: usize,
    /// The beginning of the current line.
    word: Vec<u8>,
    /// The word of the current line is complete.
    within_line: bool,
}

impl RawTags {
    /// Takes octets that go out.
    pub(super) fn sent(&mut self, octets: &[u8], request: RequestId) {
        for &octet in octets {
            match octet {
                b'\n' => {
                    self.word.clear();
                    self.within_line = false;
                }
                _ if self.within_line => {}
                b' ' | b'\r' => {
                    self.within_line = true;
                    self.remember(request);
                }
                _ if self.word.len() < TAG_MAX => self.word.push(octet),
                _ => self.within_line = true,
            }
        }
    }

    fn remember(&mut self, request: RequestId) {
        if !self.word.is_empty() && self.count < TAGS_MAX {
            self.count += 1;
            let tag = std::mem::take(&mut self.word);
            self.waiting.entry(tag).or_default().push_back(request);
        }
    }

    /// True if a command with this tag waits for its completion.
    pub(super) fn contains(&self, tag: &str) -> bool {
        self.waiting.contains_key(tag.as_bytes())
    }

    /// True if any command waits for its completion.
    pub(super) fn are_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The oldest raw request with this tag, which is completed.
    pub(super) fn complete(&mut self, tag: &str) -> Option<RequestId> {
        let requests = self.waiting.get_mut(tag.as_bytes())?;
        let request = requests.pop_front();
        if requests.is_empty() {
            self.waiting.remove(tag.as_bytes());
        }
        self.count -= 1;
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_of_each_line_is_a_tag_however_it_is_cut() {
        let mut tags = RawTags::default();
        for octet in b"A1 NOOP\r\nA2 LOGIN a b\nA1 NOOP\r\nA3" {
            tags.sent(&[*octet], RequestId(1));
        }
        tags.sent(b"3\r\n", RequestId(2));
        assert_eq!(tags.complete("A2"), Some(RequestId(1)));
        assert_eq!(tags.complete("A2"), None);
        assert_eq!(tags.complete("A33"), Some(RequestId(2)));
        assert_eq!(tags.complete("A1"), Some(RequestId(1)));
        assert!(tags.contains("A1"));
        assert_eq!(tags.complete("A1"), Some(RequestId(1)));
        assert!(!tags.are_waiting());
        assert_eq!(tags.complete("NOOP"), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut tags = RawTags::default();
        tags.sent(&vec![b'x'; 10 * TAG_MAX], RequestId(1));
        assert_eq!(tags.word.len(), TAG_MAX);
        tags.sent(&b"\r\na x".repeat(2 * TAGS_MAX), RequestId(1));
        assert_eq!(tags.count, TAGS_MAX);
    }
}
