//! Reads values of the tree, and notes what is wrong with them.

use std::time::Duration;

use super::super::node::{Key, Node, Value};
use super::super::{Diagnostic, Place};
use crate::expect::{PatternError, nearest};

/// The file's text and its mistakes.
pub(crate) struct Reader<'a> {
    text: &'a str,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            diagnostics: Vec::new(),
        }
    }

    /// Notes a mistake.
    pub(crate) fn error(&mut self, place: Place, message: impl Into<String>, help: Option<String>) {
        self.diagnostics.push(Diagnostic {
            place,
            message: message.into(),
            help,
        });
    }

    /// Notes a word that stands for nothing, with the nearest that stands for something.
    pub(crate) fn unknown<'b>(
        &mut self,
        place: Place,
        what: &str,
        word: &str,
        candidates: impl IntoIterator<Item = &'b str>,
    ) {
        let help = nearest(word, candidates).map(|near| format!("did you mean `{near}`?"));
        self.error(place, format!("unknown {what} `{word}`"), help);
    }

    /// Notes a mistake inside a scalar.
    pub(crate) fn pattern_error(&mut self, node: &Node, error: PatternError) {
        let help = error
            .suggestion
            .map(|suggestion| format!("did you mean `{suggestion}`?"));
        let place = self.inside(node.place, error.offset);
        self.error(place, error.message, help);
    }

    /// The place of the octet at `offset` of a scalar's value, to the end of its word.
    pub(crate) fn inside(&self, place: Place, offset: usize) -> Place {
        let raw = &self.text[place.start..place.end];
        let mut at = match raw.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => 1 + escaped_length(&raw[1..], *quote, offset),
            _ => offset,
        }
        .min(raw.len());
        while !raw.is_char_boundary(at) {
            at -= 1;
        }
        let rest = &raw[at..];
        let length = match rest.strip_prefix("${").and_then(|rest| rest.find('}')) {
            Some(inner) => inner + 3,
            None => rest.find([' ', '"', '\'', ')']).unwrap_or(rest.len()),
        };
        let first = rest.chars().next().map_or(0, char::len_utf8);
        Place {
            start: place.start + at,
            end: place.start + at + length.max(first),
        }
    }

    /// A map whose keys are among `allowed`; unknown and repeated keys are noted.
    pub(crate) fn map<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        allowed: &[String],
    ) -> Vec<(&'n Key, &'n Node)> {
        let entries = self.entries(node, what);
        for (key, _) in &entries {
            if !allowed.contains(&key.text) {
                self.unknown(
                    key.place,
                    &format!("key of {what}"),
                    &key.text,
                    allowed.iter().map(String::as_str),
                );
            }
        }
        entries
    }

    /// A map with any keys; repeated keys are noted and left out.
    pub(crate) fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(&'n Key, &'n Node)> {
        let Value::Map(entries) = &node.value else {
            self.wrong_kind(node, what, "a map");
            return Vec::new();
        };
        let mut unique: Vec<(&Key, &Node)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            if unique.iter().any(|(other, _)| other.text == key.text) {
                let message = format!("`{}` stands here twice", key.text);
                self.error(key.place, message, None);
            } else {
                unique.push((key, value));
            }
        }
        unique
    }

    pub(crate) fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.value {
            Value::List(items) => items,
            _ => {
                self.wrong_kind(node, what, "a list");
                &[]
            }
        }
    }

    /// The items of a list, or one value alone.
    pub(crate) fn one_or_more<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.value {
            Value::List(items) if items.is_empty() => {
                self.error(node.place, format!("{what} is an empty list"), None);
                &[]
            }
            Value::List(items) => items,
            _ => std::slice::from_ref(node),
        }
    }

    pub(crate) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match &node.value {
            Value::Text(text) => Some(text),
            _ => {
                self.wrong_kind(node, what, "text");
                None
            }
        }
    }

    pub(crate) fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        let items = self.list(node, what);
        items
            .iter()
            .filter_map(|item| self.text(item, what).map(str::to_owned))
            .collect()
    }

    pub(crate) fn truth(&mut self, node: &Node, what: &str) -> Option<bool> {
        self.choice(
            node,
            what,
            &[
                ("yes", true),
                ("no", false),
                ("true", true),
                ("false", false),
            ],
        )
    }

    pub(crate) fn number(&mut self, node: &Node, what: &str, most: usize) -> Option<usize> {
        let text = self.text(node, what)?;
        match text.parse() {
            Ok(number) if (1..=most).contains(&number) => Some(number),
            _ => {
                let message = format!("{what} is a number from 1 to {most}");
                self.error(node.place, message, None);
                None
            }
        }
    }

    /// `50ms`, `5s`, `2m`; at most ten minutes.
    pub(crate) fn duration(&mut self, node: &Node, what: &str) -> Option<Duration> {
        let text = self.text(node, what)?;
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let millis = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            _ => 0,
        };
        let total = number
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(millis));
        match total {
            Some(total @ 1..=600_000) => Some(Duration::from_millis(total)),
            _ => {
                let message = format!("{what} is a time from 1ms to 10m: 50ms, 5s, 2m");
                self.error(node.place, message, None);
                None
            }
        }
    }

    /// `+13d`, `+2h`, `+30m`: how far a clock goes forward, at most ten years.
    pub(super) fn forward(&mut self, node: &Node, what: &str) -> Option<Duration> {
        let text = self.text(node, what)?;
        let length = text.strip_prefix('+').and_then(calendar_time);
        if length.is_none() {
            let message = format!("{what} goes forward by a time: +13d, +2h, +30m");
            self.error(self.visible(node), message, None);
        }
        length
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        node: &Node,
        what: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let text = self.text(node, what)?;
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text) {
            return Some(*value);
        }
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        let help = match nearest(text, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of {}", names.join(", ")),
        };
        self.error(
            node.place,
            format!("`{text}` is no value of {what}"),
            Some(help),
        );
        None
    }

    fn wrong_kind(&mut self, node: &Node, what: &str, wanted: &str) {
        let place = self.visible(node);
        let message = format!("{what} is {wanted}, and here stands {}", node.kind());
        self.error(place, message, None);
    }

    /// A place with at least one octet: block maps and lists have only a beginning.
    pub(crate) fn visible(&self, node: &Node) -> Place {
        let Place { start, end } = node.place;
        if end > start {
            return node.place;
        }
        let first = self.text[start..].chars().next().map_or(0, char::len_utf8);
        Place {
            start,
            end: start + first,
        }
    }
}

/// `14d`, `2h`, `30m`: from a minute to ten years.
pub(super) fn calendar_time(text: &str) -> Option<Duration> {
    const LONGEST_S: u64 = 10 * 365 * 86_400;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let seconds = match unit {
        "d" => 86_400,
        "h" => 3600,
        "m" => 60,
        _ => return None,
    };
    let total = number.parse::<u64>().ok()?.checked_mul(seconds)?;
    (1..=LONGEST_S)
        .contains(&total)
        .then(|| Duration::from_secs(total))
}

/// How many octets of a quoted scalar's source make up `wanted` octets of its value.
fn escaped_length(raw: &str, quote: u8, wanted: usize) -> usize {
    let mut value = 0;
    let mut at = 0;
    let octets = raw.as_bytes();
    while value < wanted && at < octets.len() {
        let step = match (quote, octets[at], octets.get(at + 1)) {
            (b'"', b'\\', Some(b'x')) => 4,
            (b'"', b'\\', Some(b'u')) => 6,
            (b'"', b'\\', Some(b'U')) => 10,
            (b'"', b'\\', Some(_)) | (b'\'', b'\'', Some(b'\'')) => 2,
            _ => 1,
        };
        at += step;
        value += 1;
    }
    at
}
