//! What the suite made of corrupted responses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Outcome;

/// One session with at most one corrupted response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// What decided it.
    pub seed: u64,
    /// The scenario.
    pub scenario: String,
    /// What was done; `None` if the session was over before.
    pub manipulation: Option<String>,
    /// The response as it should have been.
    pub response: String,
    /// Whether the client was told something else.
    pub changes_meaning: bool,
    /// The rules and requirements found broken.
    pub found: Vec<String>,
    /// How the scenario ended.
    pub outcome: Outcome,
}

impl Case {
    /// True if the suite reports a change of meaning, and nothing else.
    pub fn is_right(&self) -> bool {
        self.changes_meaning != self.found.is_empty()
            && (self.changes_meaning || self.outcome == Outcome::Pass)
    }
}

/// Of one kind of corruption: how often meaning changed and how often it did not, and how often the
/// suite was right about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Meaning changed.
    pub changed: usize,
    /// It changed, and was reported.
    pub reported: usize,
    /// Meaning stayed.
    pub kept: usize,
    /// It stayed, and nothing was reported.
    pub silent: usize,
}

/// All sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corruptions {
    /// By kind; `nothing` where the session was over before.
    pub counts: BTreeMap<String, Count>,
    /// The cases in which the suite was wrong, by seed.
    pub wrong: BTreeMap<u64, Case>,
}

impl Corruptions {
    /// Counts a case.
    pub fn add(&mut self, case: Case) {
        let kind = case.manipulation.as_deref().unwrap_or("nothing");
        let count = self.counts.entry(kind.to_owned()).or_default();
        let right = usize::from(case.is_right());
        if case.changes_meaning {
            count.changed += 1;
            count.reported += right;
        } else {
            count.kept += 1;
            count.silent += right;
        }
        if right == 0 {
            self.wrong.insert(case.seed, case);
        }
    }

    /// How many sessions.
    pub fn total(&self) -> usize {
        self.counts.values().map(|c| c.changed + c.kept).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_must_be_found_and_nothing_else() {
        let case = |changes_meaning, found: &[&str]| Case {
            seed: 1,
            scenario: "a".to_owned(),
            manipulation: Some("drop".to_owned()),
            response: String::new(),
            changes_meaning,
            found: found.iter().map(|&rule| rule.to_owned()).collect(),
            outcome: Outcome::Pass,
        };
        let mut all = Corruptions::default();
        for (changes, found, right) in [
            (true, &["x"][..], true),
            (true, &[], false),
            (false, &[], true),
            (false, &["x"], false),
        ] {
            let case = case(changes, found);
            assert_eq!(case.is_right(), right);
            all.add(case);
        }
        let count = Count {
            changed: 2,
            reported: 1,
            kept: 2,
            silent: 1,
        };
        assert_eq!(all.counts["drop"], count);
        assert_eq!(all.total(), 4);
    }
}
