//! One actor's connection: what it asked, what came, and what no step has looked at yet.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::deadline::RETRY;
use super::stage::{Flow, Seen, Stage, undecided};
use super::values::{octets as fill, outline, quoted};
use crate::engine::{Command, Event, Piece, Request, RequestId};
use crate::model::SessionId;
use crate::scenario::{Actor, Disconnect, Template, Tls};
use crate::transport::{Connection, Endpoint, Security, Stamped};
use crate::wire::{Body, Message, Protocol, imap, pop3};

/// How long a server may take to end a connection under TLS that it has said farewell to.
const END: Duration = Duration::from_secs(1);

/// The most responses that a step takes: whoever sends more is cut off.
pub(super) const MOST_RESPONSES: usize = 20_000;

/// An actor that is connected.
#[derive(Debug)]
pub(super) struct Player {
    name: String,
    protocol: Protocol,
    connection: Connection,
    session: SessionId,
    /// Commands sent and not completed, oldest first.
    pending: VecDeque<(RequestId, usize, Vec<u8>)>,
    /// Responses that completed nothing, since the last step that looked.
    pub(super) inbox: Vec<Message>,
    /// Completions since the last step that looked.
    pub(super) completions: Vec<Message>,
    /// The greeting, once it came.
    pub(super) greeting: Option<Message>,
    /// True once the server, or we, ended the connection.
    pub(super) closed: bool,
    /// True if it did so before the greeting, or under TLS without the close alert.
    ended_wrongly: bool,
    /// True if we ended it because the server sent too much.
    pub(super) flooded: bool,
}

/// Why an actor cannot begin.
struct Refusal {
    reason: String,
    /// The maildrop is in use, which may pass.
    in_use: bool,
    /// The connection was made, and no greeting came.
    silent: bool,
}

impl Refusal {
    fn new(reason: impl ToString) -> Self {
        Self {
            reason: reason.to_string(),
            in_use: false,
            silent: false,
        }
    }
}

impl Player {
    /// Connects an actor and sets it up as its header says.
    ///
    /// A maildrop that was left a moment ago may still be locked: that is tried again while a
    /// change may take to reach other sessions. A connection that is not greeted is a finding, and
    /// as nothing has begun then, another is made, once. If that is not greeted either nothing is
    /// decided: the server may just be slow.
    pub(super) async fn enter(stage: &Stage, actor: &Actor) -> Flow<Self> {
        let last_try = Instant::now() + stage.deadlines.propagation;
        let numbers = loop {
            match stage.message_numbers(actor).await {
                Ok(numbers) => break numbers,
                Err(error) if error.is_in_use() && Instant::now() < last_try => {
                    sleep(RETRY).await;
                }
                Err(error) => return undecided(error),
            }
        };
        let mut tried = false;
        loop {
            match Self::try_to_enter(stage, actor).await {
                Ok(player) => {
                    if let Some(numbers) = numbers {
                        let session = player.session;
                        stage.ledger().message_numbers.insert(session, numbers);
                    }
                    return Flow::Continue(player);
                }
                Err(refusal) if refusal.in_use && Instant::now() < last_try => {
                    sleep(RETRY).await;
                }
                Err(refusal) if refusal.silent && !tried => {
                    stage.found_silence(actor.protocol, &actor.name);
                    tried = true;
                }
                Err(refusal) => return undecided(refusal.reason),
            }
        }
    }

    async fn try_to_enter(stage: &Stage, actor: &Actor) -> Result<Self, Refusal> {
        let Some(endpoint) = endpoint(stage, actor) else {
            return Err(Refusal::new(format!(
                "the target offers no {} as asked",
                actor.protocol
            )));
        };
        let opened = Connection::open(
            &endpoint,
            &actor.name,
            stage.target.transport(),
            &stage.recorder,
        );
        let connection = opened.await.map_err(Refusal::new)?;
        let account = &stage.account(actor.account).user;
        let session = stage.ledger().world.open(actor.protocol, account);
        let mut player = Self {
            name: actor.name.clone(),
            protocol: actor.protocol,
            connection,
            session,
            pending: VecDeque::new(),
            inbox: Vec::new(),
            completions: Vec::new(),
            greeting: None,
            closed: false,
            ended_wrongly: false,
            flooded: false,
        };
        let deadline = Instant::now() + stage.deadlines.step;
        player
            .wait(stage, deadline, |player| player.greeting.is_some())
            .await;
        if player.greeting.is_none() {
            let (name, host, port) = (&actor.name, &endpoint.host, endpoint.port);
            let how = if player.closed {
                ", the connection was closed"
            } else {
                " in time"
            };
            return Err(Refusal {
                silent: !player.closed,
                ..Refusal::new(format!("{name}: no greeting from {host}:{port}{how}"))
            });
        }
        player.set_up(stage, actor).await?;
        Ok(player)
    }

