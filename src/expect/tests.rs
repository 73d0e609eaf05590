//! Tables of patterns and responses for the whole module.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;
use crate::wire::{Body, Message, Protocol, imap, pop3, smtp};

impl Lookup for BTreeMap<&str, &str> {
    fn lookup(&self, path: &str) -> Option<Vec<u8>> {
        self.get(path).map(|value| value.as_bytes().to_vec())
    }
}

fn message(protocol: Protocol, octets: &[u8]) -> Message {
    let body = match protocol {
        Protocol::Imap => Body::Imap(imap::Response::Unreadable),
        Protocol::Pop3 => Body::Pop3(pop3::Response {
            indicator: None,
            code: None,
            text: Vec::new(),
            lines: None,
        }),
        Protocol::Smtp | Protocol::Lmtp => Body::Smtp(smtp::Reply {
            code: None,
            enhanced: None,
            lines: Vec::new(),
        }),
    };
    Message {
        octets: octets.to_vec(),
        offset: 0,
        body,
        violations: Vec::new(),
    }
}

fn values() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("plain.uid", "4"),
        ("last.uid", "9"),
        ("plain.size", "120"),
        ("plain.uidl", "aB-9"),
        ("plain.body", "Subject: x\r\n\r\n.dot\r\nend\r\n"),
        ("open.body", "Subject: x\r\n\r\nno end"),
        ("flags", "(\\Seen $Junk)"),
        ("before", "100"),
        ("box", "My Mail"),
    ])
}

/// One line before the completion, or the completion itself if the pattern is one.
fn hold(protocol: Protocol, pattern: &str, octets: &[u8]) -> Result<Captures, Vec<Mismatch>> {
    let pattern =
        Pattern::parse(pattern, protocol).unwrap_or_else(|error| panic!("{pattern}: {error:?}"));
    let message = message(protocol, octets);
    let completes = pattern.is_completion() || protocol != Protocol::Imap;
    let before = if completes {
        vec![]
    } else {
        vec![message.clone()]
    };
    let responses = Responses {
        before: &before,
        completion: completes.then_some(&message),
        closed: false,
    };
    came(&[pattern], responses, &values())
}

fn imap_matches(pattern: &str, response: &str) -> bool {
    hold(Protocol::Imap, pattern, response.as_bytes()).is_ok()
}

