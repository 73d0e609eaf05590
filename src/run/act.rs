//! One step of an actor: send, wait for what must follow, judge it.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::deadline::RETRY;
use super::player::{MOST_RESPONSES, Player, line};
use super::stage::{Flow, Stage, Stop, undecided};
use super::values::{command, octets};
use crate::expect::{self, Captures, Expectation, Mismatch, PatternRef, Responses};
use crate::outcome::{Observed, Outcome, Propagation};
use crate::scenario::{Act, Actor, Chunk, Deed, Place, Step, TemplatePart, octets_of};
use crate::wire::Message;

/// What an act has brought so far.
#[derive(Debug, Default)]
struct Harvest {
    before: Vec<Message>,
    completion: Option<Message>,
}

impl Harvest {
    fn responses(&self, closed: bool) -> Responses<'_> {
        Responses {
            before: &self.before,
            completion: self.completion.as_ref(),
            closed,
        }
    }

    /// Takes what a player has received since the last look.
    fn gather(&mut self, player: &mut Player) {
        self.before.append(&mut player.inbox);
        for completion in player.completions.drain(..) {
            self.before.extend(self.completion.replace(completion));
        }
    }
}

/// Performs one step of an actor.
pub(super) async fn act(stage: &Stage, step: &Step, act: &Act) -> Flow {
    let actor = &stage.variant.scenario.actors[act.actor];
    let mut place = stage.cast[act.actor].lock().await;
    if matches!(act.deed, Deed::Reconnect)
        && let Some(player) = place.take()
    {
        player.leave(stage, stage.deadlines.step).await;
    }
    let player = match &mut *place {
        Some(player) => player,
        None => place.insert(Player::enter(stage, actor).await?),
    };
    match &act.deed {
        Deed::Reconnect => Flow::Continue(()),
        Deed::Disconnect(how) => {
            player.disconnect(stage, *how).await;
            Flow::Continue(())
        }
        _ => {
            Turn {
                stage,
                step,
                act,
                actor,
            }
            .play(player)
            .await
        }
    }
}

/// What a verdict that is met brings: values, and which alternative was seen.
type Met = (Captures, Option<usize>);

/// One act of one actor.
#[derive(Clone, Copy)]
struct Turn<'a> {
    stage: &'a Stage,
    step: &'a Step,
    act: &'a Act,
    actor: &'a Actor,
}

