//! Two runs of one server: what was fixed, what broke, what fails differently.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Outcome, RunResult, ScenarioResult};

/// What became of a variant from one run to the next.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It passed, and does not any more.
    Broken,
    /// It fails in both, and breaks other rules.
    Different,
    /// It did not pass, and does now.
    Fixed,
    /// It is neither better nor worse: error, blocked, not applicable on one side.
    Other,
    /// Only the later run has it.
    Added,
    /// Only the earlier run has it.
    Removed,
}

impl Change {
    /// The heading in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Different => "fails differently",
            Self::Fixed => "fixed",
            Self::Other => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }

    /// True for what a gate on regressions has to stop.
    pub fn is_worse(self) -> bool {
        matches!(self, Self::Broken | Self::Different)
    }
}

/// A variant that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// What became of it.
    pub change: Change,
    /// The variant.
    pub id: String,
    /// Outcome and rules before.
    pub before: String,
    /// Outcome and rules after.
    pub after: String,
}

/// What changed, the worst first. Times and the octets of passes are not compared.
pub fn compare(before: &RunResult, after: &RunResult) -> Vec<Changed> {
    let (old, new) = (by_id(before), by_id(after));
    let ids: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let mut all: Vec<Changed> = ids
        .into_iter()
        .filter_map(|id| {
            let (before, after) = (old.get(id).copied(), new.get(id).copied());
            let absent = || "not there".to_owned();
            Some(Changed {
                change: change(before, after)?,
                id: id.to_owned(),
                before: before.map_or_else(absent, in_words),
                after: after.map_or_else(absent, in_words),
            })
        })
        .collect();
    all.sort_by(|one, other| (one.change, &one.id).cmp(&(other.change, &other.id)));
    all
}

fn by_id(run: &RunResult) -> BTreeMap<&str, &ScenarioResult> {
    run.scenarios
        .iter()
        .map(|result| (result.id.as_str(), result))
        .collect()
}

fn change(before: Option<&ScenarioResult>, after: Option<&ScenarioResult>) -> Option<Change> {
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (before, after),
        (None, _) => return Some(Change::Added),
        (_, None) => return Some(Change::Removed),
    };
    match (before.outcome, after.outcome) {
        (Outcome::Fail, Outcome::Fail) if before.rules() != after.rules() => {
            Some(Change::Different)
        }
        (one, other) if one == other => None,
        (Outcome::Pass, Outcome::Fail) => Some(Change::Broken),
        (_, Outcome::Pass) => Some(Change::Fixed),
        (_, Outcome::Fail) => Some(Change::Broken),
        _ => Some(Change::Other),
    }
}

fn in_words(result: &ScenarioResult) -> String {
    let rules: Vec<&str> = result.rules().into_iter().collect();
    match rules.is_empty() {
        true => result.outcome.name().to_owned(),
        false => format!("{} ({})", result.outcome.name(), rules.join(", ")),
    }
}

impl ScenarioResult {
    /// The rules and requirements that it breaks: with the outcome, the signature of a verdict.
    pub fn rules(&self) -> BTreeSet<&str> {
        self.findings
            .iter()
            .map(|finding| finding.rule.as_str())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn each_change_has_its_name() {
        let before = sample::run();
        assert_eq!(compare(&before, &before), []);
        let mut after = sample::run();
        for result in &mut after.scenarios {
            match result.id.rsplit('/').next() {
                Some("deviation") => {
                    result.findings.clear();
                    result.outcome = Outcome::Pass;
                }
                Some("quit") => result.outcome = Outcome::Fail,
                Some("wrong-octet") => result.findings.truncate(1),
                Some("error") => result.outcome = Outcome::Blocked,
                Some("qresync") => result.id.push('2'),
                _ => result.duration_us += 1,
            }
        }
        let changes = compare(&before, &after);
        let told: Vec<(Change, &str)> = changes.iter().map(|one| (one.change, &*one.id)).collect();
        assert_eq!(
            told,
            [
                (Change::Broken, "pop3/core/quit"),
                (Change::Different, "imap/core/wrong-octet"),
                (Change::Fixed, "imap/core/deviation"),
                (Change::Other, "imap/core/error"),
                (Change::Added, "imap/ext/qresync2"),
                (Change::Removed, "imap/ext/qresync"),
            ]
        );
        assert_eq!(
            changes[1].before,
            "fail (imap-exists-shrank, imap-response-syntax)"
        );
        assert_eq!(changes[1].after, "fail (imap-response-syntax)");
    }
}
