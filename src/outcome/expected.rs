//! What an expectation file says about a run: excuses for results, complaints about entries.

use serde::{Deserialize, Serialize};

/// An entry that says what a result shows, so that it does not fail the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Excuse {
    /// Why the server does this.
    pub reason: String,
    /// Where it is followed up.
    pub link: Option<String>,
    /// Line of the entry in the expectation file.
    pub line: usize,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// What it says did not occur.
    Stale,
    /// It fits no scenario.
    Unmatched,
    /// Its last day has passed.
    Expired,
    /// The scenario fails, and differently.
    Different,
}

impl Flaw {
    /// The spelling in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Unmatched => "unmatched",
            Self::Expired => "expired",
            Self::Different => "different",
        }
    }
}

/// An entry that has to be looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Complaint {
    /// What is wrong with it.
    pub flaw: Flaw,
    /// Line of its `scenario`, from 1.
    pub line: usize,
    /// Column of its `scenario`, from 1.
    pub column: usize,
    /// Its `scenario`, as written.
    pub scenario: String,
    /// What happened instead, and what to do.
    pub message: String,
}

/// What became of the entries of an expectation file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Expected {
    /// The file, as it was found.
    pub file: String,
    /// How many entries speak of this target.
    pub entries: usize,
    /// How many of them came true.
    pub came_true: usize,
    /// How many speak of scenarios that did not run.
    pub not_run: usize,
    /// How many are for what shows in some runs only: they can neither fail a run nor be stale.
    pub may: usize,
    /// How many have no reason yet.
    pub without_reason: usize,
    /// The entries that fail the run.
    pub complaints: Vec<Complaint>,
    /// Entries for what was not expected, ready to be pasted into the file.
    pub missing: Vec<String>,
    /// Crashes in the server's log that are how entries came true: they do not fail the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crashes: Vec<String>,
}
