//! Logs are judged: real bugs are found in a few lines of a session, at the right octet, and
//! correct sessions are left alone. Also keeps docs/rules.md as the catalogue has it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use mailspec::finding::rule::TABLES;
use mailspec::judge::{Judgement, Knowledge, judge, notation};
use snapbox::{assert_data_eq, cmd::cargo_bin, file};

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("a folder is read").path());
    let mut paths: Vec<PathBuf> = paths.collect();
    paths.sort();
    paths
}

fn judged(path: &Path) -> Judgement {
    let text = fs::read_to_string(path).expect("a log is UTF-8");
    let name = path.display().to_string();
    let recording = notation::read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    judge(&recording, &Knowledge::default(), &name).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// What a log says about itself: `# finds RULE "octets"` in front of the line that is wrong, `#
/// unseen` and the reason if nothing can be seen.
fn expected(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let expectations = lines.iter().enumerate().filter_map(|(index, line)| {
        let what = line.strip_prefix("# finds ")?;
        let behind = &lines[index..];
        let next = behind.iter().position(|line| !line.starts_with('#'))?;
        Some(format!("{}: {what}", index + next + 1))
    });
    expectations.collect()
}

/// The findings of a log in the same form.
fn found(judgement: &Judgement) -> Vec<String> {
    let findings = judgement.findings.iter().map(|finding| {
        let place = finding.source.as_ref();
        let line = place.map_or(0, |place| place.line);
        let wrong = place.map_or_else(String::new, |place| {
            let rest = place.text.chars().skip(place.column - 1);
            rest.take(place.length).collect()
        });
        format!("{line}: {} {wrong:?}", finding.rule)
    });
    findings.collect()
}

#[test]
fn every_real_bug_is_found_by_its_rule_at_its_octet() {
    let mut wrong = String::new();
    for path in files("fixtures/logs/bugs") {
        let text = fs::read_to_string(&path).unwrap();
        let (expected, found) = (expected(&text), found(&judged(&path)));
        let unseen = text.lines().any(|line| line.starts_with("# unseen: "));
        if expected != found || expected.is_empty() != unseen {
            let _ = writeln!(
                wrong,
                "{}\n  expected {expected:#?}\n  found {found:#?}",
                path.display()
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A rule that a transcript is known to break: `! RULE …` for its grammar, and a remark
/// `# breaks RULE` for what only the session shows (docs/rulings.md).
fn known_breach(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix("! ")
        .or_else(|| line.strip_prefix("# breaks "))?;
    rest.split(' ').next()
}

#[test]
fn real_sessions_are_left_alone() {
    for path in files("fixtures/transcripts") {
        let text = fs::read_to_string(&path).unwrap();
        let known: BTreeSet<&str> = text.lines().filter_map(known_breach).collect();
        let findings = judged(&path).findings;
        let found: BTreeSet<&str> = findings.iter().map(|f| f.rule.as_str()).collect();
        assert_eq!(found, known, "{}: {findings:#?}", path.display());
    }
}

#[test]
fn any_part_of_a_correct_session_is_correct() {
    for path in files("fixtures/transcripts") {
        let text = fs::read_to_string(&path).unwrap();
        if text.lines().any(|line| known_breach(line).is_some()) {
            continue;
        }
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        for start in (1..lines.len()).step_by(1 + lines.len() / 100) {
            let knowledge = Knowledge {
                protocol: judged_protocol(&path),
                ..Knowledge::default()
            };
            let excerpt = lines[start..].join("\n");
            let Ok(recording) = notation::read(&excerpt) else {
                continue;
            };
            // A literal that began before the excerpt does not fit.
            if let Ok(judgement) = judge(&recording, &knowledge, "excerpt") {
                let name = path.display();
                assert_eq!(
                    judgement.findings,
                    [],
                    "{name} from line {start}:\n{excerpt}"
                );
            }
        }
    }
}

fn judged_protocol(path: &Path) -> Option<mailspec::wire::Protocol> {
    let name = path.file_name()?.to_str()?;
    let protocols = [
        ("imap", mailspec::wire::Protocol::Imap),
        ("pop3", mailspec::wire::Protocol::Pop3),
        ("lmtp", mailspec::wire::Protocol::Lmtp),
    ];
    protocols
        .into_iter()
        .find_map(|(word, protocol)| name.contains(word).then_some(protocol))
}

/// Exit code, standard output, standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = snapbox::cmd::Command::new(cargo_bin!("mailspec"))
        .env_remove("COLUMNS")
        .arg("judge")
        .args(arguments)
        .output()
        .expect("the binary starts");
    let text = |octets: Vec<u8>| String::from_utf8(octets).expect("text is UTF-8");
    let code = output.status.code().expect("no signal ended it");
    (code, text(output.stdout), text(output.stderr))
}

/// Line and column of a wrong octet, and the rule that it breaks.
type Place = (usize, usize, String);

/// What an excerpt says itself that is wrong: `#   ^ RULE` under the line, the caret under the
/// first wrong octet.
fn marked(text: &str) -> Vec<Place> {
    let mut marks = Vec::new();
    let mut said = 0;
    for (index, line) in text.lines().enumerate() {
        let remark = line.strip_prefix('#').map(str::trim_start);
        match remark.and_then(|remark| remark.strip_prefix("^ ")) {
            Some(rule) => {
                let column = line.find('^').map_or(0, |at| at + 1);
                marks.push((said, column, rule.to_owned()));
            }
            None if remark.is_none() => said = index + 1,
            None => {}
        }
    }
    marks
}

/// Every RFC of the grammar, and the last of those that another one replaced.
const RFCS: &str = "\
    1939 2033 2034 2177 2342 2449 2595 2971 3206 3348 3501 3502 3516 3691 4314 4315 4466 4467 4469 \
    4731 4959 4978 5032 5034 5161 5182 5255 5256 5258 5267 5321 5464 5465 5466 5530 5819 5957 6154 \
    6203 6851 6855 6856 7162 7377 7888 7889 8437 8438 8440 8457 8474 8508 8514 8970 9051 9208 9394";

#[test]
fn every_extension_has_an_excerpt_of_each_kind() {
    for folder in ["fixtures/logs/right", "fixtures/logs/wrong"] {
        let rfcs: Vec<String> = files(folder)
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_str()?[3..7].to_owned()))
            .collect();
        assert_eq!(rfcs.join(" "), RFCS, "{folder}");
    }
}

/// Judges all files of a folder at once, as a user would: exit code, and the findings of each file.
fn excerpts(folder: &str) -> (i32, Vec<(String, Vec<Place>)>) {
    let paths = files(folder);
    let names = paths.iter().map(|path| path.to_str().expect("UTF-8"));
    let arguments: Vec<&str> = ["--format", "json", "--strict"]
        .into_iter()
        .chain(names)
        .collect();
    let (code, out, err) = run(&arguments);
    let logs: serde_json::Value =
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    let number = |value: &serde_json::Value| value.as_u64().map_or(0, |number| number as usize);
    let found = logs.as_array().expect("a list of logs").iter().map(|log| {
        let findings = log["findings"].as_array().expect("a list").iter();
        let mut places: Vec<_> = findings
            .map(|finding| {
                let (source, rule) = (&finding["source"], finding["rule"].as_str());
                let (line, column) = (number(&source["line"]), number(&source["column"]));
                (line, column, rule.expect("a rule").to_owned())
            })
            .collect();
        places.sort();
        (log["log"].as_str().expect("a name").to_owned(), places)
    });
    (code, found.collect())
}

#[test]
fn right_excerpts_are_left_alone() {
    let (code, logs) = excerpts("fixtures/logs/right");
    let accused: Vec<_> = logs.iter().filter(|(_, found)| !found.is_empty()).collect();
    assert!(accused.is_empty() && code == 0, "{code}: {accused:#?}");
}

#[test]
fn wrong_excerpts_are_found_at_the_first_wrong_octet() {
    let (code, logs) = excerpts("fixtures/logs/wrong");
    let mut differing = String::new();
    for (name, found) in &logs {
        let expected = marked(&fs::read_to_string(name).expect("an excerpt"));
        assert!(!expected.is_empty(), "{name} marks nothing");
        if *found != expected {
            let _ = writeln!(
                differing,
                "{name}\n  expected {expected:?}\n  found    {found:?}"
            );
        }
    }
    assert!(differing.is_empty() && code == 1, "{code}\n{differing}");
}

#[test]
fn every_form_of_a_log_is_recognised() {
    for (log, code, finding) in [
        (
            "fixtures/logs/forms/notation.txt",
            1,
            "notation.txt:10:12: violation: imap-number-range",
        ),
        (
            "fixtures/logs/forms/escaped.txt",
            1,
            "escaped.txt:4:14: violation: imap-line-end",
        ),
        (
            "fixtures/logs/forms/rawlog.out",
            1,
            "rawlog.out:3:21: violation: imap-number-range",
        ),
        (
            "fixtures/logs/forms/imaptest.log",
            1,
            "imaptest.log:6:24: violation: imap-number-range",
        ),
        ("fixtures/transcripts/dovecot-lmtp.txt", 0, "0 violations"),
        (
            "reports/schema/samples/report.json",
            1,
            "report.json: imap/core/",
        ),
    ] {
        let (exit, out, err) = run(&[log]);
        assert_eq!(exit, code, "{log}: {out}{err}");
        assert!(out.contains(finding), "{log}: {out}");
    }
}

#[test]
fn what_cannot_be_read_is_2_and_located() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let name = path.display().to_string();
    for (text, place) in [
        ("nothing at all\n", ":1: no form"),
        ("C: a NOOP\nC: b\nS: * OK\nnobody\n", ":4: nobody is named"),
        (
            "S: * 1 FETCH (BODY[] {90}\nS: ab)\nC: a NOOP\n",
            ":1: a literal of 90 octets",
        ),
        ("C: what\n", ":1: nothing here tells the protocol"),
        ("{}", ": not an archived run"),
    ] {
        fs::write(&path, text).unwrap();
        let (code, out, err) = run(&[&name]);
        assert_eq!((code, &out[..]), (2, ""), "{text}");
        assert!(err.contains(&format!("log{place}")), "{err}");
    }
}

#[test]
fn json_has_every_finding() {
    let (code, out, _) = run(&["--format", "json", "fixtures/logs/forms/notation.txt"]);
    let logs: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    assert_eq!(logs[0]["findings"][0]["source"]["line"], 10);
    assert_eq!(logs[0]["findings"][0]["citation"], "rfc9051#9");
}

#[test]
fn the_page_on_imaptest_names_what_there_is() {
    let page = fs::read_to_string("docs/imaptest.md").unwrap();
    let rules = TABLES.iter().flat_map(|(_, rules)| rules.iter());
    let known: BTreeSet<&str> = rules.map(|rule| rule.id()).collect();
    let is_id = |word: &str| {
        word.contains('-')
            && word
                .chars()
                .all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '/'))
    };
    let mut rows = 0;
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let Some((what, here)) = row.trim_matches(['|', ' ']).split_once(" | ") else {
            panic!("no two cells: {row}");
        };
        let words: Vec<&str> = here.split('`').skip(1).step_by(2).collect();
        let ids = words.iter().copied().filter(|word| is_id(word));
        for id in ids {
            let there = known.contains(id) || Path::new(&format!("scenarios/{id}.yaml")).exists();
            assert!(
                there || id == "flag-extension",
                "{id} is neither rule nor scenario: {row}"
            );
        }
        rows += usize::from(what != "ImapTest detects" && what != "---");
    }
    assert!(rows >= 90, "{rows} rows");
}

/// `SNAPSHOTS=overwrite cargo test --test judge` writes the tables anew.
#[test]
fn the_page_of_rules_is_the_catalogue() {
    let page = fs::read_to_string("docs/rules.md").unwrap();
    let first = format!("## {}\n", TABLES[0].0);
    let mut page = page.split(&first).next().unwrap_or_default().to_owned();
    for (title, rules) in TABLES {
        let _ = writeln!(page, "## {title}\n");
        page.push_str("| rule | level | stands in | what holds | a breach |\n");
        page.push_str("| --- | --- | --- | --- | --- |\n");
        for rule in rules {
            let entry = rule.entry();
            let breach = entry.breach.replace('|', "\\|");
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} | `{breach}` |",
                entry.id, entry.level, entry.citation, entry.sentence
            );
        }
        page.push('\n');
    }
    page.pop();
    assert_data_eq!(page, file!["../docs/rules.md"].raw());
}
