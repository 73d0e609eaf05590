//! What the state of a connection makes legal.

use super::Context;

impl Context {
    /// True if this extension or revision was enabled; the name in upper case.
    pub(super) fn is_enabled(&self, name: &str) -> bool {
        self.enabled.contains(name)
    }

    fn offers(&self, name: &str) -> bool {
        self.capabilities.contains(name)
    }

    /// True if text and quoted strings may hold UTF-8: after ENABLE of IMAP4rev2 (RFC 9051 §9) or
    /// UTF8=ACCEPT (RFC 6855 §3), or in a language chosen with LANGUAGE (RFC 5255 §3).
    pub(super) fn allows_utf8(&self) -> bool {
        self.is_enabled("IMAP4REV2")
            || self.is_enabled("UTF8=ACCEPT")
            || self.offers("LANGUAGE")
            || (self.offers("IMAP4REV2") && !self.offers("IMAP4REV1"))
    }

    /// True if a status response may go without text: IMAP4rev2 is offered, or nothing is known
    /// yet (RFC 9051 §9, `resp-text`).
    pub(super) fn allows_empty_text(&self) -> bool {
        self.capabilities.is_empty() || self.offers("IMAP4REV2") || self.is_enabled("IMAP4REV2")
    }

    /// True if VANISHED may come (RFC 7162 §3.2.10, RFC 9586 §3).
    pub(super) fn allows_vanished(&self) -> bool {
        self.is_enabled("QRESYNC") || self.is_enabled("UIDONLY")
    }
}