impl Turn<'_> {
    async fn play(self, player: &mut Player) -> Flow {
        player.catch_up(self.stage);
        player.completions.clear();
        let began = Instant::now();
        let mut harvest = Harvest::default();
        if matches!(self.act.deed, Deed::Await) {
            return self.listen(player, began, &mut harvest).await;
        }
        if !self.act.until.is_empty() && player.awaits_line() {
            self.listen(player, began, &mut harvest).await?;
            self.send(player).await?;
            return self.finish(player, &mut harvest).await;
        }
        let mut tries = 0;
        loop {
            tries += 1;
            harvest.completion = None;
            self.send(player).await?;
            self.finish(player, &mut harvest).await?;
            if self.act.until.is_empty() {
                return Flow::Continue(());
            }
            if self.has_come(player, &harvest) {
                self.record_propagation(began, tries);
                return Flow::Continue(());
            }
            if player.closed || began.elapsed() > self.patience() {
                return self.never_came(player, &harvest);
            }
            sleep(RETRY).await;
        }
    }

    /// Waits without sending until the patterns of `until` have come.
    async fn listen(self, player: &mut Player, began: Instant, harvest: &mut Harvest) -> Flow {
        let deadline = began + self.patience();
        loop {
            player.catch_up(self.stage);
            if player.flooded {
                return self.flooded();
            }
            harvest.gather(player);
            if self.has_come(player, harvest) {
                self.record_propagation(began, 0);
                return Flow::Continue(());
            }
            if player.closed || Instant::now() >= deadline {
                return self.never_came(player, harvest);
            }
            player
                .wait(self.stage, deadline, |player| !player.inbox.is_empty())
                .await;
        }
    }

    /// Sends what the deed says.
    async fn send(self, player: &mut Player) -> Flow {
        let values = self.stage.values_for(self.actor, Some(player.session()));
        let unbound =
            |name: String| undecided(format!("${{{name}}} has no value here: {}", self.words()));
        match &self.act.deed {
            Deed::Commands(templates) if player.awaits_line() => {
                for template in templates {
                    match line(&self.stage.spliced(template), &values) {
                        Ok(line) => player.send_line(line),
                        Err(name) => return unbound(name),
                    }
                }
            }
            Deed::Commands(templates) => {
                let mut commands = Vec::new();
                for template in templates {
                    match command(&self.stage.spliced(template), &values) {
                        Ok(command) => commands.push(command),
                        Err(name) => return unbound(name),
                    }
                }
                player.send(self.stage, commands);
            }
            Deed::Data(message) => match octets_of(message, &self.stage.messages) {
                Some(octets) => player.send_data(octets),
                None => return undecided(format!("no message {}", message.fixture)),
            },
            Deed::Raw(chunks) | Deed::Send(chunks) => {
                let mut together = Vec::new();
                for chunk in chunks {
                    match chunk {
                        Chunk::Text(template) => {
                            match octets(&self.stage.spliced(template), &values) {
                                Ok(octets) => together.extend(octets),
                                Err(name) => return unbound(name),
                            }
                        }
                        Chunk::Repeat { text, times } => {
                            together.extend(text.repeat(*times).bytes())
                        }
                        Chunk::Octets(octets) => together.extend_from_slice(octets),
                        Chunk::Pause(pause) => {
                            let end = Instant::now() + *pause;
                            player.wait(self.stage, end, |_| false).await;
                        }
                    }
                    if matches!(self.act.deed, Deed::Send(_)) && !together.is_empty() {
                        player.send_raw(self.stage, std::mem::take(&mut together));
                    }
                }
                if !together.is_empty() {
                    player.send_raw(self.stage, together);
                }
            }
            Deed::Await | Deed::Disconnect(_) | Deed::Reconnect => {}
        }
        Flow::Continue(())
    }

    /// Waits for what must follow, and judges it.
    async fn finish(self, player: &mut Player, harvest: &mut Harvest) -> Flow {
        let raw = matches!(self.act.deed, Deed::Raw(_) | Deed::Send(_));
        if raw && self.expects_nothing() {
            return Flow::Continue(());
        }
        let deadline = Instant::now() + self.act.within.unwrap_or(self.stage.deadlines.step);
        loop {
            let seen = harvest.before.len();
            player
                .wait(self.stage, deadline, |player| {
                    if raw {
                        !player.inbox.is_empty() || !player.completions.is_empty()
                    } else {
                        player.is_settled()
                    }
                })
                .await;
            let completed_before = harvest.completion.is_some();
            harvest.gather(player);
            if player.flooded {
                return self.flooded();
            }
            let late = Instant::now() >= deadline;
            let verdict = self.verdict(player, harvest);
            let waits_on = (raw || self.wants_close()) && !player.closed && !late;
            match verdict {
                Ok((captures, alternative)) => {
                    self.keep(captures, alternative);
                    return Flow::Continue(());
                }
                Err(_) if waits_on => {
                    if harvest.before.len() == seen && completed_before {
                        // Nothing new can come by a command: wait for the end of the connection.
                        player
                            .wait(self.stage, deadline, |player| !player.inbox.is_empty())
                            .await;
                    }
                }
                Err(mismatches) => return self.fail(mismatches, late && !player.is_settled()),
            }
        }
    }

    fn expects_nothing(self) -> bool {
        let Expectation { expect, never, .. } = &self.act.expectation;
        expect.is_empty() && never.is_empty() && self.act.any_of.is_empty()
    }

    fn wants_close(self) -> bool {
        let alternatives = self
            .act
            .any_of
            .iter()
            .map(|alternative| &alternative.expectation);
        std::iter::once(&self.act.expectation)
            .chain(alternatives)
            .any(|expectation| expectation.expect.iter().any(expect::Pattern::is_closed))
    }

    /// Holds what came against the expectation and the alternatives.
    fn verdict(self, player: &Player, harvest: &Harvest) -> Result<Met, Vec<(Place, Mismatch)>> {
        let values = self.stage.values_for(self.actor, Some(player.session()));
        let responses = harvest.responses(player.has_ended());
        if self.act.any_of.is_empty() {
            return match expect::judge(&self.act.expectation, responses, &values) {
                Ok(captures) => Ok((captures, None)),
                Err(mismatches) => Err(self.placed(mismatches)),
            };
        }
        let mut misses = Vec::new();
        for (index, alternative) in self.act.any_of.iter().enumerate() {
            let expectation = Expectation {
                never: self.act.expectation.never.clone(),
                ..alternative.expectation.clone()
            };
            match expect::judge(&expectation, responses, &values) {
                Ok(captures) => return Ok((captures, Some(index))),
                // The alternative was seen, and beside it what must never come.
                Err(mismatches) if mismatches.iter().all(Mismatch::is_of_never) => {
                    return Err(self.placed(mismatches));
                }
                Err(mismatches) => misses.extend(mismatches),
            }
        }
        Err(vec![(self.step.place, self.none_of(misses))])
    }

    /// One mismatch for all alternatives.
    fn none_of(self, misses: Vec<Mismatch>) -> Mismatch {
        let names: Vec<&str> = self.act.any_of.iter().map(|a| a.name.as_str()).collect();
        let first = misses.first();
        Mismatch {
            pattern: None,
            message: format!(
                "none of the legal alternatives was seen ({})",
                names.join(", ")
            ),
            nearest: first.and_then(|miss| miss.nearest.clone()),
            actual: first.map(|miss| miss.actual.clone()).unwrap_or_default(),
            expected: misses.into_iter().flat_map(|miss| miss.expected).collect(),
        }
    }

    fn placed(self, mismatches: Vec<Mismatch>) -> Vec<(Place, Mismatch)> {
        mismatches
            .into_iter()
            .map(|mismatch| {
                let place = match mismatch.pattern {
                    Some(PatternRef::Expect(index)) => self.act.expect_places.get(index),
                    Some(PatternRef::Never(index)) => self.act.never_places.get(index),
                    None => None,
                };
                (place.copied().unwrap_or(self.step.place), mismatch)
            })
            .collect()
    }

    fn fail(self, mismatches: Vec<(Place, Mismatch)>, late: bool) -> Flow {
        let limit = self.act.within.unwrap_or(self.stage.deadlines.step);
        for (place, mut mismatch) in mismatches {
            if late {
                mismatch.message = format!("{} within {}", mismatch.message, seconds(limit));
            }
            let finding = self
                .stage
                .mismatch_finding(&mismatch, place, Some(&self.actor.name));
            self.stage.found(finding);
        }
        Flow::Break(Stop::Found)
    }

    /// The server was cut off.
    fn flooded(self) -> Flow {
        let mismatch = Mismatch {
            pattern: None,
            message: format!("more than {MOST_RESPONSES} responses came, and no end"),
            nearest: None,
            expected: vec!["the end of the command".to_owned()],
            actual: vec![format!("{MOST_RESPONSES} responses and more")],
        };
        self.fail(vec![(self.step.place, mismatch)], false)
    }

    /// True if every pattern of `until` has come.
    fn has_come(self, player: &Player, harvest: &Harvest) -> bool {
        let values = self.stage.values_for(self.actor, Some(player.session()));
        match expect::came(
            &self.act.until,
            harvest.responses(player.has_ended()),
            &values,
        ) {
            Ok(captures) => {
                self.keep(captures, None);
                true
            }
            Err(_) => false,
        }
    }

    fn patience(self) -> Duration {
        self.act.within.unwrap_or(self.stage.deadlines.propagation)
    }

    fn never_came(self, player: &Player, harvest: &Harvest) -> Flow {
        let values = self.stage.values_for(self.actor, Some(player.session()));
        let responses = harvest.responses(player.has_ended());
        let Err(mismatches) = expect::came(&self.act.until, responses, &values) else {
            return undecided("a pattern came after its time was up");
        };
        for mut mismatch in mismatches {
            let place = match mismatch.pattern {
                Some(PatternRef::Expect(index)) => self.act.until_places.get(index),
                _ => None,
            };
            mismatch.message = if player.closed {
                format!("{}, and the connection was closed", mismatch.message)
            } else {
                format!("{} within {}", mismatch.message, seconds(self.patience()))
            };
            let place = place.copied().unwrap_or(self.step.place);
            let finding = self
                .stage
                .mismatch_finding(&mismatch, place, Some(&self.actor.name));
            self.stage.found(finding);
        }
        Flow::Break(Stop::Found)
    }

    fn keep(self, captures: Captures, alternative: Option<usize>) {
        let mut ledger = self.stage.ledger();
        ledger.values.bound.extend(captures);
        if let Some(index) = alternative {
            let alternatives = self
                .act
                .any_of
                .iter()
                .map(|alternative| alternative.name.clone());
            ledger.seen.insert(self.act.any_of[index].name.clone());
            ledger.observed.push(Observed {
                line: self.line(),
                alternatives: alternatives.collect(),
                seen: self.act.any_of[index].name.clone(),
                fact: self.act.fact.clone(),
                step: self.words(),
            });
        }
    }

    fn record_propagation(self, began: Instant, tries: u32) {
        let took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let propagation = Propagation {
            line: self.line(),
            step: self.words(),
            took_us,
            tries,
            fact: self.act.fact.clone(),
        };
        self.stage.ledger().propagation.push(propagation);
    }

    fn line(self) -> usize {
        super::findings::source_mark(&self.stage.variant.scenario.source, self.step.place).line
    }

    fn words(self) -> String {
        let text = &self.stage.variant.scenario.source.text;
        let words = text
            .get(self.step.place.start..self.step.place.end)
            .unwrap_or_default();
        words.lines().next().unwrap_or_default().to_owned()
    }
}

