//! Scenarios as tests of `cargo test` and nextest, for servers written in Rust.
//!
//! ```no_run
//! // tests/conformance.rs, with `harness = false` in Cargo.toml
//! fn main() -> std::process::ExitCode {
//!     mailspec::cli::harness::main(mailspec::target::Spec::Managed("dovecot".into()))
//! }
//! ```
//!
//! Each variant of a scenario is a test. The target starts when the first of them runs, and is
//! stopped when the last one is done.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::runtime::Runtime;

use super::exit::{INTERNAL, USAGE};
use super::expectation_file::today;
use super::screen::complain;
use crate::expectation::{self, Expectations, InForce};
use crate::outcome::{Flaw, ScenarioResult};
use crate::report::libtest::{Verdict, verdict, why_ignored};
use crate::report::{Style, failure};
use crate::run::{self, Options, Variant};
use crate::scenario::{Library, Messages, SelectError, one_line, select};
use crate::target::{Spec, Target};

/// Scenarios that cannot be made into tests.
#[derive(Debug, thiserror::Error)]
pub enum HarnessError {
    /// A selector is malformed or names nothing.
    #[error(transparent)]
    Selector(#[from] SelectError),
    /// A shipped scenario or expectation file is invalid.
    #[error("{0}")]
    Invalid(String),
    /// The runtime for connections could not be made.
    #[error("cannot start the runtime: {0}")]
    Runtime(#[from] std::io::Error),
}

/// One test for each variant of the shipped scenarios that the selectors choose; no selector
/// chooses all.
pub fn trials(spec: Spec, selectors: &[&str]) -> Result<Vec<Trial>, HarnessError> {
    let library = Library::shipped();
    if let Some(invalid) = library.invalid.first() {
        return Err(HarnessError::Invalid(one_line(invalid)));
    }
    let selectors: Vec<String> = selectors.iter().map(ToString::to_string).collect();
    let scenarios = select(&library.scenarios, &selectors)?;
    let shared = Arc::new(Shared {
        expectations: expectations(&spec)?,
        spec,
        messages: Arc::new(library.messages),
        runtime: Runtime::new()?,
        target: Mutex::default(),
        usage: RwLock::default(),
    });
    let variants = run::plan(&scenarios).into_iter();
    Ok(variants
        .map(|variant| {
            let shared = Arc::clone(&shared);
            Trial::ignorable_test(variant.id.clone(), move || shared.test(variant))
        })
        .collect())
}

/// A whole test program: the arguments of the process, all shipped scenarios.
pub fn main(spec: Spec) -> ExitCode {
    let arguments = Arguments::from_args();
    match trials(spec, &[]) {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(match error {
                HarnessError::Selector(_) | HarnessError::Invalid(_) => USAGE,
                HarnessError::Runtime(_) => INTERNAL,
            })
        }
    }
}

/// What all tests use. The last one to be dropped stops the target.
#[derive(Debug)]
struct Shared {
    spec: Spec,
    expectations: Option<Arc<Expectations>>,
    messages: Arc<Messages>,
    runtime: Runtime,
    target: Mutex<Option<Result<Arc<Target>, String>>>,
    /// Held for reading by each test, and for writing by one that stops the server or puts its
    /// clock forward: it must be the only one that uses it.
    usage: RwLock<()>,
}

impl Shared {
    fn test(&self, variant: Variant) -> Result<Completion, Failed> {
        let target = self.target()?;
        let (_shared, _alone) = if run::needs_the_server(&variant.scenario, &target) {
            (
                None,
                Some(self.usage.write().unwrap_or_else(PoisonError::into_inner)),
            )
        } else {
            (
                Some(self.usage.read().unwrap_or_else(PoisonError::into_inner)),
                None,
            )
        };
        let id = variant.id.clone();
        let expectations = self.expectations.as_ref().map(|expectations| {
            let name = &target.facts().name;
            Arc::new(InForce::new(Arc::clone(expectations), name, &today()))
        });
        let options = Options {
            jobs: 1,
            expectations: expectations.clone(),
            ..Options::default()
        };
        let result = self.runtime.block_on(run::run(
            vec![variant],
            &target,
            &self.messages,
            &options,
            Arc::new(Silence),
            std::future::pending(),
        ));
        let result = result.map_err(|error| error.to_string())?;
        let expected = expectations.map(|in_force| in_force.conclude(&result, &[id]));
        let mut complaints = expected.iter().flat_map(|expected| &expected.complaints);
        if let Some(stale) = complaints.find(|one| one.flaw == Flaw::Stale) {
            return Err(format!("an expectation is stale: {}", stale.message).into());
        }
        match (result.scenarios.first(), result.troubles.first()) {
            (Some(result), _) => completion(result),
            (None, Some(trouble)) => Err(trouble.into()),
            (None, None) => Err("the scenario was not run".into()),
        }
    }

    /// The target, started by whoever asks first.
    fn target(&self) -> Result<Arc<Target>, Failed> {
        let mut target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        let started = target.get_or_insert_with(|| {
            let started = self.runtime.block_on(Target::start(&self.spec));
            started.map(Arc::new).map_err(|error| error.to_string())
        });
        started.clone().map_err(Failed::from)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let target = self
            .target
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(target) = target.and_then(Result::ok).and_then(Arc::into_inner) {
            self.runtime.block_on(target.stop());
        }
    }
}

fn completion(result: &ScenarioResult) -> Result<Completion, Failed> {
    match verdict(result, false) {
        Verdict::Ok => Ok(Completion::Completed),
        Verdict::Ignored => Ok(Completion::ignored_with(why_ignored(result))),
        Verdict::Failed => Err(failure(result, Style::PLAIN).into()),
    }
}

/// What the shipped file of a managed server says.
fn expectations(spec: &Spec) -> Result<Option<Arc<Expectations>>, HarnessError> {
    let Spec::Managed(name) = spec else {
        return Ok(None);
    };
    let Some(source) = expectation::shipped(name) else {
        return Ok(None);
    };
    let read = expectation::read(&Arc::new(source));
    read.map(|read| Some(Arc::new(read)))
        .map_err(|invalid| HarnessError::Invalid(one_line(&invalid)))
}

/// Says nothing: libtest-mimic prints a line for each test.
struct Silence;

impl run::Progress for Silence {
    fn selected(&self, _: usize) {}
    fn started(&self, _: &str) {}
    fn finished(&self, _: &ScenarioResult) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_result_becomes_what_libtest_knows() {
        let of = |name| completion(&sample::scenario(name));
        assert!(matches!(of("NOOP]"), Ok(Completion::Completed)));
        let Ok(Completion::Ignored { reason }) = of("condstore") else {
            panic!("not ignored");
        };
        assert_eq!(reason.as_deref(), Some("imap: no CONDSTORE"));
        let failed = of("wrong-octet").err().unwrap();
        assert!(failed.message().unwrap().contains("imap-response-syntax"));
    }
}
