//! `${…}` in commands, and the names that have a value at a step.

use std::collections::BTreeSet;

use super::{Form, Template, TemplatePart, VariableValue};
use crate::expect::hole::{self, Piece};
use crate::expect::{PatternError, nearest};

/// What `${NAME.…}` can say of a message.
const ATTRIBUTES: [&str; 5] = ["uid", "seq", "size", "uidl", "body"];

/// What `${…}` can say of an account, alone or with the account's number behind.
const ACCOUNT: [&str; 4] = ["user", "password", "address", "sasl-plain"];

/// What `${…}` can say of a connection that the server has challenged.
const CHALLENGED: [&str; 3] = ["apop", "cram-md5", "cram-md5-wrong"];

const FORMS: [(&str, Form); 3] = [
    ("literal", Form::Literal),
    ("literal+", Form::LiteralPlus),
    ("quoted", Form::Quoted),
];

impl Template {
    /// Reads text with `${path}` and `${path:form}`.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        for piece in hole::pieces(text)? {
            parts.push(match piece {
                Piece::Text(text) => TemplatePart::Text(text.to_owned()),
                Piece::Braced(braced, offset) => variable(braced, offset)?,
            });
        }
        Ok(Self { parts })
    }

    /// The names that need a value.
    pub fn uses(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Text(_) => None,
            TemplatePart::Variable { path, .. } => Some(path.as_str()),
        })
    }

    /// The template with the text of these variables in their places.
    pub fn spliced(&self, variables: &[(String, VariableValue)]) -> Self {
        let mut spliced = Self::default();
        for part in &self.parts {
            let value = match part {
                TemplatePart::Variable { path, form: None } => {
                    variables.iter().find(|(name, _)| name == path)
                }
                _ => None,
            };
            let parsed = value.and_then(|(_, value)| Self::parse(&value.text).ok());
            match parsed {
                Some(template) => template
                    .parts
                    .into_iter()
                    .for_each(|part| spliced.push(part)),
                None => spliced.push(part.clone()),
            }
        }
        spliced
    }

    fn push(&mut self, part: TemplatePart) {
        match (self.parts.last_mut(), part) {
            (Some(TemplatePart::Text(text)), TemplatePart::Text(more)) => text.push_str(&more),
            (_, part) => self.parts.push(part),
        }
    }

    /// The text in front of the first variable.
    pub(super) fn head(&self) -> &str {
        match self.parts.first() {
            Some(TemplatePart::Text(text)) => text,
            _ => "",
        }
    }
}

fn variable(braced: &str, offset: usize) -> Result<TemplatePart, PatternError> {
    let error = |message, suggestion| {
        Err(PatternError {
            offset,
            message,
            suggestion,
        })
    };
    let (path, form) = match braced.split_once(':') {
        None => (braced.trim(), None),
        Some((path, form)) => (path.trim(), Some(form.trim())),
    };
    if !hole::is_path(path) {
        return error(format!("`{path}` is no name"), None);
    }
    let form = match form {
        None => None,
        Some(name) => match FORMS.iter().find(|(form, _)| *form == name) {
            Some((_, form)) => Some(*form),
            None => {
                return error(
                    format!("`{name}` is no form: a command has literal, literal+ and quoted"),
                    nearest(name, FORMS.map(|(form, _)| form)),
                );
            }
        },
    };
    Ok(TemplatePart::Variable {
        path: path.to_owned(),
        form,
    })
}

/// The names that have a value at a point of a scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// How many accounts there are.
    pub(super) accounts: usize,
    /// Messages that exist or were delivered before.
    pub(super) messages: BTreeSet<String>,
    /// Variables of `for`, and what patterns have bound.
    pub(super) names: BTreeSet<String>,
}

impl Scope {
    /// Why a path has no value here, with the nearest that has.
    pub(super) fn lacks(&self, path: &str) -> Option<(String, Option<String>)> {
        if let Some((message, attribute)) = path.split_once('.') {
            if attribute == "mailbox" {
                return None;
            }
            if !self.messages.contains(message) {
                return Some((
                    format!("there is no message `{message}` at this step"),
                    nearest(message, self.messages.iter().map(String::as_str)),
                ));
            }
            return (!ATTRIBUTES.contains(&attribute)).then(|| {
                (
                    format!("a message has no `{attribute}`"),
                    nearest(attribute, ATTRIBUTES)
                        .or_else(|| Some("uid, seq, size, uidl or body".to_owned())),
                )
            });
        }
        if self.names.contains(path) || self.is_own(path) {
            return None;
        }
        let names = self.names.iter().map(String::as_str);
        let candidates = names.chain(ACCOUNT).chain(CHALLENGED);
        let mut help = nearest(path, candidates);
        if self.messages.contains(path) {
            help = Some(format!("{path}.uid, {path}.body or the like"));
        }
        Some((format!("`{path}` has no value at this step"), help))
    }

    /// True if patterns may not bind this name, because it means something else.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.messages.contains(name) || self.is_own(name)
    }

    fn is_own(&self, path: &str) -> bool {
        CHALLENGED.contains(&path) || self.of_account(path)
    }

    fn of_account(&self, path: &str) -> bool {
        ACCOUNT.iter().any(|name| {
            path.strip_prefix(name).is_some_and(|number| {
                number.is_empty()
                    || number
                        .parse::<usize>()
                        .is_ok_and(|number| (1..=self.accounts).contains(&number))
            })
        })
    }
}
