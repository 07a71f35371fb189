//! Numbers that look like chance and are the same in every run.

/// A source of numbers, by splitmix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A source of its own for a case, so that no case depends on those before it.
    pub fn of_case(seed: u64, number: usize) -> Random {
        let mut random = Random(seed ^ 0x5851_f42d_4c95_7f2d_u64.wrapping_mul(number as u64 + 1));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        // What the remainder prefers is far below what a test could notice.
        (self.next() % limit.max(1) as u64) as usize
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of some words.
    pub fn word(&mut self, of: &[&'static str]) -> &'static str {
        let word: &&'static str = self.pick(of);
        word
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Some of several, in their order.
    pub fn some<T: Clone>(&mut self, count: usize, of: &[T]) -> Vec<T> {
        let mut left: Vec<usize> = (0..of.len()).collect();
        while left.len() > count {
            left.remove(self.below(left.len()));
        }
        left.into_iter().map(|at| of[at].clone()).collect()
    }
}
