//! A device's connection, one command at a time. A command that fails is the server's failure.

use std::time::Duration;

use tokio::time::Instant;

use super::super::act::seconds;
use super::super::player::{MOST_RESPONSES, Player, succeeded};
use super::super::stage::{Flow, Stage, Stop};
use crate::engine::Command;
use crate::expect::{Mismatch, Nearest};
use crate::scenario::{Actor, Device, Step};
use crate::wire::{Body, Message, Protocol};

/// A device at a step of its scenario.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) stage: &'a Stage,
    pub(super) step: &'a Step,
    pub(super) device: &'a Device,
}

impl At<'_> {
    /// The device's name.
    pub(super) fn name(&self) -> &str {
        &self.device.name
    }

    /// How much time has passed by the scenario's clock.
    pub(super) fn now(&self) -> Duration {
        self.stage.ledger().now
    }

    /// `on day 15`
    pub(super) fn day(&self) -> String {
        format!("on day {}", self.now().as_secs() / 86_400)
    }

    /// The server did wrong, as a user of the device would say.
    pub(super) fn fail<T>(
        &self,
        message: String,
        expected: Vec<String>,
        actual: Vec<String>,
        nearest: Option<Nearest>,
    ) -> Flow<T> {
        let mismatch = Mismatch {
            pattern: None,
            message,
            nearest,
            expected,
            actual,
        };
        let place = self.step.place;
        let finding = self
            .stage
            .mismatch_finding(&mismatch, place, Some(self.name()));
        self.stage.found(finding);
        Flow::Break(Stop::Found)
    }
}

/// What a command brought.
#[derive(Debug)]
pub(super) struct Answer {
    /// What came before the end.
    pub(super) untagged: Vec<Message>,
    /// The completion.
    pub(super) completion: Message,
}

impl Answer {
    /// True if the command succeeded.
    pub(super) fn is_ok(&self) -> bool {
        succeeded(&self.completion)
    }

    /// The multi-line part of a POP3 response, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let Body::Pop3(response) = &self.completion.body else {
            return Vec::new();
        };
        let lines = response.lines.iter().flatten();
        lines
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect()
    }

    /// The multi-line part of a POP3 response as a message.
    pub(super) fn content(&self) -> Vec<u8> {
        match &self.completion.body {
            Body::Pop3(response) => response.content().unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

/// A device's connection, logged in.
#[derive(Debug)]
pub(super) struct Session<'a> {
    pub(super) at: At<'a>,
    player: Player,
}

impl<'a> Session<'a> {
    /// Connects and logs in; asks an IMAP server what it can do.
    pub(super) async fn open(at: At<'a>) -> Flow<Self> {
        let actor = Actor {
            name: at.device.name.clone(),
            protocol: at.device.program.protocol(),
            account: at.device.account,
            login: true,
            early: true,
            select: None,
            examine: None,
            enable: Vec::new(),
            tls: None,
        };
        let player = Player::enter(at.stage, &actor).await?;
        let mut session = Self { at, player };
        if actor.protocol == Protocol::Imap {
            session.run(Command::text("CAPABILITY")).await?;
        }
        Flow::Continue(session)
    }

    /// True if the server says that it has a capability.
    pub(super) fn has(&self, capability: &str) -> bool {
        self.player.has(capability)
    }

    /// A command that must succeed.
    pub(super) async fn run(&mut self, command: Command) -> Flow<Answer> {
        let words = words(&command);
        let answer = self.ask(command).await?;
        if answer.is_ok() {
            return Flow::Continue(answer);
        }
        let at = self.at;
        let octets = &answer.completion.octets;
        let said = String::from_utf8_lossy(octets).trim_end().to_owned();
        at.fail(
            format!(
                "{}, the server refused `{words}` to {}",
                at.day(),
                at.name()
            ),
            vec!["success".to_owned()],
            vec![said],
            Some(Nearest {
                octets: octets.clone(),
                offset: answer.completion.offset,
                span: 0..octets.len(),
            }),
        )
    }

    /// A command of text alone that must succeed.
    pub(super) async fn say(&mut self, command: &str) -> Flow<Answer> {
        self.run(Command::text(command)).await
    }

    /// A command that may be refused.
    pub(super) async fn ask(&mut self, command: Command) -> Flow<Answer> {
        let (at, words) = (self.at, words(&command));
        let limit = at.stage.deadlines.step;
        self.player.send(at.stage, vec![command]);
        self.player
            .wait(at.stage, Instant::now() + limit, Player::is_settled)
            .await;
        let mut untagged = std::mem::take(&mut self.player.inbox);
        let mut completions = std::mem::take(&mut self.player.completions);
        let completion = completions.pop();
        untagged.append(&mut completions);
        if let Some(completion) = completion {
            return Flow::Continue(Answer {
                untagged,
                completion,
            });
        }
        let what = match (self.player.flooded, self.player.closed) {
            (true, _) => format!("more than {MOST_RESPONSES} responses came, and no end"),
            (_, true) => "the server ended the connection".to_owned(),
            _ => format!("no answer within {}", seconds(limit)),
        };
        let message = format!("{}, {} got no answer to `{words}`", at.day(), at.name());
        at.fail(message, vec!["an answer".to_owned()], vec![what], None)
    }

    /// Ends the session in good order.
    pub(super) async fn end(mut self) -> Flow {
        let quit = match self.at.device.program.protocol() {
            Protocol::Pop3 => "QUIT",
            _ => "LOGOUT",
        };
        self.say(quit).await?;
        self.player.hang_up(self.at.stage).await;
        Flow::Continue(())
    }
}

/// A command's first line, for people.
fn words(command: &Command) -> String {
    let outline = super::super::values::outline(command);
    let text = String::from_utf8_lossy(&outline);
    text.lines().next().unwrap_or_default().to_owned()
}
