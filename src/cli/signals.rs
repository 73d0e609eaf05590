//! Ctrl-C and SIGTERM: the first ends the run in good order, the second at once.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Counts the signals that asked this process to end.
#[derive(Clone, Debug)]
pub(super) struct Signals(watch::Receiver<u32>);

impl Signals {
    /// Begins to count; from now on these signals do not end the process by themselves. Needs a
    /// tokio runtime.
    pub(super) fn listen() -> io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        let terminate = signal(SignalKind::terminate())?;
        let (sender, receiver) = watch::channel(0);
        tokio::spawn(count(interrupt, terminate, sender));
        Ok(Self(receiver))
    }

    /// Completes when this many signals have come.
    pub(super) async fn reached(mut self, number: u32) {
        if self.0.wait_for(|&count| count >= number).await.is_err() {
            // The counting task ends only with the runtime.
            std::future::pending::<()>().await;
        }
    }
}

async fn count(mut interrupt: Signal, mut terminate: Signal, sender: watch::Sender<u32>) {
    loop {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        sender.send_modify(|count| *count += 1);
    }
}
