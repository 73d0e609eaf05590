//! Every right line with one octet changed: it is refused at that octet or behind it, or there is
//! a reason, found without the parser, why the line is still right.

use super::{all_right, context, octets};
use crate::wire::imap::parse;

/// What is written over each octet.
const OTHERS: &[u8] = b" \"()\\{}[]<>*%~,:+-/=.0x\0\n\xff";

/// What an octet of a line is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Text for humans.
    Text,
    /// Between quotes.
    Quoted,
    /// Behind a backslash between quotes.
    Escaped,
    /// In a literal.
    Literal,
    /// In a word: an atom, a number, a set, a name.
    Word,
    /// A bracket, quote, space, or part of the head of a literal.
    Mark,
}

/// Cuts a line into its parts, by quotes, literals and spaces alone.
fn parts(line: &[u8]) -> Vec<Part> {
    let mut parts = vec![Part::Mark; line.len()];
    let mut at = 0;
    while let Some(&octet) = line.get(at) {
        match octet {
            b'"' => {
                at += 1;
                while line.get(at).is_some_and(|&octet| octet != b'"') {
                    parts[at] = Part::Quoted;
                    if line[at] == b'\\' {
                        at += 1;
                        parts[at] = Part::Escaped;
                    }
                    at += 1;
                }
                at += 1;
            }
            b'{' => {
                let rest = String::from_utf8_lossy(&line[at + 1..]).into_owned();
                let (digits, tail) = rest.split_once("}\r\n").unwrap_or(("", ""));
                let length = digits.parse().unwrap_or(0).min(tail.len());
                let start = at + digits.len() + 4;
                for part in parts.iter_mut().skip(start).take(length) {
                    *part = Part::Literal;
                }
                at = if digits.is_empty() {
                    at + 1
                } else {
                    start + length
                };
            }
            b'(' | b')' | b' ' | b'\r' | b'\n' | b'[' | b']' => at += 1,
            _ => {
                parts[at] = Part::Word;
                at += 1;
            }
        }
    }
    if let Some(start) = text_start(line) {
        let end = line.len() - 2;
        parts[start..end].fill(Part::Text);
    }
    parts
}

/// Where the text for humans begins in a status response or continuation request.
fn text_start(line: &[u8]) -> Option<usize> {
    let words: Vec<&[u8]> = line.splitn(3, |&octet| octet == b' ').collect();
    let is_status = |word: &[u8]| {
        ["OK", "NO", "BAD", "BYE", "PREAUTH"]
            .iter()
            .any(|w| word.eq_ignore_ascii_case(w.as_bytes()))
    };
    let start = match words.as_slice() {
        [b"+", ..] => 2,
        [tag, status, _] if is_status(status) => tag.len() + status.len() + 2,
        _ => return None,
    };
    let rest = &line[start..];
    let code = rest
        .starts_with(b"[")
        .then(|| rest.iter().position(|&o| o == b']'))
        .flatten();
    Some(start + code.map_or(0, |end| end + 2).min(rest.len() - 2))
}

/// Where the word or string begins that this octet is part of, or would be.
fn token_start(parts: &[Part], at: usize) -> usize {
    let is_mark = |at: usize| parts[at] == Part::Mark;
    let last = if is_mark(at) {
        at.saturating_sub(1)
    } else {
        at
    };
    if is_mark(last) {
        return last;
    }
    (0..last)
        .rev()
        .find(|&before| is_mark(before))
        .map_or(0, |before| before + 1)
}

/// Names of things that no RFC read here defines: their values are not judged.
const UNKNOWN: [&str; 6] = ["XYZZY", "X-GUID", "X-GM-", "X-OTHER", "X-NEW", "(FUZZY "];

/// True if this octet belongs to the value of something unknown.
fn is_unknown(line: &[u8], at: usize) -> bool {
    let line = String::from_utf8_lossy(line);
    UNKNOWN
        .iter()
        .any(|name| line.find(name).is_some_and(|start| start < at))
}

/// Why a line may be right with this octet changed to that one.
fn reason(line: &[u8], parts: &[Part], at: usize, other: u8) -> Option<&'static str> {
    let before = line[at];
    let is_plain = other.is_ascii_graphic() || other == b' ';
    let is_atom = |octet: u8| octet.is_ascii_graphic() && !b"(){%*\"\\]".contains(&octet);
    match parts[at] {
        _ if other == before => Some("nothing changed"),
        Part::Text if is_plain => Some("text for humans"),
        Part::Quoted if is_plain && before != b'\\' && !b"\"\\".contains(&other) => {
            Some("another character in quotes")
        }
        Part::Escaped if b"\"\\".contains(&other) => Some("the other quoted special"),
        Part::Literal if line.windows(2).any(|two| two == b"~{") => Some("an octet of a literal8"),
        Part::Literal if other != 0 => Some("another octet in a literal"),
        _ if is_unknown(line, at) && !b"\0\n".contains(&other) => Some("a value of any form"),
        Part::Word if before.is_ascii_digit() && other == b'*' => Some("the last number of a set"),
        Part::Mark if b"[]".contains(&before) && parts[at - 1] == Part::Word && is_plain => {
            Some("a bracket is part of a word")
        }
        Part::Mark if before == b' ' && (is_atom(other) || other == b']') => {
            Some("two words become one")
        }
        Part::Word if other == b' ' => Some("one word becomes two"),
        _ if is_plain && text_start(line).is_some_and(|text| at < text) => {
            Some("a code that is not closed is text")
        }
        Part::Word if is_atom(other) || b"]\\".contains(&other) => Some("another word"),
        _ => None,
    }
}

#[test]
fn one_wrong_octet_is_refused_where_it_stands() {
    let (mut refused, mut still_right) = (0, 0);
    let mut wrongly = Vec::new();
    for (state, lines) in all_right() {
        let context = context(state);
        for line in lines {
            let line = octets(line);
            let parts = parts(&line);
            for at in 0..line.len() {
                for &other in OTHERS {
                    let mut mutant = line.clone();
                    mutant[at] = other;
                    let (_, violations) = parse(&mutant, &context);
                    let show = || String::from_utf8_lossy(&mutant).into_owned();
                    match violations.first() {
                        Some(first)
                            if first.span.start + 1 < token_start(&parts, at)
                                && first.span.end < at =>
                        {
                            wrongly.push(format!("early {first:?}: {}", show()));
                        }
                        Some(_) => refused += 1,
                        None if reason(&line, &parts, at, other).is_some() => still_right += 1,
                        None => {
                            wrongly.push(format!("accepted {at} {:?}: {}", other as char, show()))
                        }
                    }
                }
            }
        }
    }
    println!("{refused} mutants refused, {still_right} still right");
    assert!(wrongly.is_empty(), "{}: {wrongly:#?}", wrongly.len());
}
