//! A server from its start to its end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::context::Context;
use super::corrupt::Corruption;
use super::fault::{Fault, FaultSet};
use super::listen::{Listening, Reserved};
use super::store::Store;
use super::{Options, Ports, Retention, tls};

/// A running server. Dropping it ends it and closes every connection.
#[derive(Debug)]
pub struct Server {
    context: Context,
    authority: &'static str,
    reserved: Reserved,
    listening: Mutex<Option<Listening>>,
}

impl Server {
    /// Starts a server; it answers when this returns. Needs a tokio runtime.
    ///
    /// # Errors
    /// When a port is taken.
    pub async fn start(options: Options) -> io::Result<Self> {
        let identity = tls::identity()?;
        let retention = retention_of(&options);
        let faults: FaultSet = options.faults.into_iter().collect();
        let store = Store::new(retention, faults.clone());
        for (user, password) in &options.accounts {
            store.add_account(user, password);
        }
        let context = Context {
            store: Arc::new(store),
            faults,
            retention,
            newest_first: options.newest_first,
            corruptor: Arc::default(),
            tls: identity.acceptor.clone(),
        };
        let reserved = Reserved::take(options.ports)?;
        let listening = Listening::open(reserved.ports(), &context)?;
        Ok(Self {
            context,
            authority: &identity.authority,
            reserved,
            listening: Mutex::new(Some(listening)),
        })
    }

    /// The ports that it listens on.
    pub fn ports(&self) -> Ports {
        self.reserved.ports()
    }

    /// The PEM certificate of the authority that signed the server's certificate (`localhost`,
    /// `127.0.0.1`).
    pub fn authority(&self) -> &str {
        self.authority
    }

    /// The faults that its sessions came to, present or not: with any other, it would have behaved
    /// the same.
    pub fn reached(&self) -> Vec<Fault> {
        self.context.faults.reached()
    }

    /// Corrupts one response, as the seed decides, on a connection after the next `spared` ones.
    pub fn corrupt(&self, seed: u64, spared: usize) {
        self.context.corruptor.plan(seed, spared);
    }

    /// The corruption, once it was done.
    pub fn corruption(&self) -> Option<Corruption> {
        self.context.corruptor.done()
    }

    /// Adds an account with an empty INBOX; known names keep their mail and get the new password.
    pub fn add_account(&self, user: &str, password: &str) {
        self.context.store.add_account(user, password);
    }

    /// Removes an account and its mail.
    pub fn remove_account(&self, user: &str) {
        self.context.store.remove_account(user);
    }

    /// Ends every session in good order (BYE where the protocol has it) and refuses connections.
    pub async fn stop(&self) {
        if let Some(listening) = self.listening.lock().await.take() {
            listening.stop().await;
        }
    }

    /// Ends every session at once, without a word, and refuses connections. What was acknowledged
    /// stays.
    pub async fn kill(&self) {
        if let Some(listening) = self.listening.lock().await.take() {
            listening.kill().await;
            self.context.store.killed();
        }
    }

    /// Saves the mail of every account, in place of what was saved before.
    pub fn back_up(&self) {
        self.context.store.back_up();
    }

    /// Puts back what was saved last, if anything was. Accounts stay as they are.
    pub fn restore(&self) {
        self.context.store.restore();
    }

    /// Listens again after `stop` or `kill`, on the same ports, with the same mail.
    ///
    /// # Errors
    /// When a port cannot be had again.
    pub async fn resume(&self) -> io::Result<()> {
        let mut listening = self.listening.lock().await;
        if listening.is_none() {
            self.context.store.restarted();
            *listening = Some(Listening::open(self.ports(), &self.context)?);
        }
        Ok(())
    }

    /// Puts the server's clock this far before the machine's, in whole seconds. Who has been silent
    /// for too long by then is logged out, and old mail goes when a session ends.
    pub fn set_clock(&self, shift: Duration) {
        self.context.store.set_clock(shift);
    }

    /// Its retention profile.
    pub fn retention(&self) -> Retention {
        self.context.retention
    }

    #[cfg(test)]
    pub(super) fn context(&self) -> &Context {
        &self.context
    }
}

/// The profile asked for, or the one in which a fault shows.
fn retention_of(options: &Options) -> Retention {
    let mut of_faults = options
        .faults
        .iter()
        .filter_map(|f| Retention::of_fault(*f));
    match options.retention {
        Retention::Strict => of_faults.next().unwrap_or_default(),
        asked => asked,
    }
}
