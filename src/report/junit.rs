//! JUnit XML, as CI servers read it: one test case for each variant of a scenario.
//!
//! ```xml
//! <testsuites name="mailspec embedded" tests="2" failures="1" errors="0" time="0.030">
//!   <testsuite name="imap" tests="2" skipped="0" errors="0" failures="1">
//!     <testcase name="imap/core/noop" classname="imap.core" time="0.015">
//!       <properties>
//!         <property name="requirement" value="rfc3501-6.1.2-1"/>
//!         <property name="level" value="MUST"/>
//!         <property name="citation" value="rfc3501#6.1.2"/>
//!       </properties>
//!       <failure message="expected SP or CRLF" type="imap-response-syntax">…</failure>
//!     </testcase>
//! ```
//!
//! `<failure>` is a failure that fails the run, `<error>` a scenario that was not decided, and
//! `<skipped>` one that is not applicable, was not asked for, or failed without failing the run
//! (its type says so: `expected`, `deviation`, `note`, `provisional`). What is wrong with the
//! expectation file is a failure of the suite `expectations`.

use std::collections::BTreeMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::libtest::{Verdict, expected, verdict};
use super::text::{timestamp, visible};
use super::{Style, failure, transcript};
use crate::outcome::{Complaint, Outcome, RunResult, ScenarioResult};

/// Octets of a transcript that a test case carries at most; the archive has the rest.
const TRANSCRIPT_LIMIT: usize = 64 * 1024;

/// The whole run.
pub fn render(run: &RunResult) -> String {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for result in &run.scenarios {
        let folder = result.id.split('/').next().unwrap_or_default();
        suites
            .entry(folder)
            .or_insert_with(|| suite(folder, run))
            .add_test_case(case(result, run.strict));
    }
    if let Some(expected) = &run.expectations {
        for complaint in &expected.complaints {
            suites
                .entry("expectations")
                .or_insert_with(|| suite("expectations", run))
                .add_test_case(complaint_case(&expected.file, complaint));
        }
    }
    let mut report = Report::new(visible(&format!("mailspec {}", run.target.name)));
    report.set_time(Duration::from_micros(run.duration_us));
    report.add_test_suites(suites.into_values());
    report
        .to_string()
        .expect("control characters are escaped, so the XML is well-formed")
}

fn suite(folder: &str, run: &RunResult) -> TestSuite {
    let mut suite = TestSuite::new(visible(folder));
    suite
        .extra
        .insert("timestamp".into(), timestamp(run.started_unix).into());
    suite.add_property(("mailspec", visible(&run.mailspec).as_str()));
    suite.add_property(("target", visible(&run.target.name).as_str()));
    if let Some(version) = &run.target.version {
        suite.add_property(("target-version", visible(version).as_str()));
    }
    suite.add_property(("seed", run.seed.to_string().as_str()));
    suite.add_property(("exit-code", run.exit.code.to_string().as_str()));
    suite.add_property(("exit-reason", visible(&run.exit.reason).as_str()));
    suite
}

fn case(result: &ScenarioResult, strict: bool) -> TestCase {
    let mut case = TestCase::new(visible(&result.id), status(result, strict));
    case.set_classname(visible(&class_name(&result.id)));
    case.set_time(Duration::from_micros(result.duration_us));
    for covered in &result.covers {
        case.add_property(("requirement", visible(&covered.id).as_str()));
        case.add_property(("level", covered.level.to_string().as_str()));
        case.add_property(("citation", visible(&covered.citation).as_str()));
    }
    for observed in &result.observed {
        let value = format!("line {}: {}", observed.line, observed.seen);
        case.add_property(("observed", visible(&value).as_str()));
    }
    if !matches!(
        result.outcome,
        Outcome::Pass | Outcome::NotApplicable | Outcome::Skipped
    ) {
        case.set_system_out(shortened(transcript::scenario(result)));
    }
    case
}

/// An entry of the expectation file that fails the run.
fn complaint_case(file: &str, complaint: &Complaint) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(complaint.flaw.name());
    status.set_message(visible(&complaint.message));
    let name = format!("{file}:{}:{}", complaint.line, complaint.column);
    let mut case = TestCase::new(visible(&name), status);
    case.set_classname("expectations");
    case
}

/// The folders of an id, parted by dots: `imap.core`.
fn class_name(id: &str) -> String {
    let path = id.split('[').next().unwrap_or_default();
    let folders = path.rsplit_once('/').map_or(path, |(folders, _)| folders);
    folders.replace('/', ".")
}

