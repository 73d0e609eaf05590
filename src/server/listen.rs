//! Listeners on 127.0.0.1, one task for each connection, and how all of that ends.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::context::Context;
use super::corrupt::Form;
use super::fault::Fault;
use super::stream::Stream;
use super::{Ports, imap, pop3, smtp};

const BACKLOG: u32 = 1024;
/// How long to wait when a connection could not be accepted.
const RETRY: Duration = Duration::from_millis(20);
/// How long a client may be silent at a faulty server.
const FAULTY_IDLE_LIMIT: Duration = Duration::from_secs(2);
/// How long sessions may take to say goodbye.
const GRACE: Duration = Duration::from_secs(2);

/// A protocol at a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Imap,
    Imaps,
    Pop3,
    Pop3s,
    Smtp,
    Lmtp,
}

/// Whether the server serves, and if not, how its sessions shall end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Serving,
    Stopping,
    Killed,
}

/// The server's ports, kept from others also while nobody listens: each socket is bound and never
/// listens itself.
#[derive(Debug)]
pub(super) struct Reserved {
    ports: Ports,
    _sockets: Vec<TcpSocket>,
}

/// Listeners at work, with their sessions. Dropping it ends all of them.
#[derive(Debug)]
pub(super) struct Listening {
    phase: watch::Sender<Phase>,
    tasks: Vec<JoinHandle<()>>,
}

impl Service {
    const ALL: [Self; 6] = [
        Self::Imap,
        Self::Imaps,
        Self::Pop3,
        Self::Pop3s,
        Self::Smtp,
        Self::Lmtp,
    ];

    fn port(self, ports: &mut Ports) -> &mut u16 {
        match self {
            Self::Imap => &mut ports.imap,
            Self::Imaps => &mut ports.imaps,
            Self::Pop3 => &mut ports.pop3,
            Self::Pop3s => &mut ports.pop3s,
            Self::Smtp => &mut ports.smtp,
            Self::Lmtp => &mut ports.lmtp,
        }
    }

    /// How its responses look.
    fn form(self) -> Form {
        match self {
            Self::Imap | Self::Imaps => Form::Imap,
            Self::Pop3 | Self::Pop3s => Form::Pop3,
            Self::Smtp | Self::Lmtp => Form::Smtp,
        }
    }

    /// How long a client may be silent: RFC 9051 §5.4, RFC 1939 §3, RFC 5321 §4.5.3.2.7.
    fn idle_limit(self) -> Duration {
        let minutes = match self {
            Self::Imap | Self::Imaps => 30,
            Self::Pop3 | Self::Pop3s => 10,
            Self::Smtp | Self::Lmtp => 5,
        };
        Duration::from_secs(minutes * 60)
    }

    async fn serve(self, mut stream: Stream, context: Context) -> io::Result<()> {
        if matches!(self, Self::Imaps | Self::Pop3s) {
            stream.start_tls(&context.tls).await?;
        }
        let session: Pin<Box<dyn Future<Output = io::Result<()>> + Send>> = match self {
            Self::Imap | Self::Imaps => Box::pin(imap::serve(stream, context)),
            Self::Pop3 | Self::Pop3s => Box::pin(pop3::serve(stream, context)),
            Self::Smtp => Box::pin(smtp::serve(stream, context, smtp::Dialect::Smtp)),
            Self::Lmtp => Box::pin(smtp::serve(stream, context, smtp::Dialect::Lmtp)),
        };
        session.await
    }
}

impl Reserved {
    /// Takes these ports; 0 becomes a free one.
    pub(super) fn take(mut ports: Ports) -> io::Result<Self> {
        let mut sockets = Vec::new();
        for service in Service::ALL {
            let port = service.port(&mut ports);
            let socket = bind(*port)?;
            *port = socket.local_addr()?.port();
            sockets.push(socket);
        }
        Ok(Self {
            ports,
            _sockets: sockets,
        })
    }

    pub(super) fn ports(&self) -> Ports {
        self.ports
    }
}

impl Listening {
    /// Listens on every port; connections are answered when this returns.
    pub(super) fn open(mut ports: Ports, context: &Context) -> io::Result<Self> {
        let mut listeners = Vec::new();
        for service in Service::ALL {
            let listener = bind(*service.port(&mut ports))?.listen(BACKLOG)?;
            listeners.push((service, listener));
        }
        let phase = watch::Sender::new(Phase::Serving);
        let tasks = listeners
            .into_iter()
            .map(|(service, listener)| {
                let accepting = accept(service, listener, context.clone(), phase.subscribe());
                tokio::spawn(accepting)
            })
            .collect();
        Ok(Self { phase, tasks })
    }

    /// Ends every session in good order.
    pub(super) async fn stop(self) {
        self.end(Phase::Stopping).await;
    }

    /// Ends every session at once.
    pub(super) async fn kill(self) {
        self.end(Phase::Killed).await;
    }

    async fn end(mut self, phase: Phase) {
        self.phase.send_replace(phase);
        for task in self.tasks.drain(..) {
            drop(task.await); // A session that panicked has been reported by tokio.
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// A socket bound to a port of 127.0.0.1, which may be bound already as long as nobody listens.
fn bind(port: u16) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    Ok(socket)
}

/// Serves connections until the phase changes, then ends the sessions as it says.
async fn accept(
    service: Service,
    listener: TcpListener,
    context: Context,
    mut phase: watch::Receiver<Phase>,
) {
    let stopping = watch::Sender::new(false);
    let mut sessions = JoinSet::new();
    let ended = loop {
        tokio::select! {
            ended = left_serving(&mut phase) => break ended,
            Some(_) = sessions.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => {
                    sessions.spawn(session(service, socket, context.clone(), stopping.subscribe()));
                }
                // Out of descriptors, perhaps: others may end meanwhile.
                Err(_) => tokio::time::sleep(RETRY).await,
            }
        }
    };
    drop(listener);
    if ended == Phase::Stopping {
        stopping.send_replace(true);
        let all = async { while sessions.join_next().await.is_some() {} };
        drop(tokio::time::timeout(GRACE, all).await); // Who is too slow is cut off below.
    }
    sessions.shutdown().await;
}

/// Waits for the end; a server that was dropped is as good as killed.
async fn left_serving(phase: &mut watch::Receiver<Phase>) -> Phase {
    let left = phase.wait_for(|phase| *phase != Phase::Serving).await;
    left.map_or(Phase::Killed, |phase| *phase)
}

async fn session(
    service: Service,
    socket: TcpStream,
    context: Context,
    stopping: watch::Receiver<bool>,
) {
    drop(socket.set_nodelay(true)); // Only speed depends on it.
    let idle_limit = match context.has(Fault::AutologoutEarly) {
        true => FAULTY_IDLE_LIMIT,
        false => service.idle_limit(),
    };
    let mut stream = Stream::new(socket, stopping, context.store.clock().clone(), idle_limit);
    if context.corruptor.takes_connection() {
        stream.corrupt(Arc::clone(&context.corruptor), service.form());
    }
    drop(service.serve(stream, context).await); // The client is gone: nobody to tell.
}
