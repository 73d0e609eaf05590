//! POP3 (RFC 1939, RFC 2449, RFC 2595, RFC 5034): which command a response answers, and where it
//! ends.

use std::collections::VecDeque;

use crate::finding::rule::exchange;
use crate::finding::{Rule, Violation};
use crate::wire::fragment::{Frame, LineFramer};
use crate::wire::pop3::{self, Indicator, Response, Shape};
use crate::wire::{Body, Limits, Message};

use super::in_order::InOrder;
use super::session::{Dialogue, Port, Rules};
use super::{Command, Request, RequestId};

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
    /// Text may be UTF-8 from then on: LANG (RFC 6856 §3.2), UTF8 (RFC 6856 §2.1).
    Utf8,
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
        (b"AUTH", true) if is_cram_md5(text) => (Shape::CramMd5, Effect::Login),
        (b"AUTH", true) => (Shape::Auth, Effect::Login),
        (b"AUTH", false) => (Shape::Lines, Effect::None),
        (b"LANG", false) => (Shape::Languages, Effect::None),
        (b"LANG" | b"UTF8", _) => (Shape::Plain, Effect::Utf8),
        (b"PASS" | b"APOP", _) => (Shape::Plain, Effect::Login),
        (b"STLS", _) => (Shape::Plain, Effect::Stls),
        (b"QUIT", _) => (Shape::Plain, Effect::Quit),
        _ => (Shape::Plain, Effect::None),
    };
    Kind { shape, effect }
}

fn is_cram_md5(auth: &[u8]) -> bool {
    let mechanism = auth.split(|&octet| octet == b' ').nth(1);
    mechanism.is_some_and(|name| name.eq_ignore_ascii_case(b"CRAM-MD5"))
}

/// The client's side of a POP3 session.
#[derive(Debug, Default)]
pub(super) struct Pop3 {
    greeted: bool,
    queue: InOrder<Kind>,
    raw_shapes: RawShapes,
    framer: ResponseFramer,
    capabilities: Option<Vec<String>>,
    /// Text may be UTF-8, or it is not known that it may not.
    utf8: bool,
}

impl Pop3 {
    /// True if CAPA named this capability last.
    fn offers(&self, name: &str) -> bool {
        let is = |line: &String| line.eq_ignore_ascii_case(name);
        self.capabilities.iter().flatten().any(is)
    }

    /// A session whose beginning is not known.
    pub(super) fn joined() -> Self {
        Self {
            greeted: true,
            utf8: true,
            ..Self::default()
        }
    }

    /// The shape of the next response.
    fn shape(&self) -> Shape {
        if !self.greeted {
            Shape::Greeting
        } else if let Some(asked) = self.queue.oldest() {
            asked.kind.shape
        } else if self.queue.answers_raw() {
            self.raw_shapes.next()
        } else {
            // an answer that should not come has the form of its command all the same
            let discarded = self.queue.discarded();
            discarded.map_or(Shape::Plain, |asked| asked.kind.shape)
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
            Effect::Utf8 => self.utf8 |= is_ok,
            _ => {}
        }
    }
}

