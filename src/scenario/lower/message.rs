//! Messages: in mailboxes, deliveries and mail data.

use super::super::node::{Key, Node, Value};
use super::super::{GivenMessage, schema};
use super::Lowering;
use crate::expect::is_date_time;

const SYSTEM_FLAGS: [&str; 5] = ["\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Seen"];

impl Lowering<'_> {
    /// A message by name or as a map; it exists from here on.
    pub(super) fn message(&mut self, node: &Node) -> Option<GivenMessage> {
        if let Value::Text(fixture) = &node.value {
            return self.named(node, fixture, None);
        }
        let keys = schema::keys::<schema::MessageMap>();
        let entries = self.reader.map(node, "a message", &keys);
        self.message_of(node, &entries)
    }

    /// The message that some keys of a map describe.
    pub(super) fn message_of(
        &mut self,
        node: &Node,
        entries: &[(&Key, &Node)],
    ) -> Option<GivenMessage> {
        let find = |name: &str| {
            let entry = entries.iter().find(|(key, _)| key.text == name);
            entry.map(|(_, value)| *value)
        };
        let Some(fixture_node) = find("message") else {
            let place = self.reader.visible(node);
            self.reader.error(place, "which `message`?", None);
            return None;
        };
        let fixture = self.reader.text(fixture_node, "message")?.to_owned();
        let alias = match find("as") {
            Some(node) => Some((node, self.reader.text(node, "as")?.to_owned())),
            None => None,
        };
        let mut message = self.named(fixture_node, &fixture, alias)?;
        if let Some(node) = find("flags") {
            message.flags = self.flags(node);
        }
        if let Some(node) = find("date") {
            message.date = self.date(node);
        }
        Some(message)
    }

    fn named(
        &mut self,
        node: &Node,
        fixture: &str,
        alias: Option<(&Node, String)>,
    ) -> Option<GivenMessage> {
        if !self.known.fixtures.contains(fixture) {
            let candidates = self.known.fixtures.iter().copied();
            self.reader
                .unknown(node.place, "message", fixture, candidates);
            return None;
        }
        let (place, name) = alias.map_or_else(
            || (node.place, fixture.to_owned()),
            |(node, alias)| (node.place, alias),
        );
        if !is_name(&name) {
            let message = "a message's name has letters, digits and hyphens, at most 64";
            self.reader.error(place, message, None);
        }
        if !self.message_names.insert(name.clone()) {
            let message = format!("there is a message `{name}` already");
            let help = format!("give this one another name: {{message: {fixture}, as: {name}-2}}");
            self.reader.error(place, message, Some(help));
        }
        self.scope.messages.insert(name.clone());
        Some(GivenMessage {
            fixture: fixture.to_owned(),
            name,
            flags: Vec::new(),
            date: None,
        })
    }

    fn flags(&mut self, node: &Node) -> Vec<String> {
        let mut flags = Vec::new();
        for item in self.reader.list(node, "flags") {
            let Some(flag) = self.reader.text(item, "a flag") else {
                continue;
            };
            let system = SYSTEM_FLAGS
                .iter()
                .any(|known| known.eq_ignore_ascii_case(flag));
            let keyword = !flag.is_empty()
                && flag
                    .bytes()
                    .all(|octet| octet.is_ascii_graphic() && !b"(){%*\"\\]".contains(&octet));
            if system || keyword {
                flags.push(flag.to_owned());
            } else {
                self.reader.unknown(item.place, "flag", flag, SYSTEM_FLAGS);
            }
        }
        flags
    }

    fn date(&mut self, node: &Node) -> Option<String> {
        let date = self.reader.text(node, "date")?;
        if !is_date_time(date.as_bytes()) {
            let help = "as in \"17-Jul-1996 02:44:25 -0700\"".to_owned();
            self.reader
                .error(node.place, "this is no date-time of IMAP", Some(help));
            return None;
        }
        Some(date.to_owned())
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(&octet))
}
