//! What runs tell about a server beside its verdicts: the legal alternatives that it takes, how
//! long changes need, what it departs from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Outcome, RunResult};

/// Facts about one server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Profile {
    /// The target's name.
    pub target: String,
    /// Product and version.
    pub version: Option<String>,
    /// What it advertises, by where it was asked.
    pub capabilities: BTreeMap<String, Vec<String>>,
    /// What was observed: first what scenarios name, then the rest.
    pub facts: Vec<Fact>,
    /// The rules and requirements that it breaks, the most frequent first.
    pub departures: Vec<Departure>,
}

/// One thing that differs from server to server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Fact {
    /// What it is about: the scenario's words, or its title and the step.
    pub about: String,
    /// True if the scenario names it.
    pub named: bool,
    /// What was seen, the most frequent first.
    pub seen: Vec<Seen>,
}

/// An alternative that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Seen {
    /// Its name, or how soon something came.
    pub what: String,
    /// What else would have been legal.
    pub instead_of: Vec<String>,
    /// In how many variants.
    pub variants: usize,
    /// The longest time that it took, in microseconds, for what takes time.
    pub took_us: Option<u64>,
}

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Departure {
    /// Id of the rule or requirement.
    pub rule: String,
    /// Where it stands.
    pub citation: String,
    /// The rule in one sentence.
    pub sentence: String,
    /// In how many variants it was broken.
    pub variants: usize,
    /// What expectations say about it.
    pub reasons: Vec<String>,
}

/// An observation before it is grouped.
struct Observation {
    about: String,
    named: bool,
    what: String,
    instead_of: Vec<String>,
    took_us: Option<u64>,
}

impl Profile {
    /// What a run tells.
    pub fn of(run: &RunResult) -> Self {
        Self {
            target: run.target.name.clone(),
            version: run.target.version.clone(),
            capabilities: run.target.capabilities.clone(),
            facts: facts(run),
            departures: departures(run),
        }
    }
}

fn facts(run: &RunResult) -> Vec<Fact> {
    let mut groups: BTreeMap<(bool, String), Vec<Seen>> = BTreeMap::new();
    for observation in observations(run) {
        let seen = groups
            .entry((!observation.named, observation.about))
            .or_default();
        match seen.iter_mut().find(|one| one.what == observation.what) {
            Some(one) => {
                one.variants += 1;
                one.took_us = one.took_us.max(observation.took_us);
            }
            None => seen.push(Seen {
                what: observation.what,
                instead_of: observation.instead_of,
                variants: 1,
                took_us: observation.took_us,
            }),
        }
    }
    let grouped = groups.into_iter().map(|((unnamed, about), mut seen)| {
        seen.sort_by(|one, other| {
            other
                .variants
                .cmp(&one.variants)
                .then_with(|| one.what.cmp(&other.what))
        });
        Fact {
            about,
            named: !unnamed,
            seen,
        }
    });
    grouped.collect()
}

fn observations(run: &RunResult) -> Vec<Observation> {
    let mut all = Vec::new();
    for result in &run.scenarios {
        for one in &result.observed {
            let about = match &one.fact {
                Some(fact) => fact.clone(),
                None => format!("{} ({})", result.title, one.step),
            };
            let others = one.alternatives.iter().filter(|name| **name != one.seen);
            all.push(Observation {
                about,
                named: one.fact.is_some(),
                what: one.seen.clone(),
                instead_of: others.cloned().collect(),
                took_us: None,
            });
        }
        // Only a wait that a scenario names says more than that the server is fast enough.
        for one in &result.propagation {
            if let Some(fact) = &one.fact {
                all.push(Observation {
                    about: fact.clone(),
                    named: true,
                    what: soon(one.tries),
                    instead_of: Vec::new(),
                    took_us: Some(one.took_us),
                });
            }
        }
    }
    all
}

/// How soon something came, in a form that is the same in each run of a server.
fn soon(tries: u32) -> String {
    match tries {
        0 => "unasked".to_owned(),
        1 => "when first asked".to_owned(),
        _ => "when asked again".to_owned(),
    }
}

fn departures(run: &RunResult) -> Vec<Departure> {
    let mut rules: BTreeMap<&str, Departure> = BTreeMap::new();
    for result in run
        .scenarios
        .iter()
        .filter(|one| one.outcome == Outcome::Fail)
    {
        let mut told: Vec<&str> = Vec::new();
        for finding in &result.findings {
            let departure = rules.entry(&finding.rule).or_insert_with(|| Departure {
                rule: finding.rule.clone(),
                citation: finding.citation.clone(),
                sentence: finding.sentence.clone(),
                variants: 0,
                reasons: Vec::new(),
            });
            if !told.contains(&finding.rule.as_str()) {
                told.push(&finding.rule);
                departure.variants += 1;
            }
            for excuse in &result.expected {
                if !departure.reasons.contains(&excuse.reason) {
                    departure.reasons.push(excuse.reason.clone());
                }
            }
        }
    }
    let mut departures: Vec<Departure> = rules.into_values().collect();
    departures.sort_by(|one, other| {
        other
            .variants
            .cmp(&one.variants)
            .then_with(|| one.rule.cmp(&other.rule))
    });
    departures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn what_a_scenario_names_comes_first_and_equal_things_are_counted() {
        let mut run = sample::run();
        let passed = sample::scenario("expunge-races-quit");
        let mut unnamed = passed.clone();
        unnamed.observed[0].fact = None;
        run.scenarios.extend([passed, unnamed]);
        let profile = Profile::of(&run);
        let told: Vec<(&str, &str, usize)> = profile
            .facts
            .iter()
            .map(|fact| (&*fact.about, &*fact.seen[0].what, fact.seen[0].variants))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "QUIT behind an EXPUNGE of the same message",
                    "already-gone",
                    2
                ),
                (
                    "an IMAP session learns of a POP3 deletion",
                    "when asked again",
                    3
                ),
                (
                    "The claim of mixed/race/expunge-races-quit holds (shop: QUIT)",
                    "already-gone",
                    1
                ),
            ]
        );
        assert_eq!(profile.facts[0].seen[0].instead_of, ["removed"]);
        assert_eq!(profile.facts[1].seen[0].took_us, Some(1_204_000));
    }

    #[test]
    fn a_broken_rule_is_counted_once_for_each_variant_with_what_excuses_it() {
        let departures = Profile::of(&sample::run()).departures;
        let told: Vec<(&str, usize)> = departures
            .iter()
            .map(|one| (&*one.rule, one.variants))
            .collect();
        assert_eq!(
            told,
            [
                ("imap-response-syntax", 2),
                ("rfc1939-6-i2", 2),
                ("imap-exists-shrank", 1),
                ("rfc3501-7-3", 1),
            ]
        );
        assert_eq!(
            departures[1].reasons,
            ["two POP3 sessions share the maildrop"]
        );
    }
}
