//! `when`: steps that only some variants, or some outcomes, have.

use super::super::node::{Key, Node, Value};
use super::super::{Action, Condition, Step};
use super::step::{Inside, Modifiers};
use super::{Lowering, Session};

impl Lowering<'_> {
    pub(super) fn when(
        &mut self,
        key: &Key,
        node: &Node,
        modifiers: &Modifiers<'_>,
        inside: Inside,
    ) -> Option<Action> {
        if inside == Inside::Branch {
            let message = "a branch of `together` has no `when`";
            let help = "what depends on an outcome stands behind `together`".to_owned();
            self.reader.error(key.place, message, Some(help));
            return None;
        }
        let items = self.reader.one_or_more(node, "when");
        let mut conditions = Vec::new();
        for item in items {
            self.conditions(item, &mut conditions);
        }
        let find = |name: &str| {
            let found = modifiers.iter().find(|(key, _)| key.text == name);
            found.map(|(_, node)| *node)
        };
        let Some(then) = find("then") else {
            let message = "`when` has `then` beside it: a list of steps";
            self.reader.error(key.place, message, None);
            return None;
        };
        let scope = self.scope.clone();
        let sessions = self.sessions.clone();
        let then = self.block(then);
        let after_then = std::mem::replace(&mut self.scope, scope);
        let sessions_then = std::mem::replace(&mut self.sessions, sessions);
        let otherwise = find("else").map_or_else(Vec::new, |node| self.block(node));
        let scope = &mut self.scope;
        scope.accounts = scope.accounts.max(after_then.accounts);
        // A step behind may stand in a `when` of the same condition.
        scope.names.extend(after_then.names);
        scope.messages.extend(after_then.messages);
        for (session, other) in self.sessions.iter_mut().zip(sessions_then) {
            *session = Session {
                used: session.used || other.used,
                ended_by: session.ended_by.take().or(other.ended_by),
                branch: None,
            };
        }
        Some(Action::When {
            conditions,
            then,
            otherwise,
        })
    }

    fn block(&mut self, node: &Node) -> Vec<Step> {
        let items = self.reader.list(node, "steps");
        items
            .iter()
            .filter_map(|item| self.step(item, Inside::When))
            .collect()
    }

    fn conditions(&mut self, node: &Node, conditions: &mut Vec<Condition>) {
        if let Value::Map(_) = node.value {
            for (key, value) in self.reader.entries(node, "a condition") {
                conditions.extend(self.is(key, value));
            }
            return;
        }
        let Some(name) = self.reader.text(node, "a condition") else {
            return;
        };
        match self.outcomes.get(name) {
            Some(1) => {}
            Some(_) => {
                let message = format!("more than one step before this has an outcome `{name}`");
                let help = "give the alternatives names of their own".to_owned();
                self.reader.error(node.place, message, Some(help));
            }
            None => {
                let known: Vec<String> = self.outcomes.keys().cloned().collect();
                let known = known.iter().map(String::as_str);
                self.reader.unknown(node.place, "outcome", name, known);
            }
        }
        conditions.push(Condition::Seen(name.to_owned()));
    }

    /// `variable: label`, or a list of labels.
    fn is(&mut self, key: &Key, node: &Node) -> Option<Condition> {
        let Some(variable) = self.variables.iter().find(|known| known.name == key.text) else {
            let names: Vec<String> = self.variables.iter().map(|v| v.name.clone()).collect();
            let names = names.iter().map(String::as_str);
            self.reader.unknown(key.place, "variable", &key.text, names);
            return None;
        };
        let known: Vec<String> = variable.values.iter().map(|v| v.label.clone()).collect();
        self.spliced.insert(key.text.clone());
        let mut labels = Vec::new();
        for item in self.reader.one_or_more(node, &key.text) {
            let Some(label) = self.reader.text(item, "a value") else {
                continue;
            };
            if !known.iter().any(|other| other == label) {
                let candidates = known.iter().map(String::as_str);
                self.reader.unknown(item.place, "value", label, candidates);
            }
            labels.push(label.to_owned());
        }
        Some(Condition::Is {
            variable: key.text.clone(),
            labels,
        })
    }
}
