//! Which requirements the suite shows, by what, and what proves that it would notice a breach.

use serde::Serialize;

use crate::finding::Level;
use crate::finding::requirement::{Party, Testable};

/// How far a requirement is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// A scenario or rule covers it, and a fault of the embedded server is caught by that.
    Killed,
    /// A scenario or rule covers it; no fault proves it.
    Covered,
    /// Nothing covers it.
    Missing,
}

/// A requirement, and all that has to do with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Where it stands: `rfc1939#6`, or `promise`.
    pub citation: String,
    /// How strongly it binds.
    pub level: Level,
    /// Whom it binds.
    pub party: Party,
    /// Whether a breach can be shown from outside.
    pub test: Testable,
    /// What it demands.
    pub text: String,
    /// Why it can be tested partly or not at all.
    pub why: String,
    /// The scenarios that cite it.
    pub scenarios: Vec<String>,
    /// The rules that hold it on every connection.
    pub rules: Vec<String>,
    /// The requirements that say the same elsewhere.
    pub same_as: Vec<String>,
    /// The faults that are caught by one of those scenarios or rules for this requirement.
    pub faults: Vec<String>,
    /// What all that comes to.
    pub shown: Shown,
}

impl Row {
    /// Whether the suite owes a proof: it can be tested, and is more than a permission.
    pub fn is_owed(&self) -> bool {
        self.test == Testable::Yes && self.level != Level::May
    }

    /// The RFC that it stands in, or `promise`.
    pub fn source(&self) -> &str {
        self.citation.split('#').next().unwrap_or_default()
    }
}

/// Requirement × scenario × rule × fault, in the order of RFC and section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// One row for each requirement.
    pub requirements: Vec<Row>,
}

impl Coverage {
    /// What is owed and not proved.
    pub fn unproved(&self) -> impl Iterator<Item = &Row> {
        let unproved = |row: &&Row| row.is_owed() && row.shown != Shown::Killed;
        self.requirements.iter().filter(unproved)
    }
}