#[test]
fn imap_compares_meaning() {
    for (pattern, response, same) in [
        ("* 3 EXISTS", "* 3 exists\r\n", true),
        ("* 3 EXISTS", "* 4 EXISTS\r\n", false),
        ("* ${n:nz-number} EXISTS", "* 0 EXISTS\r\n", false),
        ("* ${_} EXPUNGE", "* 7 EXPUNGE\r\n", true),
        ("OK", "A1 OK done\r\n", true),
        ("OK", "A1 NO [ALERT] sorry\r\n", false),
        (
            "NO [TRYCREATE]",
            "A1 NO [trycreate] no such mailbox\r\n",
            true,
        ),
        ("NO [TRYCREATE]", "A1 NO no such mailbox\r\n", false),
        ("* BYE", "* BYE [UNAVAILABLE] bye\r\n", true),
        (
            "* OK [UIDVALIDITY ${v:nz-number}]",
            "* OK [UIDVALIDITY 17] x\r\n",
            true,
        ),
        (
            "OK [COPYUID 1 4:5 ${d:uid-set}]",
            "A1 OK [COPYUID 1 5,4 7:8]\r\n",
            true,
        ),
        (
            "OK [COPYUID 1 4:6 ${_}]",
            "A1 OK [COPYUID 1 4:5 7:8]\r\n",
            false,
        ),
        (
            "OK [CAPABILITY IMAP4rev1]",
            "A OK [CAPABILITY X IMAP4REV1] x\r\n",
            true,
        ),
        (
            "* OK [PERMANENTFLAGS (\\Seen ...)]",
            "* OK [PERMANENTFLAGS (\\* \\seen)] x\r\n",
            true,
        ),
        (
            "* FLAGS (\\Seen \\Deleted)",
            "* FLAGS (\\deleted \\Recent \\Seen)\r\n",
            true,
        ),
        ("* FLAGS (\\Seen)", "* FLAGS (\\Seen \\Draft)\r\n", false),
        ("* FLAGS ${flags}", "* FLAGS ($Junk \\Seen)\r\n", true),
        (
            "* SEARCH ${last.uid} ${plain.uid}",
            "* SEARCH 4 9\r\n",
            true,
        ),
        ("* SEARCH ${plain.uid}", "* SEARCH 4 9\r\n", false),
        ("* SEARCH ${plain.uid} ...", "* SEARCH 9 4\r\n", true),
        ("* SEARCH", "* SEARCH\r\n", true),
        ("* SEARCH", "* SEARCH 1\r\n", false),
        (
            "* ESEARCH UID ALL 4,9",
            "* ESEARCH (TAG \"A1\") UID ALL 9,4\r\n",
            true,
        ),
        (
            "* ESEARCH COUNT 2 MIN 1",
            "* ESEARCH (TAG \"A1\") MIN 1 COUNT 2\r\n",
            true,
        ),
        (
            "* ESEARCH COUNT 2",
            "* ESEARCH (TAG \"A1\") UID COUNT 2\r\n",
            false,
        ),
        (
            "* 1 FETCH (UID 4)",
            "* 1 FETCH (FLAGS (\\Seen) UID 4)\r\n",
            true,
        ),
        (
            "* 1 FETCH (FLAGS (\\Seen))",
            "* 1 FETCH (FLAGS (\\Recent \\Seen))\r\n",
            true,
        ),
        (
            "* 1 FETCH (FLAGS (\\Recent))",
            "* 1 FETCH (FLAGS ())\r\n",
            false,
        ),
        (
            "* 1 FETCH (FLAGS ())",
            "* 1 FETCH (FLAGS (\\Seen))\r\n",
            false,
        ),
        (
            "* 1 FETCH (BODY[] ${box})",
            "* 1 FETCH (BODY[] {7}\r\nMy Mail)\r\n",
            true,
        ),
        (
            "* 1 FETCH (BODY[] ${box})",
            "* 1 FETCH (BODY[] {7}\r\nMy mail)\r\n",
            false,
        ),
        (
            "* 1 FETCH (BODY[HEADER.FIELDS (DATE)] \"\")",
            "* 1 FETCH (body[header.fields (Date)] {0}\r\n)\r\n",
            true,
        ),
        (
            "* 1 FETCH (MODSEQ (${now > before}))",
            "* 1 FETCH (MODSEQ (101))\r\n",
            true,
        ),
        (
            "* 1 FETCH (MODSEQ (${now > before}))",
            "* 1 FETCH (MODSEQ (100))\r\n",
            false,
        ),
        (
            "* 1 FETCH (BODYSTRUCTURE (\"text\" \"plain\" ...))",
            "* 1 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL))\r\n",
            true,
        ),
        (
            "* 1 FETCH (PREVIEW NIL)",
            "* 1 FETCH (PREVIEW \"NIL\")\r\n",
            false,
        ),
        (
            "* LIST () \"/\" inbox",
            "* LIST (\\HasNoChildren) \"/\" INBOX\r\n",
            true,
        ),
        ("* LIST (\\Subscribed) NIL a", "* LIST () NIL a\r\n", false),
        (
            "* LIST (${_}) \"/\" ${box}",
            "* LIST (\\x) \"/\" \"My Mail\"\r\n",
            true,
        ),
        ("* LIST () \"/\" a", "* LIST () \"/\" A\r\n", false),
        (
            "* LIST () \"/\" \"a\"",
            "* LIST () \"/\" {1}\r\na\r\n",
            true,
        ),
        (
            "* STATUS a (UIDNEXT 3 MESSAGES 1)",
            "* STATUS \"a\" (MESSAGES 1 UIDNEXT 3)\r\n",
            true,
        ),
        (
            "* STATUS a (MESSAGES 1)",
            "* STATUS a (MESSAGES 1 UIDNEXT 3)\r\n",
            false,
        ),
        (
            "* STATUS a (MESSAGES 1 ...)",
            "* STATUS a (MESSAGES 1 UIDNEXT 3)\r\n",
            true,
        ),
        (
            "* VANISHED (EARLIER) 1:3",
            "* VANISHED (EARLIER) 1,2,3\r\n",
            true,
        ),
        ("* VANISHED 1:3", "* VANISHED (EARLIER) 1:3\r\n", false),
        ("* CAPABILITY IDLE", "* CAPABILITY IMAP4rev1 idle\r\n", true),
        ("* CAPABILITY IDLE", "* CAPABILITY IMAP4rev1\r\n", false),
        (
            "* ENABLED CONDSTORE",
            "* ENABLED CONDSTORE QRESYNC\r\n",
            false,
        ),
        ("* ACL inbox bob lrs", "* ACL INBOX \"bob\" lrs\r\n", true),
        ("+", "+ idling\r\n", true),
        ("+", "A1 OK\r\n", false),
    ] {
        assert_eq!(
            imap_matches(pattern, response),
            same,
            "{pattern} against {response}"
        );
    }
}