    /// The model's name for this connection.
    pub(super) fn session(&self) -> SessionId {
        self.session
    }

    /// True if the server waits for a line or data of ours.
    pub(super) fn awaits_line(&self) -> bool {
        self.connection.awaits_line()
    }

    /// True if every command sent is completed, or waits for us.
    pub(super) fn is_settled(&self) -> bool {
        self.pending.is_empty() || self.awaits_line()
    }

    async fn set_up(&mut self, stage: &Stage, actor: &Actor) -> Result<(), Refusal> {
        for command in opening(self, stage, actor) {
            self.must_succeed(stage, command).await?;
        }
        let mailbox = actor.select.as_deref().or(actor.examine.as_deref());
        if let Some(mailbox) = mailbox {
            let verb = if actor.select.is_some() {
                "SELECT"
            } else {
                "EXAMINE"
            };
            let name = stage.ledger().values.mailbox(mailbox);
            let name = String::from_utf8_lossy(&quoted(name.as_bytes())).into_owned();
            self.must_succeed(stage, Command::text(&format!("{verb} {name}")))
                .await?;
            stage
                .learn_numbers(self, actor, mailbox)
                .await
                .map_err(Refusal::new)?;
        }
        if actor.login && self.protocol == Protocol::Pop3 {
            // Some servers open the maildrop behind the `+OK`. What is in it stands fast only when
            // the next command is answered, no matter how.
            self.send(stage, vec![Command::text("NOOP")]);
            let deadline = Instant::now() + stage.deadlines.step;
            self.wait(stage, deadline, Self::is_settled).await;
        }
        self.inbox.clear();
        self.completions.clear();
        Ok(())
    }

    /// Sends a command of the set-up; the actor cannot enter unless it succeeds.
    async fn must_succeed(&mut self, stage: &Stage, command: Command) -> Result<(), Refusal> {
        let outline = stage.recorder.redact(&outline(&command));
        let words = String::from_utf8_lossy(&outline).into_owned();
        self.send(stage, vec![command]);
        let deadline = Instant::now() + stage.deadlines.step;
        self.wait(stage, deadline, Self::is_settled).await;
        match self.completions.pop() {
            Some(message) if succeeded(&message) => Ok(()),
            Some(message) => {
                let answer = stage.recorder.redact(&message.octets);
                let answer = String::from_utf8_lossy(&answer).trim_end().to_owned();
                let reason = format!("{}: set-up {words} was answered {answer}", self.name);
                Err(Refusal {
                    reason,
                    in_use: says_in_use(&message),
                    silent: false,
                })
            }
            None => Err(Refusal::new(format!(
                "{}: set-up {words} was not answered",
                self.name
            ))),
        }
    }

    /// Sends commands, pipelined if there are several.
    pub(super) fn send(&mut self, stage: &Stage, commands: Vec<Command>) {
        let at_us = stage.recorder.now_us();
        let request = self.connection.submit(Request::Commands(commands.clone()));
        for (index, outline) in commands.iter().map(outline).enumerate() {
            stage.saw(at_us, self.session, &self.name, Seen::Sent(outline.clone()));
            self.pending.push_back((request, index, outline));
        }
    }

    /// Sends the line that the server waits for.
    pub(super) fn send_line(&mut self, line: Vec<u8>) {
        self.connection.submit(Request::Line(line));
    }

    /// Sends mail data.
    pub(super) fn send_data(&mut self, octets: Vec<u8>) {
        self.connection.submit(Request::Data(octets));
    }

    /// Sends octets as they are.
    pub(super) fn send_raw(&mut self, stage: &Stage, octets: Vec<u8>) {
        stage.saw(stage.recorder.now_us(), self.session, &self.name, Seen::Raw);
        self.connection.submit(Request::Raw(octets));
    }

