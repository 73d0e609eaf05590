//! What patterns are held against: responses, replies and their lines.

use std::ops::Range;

use super::element::{Env, Matched, miss};
use super::pattern::Tree;
use super::token::{self, Origin, Response};
use super::{Responses, imap, line};
use crate::wire::{Body, Message};

/// Most lines of a response that may satisfy a pattern each.
const MOST_LINES: usize = 1 << 16;

/// One thing that may satisfy one pattern.
pub(super) struct Unit<'a> {
    /// The message that it is, or is a part of.
    pub(super) message: &'a Message,
    /// Which part.
    pub(super) part: Part,
    /// True if it ends a command.
    pub(super) completes: bool,
}

/// A part of a message.
pub(super) enum Part {
    /// A whole IMAP response.
    Imap(Response),
    /// The status line of a POP3 response.
    Status(Range<usize>),
    /// A line of the multi-line part, or of an SMTP reply without its code.
    Line(Range<usize>),
    /// The whole multi-line part, still byte-stuffed, without its termination line.
    Content(Range<usize>),
    /// The first line of an SMTP reply.
    Reply(Range<usize>),
}

/// Cuts what came into units, in the order in which it came.
pub(super) fn units<'a>(responses: &Responses<'a>) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    for message in responses.before {
        push(message, false, &mut units);
    }
    if let Some(message) = responses.completion {
        push(message, true, &mut units);
    }
    units
}

fn push<'a>(message: &'a Message, completion: bool, units: &mut Vec<Unit<'a>>) {
    let octets = &message.octets;
    let mut add = |part, completes| {
        units.push(Unit {
            message,
            part,
            completes,
        });
    };
    match &message.body {
        Body::Imap(_) => {
            let response = token::response(octets, Origin::Server);
            let tagged = matches!(response, Response::Status { tagged: true, .. });
            add(Part::Imap(response), completion || tagged);
        }
        Body::Pop3(_) => {
            let mut lines = token::lines(octets, 0);
            let status = lines.next().unwrap_or_default();
            let start = lines.next().map_or(octets.len(), |second| second.start);
            let end = content_end(octets, start);
            add(Part::Status(status), true);
            for span in token::lines(&octets[..end], start).take(MOST_LINES) {
                add(Part::Line(span), false);
            }
            if start < octets.len() {
                add(Part::Content(start..end), false);
            }
        }
        Body::Smtp(_) => {
            let mut lines = token::lines(octets, 0).take(MOST_LINES);
            add(Part::Reply(lines.next().unwrap_or_default()), true);
            for span in lines {
                add(Part::Line((span.start + 4).min(span.end)..span.end), false);
            }
        }
    }
}

impl Unit<'_> {
    /// Holds a pattern against it.
    pub(super) fn matches(&self, tree: &Tree, env: &mut Env<'_>) -> Matched {
        let end = end_of(&self.message.octets);
        match (tree, &self.part) {
            (_, Part::Imap(response)) => imap::matches(tree, response, end, env),
            (Tree::Continuation | Tree::Indicator { .. }, Part::Status(span)) => {
                line::indicator(tree, span, env)
            }
            (Tree::Line(words), Part::Line(span)) => line::line(words, span, env),
            (Tree::Content(path), Part::Content(span)) => line::content(path, span, env),
            (Tree::Reply { .. }, Part::Reply(span)) => line::reply(tree, span, env),
            _ => Err(miss(0..0, "another part of the response")),
        }
    }

    /// True if the command succeeded, or waits for more from the client.
    pub(super) fn succeeds(&self) -> bool {
        let octets = &self.message.octets;
        match &self.part {
            Part::Imap(Response::Continuation) => true,
            Part::Imap(Response::Status { kind, .. }) => kind == "OK",
            Part::Imap(_) | Part::Line(_) | Part::Content(_) => false,
            Part::Status(_) => {
                let indicator = octets.get(..3).unwrap_or_default();
                indicator.eq_ignore_ascii_case(b"+OK")
                    || matches!(octets[..], [b'+', b' ' | b'\r', ..])
            }
            Part::Reply(_) => matches!(octets.first(), Some(b'2' | b'3')),
        }
    }

    /// The octets of the part.
    pub(super) fn span(&self) -> Range<usize> {
        match &self.part {
            Part::Imap(_) => 0..self.message.octets.len(),
            Part::Status(span) | Part::Line(span) | Part::Content(span) | Part::Reply(span) => {
                span.clone()
            }
        }
    }
}

/// Where the line end stands.
fn end_of(octets: &[u8]) -> usize {
    let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
    octets.strip_suffix(b"\r").unwrap_or(octets).len()
}

/// Where the termination line of a multi-line part stands that begins at `start`.
fn content_end(octets: &[u8], start: usize) -> usize {
    let end = end_of(octets);
    match &octets[start.min(end)..end] {
        b"." => start,
        [.., b'\n', b'.'] => end - 1,
        _ => octets.len(),
    }
}
