//! mailspec replays YAML scenarios against any live mail server and says which promises hold.
//!
//! Modules are declared in reading order: each may import only from those that ARCHITECTURE.md
//! names for it, and `tests/tidy.rs` checks that.

pub mod finding;
pub mod transcript;

pub(crate) mod yaml;

pub mod wire;

pub mod engine;
pub mod expect;
pub mod model;
pub mod scenario;

pub mod outcome;

pub mod expectation;

pub mod judge;

pub mod server;
pub mod transport;

pub mod target;

pub mod run;

pub mod report;

pub mod cli;