#[test]
fn pop3_compares_words() {
    let retr = "+OK 120 octets\r\nSubject: x\r\n\r\n..dot\r\nend\r\n.\r\n";
    let open = "+OK\r\nSubject: x\r\n\r\nno end\r\n.\r\n";
    let uidl = "+OK list\r\n1 aB-9\r\n2 zz\r\n.\r\n";
    for (pattern, response, same) in [
        ("+OK", "+OK hi\r\n", true),
        ("+OK", "-ERR hi\r\n", false),
        ("-ERR", "-ERR [SYS/TEMP] x\r\n", true),
        ("-ERR [IN-USE]", "-ERR [in-use] locked\r\n", true),
        ("-ERR [IN-USE]", "-ERR locked\r\n", false),
        ("+OK 2 ${n:number}", "+OK 2 320\r\n", true),
        ("+OK 2 320", "+OK 2 321\r\n", false),
        ("+OK 2", "+OK 2 320 octets\r\n", true),
        ("1 ${plain.uidl}", uidl, true),
        ("1 AB-9", uidl, false),
        ("2 ${u:unique-id}", uidl, true),
        ("3 ${_}", uidl, false),
        ("uidl", "+OK\r\nTOP\r\nUIDL\r\n.\r\n", true),
        ("SASL ...", "+OK\r\nSASL PLAIN CRAM-MD5\r\n.\r\n", true),
        ("SASL PLAIN", "+OK\r\nSASL PLAIN CRAM-MD5\r\n.\r\n", false),
        ("${plain.body}", retr, true),
        ("${open.body}", open, true),
        ("${plain.body}", open, false),
        ("+", "+ c2FsdA==\r\n", true),
    ] {
        let matched = hold(Protocol::Pop3, pattern, response.as_bytes()).is_ok();
        assert_eq!(matched, same, "{pattern} against {response}");
    }
}

#[test]
fn smtp_compares_codes() {
    let ehlo = "250-mx.example greets\r\n250-SIZE 1000\r\n250 PIPELINING\r\n";
    for (pattern, response, same) in [
        ("250", "250 fine\r\n", true),
        ("2xx", "251 will forward\r\n", true),
        ("5xx", "450 later\r\n", false),
        ("550 5.1.1", "550 5.1.1 no such user\r\n", true),
        ("550 5.1.1", "550 5.7.1 no\r\n", false),
        ("5xx 5.x.x", "552 5.2.2 full\r\n", true),
        ("5xx 5.x.x", "552 full\r\n", false),
        ("250", ehlo, true),
        ("PIPELINING", ehlo, true),
        ("SIZE ${most:number64}", ehlo, true),
        ("8BITMIME", ehlo, false),
    ] {
        let matched = hold(Protocol::Smtp, pattern, response.as_bytes()).is_ok();
        assert_eq!(matched, same, "{pattern} against {response}");
    }
}

/// Judges an IMAP step: lines in front of the completion, and the completion.
fn step(
    expectation: &Expectation,
    before: &[&str],
    completion: Option<&str>,
    closed: bool,
) -> Result<Captures, Vec<Mismatch>> {
    let imap = |line: &str| message(Protocol::Imap, format!("{line}\r\n").as_bytes());
    let before: Vec<_> = before.iter().map(|line| imap(line)).collect();
    let completion = completion.map(imap);
    let responses = Responses {
        before: &before,
        completion: completion.as_ref(),
        closed,
    };
    judge(expectation, responses, &values())
}

fn expect(patterns: &[&str]) -> Expectation {
    Expectation {
        expect: patterns
            .iter()
            .map(|text| Pattern::parse(text, Protocol::Imap).unwrap())
            .collect(),
        ..Expectation::default()
    }
}

