//! A whole response: which kind it is, and where it ends.

use super::parser::Parser;
use super::string::is_atom_char;
use super::string::text_of;
use super::{Context, Data, Response, ext, fetch};
use crate::finding::Violation;
use crate::finding::rule::imap_wire as rules;

/// Reads one complete response, as `fragment` cut it, with its CRLF and its literals.
pub fn parse(octets: &[u8], context: &Context) -> (Response, Vec<Violation>) {
    let mut p = Parser::new(octets, context);
    if !octets.ends_with(b"\r\n") {
        let start = octets.len() - usize::from(octets.ends_with(b"\n"));
        p.report(rules::LINE_END, start..octets.len(), "CRLF");
    }
    let response = match p.cursor.peek() {
        Some(b'+') => p.continue_req(),
        Some(b'*') => p.response_data(),
        _ => p.response_tagged(),
    };
    p.end();
    (response, p.into_violations())
}

impl Parser<'_> {
    /// `response-data = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data / message-data /
    /// capability-data / enable-data) CRLF` (RFC 9051 §9)
    fn response_data(&mut self) -> Response {
        self.cursor.bump();
        let space = self.sp();
        if self.settle(space).is_none() {
            return Response::Unreadable;
        }
        if let Some(kind) = self.status_kind() {
            return Response::Status(self.status(kind));
        }
        if self.cursor.peek().is_some_and(|o| o.is_ascii_digit()) {
            return self.message_data();
        }
        let is_name = self.cursor.peek().is_some_and(|o| o.is_ascii_alphabetic());
        let name = if is_name {
            self.atom()
        } else {
            self.expected("resp-cond-state, mailbox-data or message-data")
        };
        let Some(name) = self.settle(name) else {
            return Response::Unreadable;
        };
        let name = name.to_ascii_uppercase();
        let Some(production) = ext::data(&name) else {
            self.pass_rest();
            return Response::Data(Data::Other(name));
        };
        let data = production(self);
        Response::Data(self.settle(data).unwrap_or(Data::Other(name)))
    }

    /// `message-data = nz-number SP ("EXPUNGE" / ("FETCH" SP msg-att))`, `number SP "EXISTS"`,
    /// `number SP "RECENT"` (RFC 9051 §9)
    fn message_data(&mut self) -> Response {
        let number_at = self.cursor.at();
        self.cursor.take_while(|octet| octet.is_ascii_digit());
        let number_end = self.cursor.at();
        let space = self.sp();
        if self.settle(space).is_none() {
            return Response::Unreadable;
        }
        let word_at = self.cursor.here();
        let word = text_of(self.cursor.take_while(is_atom_char)).to_ascii_uppercase();
        let word_end = self.cursor.at();
        self.cursor.go_to(number_at);
        let number = match word.as_str() {
            "EXISTS" | "RECENT" => self.number(),
            _ => self.nz_number(),
        };
        let number = self.settle(number).unwrap_or_default();
        debug_assert_eq!(self.cursor.at(), number_end);
        self.cursor.go_to(word_end);
        let data = match word.as_str() {
            "EXISTS" => Data::Exists(number),
            "RECENT" => Data::Recent(number),
            "EXPUNGE" => Data::Expunge(number),
            "FETCH" => fetch::msg_att(self, number),
            _ => {
                let expected = "EXISTS, RECENT, EXPUNGE or FETCH";
                self.report(rules::RESPONSE_SYNTAX, word_at, expected);
                self.pass_rest();
                Data::Other(word)
            }
        };
        Response::Data(data)
    }

    /// Passes what an unknown response says.
    fn pass_rest(&mut self) {
        let rest = self.cursor.rest();
        self.cursor.take(rest.len());
    }
}
