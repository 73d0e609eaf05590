//! The keys of a file beside its steps.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::node::{Key, Node, Value};
use super::super::{
    Actor, Capability, Control, GivenMailbox, Needs, Place, Retention, Scenario, Source, Tls,
    schema,
};
use super::{Lowering, MOST_ACCOUNTS, MOST_ACTORS, Session};
use crate::expect::nearest;
use crate::wire::Protocol;

/// Protocols by name.
pub(super) const PROTOCOLS: [(&str, Protocol); 4] = [
    ("imap", Protocol::Imap),
    ("pop3", Protocol::Pop3),
    ("smtp", Protocol::Smtp),
    ("lmtp", Protocol::Lmtp),
];

/// Acts on the server by name.
pub(super) const SERVER: [(&str, Control); 6] = [
    ("restart", Control::Restart),
    ("kill", Control::Kill),
    ("stop", Control::Stop),
    ("start", Control::Start),
    ("backup", Control::Backup),
    ("restore", Control::Restore),
];

/// What `control` of `needs` may ask for; `None`: the clock.
const CONTROLS: [(&str, Option<Control>); 7] = [
    ("restart", Some(Control::Restart)),
    ("kill", Some(Control::Kill)),
    ("stop", Some(Control::Stop)),
    ("start", Some(Control::Start)),
    ("backup", Some(Control::Backup)),
    ("restore", Some(Control::Restore)),
    ("clock", None),
];

