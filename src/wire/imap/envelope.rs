//! Envelopes and addresses.

use super::parser::{Parsed, Parser};
use crate::finding::rule::imap_wire as rules;

impl Parser<'_> {
    /// `envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to
    /// SP env-cc SP env-bcc SP env-in-reply-to SP env-message-id ")"` (RFC 9051 §9)
    pub(super) fn envelope(&mut self) -> Parsed<()> {
        self.under(rules::ENVELOPE, |p| {
            p.octet(b'(')?;
            for _date_subject in 0..2 {
                p.nstring()?;
                p.sp()?;
            }
            for _from_sender_reply_to_to_cc_bcc in 0..6 {
                p.address_list()?;
                p.sp()?;
            }
            p.nstring()?;
            p.sp()?;
            p.nstring()?;
            p.octet(b')')
        })
    }

    /// `"(" 1*address ")" / nil` (RFC 9051 §9)
    fn address_list(&mut self) -> Parsed<()> {
        if self.nil() {
            return Ok(());
        }
        self.octet(b'(')
            .or_else(|_| self.expected("address list or NIL"))?;
        self.address()?;
        loop {
            let start = self.cursor.at();
            if !self.cursor.take_while(|octet| octet == b' ').is_empty() {
                let span = start..self.cursor.at();
                self.report(rules::ENVELOPE, span, "no space between addresses");
            }
            if self.cursor.eat(b')') {
                return Ok(());
            }
            self.address()?;
        }
    }

    /// `address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"`, each an nstring
    /// (RFC 9051 §9)
    fn address(&mut self) -> Parsed<()> {
        self.octet(b'(').or_else(|_| self.expected("address"))?;
        self.nstring()?;
        for _adl_mailbox_host in 0..3 {
            self.sp()?;
            self.nstring()?;
        }
        self.octet(b')')
    }
}
