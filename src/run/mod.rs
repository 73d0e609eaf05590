//! Runs scenarios against a target: plan, schedule, actors, judgement.

mod act;
mod caught;
mod corrupt;
mod deadline;
mod device;
mod digest;
mod excused;
mod findings;
mod ground;
mod inventory;
mod mutants;
mod numbers;
mod order;
mod perform;
mod plan;
mod player;
mod retention;
mod schedule;
mod second;
mod setup;
mod stage;
mod values;
mod world;

use std::sync::Arc;
use std::time::Duration;

use crate::expectation::InForce;
use crate::outcome::ScenarioResult;
use crate::scenario::{Scenario, VariableValue};

pub use caught::Caught;
pub use corrupt::{SESSIONS, corruptions, sessions};
pub use excused::{Unbroken, Unraised};
pub use ground::ground;
pub use mutants::{Subject, Suite, mutants};
pub use plan::plan;
pub use schedule::{needs_the_server, run};

/// How a run goes.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many scenarios run at the same time, at most; 0: as many as the machine carries.
    pub jobs: usize,
    /// Run only part `.0` of `.1`, counted from 1.
    pub shard: Option<(usize, usize)>,
    /// Orders scenarios and branches.
    pub seed: u64,
    /// Multiplies every deadline.
    pub timeout_factor: f64,
    /// Stop at the first violation.
    pub fail_fast: bool,
    /// Deviations fail the run too.
    pub strict: bool,
    /// Deadline of the whole run.
    pub run_limit: Duration,
    /// Shown in rerun commands: target options as the user gave them.
    pub target_arguments: String,
    /// Selectors as the user gave them, for the archive.
    pub selectors: Vec<String>,
    /// Capabilities that the server has to advertise: `CONDSTORE`, `pop3:UIDL`.
    pub required: Vec<String>,
    /// What is known to fail.
    pub expectations: Option<Arc<InForce>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: 0,
            shard: None,
            seed: 0,
            timeout_factor: 1.0,
            fail_fast: false,
            strict: false,
            run_limit: Duration::from_secs(3600),
            target_arguments: String::new(),
            selectors: Vec::new(),
            required: Vec::new(),
            expectations: None,
        }
    }
}

/// One variant of a scenario: what is run and gets a result.
#[derive(Clone, Debug)]
pub struct Variant {
    /// `mixed/race/expunge-races-quit[order=1212]`
    pub id: String,
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// Values of the variables of `for`.
    pub bindings: Vec<(String, VariableValue)>,
    /// For `interleave: all`: which branch takes each next step, from 0.
    pub order: Option<Vec<usize>>,
}

/// Hears what goes on.
pub trait Progress: Send + Sync {
    /// The run begins with this many variants.
    fn selected(&self, count: usize);
    /// A variant has begun.
    fn started(&self, id: &str);
    /// A variant is decided.
    fn finished(&self, result: &ScenarioResult);
}
