//! Results as plain data: what happened to each scenario, and to the run.
//!
//! The archived `result.json` is this, written by serde, and every report is a function of it.

pub mod compare;
pub mod corrupt;
pub mod coverage;
mod expected;
pub mod merge;
pub mod mutants;
mod profile;
pub mod story;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::{Grade, Level};
use crate::transcript::{Octets, Transcript};

pub use expected::{Complaint, Excuse, Expected, Flaw};
pub use profile::{Departure, Fact, Profile, Seen};

/// The version of the archive's layout; it changes when an older reader would misread it.
pub const FORMAT: u32 = 1;

/// What became of one variant of a scenario.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every expectation was met and no rule was broken.
    Pass,
    /// The server broke a requirement or a rule.
    Fail,
    /// It could not be decided: connection refused, set-up failed, the server died meanwhile.
    Error,
    /// The server was dead already.
    Blocked,
    /// A capability that the scenario needs is missing.
    NotApplicable,
    /// The user asked for it.
    Skipped,
    /// Attempts disagree.
    Flaky,
    /// A history that could not be decided.
    Unknown,
    /// A bug of mailspec's own.
    Harness,
}

impl Outcome {
    /// Every outcome, in the order in which summaries show them.
    pub const ALL: [Self; 9] = [
        Self::Pass,
        Self::Fail,
        Self::Error,
        Self::Blocked,
        Self::NotApplicable,
        Self::Skipped,
        Self::Flaky,
        Self::Unknown,
        Self::Harness,
    ];

    /// The spelling in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Blocked => "blocked",
            Self::NotApplicable => "not-applicable",
            Self::Skipped => "skipped",
            Self::Flaky => "flaky",
            Self::Unknown => "unknown",
            Self::Harness => "harness",
        }
    }
}

/// Where a finding comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A rule of the grammar or of the protocol's state is broken.
    Violation,
    /// An expectation of the scenario is not met.
    Mismatch,
    /// What was said contradicts what this or another session was told.
    Inconsistency,
}

/// A place in a scenario file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SourceMark {
    /// Path of the file, as it was found.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column of the first character, from 1, in characters.
    pub column: usize,
    /// How many characters are meant; at least 1.
    pub length: usize,
    /// The whole line, without its line end.
    pub text: String,
}

/// Octets of a message, and which of them are wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OctetMark {
    /// The message as it came, shortened if long.
    pub octets: Octets,
    /// How many octets of the message were left out in front.
    #[serde(default)]
    pub skipped: usize,
    /// The first wrong octet, counted from 0 in `octets`.
    pub start: usize,
    /// Behind the last wrong octet; at least `start`.
    pub end: usize,
    /// Where `octets` begins in the stream of octets that the server sent on that connection.
    pub offset: u64,
}

/// One thing that the server did wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Finding {
    /// Where it comes from.
    pub kind: Kind,
    /// The id of the rule, or of the requirement that the scenario covers.
    pub rule: String,
    /// How strongly the rule binds.
    pub level: Level,
    /// How the finding counts.
    pub grade: Grade,
    /// Where the rule stands.
    pub citation: String,
    /// The rule in one sentence.
    pub sentence: String,
    /// What happened, in one sentence.
    pub message: String,
    /// The connection that showed it.
    pub actor: Option<String>,
    /// When, in microseconds since the scenario began.
    pub at_us: Option<u64>,
    /// The line of the scenario.
    pub source: Option<SourceMark>,
    /// The server's octets.
    pub octets: Option<OctetMark>,
    /// What was expected, line by line, in the notation of patterns.
    #[serde(default)]
    pub expected: Vec<String>,
    /// What came, line by line, in the same notation.
    #[serde(default)]
    pub actual: Vec<String>,
}

/// A requirement that a scenario covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Covered {
    /// Id in the catalogue.
    pub id: String,
    /// How strongly it binds.
    pub level: Level,
    /// Where it stands.
    pub citation: String,
    /// Our paraphrase.
    pub text: String,
}

/// Which of the legal alternatives a server took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Observed {
    /// Line of the step.
    pub line: usize,
    /// The names of all alternatives, in the order of the file.
    pub alternatives: Vec<String>,
    /// The one seen.
    pub seen: String,
    /// What it tells about the server, if the scenario says so.
    #[serde(default)]
    pub fact: Option<String>,
    /// The step's own words.
    #[serde(default)]
    pub step: String,
}