    /// Takes what has come until `done` says so, the connection ends, or the deadline passes.
    pub(super) async fn wait(
        &mut self,
        stage: &Stage,
        deadline: Instant,
        done: impl Fn(&Self) -> bool,
    ) {
        loop {
            self.catch_up(stage);
            if self.closed || done(self) {
                return;
            }
            match timeout_at(deadline, self.connection.next()).await {
                Ok(Some(stamped)) => self.take(stage, stamped),
                Ok(None) => self.closed = true,
                Err(_) => return,
            }
        }
    }

    /// True if the connection has ended as the protocol has it: what `closed` stands for.
    pub(super) fn has_ended(&self) -> bool {
        self.closed && !self.ended_wrongly
    }

    /// Takes what has come already.
    pub(super) fn catch_up(&mut self, stage: &Stage) {
        if self.closed {
            return;
        }
        while let Some(stamped) = self.connection.try_next() {
            self.take(stage, stamped);
            if self.inbox.len() > MOST_RESPONSES {
                self.flooded = true;
                return self.gone(stage);
            }
        }
    }

    fn take(&mut self, stage: &Stage, Stamped { at_us, event }: Stamped) {
        let see = |seen| stage.saw(at_us, self.session, &self.name, seen);
        match event {
            Event::GreetingReceived(message) => {
                self.note(stage, at_us, &message);
                see(Seen::Greeting(message.clone()));
                self.greeting = Some(message);
            }
            // What is wrong with the end is no response to what the actor did just before.
            Event::UnexpectedReceived(message) if message.octets.is_empty() => {
                self.note(stage, at_us, &message);
                self.ended_wrongly = true;
            }
            Event::UntaggedReceived(message)
            | Event::ContinuationReceived { message, .. }
            | Event::UnexpectedReceived(message) => {
                self.note(stage, at_us, &message);
                see(Seen::Untagged(message.clone()));
                self.inbox.push(message);
            }
            Event::CommandCompleted {
                request,
                command,
                message,
            } => {
                self.note(stage, at_us, &message);
                let place = self
                    .pending
                    .iter()
                    .position(|(id, index, _)| (*id, *index) == (request, command));
                let outline = place
                    .and_then(|at| self.pending.remove(at))
                    .map(|(.., text)| text);
                stage.saw(
                    at_us,
                    self.session,
                    &self.name,
                    Seen::Completed(outline.unwrap_or_default(), message.clone()),
                );
                self.completions.push(message);
            }
            // What went out in clear behind STARTTLS or STLS is not answered (RFC 3501 §6.2.1,
            // RFC 2595 §4).
            Event::TlsAccepted => self.pending.clear(),
            Event::FramingLost(message) => {
                self.note(stage, at_us, &message);
                self.closed = true;
            }
            Event::Closed { .. } => {
                see(Seen::Closed);
                self.closed = true;
            }
        }
    }

    fn note(&self, stage: &Stage, at_us: u64, message: &Message) {
        for violation in &message.violations {
            stage.found(stage.violation_finding(violation, message, &self.name, at_us));
        }
    }

    /// Ends the connection as asked.
    pub(super) async fn disconnect(&mut self, stage: &Stage, how: Disconnect) {
        match how {
            Disconnect::Half => {
                self.connection.half_close().await;
                let now_us = stage.recorder.now_us();
                return stage.saw(now_us, self.session, &self.name, Seen::HalfClosed);
            }
            Disconnect::Close => self.connection.close().await,
            Disconnect::Reset => self.connection.reset().await,
        }
        self.gone(stage);
    }

    /// Forgets the connection: what else it brings is our doing and not judged.
    pub(super) fn gone(&mut self, stage: &Stage) {
        if !self.closed {
            self.closed = true;
            stage.saw(
                stage.recorder.now_us(),
                self.session,
                &self.name,
                Seen::Closed,
            );
        }
    }

    /// True if the server says that it has a capability.
    pub(super) fn has(&self, capability: &str) -> bool {
        let told = self.connection.capabilities().unwrap_or_default();
        told.iter()
            .any(|told| told.eq_ignore_ascii_case(capability))
    }

    /// Ends the connection; what else it brings is our doing.
    pub(super) async fn hang_up(mut self, stage: &Stage) {
        self.catch_up(stage);
        self.gone(stage);
        self.connection.close().await;
    }

