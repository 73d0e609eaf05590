//! IMAP (RFC 3501, RFC 9051): tags, literals, continuation requests, and what is in force.

mod command;
mod in_force;
mod raw_tags;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};

use crate::finding::rule::exchange;
use crate::finding::{Rule, Violation};
use crate::wire::fragment::{Frame, ImapFramer};
use crate::wire::imap::{self, Context, Response, Status, StatusKind};
use crate::wire::{Body, Limits, Message};

use super::session::{Dialogue, Port, Rules, whole};
use super::{Command, Event, Piece, Request, RequestId};

use command::{Pending, Verb};
use in_force::InForce;
use raw_tags::RawTags;

const RULES: Rules = Rules {
    no_greeting: exchange::IMAP_NO_GREETING,
    after_end: exchange::IMAP_AFTER_LOGOUT,
    clear_behind_tls: exchange::IMAP_CLEAR_BEHIND_STARTTLS,
    over_limit: exchange::IMAP_OVER_LIMIT,
    cut_short: exchange::IMAP_CUT_SHORT,
};

/// The client's side of an IMAP session.
#[derive(Debug, Default)]
pub(super) struct Imap {
    framer: ImapFramer,
    in_force: InForce,
    /// The number in the last tag.
    last_tag: u64,
    /// Commands not completed, oldest first.
    pending: VecDeque<Pending>,
    /// Tags of commands sent in clear behind STARTTLS.
    discarded: BTreeSet<String>,
    raw_tags: RawTags,
    /// Tags of recorded commands.
    recorded: BTreeSet<String>,
    /// The beginning is not known, and no command that is known has been completed: there may be
    /// others in progress.
    joining: bool,
}

/// How many tags of recorded commands are remembered.
const RECORDED: usize = 100_000;

impl Imap {
    /// A session whose beginning is not known.
    pub(super) fn joined(context: Option<Context>) -> Self {
        Self {
            in_force: InForce::joined(context),
            joining: true,
            ..Self::default()
        }
    }

    /// Takes a command that has a tag already.
    fn recorded(&mut self, tag: String, text: Vec<u8>, port: &mut Port) -> RequestId {
        let request = port.next_request();
        if self.recorded.len() < RECORDED {
            self.recorded.insert(tag.clone());
        }
        self.in_force.asked(&text);
        let pieces = vec![Piece::Text(text)];
        self.pending
            .push_back(Pending::new(tag, request, 0, pieces));
        self.advance(port);
        request
    }

    fn next_tag(&mut self) -> String {
        loop {
            self.last_tag += 1;
            let tag = format!("a{}", self.last_tag);
            if !self.raw_tags.contains(&tag) {
                return tag;
            }
        }
    }

    /// True if a command had this tag.
    fn was_given(&self, tag: &str) -> bool {
        if self.recorded.contains(tag) {
            return true;
        }
        let number = tag.strip_prefix('a').and_then(|digits| digits.parse().ok());
        number.is_some_and(|n: u64| (1..=self.last_tag).contains(&n) && tag == format!("a{n}"))
    }

    fn ask(&mut self, commands: Vec<Command>, port: &mut Port) -> RequestId {
        let request = port.next_request();
        for (index, command) in commands.into_iter().enumerate() {
            let tag = self.next_tag();
            for piece in &command.0 {
                if let Piece::Text(text) = piece {
                    self.in_force.asked(text);
                }
            }
            self.pending
                .push_back(Pending::new(tag, request, index, command.0));
        }
        self.advance(port);
        request
    }

    /// Writes commands up to the first that waits for a continuation request.
    fn advance(&mut self, port: &mut Port) {
        let offer = self.in_force.offer();
        for pending in &mut self.pending {
            if !pending.advance(offer, port) {
                break;
            }
        }
    }

    fn line(&mut self, line: &[u8], port: &mut Port) -> RequestId {
        let Some(pending) = self.pending.iter_mut().find(|p| p.awaits_line()) else {
            return self.raw(&[line, b"\r\n"].concat(), port);
        };
        pending.line_sent(line);
        port.write(line);
        port.write(b"\r\n");
        pending.request
    }

    fn raw(&mut self, octets: &[u8], port: &mut Port) -> RequestId {
        let request = port.next_request();
        self.in_force.asked(octets);
        port.write(octets);
        if let Some(pending) = self.pending.iter_mut().find(|p| p.awaits_line()) {
            pending.line_sent(octets);
        } else {
            self.raw_tags.sent(octets, request);
        }
        request
    }

    fn continuation(&mut self, message: Message, port: &mut Port) {
        let awaits_line = match self.pending.iter_mut().find(|p| p.expects_continuation()) {
            Some(pending) => pending.go_on(),
            None if self.raw_tags.are_waiting() || self.joining => true,
            None => {
                let expected = "nothing: no command had anything left to send";
                port.refuse(message, exchange::IMAP_UNASKED_CONTINUATION, expected);
                return;
            }
        };
        port.emit(Event::ContinuationReceived {
            message,
            awaits_line,
        });
        self.advance(port);
    }