#[test]
fn success_is_the_default() {
    let nothing = Expectation::default();
    assert!(step(&nothing, &[], Some("A1 OK x"), false).is_ok());
    assert!(step(&nothing, &[], Some("+ go on"), false).is_ok());
    assert!(
        step(
            &expect(&["* 1 EXISTS"]),
            &["* 1 EXISTS"],
            Some("A1 OK"),
            false
        )
        .is_ok()
    );
    let failed = step(&nothing, &[], Some("A1 NO x"), false).unwrap_err();
    assert_eq!(failed[0].message, "the command failed");
    assert_eq!(failed[0].actual, ["NO x"]);
    let silent = step(&nothing, &["* 1 EXISTS"], None, false).unwrap_err();
    assert_eq!(silent[0].message, "the command was not completed");
    let pipelined = step(&expect(&["NO"]), &["A1 OK", "A2 NO"], Some("A3 NO"), false);
    assert_eq!(pipelined.unwrap_err()[0].actual, ["NO"]);
}

#[test]
fn the_end_of_a_connection_needs_no_completion() {
    assert!(step(&expect(&["* BYE"]), &["* BYE x"], None, true).is_ok());
    assert!(step(&expect(&["closed"]), &[], None, true).is_ok());
    assert!(step(&expect(&["BAD"]), &["* BAD x"], None, false).is_ok());
    let open = step(&expect(&["closed"]), &["* BYE x"], None, false).unwrap_err();
    assert_eq!(open[0].message, "the server did not end the connection");
    let ended = step(&expect(&["OK"]), &["* BYE x"], None, true).unwrap_err();
    assert_eq!(
        ended[0].message,
        "the server ended the connection instead of completing the command"
    );
}

#[test]
fn each_response_satisfies_one_pattern_and_values_flow() {
    let lines = ["* 4 EXISTS", "* 5 EXISTS"];
    assert!(
        step(
            &expect(&["* ${_} EXISTS", "* 4 EXISTS"]),
            &lines,
            Some("A OK"),
            false
        )
        .is_ok()
    );
    assert!(
        step(
            &expect(&["* 4 EXISTS", "* 4 EXISTS"]),
            &lines,
            Some("A OK"),
            false
        )
        .is_err()
    );
    let two = expect(&["* ${n:number} EXISTS", "* ${n} RECENT"]);
    let captures = step(
        &two,
        &["* 1 EXISTS", "* 2 EXISTS", "* 2 RECENT"],
        Some("A OK"),
        false,
    );
    assert_eq!(captures.unwrap()["n"], b"2");
}

#[test]
fn order_and_exclusion() {
    let mut expectation = expect(&["* 2 EXPUNGE", "* 1 EXPUNGE"]);
    expectation.in_order = true;
    assert!(
        step(
            &expectation,
            &["* 2 EXPUNGE", "* 1 EXPUNGE"],
            Some("A OK"),
            false
        )
        .is_ok()
    );
    let wrong = step(
        &expectation,
        &["* 1 EXPUNGE", "* 2 EXPUNGE"],
        Some("A OK"),
        false,
    );
    assert_eq!(
        wrong.unwrap_err()[0].message,
        "the response came, but not in this order"
    );
    let mut expectation = expect(&["* 2 EXPUNGE"]);
    expectation.only = true;
    assert!(step(&expectation, &["* 2 EXPUNGE"], Some("A OK"), false).is_ok());
    let more = step(
        &expectation,
        &["* 2 EXPUNGE", "* 1 EXISTS"],
        Some("A OK"),
        false,
    );
    assert_eq!(more.unwrap_err()[0].actual, ["* 1 EXISTS"]);
    let expectation = Expectation {
        never: expect(&["* ${_} EXPUNGE"]).expect,
        ..Expectation::default()
    };
    let came = step(&expectation, &["* 3 EXPUNGE"], Some("A OK"), false).unwrap_err();
    assert_eq!(came[0].pattern, Some(PatternRef::Never(0)));
}

