//! The unique message-ids of greetings and challenges (RFC 1939 §7, RFC 2195 §2).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::server::context::Context;
use crate::server::fault::Fault;

/// One that this process never gave before, and no other process at this moment.
pub(super) fn timestamp(context: &Context) -> String {
    static GIVEN: AtomicU64 = AtomicU64::new(1);
    if context.has(Fault::Pop3TimestampRepeated) {
        return "<1896.697170952@mailspec.test>".to_owned();
    }
    let count = GIVEN.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = now.unwrap_or_default().as_nanos();
    if context.has(Fault::Pop3TimestampWithoutDomain) {
        return format!("<{count}.{nanos}>");
    }
    format!("<{count}.{nanos}@mailspec.test>")
}
