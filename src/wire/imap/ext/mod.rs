//! Extensions of IMAP: one file for each capability.
//!
//! Each file holds the productions that its RFC adds, and an [`Extension`] that says under which
//! names they come. The list below is all that has to know of a new one.

use super::parser::Production;
use super::{Code, Data, FetchItem};

/// What an extension, or the base protocol, adds to the grammar; names in upper case.
pub(super) struct Extension {
    /// Untagged responses that begin with a name.
    data: &'static [(&'static str, Production<Data>)],
    /// Response codes.
    codes: &'static [(&'static str, Production<Code>)],
    /// FETCH items.
    msg_atts: &'static [(&'static str, Production<FetchItem>)],
    /// FETCH items with a section in brackets behind the name; the production begins there.
    sections: &'static [(&'static str, Production<FetchItem>)],
    /// STATUS items with a number for a value.
    status_atts: &'static [(&'static str, Production<u64>)],
}

const NOTHING: Extension = Extension {
    data: &[],
    codes: &[],
    msg_atts: &[],
    sections: &[],
    status_atts: &[],
};

macro_rules! extensions {
    ($($name:ident,)*) => {
        $(mod $name;)*
        const ALL: &[&Extension] = &[$(&$name::EXTENSION),*];
    };
}

extensions! {
    base,
    binary,
    condstore,
    enable,
    esearch,
    id,
    namespace,
    qresync,
    sort,
    status_size,
    thread,
    uidplus,
}

/// Finds a production by the name it comes under.
fn find<T: 'static>(
    name: &str,
    table: impl Fn(&Extension) -> &'static [(&'static str, Production<T>)],
) -> Option<Production<T>> {
    ALL.iter()
        .flat_map(|extension| table(extension))
        .find(|(known, _)| *known == name)
        .map(|(_, production)| *production)
}

/// The production for an untagged response of this name, from behind the name on.
pub(super) fn data(name: &str) -> Option<Production<Data>> {
    find(name, |extension| extension.data)
}

/// The production for a response code of this name, from behind the name on.
pub(super) fn code(name: &str) -> Option<Production<Code>> {
    find(name, |extension| extension.codes)
}

/// The production for a FETCH item of this name, from behind the name on.
pub(super) fn msg_att(name: &str) -> Option<Production<FetchItem>> {
    find(name, |extension| extension.msg_atts)
}

/// The production for a FETCH item of this name, from its opening bracket on.
pub(super) fn section(name: &str) -> Option<Production<FetchItem>> {
    find(name, |extension| extension.sections)
}

/// The production for the value of a STATUS item of this name.
pub(super) fn status_att(name: &str) -> Option<Production<u64>> {
    find(name, |extension| extension.status_atts)
}
