//! Whatever pattern and response, nothing panics.

use proptest::prelude::*;

use super::*;

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
