//! A raw client against the whole server.

mod client;
mod condstore;
mod fault;
mod mailbox;
mod message;
mod multi;
mod session;
