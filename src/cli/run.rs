//! `mailspec run`: scenarios against a target, and the reports about it.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use tokio::runtime::Runtime;

use super::exit::{self, Refusal};
use super::expectation_file::{ExpectationArguments, today, universe};
use super::progress::{Form, Progress};
use super::report_file::{Format, ReportFile, Request};
use super::screen::{Screen, print, say};
use super::selection::{Selected, Selection};
use super::signals::Signals;
use super::target_arguments::{TargetArguments, seconds};
use crate::expectation::{Expectations, InForce};
use crate::outcome::{Exit, FORMAT, RunResult, TargetFacts};
use crate::report::visible;
use crate::run::{self, Options, Variant};
use crate::target::{Spec, Target, TargetError};

/// Run scenarios; without a target, against the embedded server
#[derive(Args, Clone, Debug)]
pub(super) struct RunArguments {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    target: TargetArguments,
    #[command(flatten)]
    expectations: ExpectationArguments,
    /// Write a report (repeatable); the path - is standard output
    #[arg(long = "report", value_name = "FORMAT:PATH")]
    reports: Vec<Request>,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "pretty")]
    format: Format,
    /// How many scenarios run at the same time; 0: as many as the machine carries
    #[arg(long, value_name = "N", default_value_t = 0)]
    jobs: usize,
    /// Run only the I-th of N parts
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Orders scenarios and branches; 0 is the order of the ids
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Take a seed by chance; reports and rerun commands name it
    #[arg(long, conflicts_with = "seed")]
    shuffle: bool,
    /// Multiplies every deadline, for slow machines
    #[arg(long, value_name = "F", default_value_t = 1.0, value_parser = factor)]
    timeout_factor: f64,
    /// End the run after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "3600", value_parser = seconds)]
    run_limit: Duration,
    /// Stop at the first failure that fails the run
    #[arg(long)]
    fail_fast: bool,
    /// Deviations from SHOULD fail the run too
    #[arg(long)]
    strict: bool,
    /// Fail unless the server advertises this capability (repeatable): CONDSTORE, pop3:UIDL
    #[arg(long = "require-capability", value_name = "CAP")]
    required: Vec<String>,
    /// Fail if a variant is not applicable and the expectation file does not say so
    #[arg(long)]
    fail_on_not_applicable: bool,
}

/// Runs, reports, and says how it ended.
pub(super) fn execute(arguments: &RunArguments, screen: &Screen) -> Result<u8, Refusal> {
    let reports: Vec<ReportFile> = arguments
        .reports
        .iter()
        .cloned()
        .map(ReportFile::open)
        .collect::<Result<_, _>>()?;
    let outputs = reports.iter().filter(|report| report.is_output()).count();
    if outputs > 1 {
        return Err(Refusal::usage("only one report fits on standard output"));
    }
    let form = match arguments.format {
        Format::Libtest if outputs == 0 => Form::Libtest,
        _ if screen.interactive => Form::Bar,
        _ => Form::Lines,
    };
    let Some(result) = Test::prepare(arguments, form, screen)?.perform()? else {
        return Ok(exit::INCOMPLETE);
    };
    for report in reports {
        report.write(&result)?;
    }
    conclude(&result, arguments, form, outputs > 0, screen)?;
    Ok(result.exit.code)
}

/// The last words, for people or in the format that they asked for.
fn conclude(
    result: &RunResult,
    arguments: &RunArguments,
    form: Form,
    output_taken: bool,
    screen: &Screen,
) -> Result<(), Refusal> {
    if output_taken {
        say(&arguments.format.render(result, screen.err));
        return Ok(());
    }
    match form {
        Form::Libtest => print(crate::report::libtest::tail(result).as_str())?,
        Form::Bar | Form::Lines => print(&arguments.format.render(result, screen.out))?,
    }
    if arguments.format != Format::Pretty {
        say(&format!(
            "exit {}: {}\n",
            result.exit.code,
            visible(&result.exit.reason)
        ));
    }
    Ok(())
}

