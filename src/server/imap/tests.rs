//! A raw client against the whole server.
