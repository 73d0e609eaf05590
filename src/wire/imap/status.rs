//! Status responses, their text and response codes; tagged responses and continuation requests.

use super::parser::Parser;
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
        let word_at = self.cursor.here();
        match self.status_kind() {
            Some(kind @ (StatusKind::Ok | StatusKind::No | StatusKind::Bad)) => Response::Tagged {
                tag: text_of(tag),
                status: self.status(kind),
            },
            _ => {
                self.report(rules::TAG, word_at, "OK, NO or BAD");
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
    /// A malformed code is reported and passed, up to its closing bracket.
    fn resp_text_code(&mut self) -> Option<Code> {
        let bracket = self.cursor.here();
        self.cursor.bump();
        let behind_bracket = self.cursor.at();
        let Ok(name) = self.atom() else {
            return self.passed_code(bracket.start, None, "resp-text-code");
        };
        let name = name.to_ascii_uppercase();
        let other = Code::Other(name.clone());
        let parsed = match ext::code(&name) {
            Some(production) => self.under(rules::RESPONSE_CODE, production),
            None => {
                if self.cursor.eat(b' ') {
                    let start = self.cursor.at();
                    let argument = self
                        .cursor
                        .take_while(|octet| !matches!(octet, b']' | b'\r' | b'\n'));
                    self.text_octets(start, argument);
                }
                Ok(other.clone())
            }
        };
        match parsed {
            Ok(code) if self.cursor.eat(b']') => Some(code),
            Ok(code) => self.passed_code(behind_bracket, Some(code), "\"]\""),
            Err(rejection) => {
                self.report_rejection(rejection);
                self.cursor.go_to(behind_bracket);
                self.pass_bracket();
                Some(other)
            }
        }
    }

    fn passed_code(&mut self, from: usize, code: Option<Code>, expected: &str) -> Option<Code> {
        self.report(rules::RESPONSE_CODE, self.cursor.here(), expected);
        self.cursor.go_to(from);
        self.pass_bracket().then_some(code).flatten()
    }

    /// Passes everything up to and with the next closing bracket; false, and nothing is passed, if
    /// there is none.
    fn pass_bracket(&mut self) -> bool {
        let start = self.cursor.at();
        self.cursor
            .take_while(|octet| !matches!(octet, b']' | b'\r' | b'\n'));
        let found = self.cursor.eat(b']');
        if !found {
            self.cursor.go_to(start);
        }
        found
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
            let rejection = self.sp();
            self.settle(rejection);
        }
        self.text();
        Response::Continuation
    }
}
