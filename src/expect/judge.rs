//! An expectation against all that came while a step ran.

use std::borrow::Cow;

use super::element::{Env, Matched, Miss};
use super::pattern::Tree;
use super::unit::{Part, Unit, units};
use super::{
    Captures, Expectation, Lookup, Mismatch, Nearest, Pattern, PatternRef, Responses, explain,
};

/// How many comparisons are tried before patterns are given to responses in plain order; a long
/// message counts as several.
const BUDGET: usize = 20_000;

/// Most mismatches of one kind that are reported.
const MOST_MISMATCHES: usize = 20;

/// Holds an expectation against what came.
///
/// An empty `expect`, or one without a completion pattern, demands that the command succeeded;
/// with `closed` or `* BYE` among the patterns no completion need come. Each response satisfies
/// one pattern at most, and a value bound by a pattern is known to those behind it. If commands
/// were pipelined, the last completion patterns are held against the last completions and the
/// commands before must have succeeded.
pub fn judge(
    expectation: &Expectation,
    responses: Responses<'_>,
    values: &dyn Lookup,
) -> Result<Captures, Vec<Mismatch>> {
    Trial::new(expectation, responses, values).judge(true)
}

/// Holds patterns against what came, without a demand for the command's success: for `until`.
pub fn came(
    patterns: &[Pattern],
    responses: Responses<'_>,
    values: &dyn Lookup,
) -> Result<Captures, Vec<Mismatch>> {
    let expectation = Expectation {
        expect: patterns.to_vec(),
        ..Expectation::default()
    };
    Trial::new(&expectation, responses, values).judge(false)
}

struct Trial<'a> {
    expectation: &'a Expectation,
    responses: Responses<'a>,
    values: &'a dyn Lookup,
    units: Vec<Unit<'a>>,
    /// The pattern's tree and the units that may satisfy it.
    wanted: Vec<Wanted<'a>>,
}

struct Wanted<'a> {
    tree: Cow<'a, Tree>,
    candidates: Vec<usize>,
}

/// Which unit satisfies each pattern.
#[derive(Default)]
struct Assignment {
    captures: Captures,
    units: Vec<Option<usize>>,
}

impl<'a> Trial<'a> {
    fn new(expectation: &'a Expectation, responses: Responses<'a>, values: &'a dyn Lookup) -> Self {
        let units = units(&responses);
        let trees: Vec<_> = expectation
            .expect
            .iter()
            .map(|pattern| pattern.tree(values))
            .collect();
        let completions: Vec<usize> = indices(&units, true);
        let others: Vec<usize> = indices(&units, false);
        let completing = trees.iter().filter(|tree| tree.is_completion()).count();
        let mut skipped = completions.len().saturating_sub(completing);
        let mut wanted = Vec::with_capacity(trees.len());
        for tree in trees {
            let candidates = if tree.is_completion() {
                skipped += 1;
                match completions.get(skipped - 1) {
                    Some(&unit) => vec![unit],
                    None => others.clone(),
                }
            } else {
                others.clone()
            };
            wanted.push(Wanted { tree, candidates });
        }
        Self {
            expectation,
            responses,
            values,
            units,
            wanted,
        }
    }

    fn judge(&self, success: bool) -> Result<Captures, Vec<Mismatch>> {
        let mut found = Assignment::default();
        let mut budget = BUDGET;
        let complete = self.search(&mut found, None, &mut budget);
        let mut mismatches = Vec::new();
        if !complete {
            found = self.in_plain_order(&mut mismatches);
        }
        if success {
            self.success(&mut mismatches);
        }
        if self.expectation.only {
            self.nothing_else(&found, &mut mismatches);
        }
        self.never(&found.captures, &mut mismatches);
        if mismatches.is_empty() {
            Ok(found.captures)
        } else {
            Err(mismatches)
        }
    }

    /// Finds a unit for every pattern from `found.units.len()` on; true if there is one for each.
    fn search(&self, found: &mut Assignment, last: Option<usize>, budget: &mut usize) -> bool {
        let at = found.units.len();
        let Some(wanted) = self.wanted.get(at) else {
            return true;
        };
        if *wanted.tree == Tree::Closed {
            found.units.push(None);
            if self.responses.closed && self.search(found, last, budget) {
                return true;
            }
            found.units.pop();
            return false;
        }
        for &unit in &wanted.candidates {
            if found.units.contains(&Some(unit)) || !self.in_order(wanted, unit, last) {
                continue;
            }
            if *budget == 0 {
                return false;
            }
            let octets = self.units[unit].message.octets.len();
            *budget = budget.saturating_sub(1 + octets / 4096);
            let (matched, captures, _) = self.hold(&wanted.tree, unit, &found.captures);
            if matched.is_err() {
                continue;
            }
            let before = std::mem::replace(&mut found.captures, captures);
            found.units.push(Some(unit));
            if self.search(found, Some(unit), budget) {
                return true;
            }
            found.units.pop();
            found.captures = before;
        }
        false
    }

