//! Free ports on the loopback interface.
//!
//! They lie below the range from which systems take the local ports of outgoing connections, so
//! that nobody takes one while a server that is being restarted does not hold it.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

const LOWEST: u32 = 10_240;
const HIGHEST: u32 = 32_000;

/// Where this process looks next, so that two targets of one process never meet.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Finds `count` different ports on which nobody listens on 127.0.0.1.
///
/// Somebody may take one before the server does: start again with others then.
pub(super) fn free_ports(count: usize) -> io::Result<Vec<u16>> {
    let span = HIGHEST - LOWEST;
    let mut held = Vec::with_capacity(count);
    for _ in 0..span {
        if held.len() == count {
            break;
        }
        let turn = NEXT.fetch_add(1, Ordering::Relaxed);
        let offset = process::id().wrapping_mul(97).wrapping_add(turn) % span;
        let Ok(port) = u16::try_from(LOWEST + offset) else {
            continue;
        };
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            held.push((port, listener));
        }
    }
    if held.len() < count {
        return Err(io::ErrorKind::AddrInUse.into());
    }
    Ok(held.into_iter().map(|(port, _)| port).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ports_are_free_and_differ_from_call_to_call() {
        let first = free_ports(5).unwrap();
        let second = free_ports(5).unwrap();
        let all: BTreeSet<u16> = first.iter().chain(&second).copied().collect();
        assert_eq!(all.len(), 10);
        for port in all {
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        }
    }

    #[test]
    fn a_port_in_use_is_passed_over() {
        let next = free_ports(1).unwrap()[0] + 1;
        let _held = TcpListener::bind((Ipv4Addr::LOCALHOST, next));
        assert!(!free_ports(3).unwrap().contains(&next));
    }
}
