//! A whole response: which kind it is, and where it ends.

use std::ops::Range;

use super::parser::Parser;
use super::string::{is_atom_char, text_of};
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
            if matches!(self.cursor.peek(), Some(b' ' | b'\r' | b'\n') | None) {
                self.pass_rest();
            } else {
                let rejection = self.expected::<()>("SP or CRLF");
                self.settle(rejection);
            }
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
        let space = self.sp();
        if self.settle(space).is_none() {
            return Response::Unreadable;
        }
        let word_at = self.cursor.here();
        let word = text_of(self.cursor.take_while(is_atom_char)).to_ascii_uppercase();
        let word_end = self.cursor.at();
        self.cursor.go_to(number_at);
        let number = match word.as_str() {
            "EXPUNGE" | "FETCH" | "UIDFETCH" => self.nz_number(),
            _ => self.number(),
        };
        let number = self.settle(number).unwrap_or_default();
        self.cursor.go_to(word_end);
        let data = match word.as_str() {
            "EXISTS" => Data::Exists(number),
            "RECENT" => {
                self.obsolete(word_at);
                Data::Recent(number)
            }
            "EXPUNGE" => Data::Expunge(number),
            "FETCH" => fetch::msg_att(self, number),
            "UIDFETCH" if self.context.is_enabled("UIDONLY") => {
                self.pass_rest();
                Data::Other(word)
            }
            _ => {
                let expected = "EXISTS, RECENT, EXPUNGE or FETCH";
                self.report(rules::RESPONSE_SYNTAX, word_at, expected);
                self.pass_rest();
                Data::Other(word)
            }
        };
        Response::Data(data)
    }

    /// Reports a response that IMAP4rev2 no longer has, where the server speaks nothing else.
    pub(super) fn obsolete(&mut self, span: Range<usize>) {
        if !self.context.allows_obsolete() {
            self.report(rules::OBSOLETE_RESPONSE, span, "a response of IMAP4rev2");
        }
    }

    /// Passes what an unknown response says. Without literals it is one line of text.
    fn pass_rest(&mut self) {
        let rest = self.cursor.rest();
        if rest.contains(&b'{') {
            let end = self.cursor.at() + rest.strip_suffix(b"\n").unwrap_or(rest).len();
            self.opaque(end);
            self.cursor.take(1);
        } else {
            self.text();
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::wire::imap::{Code, FetchItem, Status, StatusKind, UidRange};

    fn read(line: &str) -> Response {
        let mut context = Context::default();
        context.enabled.insert("QRESYNC".to_owned());
        let octets = [line.as_bytes(), b"\r\n"].concat();
        parse(&octets, &context).0
    }

    fn data(line: &str) -> Data {
        match read(line) {
            Response::Data(data) => data,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn code(text: &str) -> Option<Code> {
        match read(&format!("* OK [{text}] text")) {
            Response::Status(Status { code, .. }) => code,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    const fn range(low: u32, high: u32) -> UidRange {
        UidRange { low, high }
    }

    #[test]
    fn status_responses_have_kind_code_and_tag() {
        assert_eq!(read("+ go"), Response::Continuation);
        assert_eq!(
            read("A1 no [TryCreate] x"),
            Response::Tagged {
                tag: "A1".to_owned(),
                status: Status {
                    kind: StatusKind::No,
                    code: Some(Code::Other("TRYCREATE".to_owned())),
                },
            }
        );
        let kinds = [
            ("OK", StatusKind::Ok),
            ("NO", StatusKind::No),
            ("BAD", StatusKind::Bad),
            ("PREAUTH", StatusKind::Preauth),
            ("BYE", StatusKind::Bye),
        ];
        for (word, kind) in kinds {
            let status = Status { kind, code: None };
            assert_eq!(read(&format!("* {word} x")), Response::Status(status));
        }
    }

    #[test]
    fn codes_have_their_arguments() {
        let cases = [
            ("UIDVALIDITY 7", Code::UidValidity(7)),
            ("uidnext 8", Code::UidNext(8)),
            ("UNSEEN 9", Code::Unseen(9)),
            ("HIGHESTMODSEQ 10", Code::HighestModseq(10)),
            ("NOMODSEQ", Code::NoModseq),
            ("READ-ONLY", Code::ReadOnly),
            ("READ-WRITE", Code::ReadWrite),
            ("CLOSED", Code::Closed),
            (
                "PERMANENTFLAGS (\\Seen x \\*)",
                Code::PermanentFlags(strings(&["\\Seen", "x", "\\*"])),
            ),
            (
                "CAPABILITY IMAP4rev1 Idle",
                Code::Capability(strings(&["IMAP4rev1", "Idle"])),
            ),
            (
                "APPENDUID 1 9:7",
                Code::AppendUid {
                    validity: 1,
                    uids: vec![range(7, 9)],
                },
            ),
            (
                "COPYUID 1 2,4:5 6:8",
                Code::CopyUid {
                    validity: 1,
                    source: vec![range(2, 2), range(4, 5)],
                    destination: vec![range(6, 8)],
                },
            ),
            ("MODIFIED 3", Code::Modified(vec![range(3, 3)])),
            ("X-Foo (bar", Code::Other("X-FOO".to_owned())),
        ];
        for (text, expected) in cases {
            assert_eq!(code(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn mailbox_data_has_values() {
        let cases = [
            ("* 3 EXISTS", Data::Exists(3)),
            ("* 0 recent", Data::Recent(0)),
            ("* 4 EXPUNGE", Data::Expunge(4)),
            (
                "* CAPABILITY IMAP4rev2",
                Data::Capability(strings(&["IMAP4rev2"])),
            ),
            ("* ENABLED X", Data::Enabled(strings(&["X"]))),
            ("* FLAGS (\\Seen x)", Data::Flags(strings(&["\\Seen", "x"]))),
            (
                "* LSUB (\\Noselect) NIL \"a \\\"b\"",
                Data::List {
                    lsub: true,
                    attributes: strings(&["\\Noselect"]),
                    delimiter: None,
                    mailbox: b"a \"b".to_vec(),
                },
            ),
            (
                "* LIST () \"\\\\\" {3}\r\na\r\n",
                Data::List {
                    lsub: false,
                    attributes: vec![],
                    delimiter: Some(b'\\'),
                    mailbox: b"a\r\n".to_vec(),
                },
            ),
            (
                "* STATUS x (messages 3 X-Y (a b) SIZE 5000000000)",
                Data::Status {
                    mailbox: b"x".to_vec(),
                    items: vec![
                        ("MESSAGES".to_owned(), 3),
                        ("SIZE".to_owned(), 5_000_000_000),
                    ],
                },
            ),
            (
                "* SEARCH 4 2 (MODSEQ 7)",
                Data::Search {
                    hits: vec![4, 2],
                    modseq: Some(7),
                },
            ),
            (
                "* ESEARCH (TAG \"a\") UID MIN 1 MAX 9 COUNT 3 ALL 1:2,9 MODSEQ 5",
                Data::Esearch {
                    tag: Some("a".to_owned()),
                    uid: true,
                    min: Some(1),
                    max: Some(9),
                    count: Some(3),
                    all: Some(vec![range(1, 2), range(9, 9)]),
                    modseq: Some(5),
                },
            ),
            (
                "* VANISHED (EARLIER) 3:5,9",
                Data::Vanished {
                    earlier: true,
                    uids: vec![range(3, 5), range(9, 9)],
                },
            ),
            ("* Whatever x", Data::Other("WHATEVER".to_owned())),
        ];
        for (line, expected) in cases {
            assert_eq!(data(line), expected, "{line}");
        }
    }

    #[test]
    fn fetch_items_have_values() {
        let section = |name: &str, octets: Option<&[u8]>| FetchItem::Section {
            name: name.to_owned(),
            octets: octets.map(<[u8]>::to_vec),
        };
        let other = |name: &str, octets: &[u8]| FetchItem::Other {
            name: name.to_owned(),
            octets: octets.to_vec(),
        };
        let cases = [
            (
                "flags (\\Recent x)",
                FetchItem::Flags(strings(&["\\Recent", "x"])),
            ),
            ("UID 7", FetchItem::Uid(7)),
            ("RFC822.SIZE 5000000000", FetchItem::Size(5_000_000_000)),
            ("MODSEQ (9)", FetchItem::Modseq(9)),
            (
                "INTERNALDATE \" 7-Feb-1994 21:52:25 -0800\"",
                FetchItem::InternalDate(b" 7-Feb-1994 21:52:25 -0800".to_vec()),
            ),
            ("body[] nil", section("BODY[]", None)),
            ("BODY[]<5> {2}\r\n\r\n", section("BODY[]<5>", Some(b"\r\n"))),
            (
                "body[1.2.header] \"\\\"\"",
                section("BODY[1.2.HEADER]", Some(b"\"")),
            ),
            (
                "BODY[HEADER.FIELDS (Subject \"to\")] \"\"",
                section("BODY[HEADER.FIELDS (SUBJECT TO)]", Some(b"")),
            ),
            ("RFC822.text NIL", section("RFC822.TEXT", None)),
            ("BINARY[2] ~{1}\r\n\0", section("BINARY[2]", Some(b"\0"))),
            ("BINARY.SIZE[2] 4", other("BINARY.SIZE[2]", b"4")),
            (
                "BODY (\"A\" \"B\" NIL NIL NIL \"7BIT\" 1)",
                other("BODY", b"(\"A\" \"B\" NIL NIL NIL \"7BIT\" 1)"),
            ),
            ("X-New (a {1}\r\n))", other("X-NEW", b"(a {1}\r\n))")),
        ];
        for (item, expected) in cases {
            let line = format!("* 1 FETCH ({item} UID 3)");
            let items = vec![expected, FetchItem::Uid(3)];
            assert_eq!(data(&line), Data::Fetch { seq: 1, items }, "{line}");
        }
    }

    #[test]
    fn what_was_understood_is_kept() {
        let uid = |uid| FetchItem::Uid(uid);
        let raw = |name: &str, octets: &[u8]| FetchItem::Other {
            name: name.to_owned(),
            octets: octets.to_vec(),
        };
        let cases = [
            (
                "UID x FLAGS () UID 4",
                vec![FetchItem::Flags(vec![]), uid(4)],
            ),
            ("INTERNALDATE \"?\" UID 4", vec![uid(4)]),
            ("FLAGS(\\Seen) UID 4", vec![uid(4)]),
            ("BODY[]{3}\r\n) ( UID 4", vec![uid(4)]),
            ("BODY[HEADERS (x y)] {1}\r\n) UID 4", vec![uid(4)]),
            (
                "ENVELOPE (NIL ()) UID 4",
                vec![raw("ENVELOPE", b"(NIL ())"), uid(4)],
            ),
            (
                "BODY (\")\" {1}\r\n)) UID 4",
                vec![raw("BODY", b"(\")\" {1}\r\n))"), uid(4)],
            ),
        ];
        for (items, expected) in cases {
            let line = format!("* 2 FETCH ({items})");
            let Data::Fetch { seq: 2, mut items } = data(&line) else {
                panic!("{line}");
            };
            items.retain(|item| !matches!(item, FetchItem::Malformed(_)));
            assert_eq!(items, expected, "{line}");
        }
        assert_eq!(code("UIDNEXT x"), Some(Code::Other("UIDNEXT".to_owned())));
        assert_eq!(
            read("a1 OK [COPYUID 1 2"),
            Response::Tagged {
                tag: "a1".to_owned(),
                status: Status {
                    kind: StatusKind::Ok,
                    code: None,
                },
            }
        );
        assert_eq!(
            data("* SEARCH 1 2 x 3"),
            Data::Search {
                hits: vec![1, 2],
                modseq: None,
            }
        );
        assert_eq!(
            data("* STATUS a (MESSAGES x UNSEEN 2)"),
            Data::Status {
                mailbox: b"a".to_vec(),
                items: vec![("UNSEEN".to_owned(), 2)],
            }
        );
        assert_eq!(data("* 0 EXPUNGE"), Data::Expunge(0));
        assert_eq!(data("* LIST"), Data::Other("LIST".to_owned()));
    }

    #[test]
    fn structures_may_be_nested_without_end() {
        let deep = "(".repeat(100_000);
        let line = format!(
            "* 1 FETCH (BODYSTRUCTURE {deep}{} UID 1)",
            ")".repeat(100_000)
        );
        let Data::Fetch { items, .. } = data(&line) else {
            panic!("no FETCH");
        };
        assert_eq!(items.len(), 2);
    }
}
