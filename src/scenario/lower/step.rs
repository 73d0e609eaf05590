//! Steps: who or what a step is about.

use super::super::node::{Key, Node};
use super::super::{Action, Place, Step};
use super::header::{CONTROLS, PROTOCOLS};
use super::{Lowering, MOST_ORDERS, MOST_STEPS};

/// Keys that say what must follow, and how.
const MODIFIERS: [&str; 8] = [
    "any_of",
    "expect",
    "in_order",
    "interleave",
    "never",
    "only",
    "until",
    "within",
];

/// Keys that act on the world rather than on a connection.
const WORLD: [&str; 5] = ["check", "deliver", "probe", "server", "together"];

/// A step's keys behind the one that names the actor or the act.
pub(super) type Modifiers<'n> = Vec<(&'n Key, &'n Node)>;

impl Lowering<'_> {
    /// The steps of the file.
    pub(super) fn steps(&mut self, node: &Node) -> Vec<Step> {
        let items = self.reader.list(node, "steps");
        if items.is_empty() {
            let place = self.reader.visible(node);
            self.reader
                .error(place, "a scenario has at least one step", None);
        }
        items
            .iter()
            .filter_map(|item| self.step(item, false))
            .collect()
    }

    fn step(&mut self, node: &Node, in_branch: bool) -> Option<Step> {
        self.steps += 1;
        if self.steps == MOST_STEPS + 1 {
            let message = format!("a scenario has at most {MOST_STEPS} steps");
            self.reader.error(self.reader.visible(node), message, None);
        }
        let entries = self.reader.entries(node, "a step");
        let ((key, value), modifiers) = self.subject(node, entries)?;
        let place = Place {
            start: key.place.start,
            end: value.end().max(key.place.end),
        };
        let action = match key.text.as_str() {
            "together" => self.together(key, value, &modifiers, in_branch)?,
            "deliver" => Action::Deliver(self.deliver(value)?),
            "check" => Action::Check(self.check(value)?),
            "probe" => Action::Probe(self.reader.choice(value, "probe", &PROTOCOLS)?),
            "server" => Action::Server(self.reader.choice(value, "server", &CONTROLS)?),
            name => {
                let actor = self.actors.iter().position(|actor| actor.name == name)?;
                Action::Act(self.act(actor, key, value, &modifiers)?)
            }
        };
        if WORLD.contains(&key.text.as_str()) {
            for (modifier, _) in &modifiers {
                if !(modifier.text == "interleave" && key.text == "together") {
                    let message = format!("`{}` has no `{}`", key.text, modifier.text);
                    self.reader.error(modifier.place, message, None);
                }
            }
        }
        Some(Step { place, action })
    }

    /// The key that names the actor or the act, and the others; mistakes among them are noted.
    fn subject<'n>(
        &mut self,
        node: &Node,
        entries: Modifiers<'n>,
    ) -> Option<((&'n Key, &'n Node), Modifiers<'n>)> {
        let mut subject: Option<(&Key, &Node)> = None;
        let mut modifiers = Vec::new();
        let mut unknown = false;
        for (key, value) in entries {
            let name = key.text.as_str();
            let known = WORLD.contains(&name) || self.actors.iter().any(|actor| actor.name == name);
            if MODIFIERS.contains(&name) {
                modifiers.push((key, value));
            } else if name == "clock" {
                let message = "devices and the clock are not part of this version";
                self.reader.error(key.place, message, None);
                unknown = true;
            } else if !known {
                self.unknown_subject(key);
                unknown = true;
            } else if let Some((first, _)) = subject {
                let message = format!("this step is about `{}` already", first.text);
                self.reader.error(key.place, message, None);
            } else {
                subject = Some((key, value));
            }
        }
        if subject.is_none() && !unknown {
            let place = self.reader.visible(node);
            let help = Some("- laptop: SELECT INBOX".to_owned());
            self.reader
                .error(place, "a step names an actor or an act", help);
        }
        subject.map(|subject| (subject, modifiers))
    }

    fn unknown_subject(&mut self, key: &Key) {
        let names: Vec<String> = self.actors.iter().map(|actor| actor.name.clone()).collect();
        let candidates = names
            .iter()
            .map(String::as_str)
            .chain(WORLD)
            .chain(MODIFIERS);
        self.reader
            .unknown(key.place, "actor or key of a step", &key.text, candidates);
    }

    fn together(
        &mut self,
        key: &Key,
        node: &Node,
        modifiers: &Modifiers<'_>,
        in_branch: bool,
    ) -> Option<Action> {
        if in_branch {
            let message = "a branch of `together` has no `together` of its own";
            self.reader.error(key.place, message, None);
            return None;
        }
        let mut interleave = false;
        for (key, value) in modifiers {
            if key.text == "interleave" {
                interleave = self
                    .reader
                    .choice(value, "interleave", &[("all", ())])
                    .is_some();
            }
        }
        let nodes = self.reader.list(node, "together");
        if nodes.len() < 2 {
            let message = "`together` has at least two branches, each a list of steps";
            self.reader.error(key.place, message, None);
        }
        let mut branches = Vec::with_capacity(nodes.len());
        for (at, branch) in nodes.iter().enumerate() {
            let steps = self.reader.list(branch, "a branch");
            let mut lowered = Vec::with_capacity(steps.len());
            for step in steps {
                lowered.extend(self.step(step, true));
                if !interleave {
                    self.claim(step, lowered.last(), at);
                }
            }
            branches.push(lowered);
        }
        for session in &mut self.sessions {
            session.branch = None;
        }
        if interleave && orders(&branches) > MOST_ORDERS {
            let message = format!("these branches have more than {MOST_ORDERS} orders");
            self.reader.error(key.place, message, None);
        }
        Some(Action::Together {
            branches,
            interleave,
        })
    }

    /// An actor has one connection, so it can be in one branch only.
    fn claim(&mut self, node: &Node, step: Option<&Step>, branch: usize) {
        let Some(Step {
            action: Action::Act(act),
            ..
        }) = step
        else {
            return;
        };
        let session = &mut self.sessions[act.actor];
        if session.branch.is_some_and(|other| other != branch) {
            let name = &self.actors[act.actor].name;
            let message = format!("`{name}` acts in another branch already");
            let help = "each branch has actors of its own, or the branches are interleaved";
            self.reader
                .error(self.reader.visible(node), message, Some(help.to_owned()));
        }
        session.branch = Some(branch);
    }
}

/// How many merges the branches have, as far as that matters.
fn orders(branches: &[Vec<Step>]) -> usize {
    let mut total = 0usize;
    let mut orders = 1usize;
    for branch in branches {
        for taken in 1..=branch.len() {
            total += 1;
            orders = orders.saturating_mul(total) / taken;
            if orders > usize::MAX / (2 * MOST_STEPS) {
                return usize::MAX;
            }
        }
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::super::super::schema;
    use super::*;

    #[test]
    fn the_schema_knows_every_key() {
        let mut keys: Vec<&str> = MODIFIERS.into_iter().chain(WORLD).collect();
        keys.sort_unstable();
        assert_eq!(schema::keys::<schema::Step>(), keys);
    }
}
