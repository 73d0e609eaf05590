//! One self-contained page: the summary, every variant with its requirements, failure and all
//! clients on one time line, and a filter.
//!
//! ```html
//! <details id="imap/core/noop" data-verdict="violation" data-words="…">
//!   <summary><span class="verdict violation">violation</span> imap/core/noop …</summary>
//! ```
//!
//! The page loads nothing, and its Content-Security-Policy forbids it. It is readable without
//! scripts; they only filter. Whatever came from a server is escaped twice: control characters as
//! in every report, and then for HTML.

use std::fmt::Write as _;

use super::libtest::{Verdict, expected, verdict};
use super::text::{duration, timestamp, visible};
use super::time_line::{Line, actor_width, draw, split};
use super::{Style, failure, summary};
use crate::outcome::{Outcome, RunResult, ScenarioResult};
use crate::transcript::Direction;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The most lines of a transcript; the archive has the rest.
const LINES: usize = 2000;

/// The whole page.
pub fn render(run: &RunResult) -> String {
    let mut out = head(run);
    out.push_str(&overview(run));
    out.push_str(&filter(run));
    let mut results: Vec<&ScenarioResult> = run.scenarios.iter().collect();
    results.sort_by_key(|result| rank(run, result));
    for result in results {
        out.push_str(&variant(run, result));
    }
    let _ = write!(out, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

fn head(run: &RunResult) -> String {
    let name = escaped(&run.target.name);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>mailspec: {name}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>{name}</h1>\n"
    )
}

fn overview(run: &RunResult) -> String {
    let version = run.target.version.as_deref().unwrap_or("unknown version");
    let ok = if run.exit.code == 0 {
        "exit"
    } else {
        "exit bad"
    };
    let mut out = format!(
        "<p class=\"sub\">{}, {}; mailspec {}; seed {}; {}</p>\n<p class=\"{ok}\">exit {}: {}</p>\n",
        escaped(version),
        escaped(&run.target.endpoints.join(" ")),
        escaped(&run.mailspec),
        run.seed,
        timestamp(run.started_unix),
        run.exit.code,
        escaped(&run.exit.reason),
    );
    out.push_str("<h2>Summary</h2>\n<div class=\"scroll\"><table>\n");
    for row in summary::rows(run) {
        let (tag, class) = match row.kind {
            summary::RowKind::Head => ("th", ""),
            summary::RowKind::First => ("td", " class=\"group\""),
            summary::RowKind::Next => ("td", ""),
        };
        let cells: String = row
            .cells
            .iter()
            .map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell)))
            .collect();
        let _ = writeln!(out, "<tr{class}>{cells}</tr>");
    }
    out.push_str("</table></div>\n<ul>\n");
    let facts = summary::facts(run, Style::PLAIN);
    for fact in facts.iter().filter(|fact| !fact.is_empty()) {
        let _ = writeln!(out, "<li>{}</li>", escaped(fact.trim()));
    }
    out.push_str("</ul>\n");
    if let Some(all) = &run.expectations
        && !all.complaints.is_empty()
    {
        let _ = writeln!(out, "<h2>{}</h2>\n<ul>", escaped(&all.file));
        for one in &all.complaints {
            let place = format!("{}:{}", one.line, one.column);
            let (flaw, message) = (one.flaw.name(), escaped(&one.message));
            let _ = writeln!(out, "<li>{place} <b>{flaw}</b>: {message}</li>");
        }
        out.push_str("</ul>\n");
    }
    out
}

/// What a reader wants to see first comes first; in the order of their ids otherwise.
fn rank(run: &RunResult, result: &ScenarioResult) -> u8 {
    match result.outcome {
        _ if verdict(result, run.strict) == Verdict::Failed => 0,
        _ if result.is_expected() => 2,
        Outcome::Pass => 3,
        Outcome::NotApplicable | Outcome::Skipped => 4,
        _ => 1,
    }
}

/// The word for a variant by which it is coloured and filtered.
fn word(result: &ScenarioResult) -> String {
    match (result.outcome, result.grade) {
        _ if result.is_expected() => "expected".to_owned(),
        (Outcome::Fail, _) if result.provisional => "provisional".to_owned(),
        (Outcome::Fail, Some(grade)) => grade.to_string(),
        (outcome, _) => outcome.name().to_owned(),
    }
}

fn filter(run: &RunResult) -> String {
    let mut words: Vec<(String, usize)> = Vec::new();
    for result in &run.scenarios {
        let word = word(result);
        match words.iter_mut().find(|(known, _)| *known == word) {
            Some((_, number)) => *number += 1,
            None => words.push((word, 1)),
        }
    }
    words.sort();
    let mut out = "<h2>Variants</h2>\n<form>\n<input type=\"search\" name=\"words\" \
                   placeholder=\"id, title, requirement\" aria-label=\"words\">\n"
        .to_owned();
    for (word, number) in words {
        let _ = writeln!(
            out,
            "<label><input type=\"checkbox\" value=\"{word}\" checked> {word} {number}</label>"
        );
    }
    out.push_str("<output></output>\n</form>\n");
    out
}