#[test]
fn exclusion_and_order_are_about_lines_in_pop3_and_replies_in_lmtp() {
    let judge_with = |protocol, patterns: &[&str], messages: &[&str]| {
        let mut messages: Vec<_> = messages
            .iter()
            .map(|octets| message(protocol, octets.as_bytes()))
            .collect();
        let completion = messages.pop();
        let expectation = Expectation {
            expect: patterns
                .iter()
                .map(|text| Pattern::parse(text, protocol).unwrap())
                .collect(),
            only: true,
            in_order: true,
            never: Vec::new(),
        };
        let responses = Responses {
            before: &messages,
            completion: completion.as_ref(),
            closed: false,
        };
        judge(&expectation, responses, &values())
            .map_or_else(|mismatches| mismatches[0].message.clone(), |_| "met".into())
    };
    let pop3 = |patterns: &[&str]| {
        let uidl = "+OK\r\n1 aB-9\r\n2 zz\r\n.\r\n";
        judge_with(Protocol::Pop3, patterns, &[uidl])
    };
    let listed = "a response came that `only` does not list";
    assert_eq!(pop3(&["+OK", "1 ${plain.uidl}", "2 zz"]), "met");
    assert_eq!(pop3(&["+OK", "1 ${plain.uidl}"]), listed);
    assert_eq!(
        pop3(&["2 zz", "1 ${_}"]),
        "the response came, but not in this order"
    );
    let lmtp = |patterns: &[&str]| {
        let replies = ["250 2.1.5 ann\r\n", "550 5.1.1 nobody\r\n"];
        judge_with(Protocol::Lmtp, patterns, &replies)
    };
    assert_eq!(lmtp(&["250", "550 5.1.1"]), "met");
    assert_eq!(lmtp(&["550"]), "met");
    assert_eq!(
        lmtp(&["250"]),
        "the nearest response differs: 250 was expected"
    );
    assert_eq!(lmtp(&[]), "the command failed");
}

#[test]
fn all_mismatches_are_reported_with_the_nearest_response() {
    let expectation = expect(&[
        "* 3 EXISTS",
        "* SEARCH ${plain.uid} ${last.uid}",
        "* 1 FETCH (FLAGS (\\Seen))",
        "OK",
    ]);
    let before = [
        "* 4 EXISTS",
        "* SEARCH 4",
        "* 1 FETCH (UID 4 FLAGS (\\Draft))",
    ];
    let mismatches = step(&expectation, &before, Some("A1 NO [ALERT] no"), false).unwrap_err();
    let shown: Vec<_> = mismatches
        .iter()
        .map(|mismatch| {
            let nearest = mismatch.nearest.as_ref().unwrap();
            let octets = &nearest.octets[nearest.span.clone()];
            (
                mismatch.expected[0].as_str(),
                mismatch.actual[0].as_str(),
                String::from_utf8_lossy(octets).into_owned(),
                mismatch.message.as_str(),
            )
        })
        .collect();
    let differs = |why: &str| format!("the nearest response differs: {why}");
    assert_eq!(
        shown,
        [
            (
                "* 3 EXISTS",
                "* 4 EXISTS",
                "4".into(),
                &*differs("`3` was expected")
            ),
            (
                "* SEARCH 4 9",
                "* SEARCH 4",
                "\r".into(),
                &*differs("`9` is missing")
            ),
            (
                "* 1 FETCH (FLAGS (\\Seen))",
                "* 1 FETCH (UID 4 FLAGS (\\Draft))",
                "\\Draft".into(),
                &*differs("`\\Seen` is missing"),
            ),
            (
                "OK",
                "NO [ALERT] no",
                "NO".into(),
                &*differs("OK was expected")
            ),
        ]
    );
}

#[test]
fn the_first_wrong_line_of_a_message_is_shown() {
    let retr = b"+OK\r\nSubject: x\r\n\r\n..dot\r\nEnd\r\n.\r\n";
    let mismatch = hold(Protocol::Pop3, "${plain.body}", retr).unwrap_err();
    let nearest = mismatch[0].nearest.as_ref().unwrap();
    assert_eq!(&nearest.octets[nearest.span.clone()], b"End");
    assert_eq!(
        mismatch[0].message,
        "the nearest response differs: line 4 of the message differs"
    );
}

