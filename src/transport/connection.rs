//! The owner's side of a connection.

use std::fmt;
use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{Duration, timeout};

use crate::engine::{self, Command, Event, Request, RequestId};
use crate::transcript::Direction;
use crate::wire::Protocol;

use super::driver::{Driver, Order, Shared, State, handshake, tls_error};
use super::socket::Socket;
use super::{Endpoint, Options, Recorder, Security, Stamped, TransportError};

/// An open connection. Dropping it closes the socket.
pub struct Connection {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
    endpoint: String,
    limit: Duration,
    awaits_line: bool,
}

impl Connection {
    /// Connects, and with [`Security::Implicit`] does the TLS handshake. With
    /// [`Security::StartTls`] it also reads the greeting, negotiates TLS (with EHLO or LHLO before
    /// it where the protocol wants that) and returns when the handshake is done; all that is
    /// delivered as events too, so the first requests of such a connection are not the caller's.
    /// The greeting is not waited for otherwise.
    ///
    /// # Errors
    ///
    /// No connection, no TLS, or a deadline passed.
    pub async fn open(
        endpoint: &Endpoint,
        actor: &str,
        options: &Options,
        recorder: &Recorder,
    ) -> Result<Self, TransportError> {
        let limit = options.connect_timeout;
        let label = format!("{}:{}", endpoint.host, endpoint.port);
        let stream = connect(endpoint, &label, limit).await?;
        let opened = format!("connected to {label} ({})", endpoint.protocol);
        recorder.record(actor, Direction::Event, opened.as_bytes());

        let mut engine = engine::new(endpoint.protocol, options.limits);
        let secure = endpoint.security == Security::Implicit;
        let socket = if secure {
            let socket = handshake(stream, &endpoint.host, &label, options).await?;
            engine.handle_tls_started();
            recorder.record(actor, Direction::Event, b"TLS started");
            socket
        } else {
            Socket::Plain(stream)
        };

        let shared = Arc::new(Shared::new(engine, secure));
        let names = (actor, &*endpoint.host, &*label);
        let driver = Driver::new(shared.clone(), names, options, recorder);
        let mut connection = Self {
            shared,
            task: tokio::spawn(driver.run(socket)),
            endpoint: label,
            limit,
            awaits_line: false,
        };
        if endpoint.security == Security::StartTls {
            connection.negotiate_tls(endpoint.protocol).await?;
        }
        Ok(connection)
    }

    /// Hands a request to the engine; its octets are written as soon as the socket takes them.
    pub fn submit(&mut self, request: Request) -> RequestId {
        if !matches!(request, Request::Commands(_)) {
            self.awaits_line = false;
        }
        let id = self.shared.state().engine.submit(request);
        self.shared.wake.notify_one();
        id
    }

    /// The next event; `None` after the last one (`Closed`, `FramingLost`). Cancel-safe.
    pub async fn next(&mut self) -> Option<Stamped> {
        loop {
            if let Some(stamped) = self.try_next() {
                return Some(stamped);
            }
            if self.is_over() {
                return None;
            }
            self.shared.arrived.notified().await;
        }
    }

    /// The next event if it is there already.
    pub fn try_next(&mut self) -> Option<Stamped> {
        let stamped = self.shared.state().take_event()?;
        self.shared.wake.notify_one();
        match stamped.event {
            Event::ContinuationReceived { awaits_line, .. } => self.awaits_line |= awaits_line,
            Event::CommandCompleted { .. } | Event::Closed { .. } | Event::FramingLost(_) => {
                self.awaits_line = false;
            }
            _ => {}
        }
        Some(stamped)
    }

    /// True if the server has asked, in an event handed out already, for a [`Request::Line`] or
    /// [`Request::Data`], and neither that nor raw octets were submitted since.
    pub fn awaits_line(&self) -> bool {
        self.awaits_line
    }

    /// Capabilities last advertised (see [`engine::Engine::capabilities`]).
    pub fn capabilities(&self) -> Option<Vec<String>> {
        self.shared.state().engine.capabilities()
    }

    /// True once TLS protects the connection.
    pub fn is_secure(&self) -> bool {
        self.shared.state().secure
    }

