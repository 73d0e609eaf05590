//! Which number a message has in an actor's session: what `${NAME.seq}` stands for.

use std::collections::BTreeMap;

use super::player::Player;
use super::setup::{SetUpError, name_in};
use super::stage::Stage;
use crate::scenario::Actor;
use crate::wire::Protocol;

impl Stage {
    /// The message-numbers that the next POP3 session of an actor will have, if the scenario uses
    /// numbers: what a session of our own finds just before. No RFC says in which order a maildrop
    /// is numbered, so that IMAP's order is no answer.
    ///
    /// `None` if there is nothing to ask, or the login does not succeed. An actor that logs in by
    /// itself needs a maildrop that is free: for it `[IN-USE]` is an error.
    pub(super) async fn message_numbers(
        &self,
        actor: &Actor,
    ) -> Result<Option<BTreeMap<String, u32>>, SetUpError> {
        if actor.protocol != Protocol::Pop3 || !self.fields_used().contains("seq") {
            return Ok(None);
        }
        let mut client = match self.pop3(actor.account, "(look)").await {
            Err(SetUpError::Client(error))
                if error.is_silence() || (actor.login && error.is_in_use()) =>
            {
                return Err(error.into());
            }
            Err(SetUpError::Client(_)) => return Ok(None),
            client => client?,
        };
        let ids = client.message_ids().await?;
        // What is wrong with QUIT is for the scenario to find.
        let _ = client.quit().await;
        let mut numbers = BTreeMap::new();
        for (number, id) in ids {
            if let Some(id) = id {
                numbers.entry(name_in(&id)).or_insert(number);
            }
        }
        Ok(Some(numbers))
    }

    /// Tells the model which UIDs the numbers of an IMAP session stand for that has just selected
    /// this mailbox, if the scenario uses numbers.
    pub(super) async fn learn_numbers(
        &self,
        player: &Player,
        actor: &Actor,
        mailbox: &str,
    ) -> Result<(), SetUpError> {
        if self.fields_used().contains("seq") {
            let listed = self.look(mailbox, actor.account).await?.unwrap_or_default();
            let uids: Vec<u32> = listed.iter().map(|listed| listed.uid).collect();
            self.reflect();
            self.ledger().world.learn(player.session(), &uids);
        }
        Ok(())
    }
}
