//! Any text as a log, in every form that logs have.

#![no_main]

use mailspec::judge::torture;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| torture::log(octets));
