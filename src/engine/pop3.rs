//! POP3 (RFC 1939, RFC 2449, RFC 2595, RFC 5034): which command a response answers, and where it ends.

use std::collections::VecDeque;

use crate::finding::Violation;
use crate::finding::rule::exchange;
use crate::wire::fragment::{Frame, LineFramer};
use crate::wire::pop3::{self, Indicator, Response, Shape};
use crate::wire::{Body, Limits, Message};

use super::in_order::InOrder;
use super::session::{Dialogue, Port, Rules};
use super::{Request, RequestId};

const RULES: Rules = Rules {
    no_greeting: exchange::POP3_NO_GREETING,
    after_end: exchange::POP3_AFTER_QUIT,
    clear_behind_tls: exchange::POP3_CLEAR_BEHIND_STLS,
    over_limit: exchange::POP3_OVER_LIMIT,
    cut_short: exchange::POP3_CUT_SHORT,
};

/// The longest command line in raw octets that is looked at, in octets.
const RAW_LINE: usize = 512;

/// What a command does to the session, beside the shape of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Capa,
    Login,
    Stls,
    Quit,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    shape: Shape,
    effect: Effect,
}

/// The kind of the command with this text.
fn kind(text: &[u8]) -> Kind {
    let text = text.trim_ascii();
    let word = text.split(|&octet| octet == b' ').next().unwrap_or(text);
    let has_argument = word.len() < text.len();
    let (shape, effect) = match (word.to_ascii_uppercase().as_slice(), has_argument) {
        (b"STAT", _) => (Shape::Stat, Effect::None),
        (b"LIST", true) => (Shape::ListOne, Effect::None),
        (b"LIST", false) => (Shape::List, Effect::None),
        (b"UIDL", true) => (Shape::UidlOne, Effect::None),
        (b"UIDL", false) => (Shape::Uidl, Effect::None),
        (b"RETR" | b"TOP", _) => (Shape::Message, Effect::None),
        (b"CAPA", _) => (Shape::Capa, Effect::Capa),
        (b"AUTH", true) => (Shape::Auth, Effect::Login),
        (b"AUTH" | b"LANG", false) => (Shape::Lines, Effect::None),
        (b"PASS" | b"APOP", _) => (Shape::Plain, Effect::Login),
        (b"STLS", _) => (Shape::Plain, Effect::Stls),
        (b"QUIT", _) => (Shape::Plain, Effect::Quit),
        _ => (Shape::Plain, Effect::None),
    };
    Kind { shape, effect }
}

/// The client's side of a POP3 session.
#[derive(Debug, Default)]
pub(super) struct Pop3 {
    greeted: bool,
    queue: InOrder<Kind>,
    raw_shapes: RawShapes,
    framer: ResponseFramer,
    capabilities: Option<Vec<String>>,
}

impl Pop3 {
    /// The shape of the next response.
    fn shape(&self) -> Shape {
        if !self.greeted {
            Shape::Greeting
        } else if let Some(asked) = self.queue.oldest() {
            asked.kind.shape
        } else if self.queue.answers_raw() {
            self.raw_shapes.next()
        } else {
            Shape::Plain
        }
    }

    fn complete(&mut self, message: Message, port: &mut Port) {
        let is_ok = indicator(&message) == Some(Indicator::Ok);
        let capabilities = capabilities(&message);
        let Some(asked) = self.queue.complete(message, port) else {
            return;
        };
        match asked.kind.effect {
            Effect::Capa if is_ok => self.capabilities = capabilities,
            Effect::Login if is_ok => self.capabilities = None,
            Effect::Stls if is_ok && !port.is_secure() => {
                self.capabilities = None;
                self.queue.discard();
                port.accept_tls();
            }
            Effect::Quit => port.end(),
            _ => {}
        }
    }
}

