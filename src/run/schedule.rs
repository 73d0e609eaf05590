//! The whole run: which variants, in which order, how many at once, and when to give up.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::deadline::Deadlines;
use super::inventory::Inventory;
use super::order::Order;
use super::perform::{not_performed, perform, result_of};
use super::stage::Stage;
use super::{Options, Progress, Variant};
use crate::outcome::{FORMAT, Outcome, RunResult, ScenarioResult, TargetFacts};
use crate::scenario::{Messages, Scenario};
use crate::target::{Target, TargetError};

/// Runs variants. `messages` gives the octets of a fixture. The result's `exit` is left empty.
///
/// Ends early, with what is decided so far, when `interrupt` completes. Fails if an endpoint of the
/// target does not answer before the first scenario.
pub async fn run(
    variants: Vec<Variant>,
    target: &Arc<Target>,
    messages: &Arc<Messages>,
    options: &Options,
    progress: Arc<dyn Progress>,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<RunResult, TargetError> {
    let began = Instant::now();
    let variants = chosen(variants, options);
    progress.selected(variants.len());
    let selected = variants.len();
    let deadlines = Deadlines::new(target.propagation_limit(), options.timeout_factor);
    let mut run = Run {
        target: Arc::clone(target),
        messages: Arc::clone(messages),
        options: Arc::new(options.clone()),
        deadlines,
        progress,
        began,
        results: Vec::new(),
        troubles: Vec::new(),
        over: false,
        dead: None,
    };
    let inventory = inventory(target, &deadlines).await?;
    let unmet = inventory.unmet_requirements(&options.required);
    run.all(variants, &inventory, interrupt).await;
    run.results.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(RunResult {
        format: FORMAT,
        mailspec: env!("CARGO_PKG_VERSION").to_owned(),
        target: facts(target, &inventory, &deadlines),
        selectors: options.selectors.clone(),
        seed: options.seed,
        jobs: jobs(options),
        shard: options.shard.map(|(part, of)| format!("{part}/{of}")),
        strict: options.strict,
        started_unix: 0,
        duration_us: micros(began),
        selected,
        scenarios: run.results,
        unmet,
        expectations: None,
        troubles: run.troubles,
        crashes: target.crashes().await,
        exit: crate::outcome::Exit::default(),
    })
}

/// How many scenarios run at once: they mostly wait for the server.
fn jobs(options: &Options) -> usize {
    match options.jobs {
        0 => std::thread::available_parallelism().map_or(4, |cores| cores.get() * 4),
        jobs => jobs,
    }
}

/// This shard's variants, in the order of the seed; seed 0 is the order of their ids.
fn chosen(variants: Vec<Variant>, options: &Options) -> Vec<Variant> {
    let (part, of) = options.shard.unwrap_or((1, 1));
    let mut variants: Vec<Variant> = variants
        .into_iter()
        .skip(part.saturating_sub(1))
        .step_by(of.max(1))
        .collect();
    if options.seed != 0 {
        Order::new(options.seed, "run").shuffle(&mut variants);
    }
    variants
}

fn facts(target: &Target, inventory: &Inventory, deadlines: &Deadlines) -> TargetFacts {
    let facts = target.facts();
    TargetFacts {
        name: facts.name.clone(),
        version: facts.version.clone(),
        endpoints: target.endpoints().iter().map(ToString::to_string).collect(),
        faults: Vec::new(),
        capabilities: inventory.advertised(),
        propagation_limit_ms: u64::try_from(deadlines.propagation.as_millis()).unwrap_or(u64::MAX),
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// A run in progress; one task owns it.
struct Run {
    target: Arc<Target>,
    messages: Arc<Messages>,
    options: Arc<Options>,
    deadlines: Deadlines,
    progress: Arc<dyn Progress>,
    began: Instant,
    results: Vec<ScenarioResult>,
    troubles: Vec<String>,
    over: bool,
    /// Why the server is dead, once it is.
    dead: Option<String>,
}

impl Run {
    async fn all(
        &mut self,
        variants: Vec<Variant>,
        inventory: &Inventory,
        interrupt: impl Future<Output = ()> + Send,
    ) {
        let mut alone = Vec::new();
        let mut shared = VecDeque::new();
        for variant in variants {
            match inventory.lacking(&variant) {
                Some(reason) => {
                    let outcome = Outcome::NotApplicable;
                    self.settle(not_performed(&variant, outcome, reason, &self.options));
                }
                None if needs_the_server(&variant.scenario, &self.target) => alone.push(variant),
                None => shared.push_back(variant),
            }
        }
        // A clock never goes back, and a server that starts with one far ahead of its files takes
        // mail of today for old.
        alone.sort_by_key(|variant| variant.scenario.passes_time());
        let seconds = self.options.run_limit.as_secs();
        let limit = tokio::time::sleep(self.options.run_limit);
        tokio::pin!(interrupt, limit);
        let work = async {
            self.batch(shared, jobs(&self.options)).await;
            self.batch(alone.into(), 1).await;
        };
        let broke_off = tokio::select! {
            () = work => None,
            () = interrupt => Some("interrupted".to_owned()),
            () = limit => Some(format!("the run's limit of {seconds} s has passed")),
        };
        self.troubles.extend(broke_off);
    }

    /// Runs variants, at most `jobs` at once.
    async fn batch(&mut self, mut waiting: VecDeque<Variant>, jobs: usize) {
        self.block(&mut waiting);
        let mut running = JoinSet::new();
        let mut names = std::collections::HashMap::new();
        loop {
            while running.len() < jobs && !self.over {
                let Some(variant) = waiting.pop_front() else {
                    break;
                };
                self.progress.started(&variant.id);
                let handle = running.spawn(one(
                    variant.clone(),
                    Arc::clone(&self.target),
                    Arc::clone(&self.messages),
                    Arc::clone(&self.options),
                    self.deadlines,
                    self.began,
                ));
                names.insert(handle.id(), variant);
            }
            let Some(joined) = running.join_next_with_id().await else {
                break;
            };
            match joined {
                Ok((id, result)) => {
                    names.remove(&id);
                    self.settle(result);
                }
                Err(error) => {
                    if let Some(variant) = names.remove(&error.id()) {
                        let reason = format!("mailspec itself broke: {error}");
                        let options = Arc::clone(&self.options);
                        self.settle(not_performed(&variant, Outcome::Harness, reason, &options));
                    }
                }
            }
            self.look_for_death(names.values()).await;
            self.block(&mut waiting);
        }
    }

    /// After a scenario that went wrong: is the server dead? Those that are still running find out
    /// by themselves.
    async fn look_for_death(&mut self, running: impl Iterator<Item = &Variant>) {
        let Some(last) = self.results.last().filter(|_| self.dead.is_none()) else {
            return;
        };
        if !matches!(last.outcome, Outcome::Fail | Outcome::Error) {
            return;
        }
        if let Some(why) = self.target.death().await {
            let others: Vec<&str> = running.map(|variant| variant.id.as_str()).collect();
            let with = match others.is_empty() {
                true => String::new(),
                false => format!(" (with {})", others.join(", ")),
            };
            self.troubles.push(format!(
                "the server died while {} ran{with}: {why}",
                last.id
            ));
            self.dead = Some(why);
        }
    }

    /// A dead server blocks all that has not begun.
    fn block(&mut self, waiting: &mut VecDeque<Variant>) {
        let Some(why) = self.dead.clone() else {
            return;
        };
        for variant in waiting.drain(..) {
            let reason = format!("the server was dead already: {why}");
            let options = Arc::clone(&self.options);
            self.settle(not_performed(&variant, Outcome::Blocked, reason, &options));
        }
    }

    fn settle(&mut self, mut result: ScenarioResult) {
        if let Some(expectations) = &self.options.expectations {
            expectations.excuse(&mut result);
        }
        self.progress.finished(&result);
        if self.options.fail_fast && result.gates(self.options.strict) && !self.over {
            self.over = true;
            self.troubles
                .push(format!("stopped at the first failure ({})", result.id));
        }
        self.results.push(result);
    }
}

/// What the target offers.
async fn inventory(target: &Target, deadlines: &Deadlines) -> Result<Inventory, TargetError> {
    let accounts = target.lease(1).await?;
    let inventory = Inventory::take(target, &accounts[0], deadlines).await;
    target.give_back(accounts).await?;
    inventory.map_err(TargetError::Unreachable)
}

/// Which of these variants the target lacks something for: true for each that does not apply.
pub(super) async fn not_applicable(
    variants: &[Variant],
    target: &Target,
    options: &Options,
) -> Result<Vec<bool>, TargetError> {
    let deadlines = Deadlines::new(target.propagation_limit(), options.timeout_factor);
    let inventory = inventory(target, &deadlines).await?;
    let lacking = |variant: &Variant| inventory.lacking(variant).is_some();
    Ok(variants.iter().map(lacking).collect())
}

/// One variant on a target that nobody else uses, and that has what it needs.
pub(super) async fn alone(
    variant: Variant,
    target: &Arc<Target>,
    messages: &Arc<Messages>,
    options: &Options,
) -> ScenarioResult {
    let deadlines = Deadlines::new(target.propagation_limit(), options.timeout_factor);
    let (target, messages) = (Arc::clone(target), Arc::clone(messages));
    let options = Arc::new(options.clone());
    one(
        variant,
        target,
        messages,
        options,
        deadlines,
        Instant::now(),
    )
    .await
}

/// One variant on accounts of its own.
async fn one(
    variant: Variant,
    target: Arc<Target>,
    messages: Arc<Messages>,
    options: Arc<Options>,
    deadlines: Deadlines,
    began: Instant,
) -> ScenarioResult {
    let wanted = variant.scenario.needs.accounts.max(1);
    let accounts = match target.lease(wanted).await {
        Ok(accounts) => accounts,
        Err(error) => {
            let (outcome, reason) = match target.death().await {
                Some(why) => (
                    Outcome::Blocked,
                    format!("the server was dead already: {why}"),
                ),
                None => (Outcome::Error, error.to_string()),
            };
            return not_performed(&variant, outcome, reason, &options);
        }
    };
    let started_us = micros(began);
    let log_start = target.log_length();
    let stage = Arc::new(Stage::new(
        variant,
        Arc::clone(&target),
        messages,
        deadlines,
        accounts.clone(),
    ));
    let undecided = perform(Arc::clone(&stage), options.seed).await;
    let doubtful = undecided.is_some() || stage.has_findings();
    let mut death = if doubtful { target.death().await } else { None };
    let log = match doubtful {
        true => target.log_about(&accounts, log_start).await,
        false => Vec::new(),
    };
    let cleaned = target.give_back(accounts).await;
    if cleaned.is_err() && death.is_none() {
        death = target.death().await;
    }
    let undecided = undecided.or_else(|| {
        let error = cleaned.err()?;
        Some((Outcome::Error, format!("clean-up failed: {error}")))
    });
    let mut result = result_of(&stage, undecided, &options);
    if let Some(why) = death {
        result.died(&why);
    }
    result.log = log;
    result.started_us = started_us;
    result
}

/// Whoever stops the server, or puts its clock forward, must be the only one that uses it.
pub fn needs_the_server(scenario: &Scenario, target: &Target) -> bool {
    !scenario.needs.control.is_empty() || scenario.passes_time() && target.has_clock()
}
