//! `mailspec mutants`: proves the prover.

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
use crate::run::{self, Options, Subject, Variant};
use crate::server::Fault;
use crate::target::Spec;

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
    /// List the scenarios that killed nothing too, and the rules that nobody raised
    #[arg(long)]
    unkilled_scenarios: bool,
    /// How many faults are tried at the same time; 0: one for each core
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
    let subjects = arguments.subjects()?;
    let Some(matrix) = arguments.matrix(subjects, screen)? else {
        return Ok(INCOMPLETE);
    };
    print(&match arguments.format {
        Form::Table => report::mutants::table(&matrix, arguments.unkilled_scenarios, screen.out),
        Form::Json => report::mutants::json(&matrix),
    })?;
    Ok(match matrix.survivors().next() {
        Some(_) => FAILED,
        None => OK,
    })
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
        let selection = Selection {
            scenarios: None,
            selectors: self.scenarios.clone(),
        };
        let selected = selection.load(screen)?;
        let variants: Vec<Variant> = run::plan(&selected.scenarios);
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let jobs = if self.jobs == 0 { cores } else { self.jobs };
        let (all, mut decided) = (subjects.len(), 0);
        let runtime = Runtime::new().map_err(Refusal::internal)?;
        let matrix = runtime.block_on(async {
            let signals = Signals::listen().map_err(Refusal::internal)?;
            let (sound, options) = (Spec::Embedded(Vec::new()), options());
            let matrix = run::mutants(
                &variants,
                &sound,
                subjects,
                &selected.messages,
                &options,
                jobs,
                |mutant| {
                    decided += 1;
                    if screen.interactive {
                        say(&format!("\r\x1b[K{decided}/{all} {}", mutant.fault));
                    }
                },
            );
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
        jobs: 0,
        shard: None,
        seed: 0,
        timeout_factor: 1.0,
        fail_fast: false,
        strict: false,
        run_limit: Duration::from_secs(300),
        target_arguments: String::new(),
        selectors: Vec::new(),
    }
}
