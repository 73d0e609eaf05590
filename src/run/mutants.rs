//! The whole suite against each of several servers that misbehave on purpose.
//!
//! A fault is killed by a variant that finds something which it does not find without the fault.
//! Every fault has a server of its own, so nothing of one run can reach another.
//!
//! Each variant runs against a sound server of its own first, which notes the faults whose branches
//! it came to. Both servers have the retention profile that the variant is made for, unless the
//! fault shows in one profile only: then all is done in that. A variant that never came to a
//! fault's branch goes the same way with the fault as without: it is left out of that fault's run,
//! unless the matrix shall be exhaustive.
//!
//! Nor does a variant run where it can tell nothing new: its scenario's claim was broken by
//! another fault already, and what `caught.tsv` has for this one killed it. Faults whose branch few
//! variants come to go first, so that few scenarios are left for those that show everywhere. A
//! fault survives only after everything that comes to its branch has run.
//!
//! Scenarios that take minutes on a sound server run against those faults only that `caught.tsv`
//! names them for.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::schedule::{alone, not_applicable};
use super::{Caught, Options, Progress, Unbroken, Unraised, Variant, ground};
use crate::finding::Rule;
use crate::outcome::mutants::{FORMAT, Kill, Matrix, Mutant, Undecided};
use crate::outcome::{Outcome, ScenarioResult};
use crate::scenario::Messages;
use crate::target::{Retention, Spec, Target, TargetError};

/// How many variants run against sound servers at once, for each job.
const SOUND_AT_ONCE: usize = 4;

/// A server with a fault.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Id of the fault.
    pub fault: String,
    /// How the server is had.
    pub spec: Spec,
}

impl Subject {
    /// The retention profile that the server has when nothing is said about it.
    async fn retention(&self) -> Result<Retention, TargetError> {
        let target = Target::start(&self.spec).await?;
        let retention = target.retention().unwrap_or_default();
        target.stop().await;
        Ok(retention)
    }

    /// The server, with this profile.
    fn with(&self, retention: Retention) -> Spec {
        match &self.spec {
            Spec::Embedded(faults) => Spec::EmbeddedAs(retention, faults.clone()),
            other => other.clone(),
        }
    }
}

/// What runs against every server.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The variants.
    pub variants: Vec<Variant>,
    /// The octets of the fixtures.
    pub messages: Arc<Messages>,
    /// How each run goes.
    pub options: Options,
    /// How many faults are tried at the same time.
    pub jobs: usize,
    /// Whether every variant runs against every fault.
    pub exhaustive: bool,
}

/// Runs the suite against sound servers and against each subject. `done` hears of each subject that
/// is decided.
///
/// # Errors
/// When a server does not start.
pub async fn mutants(
    suite: Suite,
    subjects: Vec<Subject>,
    mut done: impl FnMut(&Mutant),
) -> Result<Matrix, TargetError> {
    let began = Instant::now();
    let suite = Arc::new(suite);
    let mut surveys: BTreeMap<String, Arc<Known>> = BTreeMap::new();
    let mut known = BTreeMap::new();
    for subject in &subjects {
        let retention = subject.retention().await?;
        let survey = match surveys.get(&retention.to_string()) {
            Some(survey) => Arc::clone(survey),
            None => Arc::new(suite.survey_all(retention).await?),
        };
        surveys.insert(retention.to_string(), Arc::clone(&survey));
        known.insert(subject.fault.clone(), survey);
    }
    let order: Vec<String> = subjects.iter().map(|one| one.fault.clone()).collect();
    let mut decided = BTreeMap::new();
    let mut subjects = subjects;
    subjects.sort_by_cached_key(|subject| reaching(&known[&subject.fault], &subject.fault));
    let mut waiting = VecDeque::from(subjects);
    let open = Arc::new(Open::of(&suite.variants));
    let mut running = JoinSet::new();
    loop {
        while running.len() < suite.jobs.max(1) {
            let Some(subject) = waiting.pop_front() else {
                break;
            };
            let known = Arc::clone(&known[&subject.fault]);
            running.spawn(one(subject, Arc::clone(&suite), known, Arc::clone(&open)));
        }
        let Some(joined) = running.join_next().await else {
            break;
        };
        let mutant = unbroken(joined)?;
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
        variants: suite.variants.len(),
        duration_us: micros(began),
        ..Matrix::default()
    };
    let scenarios = suite
        .variants
        .iter()
        .map(|variant| (&variant.id[..], &variant.scenario.covers[..]));
    let excused = Unbroken::all().map(|row| row.scenario).collect();
    let proved: BTreeSet<_> = Unraised::all().map(|row| row.rule).collect();
    let rules = Rule::all().map(Rule::id);
    matrix.conclude(
        scenarios,
        &excused,
        rules.filter(|rule| !proved.contains(rule)),
    );
    Ok(matrix)
}

