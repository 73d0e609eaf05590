//! ENABLE (RFC 9051 §6.3.1, RFC 5161).

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::parse::{ParseResult, Parser};
use crate::server::imap::session::Session;

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Enable {
    capabilities: Vec<String>,
}

impl Enable {
    pub(super) fn parse(p: &mut Parser<'_>) -> ParseResult<Self> {
        p.sp()?;
        let mut capabilities = vec![p.keyword()?];
        while p.take(b' ') {
            capabilities.push(p.keyword()?);
        }
        Ok(Self { capabilities })
    }

    pub(super) fn run(self, session: &mut Session) -> Reply {
        let mut enabled = String::new();
        let mut switch = |on: &mut bool, name: &str| {
            if !std::mem::replace(on, true) {
                enabled.push(' ');
                enabled.push_str(name);
            }
        };
        for capability in &self.capabilities {
            match capability.as_str() {
                "IMAP4REV2" => switch(&mut session.rev2, "IMAP4rev2"),
                "CONDSTORE" => switch(&mut session.condstore, "CONDSTORE"),
                "QRESYNC" => {
                    switch(&mut session.qresync, "QRESYNC");
                    session.condstore = true;
                }
                _ => {}
            }
        }
        if !session.has(Fault::EnableSaysNothing) {
            session.untagged(&format!("ENABLED{enabled}"));
        }
        Reply::ok("ENABLE completed")
    }
}
