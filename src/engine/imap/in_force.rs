//! Which capabilities are advertised and which extensions enabled, as the server's responses say.

use crate::wire::imap::{Code, Context, Data, Response, Status};

use super::command::Offer;

/// What is in force on a connection.
#[derive(Debug, Default)]
pub(super) struct InForce {
    context: Context,
    /// The server has said what it can.
    known: bool,
    /// It said so while a login was in progress.
    known_at_login: bool,
    /// What may be in force instead, where the beginning of the connection is not known.
    alternative: Option<Context>,
}

/// Extensions that decide what is legal once they are enabled.
const ENABLED: [&str; 6] = [
    "IMAP4REV2",
    "QRESYNC",
    "CONDSTORE",
    "UTF8=ACCEPT",
    "UIDONLY",
    "METADATA",
];

/// Capabilities that decide what is legal.
const OFFERED: [&str; 5] = [
    "IMAP4REV2",
    "LANGUAGE",
    "NOTIFY",
    "PREVIEW=FUZZY",
    "URLAUTH=BINARY",
];

impl InForce {
    /// For a connection whose beginning is not known; `context` is what is in force, if that is.
    pub(super) fn joined(context: Option<Context>) -> Self {
        let everything = || Context {
            capabilities: OFFERED.map(ToOwned::to_owned).into(),
            enabled: ENABLED.map(ToOwned::to_owned).into(),
            extended_list: true,
            extended_search: true,
        };
        Self {
            alternative: context.is_none().then(everything),
            context: context.unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What may be in force instead of [`InForce::context`].
    pub(super) fn alternative(&self) -> Option<&Context> {
        self.alternative.as_ref()
    }

    /// What the grammar has to know.
    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    /// See [`crate::engine::Engine::capabilities`].
    pub(super) fn capabilities(&self) -> Option<Vec<String>> {
        self.known
            .then(|| self.context.capabilities.iter().cloned().collect())
    }

    /// Which literals may go out without waiting (RFC 7888).
    pub(super) fn offer(&self) -> Offer {
        if self.context.capabilities.contains("LITERAL+") {
            Offer::Any
        } else if self.context.capabilities.contains("LITERAL-") {
            Offer::Short
        } else {
            Offer::Nothing
        }
    }

    /// Takes what the client sends: what it asks for may come.
    pub(super) fn asked(&mut self, octets: &[u8]) {
        self.context.asked(octets);
    }

    /// Takes any response; `login`: the oldest command in progress is a login.
    pub(super) fn observe(&mut self, response: &Response, login: bool) {
        match response {
            Response::Tagged { status, .. } | Response::Status(status) => {
                if let Some(names) = announced(status) {
                    self.advertise(names, login);
                }
            }
            Response::Data(Data::Capability(names)) => self.advertise(names, login),
            Response::Data(Data::Enabled(names)) => {
                let names = names.iter().map(|name| name.to_ascii_uppercase());
                self.context.enabled.extend(names);
            }
            _ => {}
        }
    }

    fn advertise(&mut self, names: &[String], login: bool) {
        self.known = true;
        self.known_at_login = login;
        self.context.capabilities = names.iter().map(|name| name.to_ascii_uppercase()).collect();
        if let Some(alternative) = &mut self.alternative {
            alternative.capabilities = self.context.capabilities.clone();
        }
    }

    /// A login succeeded: what was advertised before it counts no more (RFC 9051 §6.2.2, §6.2.3).
    pub(super) fn logged_in(&mut self) {
        if !self.known_at_login {
            self.forget_capabilities();
        }
        self.known_at_login = false;
    }

    /// TLS was started, or the user was forgotten: nothing said before counts any more.
    pub(super) fn begin_anew(&mut self) {
        self.forget_capabilities();
        self.context.enabled.clear();
        self.context.extended_list = false;
        self.context.extended_search = false;
        self.alternative = None;
    }

    fn forget_capabilities(&mut self) {
        self.known = false;
        self.context.capabilities.clear();
    }
}

fn announced(status: &Status) -> Option<&[String]> {
    match &status.code {
        Some(Code::Capability(names)) => Some(names),
        _ => None,
    }
}
