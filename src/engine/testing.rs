//! What the tests of engines have in common: an engine, what it writes, and its events in short.

use crate::wire::{Limits, Message, Protocol};

use super::{Command, Engine, Event, Request, RequestId, new};

/// Small limits, so that tests can exceed them.
const LIMITS: Limits = Limits {
    line: 256,
    message: 1024,
};

/// An engine and everything it was told, to tell it again octet by octet.
pub(super) struct Bench {
    protocol: Protocol,
    engine: Box<dyn Engine>,
    told: Vec<Told>,
}

#[derive(Clone)]
enum Told {
    Request(Request),
    Input(Vec<u8>),
    TlsStarted,
    Close,
}

impl Bench {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            engine: new(protocol, LIMITS),
            told: Vec::new(),
        }
    }

    pub(super) fn submit(&mut self, request: Request) -> RequestId {
        self.told.push(Told::Request(request.clone()));
        self.engine.submit(request)
    }

    /// Submits text commands, pipelined; gives what goes out.
    pub(super) fn ask(&mut self, commands: &[&str]) -> String {
        let commands = commands.iter().copied().map(Command::text).collect();
        self.submit(Request::Commands(commands));
        self.sent()
    }

    /// Submits any request; gives what goes out.
    pub(super) fn put(&mut self, request: Request) -> String {
        self.submit(request);
        self.sent()
    }

    /// What the engine has to write.
    pub(super) fn sent(&mut self) -> String {
        let octets: Vec<u8> = std::iter::from_fn(|| self.engine.poll_transmit())
            .flatten()
            .collect();
        String::from_utf8(octets).unwrap()
    }

    /// Feeds octets; gives the events, one word and the octets each.
    pub(super) fn hear(&mut self, octets: &str) -> Vec<String> {
        self.told.push(Told::Input(octets.as_bytes().to_vec()));
        self.engine.handle_input(octets.as_bytes());
        drain(&mut *self.engine)
    }

    pub(super) fn close(&mut self) -> Vec<String> {
        self.told.push(Told::Close);
        self.engine.handle_close();
        drain(&mut *self.engine)
    }

    pub(super) fn tls_started(&mut self) -> Vec<String> {
        self.told.push(Told::TlsStarted);
        self.engine.handle_tls_started();
        drain(&mut *self.engine)
    }

    pub(super) fn capabilities(&self) -> Option<Vec<String>> {
        self.engine.capabilities()
    }
}

/// Every test's exchange is played again octet by octet and must give the same events.
impl Drop for Bench {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let play = |chunk: usize| {
            let mut engine = new(self.protocol, LIMITS);
            let mut events = Vec::new();
            let mut sent = Vec::new();
            for told in self.told.clone() {
                match told {
                    Told::Request(request) => drop(engine.submit(request)),
                    Told::Input(octets) => octets
                        .chunks(chunk)
                        .for_each(|octets| engine.handle_input(octets)),
                    Told::TlsStarted => engine.handle_tls_started(),
                    Told::Close => engine.handle_close(),
                }
                events.extend(std::iter::from_fn(|| engine.poll_event()).map(without_excerpt));
                sent.extend(std::iter::from_fn(|| engine.poll_transmit()).flatten());
            }
            (events, sent)
        };
        pretty_assertions::assert_eq!(play(1), play(usize::MAX));
        pretty_assertions::assert_eq!(play(3), play(usize::MAX));
    }
}

/// How much of what was too long has come depends on the chunks.
fn without_excerpt(event: Event) -> Event {
    match event {
        Event::FramingLost(mut message) => {
            message.octets.clear();
            message.violations[0].span = 0..0;
            Event::FramingLost(message)
        }
        other => other,
    }
}

fn drain(engine: &mut dyn Engine) -> Vec<String> {
    std::iter::from_fn(|| engine.poll_event())
        .map(|event| brief(&event))
        .collect()
}

/// An event in short: `done 1.0 +OK` with the rules of `exchange` that it breaks.
fn brief(event: &Event) -> String {
    match event {
        Event::GreetingReceived(message) => format!("greeting {}", said(message)),
        Event::UntaggedReceived(message) => format!("untagged {}", said(message)),
        Event::ContinuationReceived {
            message,
            awaits_line,
        } => {
            let word = if *awaits_line { "go-on" } else { "literal" };
            format!("{word} {}", said(message))
        }
        Event::CommandCompleted {
            request,
            command,
            message,
        } => format!("done {}.{command} {}", request.0, said(message)),
        Event::UnexpectedReceived(message) => format!("unexpected {}", said(message)),
        Event::TlsAccepted => "tls".to_owned(),
        Event::FramingLost(message) => {
            assert!(!message.octets.is_empty());
            format!("lost {}", rules(message))
        }
        Event::Closed { rest } => format!("closed {}", rest.escape_ascii()),
    }
    .trim_end()
    .to_owned()
}

fn said(message: &Message) -> String {
    let text = message.octets.escape_ascii().to_string();
    let text = text.strip_suffix("\\r\\n").unwrap_or(&text);
    format!("{text} {}", rules(message)).trim_end().to_owned()
}

fn rules(message: &Message) -> String {
    let own: Vec<&str> = message
        .violations
        .iter()
        .filter(|violation| crate::finding::rule::exchange::TABLE.contains(&violation.rule))
        .map(|violation| violation.rule.id())
        .collect();
    if own.is_empty() {
        String::new()
    } else {
        format!("!{}", own.join(" !"))
    }
}
