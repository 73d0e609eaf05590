//! The elements of a pattern: like those of a response, with holes.

use std::collections::BTreeSet;

use super::PatternError;
use super::hole::{self, Hole, Piece};
use super::token::{Element, Form};

/// One element of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// An atom or a quoted string, its variables not yet filled in.
    Text {
        /// How it was written.
        form: Form,
        /// Its parts.
        parts: Vec<Part>,
    },
    /// `( … )`
    List(Sequence),
    /// `${…}` alone.
    Hole(Hole),
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Itself.
    Text(String),
    /// `${path}`
    Value(String),
}

/// Elements in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sequence {
    /// The elements.
    pub(super) terms: Vec<Term>,
    /// `...` at the end: any more may follow.
    pub(super) rest: bool,
}

impl Sequence {
    /// Makes a sequence of what the tokenizer found in a pattern.
    pub(super) fn of(elements: &[Element]) -> Result<Self, PatternError> {
        let mut sequence = Self::default();
        for element in elements {
            if sequence.rest {
                return Err(PatternError {
                    offset: element.span.start,
                    message: "nothing may stand behind `...`".into(),
                    suggestion: None,
                });
            }
            if element.form == Form::Atom && element.octets == b"..." {
                sequence.rest = true;
            } else {
                sequence.terms.push(Term::of(element)?);
            }
        }
        Ok(sequence)
    }
}

impl Term {
    /// Makes a term of one element of a pattern.
    pub(super) fn of(element: &Element) -> Result<Self, PatternError> {
        if element.form == Form::List {
            return Sequence::of(&element.items).map(Self::List);
        }
        let text = String::from_utf8_lossy(&element.octets);
        let inside = element.span.start + usize::from(element.form == Form::Quoted);
        let shift = |mut error: PatternError| {
            error.offset += inside;
            error
        };
        let pieces = hole::pieces(&text).map_err(shift)?;
        if let [Piece::Braced(braced, _)] = pieces[..] {
            return hole::parse(braced, 0).map(Self::Hole).map_err(shift);
        }
        let mut parts = Vec::with_capacity(pieces.len());
        for piece in pieces {
            parts.push(match piece {
                Piece::Text(text) => Part::Text(text.to_owned()),
                Piece::Braced(braced, offset) => {
                    match hole::parse(braced, offset).map_err(shift)? {
                        Hole::Known(path) => Part::Value(path),
                        _ => {
                            return Err(shift(PatternError {
                                offset,
                                message: "a variable that is bound stands alone, \
                                          with spaces or parentheses around it"
                                    .into(),
                                suggestion: None,
                            }));
                        }
                    }
                }
            });
        }
        Ok(Self::Text {
            form: element.form,
            parts,
        })
    }

    /// The text, if it holds no variables.
    pub(super) fn constant(&self) -> Option<&str> {
        match self {
            Self::Text { parts, .. } => match &parts[..] {
                [Part::Text(text)] => Some(text),
                [] => Some(""),
                _ => None,
            },
            _ => None,
        }
    }

    /// Visits the names that must have a value and those that get one, in this order of the text.
    pub(super) fn names(&self, names: &mut Names) {
        match self {
            Self::Text { parts, .. } => {
                for part in parts {
                    if let Part::Value(path) = part {
                        names.uses(path);
                    }
                }
            }
            Self::List(sequence) => sequence.terms.iter().for_each(|term| term.names(names)),
            Self::Hole(Hole::Any) => {}
            Self::Hole(Hole::Known(path)) => names.uses(path),
            Self::Hole(Hole::Bind { name, kind }) => names.binds(name, kind.name()),
            Self::Hole(Hole::Compare { name, right, .. }) => {
                if !right.bytes().all(|octet| octet.is_ascii_digit()) {
                    names.uses(right);
                }
                if let Some(name) = name {
                    names.binds(name, "number64");
                }
            }
        }
    }

    /// How early it should choose among elements in any order: the pickiest first.
    pub(super) fn choosiness(&self) -> u8 {
        match self {
            Self::Text { .. } | Self::List(_) | Self::Hole(Hole::Known(_)) => 0,
            Self::Hole(Hole::Compare { .. }) => 1,
            Self::Hole(Hole::Bind { .. }) => 2,
            Self::Hole(Hole::Any) => 3,
        }
    }
}

/// The names in a pattern.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Names {
    /// Needed from outside.
    pub(super) used: Vec<String>,
    /// Bound here, with their types.
    pub(super) bound: Vec<(String, String)>,
    seen: BTreeSet<String>,
}

impl Names {
    fn uses(&mut self, path: &str) {
        let here = self.bound.iter().any(|(name, _)| name == path);
        if !here && self.seen.insert(path.to_owned()) {
            self.used.push(path.to_owned());
        }
    }

    /// The names of a pattern that is one or the other: it needs what either needs, and binds what
    /// both bind.
    pub(super) fn either(mut self, other: Self) -> Self {
        for path in other.used {
            if self.seen.insert(path.clone()) {
                self.used.push(path);
            }
        }
        self.bound.retain(|bound| other.bound.contains(bound));
        self
    }

    fn binds(&mut self, name: &str, kind: &str) {
        self.bound.push((name.to_owned(), kind.to_owned()));
    }
}
