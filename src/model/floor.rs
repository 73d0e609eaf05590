//! A value that only grows, and what was known of it at each moment.
//!
//! Octets of two connections can be read in another order than that in which the server wrote
//! them. So what one session says is held only against what was read before the command that
//! provoked it went out.

/// Moments of growth that are remembered; older ones are forgotten, which only weakens the checks.
const LIMIT: usize = 64;

/// A lower bound that rises, with the moment of each rise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Floor<T> {
    rises: Vec<(u64, T)>,
}

impl<T: Copy + Ord> Floor<T> {
    /// Learns that the value was `value` at this moment or before.
    pub(crate) fn raise(&mut self, now: u64, value: T) {
        if self.rises.last().is_some_and(|&(_, last)| value <= last) {
            return;
        }
        if self.rises.len() == LIMIT {
            self.rises.remove(0);
        }
        self.rises.push((now, value));
    }

    /// The greatest value known at this moment.
    pub(crate) fn at(&self, moment: u64) -> Option<T> {
        self.rises
            .iter()
            .rev()
            .find(|&&(when, _)| when <= moment)
            .map(|&(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_known_then_counts() {
        let mut floor = Floor::default();
        floor.raise(10, 5u32);
        floor.raise(12, 3);
        floor.raise(20, 9);
        assert_eq!(floor.at(9), None);
        assert_eq!(floor.at(10), Some(5));
        assert_eq!(floor.at(19), Some(5));
        assert_eq!(floor.at(25), Some(9));
    }

    #[test]
    fn it_forgets_the_oldest() {
        let mut floor = Floor::default();
        for n in 0..1000u64 {
            floor.raise(n, n);
        }
        assert_eq!(floor.rises.len(), LIMIT);
        assert_eq!(floor.at(1000), Some(999));
        assert_eq!(floor.at(1), None);
    }
}