    fn in_order(&self, wanted: &Wanted<'_>, unit: usize, last: Option<usize>) -> bool {
        !self.expectation.in_order
            || wanted.tree.is_completion()
            || last.is_none_or(|last| unit > last)
    }

    fn hold(&self, tree: &Tree, unit: usize, captures: &Captures) -> (Matched, Captures, usize) {
        let unit = &self.units[unit];
        let mut env = Env {
            values: self.values,
            captures: captures.clone(),
            octets: &unit.message.octets,
            matched: 0,
        };
        let matched = unit.matches(tree, &mut env);
        (matched, env.captures, env.matched)
    }

    /// Gives each pattern the first response that it matches, and reports those without one.
    fn in_plain_order(&self, mismatches: &mut Vec<Mismatch>) -> Assignment {
        let mut found = Assignment::default();
        let mut last = None;
        for (index, wanted) in self.wanted.iter().enumerate() {
            let mut chosen = None;
            for &unit in &wanted.candidates {
                if found.units.contains(&Some(unit)) || !self.in_order(wanted, unit, last) {
                    continue;
                }
                let (matched, captures, _) = self.hold(&wanted.tree, unit, &found.captures);
                if matched.is_ok() {
                    chosen = Some(unit);
                    last = Some(unit);
                    found.captures = captures;
                    break;
                }
            }
            let closed = *wanted.tree == Tree::Closed && self.responses.closed;
            if chosen.is_none() && !closed {
                mismatches.push(self.unmet(index, &found));
            }
            found.units.push(chosen);
        }
        found
    }

    fn unmet(&self, index: usize, found: &Assignment) -> Mismatch {
        let pattern = &self.expectation.expect[index];
        let wanted = &self.wanted[index];
        let expected = explain::filled(pattern, self.values, &found.captures);
        let mismatch = |message: String, nearest, actual| Mismatch {
            pattern: Some(PatternRef::Expect(index)),
            message,
            nearest,
            expected: vec![expected.clone()],
            actual,
        };
        if *wanted.tree == Tree::Closed {
            let message = "the server did not end the connection".to_owned();
            return mismatch(message, None, explain::lines(self.units.iter()));
        }
        if let Some((unit, miss)) = self.nearest(wanted, found) {
            let message = format!("the nearest response differs: {}", miss.message);
            let nearest = explain::nearest(unit, &miss);
            return mismatch(message, Some(nearest), vec![explain::line(unit)]);
        }
        let message = match (wanted.tree.is_completion(), self.responses.closed) {
            (true, true) => "the server ended the connection instead of completing the command",
            (true, false) => "the command was not completed",
            (false, _) if self.out_of_order(wanted, found) => {
                "the response came, but not in this order"
            }
            (false, _) => "no such response came",
        };
        mismatch(message.into(), None, explain::lines(self.units.iter()))
    }