impl Dialogue for Pop3 {
    fn rules(&self) -> &'static Rules {
        &RULES
    }

    fn frame(&mut self, unread: &[u8], limits: &Limits) -> Frame {
        let shape = self.shape();
        self.framer.find(unread, shape, limits)
    }

    fn parse(&self, octets: &[u8]) -> (Body, Vec<Violation>) {
        let (response, violations) = pop3::parse(octets, self.shape());
        (Body::Pop3(response), violations)
    }

    fn unreadable(&self) -> Body {
        Body::Pop3(Response {
            indicator: None,
            code: None,
            text: Vec::new(),
            lines: None,
        })
    }

    fn submit(&mut self, request: Request, port: &mut Port) -> RequestId {
        match request {
            Request::Commands(commands) => {
                self.raw_shapes = RawShapes::default();
                self.queue.ask(commands, kind, port)
            }
            Request::Line(mut line) => {
                line.extend_from_slice(b"\r\n");
                self.queue.go_on(&line, port)
            }
            Request::Data(octets) | Request::Raw(octets) => {
                self.raw_shapes.sent(&octets);
                self.queue.raw(&octets, port)
            }
        }
    }

    fn greet(&mut self, message: Message, port: &mut Port) {
        self.greeted = true;
        port.emit(super::Event::GreetingReceived(message));
    }

    fn receive(&mut self, message: Message, port: &mut Port) {
        let shape = self.shape();
        let continues = indicator(&message) == Some(Indicator::Continue);
        if continues && (shape == Shape::Auth || self.queue.answers_raw()) {
            self.queue.ask_line(message, port);
        } else if self.queue.oldest().is_some() {
            self.complete(message, port);
        } else {
            self.raw_shapes.answered();
            self.queue.receive_unasked(
                message,
                exchange::POP3_CLEAR_COMMAND_KEPT,
                exchange::POP3_UNASKED_REPLY,
                port,
            );
        }
    }

    fn capabilities(&self) -> Option<Vec<String>> {
        self.capabilities.clone()
    }
}

fn indicator(message: &Message) -> Option<Indicator> {
    match &message.body {
        Body::Pop3(response) => response.indicator,
        Body::Imap(_) | Body::Smtp(_) => None,
    }
}

fn capabilities(message: &Message) -> Option<Vec<String>> {
    let Body::Pop3(response) = &message.body else {
        return None;
    };
    let lines = response.lines.as_ref()?;
    Some(
        lines
            .iter()
            .map(|line| String::from_utf8_lossy(line).to_ascii_uppercase())
            .collect(),
    )
}

/// Finds the end of a response, lines of a multi-line one included.
#[derive(Debug, Default)]
struct ResponseFramer {
    line: LineFramer,
    /// Complete lines so far, in octets.
    taken: usize,
}

impl ResponseFramer {
    fn find(&mut self, unread: &[u8], shape: Shape, limits: &Limits) -> Frame {
        loop {
            match self.line.find(&unread[self.taken..], limits) {
                Frame::Incomplete if unread.len() > limits.message => {
                    return Frame::TooLong("the termination line of the response");
                }
                Frame::Complete(length) => {
                    let start = self.taken;
                    self.taken += length;
                    if is_last(&unread[..self.taken], start, shape) {
                        return Frame::Complete(std::mem::take(&mut self.taken));
                    }
                }
                other => return other,
            }
        }
    }
}

/// True if the line that begins at `start` ends the response.
fn is_last(response: &[u8], start: usize, shape: Shape) -> bool {
    if start == 0 {
        let is_ok = response.len() >= 3 && response[..3].eq_ignore_ascii_case(b"+OK");
        !(is_ok && pop3::is_multi_line(shape))
    } else {
        pop3::is_complete(response)
    }
}

/// The shapes of the responses that raw octets ask for, as far as they are command lines.
#[derive(Debug, Default)]
struct RawShapes {
    line: Vec<u8>,
    shapes: VecDeque<Shape>,
}

impl RawShapes {
    fn sent(&mut self, octets: &[u8]) {
        for &octet in octets {
            if octet == b'\n' {
                self.shapes.push_back(kind(&self.line).shape);
                self.line.clear();
            } else if self.line.len() < RAW_LINE {
                self.line.push(octet);
            }
        }
    }

    fn next(&self) -> Shape {
        self.shapes.front().copied().unwrap_or(Shape::Plain)
    }

    fn answered(&mut self) {
        self.shapes.pop_front();
    }
}
