//! Replays a recording: octets of clients and servers through the engines, and what they make of it
//! through the model.

use std::collections::VecDeque;

use super::beginning::{is_whole, protocol_of, user_of};
use super::client::{Client, Unit};
use super::verdict::{Places, Scene};
use super::{Entry, Judgement, Knowledge, Recording, Unreadable, What};
use crate::engine::{self, Engine, Event, Request, RequestId};
use crate::finding::Violation;
use crate::finding::rule::exchange;
use crate::model::{Observation, SessionId, World};
use crate::wire::imap::{self, Context};
use crate::wire::{Body, Limits, Message, Protocol};

/// Plays a recording from its first entry to its last.
pub(super) fn replay(
    recording: &Recording,
    knowledge: &Knowledge,
    limits: Limits,
    file: &str,
) -> Result<Judgement, Unreadable> {
    let mut world = World::default();
    let mut judgement = Judgement::default();
    let mut players = Vec::new();
    for (at, connection) in recording.connections.iter().enumerate() {
        let protocol = protocol_of(recording, at, knowledge)?;
        let whole = is_whole(recording, at, protocol, knowledge);
        let client = recording.client(at);
        let account = user_of(&client).unwrap_or_else(|| {
            if knowledge.one_account {
                "(the account)".to_owned()
            } else {
                format!("({})", connection.name)
            }
        });
        if !whole {
            judgement.excerpts.push(connection.name.clone());
        }
        let mut player = Player {
            name: connection.name.clone(),
            protocol,
            session: world.open(protocol, &account),
            engine: engine::new(protocol, limits),
            client: Client::new(protocol, client),
            pending: VecDeque::new(),
            places: Places::default(),
            tls_due: false,
            over: false,
            waits_for_start: !whole,
        };
        if !whole {
            player.join(&mut world, knowledge, limits);
        }
        players.push(player);
    }
    let mut stage = Stage {
        world,
        judgement,
        file,
        at_us: None,
    };
    for entry in &recording.entries {
        stage.at_us = entry.at_us;
        players[entry.connection].take(entry, &mut stage);
    }
    stage.judgement.octets = players.iter().map(|player| player.places.received()).sum();
    Ok(stage.judgement)
}

/// What all connections share.
struct Stage<'a> {
    world: World,
    judgement: Judgement,
    file: &'a str,
    at_us: Option<u64>,
}

/// One connection.
struct Player {
    name: String,
    protocol: Protocol,
    session: SessionId,
    engine: Box<dyn Engine>,
    client: Client,
    /// Commands in progress, as the model knows them.
    pending: VecDeque<(RequestId, Vec<u8>)>,
    places: Places,
    /// STARTTLS was accepted: the client's next octets come under TLS.
    tls_due: bool,
    over: bool,
    /// An excerpt that has not come to the beginning of a message yet.
    waits_for_start: bool,
}

impl Player {
    /// Begins in the middle.
    fn join(&mut self, world: &mut World, knowledge: &Knowledge, limits: Limits) {
        let context = knowledge.context.as_deref().map(context);
        world.observe(self.session, Observation::Joined);
        if let (Some(context), Protocol::Imap) = (&context, self.protocol) {
            let enabled: Vec<&str> = context.enabled.iter().map(String::as_str).collect();
            let octets = format!("* ENABLED {}\r\n", enabled.join(" ")).into_bytes();
            let (response, _) = imap::parse(&octets, context);
            let message = Message {
                octets,
                offset: 0,
                body: Body::Imap(response),
                violations: Vec::new(),
            };
            world.observe(self.session, Observation::Untagged(&message));
        }
        self.engine = engine::joined(self.protocol, limits, context);
    }

    fn take(&mut self, entry: &Entry, stage: &mut Stage<'_>) {
        if self.over {
            return;
        }
        match &entry.what {
            What::Client(octets) => {
                if std::mem::take(&mut self.tls_due) {
                    self.engine.handle_tls_started();
                    self.hear(stage);
                }
                if self.protocol != Protocol::Imap {
                    self.waits_for_start = false;
                }
                self.client.send(octets.len());
                self.speak(stage);
            }
            What::Server(octets) => {
                if self.waits_for_start && !self.is_start(octets) {
                    return;
                }
                self.waits_for_start = false;
                self.places.add(octets, entry.line.as_ref());
                if let Some(unit) = self.client.refused(octets) {
                    self.give(unit, stage);
                }
                self.engine.handle_input(octets);
                self.hear(stage);
            }
            What::TlsStarted => {
                self.tls_due = false;
                self.engine.handle_tls_started();
                self.hear(stage);
            }
            What::HalfClosed => self.observe(Observation::HalfClosed, None, stage),
            What::Closed => {
                self.engine.handle_close();
                self.hear(stage);
                self.over = true;
            }
            What::Left => {
                self.over = true;
                self.observe(Observation::Closed, None, stage);
            }
        }
    }

