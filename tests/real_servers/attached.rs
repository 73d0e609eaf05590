//! A server that runs already: what was there is put back, and what is another's stays.

use super::*;

/// The managed server plays a server that runs already.
async fn external(target: &Target, journal: &Path) -> Result<External, Failed> {
    let endpoint = |protocol| target.endpoint(protocol).cloned().ok_or("not offered");
    Ok(External {
        name: "test".to_owned(),
        endpoints: vec![endpoint(Protocol::Imap)?, endpoint(Protocol::Pop3)?],
        accounts: target.lease(2).await?,
        journal: Some(journal.to_owned()),
        ..External::default()
    })
}

pub(super) fn is_put_back_as_it_was(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    let directory = tempfile::tempdir()?;
    let journal = Journal::new(directory.path().join("journal"));
    runtime.block_on(async {
        let mut external = external(&target, journal.path()).await?;
        let attached = Target::start(&Spec::External(external.clone().into())).await?;
        equal(attached.capacity(), 2)?;
        let leased = attached.lease(2).await?;
        equal(journal.in_use()?.len(), 2)?;
        fill(&target, &leased[0]).await?;
        // Somebody waits for an account until one comes back.
        let (waited, given) = tokio::join!(attached.lease(1), attached.give_back(leased));
        given?;
        let waited = waited?;
        equal(contents(&target, &waited[0]).await?, Vec::new())?;
        fill(&target, &waited[0]).await?;
        attached.stop().await;
        equal(contents(&target, &waited[0]).await?, Vec::new())?;
        check(!journal.path().exists(), || {
            "the journal is still there".to_owned()
        })?;

        // A run that is killed leaves its traces, which the next refuses and cleaning removes.
        let attached = Target::start(&Spec::External(external.clone().into())).await?;
        let leased = attached.lease(1).await?;
        fill(&target, &leased[0]).await?;
        drop(attached);
        let refused = Target::start(&Spec::External(external.clone().into())).await;
        let words = refused.err().ok_or("it was not refused")?.to_string();
        check(words.contains("doctor --clean"), || words.clone())?;
        let cleared = clear_left_over(&external, target.transport()).await?;
        equal(cleared, vec![leased[0].user.clone()])?;
        Target::start(&Spec::External(external.clone().into()))
            .await?
            .stop()
            .await;

        // Over POP3 alone.
        external.endpoints.remove(0);
        let attached = Target::start(&Spec::External(external.clone().into())).await?;
        let leased = attached.lease(1).await?;
        let mut client = imap(&target, &leased[0], Security::Plain).await?;
        client.append("INBOX", &[], None, MAIL).await?;
        client.logout().await;
        attached.give_back(leased).await?;
        attached.stop().await;
        equal(contents(&target, &external.accounts[0]).await?, Vec::new())?;

        external.accounts[0].password.push('x');
        let refused = Target::start(&Spec::External(external.into())).await;
        check(matches!(refused, Err(TargetError::Unfit(_))), || {
            format!("{refused:?}")
        })?;
        target.stop().await;
        Ok(())
    })
}

pub(super) fn mail_that_was_there_stays(runtime: &Runtime, target: Target) -> Result<(), Failed> {
    let directory = tempfile::tempdir()?;
    runtime.block_on(async {
        let mut external = external(&target, &directory.path().join("journal")).await?;
        external.accounts.truncate(1);
        let account = external.accounts[0].clone();
        fill(&target, &account).await?;
        let mut client = imap(&target, &account, Security::Plain).await?;
        client
            .append("INBOX", &["\\Deleted".to_owned()], None, MAIL)
            .await?;
        let before = contents(&target, &account).await?;
        equal(before.len(), 3)?;

        let refused = Target::start(&Spec::External(external.clone().into())).await;
        let words = refused.err().ok_or("it was not refused")?.to_string();
        for part in [&*account.user, "INBOX", "2 messages", "--allow-non-empty"] {
            check(words.contains(part), || words.clone())?;
        }

        external.allow_non_empty = true;
        let attached = Target::start(&Spec::External(external.into())).await?;
        let leased = attached.lease(1).await?;
        client.append("INBOX", &[], None, MAIL).await?;
        client.append("Family", &[], None, MAIL).await?;
        client.create("New/Child").await?;
        client.append("New/Child", &[], None, MAIL).await?;
        client.logout().await;
        equal(contents(&target, &account).await?.len(), 6)?;
        attached.give_back(leased).await?;
        equal(contents(&target, &account).await?, before)?;
        attached.stop().await;
        target.stop().await;
        Ok(())
    })
}

/// Puts a message into INBOX and one into a mailbox of its own.
async fn fill(target: &Target, account: &Account) -> Result<(), Failed> {
    let mut client = imap(target, account, Security::Plain).await?;
    client.append("INBOX", &[], None, MAIL).await?;
    client.create("Family").await?;
    client.append("Family", &[], None, MAIL).await?;
    client.logout().await;
    Ok(())
}

/// Each message: mailbox, UID and flags.
async fn contents(
    target: &Target,
    account: &Account,
) -> Result<Vec<(String, u32, Vec<String>)>, Failed> {
    let mut client = imap(target, account, Security::Plain).await?;
    let mut found = Vec::new();
    for mailbox in client.mailboxes().await? {
        for message in client.messages(&mailbox.path).await?.unwrap_or_default() {
            let mut flags = message.flags;
            flags.retain(|flag| flag != "\\Recent");
            found.push((mailbox.path.clone(), message.uid, flags));
        }
    }
    client.logout().await;
    found.sort();
    Ok(found)
}
