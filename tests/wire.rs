//! Recorded sessions: every response is read, and exactly the violations written beside it are
//! found.
//!
//! A transcript is a list of lines: `C: ` and `S: ` before what client and server sent, `! ` before
//! each violation of the response that ends above it (`! rule-id expected`), `# ` before remarks.
//! CRLF stands behind each line; control characters are written as their pictures (U+2400 and on),
//! and a line that ends with the picture of LF has just that.

// A module, so that `cargo test wire` selects what is here along with the tables of `src/wire`.
mod wire {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use mailspec::finding::Violation;
    use mailspec::wire::fragment::{Frame, ImapFramer, LineFramer};
    use mailspec::wire::imap::{self, Code, Context, Data, Response, Status};
    use mailspec::wire::pop3::{self, Shape};
    use mailspec::wire::{Limits, smtp};

    /// The octets of a line of a transcript.
    fn octets(text: &str) -> Vec<u8> {
        let mut octets = Vec::new();
        for character in text.chars() {
            match u32::from(character) {
                picture @ 0x2400..=0x241f => octets.push((picture - 0x2400) as u8),
                _ => octets.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        if octets.last() != Some(&b'\n') {
            octets.extend_from_slice(b"\r\n");
        }
        octets
    }

    /// What cuts and judges the server's octets of one protocol.
    trait Judge {
        /// Takes a line of the client.
        fn client(&mut self, line: &str);
        /// If the octets are a complete message: what is wrong with it.
        fn server(&mut self, octets: &[u8]) -> Option<Vec<Violation>>;
    }

    #[derive(Default)]
    struct Imap(Context);

    impl Judge for Imap {
        fn client(&mut self, line: &str) {
            self.0.asked(line.as_bytes());
        }

        fn server(&mut self, octets: &[u8]) -> Option<Vec<Violation>> {
            match ImapFramer::default().find(octets, &Limits::default()) {
                Frame::Incomplete => return None,
                Frame::Complete(length) => assert_eq!(length, octets.len(), "cut in the middle"),
                Frame::TooLong(what) => panic!("{what}"),
            }
            let (response, violations) = imap::parse(octets, &self.0);
            assert_ne!(response, Response::Unreadable);
            let upper = |names: Vec<String>| -> BTreeSet<String> {
                names.iter().map(|n| n.to_ascii_uppercase()).collect()
            };
            match response {
                Response::Data(Data::Capability(names))
                | Response::Tagged {
                    status:
                        Status {
                            code: Some(Code::Capability(names)),
                            ..
                        },
                    ..
                }
                | Response::Status(Status {
                    code: Some(Code::Capability(names)),
                    ..
                }) => self.0.capabilities = upper(names),
                Response::Data(Data::Enabled(names)) => {
                    self.0.enabled.append(&mut upper(names));
                }
                _ => {}
            }
            Some(violations)
        }
    }

    struct Pop3(Shape);

    impl Judge for Pop3 {
        fn client(&mut self, line: &str) {
            let mut words = line.split(' ');
            let word = words.next().unwrap_or_default();
            let has_argument = words.next().is_some();
            self.0 = match (word, has_argument) {
                ("STAT", _) => Shape::Stat,
                ("LIST", true) => Shape::ListOne,
                ("LIST", false) => Shape::List,
                ("UIDL", true) => Shape::UidlOne,
                ("UIDL", false) => Shape::Uidl,
                ("RETR" | "TOP", _) => Shape::Message,
                ("CAPA", _) => Shape::Capa,
                ("AUTH", false) => Shape::Lines,
                ("AUTH", true) => Shape::Auth,
                _ => Shape::Plain,
            };
        }

        fn server(&mut self, octets: &[u8]) -> Option<Vec<Violation>> {
            let goes_on = octets.starts_with(b"+OK") && pop3::is_multi_line(self.0);
            (!goes_on || pop3::is_complete(octets)).then(|| pop3::parse(octets, self.0).1)
        }
    }

    struct Smtp;

    impl Judge for Smtp {
        fn client(&mut self, _line: &str) {}

        fn server(&mut self, octets: &[u8]) -> Option<Vec<Violation>> {
            let last = octets
                .split_inclusive(|&octet| octet == b'\n')
                .next_back()?;
            let frame = LineFramer::default().find(last, &Limits::default());
            assert_eq!(frame, Frame::Complete(last.len()));
            smtp::is_last_line(last).then(|| smtp::parse(octets).1)
        }
    }

    /// Name and text of every transcript.
    fn transcripts() -> BTreeMap<String, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/transcripts");
        let files = std::fs::read_dir(folder).expect("the folder of transcripts");
        let transcripts: BTreeMap<_, _> = files
            .map(|file| {
                let path = file.expect("a transcript").path();
                let text = std::fs::read_to_string(&path).expect("UTF-8");
                (path.to_string_lossy().into_owned(), text)
            })
            .collect();
        assert!(!transcripts.is_empty(), "no transcript was found");
        transcripts
    }

    /// One line for each difference between the violations found and those written down.
    fn judge(text: &str, judge: &mut dyn Judge) -> Vec<String> {
        let mut differences = Vec::new();
        let mut message = Vec::new();
        let mut found: Vec<String> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            if let Some(marked) = line.strip_prefix("! ") {
                match found.iter().position(|found| found == marked) {
                    Some(at) => drop(found.remove(at)),
                    None => differences.push(format!("{number}: not found: {marked}")),
                }
                continue;
            }
            differences.extend(
                found
                    .drain(..)
                    .map(|found| format!("above {number}: {found}")),
            );
            if let Some(line) = line.strip_prefix("C: ") {
                assert_eq!(
                    message, b"",
                    "line {number}: the response above is incomplete"
                );
                judge.client(line);
            } else if let Some(line) = line.strip_prefix("S: ") {
                message.extend(octets(line));
                if let Some(violations) = judge.server(&message) {
                    let name = |v: &Violation| format!("{} {}", v.rule.id(), v.expected);
                    found = violations.iter().map(name).collect();
                    message.clear();
                }
            } else {
                assert!(line.starts_with('#'), "line {number} has no prefix");
            }
        }
        assert_eq!(message, b"", "the last response is incomplete");
        differences.extend(found.drain(..).map(|found| format!("at the end: {found}")));
        differences
    }