    /// True if a message may begin here. In POP3 and SMTP only the command tells what is one.
    fn is_start(&self, octets: &[u8]) -> bool {
        let word = octets.split(|&octet| octet == b' ').nth(1);
        let statuses: [&[u8]; 3] = [b"OK", b"NO", b"BAD"];
        let tagged = word.is_some_and(|word| statuses.contains(&word));
        self.protocol == Protocol::Imap
            && (octets.starts_with(b"* ") || octets.starts_with(b"+") || tagged)
    }

    /// Gives the engine and the model what the client has sent.
    fn speak(&mut self, stage: &mut Stage<'_>) {
        while let Some(unit) = self.client.next() {
            self.give(unit, stage);
        }
    }

    fn give(&mut self, unit: Unit, stage: &mut Stage<'_>) {
        match unit {
            Unit::Command { tag, text, outline } => {
                let request = self.engine.submit(Request::Recorded { tag, text });
                self.observe(Observation::Sent { command: &outline }, None, stage);
                self.pending.push_back((request, outline));
            }
            Unit::Line(line) => _ = self.engine.submit(Request::Line(line)),
            Unit::Data => _ = self.engine.submit(Request::Data(Vec::new())),
        }
        while self.engine.poll_transmit().is_some() {}
    }

    /// Takes what the engine has made of the server's octets.
    fn hear(&mut self, stage: &mut Stage<'_>) {
        while let Some(event) = self.engine.poll_event() {
            match event {
                Event::GreetingReceived(message) => {
                    self.note(&message, stage);
                    self.observe(Observation::Greeting(&message), Some(&message), stage);
                }
                Event::ContinuationReceived { message, .. } => {
                    self.note(&message, stage);
                    self.observe(Observation::Untagged(&message), Some(&message), stage);
                    self.client.grant();
                    self.speak(stage);
                }
                Event::UntaggedReceived(message) | Event::UnexpectedReceived(message) => {
                    self.note(&message, stage);
                    self.observe(Observation::Untagged(&message), Some(&message), stage);
                }
                Event::CommandCompleted {
                    request, message, ..
                } => self.completed(request, message, stage),
                Event::TlsAccepted => self.tls_due = true,
                Event::FramingLost(message) => {
                    self.note(&message, stage);
                    self.over = true;
                }
                Event::Closed { .. } => self.observe(Observation::Closed, None, stage),
            }
        }
    }

    fn completed(&mut self, request: RequestId, mut message: Message, stage: &mut Stage<'_>) {
        let place = self.pending.iter().position(|(id, _)| *id == request);
        let last = place.is_some_and(|at| at + 1 == self.pending.len());
        if self.client.is_ahead() {
            // The log shows the client's octets before the server's request for them.
            let early = |v: &Violation| v.rule == exchange::IMAP_COMPLETED_EARLY;
            message.violations.retain(|violation| !early(violation));
        }
        self.note(&message, stage);
        if let Some((_, command)) = place.and_then(|at| self.pending.remove(at)) {
            let observation = Observation::Completed {
                command: &command,
                message: &message,
            };
            self.observe(observation, Some(&message), stage);
        }
        if last && self.client.waits() {
            self.client.release();
            self.speak(stage);
        }
    }

    fn note(&self, message: &Message, stage: &mut Stage<'_>) {
        stage.judgement.messages += 1;
        let scene = self.scene(stage);
        let findings: Vec<_> = message
            .violations
            .iter()
            .map(|violation| scene.violation(violation, message))
            .collect();
        stage.judgement.findings.extend(findings);
    }

    fn observe(
        &self,
        observation: Observation<'_>,
        message: Option<&Message>,
        stage: &mut Stage<'_>,
    ) {
        let found = stage.world.observe(self.session, observation);
        let scene = self.scene(stage);
        let findings: Vec<_> = found
            .iter()
            .map(|inconsistency| scene.inconsistency(inconsistency, message))
            .collect();
        stage.judgement.findings.extend(findings);
    }

    fn scene<'a>(&'a self, stage: &Stage<'a>) -> Scene<'a> {
        Scene {
            file: stage.file,
            actor: &self.name,
            at_us: stage.at_us,
            places: &self.places,
        }
    }
}

/// What is in force, from the names that a user gave.
fn context(names: &[String]) -> Context {
    let names = names.iter().map(|name| match name.to_ascii_uppercase() {
        name if name == "REV2" => "IMAP4REV2".to_owned(),
        name if name == "REV1" => "IMAP4REV1".to_owned(),
        name => name,
    });
    let names: std::collections::BTreeSet<String> = names.collect();
    let mut enabled = names.clone();
    enabled.remove("IMAP4REV1");
    if enabled.contains("QRESYNC") {
        enabled.insert("CONDSTORE".to_owned());
    }
    Context {
        capabilities: names,
        enabled,
        // What was asked for before the excerpt is not known, and not held against the server.
        extended_list: true,
        extended_search: true,
    }
}
