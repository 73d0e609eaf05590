//! Rules of the store as all sessions of a scenario see it, whatever their protocol.

use super::table;

table! {
    UID_REUSED: "uid-reused", Must, "rfc9051#2.3.1.1",
        "A UID is never given to another message while UIDVALIDITY stays.",
        breach "UID 4 was expunged and now names another message";
}
