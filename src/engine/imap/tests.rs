//! IMAP exchanges, line by line.

use pretty_assertions::assert_eq;

use crate::engine::testing::Bench;
use crate::engine::{Command, LiteralForm, Piece, Request};
use crate::wire::Protocol;

fn greeted(greeting: &str) -> Bench {
    let mut bench = Bench::new(Protocol::Imap);
    let expected = format!("greeting {greeting}");
    assert_eq!(bench.hear(&format!("{greeting}\r\n")), [expected]);
    bench
}

fn text(text: &str) -> Piece {
    Piece::Text(text.as_bytes().to_vec())
}

fn literal(octets: &str, form: LiteralForm) -> Piece {
    Piece::Literal {
        octets: octets.as_bytes().to_vec(),
        form,
    }
}

fn login(form: LiteralForm) -> Request {
    Request::Commands(vec![Command(vec![
        text("LOGIN "),
        literal("ann", form),
        text(" "),
        literal("pass", form),
    ])])
}

#[test]
fn tagged_responses_find_their_commands() {
    let mut bench = greeted("* OK hi");
    assert_eq!(bench.ask(&["NOOP", "CHECK"]), "a1 NOOP\r\na2 CHECK\r\n");
    assert_eq!(
        bench.hear("* 1 EXISTS\r\na2 OK 2\r\na1 BAD 1\r\na1 OK\r\nz1 OK x\r\na3 OK x\r\n"),
        [
            "untagged * 1 EXISTS",
            "done 1.1 a2 OK 2",
            "done 1.0 a1 BAD 1",
            "unexpected a1 OK !imap-completed-twice",
            "unexpected z1 OK x !imap-unknown-tag",
            "unexpected a3 OK x !imap-unknown-tag",
        ]
    );
}

#[test]
fn a_synchronizing_literal_waits_and_so_do_commands_behind_it() {
    let mut bench = greeted("* OK hi");
    assert_eq!(bench.put(login(LiteralForm::AsOffered)), "a1 LOGIN {3}\r\n");
    assert_eq!(bench.ask(&["NOOP"]), "");
    assert_eq!(bench.hear("+ go\r\n"), ["literal + go"]);
    assert_eq!(bench.sent(), "ann {4}\r\n");
    assert_eq!(bench.hear("+ go\r\n"), ["literal + go"]);
    assert_eq!(bench.sent(), "pass\r\na2 NOOP\r\n");
    assert_eq!(
        bench.hear("a1 OK in\r\na2 OK\r\n"),
        ["done 1.0 a1 OK in", "done 2.0 a2 OK"]
    );
}

#[test]
fn a_refused_literal_ends_its_command() {
    let mut bench = greeted("* OK hi");
    bench.put(login(LiteralForm::Synchronizing));
    bench.ask(&["NOOP"]);
    assert_eq!(bench.hear("a1 NO no\r\n"), ["done 1.0 a1 NO no"]);
    assert_eq!(bench.sent(), "a2 NOOP\r\n");
}

#[test]
fn literals_go_out_as_offered_or_as_forced() {
    for (greeting, form, expected) in [
        (
            "* OK hi",
            LiteralForm::NonSynchronizing,
            "a1 LOGIN {3+}\r\nann {4+}\r\npass\r\n",
        ),
        (
            "* OK [CAPABILITY LITERAL+] hi",
            LiteralForm::AsOffered,
            "a1 LOGIN {3+}\r\nann {4+}\r\npass\r\n",
        ),
        (
            "* OK [CAPABILITY literal-] hi",
            LiteralForm::AsOffered,
            "a1 LOGIN {3+}\r\nann {4+}\r\npass\r\n",
        ),
        (
            "* OK [CAPABILITY LITERAL+] hi",
            LiteralForm::Synchronizing,
            "a1 LOGIN {3}\r\n",
        ),
    ] {
        let mut bench = greeted(greeting);
        assert_eq!(bench.put(login(form)), expected, "{greeting}");
    }
    let mut bench = greeted("* OK [CAPABILITY IMAP4rev1 LITERAL-] hi");
    let long = literal(&"x".repeat(4097), LiteralForm::AsOffered);
    let append = Command(vec![text("APPEND INBOX "), long]);
    let sent = bench.put(Request::Commands(vec![append]));
    assert_eq!(sent, "a1 APPEND INBOX {4097}\r\n");
}