/// A duration for people.
pub(super) fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}

/// The stop for a bug of ours.
pub(super) fn harness<T>(reason: impl ToString) -> Flow<T> {
    Flow::Break(Stop::Undecided(Outcome::Harness, reason.to_string()))
}

/// The mailbox that a step's SELECT or EXAMINE opens, by the scenario's name for it.
pub(super) fn mailbox_opened(stage: &Stage, act: &Act) -> Option<String> {
    let Deed::Commands(templates) = &act.deed else {
        return None;
    };
    opened(&stage.spliced(templates.last()?).parts)
}

fn opened(parts: &[TemplatePart]) -> Option<String> {
    let (TemplatePart::Text(text), rest) = parts.split_first()? else {
        return None;
    };
    let (verb, name) = text.split_once(' ')?;
    if !["SELECT", "EXAMINE"]
        .iter()
        .any(|opens| verb.eq_ignore_ascii_case(opens))
    {
        return None;
    }
    match (name.split_once(' '), rest) {
        (Some((whole, _)), _) => Some(whole.trim_matches('"').to_owned()),
        (None, []) => Some(name.trim_matches('"').to_owned()),
        (None, [TemplatePart::Variable { path, .. }, ..]) if name.is_empty() => {
            path.strip_suffix(".mailbox").map(str::to_owned)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn text(text: &str) -> TemplatePart {
        TemplatePart::Text(text.to_owned())
    }

    fn variable(path: &str) -> TemplatePart {
        TemplatePart::Variable {
            path: path.to_owned(),
            form: None,
        }
    }

    #[test]
    fn what_a_command_opens_is_named_as_the_scenario_does() {
        let table = [
            (vec![text("SELECT INBOX")], Some("INBOX")),
            (vec![text("examine \"INBOX\"")], Some("INBOX")),
            (
                vec![text("SELECT INBOX (QRESYNC ("), variable("validity")],
                Some("INBOX"),
            ),
            (
                vec![text("SELECT "), variable("Work.mailbox")],
                Some("Work"),
            ),
            (vec![text("SELECT "), variable("name")], None),
            (vec![text("SELECT Wo"), variable("rest")], None),
            (vec![text("STATUS INBOX (MESSAGES)")], None),
            (vec![text("NOOP")], None),
            (vec![variable("command")], None),
        ];
        for (parts, expected) in table {
            assert_eq!(opened(&parts).as_deref(), expected, "{parts:?}");
        }
    }
}