/// Everything that a run needs.
struct Test<'a> {
    arguments: &'a RunArguments,
    spec: Spec,
    selected: Selected,
    expectations: Option<Arc<Expectations>>,
    /// The ids of all variants that there are, if there are expectations.
    universe: Vec<String>,
    progress: Arc<Progress>,
}

/// A run without reports; `None` if a second signal ended it at once.
pub(super) fn result_of(
    arguments: &RunArguments,
    screen: &Screen,
) -> Result<Option<RunResult>, Refusal> {
    let form = if screen.interactive {
        Form::Bar
    } else {
        Form::Lines
    };
    Test::prepare(arguments, form, screen)?.perform()
}

impl<'a> Test<'a> {
    /// Loads all that can be wrong before the target starts.
    fn prepare(arguments: &'a RunArguments, form: Form, screen: &Screen) -> Result<Self, Refusal> {
        let spec = arguments.target.spec()?;
        let expectations = arguments.expectations.load(&spec, screen)?;
        let selected = arguments.selection.load(screen)?;
        let universe = match expectations {
            Some(_) => universe(&arguments.selection, &selected.scenarios)?,
            None => Vec::new(),
        };
        Ok(Self {
            arguments,
            spec,
            selected,
            expectations,
            universe,
            progress: Arc::new(Progress::new(form, *screen, arguments.strict)),
        })
    }

    /// The result; `None` if a second signal ended it at once.
    fn perform(&self) -> Result<Option<RunResult>, Refusal> {
        let runtime = Runtime::new().map_err(Refusal::internal)?;
        let result = runtime.block_on(async {
            let signals = Signals::listen().map_err(Refusal::internal)?;
            tokio::select! {
                result = self.result(&signals) => Ok(Some(result)),
                () = signals.clone().reached(2) => Ok(None),
            }
        });
        self.progress.clear();
        // Tasks that are still there are dropped, and with them the child processes that they hold.
        runtime.shutdown_timeout(Duration::from_secs(2));
        result
    }

    async fn result(&self, signals: &Signals) -> RunResult {
        let started_unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let variants = run::plan(&self.selected.scenarios);
        let mut result = match variants.len() {
            0 => self.empty(0),
            _ => self.with_target(variants, signals).await,
        };
        result.started_unix = started_unix;
        if result.exit == Exit::default() {
            result.exit = exit::decide(&result);
        }
        result
    }

    async fn with_target(&self, variants: Vec<Variant>, signals: &Signals) -> RunResult {
        let selected = variants.len();
        let started = tokio::select! {
            started = Target::start(&self.spec) => started,
            () = signals.clone().reached(1) => return self.interrupted(selected),
        };
        let target = match started {
            Ok(target) => Arc::new(target),
            Err(error) => return self.unreachable(selected, &error),
        };
        let progress = Arc::clone(&self.progress);
        let interrupt = signals.clone().reached(1);
        let in_force = self.expectations.as_ref().map(|expectations| {
            let name = &target.facts().name;
            Arc::new(InForce::new(Arc::clone(expectations), name, &today()))
        });
        let options = Options {
            expectations: in_force.clone(),
            ..self.arguments.options()
        };
        let messages = &self.selected.messages;
        let mut result = run::run(variants, &target, messages, &options, progress, interrupt).await;
        self.progress.clear();
        if let (Ok(result), Some(in_force)) = (&mut result, in_force) {
            result.expectations = Some(in_force.conclude(result, &self.universe));
        }
        if let (Ok(result), true) = (&mut result, self.arguments.fail_on_not_applicable) {
            result.unmet.extend(exit::not_applicable(result));
        }
        if let Some(target) = Arc::into_inner(target) {
            target.stop().await;
        }
        result.unwrap_or_else(|error| self.unreachable(selected, &error))
    }

