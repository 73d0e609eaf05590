//! The requirement catalogue: every sentence that scenarios may cite, with its level.
//!
//! The catalogue is the table `requirements.tsv` beside this file, with these columns:
//!
//! - `id`: `rfcNNNN-SECTION-N` (the N-th keyword sentence of that section), `rfcNNNN-SECTION-iN`
//!   (a rule stated without a keyword) or `promise/NAME`;
//! - `level`: `must`, `should`, `may`, `promise`;
//! - `party`: who is bound, the `server` or `both` sides of the connection;
//! - `test`: whether a breach can be shown from outside, `yes`, `partly`, `no`;
//! - `by`: rules that hold it on every connection, and requirements that say the same elsewhere;
//! - `text`: what it demands, in our own words;
//! - `why`: why it can be tested partly or not at all.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Serialize;

use super::Level;

/// One sentence of an RFC, or one promise, that a server is held to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Its stable id.
    pub id: &'static str,
    /// How strongly it binds.
    pub level: Level,
    /// Whom it binds.
    pub party: Party,
    /// Whether a breach can be shown from outside.
    pub test: Testable,
    /// The rules that hold it, and the requirements that say the same: their ids.
    pub by: Vec<&'static str>,
    /// What it demands, paraphrased.
    pub text: &'static str,
    /// Why it can be tested partly or not at all; empty if it can.
    pub why: &'static str,
}

/// Whom a requirement binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// The server alone.
    Server,
    /// Client and server, or the client in a way that decides what a server accepts.
    Both,
}

/// Whether a program that speaks the protocols can show a breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Testable {
    /// On every server that offers the command or capability.
    Yes,
    /// With a set-up that few servers have, or not at all because it is a permission.
    Partly,
    /// Never.
    No,
}

impl Requirement {
    /// Where the requirement stands: `rfc1939#6`, or `promise`.
    pub fn citation(&self) -> String {
        match self.id.split_once('-') {
            Some((rfc, rest)) if rfc.starts_with("rfc") => {
                let section = rest.rsplit_once('-').map_or(rest, |(section, _)| section);
                format!("{rfc}#{section}")
            }
            _ => "promise".to_owned(),
        }
    }
}

/// The whole catalogue by id.
pub fn catalogue() -> &'static BTreeMap<&'static str, Requirement> {
    static CATALOGUE: OnceLock<BTreeMap<&'static str, Requirement>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        include_str!("requirements.tsv")
            .lines()
            .skip(1)
            .filter_map(row)
            .map(|requirement| (requirement.id, requirement))
            .collect()
    })
}

fn row(line: &'static str) -> Option<Requirement> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [id, level, party, test, by, text, why] = fields[..] else {
        return None;
    };
    Some(Requirement {
        id,
        level: match level {
            "must" => Level::Must,
            "should" => Level::Should,
            "may" => Level::May,
            "promise" => Level::Promise,
            _ => return None,
        },
        party: match party {
            "server" => Party::Server,
            "both" => Party::Both,
            _ => return None,
        },
        test: match test {
            "yes" => Testable::Yes,
            "partly" => Testable::Partly,
            "no" => Testable::No,
            _ => return None,
        },
        by: by.split(',').filter(|id| !id.is_empty()).collect(),
        text,
        why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Rule;

    #[test]
    fn every_row_is_read() {
        let rows = include_str!("requirements.tsv").lines().skip(1).count();
        assert_eq!(
            catalogue().len(),
            rows,
            "a row is malformed or an id stands twice"
        );
    }

    #[test]
    fn what_holds_a_requirement_is_in_a_table() {
        for requirement in catalogue().values() {
            for id in &requirement.by {
                assert!(
                    Rule::find(id).is_some() || catalogue().contains_key(id),
                    "{}: {id} is neither a rule nor a requirement",
                    requirement.id
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_tested_says_why() {
        for requirement in catalogue().values() {
            assert_eq!(
                requirement.why.is_empty(),
                requirement.test == Testable::Yes,
                "{}",
                requirement.id
            );
        }
    }

    #[test]
    fn a_citation_comes_from_the_id() {
        let cite = |id| {
            let row = format!("{id}\tmust\tserver\tyes\t\t\t").leak();
            super::row(row).unwrap().citation()
        };
        assert_eq!(cite("rfc3501-2.3.1.1-i5"), "rfc3501#2.3.1.1");
        assert_eq!(cite("rfc1939-6-1"), "rfc1939#6");
        assert_eq!(cite("promise/imap-keeps-mail"), "promise");
    }
}