#[test]
fn variables_of_for_are_text_of_the_pattern() {
    let names = ["OK".to_owned(), "* 3 EXISTS".to_owned()];
    let pattern =
        Pattern::parse_with("${reply}", Protocol::Imap, &[("reply", &names[..])]).unwrap();
    let line = message(Protocol::Imap, b"* 3 EXISTS\r\n");
    let responses = Responses {
        before: std::slice::from_ref(&line),
        completion: None,
        closed: false,
    };
    let three = BTreeMap::from([("reply", "* 3 EXISTS")]);
    let four = BTreeMap::from([("reply", "* 4 EXISTS")]);
    let patterns = [pattern];
    assert!(came(&patterns, responses, &three).is_ok());
    assert!(came(&patterns, responses, &four).is_err());
    let names = ["OK".to_owned(), "OKAY".to_owned()];
    assert!(Pattern::parse_with("${reply}", Protocol::Imap, &[("reply", &names[..])]).is_err());
}

#[test]
fn a_pattern_that_cannot_be_read_says_where_and_what_instead() {
    use Protocol::{Imap, Pop3, Smtp};
    for (protocol, text, offset, suggestion) in [
        (Imap, "3 EXISTS", 0, Some("* 3 EXISTS")),
        (Imap, "* 3 EXIST", 4, Some("EXISTS")),
        (Imap, "* EXISTS", 2, Some("* ${_} EXISTS")),
        (Imap, "OK done", 3, Some("OK")),
        (Imap, "A1 OK", 0, Some("OK")),
        (Imap, "* 1 FETCH (FLAGS)", 10, None),
        (Imap, "* SEARCH (1", 9, None),
        (Imap, "* SEARCH ${x:numbr}", 9, Some("number")),
        (Imap, "* SEARCH ... 1", 13, None),
        (Imap, "* OK [UIDNEXT ${n", 14, None),
        (Imap, "*3 EXISTS", 0, Some("* 3 EXISTS")),
        (Pop3, "OK", 0, Some("+OK")),
        (Pop3, "-ERR no such message", 5, Some("-ERR")),
        (Pop3, "+OKAY", 0, Some("+OK")),
        (Smtp, "2500", 0, None),
        (Smtp, "250 fine", 4, Some("250")),
    ] {
        let error = Pattern::parse(text, protocol).unwrap_err();
        assert_eq!(error.offset, offset, "{text}: {error}");
        if let Some(suggestion) = suggestion {
            assert_eq!(
                error.suggestion.as_deref(),
                Some(suggestion),
                "{text}: {error}"
            );
        }
    }
}

fn any_protocol() -> impl Strategy<Value = Protocol> {
    prop_oneof![
        Just(Protocol::Imap),
        Just(Protocol::Pop3),
        Just(Protocol::Smtp)
    ]
}

/// Text made of what has a meaning, so that more than the first test of a parser is reached.
fn telling() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("* "),
        Just("A1 "),
        Just("OK "),
        Just("FETCH "),
        Just("("),
        Just(")"),
        Just("["),
        Just("]"),
        Just("\""),
        Just("\\"),
        Just("{3}\r\n"),
        Just("{99}\r\n"),
        Just("${"),
        Just("}"),
        Just("${x:number}"),
        Just("${a > 3}"),
        Just("..."),
        Just("1 "),
        Just("\r\n"),
        Just(" "),
        Just("+OK "),
        Just("-ERR "),
        Just("250 "),
        Just("."),
        Just("LIST "),
        Just("SEARCH "),
        Just("ESEARCH "),
        Just("ü"),
        Just("STATUS "),
    ];
    proptest::collection::vec(word, 0..24).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn nothing_panics(
        protocol in any_protocol(),
        pattern in telling(),
        response in telling(),
        noise in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let octets = [response.as_bytes(), &noise[..]].concat();
        let any = message(protocol, &octets);
        let responses = Responses {
            before: std::slice::from_ref(&any),
            completion: Some(&any),
            closed: false,
        };
        let mut expectation = Expectation { only: true, ..Expectation::default() };
        expectation.expect.extend(Pattern::parse(&pattern, protocol));
        for pattern in ["* ${_} FETCH (UID ${u:uniqueid})", "* LIST (...) ${_} ${m:mailbox}"] {
            expectation.expect.extend(Pattern::parse(pattern, Protocol::Imap));
        }
        if let Err(mismatches) = judge(&expectation, responses, &values()) {
            for nearest in mismatches.iter().filter_map(|found| found.nearest.as_ref()) {
                prop_assert!(nearest.span.start <= nearest.span.end);
                prop_assert!(nearest.span.end <= nearest.octets.len());
            }
        }
    }
}