fn status(result: &ScenarioResult, strict: bool) -> TestCaseStatus {
    let verdict = verdict(result, strict);
    let mut status = match (verdict, result.outcome) {
        (Verdict::Ok, _) => return TestCaseStatus::success(),
        (Verdict::Ignored, _) => TestCaseStatus::skipped(),
        (Verdict::Failed, Outcome::Fail) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (Verdict::Failed, _) => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_type(kind(result, verdict));
    let reason = result.reason.as_deref().unwrap_or_default();
    match result.findings.first() {
        _ if result.is_expected() => status.set_message(expected(result).unwrap_or_default()),
        Some(finding) => status.set_message(visible(&finding.message)),
        None => status.set_message(visible(reason)),
    };
    if !matches!(result.outcome, Outcome::NotApplicable | Outcome::Skipped) {
        status.set_description(failure::render(result, Style::PLAIN));
    }
    status
}

/// The `type` attribute.
fn kind(result: &ScenarioResult, verdict: Verdict) -> String {
    match (result.findings.first(), result.grade) {
        _ if result.is_expected() => "expected".to_owned(),
        (Some(_), _) if result.provisional => "provisional".to_owned(),
        (Some(_), Some(grade)) if verdict == Verdict::Ignored => grade.to_string(),
        (Some(finding), _) => visible(&finding.rule),
        (None, _) => result.outcome.name().to_owned(),
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > TRANSCRIPT_LIMIT {
        let mut at = TRANSCRIPT_LIMIT;
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        text.truncate(at);
        text.push_str("\n… the archive has the rest\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::transcript::Octets;
    use pretty_assertions::assert_eq;

    fn child<'a>(node: roxmltree::Node<'a, 'a>, name: &str) -> Option<roxmltree::Node<'a, 'a>> {
        node.children().find(|child| child.has_tag_name(name))
    }

    #[test]
    fn another_parser_finds_every_case_with_its_status() {
        let text = render(&sample::run());
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        let counts = ["tests", "failures", "errors", "skipped"].map(|name| root.attribute(name));
        assert_eq!(counts, [Some("14"), Some("3"), Some("2"), Some("6")]);

        let found: Vec<(&str, &str, &str)> = document
            .descendants()
            .filter(|node| node.has_tag_name("testcase"))
            .filter_map(|case| {
                let status = ["failure", "error", "skipped"]
                    .into_iter()
                    .find_map(|name| child(case, name))?;
                let kind = status.attribute("type")?;
                Some((case.attribute("name")?, status.tag_name().name(), kind))
            })
            .collect();
        assert_eq!(
            found,
            [
                ("expectations.yaml:9:15", "failure", "stale"),
                ("imap/core/blocked", "error", "blocked"),
                ("imap/core/deviation", "skipped", "deviation"),
                ("imap/core/error", "error", "error"),
                ("imap/core/provisional", "skipped", "provisional"),
                ("imap/core/skipped", "skipped", "skipped"),
                ("imap/core/wrong-octet", "failure", "imap-response-syntax"),
                ("imap/ext/condstore", "skipped", "not-applicable"),
                ("imap/ext/qresync", "skipped", "not-applicable"),
                ("mixed/deletion/pop3-quit", "failure", "rfc1939-6-i2"),
                ("pop3/lock/expected", "skipped", "expected"),
            ]
        );
    }

    #[test]
    fn a_case_names_its_requirement() {
        let text = render(&sample::run());
        let document = roxmltree::Document::parse(&text).unwrap();
        let case = document
            .descendants()
            .find(|node| node.attribute("name") == Some("imap/core/noop[command=NOOP]"))
            .unwrap();
        assert_eq!(case.attribute("classname"), Some("imap.core"));
        let properties: Vec<(Option<&str>, Option<&str>)> = child(case, "properties")
            .unwrap()
            .children()
            .filter(roxmltree::Node::is_element)
            .map(|node| (node.attribute("name"), node.attribute("value")))
            .collect();
        assert_eq!(
            properties,
            [
                (Some("requirement"), Some("rfc3501-6.1.2-1")),
                (Some("level"), Some("MUST")),
                (Some("citation"), Some("rfc3501#6.1.2")),
            ]
        );
    }

    #[test]
    fn control_characters_are_written_out() {
        let mut run = sample::run();
        let canary: String = (0..=0x9f)
            .chain([0x202e, 0xfffe, 0xffff])
            .filter_map(char::from_u32)
            .collect();
        for result in &mut run.scenarios {
            result.id.push_str(&canary);
            result.title.push_str(&canary);
            result.reason = Some(canary.clone());
            for finding in &mut result.findings {
                finding.message.push_str(&canary);
                finding.rule.push_str(&canary);
            }
            for entry in &mut result.transcript.0 {
                entry.octets = Octets((0..=255).collect());
            }
        }
        let text = render(&run);
        let document = roxmltree::Document::parse(&text).unwrap();
        let failure = document
            .descendants()
            .rfind(|node| node.has_tag_name("failure"))
            .unwrap();
        let message = failure.attribute("message").unwrap();
        assert!(
            message.contains("\\x00\\x01") && message.contains("\\x1b"),
            "{message}"
        );
        assert!(message.contains("\\u{9b}"), "{message}");
    }

    #[test]
    fn a_flood_of_octets_is_cut() {
        let mut run = sample::run();
        for result in &mut run.scenarios {
            for entry in &mut result.transcript.0 {
                entry.octets = Octets(vec![0xff; 1 << 14]);
            }
        }
        assert!(render(&run).len() < 12 * 2 * TRANSCRIPT_LIMIT);
    }
}