/// How long a change took to reach a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Propagation {
    /// Line of the step that waited.
    pub line: usize,
    /// The step's own words.
    pub step: String,
    /// Microseconds from the start of the step until the pattern had come.
    pub took_us: u64,
    /// How often the command was sent.
    pub tries: u32,
    /// What it tells about the server, if the scenario says so.
    #[serde(default)]
    pub fact: Option<String>,
}

/// The result of one variant of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ScenarioResult {
    /// The id with its variant: `imap/core/noop[command=NOOP]`.
    pub id: String,
    /// The file, as it was found.
    #[serde(default)]
    pub file: String,
    /// The claim.
    #[serde(default)]
    pub title: String,
    /// The requirements that it covers.
    #[serde(default)]
    pub covers: Vec<Covered>,
    /// The protocols of its actors.
    #[serde(default)]
    pub protocols: Vec<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// True for a check that never gates yet.
    #[serde(default)]
    pub provisional: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// How a failure counts; `None` unless the outcome is `fail`.
    pub grade: Option<Grade>,
    /// Why it was not decided, for outcomes other than pass and fail.
    pub reason: Option<String>,
    /// All that the server did wrong.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// The expectations that say just this, so that it does not fail the run; empty if there are
    /// none.
    #[serde(default)]
    pub expected: Vec<Excuse>,
    /// Legal alternatives seen.
    #[serde(default)]
    pub observed: Vec<Observed>,
    /// Propagation times.
    #[serde(default)]
    pub propagation: Vec<Propagation>,
    /// What the devices showed; `None` without devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<story::Story>,
    /// Start, in microseconds since the run began.
    #[serde(default)]
    pub started_us: u64,
    /// Duration in microseconds.
    #[serde(default)]
    pub duration_us: u64,
    /// What the server's own log said of the accounts meanwhile, the last lines; empty for what
    /// passed, and where mailspec does not see the log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
    /// How to run just this again: the arguments, without the program's name.
    #[serde(default)]
    pub rerun: String,
    /// Every octet exchanged.
    #[serde(default)]
    pub transcript: Transcript,
}

impl ScenarioResult {
    /// The strongest level among the requirements covered.
    pub fn level(&self) -> Level {
        self.covers
            .iter()
            .map(|covered| covered.level)
            .min()
            .unwrap_or(Level::May)
    }

    /// Sets outcome, grade and reason from the findings and from what kept it undecided.
    ///
    /// A finding is never hidden: a scenario with findings has failed even if it then broke off.
    pub fn conclude(&mut self, undecided: Option<(Outcome, String)>) {
        self.grade = self.findings.iter().map(|finding| finding.grade).min();
        (self.outcome, self.reason) = match (self.findings.is_empty(), undecided) {
            (false, why) => (Outcome::Fail, why.map(|(_, reason)| reason)),
            (true, Some((outcome, reason))) => (outcome, Some(reason)),
            (true, None) => (Outcome::Pass, None),
        };
    }

    /// True if the expectation file says that this happens.
    pub fn is_expected(&self) -> bool {
        !self.expected.is_empty()
    }

    /// The server died while it ran: what was found then may be no more than that. The findings
    /// stay for who wants to know what it died of.
    pub fn died(&mut self, why: &str) {
        self.outcome = Outcome::Error;
        self.grade = None;
        self.reason = Some(format!("the server died while it ran: {why}"));
    }

    /// True if this result alone fails a run.
    pub fn gates(&self, strict: bool) -> bool {
        !self.provisional
            && self.expected.is_empty()
            && self.outcome == Outcome::Fail
            && (strict || self.grade == Some(Grade::Violation))
    }
}

/// What was tested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TargetFacts {
    /// The name or URL given.
    pub name: String,
    /// Product and version, as far as the server or its package says.
    pub version: Option<String>,
    /// One URL for each endpoint offered.
    pub endpoints: Vec<String>,
    /// The faults switched on, if the target is the embedded server.
    pub faults: Vec<String>,
    /// How long a change may take to reach other sessions, in milliseconds.
    pub propagation_limit_ms: u64,
    /// What it advertises, by where it was asked: `imap before login`, `pop3 after login under
    /// TLS`.
    #[serde(default)]
    pub capabilities: BTreeMap<String, Vec<String>>,
}

