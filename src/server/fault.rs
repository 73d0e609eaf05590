//! Deliberate bugs of the embedded server, each with a stable kebab-case id.

/// A protocol in which a fault can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultProtocol {
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
    /// SMTP.
    Smtp,
    /// LMTP.
    Lmtp,
}

use FaultProtocol::{Imap, Lmtp, Pop3, Smtp};

/// One line for each fault: `Variant: id, summary, origin, protocols`.
macro_rules! faults {
    ($($variant:ident: $id:literal, $summary:literal, $origin:literal, [$($protocol:ident),+];)+) => {
        /// One deliberate bug. Its code is one visible branch at the point of misbehaviour.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Fault {
            $(#[doc = concat!("`", $id, "`: ", $summary, ".")] $variant,)+
        }

        impl Fault {
            /// Every fault.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable id.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }

            /// The misbehaviour, one line.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary),+ }
            }

            /// The real bug that it stands for.
            pub fn origin(self) -> &'static str {
                match self { $(Self::$variant => $origin),+ }
            }

            /// The protocols in which it can be seen.
            pub fn protocols(self) -> &'static [FaultProtocol] {
                match self { $(Self::$variant => &[$($protocol),+]),+ }
            }
        }
    };
}

// Sections by protocol, sorted by id within each.
#[rustfmt::skip]
faults! {
    // The store, seen by several protocols
    UidlReusedWhenEmptied: "uidl-reused-when-emptied", "a mailbox that became empty counts its UIDs from 1 again", "Cyrus and others: UID counter lost with the last message", [Imap, Pop3];

    // IMAP

    // POP3
    Pop3DeleCommitsWithoutQuit: "pop3-dele-commits-without-quit", "a POP3 connection that closes without QUIT removes what was marked", "Dovecot before 2.3.4", [Pop3, Imap];

    // SMTP and LMTP
    LmtpEofDeliversTruncated: "lmtp-eof-delivers-truncated", "a connection that closes in the middle of the mail data delivers what had come", "bug class: delivery without end of data", [Smtp, Lmtp];
}

impl Fault {
    /// The fault with this id.
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.id() == id)
    }
}

/// The faults that a server has; cheap to copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FaultSet([u64; 4]);

const _: () = assert!(Fault::ALL.len() <= 256, "a fault has no place in FaultSet");

impl FaultSet {
    /// Whether the server shall misbehave in this way.
    pub(crate) fn has(self, fault: Fault) -> bool {
        let index = fault as usize;
        self.0[index / 64] & (1 << (index % 64)) != 0
    }
}

impl FromIterator<Fault> for FaultSet {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        let mut words = [0; 4];
        for fault in faults {
            let index = fault as usize;
            words[index / 64] |= 1 << (index % 64);
        }
        Self(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_found() {
        for fault in Fault::ALL {
            let id = fault.id();
            assert!(
                id.bytes()
                    .all(|o| o.is_ascii_lowercase() || o.is_ascii_digit() || o == b'-')
            );
            assert_eq!(Fault::find(id), Some(*fault), "{id} is there twice");
            assert!(
                !fault.summary().ends_with('.'),
                "{id}: summary ends with a period"
            );
        }
        assert_eq!(Fault::find("no-such-fault"), None);
    }

    #[test]
    fn a_set_has_what_it_was_made_of() {
        for fault in Fault::ALL {
            let set: FaultSet = [*fault].into_iter().collect();
            let members: Vec<_> = Fault::ALL.iter().filter(|f| set.has(**f)).collect();
            assert_eq!(members, [fault]);
        }
    }
}
