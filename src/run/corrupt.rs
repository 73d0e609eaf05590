//! Sessions with one corrupted response each: what changes what the client is told must be found,
//! and what does not must not.
//!
//! Each seed runs one of the scenarios in which every response is claimed by an expectation or by a
//! rule. Whether the corruption changes the meaning is said by the server that did it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::schedule::alone;
use super::{Options, Variant};
use crate::outcome::corrupt::{Case, Corruptions};
use crate::scenario::Messages;
use crate::target::{Spec, Target, TargetError};

/// The scenarios, each with how many connections its set-up makes.
pub const SESSIONS: [(&str, usize); 4] = [
    ("imap/core/a-whole-session", 1),
    ("lmtp/core/a-whole-session", 0),
    ("mixed/deletion/a-whole-session", 1),
    ("pop3/core/a-whole-session", 2),
];

/// How many seeds are tried at once: most wait for what was dropped.
const AT_ONCE: usize = 64;

/// Runs a session for each seed; `variants` are those of [`SESSIONS`], in that order.
///
/// # Errors
/// When a server does not start.
pub async fn corruptions(
    seeds: Range<u64>,
    variants: &[Variant],
    messages: &Arc<Messages>,
    options: &Options,
) -> Result<Corruptions, TargetError> {
    let mut found = Corruptions::default();
    let mut running = JoinSet::new();
    let mut seeds = seeds.into_iter();
    loop {
        while running.len() < AT_ONCE {
            let Some(seed) = seeds.next() else { break };
            let at = usize::try_from(seed).unwrap_or_default() % variants.len();
            let (variant, spared) = (variants[at].clone(), SESSIONS[at].1);
            let (messages, options) = (Arc::clone(messages), options.clone());
            running.spawn(async move { one(seed, variant, spared, &messages, &options).await });
        }
        let Some(joined) = running.join_next().await else {
            return Ok(found);
        };
        let case = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
        found.add(case);
    }
}

async fn one(
    seed: u64,
    variant: Variant,
    spared: usize,
    messages: &Arc<Messages>,
    options: &Options,
) -> Result<Case, TargetError> {
    let target = Arc::new(Target::start(&Spec::Embedded(Vec::new())).await?);
    // Which session is the seed's last digit; what is done there, the rest of it.
    target.corrupt(seed / SESSIONS.len() as u64, spared);
    let result = alone(variant, &target, messages, options).await;
    let corrupted = target.corrupted();
    if let Some(target) = Arc::into_inner(target) {
        target.stop().await;
    }
    let rules = result.findings.iter().map(|finding| finding.rule.clone());
    Ok(Case {
        seed,
        scenario: result.id,
        manipulation: corrupted.as_ref().map(|done| done.manipulation.clone()),
        response: corrupted
            .as_ref()
            .map(|done| String::from_utf8_lossy(&done.response).into_owned())
            .unwrap_or_default(),
        changes_meaning: corrupted.is_some_and(|done| done.changes_meaning),
        found: rules.collect(),
        outcome: result.outcome,
    })
}

/// The variants of [`SESSIONS`] among these.
pub fn sessions(variants: &[Variant]) -> Vec<Variant> {
    let by_id: BTreeMap<&str, &Variant> = variants.iter().map(|v| (v.id.as_str(), v)).collect();
    let known = SESSIONS.iter().filter_map(|(id, _)| by_id.get(id));
    known.map(|variant| (*variant).clone()).collect()
}
