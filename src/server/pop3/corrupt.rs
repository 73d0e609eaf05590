//! Faults between session and socket: octets that break the grammar of replies.

use crate::server::fault::{Fault, FaultSet};

/// A reply as it goes out: as it is, where nothing is wrong.
pub(super) fn corrupted(octets: Vec<u8>, faults: &FaultSet) -> Vec<u8> {
    if faults.has(Fault::Pop3StatusInLowerCase) && octets.starts_with(b"+OK") {
        return [b"+ok", &octets[3..]].concat();
    }
    if faults.has(Fault::Pop3StatusWithoutSign) && octets.starts_with(b"+OK") {
        return octets[1..].to_vec();
    }
    if faults.has(Fault::Pop3BareLfReply)
        && let Some(end) = octets.iter().position(|octet| *octet == b'\r')
    {
        return [&octets[..end], &octets[end + 1..]].concat();
    }
    if octets.starts_with(b"-ERR [")
        && let Some(end) = octets.iter().position(|octet| *octet == b']')
    {
        if faults.has(Fault::Pop3ResponseCodesMissing) {
            return [b"-ERR", &octets[end + 1..]].concat();
        }
        if faults.has(Fault::Pop3ResponseCodeWithText) {
            return [&octets[..end], b" refused", &octets[end..]].concat();
        }
    }
    if faults.has(Fault::Pop3LongReply)
        && let Some(end) = octets.iter().position(|octet| *octet == b'\r')
    {
        return [&octets[..end], b" ", &[b'x'; 600], &octets[end..]].concat();
    }
    if octets.starts_with(b"+OK")
        && faults.has(Fault::Pop3ReplyNotAscii)
        && let Some(end) = octets.iter().position(|octet| *octet == b'\r')
    {
        return [&octets[..end], b"\xe9", &octets[end..]].concat();
    }
    octets
}
