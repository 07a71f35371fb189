//! What may be said of some measurements: medians, their spread, and whether a budget holds.

/// With fewer pairs than this nothing is claimed.
pub const FEWEST_PAIRS: usize = 7;

/// The middle of some numbers, and the bounds between which their middle half lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Spread {
    /// `None` where there is no number, or one that is not finite.
    pub fn of(numbers: &[f64]) -> Option<Spread> {
        if numbers.is_empty() || numbers.iter().any(|number| !number.is_finite()) {
            return None;
        }
        let mut sorted = numbers.to_vec();
        sorted.sort_by(f64::total_cmp);
        Some(Spread { low: quantile(&sorted, 0.25), median: quantile(&sorted, 0.5), high: quantile(&sorted, 0.75) })
    }
}

/// The number below which a share of the others lies: between two of them on the line from one to the next, as most
/// programs for statistics have it (type 7 of Hyndman and Fan). `sorted` has at least one number.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (place.floor(), place.ceil());
    let (low, high) = (sorted[below as usize], sorted[above as usize]);
    low + (high - low) * (place - below)
}

/// The ratios of two rows of measurements, pair by pair: what disturbed both of a pair is in none of them.
pub fn ratios(measured: &[f64], against: &[f64]) -> Vec<f64> {
    measured.iter().zip(against).map(|(measured, against)| measured / against).collect()
}

/// What a ratio is promised to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Budget {
    /// No more than this.
    AtMost(f64),
    /// Less than this.
    Below(f64),
}

impl Budget {
    fn holds_for(self, ratio: f64) -> bool {
        match self {
            Budget::AtMost(most) => ratio <= most,
            Budget::Below(bound) => ratio < bound,
        }
    }
}

impl std::fmt::Display for Budget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Budget::AtMost(most) => write!(f, "≤ {most:.2}"),
            Budget::Below(bound) => write!(f, "< {bound:.2}"),
        }
    }
}

/// What may be said of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    DoesNotHold,
    /// The budget lies within the spread, or there are too few pairs.
    NoClaim,
}

impl Verdict {
    /// A budget holds if it holds for the whole middle half of the ratios, and does not if it holds for none of that.
    pub fn of(ratios: &[f64], budget: Budget) -> Verdict {
        match Spread::of(ratios) {
            Some(spread) if ratios.len() >= FEWEST_PAIRS => {
                match (budget.holds_for(spread.low), budget.holds_for(spread.high)) {
                    (_, true) => Verdict::Holds,
                    (false, false) => Verdict::DoesNotHold,
                    (true, false) => Verdict::NoClaim,
                }
            }
            _ => Verdict::NoClaim,
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Verdict::Holds => "holds",
            Verdict::DoesNotHold => "does not hold",
            Verdict::NoClaim => "no claim",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_half_of_numbers_in_any_order() {
        let of = |numbers: &[f64]| Spread::of(numbers).map(|it| (it.low, it.median, it.high));
        assert_eq!(of(&[7.0, 1.0, 5.0, 3.0, 2.0, 6.0, 4.0]), Some((2.5, 4.0, 5.5)));
        // Of an even count the median is between the two in the middle.
        assert_eq!(of(&[4.0, 1.0, 3.0, 2.0]), Some((1.75, 2.5, 3.25)));
        assert_eq!(of(&[3.0]), Some((3.0, 3.0, 3.0)));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[1.0, f64::NAN]), None);
        assert_eq!(of(&[1.0, 1.0 / 0.0]), None);
    }

    #[test]
    fn one_outlier_moves_neither_the_median_nor_the_spread_far() {
        let spread = Spread::of(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 90.0]);
        assert_eq!(spread, Some(Spread { low: 1.0, median: 1.0, high: 1.0 }));
    }

    #[test]
    fn ratios_are_those_of_pairs() {
        // Both of the second pair were disturbed: the ratio is the same.
        assert_eq!(ratios(&[1.0, 10.0], &[2.0, 20.0]), [0.5, 0.5]);
    }

    #[test]
    fn a_budget_outside_the_spread_is_decided() {
        let ratios = [0.80, 0.81, 0.82, 0.83, 0.84, 0.85, 0.99];
        assert_eq!(Verdict::of(&ratios, Budget::AtMost(0.9)), Verdict::Holds);
        assert_eq!(Verdict::of(&ratios, Budget::AtMost(0.8)), Verdict::DoesNotHold);
    }

    #[test]
    fn a_budget_inside_the_spread_is_no_claim() {
        let ratios = [0.7, 0.8, 0.8, 0.9, 1.0, 1.0, 1.1];
        // The median is below it, and yet nothing is claimed.
        assert_eq!(Verdict::of(&ratios, Budget::AtMost(0.95)), Verdict::NoClaim);
        assert_eq!(Verdict::of(&ratios, Budget::AtMost(0.85)), Verdict::NoClaim);
    }

    #[test]
    fn too_few_pairs_are_no_claim_however_clear_they_are() {
        assert_eq!(Verdict::of(&[0.1; FEWEST_PAIRS - 1], Budget::AtMost(0.9)), Verdict::NoClaim);
        assert_eq!(Verdict::of(&[0.1; FEWEST_PAIRS], Budget::AtMost(0.9)), Verdict::Holds);
        assert_eq!(Verdict::of(&[9.0; FEWEST_PAIRS - 1], Budget::AtMost(0.9)), Verdict::NoClaim);
        assert_eq!(Verdict::of(&[], Budget::AtMost(0.9)), Verdict::NoClaim);
        assert_eq!(Verdict::of(&[f64::NAN; FEWEST_PAIRS], Budget::AtMost(0.9)), Verdict::NoClaim);
    }

    #[test]
    fn the_bound_itself_is_at_most_and_not_below() {
        assert_eq!(Verdict::of(&[1.0; FEWEST_PAIRS], Budget::AtMost(1.0)), Verdict::Holds);
        assert_eq!(Verdict::of(&[1.0; FEWEST_PAIRS], Budget::Below(1.0)), Verdict::DoesNotHold);
        assert_eq!(Verdict::of(&[0.99; FEWEST_PAIRS], Budget::Below(1.0)), Verdict::Holds);
    }
}
