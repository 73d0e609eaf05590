//! Every octet of every client, on one time line for each scenario.
//!
//! ```text
//! ## imap/core/noop: pass
//!        0.3  laptop * connected to 127.0.0.1:1143
//!        0.9  laptop ← * OK ready
//!        0.9  laptop → a1 NOOP
//! ```
//!
//! Times are milliseconds since the scenario began. A line's CRLF is not shown; every other control
//! octet is, and every octet above 126.

use std::fmt::Write as _;

use super::Style;
use super::text::visible;
use super::time_line::{actor_width, draw, split};
use crate::outcome::{RunResult, ScenarioResult};

/// All scenarios of a run.
pub fn render(run: &RunResult) -> String {
    let blocks: Vec<String> = run.scenarios.iter().map(scenario).collect();
    blocks.join("\n")
}

/// One scenario.
pub fn scenario(result: &ScenarioResult) -> String {
    let style = Style {
        verbose: true,
        ..Style::PLAIN
    };
    let mut out = format!("## {}: {}\n", visible(&result.id), result.outcome.name());
    let lines = split(&result.transcript);
    let width = actor_width(&lines);
    for line in &lines {
        let _ = writeln!(out, "{}", draw(line, width, false, style));
    }
    if lines.is_empty() {
        out.push_str("(no connection was opened)\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::transcript::Transcript;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_scenario_without_connections_says_so() {
        let mut result = sample::scenario("pop3-quit");
        assert_eq!(scenario(&result).lines().count(), 13);
        result.transcript = Transcript::default();
        assert_eq!(
            scenario(&result),
            "## mixed/deletion/pop3-quit: fail\n(no connection was opened)\n"
        );
    }
}
