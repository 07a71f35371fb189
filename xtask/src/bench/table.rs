//! The table, in Markdown.

use super::benches::{By, Comparison};
use super::measure::{Sample, Subject};
use super::statistics::{Spread, Verdict, ratios};

/// The names of the columns.
pub const HEAD: &str = "\
| bench | measured | s | CPU s | against | s | CPU s | ratio, median (middle half) | pairs | budget | |
|---|---|---|---|---|---|---|---|---|---|---|";

/// A row; `None` where something of it was not measured.
///
/// In a trial nothing is claimed: the budgets are those of other targets, or of a computer that is used whole.
pub fn row(
    bench: &str,
    comparison: &Comparison,
    subjects: &[Subject],
    samples: &[Vec<Sample>],
    cores: usize,
    trial: bool,
) -> Option<String> {
    let (measured, against) = (&samples[comparison.measured], &samples[comparison.against]);
    let wall = |samples: &[Sample]| -> Vec<f64> { samples.iter().map(|sample| sample.wall).collect() };
    let cpu = |samples: &[Sample]| -> Option<Vec<f64>> { samples.iter().map(|sample| sample.cpu).collect() };
    let name = &subjects[comparison.against].name;
    let (other, name) = match comparison.by {
        By::Wall => (wall(against), name.clone()),
        By::Second => (vec![1.0; measured.len()], "one second".to_owned()),
        By::CpuPerCore => {
            (cpu(against)?.iter().map(|cpu| cpu / cores as f64).collect(), format!("{name}: CPU s ÷ {cores} cores"))
        }
    };
    let ratios = ratios(&wall(measured), &other);
    let spread = Spread::of(&ratios)?;
    let (budget, verdict) = match comparison.budget {
        Some(budget) if trial => (budget.to_string(), Verdict::NoClaim.to_string()),
        Some(budget) => (budget.to_string(), Verdict::of(&ratios, budget).to_string()),
        None => ("none".to_owned(), String::new()),
    };
    let median = |numbers: &[f64]| Spread::of(numbers).map_or("?".to_owned(), |it| format!("{:.2}", it.median));
    let median_cpu = |samples: &[Sample]| cpu(samples).map_or("?".to_owned(), |numbers| median(&numbers));
    let other_cpu = if comparison.by == By::Second { String::new() } else { median_cpu(against) };
    Some(format!(
        "| {bench} | {} | {} | {} | {name} | {} | {} | {:.3} ({:.3} to {:.3}) | {} | {} | {verdict} |",
        subjects[comparison.measured].name,
        median(&wall(measured)),
        median_cpu(measured),
        median(&other),
        other_cpu,
        spread.median,
        spread.low,
        spread.high,
        ratios.len(),
        budget,
    ))
}

/// How many tests passed with each subject, and whether that was the same in each of its runs: a faster run of fewer tests
/// is no faster run.
pub fn tests(bench: &str, subjects: &[Subject], samples: &[Vec<Sample>]) -> Option<String> {
    let told = |(subject, samples): (&Subject, &Vec<Sample>)| {
        let counts: Vec<u64> = samples.iter().filter_map(|sample| sample.passed).collect();
        let (least, most) = (counts.iter().min()?, counts.iter().max()?);
        let differ = if least == most { String::new() } else { format!(" to {most}") };
        Some(format!("{} {least}{differ}", subject.name))
    };
    let told: Vec<String> = subjects.iter().zip(samples).filter_map(told).collect();
    (!told.is_empty()).then(|| format!("{bench}: tests passed in each run: {}", told.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::super::statistics::Budget;
    use super::*;

    fn subject(name: &str) -> Subject {
        let (directory, log) = ("/w".into(), "/w/log".into());
        Subject { name: name.to_owned(), directory, calls: Vec::new(), log, tests: true }
    }

    fn samples(walls: &[f64], cpu: Option<f64>) -> Vec<Sample> {
        walls.iter().map(|wall| Sample { wall: *wall, cpu, passed: Some(40) }).collect()
    }

    fn comparison(by: By) -> Comparison {
        Comparison { measured: 0, against: 1, by, budget: Some(Budget::AtMost(0.85)) }
    }

    #[test]
    fn a_row_has_medians_the_ratio_and_what_may_be_said() {
        let subjects = [subject("cross"), subject("cargo")];
        let taken = [samples(&[8.0; 7], Some(12.0)), samples(&[10.0; 7], Some(15.0))];
        let row = |by, trial| row("b", &comparison(by), &subjects, &taken, 2, trial);
        let start = "| b | cross | 8.00 | 12.00 | cargo";
        assert_eq!(
            row(By::Wall, false),
            Some(format!("{start} | 10.00 | 15.00 | 0.800 (0.800 to 0.800) | 7 | ≤ 0.85 | holds |"))
        );
        let floor =
            format!("{start}: CPU s ÷ 2 cores | 7.50 | 15.00 | 1.067 (1.067 to 1.067) | 7 | ≤ 0.85 | does not hold |");
        assert_eq!(row(By::CpuPerCore, false), Some(floor));
        assert!(row(By::Wall, true).is_some_and(|row| row.ends_with("| no claim |")));
    }

    #[test]
    fn without_cpu_times_there_is_no_row_by_them() {
        let subjects = [subject("cross"), subject("cargo")];
        let taken = [samples(&[8.0], None), samples(&[10.0], None)];
        assert_eq!(row("e", &comparison(By::CpuPerCore), &subjects, &taken, 2, false), None);
        let told = "| e | cross | 8.00 | ? | cargo | 10.00 | ? | 0.800 (0.800 to 0.800) | 1 | ≤ 0.85 | no claim |";
        assert_eq!(row("e", &comparison(By::Wall), &subjects, &taken, 2, false).as_deref(), Some(told));
    }

    #[test]
    fn counts_of_tests_that_differ_are_told() {
        let subjects = [subject("cross"), subject("cargo")];
        let mut taken = [samples(&[8.0, 8.0], None), samples(&[9.0, 9.0], None)];
        taken[1][1].passed = Some(41);
        let told = "b: tests passed in each run: cross 40; cargo 40 to 41";
        assert_eq!(super::tests("b", &subjects, &taken).as_deref(), Some(told));
        taken.iter_mut().flatten().for_each(|sample| sample.passed = None);
        assert_eq!(super::tests("b", &subjects, &taken), None);
    }
}
