//! STLS (RFC 2595 §4)

use std::io;

use super::{Reply, Session, State, unknown};
use crate::server::fault::Fault;

pub(super) async fn run(session: &mut Session) -> io::Result<Reply> {
    if session.stream.is_tls() {
        return Ok(unknown());
    }
    if session.context.has(Fault::Pop3StlsRefused) {
        return Ok(Reply::err("TLS is not available"));
    }
    session.send(&Reply::ok("begin TLS")).await?;
    let tls = session.context.tls.clone();
    if session.context.has(Fault::StarttlsCommandInjection) {
        session.stream.start_tls_keeping_input(&tls).await?;
    } else {
        session.stream.start_tls(&tls).await?;
    }
    if !session.context.has(Fault::Pop3StlsKeepsUser) {
        session.state = State::Authorization(None);
    }
    Ok(Reply::Nothing)
}