    /// Ends the connection at the scenario's end and judges what came last.
    pub(super) async fn leave(mut self, stage: &Stage, deadline: Duration) {
        let quit = match self.protocol {
            Protocol::Imap => "LOGOUT",
            Protocol::Pop3 | Protocol::Smtp | Protocol::Lmtp => "QUIT",
        };
        self.catch_up(stage);
        if !self.closed && self.pending.is_empty() {
            // POP3's QUIT would remove what is marked: that is the scenario's to say, not ours.
            if self.protocol == Protocol::Pop3 {
                self.send(stage, vec![Command::text("RSET")]);
            }
            self.send(stage, vec![Command::text(quit)]);
            self.wait(stage, Instant::now() + deadline, |player| {
                player.pending.is_empty()
            })
            .await;
            if self.connection.is_secure() {
                // Whether the close alert comes must not depend on who is faster.
                self.wait(stage, Instant::now() + END, |_| false).await;
            }
        }
        self.gone(stage);
        self.connection.close().await;
    }
}

/// The commands that bring a connection to where its actor begins.
fn opening(player: &Player, stage: &Stage, actor: &Actor) -> Vec<Command> {
    let account = stage.account(actor.account);
    let text = |text: &str| Piece::Text(text.as_bytes().to_vec());
    match actor.protocol {
        Protocol::Imap => {
            let mut commands = Vec::new();
            if actor.login && !is_preauth(player) {
                let user = quoted(account.user.as_bytes());
                let password = quoted(account.password.as_bytes());
                let pieces = vec![
                    text("LOGIN "),
                    Piece::Text(user),
                    text(" "),
                    Piece::Text(password),
                ];
                commands.push(Command(pieces));
            }
            if !actor.enable.is_empty() {
                commands.push(Command::text(&format!("ENABLE {}", actor.enable.join(" "))));
            }
            commands
        }
        Protocol::Pop3 if actor.login => vec![
            Command::text(&format!("USER {}", account.user)),
            Command::text(&format!("PASS {}", account.password)),
        ],
        Protocol::Smtp if actor.login => vec![Command::text("EHLO mailspec.test")],
        Protocol::Lmtp if actor.login => vec![Command::text("LHLO mailspec.test")],
        Protocol::Pop3 | Protocol::Smtp | Protocol::Lmtp => Vec::new(),
    }
}

/// True for `-ERR [IN-USE]` (RFC 2449 §8.1.2).
fn says_in_use(message: &Message) -> bool {
    let Body::Pop3(response) = &message.body else {
        return false;
    };
    response
        .code
        .as_deref()
        .is_some_and(|code| code.eq_ignore_ascii_case("IN-USE"))
}

fn is_preauth(player: &Player) -> bool {
    matches!(
        player.greeting.as_ref().map(|greeting| &greeting.body),
        Some(Body::Imap(imap::Response::Status(imap::Status {
            kind: imap::StatusKind::Preauth,
            ..
        })))
    )
}

/// True if a completion says that the command succeeded.
pub(super) fn succeeded(message: &Message) -> bool {
    match &message.body {
        Body::Imap(imap::Response::Tagged { status, .. }) => status.kind == imap::StatusKind::Ok,
        Body::Imap(_) => false,
        Body::Pop3(response) => {
            matches!(
                response.indicator,
                Some(pop3::Indicator::Ok | pop3::Indicator::Continue)
            )
        }
        Body::Smtp(reply) => reply.code.is_some_and(|code| (200..400).contains(&code)),
    }
}

/// The endpoint that an actor asked for.
fn endpoint(stage: &Stage, actor: &Actor) -> Option<Endpoint> {
    let offered = |security: Security| {
        let mut endpoints = stage.target.endpoints().iter();
        endpoints
            .find(|e| e.protocol == actor.protocol && e.security == security)
            .cloned()
    };
    let clear = || offered(Security::Plain);
    match actor.tls {
        None => stage.target.endpoint(actor.protocol).cloned(),
        Some(Tls::None) => clear(),
        Some(Tls::Implicit) => offered(Security::Implicit),
        Some(Tls::StartTls) => offered(Security::StartTls).or_else(|| {
            clear().map(|endpoint| Endpoint {
                security: Security::StartTls,
                ..endpoint
            })
        }),
    }
}

/// A template as the line of a continuation.
pub(super) fn line(
    template: &Template,
    values: &dyn crate::expect::Lookup,
) -> Result<Vec<u8>, String> {
    fill(template, values)
}