    #[test]
    fn transcripts_hold_exactly_the_marked_violations() {
        let mut differing = BTreeMap::new();
        for (name, text) in transcripts() {
            let differences = if name.contains("pop3") {
                judge(&text, &mut Pop3(Shape::Greeting))
            } else if name.contains("lmtp") || name.contains("smtp") {
                judge(&text, &mut Smtp)
            } else {
                judge(&text, &mut Imap::default())
            };
            if !differences.is_empty() {
                differing.insert(name, differences);
            }
        }
        assert!(differing.is_empty(), "{differing:#?}");
    }

    #[test]
    fn a_missing_and_a_stale_mark_are_told() {
        let unmarked = "S: * 0 EXPUNGE\n";
        assert_eq!(
            judge(unmarked, &mut Imap::default()),
            ["at the end: imap-number-range nz-number"]
        );
        let marked = "S: * 0 EXPUNGE\n! imap-number-range nz-number\n";
        assert_eq!(judge(marked, &mut Imap::default()), [""; 0]);
        let stale = "S: * 1 EXPUNGE\n! imap-number-range nz-number\n";
        assert_eq!(judge(stale, &mut Imap::default()).len(), 1);
    }

    /// Every complete IMAP response of the transcripts.
    fn recorded_responses() -> Vec<Vec<u8>> {
        let mut responses = Vec::new();
        for (name, text) in transcripts() {
            if !name.contains("imap") {
                continue;
            }
            let mut stream: Vec<u8> = text
                .lines()
                .filter_map(|line| line.strip_prefix("S: "))
                .flat_map(octets)
                .collect();
            let mut framer = ImapFramer::default();
            while let Frame::Complete(length) = framer.find(&stream, &Limits::default()) {
                responses.push(stream.drain(..length).collect());
            }
            assert_eq!(stream, b"");
        }
        responses
    }

    /// Parses, and checks what holds for any octets.
    fn parse_totally(octets: &[u8], context: &Context) -> Vec<Violation> {
        let (_, violations) = imap::parse(octets, context);
        assert_spans(octets, &violations);
        violations
    }

    fn assert_spans(octets: &[u8], violations: &[Violation]) {
        for violation in violations {
            let span = &violation.span;
            let is_inside = span.start <= span.end && span.end <= octets.len();
            assert!(is_inside, "{violation:?} in {octets:?}");
            assert!(!violation.expected.is_empty(), "{violation:?}");
        }
    }

    #[test]
    fn every_prefix_of_a_recorded_response_is_incomplete() {
        for response in recorded_responses() {
            for cut in 0..response.len() {
                let frame = ImapFramer::default().find(&response[..cut], &Limits::default());
                assert_eq!(frame, Frame::Incomplete, "{cut} of {response:?}");
            }
        }
    }

    #[test]
    fn any_wrong_octet_is_survived() {
        let context = Context::default();
        for response in recorded_responses() {
            let step = response.len() / 120 + 1;
            for at in (0..response.len()).step_by(step) {
                for octet in [
                    0, b'\n', b'\r', b' ', b'"', b'(', b')', b'0', b'\\', b'{', b'}', 0xff,
                ] {
                    let mut mutant = response.clone();
                    mutant[at] = octet;
                    parse_totally(&mutant, &context);
                }
                let mut shorter = response.clone();
                shorter.remove(at);
                parse_totally(&shorter, &context);
            }
        }
    }

