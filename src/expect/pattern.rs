//! Pattern text to a tree with holes.

use std::ops::Range;

use super::hole::{self, Hole, Piece};
use super::term::{Names, Sequence, Term};
use super::token::{self, Element, Origin, Response};
use super::{PatternError, nearest};
use crate::wire::Protocol;

/// A pattern, read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// `closed`
    Closed,
    /// `+`: the server waits for the client (IMAP, POP3).
    Continuation,
    /// IMAP: a status response.
    Status {
        /// True if it completes a command.
        tagged: bool,
        /// OK, NO, BAD, PREAUTH, BYE.
        kind: String,
        /// What must stand in the brackets.
        code: Option<Sequence>,
    },
    /// IMAP: any other untagged response.
    Data {
        /// The number in front.
        number: Option<Term>,
        /// The name, in upper case.
        name: String,
        /// What follows.
        arguments: Sequence,
    },
    /// POP3: a status indicator.
    Indicator {
        /// `+OK` or `-ERR`.
        ok: bool,
        /// The response code without its brackets, words parted by spaces.
        code: Option<Sequence>,
        /// Leading words of the text.
        words: Sequence,
    },
    /// SMTP, LMTP: a reply.
    Reply {
        /// Three characters, digits or `x`.
        code: String,
        /// The enhanced status code, its parts digits or `x`.
        enhanced: Option<String>,
    },
    /// POP3: a line of the multi-line part. SMTP: a line of a reply, without its code.
    Line(Sequence),
    /// POP3: the whole multi-line part.
    Content(String),
}

/// Untagged responses that patterns may name.
const RESPONSES: [&str; 32] = [
    "ACL",
    "BYE",
    "CAPABILITY",
    "COMPARATOR",
    "CONVERTED",
    "ENABLED",
    "ESEARCH",
    "EXISTS",
    "EXPUNGE",
    "FETCH",
    "FILTERS",
    "FLAGS",
    "GENURLAUTH",
    "ID",
    "LANGUAGE",
    "LIST",
    "LISTRIGHTS",
    "LSUB",
    "METADATA",
    "MYRIGHTS",
    "NAMESPACE",
    "QUOTA",
    "QUOTAROOT",
    "RECENT",
    "SEARCH",
    "SORT",
    "STATUS",
    "THREAD",
    "UIDFETCH",
    "URLFETCH",
    "VANISHED",
    "XLIST",
];

/// Reads a pattern.
pub(super) fn parse(text: &str, protocol: Protocol) -> Result<Tree, PatternError> {
    if text.trim().is_empty() {
        return error(0, "an empty pattern", None);
    }
    if let Some(at) = text.find(['\r', '\n']) {
        return error(at, "a pattern is one line", None);
    }
    if text == "closed" {
        return Ok(Tree::Closed);
    }
    hole::pieces(text)?;
    match protocol {
        Protocol::Imap => imap(text),
        Protocol::Pop3 => pop3(text),
        Protocol::Smtp | Protocol::Lmtp => smtp(text),
    }
}

fn error<T>(
    offset: usize,
    message: impl Into<String>,
    suggestion: Option<String>,
) -> Result<T, PatternError> {
    Err(PatternError {
        offset,
        message: message.into(),
        suggestion,
    })
}

fn imap(text: &str) -> Result<Tree, PatternError> {
    balanced(text)?;
    match token::response(text.as_bytes(), Origin::Pattern) {
        Response::Continuation if text == "+" => Ok(Tree::Continuation),
        Response::Continuation => error(1, "nothing stands behind `+`", Some("+".into())),
        Response::Status {
            tagged,
            kind,
            code,
            text: human,
            ..
        } => imap_status(text, tagged, kind, code, human),
        Response::Data {
            number,
            name,
            arguments,
        } => imap_data(number.as_ref(), &name, &arguments),
        Response::Unreadable => imap_unreadable(text),
    }
}

fn imap_status(
    text: &str,
    tagged: bool,
    kind: String,
    code: Option<(Vec<Element>, Range<usize>)>,
    human: usize,
) -> Result<Tree, PatternError> {
    if human < text.len() {
        let shown = text[..human].trim_end();
        return error(
            human,
            "text for humans is never compared",
            Some(shown.to_owned()),
        );
    }
    if tagged && matches!(&*kind, "BYE" | "PREAUTH") {
        return error(0, format!("{kind} has no tag"), Some(format!("* {text}")));
    }
    let code = match code {
        None => None,
        Some((elements, span)) if elements.is_empty() => {
            return error(span.start, "empty brackets", None);
        }
        Some((elements, _)) => Some(Sequence::of(&elements)?),
    };
    Ok(Tree::Status { tagged, kind, code })
}

