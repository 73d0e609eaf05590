//! The task of one connection: reads all the time, writes what the engine wants to send, stamps and
//! records both, and starts TLS when the server has accepted it.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::engine::{Engine, Event};
use crate::transcript::Direction;

use super::socket::{Socket, Step};
use super::{Options, Recorder, Stamped, TransportError, tls};

/// How much is read at once, in octets.
const CHUNK: usize = 16 << 10;

/// What an event costs beside its octets.
const EVENT_COST: usize = 512;

/// What the connection's owner wants beside requests; later ones overrule earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    Stay,
    HalfClose,
    Close,
    Reset,
}

/// What the owner and the task have in common.
pub(super) struct Shared {
    state: Mutex<State>,
    /// There is something new for the task.
    pub(super) wake: Notify,
    /// There is something new for the owner.
    pub(super) arrived: Notify,
}

pub(super) struct State {
    pub(super) engine: Box<dyn Engine>,
    pub(super) inbox: VecDeque<Stamped>,
    /// What the events in `inbox` weigh, in octets.
    held: usize,
    pub(super) order: Order,
    pub(super) half_closed: bool,
    pub(super) secure: bool,
    /// The task has gone: no more events.
    pub(super) finished: bool,
    /// Why TLS could not be started.
    pub(super) failure: Option<TransportError>,
}

impl Shared {
    pub(super) fn new(engine: Box<dyn Engine>, secure: bool) -> Self {
        Self {
            state: Mutex::new(State {
                engine,
                inbox: VecDeque::new(),
                held: 0,
                order: Order::Stay,
                half_closed: false,
                secure,
                finished: false,
                failure: None,
            }),
            wake: Notify::new(),
            arrived: Notify::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The oldest event that the owner has not had.
    pub(super) fn take_event(&mut self) -> Option<Stamped> {
        let stamped = self.inbox.pop_front()?;
        self.held -= weight(&stamped.event);
        Some(stamped)
    }

    /// Moves the engine's events to the inbox; gives the last one that the task has to act on.
    fn collect(&mut self, at_us: u64) -> Option<Act> {
        let mut act = None;
        while let Some(event) = self.engine.poll_event() {
            match event {
                Event::TlsAccepted => act = Some(Act::StartTls),
                Event::FramingLost(_) | Event::Closed { .. } => act = Some(Act::End),
                _ => {}
            }
            self.held += weight(&event);
            self.inbox.push_back(Stamped { at_us, event });
        }
        act
    }
}

/// True if the TCP connection ended in order, and TLS did not.
fn is_unalerted(error: &io::Error, socket: &Socket) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof && matches!(socket, Socket::Tls(_))
}

/// What an event weighs, in octets.
fn weight(event: &Event) -> usize {
    let octets = match event {
        Event::GreetingReceived(message)
        | Event::UntaggedReceived(message)
        | Event::ContinuationReceived { message, .. }
        | Event::CommandCompleted { message, .. }
        | Event::UnexpectedReceived(message)
        | Event::FramingLost(message) => message.octets.len(),
        Event::Closed { rest } => rest.len(),
        Event::TlsAccepted => 0,
    };
    octets + EVENT_COST
}

/// What the task does after its engine has had octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    GoOn,
    StartTls,
    End,
}

/// The task of one connection.
pub(super) struct Driver {
    pub(super) shared: Arc<Shared>,
    pub(super) actor: String,
    pub(super) host: String,
    pub(super) endpoint: String,
    pub(super) options: Options,
    pub(super) recorder: Recorder,
    outgoing: Vec<u8>,
    written: usize,
    flush: bool,
    can_write: bool,
}

/// Tells the owner that the task has gone, even if it panics or is aborted.
struct Finish(Arc<Shared>);

impl Drop for Finish {
    fn drop(&mut self) {
        self.0.state().finished = true;
        self.0.arrived.notify_one();
    }
}

impl Driver {
    pub(super) fn new(
        shared: Arc<Shared>,
        (actor, host, endpoint): (&str, &str, &str),
        options: &Options,
        recorder: &Recorder,
    ) -> Self {
        Self {
            shared,
            actor: actor.to_owned(),
            host: host.to_owned(),
            endpoint: endpoint.to_owned(),
            options: options.clone(),
            recorder: recorder.clone(),
            outgoing: Vec::new(),
            written: 0,
            flush: false,
            can_write: true,
        }
    }

    /// Serves the connection until it ends, and says so when the socket is closed.
    pub(super) async fn run(self, socket: Socket) {
        let _finish = Finish(self.shared.clone());
        self.serve(socket).await;
    }

    async fn serve(mut self, mut socket: Socket) {
        let mut buffer = vec![0; CHUNK];
        loop {
            match self.turn(&mut socket, &mut buffer).await {
                Act::GoOn => {}
                Act::End => return,
                Act::StartTls => match self.start_tls(socket).await {
                    Some(secured) => socket = secured,
                    None => return,
                },
            }
        }
    }

