//! What all engines share: octets not yet read, octets not yet written, events not yet fetched, and
//! the rules of greeting, STARTTLS, limits and end. Each protocol adds its [`Dialogue`].

use std::collections::VecDeque;

use crate::finding::rule::exchange;
use crate::finding::{Rule, Violation};
use crate::wire::fragment::Frame;
use crate::wire::{Body, Limits, Message};

use super::{Engine, Event, Request, RequestId};

/// How much of a message that was too long is kept as evidence, in octets.
const EXCERPT: usize = 1024;

/// The rules that every protocol has, each with its own citation.
pub(super) struct Rules {
    /// The connection ended before the greeting.
    pub(super) no_greeting: Rule,
    /// A message after the server said that it closes.
    pub(super) after_end: Rule,
    /// Octets in clear behind the acceptance of STARTTLS.
    pub(super) clear_behind_tls: Rule,
    /// A limit was exceeded.
    pub(super) over_limit: Rule,
    /// The connection ended in the middle of a message.
    pub(super) cut_short: Rule,
}

/// What one protocol adds to a session.
pub(super) trait Dialogue: Send {
    /// The shared rules, with this protocol's citations.
    fn rules(&self) -> &'static Rules;

    /// The rule that a message breaks which comes after the end.
    fn after_end(&self) -> Rule {
        self.rules().after_end
    }

    /// Looks for the end of the first message in `unread`.
    fn frame(&mut self, unread: &[u8], limits: &Limits) -> Frame;

    /// Reads the message that `frame` found.
    fn parse(&self, octets: &[u8]) -> (Body, Vec<Violation>);

    /// The body of octets that are no message.
    fn unreadable(&self) -> Body;

    /// Takes a request.
    fn submit(&mut self, request: Request, port: &mut Port) -> RequestId;

    /// Takes the first message of the connection.
    fn greet(&mut self, message: Message, port: &mut Port);

    /// Takes any other message.
    fn receive(&mut self, message: Message, port: &mut Port);

    /// See [`Engine::capabilities`].
    fn capabilities(&self) -> Option<Vec<String>>;
}

/// Where a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Before the greeting.
    Greeting,
    /// Between greeting and end.
    Open,
    /// STARTTLS was accepted, TLS has not started.
    Handshake,
    /// The server said that it closes.
    Ended,
    /// Closed, or framing is lost: nothing is read any more.
    Over,
}

/// The way out of an engine: octets to write and events to fetch.
#[derive(Debug)]
pub(super) struct Port {
    phase: Phase,
    secure: bool,
    requests: u64,
    ready: Vec<u8>,
    events: VecDeque<Event>,
}

impl Port {
    /// The id of a new request.
    pub(super) fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    /// Adds octets to write.
    pub(super) fn write(&mut self, octets: &[u8]) {
        self.ready.extend_from_slice(octets);
    }

    /// Adds an event.
    pub(super) fn emit(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Adds an unexpected message that breaks `rule`.
    pub(super) fn refuse(&mut self, mut message: Message, rule: Rule, expected: &str) {
        message.violations.push(whole(&message, rule, expected));
        self.emit(Event::UnexpectedReceived(message));
    }

    /// True once TLS protects the connection.
    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }

    /// STARTTLS was accepted. Octets not yet written are dropped: nobody waits for them in clear.
    pub(super) fn accept_tls(&mut self) {
        self.phase = Phase::Handshake;
        self.ready.clear();
        self.emit(Event::TlsAccepted);
    }

    /// The server said that it closes.
    pub(super) fn end(&mut self) {
        self.phase = Phase::Ended;
    }
}

/// A violation that spans a whole message.
pub(super) fn whole(message: &Message, rule: Rule, expected: &str) -> Violation {
    Violation {
        rule,
        span: 0..message.octets.len(),
        expected: expected.to_owned(),
    }
}

/// The engine of one protocol.
#[derive(Debug)]
pub(super) struct Session<D> {
    dialogue: D,
    port: Port,
    limits: Limits,
    unread: Vec<u8>,
    offset: u64,
}

impl<D: Dialogue> Session<D> {
    /// A session before its greeting.
    pub(super) fn new(dialogue: D, limits: Limits) -> Self {
        Self {
            dialogue,
            port: Port {
                phase: Phase::Greeting,
                secure: false,
                requests: 0,
                ready: Vec::new(),
                events: VecDeque::new(),
            },
            limits,
            unread: Vec::new(),
            offset: 0,
        }
    }

    /// A session whose greeting came before anything that is known.
    pub(super) fn joined(dialogue: D, limits: Limits) -> Self {
        let mut session = Self::new(dialogue, limits);
        session.port.phase = Phase::Open;
        session
    }

    fn read_messages(&mut self) {
        let mut start = 0;
        while matches!(
            self.port.phase,
            Phase::Greeting | Phase::Open | Phase::Ended
        ) {
            match self.dialogue.frame(&self.unread[start..], &self.limits) {
                Frame::Incomplete => break,
                Frame::Complete(length) => {
                    let octets = self.unread[start..start + length].to_vec();
                    start += length;
                    self.take_message(octets);
                }
                Frame::TooLong(words) => {
                    let end = self.unread.len().min(start + EXCERPT);
                    self.lose_framing(start..end, words);
                    return;
                }
            }
        }
        if start == self.unread.len() {
            self.unread = Vec::new();
        } else {
            self.unread.drain(..start);
        }
    }