    /// The unused candidate that matched furthest, if one matched at all.
    fn nearest(&self, wanted: &Wanted<'_>, found: &Assignment) -> Option<(&Unit<'a>, Miss)> {
        let mut best: Option<(usize, &Unit<'a>, Miss)> = None;
        for &index in &wanted.candidates {
            if found.units.contains(&Some(index)) {
                continue;
            }
            let (matched, _, mut score) = self.hold(&wanted.tree, index, &found.captures);
            let Err(miss) = matched else { continue };
            let unit = &self.units[index];
            if unit.completes && wanted.tree.is_completion() {
                score += 1;
            }
            if score > best.as_ref().map_or(0, |(best, ..)| *best) {
                best = Some((score, unit, miss));
            }
        }
        best.map(|(_, unit, miss)| (unit, miss))
    }

    fn out_of_order(&self, wanted: &Wanted<'_>, found: &Assignment) -> bool {
        self.expectation.in_order
            && wanted.candidates.iter().any(|&unit| {
                !found.units.contains(&Some(unit))
                    && self.hold(&wanted.tree, unit, &found.captures).0.is_ok()
            })
    }

    /// Completions for which there is no pattern must be those of commands that succeeded.
    fn success(&self, mismatches: &mut Vec<Mismatch>) {
        let completing = |wanted: &&Wanted<'_>| wanted.tree.is_completion();
        let patterns = self.wanted.iter().filter(completing).count();
        let completions = indices(&self.units, true);
        let unclaimed = completions.len().saturating_sub(patterns);
        let unclaimed = completions[..unclaimed]
            .iter()
            .map(|&index| &self.units[index]);
        let failed = unclaimed.filter(|unit| !unit.succeeds());
        mismatches.extend(failed.take(MOST_MISMATCHES).map(|unit| Mismatch {
            pattern: None,
            message: "the command failed".into(),
            nearest: Some(whole(unit)),
            expected: vec![success_pattern(&unit.part).into()],
            actual: vec![explain::line(unit)],
        }));
        let ends = self
            .wanted
            .iter()
            .any(|wanted| ends_connection(&wanted.tree));
        if completions.is_empty() && patterns == 0 && !ends {
            let message = match self.responses.closed {
                true => "the server ended the connection instead of completing the command",
                false => "the command was not completed",
            };
            mismatches.push(Mismatch {
                pattern: None,
                message: message.into(),
                nearest: None,
                expected: vec!["success".into()],
                actual: explain::lines(self.units.iter()),
            });
        }
    }

    /// `only`: whatever no pattern has taken is one too many.
    fn nothing_else(&self, found: &Assignment, mismatches: &mut Vec<Mismatch>) {
        let whole_content = found
            .units
            .iter()
            .flatten()
            .any(|&unit| matches!(self.units[unit].part, Part::Content(_)));
        let mut more = 0;
        for (index, unit) in self.units.iter().enumerate() {
            let counts = match &unit.part {
                Part::Imap(super::token::Response::Continuation) | Part::Content(_) => false,
                Part::Line(_) => !whole_content,
                _ => !unit.completes,
            };
            if counts && !found.units.contains(&Some(index)) {
                more += 1;
                if more > MOST_MISMATCHES {
                    return;
                }
                mismatches.push(Mismatch {
                    pattern: None,
                    message: "a response came that `only` does not list".into(),
                    nearest: Some(whole(unit)),
                    expected: self.filled(&found.captures),
                    actual: vec![explain::line(unit)],
                });
            }
        }
    }

    fn filled(&self, captures: &Captures) -> Vec<String> {
        self.expectation
            .expect
            .iter()
            .map(|pattern| explain::filled(pattern, self.values, captures))
            .collect()
    }

    fn never(&self, captures: &Captures, mismatches: &mut Vec<Mismatch>) {
        for (index, pattern) in self.expectation.never.iter().enumerate() {
            let tree = pattern.tree(self.values);
            let forbidden = format!("not: {}", explain::filled(pattern, self.values, captures));
            let mismatch = |nearest, actual| Mismatch {
                pattern: Some(PatternRef::Never(index)),
                message: "a response came that must never come".into(),
                nearest,
                expected: vec![forbidden.clone()],
                actual,
            };
            if *tree == Tree::Closed && self.responses.closed {
                mismatches.push(mismatch(None, vec!["closed".into()]));
            }
            let came = self.units.iter().enumerate();
            let came = came.filter(|(at, _)| self.hold(&tree, *at, captures).0.is_ok());
            for (_, unit) in came.take(MOST_MISMATCHES) {
                mismatches.push(mismatch(Some(whole(unit)), vec![explain::line(unit)]));
            }
        }
    }
}

fn indices(units: &[Unit<'_>], completing: bool) -> Vec<usize> {
    (0..units.len())
        .filter(|&index| units[index].completes == completing)
        .collect()
}

fn ends_connection(tree: &Tree) -> bool {
    match tree {
        Tree::Closed => true,
        Tree::Status { tagged, kind, .. } => !tagged && kind == "BYE",
        _ => false,
    }
}

fn success_pattern(part: &Part) -> &'static str {
    match part {
        Part::Imap(_) => "OK",
        Part::Reply(_) => "2xx",
        _ => "+OK",
    }
}

/// The whole part, as what is wrong.
fn whole(unit: &Unit<'_>) -> Nearest {
    let miss = super::element::miss(unit.span(), "");
    explain::nearest(unit, &miss)
}
