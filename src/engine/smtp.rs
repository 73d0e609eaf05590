//! SMTP (RFC 5321, RFC 3207) and LMTP (RFC 2033): which command a reply answers.

use crate::finding::Violation;
use crate::finding::rule::exchange;
use crate::wire::fragment::{Frame, LineFramer};
use crate::wire::smtp::{self, Reply};
use crate::wire::{Body, Limits, Message};

use super::in_order::InOrder;
use super::session::{Dialogue, Port, Rules, whole};
use super::{Command, Event, Request, RequestId};

const RULES: Rules = Rules {
    no_greeting: exchange::SMTP_NO_GREETING,
    after_end: exchange::SMTP_AFTER_CLOSING,
    clear_behind_tls: exchange::SMTP_CLEAR_BEHIND_STARTTLS,
    over_limit: exchange::SMTP_OVER_LIMIT,
    cut_short: exchange::SMTP_CUT_SHORT,
};

/// The reply code of a service that closes the connection (RFC 5321 §3.8).
const CLOSING: u16 = 421;

/// What differs between the two protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// One reply to the mail data.
    Smtp,
    /// One reply to the mail data for each recipient accepted.
    Lmtp,
}

/// What the engine has to know of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Hello,
    ExtendedHello,
    Mail,
    Rcpt,
    Data,
    Rset,
    StartTls,
    Quit,
    Other,
}

fn kind(text: &[u8]) -> Kind {
    let word = text.split(|octet| octet.is_ascii_whitespace()).next();
    match word.unwrap_or(text).to_ascii_uppercase().as_slice() {
        b"HELO" => Kind::Hello,
        b"EHLO" | b"LHLO" => Kind::ExtendedHello,
        b"MAIL" => Kind::Mail,
        b"RCPT" => Kind::Rcpt,
        b"DATA" => Kind::Data,
        b"RSET" => Kind::Rset,
        b"STARTTLS" => Kind::StartTls,
        b"QUIT" => Kind::Quit,
        _ => Kind::Other,
    }
}

/// The client's side of an SMTP or LMTP session.
#[derive(Debug)]
pub(super) struct Smtp {
    dialect: Dialect,
    queue: InOrder<Kind>,
    framer: ReplyFramer,
    /// Recipients accepted in the mail transaction.
    accepted: usize,
    /// Replies to mail data that come before the last one.
    replies_before_last: usize,
    /// The command in progress has asked for mail data, which it does once.
    asked_for_data: bool,
    capabilities: Option<Vec<String>>,
    /// The beginning is not known, and so neither is how many replies are owed, until a mail
    /// transaction begins.
    joining: bool,
}

impl Smtp {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            queue: InOrder::default(),
            framer: ReplyFramer::default(),
            accepted: 0,
            replies_before_last: 0,
            asked_for_data: false,
            capabilities: None,
            joining: false,
        }
    }

    /// A session whose beginning is not known.
    pub(super) fn joined(dialect: Dialect) -> Self {
        Self {
            joining: true,
            ..Self::new(dialect)
        }
    }

    /// Adds what is wrong with a reply to the command in progress.
    fn judge(&self, message: &mut Message) {
        let offered = self.capabilities.iter().flatten();
        let mut offered = offered.filter(|line| line.eq_ignore_ascii_case("ENHANCEDSTATUSCODES"));
        let found = match self.queue.oldest().map(|asked| asked.kind) {
            Some(Kind::ExtendedHello) => smtp::hello_violations(&message.octets),
            Some(Kind::Hello) | None => Vec::new(),
            Some(_) if offered.next().is_some() => {
                Vec::from_iter(smtp::missing_enhanced_code(&message.octets))
            }
            Some(_) => Vec::new(),
        };
        message.violations.extend(found);
    }

    fn complete(&mut self, message: Message, port: &mut Port) {
        let code = code(&message);
        let positive = code.is_some_and(|code| (200..300).contains(&code));
        let keywords = keywords(&message);
        if let Some(asked) = self.queue.oldest()
            && matches!(asked.kind, Kind::ExtendedHello | Kind::Mail | Kind::Rset)
            && positive
        {
            self.joining = false;
        }
        self.asked_for_data = false;
        let Some(asked) = self.queue.complete(message, port) else {
            return;
        };
        match asked.kind {
            Kind::ExtendedHello if positive => {
                self.accepted = 0;
                self.capabilities = keywords;
            }
            Kind::Hello if positive => {
                self.accepted = 0;
                self.capabilities = None;
            }
            Kind::Rcpt if positive => self.accepted += 1,
            Kind::Mail | Kind::Rset if positive => self.accepted = 0,
            Kind::Data => self.accepted = 0,
            Kind::StartTls if positive && !port.is_secure() => {
                self.capabilities = None;
                self.queue.discard();
                port.accept_tls();
            }
            Kind::Quit if positive => port.end(),
            _ => {}
        }
        if code == Some(CLOSING) {
            port.end();
        }
    }

    /// True if a command that is not known may be answered.
    fn may_have_been_asked(&self) -> bool {
        self.joining && self.queue.oldest().is_none()
    }

    /// True if the mail data of an LMTP client is answered once more after this reply.
    fn is_before_last(&mut self, message: &Message) -> bool {
        if self.replies_before_last == 0 || code(message) == Some(CLOSING) {
            self.replies_before_last = 0;
            return false;
        }
        self.replies_before_last -= 1;
        true
    }
}

