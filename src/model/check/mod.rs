//! One property for each file.

pub(crate) mod exists;
pub(crate) mod expunge;
pub(crate) mod fetch_answer;
pub(crate) mod identity;
pub(crate) mod listing;
pub(crate) mod logout;
pub(crate) mod lost;
pub(crate) mod maildrop_lock;
pub(crate) mod marks;
pub(crate) mod modseq;
pub(crate) mod pop3_state;
pub(crate) mod retrieval;
pub(crate) mod search;
pub(crate) mod select;
pub(crate) mod session_state;
pub(crate) mod status;
pub(crate) mod timestamp;
pub(crate) mod uid_order;
pub(crate) mod uidplus;
pub(crate) mod uidvalidity;
pub(crate) mod unique_id;
pub(crate) mod vanished;
