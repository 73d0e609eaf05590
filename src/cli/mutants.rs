//! `mailspec mutants`: proves the prover.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use globset::Glob;
use tokio::runtime::Runtime;

use super::exit::{FAILED, INCOMPLETE, OK, Refusal, TARGET};
use super::screen::{Screen, print, say};
use super::selection::Selection;
use super::signals::Signals;
use crate::outcome::mutants::Matrix;
use crate::report;
use crate::run::{self, Options, Subject, Suite};
use crate::scenario::Library;
use crate::server::Fault;
use crate::target::Spec;

/// Most of the time a server that misbehaves keeps its client waiting.
const JOBS_FOR_EACH_CORE: usize = 3;
/// What was dropped on its way is missed after 5 s, not 10; a busy machine needs some of it.
const CORRUPT_TIMEOUT_FACTOR: f64 = 0.5;

/// Run the suite against each fault of the embedded server, and list what nobody finds
///
/// A fault is killed by a scenario that finds something which is not there without the fault. Exit
/// code 1 says that a fault survived.
#[derive(Args, Clone, Debug)]
pub(super) struct MutantsArguments {
    /// Only the faults whose ids fit this glob (repeatable)
    #[arg(long = "fault", value_name = "GLOB")]
    faults: Vec<Glob>,
    /// Only these scenarios (repeatable; selectors as for `run`)
    #[arg(long = "scenario", value_name = "SELECTOR")]
    scenarios: Vec<String>,
    /// List the scenarios whose own claim no fault broke too, and the rules that nobody raised
    ///
    /// Exit code 1 also says that such a scenario has no reason in src/run/unbroken.tsv.
    #[arg(long)]
    unkilled_scenarios: bool,
    /// Corrupt one response in each of so many sessions instead: what changes its meaning has to be
    /// found, and nothing else
    #[arg(long, value_name = "SEEDS", conflicts_with_all = [
        "faults", "scenarios", "unkilled_scenarios", "exhaustive", "jobs", "format",
    ])]
    corrupt: Option<u64>,
    /// The first seed of --corrupt
    #[arg(long, default_value_t = 0, requires = "corrupt")]
    seed: u64,
    /// Run every scenario against every fault, also where it can tell nothing new
    #[arg(long)]
    exhaustive: bool,
    /// How many faults are tried at the same time; 0: three for each core
    #[arg(long, value_name = "N", default_value_t = 0)]
    jobs: usize,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Table,
    Json,
}

/// Tries every fault, and says which survived.
pub(super) fn execute(arguments: &MutantsArguments, screen: &Screen) -> Result<u8, Refusal> {
    if let Some(seeds) = arguments.corrupt {
        let end = arguments.seed.saturating_add(seeds);
        return corrupt(arguments.seed..end, screen);
    }
    let subjects = arguments.subjects()?;
    let Some(matrix) = arguments.matrix(subjects, screen)? else {
        return Ok(INCOMPLETE);
    };
    print(&match arguments.format {
        Form::Table => report::mutants::table(&matrix, arguments.unkilled_scenarios, screen.out),
        Form::Json => report::mutants::json(&matrix),
    })?;
    let survivors = matrix.survivors().next().is_some();
    let unkilled = arguments.unkilled_scenarios
        && [&matrix.unbroken_claims, &matrix.stale_excuses]
            .iter()
            .any(|list| !list.is_empty());
    Ok(if survivors || unkilled { FAILED } else { OK })
}

/// Corrupts one response in each of so many sessions.
fn corrupt(seeds: Range<u64>, screen: &Screen) -> Result<u8, Refusal> {
    let library = Library::shipped();
    let messages = Arc::new(library.messages.clone());
    let sessions = run::sessions(&run::plan(&library.scenarios));
    let options = Options {
        timeout_factor: CORRUPT_TIMEOUT_FACTOR,
        ..options()
    };
    let runtime = Runtime::new().map_err(Refusal::internal)?;
    let all = runtime
        .block_on(run::corruptions(seeds, &sessions, &messages, &options))
        .map_err(|error| Refusal::caused(TARGET, &error))?;
    print(&report::mutants::corruptions(&all, screen.out))?;
    Ok(if all.wrong.is_empty() { OK } else { FAILED })
}

impl MutantsArguments {
    fn subjects(&self) -> Result<Vec<Subject>, Refusal> {
        let globs: Vec<_> = self.faults.iter().map(Glob::compile_matcher).collect();
        let subjects: Vec<Subject> = Fault::ALL
            .iter()
            .filter(|fault| globs.is_empty() || globs.iter().any(|glob| glob.is_match(fault.id())))
            .map(|&fault| Subject {
                fault: fault.id().to_owned(),
                spec: Spec::Embedded(vec![fault]),
            })
            .collect();
        if subjects.is_empty() {
            return Err(Refusal::usage(
                "no fault fits; `mailspec list --faults` names them",
            ));
        }
        Ok(subjects)
    }

    /// The matrix; `None` if a signal ended it.
    fn matrix(&self, subjects: Vec<Subject>, screen: &Screen) -> Result<Option<Matrix>, Refusal> {
        let everything = ["**".to_owned(), "tag:slow".to_owned()];
        let selection = Selection {
            scenarios: None,
            selectors: match self.scenarios.is_empty() {
                true => everything.to_vec(),
                false => self.scenarios.clone(),
            },
        };
        let selected = selection.load(screen)?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let jobs = match self.jobs {
            0 => cores * JOBS_FOR_EACH_CORE,
            jobs => jobs,
        };
        let (all, mut decided) = (subjects.len(), 0);
        let runtime = Runtime::new().map_err(Refusal::internal)?;
        let matrix = runtime.block_on(async {
            let signals = Signals::listen().map_err(Refusal::internal)?;
            let suite = Suite {
                variants: run::plan(&selected.scenarios),
                messages: selected.messages,
                options: options(),
                jobs,
                exhaustive: self.exhaustive,
            };
            let matrix = run::mutants(suite, subjects, |mutant| {
                decided += 1;
                if screen.interactive {
                    say(&format!("\r\x1b[K{decided}/{all} {}", mutant.fault));
                }
            });
            tokio::select! {
                matrix = matrix => match matrix {
                    Ok(matrix) => Ok(Some(matrix)),
                    Err(error) => Err(Refusal::caused(TARGET, &error)),
                },
                () = signals.reached(1) => Ok(None),
            }
        });
        if screen.interactive {
            say("\r\x1b[K");
        }
        runtime.shutdown_timeout(Duration::from_secs(2));
        matrix
    }
}

fn options() -> Options {
    Options {
        run_limit: Duration::from_secs(300),
        ..Options::default()
    }
}
