//! A server from its start to its end.

use std::io;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::context::Context;
use super::listen::{Listening, Reserved};
use super::store::Store;
use super::{Options, Ports, tls};

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
        let faults = options.faults.into_iter().collect();
        let store = Store::new(faults);
        for (user, password) in &options.accounts {
            store.add_account(user, password);
        }
        let context = Context {
            store: Arc::new(store),
            faults,
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

    #[cfg(test)]
    pub(super) fn context(&self) -> &Context {
        &self.context
    }
}
