//! What the state of a connection makes legal.

use super::Context;

impl Context {
    /// True if this extension or revision was enabled; the name in upper case.
    pub(super) fn is_enabled(&self, name: &str) -> bool {
        self.enabled.contains(name)
    }

    /// True if this capability was advertised last; the name in upper case.
    pub(super) fn offers(&self, name: &str) -> bool {
        self.capabilities.contains(name)
    }

    /// True if a capability that begins so was advertised last.
    pub(super) fn offers_any(&self, beginning: &str) -> bool {
        self.capabilities
            .range(beginning.to_owned()..)
            .next()
            .is_some_and(|name| name.starts_with(beginning))
    }

    /// True if a server of IMAP4rev2 alone speaks.
    fn is_rev2_alone(&self) -> bool {
        self.offers("IMAP4REV2") && !self.offers("IMAP4REV1")
    }

    /// True if quoted strings may hold UTF-8: after ENABLE of IMAP4rev2 (RFC 9051 §9) or
    /// UTF8=ACCEPT (RFC 6855 §3).
    pub(super) fn allows_utf8(&self) -> bool {
        self.is_enabled("IMAP4REV2") || self.is_enabled("UTF8=ACCEPT") || self.is_rev2_alone()
    }

    /// True if text for humans may hold UTF-8: where quoted strings may, or in a language chosen
    /// with LANGUAGE (RFC 5255 §3.5).
    pub(super) fn allows_utf8_text(&self) -> bool {
        self.allows_utf8() || self.offers("LANGUAGE")
    }

    /// True if SEARCH and RECENT may come: unless the server is one of IMAP4rev2 alone
    /// (RFC 9051 §9, `mailbox-data`).
    pub(super) fn allows_obsolete(&self) -> bool {
        !self.is_rev2_alone()
    }

    /// True if METADATA may come without values: after ENABLE (RFC 5464 §4.1), or by NOTIFY
    /// (RFC 5465 §5.7), or where nothing is known of the server.
    pub(super) fn allows_unsolicited_metadata(&self) -> bool {
        self.is_enabled("METADATA")
            || self.is_enabled("METADATA-SERVER")
            || self.offers("NOTIFY")
            || self.capabilities.is_empty()
    }

    /// True if LIST may give extended data: the client used an extended LIST or NOTIFY, or enabled
    /// IMAP4rev2, or nothing is known of the server (RFC 5258 §3).
    pub(super) fn allows_extended_list(&self) -> bool {
        self.extended_list
            || self.is_enabled("IMAP4REV2")
            || self.is_rev2_alone()
            || self.capabilities.is_empty()
    }

    /// True if ESEARCH may come: the client asked for results with RETURN, or enabled IMAP4rev2,
    /// or nothing is known of the server (RFC 4466 §2.6.2).
    pub(super) fn allows_esearch(&self) -> bool {
        self.extended_search
            || self.is_enabled("IMAP4REV2")
            || self.is_rev2_alone()
            || self.capabilities.is_empty()
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

    /// Takes what the client sent, in any pieces that keep words whole: what it asks for may come
    /// from now on.
    pub fn asked(&mut self, octets: &[u8]) {
        let has = |word: &str| {
            octets
                .windows(word.len())
                .any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
        };
        let extends = has("RETURN") || has("ESEARCH");
        self.extended_list |= extends || has("NOTIFY") || (has("LIST") && has("("));
        self.extended_search |= extends;
    }
}
