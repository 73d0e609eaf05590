//! Faults between session and socket: octets that break the grammar of replies.

use crate::server::fault::{Fault, FaultSet};

/// A reply as it goes out: as it is, where nothing is wrong.
pub(super) fn corrupted(mut octets: Vec<u8>, faults: &FaultSet) -> Vec<u8> {
    let last_line = octets.windows(2).rposition(|pair| pair == b"\r\n");
    let Some(end) = last_line else {
        return octets;
    };
    if faults.has(Fault::SmtpReplyWithoutSpace) {
        octets.retain(|octet| *octet != b' ');
    } else if faults.has(Fault::SmtpReplyCodeOutOfRange) {
        octets[1] = b'9';
    } else if faults.has(Fault::SmtpReplyLinesDiffer) && octets.starts_with(b"250-") {
        octets[2] = b'1';
    } else if faults.has(Fault::SmtpBareLfReply) {
        octets.remove(end);
    } else if faults.has(Fault::SmtpLongReply) {
        octets.splice(end..end, [b'x'; 600]);
    } else if faults.has(Fault::SmtpReplyNotAscii) {
        octets.splice(end..end, *b"\xe9");
    } else if faults.has(Fault::SmtpEnhancedCodeClass) && octets.starts_with(b"250 2.") {
        octets[4] = b'5';
    }
    octets
}
