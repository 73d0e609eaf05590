//! What a step demands of all its responses, and what is said of the nearest.

use pretty_assertions::assert_eq;

use super::*;

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
