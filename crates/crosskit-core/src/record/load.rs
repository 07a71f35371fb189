//! What the slots are used for over time, in no more steps than somebody can look at.

use super::Load;

/// The most steps. With more, each becomes twice as long.
const MOST: usize = 600;

/// The first steps are so long.
const FIRST: f64 = 0.05;

/// Adds up what is told of the slots.
#[derive(Clone, Debug)]
pub struct Meter {
    step: f64,
    /// Slots times seconds of each step: cargo's, those of tests, and what of cargo's linkers used.
    sums: Vec<[f64; 3]>,
    /// What was told last, and when.
    last: (f64, [usize; 3]),
    sees_linkers: bool,
}

impl Default for Meter {
    fn default() -> Meter {
        Meter { step: FIRST, sums: Vec::new(), last: (0.0, [0; 3]), sees_linkers: false }
    }
}

impl Meter {
    /// From this moment on, in seconds since the begin, so many slots are cargo's and so many those of tests. `link` says how
    /// many of cargo's a linker uses, where that can be seen.
    pub fn tell(&mut self, moment: f64, cargo: usize, tests: usize, link: Option<usize>) {
        self.sees_linkers |= link.is_some();
        let (from, slots) = self.last;
        let moment = moment.max(from);
        let last = self.place(moment);
        let first = self.place(from);
        let (step, sums) = (self.step, self.sums.get_mut(first..=last).unwrap_or_default());
        for (at, sum) in (first..).zip(sums) {
            let seconds = (moment.min(number(at + 1) * step) - from.max(number(at) * step)).max(0.0);
            sum.iter_mut().zip(slots).for_each(|(sum, slots)| *sum += seconds * number(slots));
        }
        self.last = (moment, [cargo, tests, link.unwrap_or_default().min(cargo)]);
    }

    /// The place of the step that a moment is in, which is made if need be.
    fn place(&mut self, moment: f64) -> usize {
        loop {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a moment is not negative")]
            let at = (moment / self.step) as usize;
            if at < MOST {
                let count = self.sums.len().max(at + 1);
                self.sums.resize(count, [0.0; 3]);
                return at;
            }
            self.step *= 2.0;
            let pair = |pair: &[[f64; 3]]| pair.iter().fold([0.0; 3], |[a, b, c], [d, e, f]| [a + d, b + e, c + f]);
            self.sums = self.sums.chunks(2).map(pair).collect();
        }
    }

    /// What was told until this moment.
    pub fn load(mut self, moment: f64) -> Load {
        self.tell(moment, 0, 0, None);
        let mean = |which: usize| self.sums.iter().map(|sums| round(sums[which] / self.step)).collect();
        Load { step: self.step, cargo: mean(0), tests: mean(1), link: self.sees_linkers.then(|| mean(2)) }
    }
}

/// There are few steps, and no computer has many processors.
#[expect(clippy::cast_precision_loss, reason = "as small a number is exact")]
fn number(count: usize) -> f64 {
    count as f64
}

/// With two digits.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_spread_over_the_steps() {
        let mut meter = Meter::default();
        meter.tell(0.05, 2, 0, Some(1));
        meter.tell(0.125, 1, 1, Some(2));
        let load = meter.load(0.2);
        let Load { step, cargo, tests, link } = load;
        assert_eq!((step, cargo.get(..4)), (0.05, Some([0.0, 2.0, 1.5, 1.0].as_slice())));
        assert_eq!(tests.get(..4), Some([0.0, 0.0, 0.5, 1.0].as_slice()));
        let link = link.expect("it was told");
        assert_eq!(link.get(..4), Some([0.0, 1.0, 1.0, 1.0].as_slice()), "no more than cargo has");
    }

    #[test]
    fn a_long_run_has_longer_steps_and_nothing_is_lost() {
        let mut meter = Meter::default();
        for second in 0..10_000 {
            meter.tell(f64::from(second), 1, if second % 2 == 0 { 2 } else { 0 }, None);
        }
        let load = meter.load(10_000.0);
        assert!(load.cargo.len() <= MOST && load.cargo.len() * 2 > MOST, "{}", load.cargo.len());
        let sum = |of: &[f64]| of.iter().sum::<f64>() * load.step;
        assert!((sum(&load.cargo) - 10_000.0).abs() < 100.0, "{}", sum(&load.cargo));
        assert!((sum(&load.tests) - 10_000.0).abs() < 200.0, "{}", sum(&load.tests));
    }

    #[test]
    fn every_moment_comes_to_an_end() {
        let mut meter = Meter::default();
        for at in 0..200_000_u32 {
            // Many of them are as near to the end of a step as can be told apart.
            meter.tell(f64::from(at) * 0.05, 1, 0, None);
        }
        assert!(meter.load(10_000.0).cargo.iter().skip(1).rev().skip(1).all(|it| (*it - 1.0).abs() < 0.02));
    }

    #[test]
    fn a_clock_that_stands_or_leaps_is_no_trouble() {
        let mut meter = Meter::default();
        meter.tell(1.0, 1, 0, None);
        meter.tell(1.0, 1, 0, None);
        meter.tell(0.5, 1, 0, None);
        meter.tell(1e9, 1, 0, None);
        assert!(meter.load(1e9).cargo.len() <= MOST);
        assert_eq!(Meter::default().load(0.0).cargo, [0.0]);
    }
}
