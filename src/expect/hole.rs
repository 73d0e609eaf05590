//! `${…}`: what stands between the braces, in patterns and in commands.

use super::PatternError;
use super::kind::Kind;

/// What a hole in a pattern accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    /// `${_}`: any one value.
    Any,
    /// `${plain.uid}`: a value known already.
    Known(String),
    /// `${modseq:mod-sequence-value}`: any value of the type, bound to the name.
    Bind {
        /// The name.
        name: String,
        /// The type.
        kind: Kind,
    },
    /// `${now > before}`: a number that compares so with another, bound to the name.
    Compare {
        /// The name; `None` for `_`.
        name: Option<String>,
        /// How.
        order: Order,
        /// A name or a number.
        right: String,
    },
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `!=`
    Different,
}

impl Order {
    const SPELLINGS: [(&'static str, Self); 5] = [
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("!=", Self::Different),
        ("<", Self::Less),
        (">", Self::Greater),
    ];

    /// True if `left` and `right` stand in this order.
    pub(super) fn holds(self, left: u64, right: u64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Different => left != right,
        }
    }

    /// The spelling in patterns.
    pub(super) fn spelling(self) -> &'static str {
        Self::SPELLINGS
            .iter()
            .find(|(_, order)| *order == self)
            .map_or("", |(spelling, _)| spelling)
    }
}

/// A piece of text that may hold `${…}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text.
    Text(&'a str),
    /// What stands between the braces, and the offset of the `$`.
    Braced(&'a str, usize),
}

/// Cuts text at its `${…}`.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, PatternError> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("${") {
        let start = at + found;
        let Some(length) = text[start..].find('}') else {
            return Err(PatternError {
                offset: start,
                message: "`${` without a `}`".into(),
                suggestion: None,
            });
        };
        if start > at {
            pieces.push(Piece::Text(&text[at..start]));
        }
        pieces.push(Piece::Braced(&text[start + 2..start + length], start));
        at = start + length + 1;
    }
    if at < text.len() {
        pieces.push(Piece::Text(&text[at..]));
    }
    Ok(pieces)
}

/// True for `plain.uid`, `long-lines.body`, `modseq`, `user2`.
pub(crate) fn is_path(text: &str) -> bool {
    text.split('.').all(|name| {
        name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    })
}

/// Reads what stands between the braces of a pattern; `offset` is that of the `$`.
pub(super) fn parse(braced: &str, offset: usize) -> Result<Hole, PatternError> {
    let error = |message: String, suggestion: Option<String>| {
        Err(PatternError {
            offset,
            message,
            suggestion,
        })
    };
    let text = braced.trim();
    if text == "_" {
        return Ok(Hole::Any);
    }
    for (spelling, order) in Order::SPELLINGS {
        if let Some((left, right)) = text.split_once(spelling) {
            let (left, right) = (left.trim(), right.trim());
            if !(is_path(left) || left == "_") || !is_path(right) {
                return error(
                    format!("a comparison is `${{name {spelling} other}}`"),
                    None,
                );
            }
            return Ok(Hole::Compare {
                name: (left != "_").then(|| left.to_owned()),
                order,
                right: right.to_owned(),
            });
        }
    }
    let (name, kind) = match text.split_once(':') {
        None => (text, None),
        Some((name, kind)) => (name.trim(), Some(kind.trim())),
    };
    if !is_path(name) {
        return error(format!("`{name}` is no name"), None);
    }
    let Some(kind) = kind else {
        return Ok(Hole::Known(name.to_owned()));
    };
    match Kind::from_name(kind) {
        Some(kind) => Ok(Hole::Bind {
            name: name.to_owned(),
            kind,
        }),
        None => error(
            format!("`{kind}` is no type"),
            super::nearest(kind, Kind::ALL.iter().map(|kind| kind.name())),
        ),
    }
}