    fn tagged(
        &mut self,
        tag: &str,
        kind: Option<StatusKind>,
        mut message: Message,
        port: &mut Port,
    ) {
        let Some(index) = self.pending.iter().position(|p| p.tag == tag) else {
            return self.tagged_otherwise(tag, message, port);
        };
        let Some(pending) = self.pending.remove(index) else {
            return;
        };
        self.joining = false;
        if kind.is_some_and(|kind| pending.is_early(kind)) {
            let expected = "nothing: the command was not sent completely";
            let all = whole(&message, exchange::IMAP_COMPLETED_EARLY, expected);
            // the tag fits; NO or BAD might follow it
            let span = (tag.len() + 1).min(all.span.end)..all.span.end;
            message.violations.push(Violation { span, ..all });
        }
        port.emit(Event::CommandCompleted {
            request: pending.request,
            command: pending.command,
            message,
        });
        if kind == Some(StatusKind::Ok) {
            self.succeeded(pending.verb, port);
        }
        self.advance(port);
    }

    fn succeeded(&mut self, verb: Verb, port: &mut Port) {
        match verb {
            Verb::Login | Verb::Authenticate => self.in_force.logged_in(),
            Verb::Unauthenticate => self.in_force.begin_anew(),
            Verb::Logout => port.end(),
            Verb::StartTls if !port.is_secure() => {
                self.in_force.begin_anew();
                self.discarded = self.pending.drain(..).map(|p| p.tag).collect();
                port.accept_tls();
            }
            Verb::StartTls | Verb::Idle | Verb::Other => {}
        }
    }

    /// A tagged response to no command in progress.
    fn tagged_otherwise(&mut self, tag: &str, message: Message, port: &mut Port) {
        if let Some(request) = self.raw_tags.complete(tag) {
            port.emit(Event::CommandCompleted {
                request,
                command: 0,
                message,
            });
            return;
        }
        if self.joining && !self.was_given(tag) {
            port.emit(Event::UntaggedReceived(message));
            return;
        }
        let (rule, expected): (Rule, _) = if self.discarded.remove(tag) {
            let expected = "nothing: the command came before TLS";
            (exchange::IMAP_CLEAR_COMMAND_KEPT, expected)
        } else if self.was_given(tag) {
            let expected = "nothing: the command was completed before";
            (exchange::IMAP_COMPLETED_TWICE, expected)
        } else {
            (exchange::IMAP_UNKNOWN_TAG, "the tag of a command")
        };
        port.refuse(message, rule, expected);
    }

    /// Something unreadable: the end of a command if it begins with that command's tag.
    fn unreadable_received(&mut self, message: Message, port: &mut Port) {
        let word = message.octets.split(|&octet| octet == b' ').next();
        let tag = String::from_utf8_lossy(word.unwrap_or_default()).into_owned();
        if self.pending.iter().any(|pending| pending.tag == tag) {
            self.tagged(&tag, None, message, port);
        } else {
            port.emit(Event::UnexpectedReceived(message));
        }
    }

    fn observe(&mut self, message: &Message) {
        if let Body::Imap(response) = &message.body {
            let verb = self.pending.front().map(|pending| pending.verb);
            let login = matches!(verb, Some(Verb::Login | Verb::Authenticate));
            self.in_force.observe(response, login);
        }
    }
}

impl Dialogue for Imap {
    fn rules(&self) -> &'static Rules {
        &RULES
    }

    fn frame(&mut self, unread: &[u8], limits: &Limits) -> Frame {
        self.framer.find(unread, limits)
    }

    fn parse(&self, octets: &[u8]) -> (Body, Vec<Violation>) {
        let (response, mut violations) = imap::parse(octets, self.in_force.context());
        if let Some(other) = self.in_force.alternative() {
            let (_, others) = imap::parse(octets, other);
            violations.retain(|violation| others.contains(violation));
        }
        (Body::Imap(response), violations)
    }

    fn unreadable(&self) -> Body {
        Body::Imap(Response::Unreadable)
    }

    fn submit(&mut self, request: Request, port: &mut Port) -> RequestId {
        match request {
            Request::Commands(commands) => self.ask(commands, port),
            Request::Line(line) => self.line(&line, port),
            Request::Data(octets) | Request::Raw(octets) => self.raw(&octets, port),
            Request::Recorded { tag, text } => self.recorded(tag, text, port),
        }
    }

    fn greet(&mut self, mut message: Message, port: &mut Port) {
        self.observe(&message);
        match &message.body {
            Body::Imap(Response::Status(Status { kind, .. })) => match kind {
                StatusKind::Ok | StatusKind::Preauth => {}
                StatusKind::Bye => port.end(),
                StatusKind::No | StatusKind::Bad => refuse_greeting(&mut message),
            },
            _ => refuse_greeting(&mut message),
        }
        port.emit(Event::GreetingReceived(message));
    }

    fn receive(&mut self, message: Message, port: &mut Port) {
        self.observe(&message);
        match &message.body {
            Body::Imap(Response::Continuation) => self.continuation(message, port),
            Body::Imap(Response::Tagged { tag, status }) => {
                let (tag, kind) = (tag.clone(), status.kind);
                self.tagged(&tag, Some(kind), message, port);
            }
            Body::Imap(Response::Status(_) | Response::Data(_)) => {
                port.emit(Event::UntaggedReceived(message));
            }
            _ => self.unreadable_received(message, port),
        }
    }

    fn capabilities(&self) -> Option<Vec<String>> {
        self.in_force.capabilities()
    }
}

fn refuse_greeting(message: &mut Message) {
    let expected = "* OK, * PREAUTH or * BYE";
    let violation = whole(message, exchange::IMAP_BAD_GREETING, expected);
    message.violations.push(violation);
}
