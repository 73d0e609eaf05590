//! What the tests of engines have in common: an engine, what it writes, and its events in short.

use crate::finding::Rule;
use crate::finding::rule::{exchange, imap_wire, pop3_wire, smtp_wire};
use crate::wire::{Limits, Message, Protocol};

use super::{Command, Engine, Event, LiteralForm, Piece, Request, RequestId, new};

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

#[derive(Clone, Debug)]
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

/// Every test's exchange is played again in small chunks and must give the same events.
impl Drop for Bench {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let at_once = play(self.protocol, &self.told, usize::MAX);
            pretty_assertions::assert_eq!(play(self.protocol, &self.told, 1), at_once);
            pretty_assertions::assert_eq!(play(self.protocol, &self.told, 3), at_once);
        }
    }
}

/// The events, and the octets to write, of an exchange whose input comes in chunks of this size.
fn play(protocol: Protocol, told: &[Told], chunk: usize) -> (Vec<Event>, Vec<u8>) {
    let mut engine = new(protocol, LIMITS);
    let mut events = Vec::new();
    let mut sent = Vec::new();
    for told in told {
        match told {
            Told::Request(request) => {
                engine.submit(request.clone());
            }
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

/// True for a rule that no message breaks by itself.
fn rule_of_session(rule: Rule) -> bool {
    exchange::TABLE.contains(&rule)
        || [
            imap_wire::ESEARCH_UNASKED,
            pop3_wire::TEXT_OCTETS,
            imap_wire::LIST_EXTENDED_UNASKED,
            pop3_wire::RESPONSE_CODE,
            smtp_wire::ENHANCED_CODE_MISSING,
            smtp_wire::HELLO_SYNTAX,
        ]
        .contains(&rule)
}

fn rules(message: &Message) -> String {
    let own: Vec<&str> = message
        .violations
        .iter()
        .filter(|violation| rule_of_session(violation.rule))
        .map(|violation| violation.rule.id())
        .collect();
    if own.is_empty() {
        String::new()
    } else {
        format!("!{}", own.join(" !"))
    }
}

/// Any exchange, in any chunks.
mod any_exchange {
    use proptest::prelude::*;

    use super::*;

    const HEARD: &[&str] = &[
        "+OK x\r\n",
        "-ERR\r\n",
        "+ \r\n",
        ".\r\n",
        "..\r\n",
        "250 ok\r\n",
        "250-a\r\n",
        "354 \r\n",
        "421 x\r\n",
        "* OK [CAPABILITY LITERAL+] x\r\n",
        "* BYE\r\n",
        "a1 OK x\r\n",
        "a2 NO\r\n",
        "a3 BAD x\r\n",
        "* 1 FETCH (BODY[] {3}\r\nabc)\r\n",
        "* 1 FETCH (BODY[] {99999}\r\n",
        "* X {2}",
        "\n",
        "\r",
        "\0\u{ff}",
    ];

    const ASKED: &[&str] = &[
        "CAPA",
        "RETR 1",
        "AUTH PLAIN",
        "STLS",
        "QUIT",
        "EHLO x",
        "RCPT TO:<a>",
        "DATA",
        "STARTTLS",
        "LOGIN {1}",
        "IDLE",
        "AUTHENTICATE PLAIN",
        "LOGOUT",
        "NOOP",
    ];

    fn told() -> impl Strategy<Value = Told> {
        let text = prop::sample::select(ASKED).prop_map(|text| text.as_bytes().to_vec());
        let heard = prop::sample::select(HEARD).prop_map(|text| text.as_bytes().to_vec());
        let any_octets = prop::collection::vec(any::<u8>(), 0..40);
        let pipelined = prop::collection::vec(text.clone().prop_map(Piece::Text), 1..3);
        let form = LiteralForm::Synchronizing;
        prop_oneof![
            8 => prop::collection::vec(heard, 0..4).prop_map(|texts| Told::Input(texts.concat())),
            2 => any_octets.clone().prop_map(Told::Input),
            3 => pipelined.prop_map(|texts| {
                let commands = texts.into_iter().map(|text| Command(vec![text]));
                Told::Request(Request::Commands(commands.collect()))
            }),
            1 => any_octets.clone().prop_map(move |octets| {
                let pieces = vec![Piece::Literal { octets, form }];
                Told::Request(Request::Commands(vec![Command(pieces)]))
            }),
            1 => text.clone().prop_map(|text| Told::Request(Request::Line(text))),
            1 => any_octets.clone().prop_map(|octets| Told::Request(Request::Data(octets))),
            1 => text.prop_map(|text| Told::Request(Request::Raw([&*text, b"\r\n"].concat()))),
            1 => Just(Told::TlsStarted),
            1 => Just(Told::Close),
        ]
    }

    fn protocol() -> impl Strategy<Value = Protocol> {
        prop::sample::select(vec![
            Protocol::Imap,
            Protocol::Pop3,
            Protocol::Smtp,
            Protocol::Lmtp,
        ])
    }

    proptest! {
        #[test]
        fn chunks_change_nothing(
            protocol in protocol(),
            told in prop::collection::vec(told(), 0..12),
            chunk in 1..9_usize,
        ) {
            prop_assert_eq!(play(protocol, &told, chunk), play(protocol, &told, usize::MAX));
        }

        #[test]
        fn every_octet_is_in_one_message(
            protocol in protocol(),
            told in prop::collection::vec(told(), 0..12),
        ) {
            let mut next = 0;
            for event in play(protocol, &told, usize::MAX).0 {
                let (Event::GreetingReceived(message)
                | Event::UntaggedReceived(message)
                | Event::ContinuationReceived { message, .. }
                | Event::CommandCompleted { message, .. }
                | Event::UnexpectedReceived(message)) = event
                else {
                    continue;
                };
                prop_assert_eq!(message.offset, next);
                next += message.octets.len() as u64;
            }
        }
    }
}