impl Dialogue for Smtp {
    fn rules(&self) -> &'static Rules {
        &RULES
    }

    fn frame(&mut self, unread: &[u8], limits: &Limits) -> Frame {
        self.framer.find(unread, limits)
    }

    fn parse(&self, octets: &[u8]) -> (Body, Vec<Violation>) {
        let (reply, violations) = smtp::parse(octets);
        (Body::Smtp(reply), violations)
    }

    fn unreadable(&self) -> Body {
        Body::Smtp(Reply {
            code: None,
            enhanced: None,
            lines: Vec::new(),
        })
    }

    fn submit(&mut self, request: Request, port: &mut Port) -> RequestId {
        match request {
            Request::Commands(commands) => self.queue.ask(commands, kind, port),
            Request::Recorded { text, .. } => {
                self.queue.ask(vec![Command::octets(text)], kind, port)
            }
            Request::Line(mut line) => {
                line.extend_from_slice(b"\r\n");
                self.queue.go_on(&line, port)
            }
            Request::Data(data) => {
                if self.dialect == Dialect::Lmtp && self.queue.awaits_line() {
                    self.replies_before_last = self.accepted.saturating_sub(1);
                }
                self.queue.go_on(&stuffed(&data), port)
            }
            Request::Raw(octets) => self.queue.raw(&octets, port),
        }
    }

    fn greet(&mut self, mut message: Message, port: &mut Port) {
        let domain = smtp::greeting_violation(&message.octets);
        message.violations.extend(domain);
        let code = code(&message);
        if !matches!(code, Some(220 | 554 | CLOSING)) {
            let violation = whole(&message, exchange::SMTP_BAD_GREETING, "220, 554 or 421");
            message.violations.push(violation);
        }
        if code == Some(CLOSING) {
            port.end();
        }
        port.emit(Event::GreetingReceived(message));
    }

    fn receive(&mut self, mut message: Message, port: &mut Port) {
        self.judge(&mut message);
        let code = code(&message);
        let intermediate = code.is_some_and(|code| (300..400).contains(&code));
        let asked = self.queue.oldest().map(|asked| asked.kind);
        let was_asked = self.queue.is_clients_turn() || self.asked_for_data;
        if intermediate && asked.is_some() && was_asked {
            let expected = "nothing: the client was asked to go on already";
            port.refuse(message, exchange::SMTP_UNASKED_REPLY, expected);
        } else if intermediate && (asked.is_some() || self.queue.answers_raw()) {
            self.asked_for_data = matches!(asked, Some(Kind::Data));
            self.queue.ask_line(message, port);
        } else if self.is_before_last(&message) || self.may_have_been_asked() {
            port.emit(Event::UntaggedReceived(message));
        } else if self.queue.oldest().is_some() {
            self.complete(message, port);
        } else if code == Some(CLOSING) && !self.queue.answers_raw() {
            port.emit(Event::UnexpectedReceived(message));
            port.end();
        } else {
            self.queue.receive_unasked(
                message,
                exchange::SMTP_CLEAR_COMMAND_KEPT,
                exchange::SMTP_UNASKED_REPLY,
                port,
            );
        }
    }

    fn capabilities(&self) -> Option<Vec<String>> {
        self.capabilities.clone()
    }
}

fn code(message: &Message) -> Option<u16> {
    match &message.body {
        Body::Smtp(reply) => reply.code,
        Body::Imap(_) | Body::Pop3(_) => None,
    }
}

/// The EHLO keywords: every line but the first.
fn keywords(message: &Message) -> Option<Vec<String>> {
    let Body::Smtp(reply) = &message.body else {
        return None;
    };
    let keyword = |line: &Vec<u8>| String::from_utf8_lossy(line).trim().to_ascii_uppercase();
    Some(reply.lines.iter().skip(1).map(keyword).collect())
}

/// Mail data as it goes out: a full stop before each line that begins with one, and the line with
/// a single full stop at the end (RFC 5321 §4.5.2). Only CRLF ends a line.
fn stuffed(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + 5);
    for &octet in data {
        if octet == b'.' && (out.is_empty() || out.ends_with(b"\r\n")) {
            out.push(b'.');
        }
        out.push(octet);
    }
    if !out.is_empty() && !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

