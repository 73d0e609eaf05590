//! What the suite made of each fault of a server.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Outcome;

/// The version of the matrix's layout.
pub const FORMAT: u32 = 1;

/// A variant of a scenario that found something which is not there without the fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Kill {
    /// The id with its variant.
    pub scenario: String,
    /// The rules and requirements that were broken, sorted, each once.
    pub rules: Vec<String>,
}

/// A variant that the fault kept from being decided. That alone is no kill: it says that something
/// is wrong, and not what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Undecided {
    /// The id with its variant.
    pub scenario: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
}

/// One fault, and what the suite made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Mutant {
    /// Id of the fault.
    pub fault: String,
    /// The variants that found it, in the order of their ids.
    pub kills: Vec<Kill>,
    /// How many variants ran: the others never come to the fault's branch, or had nothing new to
    /// tell.
    pub ran: usize,
    /// The variants that it kept from being decided.
    pub undecided: Vec<Undecided>,
    /// Duration of the suite, in microseconds.
    pub duration_us: u64,
}

impl Mutant {
    /// True if nothing found it.
    pub fn survives(&self) -> bool {
        self.kills.is_empty()
    }
}

/// Faults × scenarios: what proves that the suite finds bugs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Matrix {
    /// [`FORMAT`] of the mailspec that wrote it.
    pub format: u32,
    /// Version of the mailspec that wrote it.
    pub mailspec: String,
    /// One for each fault, in the order of the catalogue.
    pub mutants: Vec<Mutant>,
    /// How many variants there are.
    pub variants: usize,
    /// Scenarios of which no variant killed a fault.
    pub unkilled_scenarios: Vec<String>,
    /// Scenarios whose own claim no fault broke, and that have no reason for it: what they killed,
    /// rules that are always on killed.
    pub unbroken_claims: Vec<String>,
    /// Scenarios whose own claim no fault broke, with a reason for it.
    pub excused_claims: Vec<String>,
    /// Scenarios with a reason for it, whose claim a fault broke all the same.
    pub stale_excuses: Vec<String>,
    /// Rules that no fault made a scenario raise, and no test is named that sees them fire.
    pub silent_rules: Vec<String>,
    /// Duration of the whole, in microseconds.
    pub duration_us: u64,
}

impl Matrix {
    /// The faults that nothing found.
    pub fn survivors(&self) -> impl Iterator<Item = &Mutant> {
        self.mutants.iter().filter(|mutant| mutant.survives())
    }

    /// Fills in which of these scenarios (id of a variant, requirements covered) killed nothing and
    /// which of these rules nobody raised. `excused` are the scenarios that have a reason for it
    /// that no fault breaks their claim.
    pub fn conclude<'s, 'r>(
        &mut self,
        scenarios: impl Iterator<Item = (&'s str, &'s [String])>,
        excused: &BTreeSet<&str>,
        rules: impl Iterator<Item = &'r str>,
    ) {
        let mut raised_by: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for kill in self.mutants.iter().flat_map(|mutant| &mutant.kills) {
            let raised = raised_by.entry(base(&kill.scenario)).or_default();
            raised.extend(kill.rules.iter().map(String::as_str));
        }
        let (mut unkilled, mut unbroken) = (BTreeSet::new(), BTreeSet::new());
        let (mut known, mut stale) = (BTreeSet::new(), BTreeSet::new());
        for (id, covers) in scenarios {
            let id = base(id);
            let raised = raised_by.get(id);
            if raised.is_none() {
                unkilled.insert(id.to_owned());
            }
            let broke = |claim: &String| raised.is_some_and(|all| all.contains(claim.as_str()));
            match (covers.iter().any(broke), excused.contains(id)) {
                (true, true) => stale.insert(id.to_owned()),
                (true, false) => continue,
                (false, true) => known.insert(id.to_owned()),
                (false, false) => unbroken.insert(id.to_owned()),
            };
        }
        let silent = rules
            .filter(|rule| !raised_by.values().any(|raised| raised.contains(rule)))
            .map(str::to_owned)
            .collect();
        self.unkilled_scenarios = unkilled.into_iter().collect();
        self.unbroken_claims = unbroken.into_iter().collect();
        self.excused_claims = known.into_iter().collect();
        self.stale_excuses = stale.into_iter().collect();
        self.silent_rules = silent;
    }
}

/// The scenario of a variant.
fn base(id: &str) -> &str {
    id.split('[').next().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_killed_nothing_and_what_nobody_raised_is_named() {
        let kill = Kill {
            scenario: "a/b[x=1]".to_owned(),
            rules: vec!["r1".to_owned()],
        };
        let other = Kill {
            scenario: "a/d".to_owned(),
            rules: vec!["r1".to_owned()],
        };
        let mutant = |kills: Vec<Kill>| Mutant {
            fault: "f".to_owned(),
            kills,
            ran: 2,
            undecided: Vec::new(),
            duration_us: 0,
        };
        let mut matrix = Matrix {
            mutants: vec![mutant(vec![kill, other]), mutant(Vec::new())],
            ..Matrix::default()
        };
        let (r1, r3) = (["r1".to_owned()], ["r3".to_owned()]);
        let scenarios: [(&str, &[String]); 4] = [
            ("a/b[x=1]", &r1),
            ("a/b[x=2]", &r1),
            ("a/c", &r1),
            ("a/d", &r3),
        ];
        matrix.conclude(
            scenarios.into_iter(),
            &BTreeSet::new(),
            ["r1", "r2"].into_iter(),
        );
        assert_eq!(matrix.unbroken_claims, ["a/c", "a/d"]);
        assert_eq!(matrix.unkilled_scenarios, ["a/c"]);
        assert_eq!(matrix.silent_rules, ["r2"]);
        assert_eq!(matrix.survivors().count(), 1);
    }
}
