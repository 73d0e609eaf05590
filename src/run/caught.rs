//! Which scenario catches each deliberate fault of the embedded server, and what it finds there.
//!
//! The table is `caught.tsv` beside this file. `tests/faults.rs` proves each row of it.

/// One proof that the suite notices a bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caught {
    /// The fault's id.
    pub fault: &'static str,
    /// The scenario, or one variant of it, that fails with the fault.
    pub scenario: &'static str,
    /// The rule, or the scenario's requirement, that is found broken.
    pub finding: &'static str,
}

impl Caught {
    /// The id of the scenario, without the variant.
    pub fn scenario_id(&self) -> &'static str {
        self.scenario.split('[').next().unwrap_or(self.scenario)
    }

    /// Every row of the table; a fault has one or more.
    pub fn all() -> impl Iterator<Item = Self> {
        include_str!("caught.tsv").lines().skip(1).map(|line| {
            let mut fields = line.split('\t');
            let mut field = || fields.next().unwrap_or_default();
            Self {
                fault: field(),
                scenario: field(),
                finding: field(),
            }
        })
    }
}
