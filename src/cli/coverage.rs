//! `mailspec coverage`: which requirements are shown, by what, and what proves that.

use std::collections::BTreeSet;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::exit::{FAILED, NOTHING, OK, Refusal};
use super::screen::{Screen, print};
use crate::finding::Rule;
use crate::finding::requirement::{Requirement, catalogue};
use crate::outcome::coverage::{Coverage, Row, Shown};
use crate::report;
use crate::run::Caught;
use crate::scenario::{Library, Scenario};

/// List each requirement with its scenarios, rules and faults, and the percentages
///
/// A requirement is covered by a scenario that cites it, by a rule that is always on, or by a
/// requirement of another RFC that says the same. It is killed if a fault of the embedded server
/// is caught by one of those. Exit code 1 says that a MUST, SHOULD or promise that can be tested
/// lacks a proof.
#[derive(Args, Clone, Debug)]
pub(super) struct CoverageArguments {
    /// Only the requirements of this RFC, by its number (repeatable)
    #[arg(long = "rfc", value_name = "NUMBER")]
    rfcs: Vec<u32>,
    /// Only what can be tested and lacks a scenario, a rule or a fault
    #[arg(long)]
    missing: bool,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Table,
    Json,
}

/// Prints the coverage.
pub(super) fn execute(arguments: &CoverageArguments, screen: &Screen) -> Result<u8, Refusal> {
    let mut coverage = coverage(&Library::shipped().scenarios);
    coverage
        .requirements
        .retain(|row| arguments.rfcs.is_empty() || arguments.asks_for(row));
    if coverage.requirements.is_empty() {
        return Err(Refusal {
            code: NOTHING,
            message: "the catalogue has no requirement of that RFC".to_owned(),
        });
    }
    let code = match coverage.unproved().next() {
        Some(_) => FAILED,
        None => OK,
    };
    if arguments.missing {
        let requirements = coverage.unproved().cloned().collect();
        coverage = Coverage { requirements };
    }
    print(&match arguments.format {
        Form::Table => report::coverage::table(&coverage, screen.out),
        Form::Json => report::coverage::json(&coverage),
    })?;
    Ok(code)
}

impl CoverageArguments {
    fn asks_for(&self, row: &Row) -> bool {
        let is = |rfc: &u32| row.source() == format!("rfc{rfc}");
        self.rfcs.iter().any(is)
    }
}

/// The coverage of the whole catalogue by these scenarios.
fn coverage(scenarios: &[Arc<Scenario>]) -> Coverage {
    let mut requirements: Vec<&Requirement> = catalogue().values().collect();
    requirements.sort_by_key(|requirement| place(requirement.id));
    Coverage {
        requirements: requirements
            .into_iter()
            .map(|requirement| row(requirement, scenarios))
            .collect(),
    }
}

/// Where an id belongs: RFC, section, keyword statements first, number.
fn place(id: &str) -> (u32, Vec<u32>, bool, u32) {
    let parts = id.strip_prefix("rfc").and_then(|id| id.split_once('-'));
    let Some((rfc, rest)) = parts else {
        return (0, Vec::new(), false, 0);
    };
    let (section, last) = rest.rsplit_once('-').unwrap_or((rest, ""));
    let number = |text: &str| text.parse().unwrap_or(u32::MAX);
    (
        number(rfc),
        section.split('.').map(number).collect(),
        last.starts_with('i'),
        number(last.trim_start_matches('i')),
    )
}

fn row(requirement: &Requirement, scenarios: &[Arc<Scenario>]) -> Row {
    let proof = proof(requirement, scenarios);
    let (mut covered, mut faults) = (
        !proof.scenarios.is_empty() || !proof.rules.is_empty(),
        proof.faults,
    );
    for same in &proof.same_as {
        let other = row(same, scenarios);
        covered |= other.shown != Shown::Missing;
        faults.extend(other.faults);
    }
    Row {
        id: requirement.id.to_owned(),
        citation: requirement.citation(),
        level: requirement.level,
        party: requirement.party,
        test: requirement.test,
        text: requirement.text.to_owned(),
        why: requirement.why.to_owned(),
        scenarios: proof.scenarios,
        rules: proof
            .rules
            .iter()
            .map(|rule| rule.id().to_owned())
            .collect(),
        same_as: proof
            .same_as
            .iter()
            .map(|same| same.id.to_owned())
            .collect(),
        shown: match (covered, faults.is_empty()) {
            (true, false) => Shown::Killed,
            (true, true) => Shown::Covered,
            (false, _) => Shown::Missing,
        },
        faults: faults.into_iter().collect(),
    }
}

/// What covers a requirement itself, and the faults that it catches.
struct Proof {
    scenarios: Vec<String>,
    rules: Vec<Rule>,
    same_as: Vec<&'static Requirement>,
    faults: BTreeSet<String>,
}

fn proof(requirement: &Requirement, scenarios: &[Arc<Scenario>]) -> Proof {
    let cites = |scenario: &&Arc<Scenario>| scenario.covers.iter().any(|id| id == requirement.id);
    let scenarios: Vec<String> = scenarios
        .iter()
        .filter(cites)
        .map(|scenario| scenario.id.clone())
        .collect();
    let rules: Vec<Rule> = requirement
        .by
        .iter()
        .filter_map(|id| Rule::find(id))
        .collect();
    let kills = |caught: &Caught| match Rule::find(caught.finding) {
        Some(rule) => rules.contains(&rule),
        None => scenarios.iter().any(|id| id == caught.scenario_id()),
    };
    Proof {
        faults: Caught::all()
            .filter(kills)
            .map(|caught| caught.fault.to_owned())
            .collect(),
        scenarios,
        rules,
        same_as: requirement
            .by
            .iter()
            .filter_map(|id| catalogue().get(id))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Fault;

    #[test]
    fn ids_are_in_the_order_of_the_rfcs() {
        let mut ids = ["rfc2449-5-2", "rfc1939-3-i1", "rfc1939-3-10", "rfc1939-3-9"];
        ids.sort_by_key(|id| place(id));
        assert_eq!(
            ids,
            ["rfc1939-3-9", "rfc1939-3-10", "rfc1939-3-i1", "rfc2449-5-2"]
        );
    }

    #[test]
    fn every_requirement_that_can_be_tested_is_proved() {
        let coverage = coverage(&Library::shipped().scenarios);
        let unproved: Vec<&str> = coverage.unproved().map(|row| &row.id[..]).collect();
        assert_eq!(unproved, [""; 0]);
    }

    #[test]
    fn what_catches_a_fault_is_in_the_tables() {
        let scenarios = Library::shipped().scenarios;
        let cites = |id: &str, requirement: &str| {
            let scenario = scenarios.iter().find(|scenario| scenario.id == id);
            scenario.is_some_and(|s| s.covers.iter().any(|covered| covered == requirement))
        };
        for caught in Caught::all() {
            assert!(Fault::find(caught.fault).is_some(), "{caught:?}");
            let id = caught.scenario_id();
            let known = Rule::find(caught.finding).is_some() || cites(id, caught.finding);
            assert!(known, "no rule and no requirement of it: {caught:?}");
        }
    }
}
