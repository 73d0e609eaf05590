//! CAPABILITY (RFC 9051 §6.1.1).

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::session::{Session, State};

const ALWAYS: &str = "IMAP4rev1 IMAP4rev2 LITERAL+ ID";
const BEFORE_LOGIN: &str = " SASL-IR AUTH=PLAIN";
const AFTER_LOGIN: &str = " ENABLE IDLE NAMESPACE UIDPLUS MOVE UNSELECT CHILDREN ESEARCH SEARCHRES \
    LIST-EXTENDED LIST-STATUS SPECIAL-USE CREATE-SPECIAL-USE STATUS=SIZE MULTIAPPEND CONDSTORE \
    QRESYNC QUOTA QUOTASET QUOTA=RES-MESSAGE";

impl Session {
    /// What can be used in the present state.
    pub(in crate::server::imap) fn capabilities(&self) -> String {
        let mut capabilities = ALWAYS.to_owned();
        if self.state() == State::NotAuthenticated {
            capabilities.push_str(BEFORE_LOGIN);
            if !self.stream.is_tls() || self.has(Fault::StarttlsAdvertisedNotWorking) {
                capabilities.push_str(" STARTTLS");
            }
        } else {
            capabilities.push_str(AFTER_LOGIN);
        }
        capabilities
    }
}

pub(super) fn run(session: &mut Session) -> Reply {
    let capabilities = session.capabilities();
    session.untagged(&format!("CAPABILITY {capabilities}"));
    Reply::ok("CAPABILITY completed")
}