/// How the run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Exit {
    /// The process's exit code.
    pub code: u8,
    /// Why, in words.
    pub reason: String,
}

/// The result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RunResult {
    /// [`FORMAT`] of the mailspec that wrote it.
    pub format: u32,
    /// Version of the mailspec that wrote it.
    pub mailspec: String,
    /// What was tested.
    pub target: TargetFacts,
    /// The selectors given; empty means all.
    pub selectors: Vec<String>,
    /// The seed that orders scenarios and branches.
    pub seed: u64,
    /// How many scenarios ran at the same time, at most.
    pub jobs: usize,
    /// `I/N` if only a part was asked for.
    pub shard: Option<String>,
    /// True if deviations fail the run too.
    pub strict: bool,
    /// Start of the run, seconds since 1970-01-01 UTC.
    pub started_unix: u64,
    /// Duration in microseconds.
    pub duration_us: u64,
    /// How many variants were selected; more than `scenarios` holds if the run broke off.
    pub selected: usize,
    /// One result for each variant that was reached, in the order of their ids.
    pub scenarios: Vec<ScenarioResult>,
    /// What whoever asked for the run demands of the server, and it lacks: a required capability.
    #[serde(default)]
    pub unmet: Vec<String>,
    /// What became of the expectation file, if there is one.
    #[serde(default)]
    pub expectations: Option<Expected>,
    /// What happened to the run as a whole: unreachable target, interrupt, dead server.
    pub troubles: Vec<String>,
    /// Lines of the server's own log that tell of a crash; one that no entry of the expectation
    /// file foretells fails the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crashes: Vec<String>,
    /// How it ended.
    pub exit: Exit,
}

impl RunResult {
    /// The crashes that no entry of the expectation file foretells.
    pub fn unexpected_crashes(&self) -> impl Iterator<Item = &String> {
        let expected = self.expectations.as_ref().map(|known| &known.crashes);
        let known = move |line: &&String| expected.is_some_and(|lines| lines.contains(line));
        self.crashes.iter().filter(move |line| !known(line))
    }

    /// How many results have this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.scenarios
            .iter()
            .filter(|result| result.outcome == outcome)
            .count()
    }

    /// How many results are as the expectation file says.
    pub fn expected(&self) -> usize {
        let results = self.scenarios.iter();
        results.filter(|result| result.is_expected()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(grade: Grade) -> Finding {
        Finding {
            kind: Kind::Mismatch,
            rule: String::new(),
            level: Level::Must,
            grade,
            citation: String::new(),
            sentence: String::new(),
            message: String::new(),
            actor: None,
            at_us: None,
            source: None,
            octets: None,
            expected: Vec::new(),
            actual: Vec::new(),
        }
    }

    fn result() -> ScenarioResult {
        ScenarioResult {
            id: "a".into(),
            file: "a.yaml".into(),
            title: String::new(),
            covers: Vec::new(),
            protocols: Vec::new(),
            tags: Vec::new(),
            provisional: false,
            outcome: Outcome::Harness,
            grade: None,
            reason: None,
            findings: Vec::new(),
            expected: Vec::new(),
            observed: Vec::new(),
            propagation: Vec::new(),
            log: Vec::new(),
            story: None,
            started_us: 0,
            duration_us: 0,
            rerun: String::new(),
            transcript: Transcript::default(),
        }
    }

    #[test]
    fn a_finding_outweighs_what_broke_off_later() {
        let mut result = result();
        result.findings.push(finding(Grade::Deviation));
        result.conclude(Some((Outcome::Error, "connection lost".into())));
        assert_eq!(result.outcome, Outcome::Fail);
        assert!(!result.gates(false));
        assert!(result.gates(true));
    }

    #[test]
    fn nothing_found_passes_only_if_nothing_broke_off() {
        let mut result = result();
        result.conclude(None);
        assert_eq!(result.outcome, Outcome::Pass);
        result.conclude(Some((Outcome::Error, "refused".into())));
        assert_eq!(
            (result.outcome, result.reason.as_deref()),
            (Outcome::Error, Some("refused"))
        );
    }
}
