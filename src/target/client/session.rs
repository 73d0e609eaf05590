//! One command at a time on a connection, whatever the protocol.

use std::time::Duration;

use tokio::time::timeout;

use super::{ClientError, GREETING};
use crate::engine::{Command, Event, Request, RequestId};
use crate::transport::{Connection, Endpoint, Options, Recorder};
use crate::wire::Message;

/// The most octets of responses that one command may bring.
const ANSWER_LIMIT: usize = 256 << 20;

/// What a response costs beside its octets.
const RESPONSE_COST: usize = 256;

/// An open connection, after the greeting.
#[derive(Debug)]
pub(in crate::target) struct Session {
    connection: Connection,
    endpoint: String,
    recorder: Recorder,
    limit: Duration,
    /// The command in progress. Completions of earlier ones, those of STARTTLS, are not ours.
    current: RequestId,
}

/// What a command brought.
#[derive(Debug)]
pub(in crate::target) struct Answer {
    /// What came before the end.
    pub untagged: Vec<Message>,
    /// The completion, or the request to continue.
    pub last: Message,
    /// True if the server wants the command to be continued.
    pub continues: bool,
}

impl Session {
    /// Connects, and waits for the greeting.
    pub(in crate::target) async fn open(
        endpoint: &Endpoint,
        actor: &str,
        options: &Options,
        recorder: &Recorder,
        limit: Duration,
    ) -> Result<(Self, Message), ClientError> {
        let mut session = Self {
            connection: Connection::open(endpoint, actor, options, recorder).await?,
            endpoint: format!("{} {}:{}", endpoint.protocol, endpoint.host, endpoint.port),
            recorder: recorder.clone(),
            limit,
            current: RequestId(0),
        };
        let greeting = session.within(GREETING, Self::greeting).await?;
        Ok((session, greeting))
    }

    /// Sends one command and reads what it brings. `what` names it in errors.
    pub(in crate::target) async fn command(
        &mut self,
        what: &str,
        command: Command,
    ) -> Result<Answer, ClientError> {
        self.request(what, Request::Commands(vec![command])).await
    }

    /// Sends a request and reads what it brings.
    pub(in crate::target) async fn request(
        &mut self,
        what: &str,
        request: Request,
    ) -> Result<Answer, ClientError> {
        let begins = matches!(request, Request::Commands(_));
        let id = self.connection.submit(request);
        if begins {
            self.current = id;
        }
        self.within(what, async |session| session.answer(what).await)
            .await
    }

    /// Capabilities last advertised, in upper case.
    pub(in crate::target) fn capabilities(&self) -> Vec<String> {
        self.connection.capabilities().unwrap_or_default()
    }

    /// Ends the connection.
    pub(in crate::target) async fn close(mut self) {
        let _ = timeout(self.limit, self.connection.close()).await;
    }

    /// The error for a response that is of no use.
    pub(in crate::target) fn refused(&self, what: &str, message: &Message) -> ClientError {
        self.unusable(what, self.shown(message))
    }

    /// The beginning of a response as it may be shown: without secrets.
    pub(in crate::target) fn shown(&self, message: &Message) -> String {
        const SHOWN: usize = 300;
        let octets = self.recorder.redact(&message.octets);
        let shown = &octets[..octets.len().min(SHOWN)];
        shown.trim_ascii().escape_ascii().to_string()
    }

    /// The error for something that did not come as it should.
    pub(in crate::target) fn unusable(&self, what: &str, came: String) -> ClientError {
        ClientError::Refused {
            endpoint: self.endpoint.clone(),
            what: what.to_owned(),
            came,
        }
    }

    async fn greeting(&mut self) -> Result<Message, ClientError> {
        loop {
            match self.connection.next().await.map(|stamped| stamped.event) {
                Some(Event::GreetingReceived(message)) => return Ok(message),
                None | Some(Event::Closed { .. } | Event::FramingLost(_)) => {
                    return Err(self.closed(GREETING));
                }
                Some(_) => {}
            }
        }
    }

    async fn answer(&mut self, what: &str) -> Result<Answer, ClientError> {
        let mut untagged = Vec::new();
        let mut cost = 0;
        loop {
            let (last, continues) = match self.connection.next().await.map(|it| it.event) {
                Some(Event::CommandCompleted {
                    request, message, ..
                }) if request >= self.current => (message, false),
                Some(Event::ContinuationReceived {
                    message,
                    awaits_line: true,
                }) => (message, true),
                Some(Event::UntaggedReceived(message)) => {
                    cost += message.octets.len() + RESPONSE_COST;
                    if cost > ANSWER_LIMIT {
                        return Err(self.unusable(what, "too many responses".to_owned()));
                    }
                    untagged.push(message);
                    continue;
                }
                None | Some(Event::Closed { .. } | Event::FramingLost(_)) => {
                    return Err(self.closed(what));
                }
                Some(_) => continue,
            };
            return Ok(Answer {
                untagged,
                last,
                continues,
            });
        }
    }

    async fn within<T>(
        &mut self,
        what: &str,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let limit = self.limit;
        match timeout(limit, work(self)).await {
            Ok(done) => done,
            Err(_) => Err(ClientError::Timeout {
                endpoint: self.endpoint.clone(),
                what: what.to_owned(),
                limit,
            }),
        }
    }

    fn closed(&self, what: &str) -> ClientError {
        ClientError::Closed {
            endpoint: self.endpoint.clone(),
            what: what.to_owned(),
        }
    }
}
