//! Steps that act on the world: deliveries, checks by fresh sessions, probes, the server itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::time::{Instant, sleep};

use super::act::seconds;
use super::deadline::RETRY;
use super::player::Player;
use super::setup::{SetUpError, name_of};
use super::stage::{Flow, Stage, Stop, undecided};
use crate::expect::Mismatch;
use crate::model::World;
use crate::outcome::Propagation;
use crate::scenario::{Actor, Check, Claim, Control, Deliver, Passage, Step};
use crate::target;
use crate::wire::Protocol;

/// What fresh sessions show: for each protocol the names of the messages, `None` for no mailbox.
type Views = BTreeMap<Protocol, Option<Vec<String>>>;

impl Stage {
    /// A message comes in.
    pub(super) async fn deliver(&self, deliver: &Deliver) -> Flow {
        let Deliver {
            message,
            account,
            via,
        } = deliver;
        self.hand_in(message, *account, *via, "(delivery)").await?;
        self.learn_later(message, *account).await
    }

    /// Fresh sessions of every offered protocol look at a mailbox until the claim holds or the
    /// target's propagation limit has passed.
    pub(super) async fn check(&self, step: &Step, check: &Check) -> Flow {
        let began = Instant::now();
        let mut tries = 0;
        loop {
            tries += 1;
            let late = began.elapsed() > self.deadlines.propagation;
            let views = match self.views(check).await {
                Ok(views) => views,
                // A maildrop that was left a moment ago may still be locked.
                Err(_) if !late => {
                    sleep(RETRY).await;
                    continue;
                }
                Err(error) => return undecided(format!("check: {error}")),
            };
            let wrong: Vec<_> = views
                .iter()
                .filter(|(_, view)| !holds(check, view))
                .collect();
            if wrong.is_empty() {
                if tries > 1 {
                    self.record_check(step, check, began, tries);
                }
                return Flow::Continue(());
            }
            if late {
                let mismatch = self.check_mismatch(check, &views, &wrong);
                self.found(self.mismatch_finding(&mismatch, step.place, None));
                return Flow::Break(Stop::Found);
            }
            sleep(RETRY).await;
        }
    }

    fn record_check(&self, step: &Step, check: &Check, began: Instant, tries: u32) {
        let took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let source = &self.variant.scenario.source;
        let line = super::findings::source_mark(source, step.place).line;
        let words = format!("check: {} {}", check.mailbox, claim_words(&check.claim));
        self.ledger().propagation.push(Propagation {
            line,
            step: words,
            took_us,
            tries,
            fact: None,
        });
    }

    async fn views(&self, check: &Check) -> Result<Views, SetUpError> {
        let mut views = Views::new();
        if self.target.endpoint(Protocol::Imap).is_some() {
            let listed = self.look(&check.mailbox, check.account).await?;
            let names = listed.map(|listed| listed.iter().map(name_of).collect());
            views.insert(Protocol::Imap, names);
        }
        let inbox = check.mailbox.eq_ignore_ascii_case("INBOX");
        let offered = self.target.endpoint(Protocol::Pop3).is_some();
        if inbox && offered && !self.maildrop_is_open(check.account).await {
            views.insert(Protocol::Pop3, Some(self.maildrop(check.account).await?));
        }
        Ok(views)
    }

