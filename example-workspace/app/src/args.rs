//! The command line.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use codec::{Flags, Header, Sample, Timestamp};

pub(crate) const USAGE: &str = "\
usage: telemetry decode [--format text|json|csv] FILE
       telemetry encode [--sequence N] [--timestamp MICROSECONDS] [--flags BITS]
                        [--output FILE] SAMPLE...
       telemetry generate [--frames N] [--output FILE]
       telemetry stats FILE
       telemetry --help | --version

A SAMPLE is written as channel:kind=value, for example 4:i16=-90. FILE may be
a dash for standard input. Frames go to standard output, unless to a file.
";

#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Decode { format: Format, input: PathBuf },
    Encode { header: Header, samples: Vec<Sample>, output: Option<PathBuf> },
    Generate { frames: u32, output: Option<PathBuf> },
    Stats { input: PathBuf },
    Help,
    Version,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
    Csv,
}

impl FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            _ => Err("a format is one of text json csv"),
        }
    }
}

#[derive(Debug, PartialEq)]
pub(crate) struct UsageError(String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, UsageError> {
    let mut args = args.into_iter();
    let command = args.next().ok_or_else(|| UsageError("a command is missing".into()))?;
    let args = Args(args);
    match command.to_str() {
        Some("decode") => decode(args),
        Some("encode") => encode(args),
        Some("generate") => generate(args),
        Some("stats") => stats(args),
        Some("--help" | "-h") => Ok(Command::Help),
        Some("--version" | "-V") => Ok(Command::Version),
        _ => Err(UsageError(format!("unknown command {}", command.display()))),
    }
}

fn decode(mut args: Args<impl Iterator<Item = OsString>>) -> Result<Command, UsageError> {
    let (mut format, mut input) = (Format::default(), None);
    while let Some(arg) = args.next() {
        match arg {
            Arg::Option(name) if name == "--format" => format = args.parsed(&name)?,
            arg => arg.set_once(&mut input)?,
        }
    }
    Ok(Command::Decode { format, input: input.ok_or_else(missing_file)? })
}

fn encode(mut args: Args<impl Iterator<Item = OsString>>) -> Result<Command, UsageError> {
    let (mut header, mut samples, mut output) = (Header::default(), Vec::new(), None);
    while let Some(arg) = args.next() {
        match arg {
            Arg::Option(name) => match name.as_str() {
                "--sequence" => header.sequence = args.parsed(&name)?,
                "--timestamp" => header.timestamp = Timestamp::from_micros(args.parsed(&name)?),
                "--flags" => header.flags = Flags::from_bits(args.parsed(&name)?),
                "--output" => output = Some(args.value(&name)?.into()),
                _ => return Err(unexpected(&name)),
            },
            Arg::Positional(sample) => samples.push(parsed("SAMPLE", &sample)?),
        }
    }
    Ok(Command::Encode { header, samples, output })
}

fn generate(mut args: Args<impl Iterator<Item = OsString>>) -> Result<Command, UsageError> {
    let (mut frames, mut output) = (100, None);
    while let Some(arg) = args.next() {
        match arg {
            Arg::Option(name) if name == "--frames" => frames = args.parsed(&name)?,
            Arg::Option(name) if name == "--output" => output = Some(args.value(&name)?.into()),
            Arg::Option(name) => return Err(unexpected(&name)),
            Arg::Positional(value) => return Err(unexpected(value.display())),
        }
    }
    Ok(Command::Generate { frames, output })
}

fn stats(mut args: Args<impl Iterator<Item = OsString>>) -> Result<Command, UsageError> {
    let mut input = None;
    while let Some(arg) = args.next() {
        arg.set_once(&mut input)?;
    }
    Ok(Command::Stats { input: input.ok_or_else(missing_file)? })
}

struct Args<I>(I);

enum Arg {
    Option(String),
    Positional(OsString),
}

impl<I: Iterator<Item = OsString>> Args<I> {
    fn next(&mut self) -> Option<Arg> {
        let arg = self.0.next()?;
        Some(match arg.to_str() {
            Some(name) if name.len() > 1 && name.starts_with('-') => Arg::Option(name.to_owned()),
            _ => Arg::Positional(arg),
        })
    }

    /// The value of an option, which is the argument after it.
    fn value(&mut self, option: &str) -> Result<OsString, UsageError> {
        self.0.next().ok_or_else(|| UsageError(format!("{option} needs a value")))
    }

    fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, option: &str) -> Result<T, UsageError> {
        parsed(option, &self.value(option)?)
    }
}

impl Arg {
    /// Takes the argument as the only file.
    fn set_once(self, file: &mut Option<PathBuf>) -> Result<(), UsageError> {
        match self {
            Self::Positional(path) if file.is_none() => {
                *file = Some(path.into());
                Ok(())
            }
            Self::Positional(value) => Err(unexpected(value.display())),
            Self::Option(name) => Err(unexpected(&name)),
        }
    }
}

fn parsed<T: FromStr<Err: fmt::Display>>(what: &str, value: &OsString) -> Result<T, UsageError> {
    let text = value.to_string_lossy();
    text.parse().map_err(|error| UsageError(format!("{what} {text}: {error}")))
}

fn unexpected(arg: impl fmt::Display) -> UsageError {
    UsageError(format!("unexpected argument {arg}"))
}

fn missing_file() -> UsageError {
    UsageError("FILE is missing".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Value;

    fn parse(line: &str) -> Result<Command, String> {
        super::parse(line.split_whitespace().map(OsString::from)).map_err(|error| error.0)
    }

    #[test]
    fn options_may_stand_anywhere() {
        let expected = Command::Decode { format: Format::Csv, input: "a.tm".into() };
        assert_eq!(parse("decode --format csv a.tm").as_ref(), Ok(&expected));
        assert_eq!(parse("decode a.tm --format csv"), Ok(expected));
    }

    #[test]
    fn a_dash_is_a_file() {
        assert_eq!(parse("stats -"), Ok(Command::Stats { input: "-".into() }));
    }

    #[test]
    fn a_frame_is_put_together() {
        let header =
            Header { flags: Flags::REPLAY, sequence: 4_000_000_000, timestamp: Timestamp::from_micros(u64::MAX) };
        let line = format!("encode --flags 2 1:u8=3 --sequence 4000000000 --timestamp {}", u64::MAX);
        let samples = vec![Sample { channel: 1, value: Value::U8(3) }];
        assert_eq!(parse(&line), Ok(Command::Encode { header, samples, output: None }));
    }

    #[test]
    fn says_what_is_wrong() {
        for (line, error) in [
            ("", "a command is missing"),
            ("dump", "unknown command dump"),
            ("decode", "FILE is missing"),
            ("decode a b", "unexpected argument b"),
            ("decode --format xml a", "--format xml: a format is one of text json csv"),
            ("stats --all a", "unexpected argument --all"),
            ("generate --frames", "--frames needs a value"),
            ("generate --frames -1", "--frames -1: invalid digit found in string"),
            ("encode 1=2", "SAMPLE 1=2: a sample is written as channel:kind=value"),
        ] {
            assert_eq!(parse(line), Err(error.into()), "{line}");
        }
    }
}