#[test]
fn a_command_cannot_succeed_before_it_is_sent() {
    let mut bench = greeted("* OK hi");
    bench.put(login(LiteralForm::Synchronizing));
    bench.ask(&["NOOP"]);
    assert_eq!(
        bench.hear("a2 NO\r\na1 OK\r\n"),
        [
            "done 2.0 a2 NO !imap-completed-early",
            "done 1.0 a1 OK !imap-completed-early"
        ]
    );
}

#[test]
fn idle_ends_with_done() {
    let mut bench = greeted("* OK hi");
    assert_eq!(bench.ask(&["IDLE"]), "a1 IDLE\r\n");
    assert_eq!(
        bench.hear("* 1 RECENT\r\n+ idling\r\n* 2 EXISTS\r\n+ again\r\n"),
        [
            "untagged * 1 RECENT",
            "go-on + idling",
            "untagged * 2 EXISTS",
            "unexpected + again !imap-unasked-continuation",
        ]
    );
    assert_eq!(bench.put(Request::Line(b"DONE".to_vec())), "DONE\r\n");
    assert_eq!(bench.hear("a1 OK\r\n"), ["done 1.0 a1 OK"]);
    bench.ask(&["IDLE"]);
    assert_eq!(
        bench.hear("+ \r\na2 OK\r\n"),
        ["go-on +", "done 2.0 a2 OK !imap-completed-early"]
    );
}

#[test]
fn sasl_goes_on_line_by_line() {
    let mut bench = greeted("* OK hi");
    bench.ask(&["AUTHENTICATE LOGIN"]);
    assert_eq!(bench.hear("+ VXNlcg==\r\n"), ["go-on + VXNlcg=="]);
    assert_eq!(bench.put(Request::Line(b"YQ==".to_vec())), "YQ==\r\n");
    assert_eq!(bench.hear("+ UA==\r\n"), ["go-on + UA=="]);
    bench.put(Request::Line(b"*".to_vec()));
    assert_eq!(bench.hear("a1 BAD\r\n"), ["done 1.0 a1 BAD"]);
    assert_eq!(
        bench.ask(&["AUTHENTICATE PLAIN AGEAYg=="]),
        "a2 AUTHENTICATE PLAIN AGEAYg==\r\n"
    );
    assert_eq!(bench.hear("a2 OK\r\n"), ["done 2.0 a2 OK"]);
}

#[test]
fn a_literal_announced_in_text_is_the_callers() {
    let mut bench = greeted("* OK hi");
    bench.ask(&["LOGIN {3}"]);
    assert_eq!(bench.hear("+ \r\n"), ["go-on +"]);
    assert_eq!(bench.put(Request::Line(b"ann {4}".to_vec())), "ann {4}\r\n");
    assert_eq!(bench.hear("+ \r\n"), ["go-on +"]);
    bench.put(Request::Line(b"pass".to_vec()));
    assert_eq!(bench.hear("a1 OK\r\n"), ["done 1.0 a1 OK"]);
}