    /// Ends the sending direction, after what was submitted; reading goes on.
    pub async fn half_close(&mut self) {
        self.order(Order::HalfClose);
        let done = |state: &State| (state.half_closed || state.finished).then_some(());
        // A server that reads nothing more cannot be told; the next read shows how it goes on.
        let _ = self.until("the end of sending", done).await;
    }

    /// Ends the connection with RST.
    pub async fn reset(&mut self) {
        self.order(Order::Reset);
        self.wait_for_task().await;
    }

    /// Ends the connection with FIN, after what was submitted, and waits until the task has gone.
    pub async fn close(&mut self) {
        self.order(Order::Close);
        self.wait_for_task().await;
    }

    fn is_over(&self) -> bool {
        let state = self.shared.state();
        state.finished && state.inbox.is_empty()
    }

    fn order(&self, order: Order) {
        let mut state = self.shared.state();
        state.order = state.order.max(order);
        drop(state);
        self.shared.wake.notify_one();
    }

    async fn wait_for_task(&mut self) {
        let finished = |state: &State| state.finished.then_some(());
        if self.until("the end", finished).await.is_err() {
            self.task.abort();
        }
    }

    /// Waits until `found` finds something in the state.
    async fn until<T>(
        &self,
        what: &'static str,
        found: impl Fn(&State) -> Option<T>,
    ) -> Result<T, TransportError> {
        let search = async {
            loop {
                let result = found(&self.shared.state());
                match result {
                    Some(result) => return result,
                    None => self.shared.arrived.notified().await,
                }
            }
        };
        let result = timeout(self.limit, search).await;
        // Whoever waits next must look again.
        self.shared.arrived.notify_one();
        result.map_err(|_| TransportError::Timeout {
            endpoint: self.endpoint.clone(),
            what,
            limit: self.limit,
        })
    }

    async fn negotiate_tls(&mut self, protocol: Protocol) -> Result<(), TransportError> {
        let greeted = |event: &Event| matches!(event, Event::GreetingReceived(_));
        self.until_event("the connection", greeted).await?;
        let (hello, command) = match protocol {
            Protocol::Imap => (None, "STARTTLS"),
            Protocol::Pop3 => (None, "STLS"),
            Protocol::Smtp => (Some("EHLO localhost"), "STARTTLS"),
            Protocol::Lmtp => (Some("LHLO localhost"), "STARTTLS"),
        };
        if let Some(hello) = hello {
            self.ask(hello).await?;
        }
        self.ask(command).await?;
        let done = |state: &State| {
            let accepted = |stamped: &Stamped| stamped.event == Event::TlsAccepted;
            let waits = !state.secure && state.inbox.iter().any(accepted);
            (state.finished || !waits).then_some(state.secure)
        };
        if self.until("the TLS handshake", done).await? {
            return Ok(());
        }
        let failure = self.shared.state().failure.take();
        Err(failure.unwrap_or_else(|| self.no_tls("the server refuses STARTTLS")))
    }

    /// Sends a command and waits for its completion.
    async fn ask(&mut self, command: &str) -> Result<(), TransportError> {
        let id = self.submit(Request::Commands(vec![Command::text(command)]));
        let completed = |event: &Event| match event {
            Event::CommandCompleted { request, .. } => *request == id,
            _ => false,
        };
        self.until_event("STARTTLS", completed).await
    }

    /// Waits for an event without taking it.
    async fn until_event(
        &self,
        what: &'static str,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<(), TransportError> {
        let found = |state: &State| {
            let came = state.inbox.iter().any(|stamped| wanted(&stamped.event));
            (came || state.finished).then_some(came)
        };
        if self.until(what, found).await? {
            Ok(())
        } else {
            Err(self.no_tls("the server closed the connection"))
        }
    }

    fn no_tls(&self, words: &str) -> TransportError {
        tls_error(&self.endpoint, io::Error::other(words))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

async fn connect(
    endpoint: &Endpoint,
    label: &str,
    limit: Duration,
) -> Result<TcpStream, TransportError> {
    let connecting = TcpStream::connect((&*endpoint.host, endpoint.port));
    let Ok(stream) = timeout(limit, connecting).await else {
        return Err(TransportError::Timeout {
            endpoint: label.to_owned(),
            what: "connecting",
            limit,
        });
    };
    stream
        .and_then(|stream| stream.set_nodelay(true).map(|()| stream))
        .map_err(|source| TransportError::Connect {
            endpoint: label.to_owned(),
            source,
        })
}
