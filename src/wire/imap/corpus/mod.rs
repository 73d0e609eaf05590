//! Lines of servers, judged by hand from the ABNF: those that are right, and those that are wrong
//! with the first wrong octet marked.

use std::io::Write as _;

use pretty_assertions::assert_eq;

use super::{Context, parse};
use crate::finding::rule::TABLES;
use crate::wire::Limits;
use crate::wire::fragment::{Frame, ImapFramer};

mod base;
mod mailboxes;
mod messages;
mod mutation;
mod searches;
mod session;

/// Before each octet that is wrong.
const MARK: char = '¦';

/// What an extension adds, judged: at least eight lines of each kind.
struct Family {
    /// Its capability.
    name: &'static str,
    /// The state in which the lines are judged.
    state: &'static str,
    /// Lines that are right.
    right: &'static [&'static str],
    /// Lines with their marks, and the rule broken at each mark.
    wrong: &'static [(&'static str, &'static [&'static str])],
}

/// Every family.
fn families() -> impl Iterator<Item = &'static Family> {
    [
        mailboxes::FAMILIES,
        messages::FAMILIES,
        searches::FAMILIES,
        session::FAMILIES,
    ]
    .into_iter()
    .flatten()
}

/// The state of a connection in which a line is judged: a revision and what else is offered (`+`)
/// or enabled (`!`); `unasked` if the client has used nothing extended.
fn context(state: &str) -> Context {
    let mut context = Context {
        extended_list: true,
        extended_search: true,
        ..Context::default()
    };
    for word in state.split(' ') {
        let (offered, enabled): (&[&str], &[&str]) = match word {
            "unknown" => (&[], &[]),
            "rev1" => (&["IMAP4REV1"], &[]),
            "rev2" => (&["IMAP4REV1", "IMAP4REV2"], &["IMAP4REV2"]),
            "rev2-alone" => (&["IMAP4REV2"], &[]),
            "utf8" => (&["IMAP4REV1"], &["UTF8=ACCEPT"]),
            "qresync" => (&["IMAP4REV1"], &["QRESYNC", "CONDSTORE"]),
            "unasked" => {
                context.extended_list = false;
                context.extended_search = false;
                (&[], &[])
            }
            _ if word.starts_with('+') => (&[&word[1..]], &[]),
            _ if word.starts_with('!') => (&[], &[&word[1..]]),
            _ => panic!("no such state: {state}"),
        };
        let owned = |names: &[&str]| names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
        context.capabilities.extend(owned(offered));
        context.enabled.extend(owned(enabled));
    }
    context
}

/// The octets of a line: `␍`, `␊` and `␀` stand for CR, LF and NUL, CRLF is added at the end where
/// no LF stands.
fn octets(line: &str) -> Vec<u8> {
    let plain = line
        .replace('␍', "\r")
        .replace('␊', "\n")
        .replace('␀', "\0");
    let end = if plain.ends_with('\n') { "" } else { "\r\n" };
    [plain.as_bytes(), end.as_bytes()].concat()
}

/// Judges a line; gives it back with a mark at each wrong octet, and the rules.
fn judged(state: &str, line: &str) -> (Vec<usize>, Vec<&'static str>) {
    let (_, violations) = parse(&octets(line), &context(state));
    let starts = violations.iter().map(|found| found.span.start).collect();
    let rules = violations.iter().map(|found| found.rule.id()).collect();
    (starts, rules)
}

/// A state, and the lines judged in it.
type Judged<T> = &'static [(&'static str, &'static [T])];

/// Lines with their marks, and the rule broken at each mark.
type Wrong = &'static [(&'static str, &'static [&'static str])];

/// Every line that is right, with its state.
fn all_right() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let base = base::RIGHT.iter().copied();
    base.chain(families().map(|family| (family.state, family.right)))
}

/// Every line that is wrong, with its state.
fn all_wrong() -> impl Iterator<Item = (&'static str, Wrong)> {
    let base = base::WRONG.iter().copied();
    base.chain(families().map(|family| (family.state, family.wrong)))
}

#[test]
fn every_prefix_is_incomplete() {
    for line in all_right().flat_map(|(_, lines)| lines) {
        let octets = octets(line);
        for cut in 0..octets.len() {
            let frame = ImapFramer::default().find(&octets[..cut], &Limits::default());
            assert_eq!(frame, Frame::Incomplete, "{cut} of {line}");
        }
        let frame = ImapFramer::default().find(&octets, &Limits::default());
        assert_eq!(frame, Frame::Complete(octets.len()), "{line}");
    }
}

#[test]
fn every_rule_is_seen_to_fire() {
    let fired: Vec<&str> = all_wrong()
        .flat_map(|(_, cases)| cases)
        .flat_map(|(_, rules)| rules.iter().copied())
        .collect();
    for rule in crate::finding::rule::imap_wire::TABLE {
        assert!(fired.contains(&rule.id()), "{rule:?}");
    }
}

/// Tests of the library show what they print only if they fail; this line is to be seen always.
#[test]
fn there_are_lines_of_each_kind() {
    let right: usize = all_right().map(|(_, lines)| lines.len()).sum();
    let wrong: usize = all_wrong().map(|(_, lines)| lines.len()).sum();
    let productions = super::ext::count();
    let rules: Vec<usize> = TABLES.iter().map(|(_, rules)| rules.len()).collect();
    let all: usize = rules.iter().sum();
    let line = format!(
        "{productions} productions that IMAP finds by name; {all} rules; \
         {right} right and {wrong} wrong IMAP lines judged\n"
    );
    let shown = std::io::stdout().write_all(line.as_bytes());
    assert!(right > 300 && wrong > 300 && shown.is_ok());
    assert!(productions > 100 && all > 150, "{line}");
}

#[test]
fn every_family_has_eight_lines_of_each_kind() {
    for family in families() {
        let (right, wrong) = (family.right.len(), family.wrong.len());
        assert!(right >= 8, "{}: {right} right", family.name);
        assert!(wrong >= 8, "{}: {wrong} wrong", family.name);
    }
}

#[test]
fn correct_lines_are_not_accused() {
    let mut accused = Vec::new();
    for (state, lines) in all_right() {
        for line in lines {
            let found = judged(state, line);
            if found != (vec![], vec![]) {
                accused.push((state, line, found));
            }
        }
    }
    assert!(accused.is_empty(), "{accused:#?}");
}

#[test]
fn the_first_wrong_octet_is_named() {
    let mut differing = Vec::new();
    for (state, cases) in all_wrong() {
        for (marked, rules) in cases {
            let mut pieces: Vec<&str> = marked.split(MARK).collect();
            pieces.pop();
            let starts: Vec<usize> = pieces
                .iter()
                .scan(String::new(), |before, piece| {
                    before.push_str(piece);
                    let plain = before.replace(['␍', '␊', '␀'], "x");
                    Some(plain.len())
                })
                .collect();
            let line = marked.replace(MARK, "");
            let found = judged(state, &line);
            if found != (starts, rules.to_vec()) {
                differing.push((state, marked, found));
            }
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn malformed_utf8_is_told_even_where_utf8_may_stand() {
    let (_, violations) = parse(b"* OK caf\xe9 au lait\r\n", &context("rev2"));
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].span, 8..9);
    assert_eq!(violations[0].expected, "UTF-8");
}