/// Finds the end of a reply of several lines.
#[derive(Debug, Default)]
struct ReplyFramer {
    line: LineFramer,
    /// Complete lines so far, in octets.
    taken: usize,
}

impl ReplyFramer {
    fn find(&mut self, unread: &[u8], limits: &Limits) -> Frame {
        loop {
            match self.line.find(&unread[self.taken..], limits) {
                Frame::Incomplete if unread.len() > limits.message => {
                    return Frame::TooLong("the last line of the reply");
                }
                Frame::Complete(length) => {
                    let start = self.taken;
                    self.taken += length;
                    if smtp::is_last_line(&unread[start..self.taken]) {
                        return Frame::Complete(std::mem::take(&mut self.taken));
                    }
                }
                other => return other,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::engine::testing::Bench;
    use crate::wire::Protocol;

    fn greeted(protocol: Protocol) -> Bench {
        let mut bench = Bench::new(protocol);
        assert_eq!(bench.hear("220 hi\r\n"), ["greeting 220 hi"]);
        bench
    }

    #[test]
    fn replies_answer_pipelined_commands_in_order() {
        let mut bench = greeted(Protocol::Smtp);
        let sent = bench.ask(&["EHLO me", "MAIL FROM:<>"]);
        assert_eq!(sent, "EHLO me\r\nMAIL FROM:<>\r\n");
        assert_eq!(
            bench.hear("250-hi me\r\n250-Pipelining\r\n250 SIZE 10\r\n250 ok\r\n"),
            [
                "done 1.0 250-hi me\\r\\n250-Pipelining\\r\\n250 SIZE 10",
                "done 1.1 250 ok"
            ]
        );
        let expected = vec!["PIPELINING".to_owned(), "SIZE 10".to_owned()];
        assert_eq!(bench.capabilities(), Some(expected));
        assert_eq!(
            bench.hear("250 ok\r\n"),
            ["unexpected 250 ok !smtp-unasked-reply"]
        );
    }

    #[test]
    fn mail_data_goes_out_stuffed_and_ended() {
        for (data, expected) in [
            ("", ".\r\n"),
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".a\r\n..\r\nb.", "..a\r\n...\r\nb.\r\n.\r\n"),
            ("a\n.b\r\n", "a\n.b\r\n.\r\n"),
        ] {
            let sent = String::from_utf8(stuffed(data.as_bytes())).unwrap();
            assert_eq!(sent, expected, "{data:?}");
        }
    }

    #[test]
    fn mail_data_continues_the_command() {
        let mut bench = greeted(Protocol::Smtp);
        bench.ask(&["DATA"]);
        assert_eq!(bench.hear("354 go\r\n"), ["go-on 354 go"]);
        assert_eq!(bench.put(Request::Data(b".".to_vec())), "..\r\n.\r\n");
        assert_eq!(bench.hear("250 ok\r\n"), ["done 1.0 250 ok"]);
    }

    #[test]
    fn nobody_is_asked_twice_to_go_on() {
        let mut bench = greeted(Protocol::Smtp);
        bench.ask(&["DATA"]);
        let unasked = ["unexpected 354 go !smtp-unasked-reply"];
        assert_eq!(bench.hear("354 go\r\n"), ["go-on 354 go"]);
        assert_eq!(bench.hear("354 go\r\n"), unasked);
        assert_eq!(bench.put(Request::Data(b"x".to_vec())), "x\r\n.\r\n");
        assert_eq!(bench.hear("354 go\r\n"), unasked);
        assert_eq!(bench.hear("250 ok\r\n"), ["done 1.0 250 ok"]);
        bench.ask(&["DATA"]);
        assert_eq!(bench.hear("354 go\r\n"), ["go-on 354 go"]);
    }

    #[test]
    fn lmtp_answers_once_for_each_recipient_accepted() {
        let mut bench = greeted(Protocol::Lmtp);
        bench.ask(&[
            "MAIL FROM:<>",
            "RCPT TO:<a>",
            "RCPT TO:<b>",
            "RCPT TO:<c>",
            "DATA",
        ]);
        let replies = "250 ok\r\n250 a\r\n550 b\r\n250 c\r\n354 go\r\n";
        assert_eq!(bench.hear(replies).last().unwrap(), "go-on 354 go");
        bench.put(Request::Data(b"x\r\n".to_vec()));
        assert_eq!(
            bench.hear("250 a\r\n452 c\r\n250 more\r\n"),
            [
                "untagged 250 a",
                "done 1.4 452 c",
                "unexpected 250 more !smtp-unasked-reply"
            ]
        );
    }

    #[test]
    fn a_service_that_closes_may_say_so_at_any_time() {
        let mut bench = greeted(Protocol::Smtp);
        assert_eq!(
            bench.hear("421 bye\r\n250 ok\r\n"),
            [
                "unexpected 421 bye",
                "unexpected 250 ok !smtp-after-closing"
            ]
        );
        let mut bench = greeted(Protocol::Lmtp);
        bench.ask(&["MAIL FROM:<>", "RCPT TO:<a>", "RCPT TO:<b>", "DATA"]);
        bench.hear("250 ok\r\n250 a\r\n250 b\r\n354 go\r\n");
        bench.put(Request::Data(Vec::new()));
        assert_eq!(bench.hear("421 bye\r\n"), ["done 1.3 421 bye"]);
    }

    #[test]
    fn sasl_goes_on_line_by_line() {
        let mut bench = greeted(Protocol::Smtp);
        bench.ask(&["AUTH LOGIN"]);
        assert_eq!(bench.hear("334 VXNlcg==\r\n"), ["go-on 334 VXNlcg=="]);
        assert_eq!(bench.put(Request::Line(b"YQ==".to_vec())), "YQ==\r\n");
        assert_eq!(bench.hear("235 in\r\n"), ["done 1.0 235 in"]);
    }

    #[test]
    fn commands_behind_starttls_are_not_answered() {
        let mut bench = greeted(Protocol::Smtp);
        bench.ask(&["STARTTLS", "NOOP"]);
        let accepted = bench.hear("220 go\r\n250 injected\r\n");
        assert_eq!(accepted, ["done 1.0 220 go", "tls"]);
        assert_eq!(bench.ask(&["EHLO me"]), "");
        assert_eq!(
            bench.tls_started(),
            ["unexpected 250 injected !smtp-clear-behind-starttls"]
        );
        assert_eq!(bench.sent(), "EHLO me\r\n");
        assert_eq!(
            bench.hear("250 me\r\n250 noop\r\n"),
            [
                "done 2.0 250 me",
                "unexpected 250 noop !smtp-clear-command-kept"
            ]
        );
    }

    #[test]
    fn the_greeting_has_one_of_three_codes() {
        let mut bench = Bench::new(Protocol::Smtp);
        let greeting = bench.hear("250 hi\r\n");
        assert_eq!(greeting, ["greeting 250 hi !smtp-bad-greeting"]);
    }

    #[test]
    fn raw_octets_get_the_replies() {
        let mut bench = greeted(Protocol::Smtp);
        bench.put(Request::Raw(b"NOOP\r\nDATA\r\n".to_vec()));
        assert_eq!(
            bench.hear("250 ok\r\n354 go\r\n"),
            ["done 1.0 250 ok", "go-on 354 go"]
        );
    }

    #[test]
    fn an_endless_reply_loses_framing() {
        let mut bench = greeted(Protocol::Smtp);
        let lines = "250-on and on\r\n".repeat(100);
        assert_eq!(bench.hear(&lines), ["lost !smtp-over-limit"]);
    }

    #[test]
    fn the_end_in_the_middle_of_a_reply_is_reported() {
        let mut bench = greeted(Protocol::Smtp);
        bench.ask(&["NOOP"]);
        assert_eq!(bench.hear("250-half\r\n"), [""; 0]);
        assert_eq!(bench.close()[0], "unexpected 250-half !smtp-cut-short");
        let mut bench = Bench::new(Protocol::Smtp);
        assert_eq!(bench.close()[0], "unexpected  !smtp-no-greeting");
    }

    #[test]
    fn enhanced_codes_are_missed_once_they_are_offered() {
        let mut bench = greeted(Protocol::Lmtp);
        bench.ask(&["RSET", "LHLO me", "RSET", "NOOP", "QUIT"]);
        assert_eq!(
            bench.hear(
                "250 ok\r\n250-hi\r\n250 ENHANCEDSTATUSCODES\r\n250 ok\r\n250 2.0.0 ok\r\n221 bye\r\n"
            ),
            [
                "done 1.0 250 ok",
                "done 1.1 250-hi\\r\\n250 ENHANCEDSTATUSCODES",
                "done 1.2 250 ok !smtp-enhanced-code-missing",
                "done 1.3 250 2.0.0 ok",
                "done 1.4 221 bye !smtp-enhanced-code-missing"
            ]
        );
    }

    #[test]
    fn greeting_and_hello_name_a_domain() {
        let mut bench = Bench::new(Protocol::Smtp);
        let told = bench.hear("220 <hi>\r\n");
        assert_eq!(told, ["greeting 220 <hi> !smtp-hello-syntax"]);
        bench.ask(&["EHLO me"]);
        let told = bench.hear("250-hi\r\n250 SIZE  1\r\n");
        assert_eq!(
            told,
            ["done 1.0 250-hi\\r\\n250 SIZE  1 !smtp-hello-syntax"]
        );
    }
}