    #[test]
    fn cost_is_linear() {
        let repeated = |before: &str, unit: &str, after: &str| {
            format!("{before}{}{after}\r\n", unit.repeat(100_000)).into_bytes()
        };
        let hostile = [
            repeated("* OK [", "[", "]"),
            repeated("* SEARCH", " 4294967295", ""),
            repeated("* FLAGS (", "x ", "\\Seen)"),
            repeated("* LIST (", "\\X ", "\\Y) NIL a"),
            repeated("* 1 FETCH (BODY ", "(", ")"),
            repeated("* 1 FETCH (BODY ", "(\"a\" ", ")"),
            repeated(
                "* 1 FETCH (BODY ((",
                "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 1)",
                " \"x\"))",
            ),
            repeated("* 1 FETCH (", "X(", ")"),
            repeated("* 1 FETCH (", "BODY[ ", ")"),
            repeated("* 1 FETCH (", "FLAGS(", ")"),
            repeated("* 1 FETCH (", "UID x ", "UID 1)"),
            repeated(
                "* 1 FETCH (ENVELOPE (NIL NIL (",
                "(NIL NIL NIL NIL)",
                "x)))",
            ),
            repeated("* THREAD ", "(1 ", ""),
            repeated("* THREAD ", "((", ""),
            repeated("* STATUS a (", "X (((", ")"),
            repeated("* LIST () \"/\" \"", "\\", "\""),
            repeated("* LIST () \"/\" \"", "&A-", "\""),
            repeated("* ESEARCH", " X 1:2", ""),
            repeated("* ", "1", " EXISTS"),
            repeated("", "a", " OK x"),
        ];
        for octets in hostile {
            let began = std::time::Instant::now();
            parse_totally(&octets, &Context::default());
            let taken = began.elapsed();
            assert!(
                taken.as_secs() < 5,
                "{taken:?} for {}…",
                String::from_utf8_lossy(&octets[..40])
            );
        }
    }

    mod any_octets {
        use mailspec::wire::imap::Context;
        use mailspec::wire::{pop3, smtp};
        use proptest::prelude::*;

        use super::{Shape, assert_spans, parse_totally};

        /// Words of the grammars, so that random responses get far.
        const WORDS: [&str; 60] = [
            "* ",
            "+ ",
            "a1 ",
            "OK ",
            "NO ",
            "BYE ",
            "[",
            "] ",
            "(",
            ")",
            " ",
            "  ",
            "\"",
            "\\",
            "{3}\r\n",
            "~{2}\r\n",
            "{99}",
            "\r",
            "\n",
            "\r\n",
            "\0",
            "é",
            "NIL",
            "1",
            "0",
            "23",
            ":",
            ",",
            "*",
            "<",
            ">",
            ".",
            "FETCH ",
            "EXISTS",
            "FLAGS ",
            "UID ",
            "BODY",
            "BODYSTRUCTURE ",
            "ENVELOPE ",
            "BINARY",
            "HEADER.FIELDS ",
            "INTERNALDATE ",
            "\"07-Feb-1994 21:52:25 -0800\"",
            "MODSEQ ",
            "LIST ",
            "STATUS ",
            "SEARCH ",
            "ESEARCH ",
            "THREAD ",
            "NAMESPACE ",
            "COPYUID ",
            "PERMANENTFLAGS ",
            "\\Seen ",
            "\"TEXT\" ",
            "+OK ",
            "-ERR ",
            "250 ",
            "250-",
            "5.1.1 ",
            "\"MESSAGE\" \"RFC822\" ",
        ];

        fn octets() -> impl Strategy<Value = Vec<u8>> {
            let words = prop::collection::vec(prop::sample::select(&WORDS[..]), 0..40)
                .prop_map(|words| words.concat().into_bytes());
            prop_oneof![3 => words, 1 => prop::collection::vec(any::<u8>(), 0..200)]
        }

        proptest! {
            #![proptest_config(ProptestConfig {
                cases: 4000,
                failure_persistence: None,
                ..ProptestConfig::default()
            })]

            #[test]
            fn imap_is_total(octets in octets(), fetch in any::<bool>()) {
                let before: &[u8] = if fetch { b"* 1 FETCH (" } else { b"" };
                parse_totally(&[before, &octets].concat(), &Context::default());
            }

            #[test]
            fn pop3_and_smtp_are_total(octets in octets(), shape in 0..11_usize) {
                let shape = [
                    Shape::Greeting, Shape::Plain, Shape::Stat, Shape::ListOne, Shape::List,
                    Shape::UidlOne,
                    Shape::Uidl, Shape::Message, Shape::Capa, Shape::Lines, Shape::Auth,
                ][shape];
                assert_spans(&octets, &pop3::parse(&octets, shape).1);
                assert_spans(&octets, &smtp::parse(&octets).1);
            }
        }
    }
}