    /// True if a POP3 actor has the account's maildrop open: a second session may be refused.
    async fn maildrop_is_open(&self, account: usize) -> bool {
        for (actor, place) in self.variant.scenario.actors.iter().zip(&self.cast) {
            if actor.protocol == Protocol::Pop3 && actor.account == account {
                let mut place = place.lock().await;
                if let Some(player) = place.as_mut() {
                    player.catch_up(self);
                    if !player.closed {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn check_mismatch(
        &self,
        check: &Check,
        views: &Views,
        wrong: &[(&Protocol, &Option<Vec<String>>)],
    ) -> Mismatch {
        let words = claim_words(&check.claim);
        let protocols: Vec<String> = wrong.iter().map(|(p, _)| p.to_string()).collect();
        let show = |view: &Option<Vec<String>>| match view {
            None => format!("{} does not exist", check.mailbox),
            Some(names) => {
                let mut names = names.clone();
                names.sort();
                format!("{} holds exactly [{}]", check.mailbox, names.join(", "))
            }
        };
        Mismatch {
            pattern: None,
            message: format!(
                "a fresh {} session shows something else, still after {}",
                protocols.join(" and a fresh "),
                seconds(self.deadlines.propagation)
            ),
            nearest: None,
            expected: views
                .keys()
                .map(|p| format!("{p}: {} {words}", check.mailbox))
                .collect(),
            actual: views
                .iter()
                .map(|(p, view)| format!("{p}: {}", show(view)))
                .collect(),
        }
    }

    /// A fresh connection still gets a greeting and, where the protocol has it, logs in.
    pub(super) async fn probe(&self, step: &Step, protocol: Protocol) -> Flow {
        let actor = Actor {
            name: "(probe)".to_owned(),
            protocol,
            account: 1,
            login: true,
            early: true,
            select: None,
            examine: None,
            enable: Vec::new(),
            tls: None,
        };
        match Player::enter(self, &actor).await {
            Flow::Continue(player) => {
                player.leave(self, self.deadlines.step).await;
                Flow::Continue(())
            }
            Flow::Break(Stop::Undecided(_, reason)) => {
                let mismatch = Mismatch {
                    pattern: None,
                    message: format!("a fresh {protocol} connection is of no use any more"),
                    nearest: None,
                    expected: vec!["a greeting and a login".to_owned()],
                    actual: vec![reason],
                };
                self.found(self.mismatch_finding(&mismatch, step.place, None));
                Flow::Break(Stop::Found)
            }
            stop @ Flow::Break(Stop::Found) => stop.map_continue(|_| ()),
        }
    }

    /// Time passes, for the server too where the target can do that.
    pub(super) async fn pass(&self, passage: Passage) -> Flow {
        let now = self.ledger().now;
        let by = super::retention::length(passage, now, self.target.retention());
        self.ledger().now += by;
        if !self.target.has_clock() {
            return Flow::Continue(());
        }
        match self.target.advance(by).await {
            Ok(()) => Flow::Continue(()),
            Err(error) => undecided(error),
        }
    }

    /// Does something to the server itself; every connection ends with that, but for a start.
    pub(super) async fn control(&self, control: Control) -> Flow {
        if control != Control::Start {
            for place in &self.cast {
                if let Some(player) = place.lock().await.as_mut() {
                    player.catch_up(self);
                }
            }
        }
        let wanted = match control {
            Control::Restart => target::Control::Restart,
            Control::Kill => target::Control::Kill,
            Control::Stop => target::Control::Stop,
            Control::Start => target::Control::Start,
            Control::Backup => target::Control::Backup,
            Control::Restore => target::Control::Restore,
        };
        // On a task of its own: a scenario that runs out of time leaves no server half started.
        let target = Arc::clone(&self.target);
        let done = tokio::spawn(async move { target.control(wanted).await });
        match done.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return undecided(error),
            Err(error) => return undecided(error),
        }
        self.await_a_second().await;
        if control == Control::Start {
            return Flow::Continue(());
        }
        for place in &self.cast {
            if let Some(mut player) = place.lock().await.take() {
                player.gone(self);
            }
        }
        if control == Control::Restore {
            // What was removed may be back, and what came since may be gone.
            self.reflect();
            self.ledger().world = World::default();
        }
        Flow::Continue(())
    }
}

fn holds(check: &Check, view: &Option<Vec<String>>) -> bool {
    let Some(names) = view else {
        return matches!(check.claim, Claim::Absent);
    };
    let mut names = names.clone();
    names.sort();
    match &check.claim {
        Claim::Absent => false,
        Claim::Exactly(wanted) => {
            let mut wanted = wanted.clone();
            wanted.sort();
            names == wanted
        }
        Claim::Holds(wanted) => wanted.iter().all(|name| names.contains(name)),
        Claim::Lacks(unwanted) => !unwanted.iter().any(|name| names.contains(name)),
    }
}

fn claim_words(claim: &Claim) -> String {
    match claim {
        Claim::Exactly(names) => format!("holds exactly [{}]", names.join(", ")),
        Claim::Holds(names) => format!("holds [{}]", names.join(", ")),
        Claim::Lacks(names) => format!("lacks [{}]", names.join(", ")),
        Claim::Absent => "does not exist".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(claim: Claim) -> Check {
        Check {
            mailbox: "INBOX".into(),
            account: 1,
            claim,
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn exactly_counts_copies_and_ignores_order() {
        let check = check(Claim::Exactly(names(&["a", "b"])));
        assert!(holds(&check, &Some(names(&["b", "a"]))));
        assert!(!holds(&check, &Some(names(&["a", "b", "b"]))));
        assert!(!holds(&check, &Some(names(&["a"]))));
        assert!(!holds(&check, &None));
    }

    #[test]
    fn absence_is_no_empty_mailbox() {
        assert!(holds(&check(Claim::Absent), &None));
        assert!(!holds(&check(Claim::Absent), &Some(Vec::new())));
        assert!(!holds(&check(Claim::Lacks(names(&["a"]))), &None));
    }
}