/// What a variant makes of a sound server.
struct Sound {
    /// The server's retention profile.
    retention: Retention,
    /// The rules and requirements that it finds broken.
    broken: BTreeSet<String>,
    /// The faults whose branches the server came to.
    reached: BTreeSet<&'static str>,
}

/// Ids of variants, and what is known of each.
type Known = BTreeMap<String, Sound>;

/// How many variants come to the fault's branch.
fn reaching(known: &Known, fault: &str) -> usize {
    let reaches = |sound: &&Sound| sound.reached.contains(fault);
    known.values().filter(reaches).count()
}

/// The scenarios whose claim no fault broke yet.
struct Open(Mutex<BTreeSet<String>>);

impl Open {
    fn of(variants: &[Variant]) -> Self {
        let ids = variants.iter().map(|variant| variant.scenario.id.clone());
        Self(Mutex::new(ids.collect()))
    }

    fn has(&self, variant: &Variant) -> bool {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.contains(&variant.scenario.id)
    }

    /// Takes out the scenario, if one of these broken rules is its claim.
    fn close(&self, variant: &Variant, rules: &[String]) {
        if rules
            .iter()
            .any(|rule| variant.scenario.covers.contains(rule))
        {
            let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            open.remove(&variant.scenario.id);
        }
    }
}

/// True if `caught.tsv` says that the variant catches the fault.
fn is_named(fault: &str, variant: &Variant) -> bool {
    Caught::all().any(|row| {
        row.fault == fault
            && [&variant.id, &variant.scenario.id]
                .iter()
                .any(|id| *id == row.scenario)
    })
}

impl Suite {
    /// Runs each variant against a sound server of its own: of this profile, or if it is strict, of
    /// the profile that the variant is made for.
    async fn survey_all(&self, retention: Retention) -> Result<Known, TargetError> {
        if retention != Retention::Strict {
            return self.survey(self.variants.clone(), retention).await;
        }
        let mut known = Known::new();
        for (retention, variants) in by_profile(self.variants.clone(), |v| ground(&v.scenario)) {
            known.extend(self.survey(variants, retention).await?);
        }
        Ok(known)
    }

    /// Runs each of these variants against a sound server of its own, of this profile.
    async fn survey(
        &self,
        variants: Vec<Variant>,
        retention: Retention,
    ) -> Result<Known, TargetError> {
        let target = Target::start(&Spec::EmbeddedAs(retention, Vec::new())).await?;
        let lacking = not_applicable(&variants, &target, &self.options).await?;
        // What does not apply could, where the fault changes what is offered.
        let by_inventory: BTreeSet<_> = target.reached().into_iter().collect();
        target.stop().await;
        let mut known = Known::new();
        let mut waiting = VecDeque::new();
        for (variant, lacking) in variants.into_iter().zip(lacking) {
            if variant.scenario.is_slow() {
                continue;
            } else if lacking {
                let sound = Sound {
                    retention,
                    broken: BTreeSet::new(),
                    reached: by_inventory.clone(),
                };
                known.insert(variant.id, sound);
            } else {
                waiting.push_back(variant);
            }
        }
        let mut running = JoinSet::new();
        loop {
            while running.len() < self.jobs.max(1) * SOUND_AT_ONCE {
                let Some(variant) = waiting.pop_front() else {
                    break;
                };
                let (messages, options) = (Arc::clone(&self.messages), self.options.clone());
                running.spawn(async move { survey(variant, retention, &messages, &options).await });
            }
            let Some(joined) = running.join_next().await else {
                return Ok(known);
            };
            let (id, sound) = unbroken(joined)?;
            known.insert(id, sound);
        }
    }

