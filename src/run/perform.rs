//! One variant from set-up to result.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::act::act;
use super::device;
use super::findings::covered;
use super::order::Order;
use super::player::Player;
use super::stage::{Flow, Stage, Stop, undecided};
use super::{Options, Variant};
use crate::outcome::{Outcome, ScenarioResult};
use crate::scenario::{Action, Chunk, Deed, Scenario, Step};
use crate::transcript::Transcript;

/// Runs a variant on its stage; the findings are in the stage's ledger.
///
/// Returns what kept it from being decided, if anything did.
pub(super) async fn perform(stage: Arc<Stage>, seed: u64) -> Option<(Outcome, String)> {
    let limit = limit(&stage.variant.scenario, stage.deadlines.scenario);
    let played = tokio::time::timeout(limit, play(&stage, seed)).await;
    let why = match played {
        Ok(Flow::Continue(()) | Flow::Break(Stop::Found)) => None,
        Ok(Flow::Break(Stop::Undecided(outcome, reason))) => Some((outcome, reason)),
        Err(_) => {
            let reason = format!("not done within {} s", limit.as_secs());
            Some((Outcome::Error, reason))
        }
    };
    close(&stage).await;
    stage.reflect();
    why
}

/// How long a scenario may take: once more for each step that does something to the server itself,
/// which on a busy machine stops, copies its mail and starts within a minute; and its pauses.
fn limit(scenario: &Scenario, usual: Duration) -> Duration {
    let to_the_server = |step: &&Step| matches!(step.action, Action::Server(_));
    let steps = scenario.steps.iter().filter(to_the_server).count();
    usual * u32::try_from(1 + steps).unwrap_or(u32::MAX) + pauses(scenario)
}

/// How long a scenario is silent by its own will, outside of branches.
fn pauses(scenario: &Scenario) -> Duration {
    let sends = scenario.steps.iter().filter_map(|step| match &step.action {
        Action::Act(act) => match &act.deed {
            Deed::Send(chunks) => Some(chunks),
            _ => None,
        },
        _ => None,
    });
    let pause = |chunk: &Chunk| match chunk {
        Chunk::Pause(pause) => *pause,
        _ => Duration::ZERO,
    };
    sends.flatten().map(pause).sum()
}

async fn play(stage: &Arc<Stage>, seed: u64) -> Flow {
    let scenario = Arc::clone(&stage.variant.scenario);
    stage.await_a_second().await;
    stage.set_up().await?;
    for (actor, place) in scenario.actors.iter().zip(&stage.cast) {
        if actor.early {
            *place.lock().await = Some(Player::enter(stage, actor).await?);
        }
    }
    for step in &scenario.steps {
        take_step(stage, step, seed).await?;
        catch_up(stage).await;
        stage.reflect();
    }
    Flow::Continue(())
}

/// Takes what has come on every connection, so that it is judged now.
async fn catch_up(stage: &Stage) {
    for place in &stage.cast {
        if let Some(player) = place.lock().await.as_mut() {
            player.catch_up(stage);
        }
    }
}

async fn take_step(stage: &Arc<Stage>, step: &Step, seed: u64) -> Flow {
    match &step.action {
        Action::Together {
            branches,
            interleave: false,
        } => together(stage, branches, seed).await,
        Action::Together {
            branches,
            interleave: true,
        } => interleaved(stage, branches).await,
        Action::When {
            conditions,
            then,
            otherwise,
        } => {
            let holds = stage.holds(conditions);
            for step in if holds { then } else { otherwise } {
                Box::pin(take_step(stage, step, seed)).await?;
                catch_up(stage).await;
                stage.reflect();
            }
            Flow::Continue(())
        }
        _ => single(stage, step).await,
    }
}

async fn single(stage: &Stage, step: &Step) -> Flow {
    let flow = dispatch(stage, step).await;
    if !matches!(step.action, Action::Device(_)) {
        stage.record(step);
    }
    flow
}

async fn dispatch(stage: &Stage, step: &Step) -> Flow {
    match &step.action {
        Action::Act(deed) => {
            act(stage, step, deed).await?;
            after_act(stage, deed).await
        }
        Action::Device(device_step) => device::step(stage, step, device_step).await,
        Action::Deliver(deliver) => stage.deliver(deliver).await,
        Action::Check(check) => stage.check(step, check).await,
        Action::Probe(protocol) => stage.probe(step, *protocol).await,
        Action::Server(control) => stage.control(*control).await,
        Action::Clock(passage) => stage.pass(*passage).await,
        Action::Together { .. } | Action::When { .. } => {
            super::act::harness("`together` or `when` inside `together`")
        }
    }
}

