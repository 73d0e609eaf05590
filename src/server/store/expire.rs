//! Old mail is removed, where the retention profile says so.

use super::{InternalDate, Mailbox, Mailboxes, Message, SpecialUse};
use crate::server::fault::Fault;
use crate::server::retention::Retention;

const DAY_S: i64 = 86_400;

/// After so many days a faulty server removes mail that it promised to keep.
const FAULTY_DAYS: i64 = 14;

impl Mailboxes {
    /// Removes what is too old by now.
    pub(super) fn expire(&mut self, retention: Retention) {
        let now = self.now();
        let longest_s = match retention {
            Retention::Expire(days) if self.has(Fault::ExpireADayEarly) => i64::from(days) - 1,
            Retention::Expire(days) | Retention::AutoExpunge(days) => i64::from(days),
            _ if self.has(Fault::ExpirySilent) => FAULTY_DAYS,
            _ => return,
        } * DAY_S;
        let by_arrival = self.has(Fault::AutoExpungeCountsFromArrival);
        let is_old = |message: &&Message| {
            let since = match by_arrival {
                true => message.internal_date,
                false => message.saved,
            };
            age_s(since, now) > longest_s
        };
        for mailbox in self.expiring(retention) {
            let old = mailbox.messages().iter().filter(is_old);
            let old: Vec<u32> = old.map(|message| message.uid).collect();
            mailbox.remove(&old);
        }
    }

    /// The mailboxes that lose old mail.
    fn expiring(&mut self, retention: Retention) -> impl Iterator<Item = &mut Mailbox> {
        let everywhere = self.has(Fault::ExpireReachesEveryMailbox);
        let inbox = match retention {
            Retention::AutoExpunge(_) => self.has(Fault::AutoExpungeReachesInbox),
            _ => true,
        };
        let rubbish = matches!(retention, Retention::AutoExpunge(_));
        self.all_mut().filter(move |mailbox| {
            let is_rubbish = mailbox
                .special_use()
                .iter()
                .any(|special| matches!(special, SpecialUse::Trash | SpecialUse::Junk));
            everywhere || inbox && mailbox.name() == "INBOX" || rubbish && is_rubbish
        })
    }
}

fn age_s(since: InternalDate, now: InternalDate) -> i64 {
    now.unix_s - since.unix_s
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pretty_assertions::assert_eq;

    use super::super::{Clock, NewMessage};
    use super::*;

    const SHIFT: Duration = Duration::from_hours(24 * 7 + 1);

    fn left(retention: Retention, faults: &[Fault]) -> (usize, usize) {
        let clock = Clock::default();
        let mut mailboxes = Mailboxes::new(&clock, faults.iter().copied().collect());
        for name in ["INBOX", "Trash"] {
            let new = vec![NewMessage::received(b"x".as_slice())];
            mailboxes.append(name, new).unwrap();
        }
        clock.set(SHIFT);
        mailboxes.expire(retention);
        let count = |name: &str| mailboxes.find(name).unwrap().messages().len();
        (count("INBOX"), count("Trash"))
    }

    #[test]
    fn each_profile_removes_old_mail_where_it_says() {
        assert_eq!(left(Retention::Strict, &[]), (1, 1));
        assert_eq!(left(Retention::Expire(7), &[]), (0, 1));
        assert_eq!(left(Retention::Expire(8), &[]), (1, 1));
        assert_eq!(left(Retention::AutoExpunge(7), &[]), (1, 0));
        let early = left(Retention::Expire(8), &[Fault::ExpireADayEarly]);
        assert_eq!(early, (0, 1));
    }
}
