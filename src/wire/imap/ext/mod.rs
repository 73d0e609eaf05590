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
    /// STATUS items; the production begins at the value and gives it if it is a number.
    status_atts: &'static [(&'static str, Production<Option<u64>>)],
    /// Results of ESEARCH beyond those of RFC 4731; the production begins at the value.
    search_returns: &'static [(&'static str, Production<()>)],
    /// Extended data items of LIST; the production begins at the value.
    list_items: &'static [(&'static str, Production<()>)],
    /// Capabilities with a value; the production begins behind the equals sign.
    capability_values: &'static [(&'static str, Production<()>)],
}

const NOTHING: Extension = Extension {
    data: &[],
    codes: &[],
    msg_atts: &[],
    sections: &[],
    status_atts: &[],
    search_returns: &[],
    list_items: &[],
    capability_values: &[],
};

macro_rules! extensions {
    ($($name:ident,)*) => {
        $(mod $name;)*
        const ALL: &[&Extension] = &[$(&$name::EXTENSION),*];
    };
}

extensions! {
    acl,
    appendlimit,
    base,
    binary,
    catenate,
    comparator,
    compress,
    condstore,
    context,
    enable,
    esearch,
    filters,
    id,
    language,
    list_extended,
    messagelimit,
    metadata,
    multisearch,
    namespace,
    notify,
    objectid,
    partial,
    preview,
    qresync,
    quota,
    response_codes,
    savedate,
    search_fuzzy,
    searchres,
    sort,
    special_use,
    status_size,
    thread,
    uidplus,
    urlauth,
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
pub(super) fn status_att(name: &str) -> Option<Production<Option<u64>>> {
    find(name, |extension| extension.status_atts)
}

/// The production for the value of an ESEARCH result of this name.
fn search_return(name: &str) -> Option<Production<()>> {
    find(name, |extension| extension.search_returns)
}

/// The production for the value of an extended data item of LIST of this name.
pub(super) fn list_item(name: &str) -> Option<Production<()>> {
    find(name, |extension| extension.list_items)
}

/// The production for the value of a capability of this name, from behind the equals sign on.
pub(super) fn capability_value(name: &str) -> Option<Production<()>> {
    find(name, |extension| extension.capability_values)
}

/// A response code without arguments.
fn bare<T>(name: &str) -> Result<Code, T> {
    Ok(Code::Other(name.to_owned()))
}

/// How many productions are found by name.
#[cfg(test)]
pub(super) fn count() -> usize {
    let count = |extension: &&Extension| {
        extension.data.len()
            + extension.codes.len()
            + extension.msg_atts.len()
            + extension.sections.len()
            + extension.status_atts.len()
            + extension.search_returns.len()
            + extension.list_items.len()
            + extension.capability_values.len()
    };
    ALL.iter().map(count).sum()
}