/// A SELECT or EXAMINE of the scenario's own gives its session new numbers.
async fn after_act(stage: &Stage, deed: &crate::scenario::Act) -> Flow {
    let actor = &stage.variant.scenario.actors[deed.actor];
    let Some(mailbox) = super::act::mailbox_opened(stage, deed) else {
        return Flow::Continue(());
    };
    let place = stage.cast[deed.actor].lock().await;
    let Some(player) = place.as_ref() else {
        return Flow::Continue(());
    };
    match stage.learn_numbers(player, actor, &mailbox).await {
        Ok(()) => Flow::Continue(()),
        Err(error) => undecided(error),
    }
}

/// Branches at once; the seed says which is started first.
async fn together(stage: &Arc<Stage>, branches: &[Vec<Step>], seed: u64) -> Flow {
    let mut order: Vec<usize> = (0..branches.len()).collect();
    Order::new(seed, &stage.variant.id).shuffle(&mut order);
    let gate = Arc::new(tokio::sync::Barrier::new(branches.len()));
    let mut running = JoinSet::new();
    for index in order {
        let stage = Arc::clone(stage);
        let gate = Arc::clone(&gate);
        let branch = branches[index].clone();
        running.spawn(async move {
            gate.wait().await;
            for step in &branch {
                single(&stage, step).await?;
            }
            Flow::Continue(())
        });
    }
    let mut end = Flow::Continue(());
    while let Some(joined) = running.join_next().await {
        let flow = match joined {
            Ok(flow) => flow,
            Err(error) => super::act::harness(error),
        };
        if end.is_continue() {
            end = flow;
        }
    }
    end
}

/// The branches' steps one after the other, in the order of this variant.
async fn interleaved(stage: &Stage, branches: &[Vec<Step>]) -> Flow {
    let mut next = vec![0; branches.len()];
    for &branch in stage.variant.order.iter().flatten() {
        let step = &branches[branch][next[branch]];
        next[branch] += 1;
        single(stage, step).await?;
        catch_up(stage).await;
        stage.reflect();
    }
    Flow::Continue(())
}

/// Ends every connection; what came last is judged too.
async fn close(stage: &Stage) {
    let limit = stage.deadlines.step.min(Duration::from_secs(2));
    for place in &stage.cast {
        if let Some(player) = place.lock().await.take() {
            player.leave(stage, limit).await;
        }
    }
}

/// The result of a variant that was performed.
pub(super) fn result_of(
    stage: &Stage,
    undecided: Option<(Outcome, String)>,
    options: &Options,
) -> ScenarioResult {
    let mut result = blank(&stage.variant, options);
    result.story = stage.story();
    let mut ledger = stage.ledger();
    result.findings = std::mem::take(&mut ledger.findings);
    result.observed = std::mem::take(&mut ledger.observed);
    result.propagation = std::mem::take(&mut ledger.propagation);
    result.transcript = stage.recorder.transcript();
    result.duration_us = stage.recorder.now_us();
    result.conclude(undecided);
    result
}

/// The result of a variant that was not performed.
pub(super) fn not_performed(
    variant: &Variant,
    outcome: Outcome,
    reason: impl ToString,
    options: &Options,
) -> ScenarioResult {
    let mut result = blank(variant, options);
    result.conclude(Some((outcome, reason.to_string())));
    result
}

fn blank(variant: &Variant, options: &Options) -> ScenarioResult {
    let scenario = &variant.scenario;
    ScenarioResult {
        id: variant.id.clone(),
        file: scenario.source.path.clone(),
        title: scenario.title.clone(),
        covers: covered(scenario),
        protocols: protocols(scenario),
        tags: scenario.tags.clone(),
        provisional: scenario.provisional,
        outcome: Outcome::Harness,
        grade: None,
        reason: None,
        findings: Vec::new(),
        expected: Vec::new(),
        observed: Vec::new(),
        propagation: Vec::new(),
        log: Vec::new(),
        story: None,
        started_us: 0,
        duration_us: 0,
        rerun: rerun(variant, options),
        transcript: Transcript::default(),
    }
}

fn protocols(scenario: &Scenario) -> Vec<String> {
    let protocols = scenario.protocols();
    protocols.iter().map(ToString::to_string).collect()
}

fn rerun(variant: &Variant, options: &Options) -> String {
    let mut words = vec!["run".to_owned()];
    if !options.target_arguments.is_empty() {
        words.push(options.target_arguments.clone());
    }
    if options.seed != 0 {
        words.push(format!("--seed {}", options.seed));
    }
    words.push(format!("'{}'", variant.id));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Library;

    #[test]
    fn what_is_done_to_the_server_has_time_of_its_own() {
        let library = Library::shipped();
        let minutes = |id: &str| {
            let scenario = library.scenarios.iter().find(|one| one.id == id).unwrap();
            limit(scenario, Duration::from_secs(60)).as_secs() / 60
        };
        assert_eq!(minutes("pop3/uidl/persists-across-sessions"), 1);
        assert_eq!(minutes("pop3/uidl/survives-a-restart"), 2);
        assert_eq!(minutes("mixed/promise/imap-backup"), 3);
    }
}
