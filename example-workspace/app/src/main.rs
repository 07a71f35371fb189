//! Encodes, decodes and sums up files of telemetry frames.

mod args;
mod checksum;
mod format;
mod stats;
mod weather;

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, error, fmt};

use codec::{EncodeError, Encoder, Header, MAX_FRAME_LEN, Reader};

use crate::args::{Command, Format, UsageError};
use crate::stats::Stats;
use crate::weather::Weather;

fn main() -> ExitCode {
    let result = args::parse(env::args_os().skip(1)).map_err(Error::Usage).and_then(run);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output, `head` perhaps, has seen enough.
        Err(Error::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // There is nowhere left to report that standard error is closed.
            let _ = writeln!(io::stderr(), "telemetry: {error}");
            ExitCode::from(if matches!(error, Error::Usage(_)) { 2 } else { 1 })
        }
    }
}

fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Help => print(args::USAGE),
        Command::Version => print(&format!("telemetry {} ({} checksum)\n", env!("CARGO_PKG_VERSION"), checksum::NAME)),
        Command::Decode { format, input } => decode(format, &input),
        Command::Encode { header, samples, output } => {
            write_frames(output.as_deref(), [(header, samples)], |encoder, samples| {
                samples.iter().try_for_each(|sample| encoder.sample(sample.channel, sample.value))
            })
        }
        Command::Generate { frames, output } => {
            let records = (0..frames).map(Weather::record);
            write_frames(output.as_deref(), records, |encoder, weather| encoder.record(&weather))
        }
        Command::Stats { input } => stats(&input),
    }
}

fn print(text: &str) -> Result<(), Error> {
    io::stdout().write_all(text.as_bytes()).map_err(Error::Output)
}

fn decode(format: Format, input: &Path) -> Result<(), Error> {
    let mut reader = open(input)?;
    let mut output = BufWriter::new(io::stdout().lock());
    format::start(format, &mut output).map_err(Error::Output)?;
    let mut offset = 0_u64;
    while let Some(item) = reader.next_frame().map_err(|error| Error::file(input, error))? {
        match item {
            Ok(frame) => {
                format::frame(format, &frame, &mut output).map_err(Error::Output)?;
                offset += frame.encoded_len() as u64;
            }
            Err(skipped) => {
                // The frames are worth having even if nobody can read the warnings.
                let _ = writeln!(io::stderr(), "telemetry: byte {offset}: {skipped}");
                offset += skipped.bytes as u64;
            }
        }
    }
    output.flush().map_err(Error::Output)
}

fn stats(input: &Path) -> Result<(), Error> {
    let mut reader = open(input)?;
    let mut stats = Stats::default();
    while let Some(item) = reader.next_frame().map_err(|error| Error::file(input, error))? {
        stats.add(item);
    }
    print(&stats.to_string())
}

fn write_frames<T>(
    output: Option<&Path>,
    frames: impl IntoIterator<Item = (Header, T)>,
    mut fill: impl FnMut(&mut Encoder<'_>, T) -> Result<(), EncodeError>,
) -> Result<(), Error> {
    let sink: Box<dyn Write> = match output {
        Some(path) => Box::new(File::create(path).map_err(|error| Error::file(path, error))?),
        None => Box::new(io::stdout().lock()),
    };
    let failed = |error| match output {
        Some(path) => Error::file(path, error),
        None => Error::Output(error),
    };
    let mut sink = BufWriter::new(sink);
    let mut buffer = [0; MAX_FRAME_LEN];
    for (header, content) in frames {
        let mut encoder = Encoder::new(&mut buffer, header).map_err(Error::Encode)?;
        fill(&mut encoder, content).map_err(Error::Encode)?;
        sink.write_all(encoder.finish()).map_err(failed)?;
    }
    sink.flush().map_err(failed)
}

/// Opens a file, or standard input if the name is a dash.
fn open(path: &Path) -> Result<Reader<Box<dyn BufRead>>, Error> {
    let input: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(path).map_err(|error| Error::file(path, error))?))
    };
    Ok(Reader::with_checksum(input, checksum::crc32))
}

#[derive(Debug)]
enum Error {
    Usage(UsageError),
    Encode(EncodeError),
    File { path: PathBuf, error: io::Error },
    Output(io::Error),
}

impl Error {
    fn file(path: &Path, error: io::Error) -> Self {
        Self::File { path: path.to_owned(), error }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(error) => write!(f, "{error}\n\n{}", args::USAGE.trim_end()),
            Self::Encode(error) => error.fmt(f),
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Output(error) => write!(f, "output: {error}"),
        }
    }
}

impl error::Error for Error {}
