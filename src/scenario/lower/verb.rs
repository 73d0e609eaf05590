//! What the users of devices do, and what devices show.

use super::super::device::{
    DeviceStep, Mark, MessageAct, MessageDeed, Program, Shown, Sight, Verb,
};
use super::super::node::{self, Key, Node, Value};
use super::super::{Place, schema};
use super::step::Modifiers;
use super::{Lowering, MOST_ACCOUNTS};
use crate::expect::nearest;

/// Every verb as it is written, with what follows it.
const FORMS: [&str; 11] = [
    "check mail",
    "sees {INBOX: [a, b]}",
    "holds [a, b]",
    "read MESSAGE",
    "flag MESSAGE",
    "delete MESSAGE",
    "move MESSAGE to MAILBOX",
    "copy MESSAGE to MAILBOX",
    "file a sent copy of MESSAGE",
    "send MESSAGE",
    "goes offline",
];

/// The beginnings of verbs, for the nearest spelling.
const BEGINNINGS: [&str; 12] = [
    "check mail",
    "sees",
    "holds",
    "read",
    "flag",
    "delete",
    "move",
    "copy",
    "file a sent copy of",
    "send",
    "goes offline",
    "returns",
];

const INBOX: &str = "INBOX";

impl Lowering<'_> {
    /// A step of a device, or of `all` of them.
    pub(super) fn device_step(
        &mut self,
        key: &Key,
        node: &Node,
        modifiers: &Modifiers<'_>,
    ) -> Option<DeviceStep> {
        let devices: Vec<usize> = (0..self.devices.len())
            .filter(|&at| key.text == "all" || self.devices[at].name == key.text)
            .collect();
        for (modifier, _) in modifiers {
            let message = format!("a device's step has no `{}`", modifier.text);
            let help = "`sees` and `holds` say what must be".to_owned();
            self.reader.error(modifier.place, message, Some(help));
        }
        for &device in &devices {
            self.device_states[device].used = true;
        }
        let verb = self.verb(node)?;
        for &device in &devices {
            self.fits(device, key, node, &verb);
        }
        Some(DeviceStep {
            devices,
            verb,
            place: node.place,
        })
    }

    fn verb(&mut self, node: &Node) -> Option<Verb> {
        match &node.value {
            Value::Text(text) => self.spoken(node, text),
            Value::Map(_) => self.mapped(node),
            _ => self.no_verb(node, None),
        }
    }

    fn no_verb(&mut self, node: &Node, near: Option<String>) -> Option<Verb> {
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("a device may {}, or returns", FORMS.join(", ")),
        };
        let place = self.reader.visible(node);
        self.reader
            .error(place, "a device does no such thing", Some(help));
        None
    }

    /// `{sees: …}`, `{holds: …}`, `{send: …}`.
    fn mapped(&mut self, node: &Node) -> Option<Verb> {
        let keys = schema::keys::<schema::DeviceDeed>();
        let entries = self.reader.map(node, "what a device does", &keys);
        let [(key, value)] = entries[..] else {
            return self.no_verb(node, None);
        };
        match key.text.as_str() {
            "sees" => self.sights(value).map(Verb::Sees),
            "holds" => Some(Verb::Holds(self.held(value))),
            "send" => self.send(value),
            _ => None,
        }
    }

    fn send(&mut self, node: &Node) -> Option<Verb> {
        let keys = schema::keys::<schema::SendMap>();
        let entries = self.reader.map(node, "send", &keys);
        let to = entries.iter().find(|(key, _)| key.text == "to");
        let to = to.and_then(|(_, value)| self.reader.number(value, "to", MOST_ACCOUNTS));
        let to = self.account(to.unwrap_or(1));
        let message = self.message_of(node, &entries)?;
        Some(Verb::Send { message, to })
    }

    /// A verb in words.
    fn spoken(&mut self, node: &Node, text: &str) -> Option<Verb> {
        let on = |message: &str, deed| {
            Verb::On(MessageAct {
                message: message.to_owned(),
                deed,
            })
        };
        match text {
            "check mail" => return Some(Verb::CheckMail),
            "goes offline" => return Some(Verb::GoOffline),
            "returns" => return Some(Verb::Return),
            _ => {}
        }
        if let Some(name) = text.strip_prefix("file a sent copy of ") {
            return self
                .known(node, text, name)
                .map(|name| on(name, MessageDeed::FileSent));
        }
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            "sees" => {
                let shown = self.inner(node, text, rest)?;
                self.sights(&shown).map(Verb::Sees)
            }
            "holds" => {
                let held = self.inner(node, text, rest)?;
                Some(Verb::Holds(self.held(&held)))
            }
            "send" => {
                let name = Node {
                    place: self.word(node, text, rest),
                    value: Value::Text(rest.to_owned()),
                };
                let message = self.message(&name)?;
                Some(Verb::Send { message, to: 1 })
            }
            "read" => self
                .known(node, text, rest)
                .map(|name| on(name, MessageDeed::Read)),
            "flag" => self
                .known(node, text, rest)
                .map(|name| on(name, MessageDeed::Flag)),
            "delete" => self
                .known(node, text, rest)
                .map(|name| on(name, MessageDeed::Delete)),
            "move" | "copy" => {
                let Some((name, to)) = rest.split_once(" to ") else {
                    return self.no_verb(node, Some(format!("{word} MESSAGE to MAILBOX")));
                };
                let to = to.trim().to_owned();
                let deed = match word {
                    "move" => MessageDeed::Move(to),
                    _ => MessageDeed::Copy(to),
                };
                self.known(node, text, name).map(|name| on(name, deed))
            }
            _ => {
                let near = nearest(text, BEGINNINGS).or_else(|| nearest(word, BEGINNINGS));
                self.no_verb(node, near)
            }
        }
    }

    /// The name of a message that exists.
    fn known<'t>(&mut self, node: &Node, text: &str, name: &'t str) -> Option<&'t str> {
        if self.scope.messages.contains(name) {
            return Some(name);
        }
        let place = self.word(node, text, name);
        let known = self.scope.messages.clone();
        self.reader
            .unknown(place, "message", name, known.iter().map(String::as_str));
        None
    }

    /// The place of a part of a scalar's text.
    fn word(&self, node: &Node, text: &str, part: &str) -> Place {
        let offset = part.as_ptr() as usize - text.as_ptr() as usize;
        let start = self.reader.inside(node.place, offset).start;
        Place {
            start,
            end: start + part.len().max(1),
        }
    }

    /// The map or list that a text ends with, as if it stood in the file by itself.
    fn inner(&mut self, node: &Node, text: &str, rest: &str) -> Option<Node> {
        let place = self.word(node, text, rest);
        match node::parse(rest) {
            Ok(mut inner) => {
                inner.shift(place.start);
                Some(inner)
            }
            Err(mut mistake) => {
                mistake.place = place;
                self.reader.diagnostics.push(mistake);
                None
            }
        }
    }

    /// What is shown: mailboxes with their messages, or a list for INBOX.
    fn sights(&mut self, node: &Node) -> Option<Vec<Sight>> {
        if let Value::List(_) = node.value {
            let shown = self.shown(node);
            let mailbox = INBOX.to_owned();
            return Some(vec![Sight { mailbox, shown }]);
        }
        let sights: Vec<Sight> = self
            .reader
            .entries(node, "what a device sees")
            .into_iter()
            .map(|(key, value)| Sight {
                mailbox: key.text.clone(),
                shown: self.shown(value),
            })
            .collect();
        (!sights.is_empty()).then_some(sights)
    }

    fn shown(&mut self, node: &Node) -> Vec<Shown> {
        let items = self.reader.list(node, "the messages of a mailbox");
        items
            .iter()
            .filter_map(|item| self.one_shown(item))
            .collect()
    }

    /// `plain`, or `plain: read`, or `plain: [read, flagged]`.
    fn one_shown(&mut self, node: &Node) -> Option<Shown> {
        let Value::Map(entries) = &node.value else {
            let text = self.reader.text(node, "a message")?;
            return Some(Shown {
                message: self.known(node, text, text)?.to_owned(),
                marks: Vec::new(),
            });
        };
        let [(key, marks)] = &entries[..] else {
            let place = self.reader.visible(node);
            let help = "[plain: read, invoice: [read, flagged]]".to_owned();
            self.reader
                .error(place, "one message, and how it is marked", Some(help));
            return None;
        };
        if !self.scope.messages.contains(&key.text) {
            let known = self.scope.messages.clone();
            let known = known.iter().map(String::as_str);
            self.reader.unknown(key.place, "message", &key.text, known);
        }
        let words = self.reader.one_or_more(marks, "marks");
        let marks = words
            .iter()
            .filter_map(|word| self.reader.choice(word, "a mark", &Mark::ALL))
            .collect();
        Some(Shown {
            message: key.text.clone(),
            marks,
        })
    }

    fn held(&mut self, node: &Node) -> Vec<String> {
        let mut names = Vec::new();
        for item in self.reader.list(node, "holds") {
            if let Some(text) = self.reader.text(item, "a message")
                && let Some(name) = self.known(item, text, text)
            {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// Notes what this kind of device cannot do, or not now.
    fn fits(&mut self, device: usize, key: &Key, node: &Node, verb: &Verb) {
        let name = self.devices[device].name.clone();
        let all = key.text == "all";
        let complaint = match (self.devices[device].program, verb) {
            (Program::Pop3(_), Verb::Sees(sights)) if !all => sees_more(&name, sights),
            (Program::Pop3(_), Verb::On(act))
                if matches!(
                    act.deed,
                    MessageDeed::Flag | MessageDeed::Move(_) | MessageDeed::Copy(_)
                ) =>
            {
                Some("only imap devices and webmail flag, move and copy messages".to_owned())
            }
            (Program::Webmail, Verb::Holds(_)) => {
                Some("webmail keeps no copies: say what it sees".to_owned())
            }
            (Program::Webmail | Program::Pop3(_), Verb::GoOffline | Verb::Return) => {
                Some("only imap devices go offline and return".to_owned())
            }
            _ => None,
        };
        let state = &mut self.device_states[device];
        let complaint = complaint.or_else(|| match verb {
            Verb::GoOffline if state.offline => Some(format!("{name} is offline already")),
            Verb::Return if !state.offline => Some(format!("{name} is not offline")),
            Verb::CheckMail | Verb::Send { .. } if state.offline => {
                Some(format!("{name} is offline: `- {name}: returns` first"))
            }
            _ => None,
        });
        match verb {
            Verb::GoOffline => state.offline = true,
            Verb::Return => state.offline = false,
            _ => {}
        }
        if let Some(complaint) = complaint {
            let place = self.reader.visible(node);
            self.reader.error(place, complaint, None);
        }
    }
}

/// The complaint that a POP3 device is to show what it cannot.
fn sees_more(name: &str, sights: &[Sight]) -> Option<String> {
    let other = sights
        .iter()
        .find(|sight| !sight.mailbox.eq_ignore_ascii_case(INBOX));
    if let Some(other) = other {
        let mailbox = &other.mailbox;
        return Some(format!("{name} sees INBOX and nothing else, not {mailbox}"));
    }
    let mut shown = sights.iter().flat_map(|sight| &sight.shown);
    shown
        .any(|shown| !shown.marks.is_empty())
        .then(|| format!("{name} sees no marks: POP3 has no flags"))
}