    async fn turn(&mut self, socket: &mut Socket, buffer: &mut [u8]) -> Act {
        let (order, half_closed, may_read) = self.look();
        let idle = self.outgoing.is_empty() && !self.flush;
        match order {
            Order::Reset => return self.reset(socket),
            Order::Close if idle => {
                self.shut(socket, "closed by mailspec").await;
                return Act::End;
            }
            Order::HalfClose if idle && !half_closed => {
                self.shut(socket, "half-closed by mailspec").await;
                self.can_write = false;
                self.shared.state().half_closed = true;
                self.shared.arrived.notify_one();
            }
            _ => {}
        }
        let step = socket
            .step(
                &self.outgoing[self.written..],
                self.flush,
                may_read.then_some(&mut *buffer),
                || self.recorder.now_us(),
                self.shared.wake.notified(),
            )
            .await;
        match step {
            Step::Woken => Act::GoOn,
            Step::Read(Ok(0)) => self.closed("closed by the server", true),
            Step::Read(Err(error)) if is_unalerted(&error, socket) => {
                self.closed("closed by the server, without a close alert", false)
            }
            Step::Read(Ok(length)) => self.received(&buffer[..length]),
            Step::Read(Err(error)) => self.closed(&format!("connection lost: {error}"), true),
            Step::Wrote(at_us, Ok(length)) => self.wrote(at_us, length),
            Step::Flushed(Ok(())) => {
                self.flush = false;
                Act::GoOn
            }
            Step::Wrote(_, Err(error)) | Step::Flushed(Err(error)) => {
                self.event(&format!("cannot write: {error}"));
                self.stop_writing();
                Act::GoOn
            }
        }
    }

    /// Fetches octets to write; says what is ordered, whether the sending direction has ended, and
    /// whether there is room for more events.
    fn look(&mut self) -> (Order, bool, bool) {
        let mut state = self.shared.state();
        if self.outgoing.is_empty()
            && let Some(octets) = state.engine.poll_transmit()
            && self.can_write
        {
            self.outgoing = octets;
        }
        let may_read = state.held <= self.options.limits.message.saturating_mul(2);
        (state.order, state.half_closed, may_read)
    }

    fn wrote(&mut self, at_us: u64, length: usize) -> Act {
        let octets = &self.outgoing[self.written..self.written + length];
        self.recorder
            .record_at(at_us, &self.actor, Direction::Client, octets);
        self.written += length;
        self.flush = true;
        if length == 0 {
            self.stop_writing();
        } else if self.written == self.outgoing.len() {
            self.outgoing = Vec::new();
            self.written = 0;
        }
        Act::GoOn
    }

    fn stop_writing(&mut self) {
        self.outgoing = Vec::new();
        self.written = 0;
        self.flush = false;
        self.can_write = false;
    }

    fn received(&mut self, octets: &[u8]) -> Act {
        let at_us = self.recorder.now_us();
        self.recorder
            .record_at(at_us, &self.actor, Direction::Server, octets);
        let mut state = self.shared.state();
        state.engine.handle_input(octets);
        let act = state.collect(at_us);
        drop(state);
        self.shared.arrived.notify_one();
        act.unwrap_or(Act::GoOn)
    }

    /// Ends a connection; `in_order` is false if the close alert of TLS was missing.
    fn closed(&mut self, words: &str, in_order: bool) -> Act {
        self.event(words);
        let mut state = self.shared.state();
        match in_order {
            true => state.engine.handle_close(),
            false => state.engine.handle_close_without_alert(),
        }
        state.collect(self.recorder.now_us());
        Act::End
    }

    fn reset(&self, socket: &Socket) -> Act {
        match socket.reset_on_drop() {
            Ok(()) => self.event("reset by mailspec"),
            Err(error) => self.event(&format!("cannot reset: {error}")),
        }
        Act::End
    }

    async fn shut(&self, socket: &mut Socket, words: &str) {
        match timeout(self.options.connect_timeout, socket.shut()).await {
            Ok(Ok(())) => self.event(words),
            Ok(Err(error)) => self.event(&format!("cannot close: {error}")),
            Err(_) => self.event("cannot close: the server does not read"),
        }
    }

    /// Upgrades the socket; `None` if the connection is over.
    async fn start_tls(&mut self, socket: Socket) -> Option<Socket> {
        self.outgoing = Vec::new();
        self.written = 0;
        let Socket::Plain(stream) = socket else {
            unreachable!("an engine accepts TLS once, and never under TLS");
        };
        let secured = handshake(stream, &self.host, &self.endpoint, &self.options).await;
        match secured {
            Ok(socket) => {
                self.event("TLS started");
                let mut state = self.shared.state();
                state.engine.handle_tls_started();
                state.secure = true;
                let act = state.collect(self.recorder.now_us());
                drop(state);
                self.shared.arrived.notify_one();
                (act != Some(Act::End)).then_some(socket)
            }
            Err(error) => {
                self.closed(&error.to_string(), true);
                self.shared.state().failure = Some(error);
                None
            }
        }
    }

    fn event(&self, words: &str) {
        self.recorder
            .record(&self.actor, Direction::Event, words.as_bytes());
    }
}

/// A TLS handshake within the deadline.
pub(super) async fn handshake(
    stream: TcpStream,
    host: &str,
    endpoint: &str,
    options: &Options,
) -> Result<Socket, TransportError> {
    let name = tls::server_name(host)?;
    let connecting = tls::connector(&options.trust)?.connect(name, stream);
    match timeout(options.connect_timeout, connecting).await {
        Ok(Ok(stream)) => Ok(Socket::Tls(Box::new(stream))),
        Ok(Err(source)) => Err(tls_error(endpoint, source)),
        Err(_) => Err(TransportError::Timeout {
            endpoint: endpoint.to_owned(),
            what: "the TLS handshake",
            limit: options.connect_timeout,
        }),
    }
}

/// TLS that could not be had.
pub(super) fn tls_error(endpoint: &str, source: io::Error) -> TransportError {
    TransportError::Tls {
        endpoint: endpoint.to_owned(),
        source,
    }
}