    /// A result without scenarios.
    fn empty(&self, selected: usize) -> RunResult {
        let options = self.arguments.options();
        RunResult {
            format: FORMAT,
            mailspec: env!("CARGO_PKG_VERSION").to_owned(),
            target: TargetFacts {
                name: self.arguments.target.name(),
                ..TargetFacts::default()
            },
            selectors: options.selectors,
            seed: options.seed,
            jobs: options.jobs,
            shard: options.shard.map(|(part, of)| format!("{part}/{of}")),
            strict: options.strict,
            selected,
            ..RunResult::default()
        }
    }

    fn interrupted(&self, selected: usize) -> RunResult {
        RunResult {
            troubles: vec!["interrupted while the target started".to_owned()],
            ..self.empty(selected)
        }
    }

    fn unreachable(&self, selected: usize, error: &TargetError) -> RunResult {
        RunResult {
            troubles: vec![error.to_string()],
            exit: Exit {
                code: exit::TARGET,
                reason: format!("the target cannot be tested: {error}"),
            },
            ..self.empty(selected)
        }
    }
}

impl RunArguments {
    /// Every scenario on a target.
    pub(super) fn of(target: TargetArguments) -> Self {
        let options = Options::default();
        Self {
            selection: Selection::default(),
            target,
            expectations: ExpectationArguments::default(),
            reports: Vec::new(),
            format: Format::Pretty,
            jobs: options.jobs,
            shard: options.shard,
            seed: options.seed,
            shuffle: false,
            timeout_factor: options.timeout_factor,
            run_limit: options.run_limit,
            fail_fast: options.fail_fast,
            strict: options.strict,
            required: options.required,
            fail_on_not_applicable: false,
        }
    }

    fn options(&self) -> Options {
        Options {
            jobs: self.jobs,
            shard: self.shard,
            seed: self.seed(),
            timeout_factor: self.timeout_factor,
            fail_fast: self.fail_fast,
            strict: self.strict,
            run_limit: self.run_limit,
            target_arguments: self.rerun_arguments(),
            selectors: self.selection.selectors.clone(),
            required: self.required.clone(),
            expectations: None,
        }
    }

    /// The seed asked for, or with `--shuffle` one for this process.
    fn seed(&self) -> u64 {
        static CHANCE: OnceLock<u64> = OnceLock::new();
        if !self.shuffle {
            return self.seed;
        }
        *CHANCE.get_or_init(|| {
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            // Short enough to be typed, and never 0, which is the order of the ids.
            1 + u64::from(now.subsec_nanos() ^ std::process::id()) % 1_000_000
        })
    }

    /// What a rerun of one scenario needs besides its id.
    fn rerun_arguments(&self) -> String {
        let mut words = self.target.shown();
        words.extend(self.expectations.shown());
        if let Some(folder) = &self.selection.scenarios {
            words.extend(["--scenarios".to_owned(), folder.display().to_string()]);
        }
        if self.timeout_factor != 1.0 {
            words.extend([
                "--timeout-factor".to_owned(),
                self.timeout_factor.to_string(),
            ]);
        }
        let words: Vec<String> = words.iter().map(|word| super::shell_word(word)).collect();
        words.join(" ")
    }
}

/// `I/N` with `1 <= I <= N`.
fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(part, of)| {
        let part: NonZeroUsize = part.parse().ok()?;
        let of: NonZeroUsize = of.parse().ok()?;
        (part <= of).then_some((part.get(), of.get()))
    });
    parts.ok_or_else(|| "expected I/N, for instance 2/4".to_owned())
}

fn factor(text: &str) -> Result<f64, String> {
    let factor: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    let range = 0.01..=1000.0;
    let message = || "expected a number from 0.01 to 1000".to_owned();
    range
        .contains(&factor)
        .then_some(factor)
        .ok_or_else(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_its_parts() {
        assert_eq!(shard("2/4"), Ok((2, 4)));
        for text in ["0/4", "5/4", "1/0", "1", "a/b", ""] {
            assert!(shard(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_factor_is_neither_nothing_nor_endless() {
        assert_eq!(factor("2.5"), Ok(2.5));
        for text in ["0", "-1", "NaN", "inf", "x"] {
            assert!(factor(text).is_err(), "{text}");
        }
    }
}
