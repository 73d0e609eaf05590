//! What variables stand for while a scenario runs, and commands made from templates.

use std::collections::BTreeMap;

use crate::engine::{Command, LiteralForm, Piece};
use crate::expect::Lookup;
use crate::scenario::{Form, Template, TemplatePart};
use crate::target::client::Hierarchy;

/// What is known of a message that the scenario put into a mailbox.
#[derive(Clone, Debug, Default)]
pub(super) struct MessageFacts {
    /// Whose, from 0.
    pub(super) account: usize,
    /// Where it was put.
    pub(super) mailbox: String,
    /// Its octets as they were put there.
    pub(super) body: Vec<u8>,
    /// Its UID there.
    pub(super) uid: Option<u32>,
    /// RFC822.SIZE as the server says.
    pub(super) size: Option<u64>,
    /// Its POP3 unique-id.
    pub(super) unique_id: Option<Vec<u8>>,
}

/// All values of one scenario but message numbers, which depend on the session.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    /// Variables of `for`, accounts, captures.
    pub(super) bound: BTreeMap<String, Vec<u8>>,
    /// Messages by their names in the scenario.
    pub(super) messages: BTreeMap<String, MessageFacts>,
    /// How the server writes mailbox names, once it was asked.
    pub(super) hierarchy: Option<Hierarchy>,
}

impl Values {
    /// The server's name of a mailbox.
    pub(super) fn mailbox(&self, name: &str) -> String {
        let hierarchy = self.hierarchy.as_ref();
        hierarchy.map_or_else(|| name.to_owned(), |h| h.to_server(name))
    }
}

/// The values as one actor sees them.
#[derive(Debug)]
pub(super) struct ActorValues {
    values: Values,
    own: BTreeMap<&'static str, Vec<u8>>,
    numbers: BTreeMap<String, u32>,
}

impl ActorValues {
    /// `own` are `user`, `password` and `address` of the actor's account; `numbers` the message
    /// numbers of its session now.
    pub(super) fn new(
        values: Values,
        own: BTreeMap<&'static str, Vec<u8>>,
        numbers: BTreeMap<String, u32>,
    ) -> Self {
        Self {
            values,
            own,
            numbers,
        }
    }
}

impl Lookup for ActorValues {
    fn lookup(&self, path: &str) -> Option<Vec<u8>> {
        if let Some(value) = self.own.get(path).or_else(|| self.values.bound.get(path)) {
            return Some(value.clone());
        }
        let (name, field) = path.rsplit_once('.')?;
        if field == "mailbox" {
            return Some(self.values.mailbox(name).into_bytes());
        }
        let facts = self.values.messages.get(name)?;
        let decimal = |number: u64| number.to_string().into_bytes();
        match field {
            "uid" => facts.uid.map(|uid| decimal(uid.into())),
            "size" => facts.size.map(decimal),
            "uidl" => facts.unique_id.clone(),
            "body" => Some(facts.body.clone()),
            "seq" => self.numbers.get(name).map(|&number| decimal(number.into())),
            _ => None,
        }
    }
}

/// Fills a template's variables; `Err` names the one without a value.
pub(super) fn command(template: &Template, values: &dyn Lookup) -> Result<Command, String> {
    let mut pieces = Vec::new();
    for part in &template.parts {
        match part {
            TemplatePart::Text(text) => push_text(&mut pieces, text.as_bytes()),
            TemplatePart::Variable { path, form } => {
                let octets = values.lookup(path).ok_or_else(|| path.clone())?;
                let is_body = path.ends_with(".body");
                match form {
                    Some(Form::Quoted) => push_text(&mut pieces, &quoted(&octets)),
                    Some(Form::Literal) => {
                        pieces.push(Piece::Literal {
                            octets,
                            form: LiteralForm::Synchronizing,
                        });
                    }
                    Some(Form::LiteralPlus) => {
                        pieces.push(Piece::Literal {
                            octets,
                            form: LiteralForm::NonSynchronizing,
                        });
                    }
                    None if is_body => {
                        pieces.push(Piece::Literal {
                            octets,
                            form: LiteralForm::AsOffered,
                        });
                    }
                    None => push_text(&mut pieces, &octets),
                }
            }
        }
    }
    Ok(Command(pieces))
}

/// Fills a template as plain octets: for `raw`, `send` and continuation lines.
pub(super) fn octets(template: &Template, values: &dyn Lookup) -> Result<Vec<u8>, String> {
    Ok(command(template, values)?
        .0
        .into_iter()
        .flat_map(|piece| match piece {
            Piece::Text(octets) | Piece::Literal { octets, .. } => octets,
        })
        .collect())
}

/// A command as the model reads it: literals shown as `{n}`.
pub(super) fn outline(command: &Command) -> Vec<u8> {
    command
        .0
        .iter()
        .flat_map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Literal { octets, .. } => format!("{{{}}}", octets.len()).into_bytes(),
        })
        .collect()
}

/// An IMAP quoted string (RFC 9051 §9, `quoted`).
pub(super) fn quoted(octets: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'"'];
    for &octet in octets {
        if matches!(octet, b'"' | b'\\') {
            quoted.push(b'\\');
        }
        quoted.push(octet);
    }
    quoted.push(b'"');
    quoted
}

fn push_text(pieces: &mut Vec<Piece>, octets: &[u8]) {
    if let Some(Piece::Text(text)) = pieces.last_mut() {
        text.extend_from_slice(octets);
    } else {
        pieces.push(Piece::Text(octets.to_vec()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> ActorValues {
        let mut values = Values::default();
        values.bound.insert("box".into(), b"a\"b".to_vec());
        values.messages.insert(
            "plain".into(),
            MessageFacts {
                uid: Some(7),
                body: b"x\r\n".to_vec(),
                ..MessageFacts::default()
            },
        );
        ActorValues::new(
            values,
            BTreeMap::from([("user", b"u".to_vec())]),
            BTreeMap::from([("plain".to_owned(), 2)]),
        )
    }

    fn template(parts: &[TemplatePart]) -> Template {
        Template {
            parts: parts.to_vec(),
        }
    }

    fn variable(path: &str, form: Option<Form>) -> TemplatePart {
        TemplatePart::Variable {
            path: path.into(),
            form,
        }
    }

    #[test]
    fn a_body_is_a_literal_and_the_rest_is_text() {
        let template = template(&[
            TemplatePart::Text("APPEND ".into()),
            variable("box", Some(Form::Quoted)),
            TemplatePart::Text(" ".into()),
            variable("plain.body", None),
        ]);
        let command = command(&template, &values()).unwrap();
        assert_eq!(
            command.0,
            [
                Piece::Text(br#"APPEND "a\"b" "#.to_vec()),
                Piece::Literal {
                    octets: b"x\r\n".to_vec(),
                    form: LiteralForm::AsOffered
                },
            ]
        );
        assert_eq!(outline(&command), br#"APPEND "a\"b" {3}"#);
    }

    #[test]
    fn fields_of_messages_have_values() {
        let values = values();
        assert_eq!(values.lookup("plain.uid").as_deref(), Some(&b"7"[..]));
        assert_eq!(values.lookup("plain.seq").as_deref(), Some(&b"2"[..]));
        assert_eq!(values.lookup("plain.uidl"), None);
        assert_eq!(values.lookup("nobody.uid"), None);
        assert_eq!(values.lookup("user").as_deref(), Some(&b"u"[..]));
    }

    #[test]
    fn a_variable_without_value_is_named() {
        assert_eq!(
            command(&template(&[variable("gone", None)]), &values()),
            Err("gone".to_owned())
        );
    }
}
