//! What an actor does, and what must follow.

use super::super::node::{Key, Node, Value};
use super::super::{Act, Alternative, Deed, Disconnect, Place, Template, schema};
use super::Lowering;
use super::step::Modifiers;
use crate::expect::{Expectation, Pattern};
use crate::wire::Protocol;

impl Lowering<'_> {
    pub(super) fn act(
        &mut self,
        actor: usize,
        key: &Key,
        node: &Node,
        modifiers: &Modifiers<'_>,
    ) -> Option<Act> {
        let mut act = Act {
            actor,
            deed: Deed::Await,
            expectation: Expectation::default(),
            expect_places: Vec::new(),
            never_places: Vec::new(),
            until: Vec::new(),
            until_places: Vec::new(),
            any_of: Vec::new(),
            fact: None,
            within: None,
        };
        let deed = self.deed(&mut act, node);
        self.session(actor, key, deed.as_ref());
        self.modifiers(&mut act, deed.as_ref(), modifiers);
        act.deed = deed?;
        Some(act)
    }

    fn deed(&mut self, act: &mut Act, node: &Node) -> Option<Deed> {
        match &node.value {
            Value::Text(_) => Some(Deed::Commands(vec![self.command(node)?])),
            Value::List(items) if !items.is_empty() => {
                let commands: Vec<_> = items.iter().map(|item| self.command(item)).collect();
                Some(Deed::Commands(commands.into_iter().collect::<Option<_>>()?))
            }
            Value::Map(_) => self.deed_map(act, node),
            _ => {
                let place = self.reader.visible(node);
                let help = "a command, a list of commands, or a map with one of raw, send, data, \
                            await, disconnect, connect";
                self.reader
                    .error(place, "what does the actor do?", Some(help.to_owned()));
                None
            }
        }
    }

    fn deed_map(&mut self, act: &mut Act, node: &Node) -> Option<Deed> {
        let keys = schema::keys::<schema::DeedMap>();
        let entries = self.reader.map(node, "what an actor does", &keys);
        let [(key, value)] = entries[..] else {
            let place = self.reader.visible(node);
            let message = format!("an actor does one of {}", keys.join(", "));
            self.reader.error(place, message, None);
            return None;
        };
        match key.text.as_str() {
            "raw" => self.chunks(value, false).map(Deed::Raw),
            "send" => self.chunks(value, true).map(Deed::Send),
            "data" => {
                if !matches!(
                    self.actors[act.actor].protocol,
                    Protocol::Smtp | Protocol::Lmtp
                ) {
                    let message = "only smtp and lmtp actors send mail data";
                    self.reader.error(key.place, message, None);
                }
                self.message(value).map(Deed::Data)
            }
            "await" => {
                let (patterns, places) = self.patterns(value, act.actor, "await");
                act.until = patterns;
                act.until_places = places;
                Some(Deed::Await)
            }
            "disconnect" => {
                let choices = [
                    ("close", Disconnect::Close),
                    ("half", Disconnect::Half),
                    ("reset", Disconnect::Reset),
                ];
                let how = self.reader.choice(value, "disconnect", &choices)?;
                Some(Deed::Disconnect(how))
            }
            "connect" => {
                self.reader.choice(value, "connect", &[("again", ())])?;
                Some(Deed::Reconnect)
            }
            _ => None,
        }
    }

    fn command(&mut self, node: &Node) -> Option<Template> {
        let text = self.reader.text(node, "a command")?;
        if text.is_empty() || text.contains(['\r', '\n']) {
            let message = "a command is one line that is not empty";
            let help = "octets as they are go into {raw: [\"…\\r\\n\"]}".to_owned();
            self.reader
                .error(self.reader.visible(node), message, Some(help));
            return None;
        }
        self.template(node, text)
    }

    /// Text whose variables all have a value here.
    pub(super) fn template(&mut self, node: &Node, text: &str) -> Option<Template> {
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err(error) => {
                self.reader.pattern_error(node, error);
                return None;
            }
        };
        for path in template.uses() {
            self.bound(node, text, path);
            self.values_bound(node, text, path);
        }
        Some(template)
    }

    /// Notes a variable that has no value here.
    pub(super) fn bound(&mut self, node: &Node, text: &str, path: &str) {
        if self.variables.iter().any(|variable| variable.name == path) {
            self.spliced.insert(path.to_owned());
        }
        if let Some((message, help)) = self.scope.lacks(path) {
            let offset = text.find(&format!("${{{path}")).or_else(|| text.find(path));
            let place = self.reader.inside(node.place, offset.unwrap_or(0));
            let help = help.map(|near| format!("did you mean `{near}`?"));
            self.reader.error(place, message, help);
        }
    }

    /// Notes commands on a connection that has ended, and how connections end.
    fn session(&mut self, actor: usize, key: &Key, deed: Option<&Deed>) {
        let name = self.actors[actor].name.clone();
        let session = &mut self.sessions[actor];
        session.used = true;
        let Some(deed) = deed else { return };
        if !matches!(deed, Deed::Await | Deed::Reconnect)
            && let Some(by) = &session.ended_by
        {
            let message = format!("the connection of `{name}` has ended with {by} before");
            let help = format!("- {name}: {{connect: again}}");
            self.reader.error(key.place, message, Some(help));
            return;
        }
        match deed {
            Deed::Reconnect => session.ended_by = None,
            Deed::Disconnect(_) => session.ended_by = Some("disconnect".into()),
            Deed::Commands(commands) => {
                let mut words = commands
                    .iter()
                    .map(|command| command.head().trim_end().to_ascii_uppercase());
                let last = match self.actors[actor].protocol {
                    Protocol::Imap => "LOGOUT",
                    Protocol::Pop3 | Protocol::Smtp | Protocol::Lmtp => "QUIT",
                };
                session.ended_by = words.find(|word| word == last);
            }
            Deed::Data(_) | Deed::Raw(_) | Deed::Send(_) | Deed::Await => {}
        }
    }

    fn modifiers(&mut self, act: &mut Act, deed: Option<&Deed>, modifiers: &Modifiers<'_>) {
        let mut demand: Option<&str> = None;
        let silent = matches!(deed, Some(Deed::Await | Deed::Disconnect(_)));
        for (key, value) in modifiers {
            let name = key.text.as_str();
            match name {
                "expect" | "only" | "in_order" | "until" | "any_of" => {
                    if let Some(other) = demand {
                        let message = format!("a step has `{other}` or `{name}`, not both");
                        self.reader.error(key.place, message, None);
                        continue;
                    }
                    if silent {
                        let message = format!("this step sends nothing, so it has no `{name}`");
                        let help = "{await: PATTERN} waits for a response".to_owned();
                        self.reader.error(key.place, message, Some(help));
                        continue;
                    }
                    demand = Some(name);
                    self.demand(act, name, value);
                }
                "never" => {
                    let (patterns, places) = self.patterns(value, act.actor, name);
                    act.expectation.never = patterns;
                    act.never_places = places;
                }
                "within" => act.within = self.reader.duration(value, name),
                "fact" => {
                    let waits = matches!(act.deed, Deed::Await);
                    act.fact = self.fact(key, value, waits, modifiers);
                }
                _ => {
                    let other = if name == "interleave" {
                        "together"
                    } else {
                        "when"
                    };
                    let message = format!("`{name}` stands beside `{other}`");
                    self.reader.error(key.place, message, None);
                }
            }
        }
        act.expect_places.extend(act.never_places.iter().copied());
    }

    /// What an observation tells about the server; only these two demands, and waiting, make one.
    fn fact(
        &mut self,
        key: &Key,
        node: &Node,
        waits: bool,
        modifiers: &Modifiers<'_>,
    ) -> Option<String> {
        let observes = |name: &str| ["any_of", "until"].contains(&name);
        if !waits && !modifiers.iter().any(|(key, _)| observes(&key.text)) {
            let message = "`fact` stands beside `any_of`, `until` or `await`";
            self.reader.error(key.place, message, None);
        }
        self.reader.text(node, "fact").map(str::to_owned)
    }

    fn demand(&mut self, act: &mut Act, name: &str, value: &Node) {
        if name == "any_of" {
            self.any_of(act, value);
            return;
        }
        let (patterns, places) = self.patterns(value, act.actor, name);
        if name == "until" {
            act.until = patterns;
            act.until_places = places;
            return;
        }
        act.expectation.only = name == "only";
        act.expectation.in_order = name == "in_order";
        act.expectation.expect = patterns;
        act.expect_places = places;
    }

    fn any_of(&mut self, act: &mut Act, node: &Node) {
        let entries = self.reader.entries(node, "any_of");
        if entries.len() < 2 {
            let message = "`any_of` names at least two alternatives";
            self.reader.error(self.reader.visible(node), message, None);
        }
        for (key, value) in entries {
            *self.outcomes.entry(key.text.clone()).or_default() += 1;
            let (expect, _) = self.patterns(value, act.actor, "an alternative");
            act.any_of.push(Alternative {
                name: key.text.clone(),
                expectation: Expectation {
                    expect,
                    ..Expectation::default()
                },
                place: Place {
                    start: key.place.start,
                    end: value.end().max(key.place.end),
                },
            });
        }
    }

    /// One pattern or a list of them; what they bind is known from here on.
    fn patterns(&mut self, node: &Node, actor: usize, what: &str) -> (Vec<Pattern>, Vec<Place>) {
        let protocol = self.actors[actor].protocol;
        let mut patterns = Vec::new();
        let mut places = Vec::new();
        for item in self.reader.one_or_more(node, what) {
            let Some(text) = self.reader.text(item, "a pattern") else {
                continue;
            };
            match Pattern::parse_with(text, protocol, &self.splices()) {
                Err(error) => self.reader.pattern_error(item, error),
                Ok(pattern) => {
                    self.pattern_names(item, &pattern);
                    patterns.push(pattern);
                    places.push(item.place);
                }
            }
        }
        (patterns, places)
    }

    fn pattern_names(&mut self, node: &Node, pattern: &Pattern) {
        for variable in &self.variables {
            if pattern.text.contains(&format!("${{{}}}", variable.name)) {
                self.spliced.insert(variable.name.clone());
            }
        }
        for path in pattern.uses() {
            self.bound(node, &pattern.text, &path);
        }
        for (name, _) in pattern.binds() {
            if self.scope.is_taken(&name) || name.contains('.') {
                let offset = pattern.text.find(&format!("${{{name}")).unwrap_or(0);
                let place = self.reader.inside(node.place, offset);
                let message = format!("`{name}` means something else, so it cannot be bound");
                self.reader.error(place, message, None);
            }
            self.scope.names.insert(name);
        }
    }
}
