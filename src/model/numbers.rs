//! Which UID has which sequence number in one session, as far as the server has said.

/// Messages of a mailbox whose numbers are followed; those beyond stay unknown.
const LIMIT: usize = 16_384;

/// Sequence numbers and UIDs of one selected mailbox.
///
/// Two sources are kept apart: FETCH responses of this session, which checks may rely on, and a
/// list that the caller of [`crate::model::World::learn`] got elsewhere, which only answers
/// questions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    seen: Vec<Option<u32>>,
    told: Vec<u32>,
}

/// What is known of a UID in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It has this sequence number.
    At(u32),
    /// It is not known, and there is room for it: it would have this sequence number or one near.
    Between(u32),
    /// It cannot be there, because its neighbours are known.
    Nowhere,
}

impl Numbers {
    /// The UID of a message, if a FETCH response said it.
    pub(crate) fn uid(&self, seq: u32) -> Option<u32> {
        self.seen.get(index(seq)?).copied().flatten()
    }

    /// The sequence number of a UID, from whatever source.
    pub(crate) fn seq(&self, uid: u32) -> Option<u32> {
        let seen = self.seen.iter().position(|&known| known == Some(uid));
        let at = seen.or_else(|| self.told.binary_search(&uid).ok())?;
        u32::try_from(at + 1).ok()
    }

    /// Takes what a FETCH response said.
    pub(crate) fn set(&mut self, seq: u32, uid: u32) {
        let Some(at) = index(seq).filter(|&at| at < LIMIT) else {
            return;
        };
        if self.seen.len() <= at {
            self.seen.resize(at + 1, None);
        }
        self.seen[at] = Some(uid);
    }

    /// Takes the UIDs of all messages in ascending order; later only those above the ones it has.
    pub(crate) fn tell(&mut self, uids: &[u32]) {
        let last = self.told.last().copied().unwrap_or(0);
        let room = LIMIT.saturating_sub(self.told.len());
        self.told
            .extend(uids.iter().copied().filter(|&uid| uid > last).take(room));
    }

    /// The nearest known message below this number: its number and UID.
    pub(crate) fn below(&self, seq: u32) -> Option<(u32, u32)> {
        let end = index(seq)?.min(self.seen.len());
        let at = self.seen[..end].iter().rposition(Option::is_some)?;
        Some((u32::try_from(at + 1).ok()?, self.seen[at]?))
    }

    /// The nearest known message above this number: its number and UID.
    pub(crate) fn above(&self, seq: u32) -> Option<(u32, u32)> {
        let start = usize::try_from(seq).ok()?.min(self.seen.len());
        let at = start + self.seen[start..].iter().position(Option::is_some)?;
        Some((u32::try_from(at + 1).ok()?, self.seen[at]?))
    }

    /// Takes an EXPUNGE; the UID, if it was known.
    pub(crate) fn expunge(&mut self, seq: u32) -> Option<u32> {
        let at = index(seq)?;
        if at < self.told.len() {
            self.told.remove(at);
        }
        if at < self.seen.len() {
            self.seen.remove(at)
        } else {
            None
        }
    }

    /// Where a UID is or would be, with this many messages in the mailbox.
    pub(crate) fn place(&self, uid: u32, exists: u32) -> Place {
        let mut below = 0;
        for (at, known) in self.seen.iter().enumerate() {
            let seq = u32::try_from(at + 1).unwrap_or(u32::MAX);
            match *known {
                Some(known) if known == uid => return Place::At(seq),
                Some(known) if known < uid => below = seq,
                Some(_) if below + 1 == seq => return Place::Nowhere,
                Some(_) => return Place::Between(below + 1),
                None => {}
            }
        }
        if below >= exists {
            Place::Nowhere
        } else {
            Place::Between(below + 1)
        }
    }

    /// Takes one UID of a VANISHED; the place where it was.
    pub(crate) fn vanish(&mut self, uid: u32, exists: u32) -> Place {
        let place = self.place(uid, exists);
        if let Ok(at) = self.told.binary_search(&uid) {
            self.told.remove(at);
        }
        let (Place::At(seq) | Place::Between(seq)) = place else {
            return place;
        };
        if let Some(at) = index(seq).filter(|&at| at < self.seen.len()) {
            self.seen.remove(at);
        }
        place
    }

    /// Forgets everything: the server's numbers cannot be followed any longer.
    pub(crate) fn clear(&mut self) {
        self.seen.clear();
        self.told.clear();
    }
}

fn index(seq: u32) -> Option<usize> {
    usize::try_from(seq).ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(known: &[(u32, u32)]) -> Numbers {
        let mut numbers = Numbers::default();
        for &(seq, uid) in known {
            numbers.set(seq, uid);
        }
        numbers
    }

    #[test]
    fn expunge_moves_what_is_above() {
        let mut numbers = numbers(&[(1, 4), (2, 6), (4, 9)]);
        assert_eq!(numbers.expunge(2), Some(6));
        assert_eq!(numbers.seq(9), Some(3));
        assert_eq!(numbers.expunge(2), None);
        assert_eq!(numbers.seq(9), Some(2));
        assert_eq!(numbers.expunge(50), None);
    }

    #[test]
    fn neighbours_are_found() {
        let numbers = numbers(&[(2, 4), (5, 9)]);
        assert_eq!(numbers.below(5), Some((2, 4)));
        assert_eq!(numbers.below(2), None);
        assert_eq!(numbers.above(2), Some((5, 9)));
        assert_eq!(numbers.above(5), None);
        assert_eq!(numbers.above(0), Some((2, 4)));
    }

    #[test]
    fn a_uid_is_somewhere_or_nowhere() {
        let numbers = numbers(&[(1, 2), (2, 4), (4, 9)]);
        assert_eq!(numbers.place(4, 4), Place::At(2));
        assert_eq!(numbers.place(3, 4), Place::Nowhere);
        assert_eq!(numbers.place(1, 4), Place::Nowhere);
        assert_eq!(numbers.place(7, 4), Place::Between(3));
        assert_eq!(numbers.place(12, 4), Place::Nowhere);
        assert_eq!(numbers.place(12, 5), Place::Between(5));
    }

    #[test]
    fn a_told_list_answers_and_moves() {
        let mut numbers = Numbers::default();
        numbers.tell(&[3, 5, 8]);
        assert_eq!(numbers.uid(2), None, "checks do not rely on it");
        numbers.expunge(1);
        assert_eq!(numbers.seq(8), Some(2));
        numbers.vanish(5, 2);
        assert_eq!(numbers.seq(8), Some(1));
        numbers.tell(&[5, 8, 11]);
        assert_eq!(numbers.seq(11), Some(2), "arrivals are added");
        assert_eq!(numbers.seq(5), None, "what is gone stays gone");
    }

    #[test]
    fn huge_numbers_cost_nothing() {
        let mut numbers = Numbers::default();
        numbers.set(u32::MAX, 7);
        numbers.set(0, 7);
        assert_eq!(numbers.seen.len(), 0);
        assert_eq!(numbers.place(7, u32::MAX), Place::Between(1));
    }
}
