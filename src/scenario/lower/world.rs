//! Deliveries, checks, and what is done to the server.

use super::super::node::{Node, Value};
use super::super::{Action, Check, Claim, Control, Deliver, Passage, Step, schema};
use super::{Lowering, MOST_ACCOUNTS};
use crate::wire::Protocol;

/// A claim about the messages listed.
type Listing = fn(Vec<String>) -> Claim;

/// The forms of a claim that list messages, longest first.
const LISTS: [(&str, Listing); 3] = [
    (" holds exactly [", Claim::Exactly),
    (" holds [", Claim::Holds),
    (" lacks [", Claim::Lacks),
];

impl Lowering<'_> {
    pub(super) fn deliver(&mut self, node: &Node) -> Option<Deliver> {
        let mut deliver = Deliver {
            message: super::super::GivenMessage {
                fixture: String::new(),
                name: String::new(),
                flags: Vec::new(),
                date: None,
            },
            account: 1,
            via: None,
        };
        if let Value::Text(_) = node.value {
            deliver.message = self.message(node)?;
            return Some(deliver);
        }
        let keys = schema::keys::<schema::DeliverMap>();
        let entries = self.reader.map(node, "deliver", &keys);
        for (key, value) in &entries {
            match key.text.as_str() {
                "to" => {
                    let number = self.reader.number(value, "to", MOST_ACCOUNTS);
                    deliver.account = self.account(number.unwrap_or(1));
                }
                "via" => {
                    let choices = [
                        ("lmtp", Protocol::Lmtp),
                        ("smtp", Protocol::Smtp),
                        ("append", Protocol::Imap),
                    ];
                    deliver.via = self.reader.choice(value, "via", &choices);
                }
                _ => {}
            }
        }
        deliver.message = self.message_of(node, &entries)?;
        for (key, _) in &entries {
            let only_append = ["flags", "date"].contains(&key.text.as_str());
            if only_append && deliver.via != Some(Protocol::Imap) {
                let message = format!("only `via: append` sets {}", key.text);
                self.reader.error(key.place, message, None);
            }
        }
        Some(deliver)
    }

    /// `+13d`, or with `needs: {retention: expire}`: `before expiry`, `after expiry`.
    pub(super) fn passage(&mut self, node: &Node) -> Option<Passage> {
        let passage = match &node.value {
            Value::Text(text) if text == "before expiry" => Passage::BeforeExpiry,
            Value::Text(text) if text == "after expiry" => Passage::AfterExpiry,
            _ => return self.reader.forward(node, "clock").map(Passage::By),
        };
        if !self.expires {
            let message = "nothing expires here";
            let help = "needs: {retention: expire} or auto-expunge".to_owned();
            self.reader.error(node.place, message, Some(help));
        }
        Some(passage)
    }

    pub(super) fn check(&mut self, node: &Node) -> Option<Check> {
        if let Value::Text(_) = node.value {
            return self.claim_of(node, 1);
        }
        let keys = schema::keys::<schema::CheckMap>();
        let entries = self.reader.map(node, "check", &keys);
        let mut account = 1;
        let mut that = None;
        for (key, value) in entries {
            match key.text.as_str() {
                "account" => {
                    let number = self.reader.number(value, "account", MOST_ACCOUNTS);
                    account = self.account(number.unwrap_or(1));
                }
                "that" => that = Some(value),
                _ => {}
            }
        }
        match that {
            Some(value) => self.claim_of(value, account),
            None => {
                let place = self.reader.visible(node);
                let help = "{that: INBOX is empty, account: 2}".to_owned();
                self.reader
                    .error(place, "what holds? `that` is missing", Some(help));
                None
            }
        }
    }

    fn claim_of(&mut self, node: &Node, account: usize) -> Option<Check> {
        let text = self.reader.text(node, "check")?;
        let check = |mailbox: &str, claim| {
            Some(Check {
                mailbox: mailbox.to_owned(),
                account,
                claim,
            })
        };
        if let Some(mailbox) = text.strip_suffix(" is empty") {
            return check(mailbox, Claim::Exactly(Vec::new()));
        }
        if let Some(mailbox) = text.strip_suffix(" does not exist") {
            return check(mailbox, Claim::Absent);
        }
        for (form, claim) in LISTS {
            let Some((mailbox, rest)) = text.split_once(form) else {
                continue;
            };
            let Some(list) = rest.strip_suffix(']') else {
                continue;
            };
            let names = self.message_list(node, text.len() - rest.len(), list);
            return check(mailbox, claim(names));
        }
        let help = "MAILBOX holds exactly [a, b], holds [a], lacks [a], is empty, does not exist";
        self.reader.error(
            self.reader.visible(node),
            "this claim cannot be read",
            Some(help.to_owned()),
        );
        None
    }

    fn message_list(&mut self, node: &Node, offset: usize, list: &str) -> Vec<String> {
        let mut names = Vec::new();
        let mut at = offset;
        for item in list.split(',') {
            let name = item.trim();
            let start = at + item.len() - item.trim_start().len();
            at += item.len() + 1;
            if name.is_empty() && list.trim().is_empty() {
                continue;
            }
            if !self.scope.messages.contains(name) {
                let mut place = self.reader.inside(node.place, start);
                place.end = place.start + name.len().max(1);
                let known = self.scope.messages.clone();
                self.reader
                    .unknown(place, "message", name, known.iter().map(String::as_str));
            }
            names.push(name.to_owned());
        }
        names
    }
}

/// The control of the server that steps need.
pub(super) fn controls(steps: &[Step], controls: &mut Vec<Control>) {
    for step in steps {
        match &step.action {
            Action::Server(control) => controls.push(*control),
            Action::When {
                then, otherwise, ..
            } => {
                self::controls(then, controls);
                self::controls(otherwise, controls);
            }
            Action::Together { branches, .. } => {
                for branch in branches {
                    self::controls(branch, controls);
                }
            }
            _ => {}
        }
    }
}