#[test]
fn capabilities_are_what_was_said_last() {
    let names = |names: &[&str]| Some(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
    let mut bench = greeted("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi");
    assert_eq!(bench.capabilities(), names(&["AUTH=PLAIN", "IMAP4REV1"]));
    bench.ask(&["LOGIN a b"]);
    bench.hear("a1 OK in\r\n");
    assert_eq!(bench.capabilities(), None);
    bench.ask(&["CAPABILITY", "LOGIN a b"]);
    bench.hear("* CAPABILITY IMAP4rev1 X\r\na2 OK\r\n");
    assert_eq!(bench.capabilities(), names(&["IMAP4REV1", "X"]));
    bench.hear("* CAPABILITY IMAP4rev1 IDLE\r\na3 OK\r\n");
    assert_eq!(bench.capabilities(), names(&["IDLE", "IMAP4REV1"]));
    bench.ask(&["LOGIN a b"]);
    bench.hear("a4 OK [CAPABILITY IMAP4rev1] in\r\n");
    assert_eq!(bench.capabilities(), names(&["IMAP4REV1"]));
    bench.ask(&["STARTTLS"]);
    bench.hear("a5 OK go\r\n");
    bench.tls_started();
    assert_eq!(bench.capabilities(), None);
}

#[test]
fn commands_behind_starttls_are_not_carried_out() {
    let mut bench = greeted("* OK hi");
    bench.ask(&["STARTTLS", "NOOP"]);
    let accepted = bench.hear("a1 OK go\r\n* OK injected\r\n");
    assert_eq!(accepted, ["done 1.0 a1 OK go", "tls"]);
    assert_eq!(bench.ask(&["CAPABILITY"]), "");
    assert_eq!(
        bench.tls_started(),
        ["unexpected * OK injected !imap-clear-behind-starttls"]
    );
    assert_eq!(bench.sent(), "a3 CAPABILITY\r\n");
    assert_eq!(
        bench.hear("a2 OK noop\r\na3 OK\r\n"),
        [
            "unexpected a2 OK noop !imap-clear-command-kept",
            "done 2.0 a3 OK"
        ]
    );
    bench.ask(&["STARTTLS"]);
    assert_eq!(bench.hear("a4 OK again\r\n"), ["done 3.0 a4 OK again"]);
}

#[test]
fn after_logout_nothing_more_is_said() {
    let mut bench = greeted("* OK hi");
    bench.ask(&["LOGOUT"]);
    assert_eq!(
        bench.hear("* BYE\r\na1 OK\r\n* 1 EXISTS\r\n"),
        [
            "untagged * BYE",
            "done 1.0 a1 OK",
            "unexpected * 1 EXISTS !imap-after-logout"
        ]
    );
    assert_eq!(bench.close(), ["closed"]);
    let mut bench = greeted("* BYE too busy");
    assert_eq!(
        bench.hear("* OK\r\n"),
        ["unexpected * OK !imap-after-logout"]
    );
}

#[test]
fn a_greeting_is_a_status_response() {
    let mut bench = Bench::new(Protocol::Imap);
    let greeting = bench.hear("* CAPABILITY IMAP4rev1\r\n");
    assert_eq!(
        greeting,
        ["greeting * CAPABILITY IMAP4rev1 !imap-bad-greeting"]
    );
    let mut bench = Bench::new(Protocol::Imap);
    assert_eq!(bench.close(), ["unexpected  !imap-no-greeting", "closed"]);
}

#[test]
fn raw_octets_bring_tags_of_their_own() {
    let mut bench = greeted("* OK hi");
    let raw = "A1 LOGIN {3}\r\n";
    assert_eq!(bench.put(Request::Raw(raw.as_bytes().to_vec())), raw);
    assert_eq!(bench.hear("+ go\r\n"), ["go-on + go"]);
    assert_eq!(bench.put(Request::Raw(b"ann x\r\n".to_vec())), "ann x\r\n");
    assert_eq!(
        bench.hear("A1 OK in\r\nA1 OK in\r\n"),
        ["done 1.0 A1 OK in", "unexpected A1 OK in !imap-unknown-tag"]
    );
    bench.put(Request::Raw(b"a1 NOOP\r\n".to_vec()));
    assert_eq!(bench.ask(&["NOOP"]), "a2 NOOP\r\n");
}

#[test]
fn a_giant_literal_is_refused_when_announced() {
    let mut bench = greeted("* OK hi");
    let lost = bench.hear("* 1 FETCH (BODY[] {4294967295}\r\n");
    assert_eq!(lost, ["lost !imap-over-limit"]);
}

#[test]
fn an_unreadable_completion_completes_all_the_same() {
    let mut bench = greeted("* OK hi");
    bench.ask(&["NOOP"]);
    assert_eq!(bench.hear("a1 FINE\r\n"), ["done 1.0 a1 FINE"]);
    assert_eq!(bench.hear("garbage\r\n"), ["unexpected garbage"]);
}

#[test]
fn the_end_in_the_middle_of_a_response_is_reported() {
    let mut bench = greeted("* OK hi");
    assert_eq!(bench.hear("* 1 FETCH (BODY[] {5}\r\nab"), [""; 0]);
    let events = bench.close();
    assert!(events[0].ends_with("!imap-cut-short"), "{events:?}");
    assert!(events[1].starts_with("closed * 1 FETCH"), "{events:?}");
}

#[test]
fn what_the_client_asked_for_may_come() {
    let mut bench = greeted("* OK [CAPABILITY IMAP4rev1 ESEARCH LIST-EXTENDED] hi");
    let unasked = "* ESEARCH (TAG a1) COUNT 3";
    bench.ask(&["SEARCH ALL"]);
    assert_eq!(
        bench.hear(&format!("{unasked}\r\n")),
        [format!("untagged {unasked} !imap-esearch-unasked")]
    );
    let extended = "* LIST () NIL a (OLDNAME (b))";
    assert_eq!(
        bench.hear(&format!("{extended}\r\n")),
        [format!("untagged {extended} !imap-list-extended-unasked")]
    );
    bench.ask(&["SEARCH RETURN (COUNT) ALL"]);
    for asked in [unasked, extended] {
        let told = bench.hear(&format!("{asked}\r\n"));
        assert_eq!(told, [format!("untagged {asked}")]);
    }
}
