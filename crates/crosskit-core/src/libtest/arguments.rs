//! The arguments of a test binary, for when some of its tests are to be listed, or run alone.

/// Options that are followed by a value. Source: the test crate of Rust 1.95, `cli.rs`, `optgroups`.
const WITH_VALUE: &[&str] = &["--test-threads", "--skip", "--logfile", "--color", "--format", "--shuffle-seed", "-Z"];

/// The option by which tests are listed, and none is run.
pub const LIST: &str = "--list";

/// Options that say which tests are run: what names one test has no use for them.
const SELECTING: &[&str] = &["--exact", "--skip", LIST];

/// The arguments that list the tests which other arguments would run.
pub fn listing(arguments: &[String]) -> Vec<String> {
    let own = [LIST, "--format", "terse"].map(str::to_owned);
    let (options, filters) = parts(arguments);
    let kept = options.into_iter().filter(|words| {
        words.first().is_some_and(|option| ![LIST, "--format", "--nocapture", "--no-capture"].contains(&name(option)))
    });
    own.into_iter().chain(kept.flatten()).chain(filters).collect()
}

/// The arguments that run one test as others would have run it among more.
pub fn alone(arguments: &[String], test: &str) -> Vec<String> {
    let (options, _) = parts(arguments);
    let kept = options.into_iter().filter(|words| words.first().is_some_and(|it| !SELECTING.contains(&name(it))));
    kept.flatten().chain(["--exact".to_owned(), test.to_owned()]).collect()
}

/// The names in the answer to [`listing`]; benchmarks among them.
pub fn listed(output: &str) -> Vec<String> {
    let names =
        output.lines().filter_map(|line| line.strip_suffix(": test").or_else(|| line.strip_suffix(": benchmark")));
    names.map(str::to_owned).collect()
}

fn name(option: &str) -> &str {
    option.split('=').next().unwrap_or(option)
}

/// Options, each with its value, and filters.
fn parts(arguments: &[String]) -> (Vec<Vec<String>>, Vec<String>) {
    let (mut options, mut filters) = (Vec::new(), Vec::new());
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            filters.extend(words.by_ref().cloned());
        } else if WITH_VALUE.contains(&word.as_str()) {
            options.push(std::iter::once(word).chain(words.next()).cloned().collect());
        } else if word.starts_with('-') {
            options.push(vec![word.clone()]);
        } else {
            filters.push(word.clone());
        }
    }
    (options, filters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn one_test_alone_keeps_how_it_is_run_and_not_which() {
        let told = |text: &str| alone(&words(text), "a::b").join(" ");
        assert_eq!(told(""), "--exact a::b");
        assert_eq!(
            told("frames --nocapture --test-threads 1 --skip slow"),
            "--nocapture --test-threads 1 --exact a::b"
        );
        assert_eq!(told("--include-ignored --exact x --skip=y -- z"), "--include-ignored --exact a::b");
    }

    #[test]
    fn what_would_run_is_listed() {
        let told = |text: &str| listing(&words(text)).join(" ");
        assert_eq!(told(""), "--list --format terse");
        assert_eq!(
            told("frames --nocapture --ignored --skip slow"),
            "--list --format terse --ignored --skip slow frames"
        );
        assert_eq!(listed("a::b: test\nwarning: x\nc: benchmark\n\n2 tests, 1 benchmark\n"), ["a::b", "c"]);
    }
}
