//! The shards of one run put together.

use std::collections::BTreeSet;

use super::{Exit, Expected, RunResult};

/// Runs that are no complete set of shards of one run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// One run is no shard.
    #[error("one of the runs is no shard: nothing is to be merged")]
    NoShard,
    /// They differ in something that the shards of one run share.
    #[error("the runs are no shards of one run: they differ in {0}")]
    Mixed(&'static str),
    /// A shard is not there, or is there twice.
    #[error("shard {0} is missing or there twice")]
    Incomplete(String),
}

/// One run of which these are all shards. Its `exit` is left empty.
pub fn merge(mut runs: Vec<RunResult>) -> Result<RunResult, MergeError> {
    let Some(first) = runs.first().cloned() else {
        return Err(MergeError::NoShard);
    };
    for run in &runs {
        let differs = [
            (run.target.name != first.target.name, "the target"),
            (
                run.target.version != first.target.version,
                "the server's version",
            ),
            (run.mailspec != first.mailspec, "the version of mailspec"),
            (run.selectors != first.selectors, "the selectors"),
            (run.seed != first.seed, "the seed"),
            (run.strict != first.strict, "--strict"),
        ];
        if let Some((_, what)) = differs.into_iter().find(|(differs, _)| *differs) {
            return Err(MergeError::Mixed(what));
        }
    }
    complete(&runs)?;
    let mut merged = RunResult {
        shard: None,
        exit: Exit::default(),
        selected: runs.iter().map(|run| run.selected).sum(),
        duration_us: runs.iter().map(|run| run.duration_us).max().unwrap_or(0),
        jobs: runs.iter().map(|run| run.jobs).max().unwrap_or(0),
        scenarios: runs
            .iter_mut()
            .flat_map(|run| std::mem::take(&mut run.scenarios))
            .collect(),
        crashes: runs.iter().flat_map(|run| run.crashes.clone()).collect(),
        troubles: runs.iter().flat_map(|run| run.troubles.clone()).collect(),
        expectations: runs
            .iter()
            .filter_map(|run| run.expectations.clone())
            .reduce(both),
        ..first
    };
    merged.scenarios.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(merged)
}

/// True for each of `1/N` to `N/N` once.
fn complete(runs: &[RunResult]) -> Result<(), MergeError> {
    let shards: Option<Vec<(&str, &str)>> = runs
        .iter()
        .map(|run| run.shard.as_deref()?.split_once('/'))
        .collect();
    let shards = shards.ok_or(MergeError::NoShard)?;
    let of = shards[0].1;
    if shards.iter().any(|(_, other)| *other != of) {
        return Err(MergeError::Mixed("the number of shards"));
    }
    let number: usize = of.parse().map_err(|_| MergeError::NoShard)?;
    let parts: BTreeSet<&str> = shards.iter().map(|(part, _)| *part).collect();
    let mut wanted = 1..=number;
    match wanted.find(|part| !parts.contains(part.to_string().as_str())) {
        Some(part) => Err(MergeError::Incomplete(format!("{part}/{of}"))),
        None if parts.len() < runs.len() => Err(MergeError::Incomplete(format!("of {of}"))),
        None => Ok(()),
    }
}

/// What two shards say about one file. An entry whose variants are in both came true once.
fn both(mut one: Expected, other: Expected) -> Expected {
    one.came_true = (one.came_true + other.came_true).min(one.entries);
    one.not_run = one.not_run.min(other.not_run);
    one.complaints.extend(other.complaints);
    one.complaints.sort_by_key(|complaint| complaint.line);
    one.missing.extend(other.missing);
    one.crashes.extend(other.crashes);
    one
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn shards() -> Vec<RunResult> {
        let whole = sample::run();
        let part = |number: usize| RunResult {
            shard: Some(format!("{number}/2")),
            selected: whole.scenarios.iter().skip(number - 1).step_by(2).count(),
            scenarios: whole
                .scenarios
                .iter()
                .skip(number - 1)
                .step_by(2)
                .cloned()
                .collect(),
            ..whole.clone()
        };
        vec![part(2), part(1)]
    }

    #[test]
    fn all_shards_together_are_the_run() {
        let merged = merge(shards()).unwrap();
        assert_eq!(merged.scenarios, sample::run().scenarios);
        assert_eq!(
            (merged.selected, merged.shard),
            (sample::run().selected, None)
        );
    }

    #[test]
    fn what_is_no_complete_set_is_refused() {
        let mut one = shards();
        one.pop();
        assert_eq!(
            merge(one).unwrap_err(),
            MergeError::Incomplete("1/2".into())
        );
        let mut twice = shards();
        twice.push(twice[0].clone());
        assert_eq!(
            merge(twice).unwrap_err(),
            MergeError::Incomplete("of 2".into())
        );
        let mut mixed = shards();
        mixed[1].target.name = "other".into();
        assert_eq!(merge(mixed).unwrap_err(), MergeError::Mixed("the target"));
        assert_eq!(merge(vec![sample::run()]).unwrap_err(), MergeError::NoShard);
        assert_eq!(merge(Vec::new()).unwrap_err(), MergeError::NoShard);
    }
}
