//! Plays a written history to a [`World`] and says which rules it broke.
//!
//! One line is one observation of a session, named by the word in front:
//!
//! ```text
//! a: imap                  opens a session (imap, pop3, lmtp) of the account "me"
//! a: selected 3 9          opens, logs in, and selects INBOX: 3 messages, UIDNEXT 9, UIDVALIDITY 7
//! p: opened                opens a POP3 session and logs in
//! a> A1 NOOP               a command goes out
//! a< A1 OK done            a response comes; `|` stands for CRLF
//! a~                       raw octets go out
//! a/                       the client sends nothing more
//! a!                       the connection ends
//! _ more                   goes on with the line before
//! ```

use std::collections::BTreeMap;

use super::{Observation, SessionId, World};
use crate::finding::Inconsistency;
use crate::wire::imap::{self, Context, Response};
use crate::wire::pop3::{self, Shape};
use crate::wire::{Body, Message, Protocol};

/// The ids of the rules that a history breaks, in the order of the findings.
pub(crate) fn rules(history: &str) -> Vec<&'static str> {
    findings(history)
        .iter()
        .map(|finding| finding.rule.id())
        .collect()
}

/// All that is wrong with a history.
pub(crate) fn findings(history: &str) -> Vec<Inconsistency> {
    let mut play = Play::default();
    play.play(history);
    play.found
}

/// A world and the sessions played to it.
#[derive(Default)]
pub(crate) struct Play {
    pub(crate) world: World,
    /// True if responses may be unreadable and come unasked.
    pub(crate) hostile: bool,
    sessions: BTreeMap<String, Session>,
    pub(crate) found: Vec<Inconsistency>,
}

struct Session {
    id: SessionId,
    protocol: Protocol,
    greeted: bool,
    pending: Vec<(String, String)>,
    context: Context,
}

impl Play {
    /// Plays the lines of a history.
    pub(crate) fn play(&mut self, history: &str) {
        let mut lines: Vec<String> = Vec::new();
        for line in history
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            match (line.strip_prefix('_'), lines.last_mut()) {
                (Some(rest), Some(last)) => last.push_str(rest),
                _ => lines.push(line.to_owned()),
            }
        }
        for line in lines {
            self.line(&line);
        }
    }

    /// The session with this name.
    pub(crate) fn session(&self, name: &str) -> SessionId {
        self.sessions[name].id
    }

    fn line(&mut self, line: &str) {
        let at = line.find([':', '>', '<', '!', '/', '~']).expect("a sign");
        let (name, sign, text) = (&line[..at], &line[at..=at], line[at + 1..].trim_start());
        match sign {
            ":" => self.open(name, text),
            ">" => self.send(name, text),
            "<" => self.receive(name, &text.replace('|', "\r\n")),
            "/" => self.observe(name, Observation::HalfClosed),
            "!" => self.observe(name, Observation::Closed),
            _ => self.observe(name, Observation::Raw),
        }
    }

    fn open(&mut self, name: &str, text: &str) {
        let words: Vec<&str> = text.split(' ').collect();
        let protocol = match words[0] {
            "imap" | "selected" => Protocol::Imap,
            "pop3" | "opened" => Protocol::Pop3,
            "lmtp" => Protocol::Lmtp,
            other => panic!("unknown kind {other}"),
        };
        let session = Session {
            id: self.world.open(protocol, "me"),
            protocol,
            greeted: false,
            pending: Vec::new(),
            context: Context::default(),
        };
        self.sessions.insert(name.to_owned(), session);
        let prelude = match words[..] {
            ["selected", exists, uidnext] => format!(
                "{name}< * OK [CAPABILITY IMAP4rev1 UIDPLUS] ready
                {name}> L1 LOGIN me secret
                {name}< L1 OK welcome
                {name}> L2 SELECT INBOX
                {name}< * FLAGS (\\Deleted \\Seen)
                {name}< * {exists} EXISTS
                {name}< * 0 RECENT
                {name}< * OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] limited
                {name}< * OK [UIDVALIDITY 7] valid
                {name}< * OK [UIDNEXT {uidnext}] next
                {name}< L2 OK [READ-WRITE] selected"
            ),
            ["opened"] => format!(
                "{name}< +OK ready
                {name}> USER me
                {name}< +OK
                {name}> PASS secret
                {name}< +OK"
            ),
            _ => String::new(),
        };
        self.play(&prelude);
    }

    /// Takes a command of the client.
    pub(crate) fn send(&mut self, name: &str, text: &str) {
        let session = self.sessions.get_mut(name).expect("an open session");
        let (tag, command) = match session.protocol {
            Protocol::Imap => text.split_once(' ').expect("a tag"),
            _ => ("", text),
        };
        session.pending.push((tag.to_owned(), command.to_owned()));
        let command = command.to_owned();
        self.observe(
            name,
            Observation::Sent {
                command: command.as_bytes(),
            },
        );
    }

    /// Takes a response of the server, `text` without the last CRLF.
    pub(crate) fn receive(&mut self, name: &str, text: &str) {
        let session = self.sessions.get_mut(name).expect("an open session");
        let octets = format!("{text}\r\n").into_bytes();
        let (body, command) = match session.protocol {
            Protocol::Imap => {
                let (response, _) = imap::parse(&octets, &session.context);
                assert!(self.hostile || response != Response::Unreadable, "{text}");
                let tag = text.split(' ').next().unwrap_or("");
                let at = session.pending.iter().position(|(other, _)| other == tag);
                let command = at.map(|at| session.pending.remove(at).1);
                (Body::Imap(response), command)
            }
            _ => {
                let answers = session.greeted && !(self.hostile && session.pending.is_empty());
                let command = answers.then(|| session.pending.remove(0).1);
                let shape = command.as_deref().map_or(Shape::Greeting, shape);
                (Body::Pop3(pop3::parse(&octets, shape).0), command)
            }
        };
        let message = Message {
            octets,
            offset: 0,
            body,
            violations: Vec::new(),
        };
        let greeting = !std::mem::replace(&mut session.greeted, true);
        match &command {
            _ if greeting => self.observe(name, Observation::Greeting(&message)),
            Some(command) => self.observe(
                name,
                Observation::Completed {
                    command: command.as_bytes(),
                    message: &message,
                },
            ),
            None => self.observe(name, Observation::Untagged(&message)),
        }
    }

    fn observe(&mut self, name: &str, observation: Observation<'_>) {
        let id = self.session(name);
        self.found.extend(self.world.observe(id, observation));
    }
}

/// The shape of the response to a POP3 command.
pub(crate) fn shape(command: &str) -> Shape {
    let mut words = command.split(' ');
    let verb = words.next().unwrap_or("").to_ascii_uppercase();
    match (verb.as_str(), words.next()) {
        ("STAT", _) => Shape::Stat,
        ("LIST", None) => Shape::List,
        ("LIST", _) => Shape::ListOne,
        ("UIDL", None) => Shape::Uidl,
        ("UIDL", _) => Shape::UidlOne,
        ("RETR" | "TOP", _) => Shape::Message,
        ("CAPA", _) => Shape::Capa,
        ("AUTH", None) => Shape::Lines,
        _ => Shape::Plain,
    }
}