impl Lowering<'_> {
    /// Reads the whole file; `None` if something indispensable is missing.
    pub(super) fn file(&mut self, root: &Node, source: &Arc<Source>, id: &str) -> Option<Scenario> {
        let keys = schema::keys::<schema::File>();
        let entries = self.reader.entries(root, "a scenario");
        for (key, _) in &entries {
            if !keys.contains(&key.text) {
                let candidates = keys.iter().map(String::as_str);
                self.reader
                    .unknown(key.place, "key of a scenario", &key.text, candidates);
            }
        }
        let find = |name: &str| {
            let entry = entries.iter().find(|(key, _)| key.text == name);
            entry.map(|(_, node)| *node)
        };
        let title = find("title").and_then(|node| self.title(node));
        let covers = find("covers").map(|node| self.covers(node));
        let mut needs = find("needs").map_or_else(Needs::default, |node| self.needs(node));
        if let Some(node) = find("for") {
            self.variants(node);
        }
        if let Some(node) = find("actors") {
            self.actors(node);
        }
        if let Some(node) = find("devices") {
            self.devices(node);
        }
        self.scope.accounts = self.scope.accounts.max(needs.accounts).max(1);
        let given = find("given").map_or_else(Vec::new, |node| self.given(node));
        let steps = find("steps").map(|node| self.steps(node));
        self.required(root, &find);
        self.unused(find("for"));
        self.imply(&mut needs, steps.as_deref().unwrap_or_default());
        Some(Scenario {
            id: id.to_owned(),
            source: Arc::clone(source),
            title: title?,
            covers: covers?,
            needs,
            given,
            actors: std::mem::take(&mut self.actors),
            devices: std::mem::take(&mut self.devices),
            variants: std::mem::take(&mut self.variables),
            steps: steps?,
            tags: find("tags").map_or_else(Vec::new, |node| self.reader.texts(node, "tags")),
            since: find("since").and_then(|node| self.owned(node, "since")),
            provisional: find("status")
                .and_then(|node| self.reader.choice(node, "status", &[("provisional", true)]))
                .unwrap_or(false),
            why: find("why").and_then(|node| self.owned(node, "why")),
        })
    }

    fn owned(&mut self, node: &Node, what: &str) -> Option<String> {
        self.reader.text(node, what).map(str::to_owned)
    }

    fn required<'n>(&mut self, root: &Node, find: &dyn Fn(&str) -> Option<&'n Node>) {
        for key in ["title", "covers", "actors", "steps"] {
            let instead = key == "actors" && find("devices").is_some();
            if find(key).is_none() && !instead && matches!(root.value, Value::Map(_)) {
                let place = self.reader.visible(root);
                let or = if key == "actors" { " or `devices`" } else { "" };
                let message = format!("a scenario has `{key}`{or}, and this one has none");
                self.reader.error(place, message, None);
            }
        }
    }

    fn title(&mut self, node: &Node) -> Option<String> {
        let title = self.reader.text(node, "title")?.trim();
        if title.is_empty() || title.contains('\n') || title.chars().count() > 200 {
            let message = "a title is one line of 1 to 200 characters";
            self.reader.error(self.reader.visible(node), message, None);
            return None;
        }
        Some(title.to_owned())
    }

    fn covers(&mut self, node: &Node) -> Vec<String> {
        let mut ids = Vec::new();
        for item in self.reader.list(node, "covers") {
            let Some(id) = self.reader.text(item, "a requirement id") else {
                continue;
            };
            if !self.known.requirements.contains(id) {
                let candidates = self.known.requirements.iter().copied();
                self.reader
                    .unknown(item.place, "requirement", id, candidates);
            } else if ids.iter().any(|other| other == id) {
                self.reader
                    .error(item.place, format!("`{id}` stands here twice"), None);
            }
            ids.push(id.to_owned());
        }
        if matches!(&node.value, Value::List(items) if items.is_empty()) {
            let message = "a scenario covers at least one requirement";
            self.reader.error(self.reader.visible(node), message, None);
        }
        ids
    }

    fn needs(&mut self, node: &Node) -> Needs {
        let mut needs = Needs {
            accounts: 1,
            ..Needs::default()
        };
        let keys = schema::keys::<schema::Needs>();
        for (key, value) in self.reader.map(node, "needs", &keys) {
            match key.text.as_str() {
                "delivery" => needs.delivery = self.reader.truth(value, "delivery") == Some(true),
                "tls" => needs.tls = self.reader.truth(value, "tls") == Some(true),
                "accounts" => {
                    needs.accounts = self
                        .reader
                        .number(value, "accounts", MOST_ACCOUNTS)
                        .unwrap_or(1);
                }
                "control" => self.controls(value, &mut needs),
                "retention" => {
                    for item in self.reader.one_or_more(value, "retention") {
                        let kind = self.reader.choice(item, "retention", &Retention::ALL);
                        needs.retention.extend(kind);
                    }
                    self.expires = is_timed(&needs.retention);
                }
                name => {
                    if let Some((_, protocol)) = PROTOCOLS.iter().find(|(p, _)| *p == name) {
                        for item in self.reader.list(value, name) {
                            needs.capabilities.extend(self.capability(item, *protocol));
                        }
                    }
                }
            }
        }
        needs
    }

    fn controls(&mut self, node: &Node, needs: &mut Needs) {
        for item in self.reader.list(node, "control") {
            match self.reader.choice(item, "control", &CONTROLS) {
                Some(Some(control)) => needs.control.push(control),
                Some(None) => needs.clock = true,
                None => {}
            }
        }
    }

    pub(super) fn capability(&mut self, node: &Node, protocol: Protocol) -> Option<Capability> {
        let text = self.reader.text(node, "a capability")?;
        let name = text.strip_prefix('!').unwrap_or(text);
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_graphic());
        if !name.split(' ').all(is_word) {
            let message = format!("`{text}` is no capability");
            self.reader.error(node.place, message, None);
            return None;
        }
        Some(Capability {
            protocol,
            name: name.to_ascii_uppercase(),
            absent: name.len() < text.len(),
        })
    }

    fn actors(&mut self, node: &Node) {
        let entries = self.reader.entries(node, "actors");
        if entries.is_empty() || entries.len() > MOST_ACTORS {
            let message = format!("a scenario has 1 to {MOST_ACTORS} actors");
            let place = self.reader.visible(node);
            self.reader.error(place, message, None);
        }
        for (key, value) in entries {
            self.name(key, "an actor");
            let actor = self.actor(key, value);
            self.account(actor.account);
            self.actors.push(actor);
            self.actor_places.push(key.place);
            self.sessions.push(Session::default());
        }
    }

    /// Notes a name that no actor or device can have.
    pub(super) fn name(&mut self, key: &Key, whose: &str) {
        let reserved = schema::keys::<schema::Step>();
        let name = &key.text;
        let fits = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.len() <= 32
            && name
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(&octet));
        if !fits || reserved.contains(name) || name == "all" {
            let message = format!("`{name}` cannot be the name of {whose}");
            let help = "letters, digits and hyphens, and no word of the language".to_owned();
            self.reader.error(key.place, message, Some(help));
        }
    }

    fn actor(&mut self, key: &Key, node: &Node) -> Actor {
        let mut actor = Actor {
            name: key.text.clone(),
            protocol: Protocol::Imap,
            account: 1,
            login: true,
            early: true,
            select: None,
            examine: None,
            enable: Vec::new(),
            tls: None,
        };
        if let Value::Text(text) = &node.value {
            let meant = self
                .reader
                .choice(node, "an actor", &PROTOCOLS)
                .or_else(|| {
                    let near = nearest(text, PROTOCOLS.map(|(name, _)| name))?;
                    let protocol = PROTOCOLS.iter().find(|(name, _)| *name == near);
                    protocol.map(|(_, protocol)| *protocol)
                });
            actor.protocol = meant.unwrap_or(Protocol::Imap);
            return actor;
        }
        let keys = schema::keys::<schema::ActorMap>();
        let entries = self.reader.map(node, "an actor", &keys);
        if entries.len() != 1 {
            let message = "an actor has one protocol";
            let place = self.reader.visible(node);
            let help = "`name: imap` or `name: {imap: {select: INBOX}}`".to_owned();
            self.reader.error(place, message, Some(help));
        }
        for (key, options) in entries {
            if let Some((_, protocol)) = PROTOCOLS.iter().find(|(name, _)| *name == key.text) {
                actor.protocol = *protocol;
                self.actor_options(options, &mut actor);
            }
        }
        actor
    }

    fn actor_options(&mut self, node: &Node, actor: &mut Actor) {
        let keys = schema::keys::<schema::ActorOptions>();
        let reader = &mut self.reader;
        for (key, value) in reader.map(node, "an actor's options", &keys) {
            match key.text.as_str() {
                "login" => actor.login = reader.truth(value, "login").unwrap_or(true),
                "account" => {
                    actor.account = reader.number(value, "account", MOST_ACCOUNTS).unwrap_or(1);
                }
                "connect" => {
                    actor.early =
                        reader.choice(value, "connect", &[("late", false)]) != Some(false);
                }
                "tls" => {
                    let choices = [
                        ("none", Tls::None),
                        ("implicit", Tls::Implicit),
                        ("starttls", Tls::StartTls),
                    ];
                    actor.tls = reader.choice(value, "tls", &choices);
                }
                "select" => actor.select = reader.text(value, "select").map(str::to_owned),
                "examine" => actor.examine = reader.text(value, "examine").map(str::to_owned),
                "enable" => actor.enable = reader.texts(value, "enable"),
                _ => continue,
            }
            let imap_only = ["select", "examine", "enable"].contains(&key.text.as_str());
            if imap_only && actor.protocol != Protocol::Imap {
                let message = format!("only an imap actor has `{}`", key.text);
                reader.error(key.place, message, None);
            }
        }
        let uses_mailbox = actor.select.is_some() || actor.examine.is_some();
        if actor.select.is_some() && actor.examine.is_some() {
            let message = "an actor selects or examines, not both";
            self.reader.error(self.reader.visible(node), message, None);
        }
        if !actor.login && (uses_mailbox || !actor.enable.is_empty()) {
            let message = "an actor that does not log in cannot select, examine or enable";
            self.reader.error(self.reader.visible(node), message, None);
        }
    }

    fn given(&mut self, node: &Node) -> Vec<GivenMailbox> {
        let mut mailboxes = Vec::new();
        for (key, value) in self.reader.entries(node, "given") {
            let messages = self.reader.list(value, "the messages of a mailbox");
            mailboxes.push(GivenMailbox {
                name: key.text.clone(),
                messages: messages
                    .iter()
                    .filter_map(|message| self.message(message))
                    .collect(),
            });
        }
        mailboxes
    }

    fn unused(&mut self, variants: Option<&Node>) {
        for at in 0..self.actors.len() {
            if !self.sessions[at].used {
                let message = format!("no step uses the actor `{}`", self.actors[at].name);
                self.reader.error(self.actor_places[at], message, None);
            }
        }
        self.idle_devices();
        let Some(Value::Map(entries)) = variants.map(|node| &node.value) else {
            return;
        };
        let unused: Vec<(Place, String)> = entries
            .iter()
            .filter(|(key, _)| !self.spliced.contains(&key.text))
            .map(|(key, _)| (key.place, format!("no step uses `${{{}}}`", key.text)))
            .collect();
        for (place, message) in unused {
            self.reader.error(place, message, None);
        }
    }

    /// What the actors and steps need, whether the file says so or not.
    fn imply(&self, needs: &mut Needs, steps: &[super::super::Step]) {
        needs.accounts = self.scope.accounts;
        let secure = |actor: &Actor| matches!(actor.tls, Some(Tls::Implicit | Tls::StartTls));
        needs.tls |= self.actors.iter().any(secure);
        let enabled: BTreeSet<String> = self
            .actors
            .iter()
            .flat_map(|actor| &actor.enable)
            .map(|name| name.to_ascii_uppercase())
            .collect();
        if !enabled.is_empty() {
            for name in enabled.into_iter().chain(["ENABLE".to_owned()]) {
                let capability = Capability {
                    protocol: Protocol::Imap,
                    name,
                    absent: false,
                };
                if !needs.capabilities.contains(&capability) {
                    needs.capabilities.push(capability);
                }
            }
        }
        super::world::controls(steps, &mut needs.control);
        needs.control.sort_unstable();
        needs.control.dedup();
    }
}

/// True if a server with any of these profiles loses mail with time.
fn is_timed(kinds: &[Retention]) -> bool {
    let timed = |kind: &Retention| matches!(kind, Retention::Expire | Retention::AutoExpunge);
    !kinds.is_empty() && kinds.iter().all(timed)
}