    fn take_message(&mut self, octets: Vec<u8>) {
        let (body, violations) = self.dialogue.parse(&octets);
        let offset = self.offset;
        self.offset += octets.len() as u64;
        let message = Message {
            octets,
            offset,
            body,
            violations,
        };
        match self.port.phase {
            Phase::Greeting => {
                self.port.phase = Phase::Open;
                self.dialogue.greet(message, &mut self.port);
            }
            Phase::Ended => {
                let rule = self.dialogue.after_end();
                self.port.refuse(message, rule, "the end of the connection");
            }
            _ => self.dialogue.receive(message, &mut self.port),
        }
    }

    fn lose_framing(&mut self, span: std::ops::Range<usize>, words: &str) {
        let mut message = self.fragment(self.unread[span].to_vec());
        let rule = self.dialogue.rules().over_limit;
        message.violations.push(whole(&message, rule, words));
        self.unread = Vec::new();
        self.port.phase = Phase::Over;
        self.port.emit(Event::FramingLost(message));
    }

    /// A message of octets that are none.
    fn fragment(&self, octets: Vec<u8>) -> Message {
        Message {
            octets,
            offset: self.offset,
            body: self.dialogue.unreadable(),
            violations: Vec::new(),
        }
    }

    /// Reports octets that came in clear behind the acceptance of STARTTLS, and forgets them.
    fn refuse_clear(&mut self) {
        let octets = std::mem::take(&mut self.unread);
        if octets.is_empty() {
            return;
        }
        let message = self.fragment(octets);
        self.offset += message.octets.len() as u64;
        let rule = self.dialogue.rules().clear_behind_tls;
        self.port.refuse(message, rule, "the TLS handshake");
    }
}

impl<D: Dialogue> Engine for Session<D> {
    fn submit(&mut self, request: Request) -> RequestId {
        self.dialogue.submit(request, &mut self.port)
    }

    fn handle_input(&mut self, octets: &[u8]) {
        if self.port.phase == Phase::Over {
            return;
        }
        self.unread.extend_from_slice(octets);
        self.read_messages();
        if self.port.phase == Phase::Handshake && self.unread.len() > self.limits.message {
            let end = self.unread.len().min(EXCERPT);
            self.lose_framing(0..end, "the TLS handshake");
        }
    }

    fn handle_close_without_alert(&mut self) {
        if !matches!(self.port.phase, Phase::Over) {
            let nothing = self.fragment(Vec::new());
            let rule = exchange::TLS_CLOSED_WITHOUT_ALERT;
            self.port.refuse(nothing, rule, "a close_notify alert");
        }
        self.handle_close();
    }

    fn handle_close(&mut self) {
        let rules = self.dialogue.rules();
        match self.port.phase {
            Phase::Over => return,
            Phase::Handshake => self.refuse_clear(),
            Phase::Greeting if self.unread.is_empty() => {
                let nothing = self.fragment(Vec::new());
                self.port.refuse(nothing, rules.no_greeting, "a greeting");
            }
            _ if self.unread.is_empty() => {}
            _ => {
                let rest = self.fragment(self.unread.clone());
                let expected = "the rest of the message";
                self.port.refuse(rest, rules.cut_short, expected);
            }
        }
        self.port.phase = Phase::Over;
        let rest = std::mem::take(&mut self.unread);
        self.port.emit(Event::Closed { rest });
    }

    fn handle_tls_started(&mut self) {
        self.port.secure = true;
        if self.port.phase == Phase::Handshake {
            self.refuse_clear();
            self.port.phase = Phase::Open;
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        if matches!(self.port.phase, Phase::Handshake | Phase::Over) || self.port.ready.is_empty() {
            return None;
        }
        Some(std::mem::take(&mut self.port.ready))
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.port.events.pop_front()
    }

    fn capabilities(&self) -> Option<Vec<String>> {
        self.dialogue.capabilities()
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::engine::Command;
    use crate::engine::pop3::Pop3;

    fn session() -> Session<Pop3> {
        let limits = Limits {
            line: 100,
            message: 1000,
        };
        Session::new(Pop3::default(), limits)
    }

    fn offsets(session: &mut Session<Pop3>) -> Vec<u64> {
        std::iter::from_fn(|| session.poll_event())
            .filter_map(|event| match event {
                Event::GreetingReceived(message)
                | Event::UnexpectedReceived(message)
                | Event::CommandCompleted { message, .. } => Some(message.offset),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn offsets_go_on_under_tls() {
        let mut session = session();
        session.submit(Request::Commands(vec![Command::text("STLS")]));
        session.handle_input(b"+OK hi\r\n+OK go\r\ninjected");
        session.handle_tls_started();
        session.handle_input(b"+OK\r\n");
        assert_eq!(offsets(&mut session), [0, 8, 16, 24]);
    }

    #[test]
    fn what_was_meant_for_clear_is_not_written_under_tls() {
        let mut session = session();
        session.submit(Request::Commands(vec![Command::text("STLS")]));
        session.handle_input(b"+OK hi\r\n+OK go\r\n");
        session.handle_tls_started();
        assert_eq!(session.poll_transmit(), None);
    }

    #[test]
    fn nothing_is_kept_once_the_connection_is_over() {
        let mut session = session();
        session.handle_input(&[b'x'; 200]);
        session.handle_input(&[b'x'; 200]);
        assert_eq!(session.unread, b"");
    }

    #[test]
    fn octets_in_front_of_a_handshake_are_limited() {
        let mut session = session();
        session.submit(Request::Commands(vec![Command::text("STLS")]));
        session.handle_input(b"+OK hi\r\n+OK go\r\n");
        session.handle_input(&[b'x'; 1001]);
        assert_eq!(session.unread, b"");
        let last = std::iter::from_fn(|| session.poll_event()).last();
        assert!(matches!(last, Some(Event::FramingLost(_))), "{last:?}");
    }
}