fn imap_data(
    number: Option<&Element>,
    name: &Element,
    arguments: &[Element],
) -> Result<Tree, PatternError> {
    let spelled = String::from_utf8_lossy(&name.octets).to_ascii_uppercase();
    if !RESPONSES.contains(&&*spelled) && !spelled.starts_with('X') {
        return error(
            name.span.start,
            format!("`{spelled}` is no response of IMAP"),
            nearest(&spelled, RESPONSES),
        );
    }
    let counted = matches!(
        &*spelled,
        "EXISTS" | "RECENT" | "EXPUNGE" | "FETCH" | "UIDFETCH"
    );
    if counted != number.is_some() {
        return error(
            number.map_or(name.span.start, |number| number.span.start),
            match counted {
                true => format!("a number stands in front of {spelled}"),
                false => format!("no number stands in front of {spelled}"),
            },
            counted.then(|| format!("* ${{_}} {spelled}")),
        );
    }
    if matches!(&*spelled, "FETCH" | "UIDFETCH") {
        fetch_items(name, arguments)?;
    }
    Ok(Tree::Data {
        number: number.map(Term::of).transpose()?,
        name: spelled,
        arguments: Sequence::of(arguments)?,
    })
}

/// FETCH items are names and values by turns, in one list.
fn fetch_items(name: &Element, arguments: &[Element]) -> Result<(), PatternError> {
    let [list] = arguments else {
        return error(
            name.span.end,
            "FETCH has one list of items and values",
            Some("* 1 FETCH (FLAGS (\\Seen) UID 4)".into()),
        );
    };
    let items = list.items.iter().filter(|item| item.octets != b"...");
    if items.count() % 2 != 0 {
        return error(
            list.span.start,
            "each FETCH item needs a value; `${_}` stands for any",
            None,
        );
    }
    Ok(())
}

fn imap_unreadable(text: &str) -> Result<Tree, PatternError> {
    let first = text.split(' ').next().unwrap_or_default();
    let upper = first.to_ascii_uppercase();
    if let Some(rest) = text.strip_prefix('*') {
        return error(
            0,
            "`*` and a space begin an untagged response",
            Some(format!("* {}", rest.trim_start())),
        );
    }
    let named = RESPONSES.contains(&&*upper) || first.bytes().all(|octet| octet.is_ascii_digit());
    if named || matches!(&*upper, "BYE" | "PREAUTH") {
        return error(
            0,
            "an untagged response begins with `* `",
            Some(format!("* {text}")),
        );
    }
    if let Some((_, rest)) = text.split_once(' ')
        && matches!(rest.split(' ').next(), Some("OK" | "NO" | "BAD"))
    {
        return error(0, "the tag is not written", Some(rest.to_owned()));
    }
    error(
        0,
        "a pattern of IMAP begins with `* `, OK, NO, BAD or `+`, or is `closed`",
        nearest(&upper, ["OK", "NO", "BAD", "CLOSED"]).map(|word| word.replace("CLOSED", "closed")),
    )
}

/// Parentheses and quotes must close, or the tree would not be what the writer sees.
fn balanced(text: &str) -> Result<(), PatternError> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote.is_some() => escaped = true,
            '"' => quote = if quote.is_some() { None } else { Some(at) },
            _ if quote.is_some() => {}
            '(' | '[' => open.push((at, c)),
            ')' | ']' => match open.pop() {
                Some((_, '(')) if c == ')' => {}
                Some((_, '[')) if c == ']' => {}
                _ => return error(at, format!("this `{c}` closes nothing"), None),
            },
            _ => {}
        }
    }
    match quote.map(|at| (at, '"')).or_else(|| open.pop()) {
        Some((at, c)) => error(at, format!("this `{c}` is never closed"), None),
        None => Ok(()),
    }
}

