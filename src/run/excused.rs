//! What no fault of the embedded server shows, each with its reason.
//!
//! The tables are `unbroken.tsv` and `unraised.tsv` beside this file. `mailspec mutants
//! --unkilled-scenarios` proves the first, `tests/faults.rs` the second.

/// A scenario whose own claim no fault breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbroken {
    /// Its id, without variant.
    pub scenario: &'static str,
    /// Why not.
    pub why: &'static str,
}

/// A rule that no fault makes a scenario raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unraised {
    /// Its id.
    pub rule: &'static str,
    /// Why not.
    pub why: &'static str,
    /// The file with the test that sees it fire.
    pub proof: &'static str,
    /// What names the rule in that file.
    pub needle: &'static str,
}

impl Unbroken {
    /// Every row of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        rows(include_str!("unbroken.tsv")).map(|[scenario, why]| Self { scenario, why })
    }
}

impl Unraised {
    /// Every row of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        let row = |[rule, why, proof, needle]: [&'static str; 4]| Self {
            rule,
            why,
            proof,
            needle,
        };
        rows(include_str!("unraised.tsv")).map(row)
    }
}

/// The lines below the first, by tabs.
fn rows<const FIELDS: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; FIELDS]> {
    table.lines().skip(1).map(|line| {
        let mut fields = line.split('\t');
        std::array::from_fn(|_| fields.next().unwrap_or_default())
    })
}