impl Dialogue for Pop3 {
    fn rules(&self) -> &'static Rules {
        &RULES
    }

    fn after_end(&self) -> Rule {
        // One reply more than commands: one of them was the reply to what TLS made void.
        match self.queue.discarded() {
            Some(_) => exchange::POP3_CLEAR_COMMAND_KEPT,
            None => RULES.after_end,
        }
    }

    fn frame(&mut self, unread: &[u8], limits: &Limits) -> Frame {
        let shape = self.shape();
        self.framer.find(unread, shape, limits)
    }

    fn parse(&self, octets: &[u8]) -> (Body, Vec<Violation>) {
        let (response, mut violations) = pop3::parse(octets, self.shape());
        if self.offers("RESP-CODES") {
            violations.extend(pop3::code_violation(octets));
        }
        let asked = self.queue.oldest().map(|asked| asked.kind.effect);
        if !self.utf8 && asked != Some(Effect::Utf8) {
            violations.extend(pop3::ascii_violation(octets));
        }
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
            Request::Recorded { text, .. } => {
                self.queue.ask(vec![Command::octets(text)], kind, port)
            }
            Request::Line(mut line) => {
                line.extend_from_slice(b"\r\n");
                self.queue.go_on(&line, port)
            }
            Request::Data(octets) | Request::Raw(octets) => {
                // a command among them may have chosen a language
                self.utf8 = true;
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
        let is_auth = matches!(shape, Shape::Auth | Shape::CramMd5);
        if continues && is_auth && self.queue.is_clients_turn() {
            let expected = "nothing: the client was asked to go on already";
            port.refuse(message, exchange::POP3_UNASKED_REPLY, expected);
        } else if continues && (is_auth || self.queue.answers_raw()) {
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

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::engine::testing::Bench;
    use crate::wire::Protocol;

    fn greeted() -> Bench {
        let mut bench = Bench::new(Protocol::Pop3);
        assert_eq!(bench.hear("+OK hi\r\n"), ["greeting +OK hi"]);
        bench
    }

    #[test]
    fn text_is_ascii_until_a_language_is_chosen() {
        let mut bench = greeted();
        let rules = |bench: &mut Bench, command: &str| {
            bench.ask(&[command]);
            bench.hear("+OK acc\u{e8}s\r\n")
        };
        assert!(
            rules(&mut bench, "NOOP")
                .join(" ")
                .contains("pop3-text-octets")
        );
        assert!(
            !rules(&mut bench, "LANG fr")
                .join(" ")
                .contains("pop3-text-octets")
        );
        assert!(
            !rules(&mut bench, "NOOP")
                .join(" ")
                .contains("pop3-text-octets")
        );
    }

    #[test]
    fn the_listing_of_a_command_before_tls_is_one_finding() {
        let mut bench = greeted();
        bench.ask(&["STLS", "CAPA"]);
        bench.hear("+OK begin\r\n");
        bench.tls_started();
        let told = bench.hear("+OK here\r\nTOP\r\n.\r\n");
        assert_eq!(
            told,
            ["unexpected +OK here\\r\\nTOP\\r\\n. !pop3-clear-command-kept"]
        );
    }

    #[test]
    fn a_command_decides_the_shape_of_its_response() {
        for (text, shape) in [
            ("stat", Shape::Stat),
            ("LIST", Shape::List),
            ("LIST ", Shape::List),
            ("LIST 1", Shape::ListOne),
            ("UIDL", Shape::Uidl),
            ("uidl 1", Shape::UidlOne),
            ("TOP 1 0", Shape::Message),
            ("CAPA", Shape::Capa),
            ("AUTH", Shape::Lines),
            ("AUTH PLAIN", Shape::Auth),
            ("AUTH cram-md5", Shape::CramMd5),
            ("LANG", Shape::Languages),
            ("LANG de", Shape::Plain),
            ("XYZZY", Shape::Plain),
        ] {
            assert_eq!(kind(text.as_bytes()).shape, shape, "{text}");
        }
    }

    #[test]
    fn responses_answer_pipelined_commands_in_order() {
        let mut bench = greeted();
        assert_eq!(
            bench.ask(&["LIST", "LIST 9", "NOOP"]),
            "LIST\r\nLIST 9\r\nNOOP\r\n"
        );
        assert_eq!(
            bench.hear("+OK\r\n1 10\r\n.\r\n-ERR none\r\n+OK\r\n+OK\r\n"),
            [
                "done 1.0 +OK\\r\\n1 10\\r\\n.",
                "done 1.1 -ERR none",
                "done 1.2 +OK",
                "unexpected +OK !pop3-unasked-reply"
            ]
        );
    }

    #[test]
    fn only_crlf_stop_crlf_ends_a_multi_line_response() {
        let mut bench = greeted();
        bench.ask(&["RETR 1"]);
        assert_eq!(bench.hear("+OK\r\n..\r\na\n.\r\n"), [""; 0]);
        let done = bench.hear(".\r\n");
        assert_eq!(done, ["done 1.0 +OK\\r\\n..\\r\\na\\n.\\r\\n."]);
    }

    #[test]
    fn sasl_goes_on_line_by_line() {
        let mut bench = greeted();
        bench.ask(&["AUTH PLAIN"]);
        assert_eq!(bench.hear("+ \r\n"), ["go-on +"]);
        let unasked = "unexpected +  !pop3-unasked-reply";
        assert_eq!(bench.hear("+ \r\n"), [unasked]);
        assert_eq!(bench.put(Request::Line(b"*".to_vec())), "*\r\n");
        assert_eq!(bench.hear("-ERR\r\n"), ["done 1.0 -ERR"]);
    }

    #[test]
    fn capabilities_are_forgotten_at_login() {
        let mut bench = greeted();
        bench.ask(&["CAPA"]);
        bench.hear("+OK\r\nTop\r\nEXPIRE 14\r\n.\r\n");
        let expected = vec!["TOP".to_owned(), "EXPIRE 14".to_owned()];
        assert_eq!(bench.capabilities(), Some(expected));
        bench.ask(&["PASS x"]);
        bench.hear("+OK\r\n");
        assert_eq!(bench.capabilities(), None);
    }

    #[test]
    fn commands_behind_stls_are_not_answered() {
        let mut bench = greeted();
        bench.ask(&["STLS", "NOOP"]);
        assert_eq!(bench.hear("+OK\r\n+OK inj"), ["done 1.0 +OK", "tls"]);
        assert_eq!(
            bench.tls_started(),
            ["unexpected +OK inj !pop3-clear-behind-stls"]
        );
        assert_eq!(
            bench.hear("+OK\r\n"),
            ["unexpected +OK !pop3-clear-command-kept"]
        );
        bench.ask(&["STLS"]);
        assert_eq!(bench.hear("+OK again\r\n"), ["done 2.0 +OK again"]);
    }

    #[test]
    fn a_reply_behind_that_of_quit_tells_of_a_command_before_tls() {
        let mut bench = greeted();
        bench.ask(&["STLS", "NOOP"]);
        bench.hear("+OK begin\r\n");
        bench.tls_started();
        bench.ask(&["NOOP"]);
        assert_eq!(
            bench.hear("-ERR the first\r\n"),
            ["done 2.0 -ERR the first"]
        );
        bench.ask(&["QUIT"]);
        assert_eq!(
            bench.hear("-ERR the second\r\n+OK bye\r\n"),
            [
                "done 3.0 -ERR the second",
                "unexpected +OK bye !pop3-clear-command-kept"
            ]
        );
    }

    #[test]
    fn after_quit_nothing_more_is_said() {
        let mut bench = greeted();
        bench.ask(&["QUIT"]);
        assert_eq!(
            bench.hear("-ERR not all removed\r\n+OK\r\n"),
            [
                "done 1.0 -ERR not all removed",
                "unexpected +OK !pop3-after-quit"
            ]
        );
        assert_eq!(bench.close(), ["closed"]);
    }

    #[test]
    fn raw_commands_get_responses_of_their_shape() {
        let mut bench = greeted();
        bench.put(Request::Raw(b"NOOP\r\nLI".to_vec()));
        bench.put(Request::Raw(b"ST\r\n".to_vec()));
        assert_eq!(
            bench.hear("+OK\r\n+OK\r\n1 2\r\n.\r\n+OK\r\n"),
            [
                "done 2.0 +OK",
                "done 2.0 +OK\\r\\n1 2\\r\\n.",
                "done 2.0 +OK"
            ]
        );
    }

    #[test]
    fn the_end_in_the_middle_of_a_response_is_reported() {
        let mut bench = greeted();
        bench.ask(&["RETR 1"]);
        assert_eq!(bench.hear("+OK\r\nhalf"), [""; 0]);
        assert_eq!(
            bench.close(),
            [
                "unexpected +OK\\r\\nhalf !pop3-cut-short",
                "closed +OK\\r\\nhalf"
            ]
        );
        let mut bench = Bench::new(Protocol::Pop3);
        assert_eq!(bench.close(), ["unexpected  !pop3-no-greeting", "closed"]);
    }

    #[test]
    fn too_much_loses_framing() {
        let mut bench = greeted();
        assert_eq!(bench.hear(&"x".repeat(300)), ["lost !pop3-over-limit"]);
        assert_eq!(bench.hear("+OK\r\n"), [""; 0]);
        assert_eq!(bench.close(), [""; 0]);
        let mut bench = greeted();
        bench.ask(&["RETR 1"]);
        let lines = format!("+OK\r\n{}", "line\r\n".repeat(200));
        assert_eq!(bench.hear(&lines), ["lost !pop3-over-limit"]);
    }

    #[test]
    fn codes_are_judged_once_they_are_offered() {
        let mut bench = greeted();
        bench.ask(&["DELE 9"]);
        let told = bench.hear("-ERR [no code] x\r\n");
        assert_eq!(told, ["done 1.0 -ERR [no code] x"]);
        bench.ask(&["CAPA"]);
        bench.hear("+OK\r\nRESP-CODES\r\n.\r\n");
        bench.ask(&["DELE 9"]);
        let told = bench.hear("-ERR [no code] x\r\n");
        assert_eq!(told, ["done 3.0 -ERR [no code] x !pop3-response-code"]);
    }
}
