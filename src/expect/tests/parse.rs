//! Reading patterns: variables of `for`, and what cannot be read.

use pretty_assertions::assert_eq;

use super::*;

#[test]
fn variables_of_for_are_text_of_the_pattern() {
    let variable = |texts: &[&'static str]| [("reply", texts.to_vec())];
    let values = variable(&["OK", "* 3 EXISTS"]);
    let pattern = Pattern::parse_with("${reply}", Protocol::Imap, &values).unwrap();
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
    let values = variable(&["OK", "OKAY"]);
    assert!(Pattern::parse_with("${reply}", Protocol::Imap, &values).is_err());
    let values = variable(&["* ${n:nz-number} EXISTS", "* ${a.seq} EXPUNGE"]);
    let pattern = Pattern::parse_with("${reply}", Protocol::Imap, &values).unwrap();
    assert_eq!(pattern.uses(), ["a.seq"]);
    assert!(pattern.binds().is_empty());
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
