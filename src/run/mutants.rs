//! The whole suite against each of several servers that misbehave on purpose.
//!
//! A fault is killed by a variant that finds something which it does not find without the fault.
//! Every fault has a server of its own, so nothing of one run can reach another.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Options, Progress, Variant};
use crate::finding::Rule;
use crate::outcome::mutants::{FORMAT, Kill, Matrix, Mutant, Undecided};
use crate::outcome::{Outcome, ScenarioResult};
use crate::scenario::Messages;
use crate::target::{Spec, Target, TargetError};

/// A server with a fault.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Id of the fault.
    pub fault: String,
    /// How the server is had.
    pub spec: Spec,
}

/// Runs the variants against a sound server and against each subject, at most `jobs` subjects at
/// once. `done` hears of each subject that is decided.
///
/// # Errors
/// When a server does not start.
pub async fn mutants(
    variants: &[Variant],
    sound: &Spec,
    subjects: Vec<Subject>,
    messages: &Arc<Messages>,
    options: &Options,
    jobs: usize,
    mut done: impl FnMut(&Mutant),
) -> Result<Matrix, TargetError> {
    let began = Instant::now();
    let suite = Arc::new(Suite {
        variants: variants.to_vec(),
        messages: Arc::clone(messages),
        options: options.clone(),
    });
    let known = Arc::new(broken(&suite.run(sound).await?));
    let order: Vec<String> = subjects.iter().map(|one| one.fault.clone()).collect();
    let mut decided = BTreeMap::new();
    let mut waiting = VecDeque::from(subjects);
    let mut running = JoinSet::new();
    loop {
        while running.len() < jobs.max(1) {
            let Some(subject) = waiting.pop_front() else {
                break;
            };
            running.spawn(one(subject, Arc::clone(&suite), Arc::clone(&known)));
        }
        let Some(joined) = running.join_next().await else {
            break;
        };
        let mutant = match joined {
            Ok(mutant) => mutant?,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        done(&mutant);
        decided.insert(mutant.fault.clone(), mutant);
    }
    let mut matrix = Matrix {
        format: FORMAT,
        mailspec: env!("CARGO_PKG_VERSION").to_owned(),
        mutants: order
            .iter()
            .filter_map(|fault| decided.remove(fault))
            .collect(),
        variants: variants.len(),
        duration_us: micros(began),
        ..Matrix::default()
    };
    let scenarios = variants
        .iter()
        .map(|variant| (&variant.id[..], &variant.scenario.covers[..]));
    matrix.conclude(scenarios, Rule::all().map(Rule::id));
    Ok(matrix)
}

/// What runs against every server.
struct Suite {
    variants: Vec<Variant>,
    messages: Arc<Messages>,
    options: Options,
}

impl Suite {
    async fn run(&self, spec: &Spec) -> Result<Vec<ScenarioResult>, TargetError> {
        let target = Arc::new(Target::start(spec).await?);
        let result = super::run(
            self.variants.clone(),
            &target,
            &self.messages,
            &self.options,
            Arc::new(Silent),
            std::future::pending(),
        )
        .await?;
        if let Some(target) = Arc::into_inner(target) {
            target.stop().await;
        }
        Ok(result.scenarios)
    }
}

struct Silent;

impl Progress for Silent {
    fn selected(&self, _: usize) {}
    fn started(&self, _: &str) {}
    fn finished(&self, _: &ScenarioResult) {}
}

/// Which rules and requirements each variant found broken.
type Broken = BTreeMap<String, BTreeSet<String>>;

fn broken(results: &[ScenarioResult]) -> Broken {
    let rules = |result: &ScenarioResult| {
        let findings = result.findings.iter();
        findings.map(|finding| finding.rule.clone()).collect()
    };
    results
        .iter()
        .map(|result| (result.id.clone(), rules(result)))
        .collect()
}

async fn one(
    subject: Subject,
    suite: Arc<Suite>,
    known: Arc<Broken>,
) -> Result<Mutant, TargetError> {
    let began = Instant::now();
    let results = suite.run(&subject.spec).await?;
    let kills = broken(&results)
        .into_iter()
        .filter_map(|(scenario, rules)| {
            let known = known.get(&scenario);
            let rules: Vec<String> = rules
                .into_iter()
                .filter(|rule| known.is_none_or(|known| !known.contains(rule)))
                .collect();
            (!rules.is_empty()).then_some(Kill { scenario, rules })
        })
        .collect();
    Ok(Mutant {
        fault: subject.fault,
        kills,
        undecided: results.into_iter().filter_map(undecided).collect(),
        duration_us: micros(began),
    })
}

fn undecided(result: ScenarioResult) -> Option<Undecided> {
    match result.outcome {
        Outcome::Pass | Outcome::Fail | Outcome::NotApplicable | Outcome::Skipped => None,
        outcome => Some(Undecided {
            scenario: result.id,
            outcome,
            reason: result.reason.unwrap_or_default(),
        }),
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}
