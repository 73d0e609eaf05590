//! Status responses, their text and response codes; tagged responses and continuation requests.

use super::parser::{Parsed, Parser};
use super::string::{is_astring_char, text_of};
use super::{Code, Response, Status, StatusKind, ext};
use crate::finding::rule::imap_wire as rules;
use crate::wire::line;

impl Parser<'_> {
    /// `response-tagged = tag SP resp-cond-state CRLF`, `tag = 1*<any ASTRING-CHAR except "+">`
    /// (RFC 9051 §9)
    pub(super) fn response_tagged(&mut self) -> Response {
        let tag = self.cursor.take_while(|o| is_astring_char(o) && o != b'+');
        if tag.is_empty() || self.cursor.peek() != Some(b' ') {
            let expected = if tag.is_empty() {
                "\"*\", \"+\" or tag"
            } else {
                "SP"
            };
            let rejection = self.reject::<()>(rules::TAG, expected);
            self.settle(rejection);
            return Response::Unreadable;
        }
        self.cursor.bump();
        let word_at = self.cursor.at();
        match self.status_kind() {
            Some(kind @ (StatusKind::Ok | StatusKind::No | StatusKind::Bad)) => Response::Tagged {
                tag: text_of(tag),
                status: self.status(kind),
            },
            _ => {
                self.cursor.go_to(word_at);
                let rejection = self.reject::<()>(rules::TAG, "OK, NO or BAD");
                self.settle(rejection);
                Response::Unreadable
            }
        }
    }

    /// `"OK"`, `"NO"`, `"BAD"`, `"PREAUTH"` or `"BYE"` (RFC 9051 §9); passes nothing else.
    pub(super) fn status_kind(&mut self) -> Option<StatusKind> {
        let start = self.cursor.at();
        let word = self.cursor.take_while(is_astring_char);
        let kind = match word.to_ascii_uppercase().as_slice() {
            b"OK" => StatusKind::Ok,
            b"NO" => StatusKind::No,
            b"BAD" => StatusKind::Bad,
            b"PREAUTH" => StatusKind::Preauth,
            b"BYE" => StatusKind::Bye,
            _ => {
                self.cursor.go_to(start);
                return None;
            }
        };
        Some(kind)
    }

    /// `SP resp-text`, `resp-text = ["[" resp-text-code "]" SP] [text]` (RFC 9051 §9); in RFC 3501
    /// the text is not optional.
    pub(super) fn status(&mut self, kind: StatusKind) -> Status {
        if !self.cursor.eat(b' ') {
            let rejection = self.expected::<()>("SP");
            self.settle(rejection);
            return Status { kind, code: None };
        }
        let code = (self.cursor.peek() == Some(b'[')).then(|| self.resp_text_code());
        let code = code.flatten();
        if code.is_some() && !self.cursor.eat(b' ') {
            self.report(rules::CODE_WITHOUT_TEXT, self.cursor.here(), "SP");
        } else if self.text_is_empty() && !self.context.allows_empty_text() {
            self.report(rules::TEXT_MISSING, self.cursor.here(), "text");
        }
        self.text();
        Status { kind, code }
    }

    fn text_is_empty(&self) -> bool {
        matches!(self.cursor.rest(), b"" | b"\n" | b"\r\n")
    }

    /// `text = 1*(TEXT-CHAR / UTF8-2 / UTF8-3 / UTF8-4)` (RFC 9051 §9), up to the line end
    pub(super) fn text(&mut self) {
        let start = self.cursor.at();
        let rest = self.cursor.rest();
        let text = rest.strip_suffix(b"\n").unwrap_or(rest);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        self.cursor.take(text.len());
        if let Some(at) = text.iter().position(|octet| matches!(octet, b'\r' | b'\n')) {
            let at = start + at;
            self.report(
                rules::LINE_END,
                at..at + 1,
                "CRLF at the end of the line only",
            );
        }
        self.text_octets(start, text);
    }

    /// `"[" resp-text-code "]"` (RFC 9051 §9)
    ///
    /// A malformed code is reported and passed, up to its closing bracket. A bracket that is never
    /// closed, with no known code behind it, is text.
    fn resp_text_code(&mut self) -> Option<Code> {
        let bracket = self.cursor.at();
        self.cursor.bump();
        let name = self.atom().unwrap_or_default().to_ascii_uppercase();
        let production = ext::code(&name);
        let parsed = self.under(rules::RESPONSE_CODE, |p| {
            let code = match production {
                Some(production) => production(p)?,
                None => p.other_code(&name)?,
            };
            p.octet(b']')?;
            Ok(code)
        });
        let Err(rejection) = parsed else {
            return parsed.ok();
        };
        self.cursor.go_to(bracket);
        self.cursor
            .take_while(|octet| !matches!(octet, b']' | b'\r' | b'\n'));
        let is_closed = self.cursor.eat(b']');
        if is_closed || production.is_some() {
            self.report_rejection(rejection);
        }
        if !is_closed {
            self.cursor.go_to(bracket);
        }
        (is_closed && !name.is_empty()).then_some(Code::Other(name))
    }

    /// `atom [SP 1*<any TEXT-CHAR except "]">]` (RFC 9051 §9), from behind the atom on
    fn other_code(&mut self, name: &str) -> Parsed<Code> {
        if name.is_empty() {
            return self.expected("resp-text-code");
        }
        if self.cursor.eat(b' ') {
            let start = self.cursor.at();
            let argument = self
                .cursor
                .take_while(|octet| !matches!(octet, b']' | b'\r' | b'\n'));
            self.text_octets(start, argument);
        }
        Ok(Code::Other(name.to_owned()))
    }

    /// `continue-req = "+" SP (resp-text / base64) CRLF` (RFC 9051 §9); base64 may be empty.
    pub(super) fn continue_req(&mut self) -> Response {
        self.cursor.bump();
        if !self.cursor.eat(b' ') {
            let rejection = self.reject::<()>(rules::CONTINUATION, "SP");
            self.settle(rejection);
            return Response::Continuation;
        }
        let rest = self.cursor.rest();
        let rest = rest.strip_suffix(b"\r\n").unwrap_or(rest);
        if !line::is_base64(rest) && rest.first() == Some(&b'[') && self.resp_text_code().is_some()
        {
            let space = self.octet(b' ').or_else(|_| self.expected("SP"));
            self.settle(space);
        }
        self.text();
        Response::Continuation
    }
}
