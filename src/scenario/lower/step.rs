//! Steps: who or what a step is about.

use super::super::node::{Key, Node};
use super::super::{Action, DeviceStep, Place, Step};
use super::header::{PROTOCOLS, SERVER};
use super::{Lowering, MOST_ORDERS, MOST_STEPS};

/// Keys that say what must follow, and how.
const MODIFIERS: [&str; 11] = [
    "any_of",
    "else",
    "expect",
    "fact",
    "in_order",
    "interleave",
    "never",
    "only",
    "then",
    "until",
    "within",
];

/// Keys that act on the world rather than on a connection.
const WORLD: [&str; 7] = [
    "check", "clock", "deliver", "probe", "server", "together", "when",
];

/// Which modifiers belong to which acts on the world.
const OF_WORLD: [(&str, &str); 3] = [
    ("interleave", "together"),
    ("then", "when"),
    ("else", "when"),
];

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// In the list of the file.
    File,
    /// In a branch of `together`.
    Branch,
    /// In `then` or `else`.
    When,
}

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
            .filter_map(|item| self.step(item, Inside::File))
            .collect()
    }

    pub(super) fn step(&mut self, node: &Node, inside: Inside) -> Option<Step> {
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
            "together" => self.together(key, value, &modifiers, inside)?,
            "when" => self.when(key, value, &modifiers, inside)?,
            "deliver" => Action::Deliver(self.deliver(value)?),
            "check" => Action::Check(self.check(value)?),
            "clock" => Action::Clock(self.passage(value)?),
            "probe" => Action::Probe(self.reader.choice(value, "probe", &PROTOCOLS)?),
            "server" => Action::Server(self.reader.choice(value, "server", &SERVER)?),
            name if name == "all" || self.devices.iter().any(|device| device.name == name) => {
                Action::Device(self.device_step(key, value, &modifiers)?)
            }
            name => {
                let actor = self.actors.iter().position(|actor| actor.name == name)?;
                Action::Act(Box::new(self.act(actor, key, value, &modifiers)?))
            }
        };
        if WORLD.contains(&key.text.as_str()) {
            for (modifier, _) in &modifiers {
                let pair = (modifier.text.as_str(), key.text.as_str());
                if !OF_WORLD.contains(&pair) {
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
            let known = WORLD.contains(&name) || self.names().any(|known| known == name);
            if MODIFIERS.contains(&name) {
                modifiers.push((key, value));
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
        let names: Vec<String> = self.names().map(str::to_owned).collect();
        let candidates = names
            .iter()
            .map(String::as_str)
            .chain(WORLD)
            .chain(MODIFIERS);
        self.reader
            .unknown(key.place, "actor or key of a step", &key.text, candidates);
    }

    /// Who can be the subject of a step.
    fn names(&self) -> impl Iterator<Item = &str> {
        let all = (!self.devices.is_empty()).then_some("all");
        let devices = self.devices.iter().map(|device| device.name.as_str());
        let actors = self.actors.iter().map(|actor| actor.name.as_str());
        actors.chain(devices).chain(all)
    }

    fn together(
        &mut self,
        key: &Key,
        node: &Node,
        modifiers: &Modifiers<'_>,
        inside: Inside,
    ) -> Option<Action> {
        if inside != Inside::File {
            let message = "`together` stands in no `together` and in no `when`";
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
                lowered.extend(self.step(step, Inside::Branch));
                if !interleave {
                    self.claim(step, lowered.last(), at);
                }
            }
            branches.push(lowered);
        }
        for session in &mut self.sessions {
            session.branch = None;
        }
        for state in &mut self.device_states {
            state.branch = None;
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

    /// An actor has one connection, and a device one user: each can be in one branch only.
    fn claim(&mut self, node: &Node, step: Option<&Step>, branch: usize) {
        let taken = match step.map(|step| &step.action) {
            Some(Action::Act(act)) => {
                let before = self.sessions[act.actor].branch.replace(branch);
                vec![(before, self.actors[act.actor].name.clone())]
            }
            Some(Action::Device(DeviceStep { devices, .. })) => devices
                .iter()
                .map(|&at| {
                    let before = self.device_states[at].branch.replace(branch);
                    (before, self.devices[at].name.clone())
                })
                .collect(),
            _ => return,
        };
        for (before, name) in taken {
            if before.is_some_and(|other| other != branch) {
                let message = format!("`{name}` acts in another branch already");
                let help = "each branch has actors of its own, or the branches are interleaved";
                self.reader
                    .error(self.reader.visible(node), message, Some(help.to_owned()));
            }
        }
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
