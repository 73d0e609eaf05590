//! Response codes without arguments (RFC 5530), part of IMAP4rev2.

use super::{Extension, NOTHING, bare};

/// `resp-text-code =/ "UNAVAILABLE" / "AUTHENTICATIONFAILED" / …` (RFC 5530 §4)
pub(super) const EXTENSION: Extension = Extension {
    codes: &[
        ("ALREADYEXISTS", |_| bare("ALREADYEXISTS")),
        ("AUTHENTICATIONFAILED", |_| bare("AUTHENTICATIONFAILED")),
        ("AUTHORIZATIONFAILED", |_| bare("AUTHORIZATIONFAILED")),
        ("CANNOT", |_| bare("CANNOT")),
        ("CLIENTBUG", |_| bare("CLIENTBUG")),
        ("CONTACTADMIN", |_| bare("CONTACTADMIN")),
        ("CORRUPTION", |_| bare("CORRUPTION")),
        ("EXPIRED", |_| bare("EXPIRED")),
        ("EXPUNGEISSUED", |_| bare("EXPUNGEISSUED")),
        // HASCHILDREN: RFC 9051 §9
        ("HASCHILDREN", |_| bare("HASCHILDREN")),
        ("INUSE", |_| bare("INUSE")),
        ("LIMIT", |_| bare("LIMIT")),
        ("NONEXISTENT", |_| bare("NONEXISTENT")),
        ("NOPERM", |_| bare("NOPERM")),
        ("OVERQUOTA", |_| bare("OVERQUOTA")),
        ("PRIVACYREQUIRED", |_| bare("PRIVACYREQUIRED")),
        ("SERVERBUG", |_| bare("SERVERBUG")),
        ("UNAVAILABLE", |_| bare("UNAVAILABLE")),
    ],
    ..NOTHING
};