fn variant(run: &RunResult, result: &ScenarioResult) -> String {
    let (word, id, title) = (word(result), escaped(&result.id), escaped(&result.title));
    let rules: Vec<&str> = result.rules().into_iter().collect();
    let covers: Vec<&str> = result
        .covers
        .iter()
        .map(|covered| covered.id.as_str())
        .collect();
    let words = format!(
        "{} {} {} {}",
        result.id,
        result.title,
        rules.join(" "),
        covers.join(" ")
    );
    let words = escaped(&words.to_lowercase());
    let open = if verdict(result, run.strict) == Verdict::Failed {
        " open"
    } else {
        ""
    };
    let mut out = format!(
        "<details id=\"{id}\" data-verdict=\"{word}\" data-words=\"{words}\"{open}>\n<summary>\
         <span class=\"verdict {word}\">{word}</span> <code>{id}</code>\
         <span class=\"title\">{title}</span></summary>\n<div class=\"inside\">\n"
    );
    for covered in &result.covers {
        let _ = writeln!(
            out,
            "<p>{} <code>{}</code> ({}): {}</p>",
            covered.level,
            escaped(&covered.id),
            escaped(&covered.citation),
            escaped(&covered.text)
        );
    }
    if let Some(reasons) = expected(result) {
        let _ = writeln!(
            out,
            "<p class=\"expected\">expected: {}</p>",
            escaped(&reasons)
        );
    }
    if !result.findings.is_empty() {
        let verbose = Style {
            verbose: true,
            ..Style::PLAIN
        };
        let _ = writeln!(
            out,
            "<pre>{}</pre>",
            escaped(&failure::render(result, verbose))
        );
    } else if let Some(reason) = &result.reason {
        let _ = writeln!(out, "<p>{}</p>", escaped(reason));
    }
    for observed in &result.observed {
        let about = observed.fact.as_deref().unwrap_or(&observed.step);
        let others = observed.alternatives.join(", ");
        let seen = format!(
            "observed, line {}: {about}: {} (of {others})",
            observed.line, observed.seen
        );
        let _ = writeln!(out, "<p class=\"when\">{}</p>", escaped(&seen));
    }
    for wait in &result.propagation {
        let took = format!(
            "line {}: {} took {}",
            wait.line,
            wait.step,
            duration(wait.took_us)
        );
        let _ = writeln!(out, "<p class=\"when\">{}</p>", escaped(&took));
    }
    if !result.log.is_empty() {
        let log = escaped(&result.log.join("\n"));
        let _ = writeln!(
            out,
            "<p class=\"when\">the server's log</p>\n<pre>{log}</pre>"
        );
    }
    out.push_str(&wire(result));
    out.push_str("</div>\n</details>\n");
    out
}

/// All clients on one time line.
fn wire(result: &ScenarioResult) -> String {
    let lines = split(&result.transcript);
    if lines.is_empty() {
        return String::new();
    }
    let style = Style {
        verbose: true,
        ..Style::PLAIN
    };
    let width = actor_width(&lines);
    let mut out = "<pre class=\"wire\">".to_owned();
    for line in lines.iter().take(LINES) {
        let class = class(line, result);
        let text = escaped(&draw(line, width, false, style));
        let _ = write!(out, "<span class=\"{class}\">{text}</span>");
    }
    if lines.len() > LINES {
        let _ = write!(out, "<span>… {} more lines</span>", lines.len() - LINES);
    }
    out.push_str("</pre>\n");
    out
}

fn class(line: &Line<'_>, result: &ScenarioResult) -> &'static str {
    let wrong = result.findings.iter().any(|finding| {
        let here =
            finding.actor.as_deref() == Some(line.actor) && finding.at_us == Some(line.at_us);
        let octets = finding.octets.as_ref();
        here && octets.is_some_and(|mark| !mark.octets.0.is_empty() && mark.octets.0 == line.octets)
    });
    match line.direction {
        _ if wrong => "wrong",
        Direction::Client => "client",
        Direction::Server => "server",
        Direction::Event => "event",
    }
}

/// Text that is only text: in an element and in a quoted attribute.
fn escaped(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(visible).collect();
    let mut out = String::with_capacity(text.len());
    for character in lines.join("\n").chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::transcript::Octets;

    #[test]
    fn every_variant_is_there_and_what_fails_the_run_is_open() {
        let text = render(&sample::run());
        assert_eq!(text.matches("<details ").count(), 13);
        assert_eq!(text.matches("</details>").count(), 13);
        assert_eq!(text.matches(" open>").count(), 4);
        assert!(
            text.contains(
                "<label><input type=\"checkbox\" value=\"violation\" checked> violation 2"
            )
        );
        assert!(text.contains("<td>1 of 1 applicable</td>"), "denominators");
    }

    #[test]
    fn what_fails_the_run_comes_first() {
        let text = render(&sample::run());
        let last_failed = text.rfind(" open>").unwrap();
        assert!(last_failed < text.find("data-verdict=\"pass\"").unwrap());
        assert!(!text.contains("<li></li>"));
    }

    #[test]
    fn nothing_is_loaded_and_nothing_from_a_server_is_markup() {
        let mut run = sample::run();
        let canary = "</pre><script>x\"'&\u{1b}";
        for result in &mut run.scenarios {
            result.id.push_str(canary);
            result.title.push_str(canary);
            result.reason = Some(canary.into());
            for finding in &mut result.findings {
                finding.message.push_str(canary);
            }
            for entry in &mut result.transcript.0 {
                entry.octets = Octets(canary.as_bytes().to_vec());
            }
        }
        let text = render(&run);
        assert_eq!(text.matches("<script").count(), 1);
        assert!(!text.contains('\u{1b}'));
        for loads in ["http://", "src=", "href=", "url(", "@import"] {
            assert!(!text.replace("http-equiv", "").contains(loads), "{loads}");
        }
    }
}
