//! Octets of a hostile server and of any client, through wire, engine and model.

#![no_main]

use mailspec::judge::torture;
use mailspec::wire::Protocol;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| torture::session(Protocol::Pop3, octets));
