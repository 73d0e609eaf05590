//! What is wrong with a recorded session, like a compiler says it.
//!
//! ```text
//! session.txt:14:6: violation: imap-number-range: expected nz-number
//!     14 | S: * 0 EXPUNGE
//!        |      ^
//!        = A number fits its type: 32 or 63 bits, and no nz-number is or begins with 0.
//!        = MUST, rfc9051#9
//!
//! Findings by rule
//!      1 × imap-number-range                14
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::paint::Ink;
use super::text::{cut, visible};
use super::{Style, caret};
use crate::finding::Grade;
use crate::outcome::Finding;

/// The findings of one log, and how often each rule was broken; `label` names the log.
pub fn render(label: &str, findings: &[Finding], style: Style) -> String {
    let mut out = String::new();
    for finding in findings {
        one(&mut out, label, finding, style);
    }
    by_rule(&mut out, findings, style);
    out
}

fn one(out: &mut String, label: &str, finding: &Finding, style: Style) {
    let ink = match finding.grade {
        Grade::Violation => Ink::Bad,
        Grade::Deviation | Grade::Note => Ink::Strong,
    };
    let head = format!("{}: {}", place(label, finding), finding.grade);
    let rule = format!("{}: {}", finding.rule, finding.message);
    let _ = writeln!(out, "{}: {}", style.paint(ink, &head), visible(&rule));
    let lines = match (&finding.source, &finding.octets) {
        (Some(mark), _) => Some(caret::source(mark, style)),
        (None, Some(mark)) => Some(caret::octets(mark, style)),
        (None, None) => None,
    };
    for line in lines.iter().flatten() {
        let _ = writeln!(out, "{line}");
    }
    let who = match &finding.actor {
        Some(actor) => format!(", on {}", visible(actor)),
        None => String::new(),
    };
    let cited = format!("{}, {}{who}", finding.level, finding.citation);
    for note in [finding.sentence.as_str(), &cited] {
        let _ = writeln!(out, "{:7}= {note}", "");
    }
    out.push('\n');
}

/// Where a finding stands: a line and column of the log, or an octet of a connection.
fn place(label: &str, finding: &Finding) -> String {
    let label = visible(label);
    match (&finding.source, &finding.octets) {
        (Some(mark), _) => format!("{label}:{}:{}", mark.line, mark.column),
        (None, Some(mark)) => format!("{label}: octet {}", mark.offset + mark.start as u64),
        (None, None) => label,
    }
}

/// Which rule was broken how often, and in which lines.
fn by_rule(out: &mut String, findings: &[Finding], style: Style) {
    let mut rules: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in findings {
        let place = match (&finding.source, &finding.octets) {
            (Some(mark), _) => mark.line.to_string(),
            (None, Some(mark)) => format!("octet {}", mark.offset + mark.start as u64),
            (None, None) => "end".to_owned(),
        };
        rules.entry(&finding.rule).or_default().push(place);
    }
    if rules.is_empty() {
        return;
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    let _ = writeln!(out, "{}", style.paint(Ink::Strong, "Findings by rule"));
    for (rule, places) in rules {
        let line = format!("  {:>4} × {:32} {}", places.len(), rule, places.join(", "));
        let _ = writeln!(out, "{}", cut(&line, style.width));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::outcome::{Kind, OctetMark, SourceMark};
    use crate::transcript::Octets;
    use pretty_assertions::assert_eq;

    fn finding() -> Finding {
        Finding {
            kind: Kind::Violation,
            rule: "imap-number-range".into(),
            level: Level::Must,
            grade: Grade::Violation,
            citation: "rfc9051#9".into(),
            sentence: "A number fits its type.".into(),
            message: "expected nz-number".into(),
            actor: Some("phone".into()),
            at_us: None,
            source: Some(SourceMark {
                file: "x.txt".into(),
                line: 14,
                column: 6,
                length: 1,
                text: "S: * 0 EXPUNGE".into(),
            }),
            octets: Some(OctetMark {
                skipped: 0,
                octets: Octets(b"* 0 EXPUNGE\r\n".to_vec()),
                start: 2,
                end: 3,
                offset: 40,
            }),
            expected: Vec::new(),
            actual: Vec::new(),
        }
    }

    #[test]
    fn a_finding_looks_like_a_compilers() {
        let expected = "\
x.txt:14:6: violation: imap-number-range: expected nz-number
    14 | S: * 0 EXPUNGE
       |      ^
       = A number fits its type.
       = MUST, rfc9051#9, on phone

Findings by rule
     1 × imap-number-range                14
";
        assert_eq!(render("x.txt", &[finding()], Style::PLAIN), expected);
        assert_eq!(render("x.txt", &[], Style::PLAIN), "");
    }

    #[test]
    fn without_a_line_the_octet_is_named() {
        let finding = Finding {
            source: None,
            ..finding()
        };
        let text = render("run.json", &[finding], Style::PLAIN);
        assert!(text.starts_with("run.json: octet 42: violation"), "{text}");
        assert!(
            text.contains("       | * 0 EXPUNGE\\r\\n\n       |   ^\n"),
            "{text}"
        );
    }
}