fn pop3(text: &str) -> Result<Tree, PatternError> {
    if text == "+" {
        return Ok(Tree::Continuation);
    }
    if let [Piece::Braced(braced, offset)] = hole::pieces(text)?[..]
        && let Hole::Known(path) = hole::parse(braced, offset)?
    {
        return Ok(Tree::Content(path));
    }
    let words = token::words(text.as_bytes(), 0..text.len(), Origin::Pattern);
    let Some(first) = words.first() else {
        return error(0, "an empty pattern", None);
    };
    let indicator = String::from_utf8_lossy(&first.octets).to_ascii_uppercase();
    let ok = match &*indicator {
        "+OK" => true,
        "-ERR" => false,
        _ if indicator.starts_with(['+', '-']) => {
            return error(
                0,
                format!("`{indicator}` is no status indicator"),
                nearest(&indicator, ["+OK", "-ERR", "+"]),
            );
        }
        "OK" | "ERR" | "BAD" | "NO" => {
            let right = if indicator == "OK" { "+OK" } else { "-ERR" };
            return error(0, "POP3 has +OK and -ERR", Some(right.into()));
        }
        _ => return Sequence::of(&words).map(Tree::Line),
    };
    let behind = first.span.end + 1;
    let rest = text.get(behind..).unwrap_or_default();
    let (code, words_from) = match rest.strip_prefix('[').and_then(|rest| rest.find(']')) {
        None => (None, behind),
        Some(length) => {
            let inner = behind + 1..behind + 1 + length;
            let elements = token::words(text.as_bytes(), inner.clone(), Origin::Pattern);
            (Some(Sequence::of(&elements)?), inner.end + 1)
        }
    };
    if !ok && text.len() > words_from {
        return error(
            words_from,
            "text for humans is never compared",
            Some(text[..words_from].trim_end().to_owned()),
        );
    }
    let words = token::words(
        text.as_bytes(),
        words_from.min(text.len())..text.len(),
        Origin::Pattern,
    );
    Ok(Tree::Indicator {
        ok,
        code,
        words: Sequence::of(&words)?,
    })
}

fn smtp(text: &str) -> Result<Tree, PatternError> {
    let words = token::words(text.as_bytes(), 0..text.len(), Origin::Pattern);
    let first = text.split(' ').next().unwrap_or_default();
    let digits = |text: &str| {
        text.bytes()
            .all(|octet| matches!(octet, b'0'..=b'9' | b'x'))
    };
    if !first.starts_with(|c: char| c.is_ascii_digit()) || !digits(first) {
        return Sequence::of(&words).map(Tree::Line);
    }
    if first.len() != 3 || !(b'2'..=b'5').contains(&first.as_bytes()[0]) {
        return error(
            0,
            format!("`{first}` is no reply code"),
            Some("three digits, `x` for any: 250, 2xx".into()),
        );
    }
    let enhanced = match text.split_once(' ') {
        None => None,
        Some((_, rest)) => {
            let parts: Vec<_> = rest.split('.').collect();
            if parts.len() != 3 || parts.iter().any(|part| part.is_empty() || !digits(part)) {
                return error(
                    4,
                    "behind the reply code stands an enhanced status code; text for humans is \
                     never compared",
                    Some(first.to_owned()),
                );
            }
            Some(rest.to_owned())
        }
    };
    Ok(Tree::Reply {
        code: first.to_owned(),
        enhanced,
    })
}

impl Tree {
    /// The names in it.
    pub(super) fn names(&self) -> Names {
        let mut names = Names::default();
        let mut sequence = |sequence: &Sequence| {
            sequence
                .terms
                .iter()
                .for_each(|term| term.names(&mut names));
        };
        match self {
            Self::Closed | Self::Continuation | Self::Reply { .. } => {}
            Self::Status { code, .. } => {
                if let Some(code) = code {
                    sequence(code);
                }
            }
            Self::Data {
                number, arguments, ..
            } => {
                if let Some(number) = number {
                    number.names(&mut names);
                }
                arguments
                    .terms
                    .iter()
                    .for_each(|term| term.names(&mut names));
            }
            Self::Indicator { code, words, .. } => {
                if let Some(code) = code {
                    sequence(code);
                }
                sequence(words);
            }
            Self::Line(words) => sequence(words),
            Self::Content(path) => Term::Hole(Hole::Known(path.clone())).names(&mut names),
        }
        names
    }

    /// True if it describes what ends a command.
    pub(super) fn is_completion(&self) -> bool {
        match self {
            Self::Continuation | Self::Indicator { .. } | Self::Reply { .. } => true,
            Self::Status { tagged, .. } => *tagged,
            Self::Closed | Self::Data { .. } | Self::Line(_) | Self::Content(_) => false,
        }
    }
}