    /// Runs these variants against a server of their own.
    async fn run(
        &self,
        variants: Vec<Variant>,
        spec: &Spec,
    ) -> Result<Vec<ScenarioResult>, TargetError> {
        let target = Arc::new(Target::start(spec).await?);
        let result = super::run(
            variants,
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

/// The variants of each retention profile.
fn by_profile(
    variants: Vec<Variant>,
    profile: impl Fn(&Variant) -> Retention,
) -> Vec<(Retention, Vec<Variant>)> {
    let mut groups: Vec<(Retention, Vec<Variant>)> = Vec::new();
    for variant in variants {
        let retention = profile(&variant);
        match groups.iter_mut().find(|(known, _)| *known == retention) {
            Some((_, group)) => group.push(variant),
            None => groups.push((retention, vec![variant])),
        }
    }
    groups
}

async fn survey(
    variant: Variant,
    retention: Retention,
    messages: &Arc<Messages>,
    options: &Options,
) -> Result<(String, Sound), TargetError> {
    let sound = Spec::EmbeddedAs(retention, Vec::new());
    let target = Arc::new(Target::start(&sound).await?);
    let result = alone(variant, &target, messages, options).await;
    let reached = target.reached().into_iter().collect();
    if let Some(target) = Arc::into_inner(target) {
        target.stop().await;
    }
    let broken = broken(&result);
    let sound = Sound {
        retention,
        broken,
        reached,
    };
    Ok((result.id, sound))
}

/// What a task gave; its panic goes on.
fn unbroken<T>(joined: Result<T, tokio::task::JoinError>) -> T {
    joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

struct Silent;

impl Progress for Silent {
    fn selected(&self, _: usize) {}
    fn started(&self, _: &str) {}
    fn finished(&self, _: &ScenarioResult) {}
}

/// The rules and requirements that a variant found broken.
fn broken(result: &ScenarioResult) -> BTreeSet<String> {
    let findings = result.findings.iter();
    findings.map(|finding| finding.rule.clone()).collect()
}

async fn one(
    subject: Subject,
    suite: Arc<Suite>,
    known: Arc<Known>,
    open: Arc<Open>,
) -> Result<Mutant, TargetError> {
    let began = Instant::now();
    let fault = &subject.fault;
    let comes_there = |variant: &&Variant| match known.get(&variant.id) {
        Some(sound) => suite.exhaustive || sound.reached.contains(&fault[..]),
        None => is_named(fault, variant),
    };
    let all = suite.variants.iter().filter(comes_there).cloned();
    let (first, rest): (Vec<Variant>, Vec<Variant>) =
        all.partition(|variant| suite.exhaustive || open.has(variant) || is_named(fault, variant));
    let mut mutant = Mutant {
        fault: fault.clone(),
        kills: Vec::new(),
        ran: 0,
        undecided: Vec::new(),
        duration_us: 0,
    };
    let profile = |variant: &Variant| match known.get(&variant.id) {
        Some(sound) => sound.retention,
        None => ground(&variant.scenario),
    };
    for variants in [first, rest] {
        if variants.is_empty() || !mutant.survives() {
            continue;
        }
        mutant.ran += variants.len();
        let mut results = Vec::new();
        for (retention, variants) in by_profile(variants.clone(), profile) {
            results.extend(suite.run(variants, &subject.with(retention)).await?);
        }
        for result in results {
            let known = known.get(&result.id);
            let rules: Vec<String> = broken(&result)
                .into_iter()
                .filter(|rule| known.is_none_or(|known| !known.broken.contains(rule)))
                .collect();
            if let Some(variant) = variants.iter().find(|variant| variant.id == result.id) {
                open.close(variant, &rules);
            }
            if !rules.is_empty() {
                let scenario = result.id.clone();
                mutant.kills.push(Kill { scenario, rules });
            }
            mutant.undecided.extend(undecided(result));
        }
    }
    mutant.duration_us = micros(began);
    Ok(mutant)
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
