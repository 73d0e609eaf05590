//! The order of scenarios and branches, fixed by the seed.

/// A small generator (splitmix64): the same seed gives the same order everywhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order(u64);

impl Order {
    /// An order for a seed and the id of what is ordered.
    pub(super) fn new(seed: u64, id: &str) -> Self {
        // FNV-1a over the id, so that each scenario has an order of its own.
        let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(seed ^ hash)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Shuffles in place (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let range = last as u64 + 1;
            let other = usize::try_from(self.next() % range).unwrap_or(last);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_fixes_the_order() {
        let shuffled = |seed| {
            let mut items: Vec<u32> = (0..20).collect();
            Order::new(seed, "x").shuffle(&mut items);
            items
        };
        assert_eq!(shuffled(7), shuffled(7));
        assert_ne!(shuffled(7), shuffled(8));
        let mut sorted = shuffled(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<_>>());
    }
}
