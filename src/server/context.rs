//! What every session is given.

use std::fmt;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;

use super::corrupt::Corruptor;
use super::fault::{Fault, FaultSet};
use super::retention::Retention;
use super::store::Store;

/// What every session is given; cheap to clone.
#[derive(Clone)]
pub(crate) struct Context {
    /// The mail.
    pub(crate) store: Arc<Store>,
    /// What to do wrong.
    pub(crate) faults: FaultSet,
    /// What happens to popped mail.
    pub(crate) retention: Retention,
    /// Whether the newest message of a maildrop is number 1.
    pub(crate) newest_first: bool,
    /// What corrupts what is sent.
    pub(crate) corruptor: Arc<Corruptor>,
    /// For STARTTLS and STLS.
    pub(crate) tls: TlsAcceptor,
}

impl Context {
    /// Whether the server shall misbehave in this way.
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.faults.has(fault)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("store", &self.store)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
