//! The forms that frames are printed in.

use std::io::{self, Write};

use codec::{Frame, Sample, Value};

use crate::args::Format;
use crate::weather::channel_name;

/// Writes what comes before the first frame.
pub(crate) fn start(format: Format, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Csv => writeln!(out, "sequence,timestamp_us,flags,channel,name,kind,value"),
        Format::Json | Format::Text => Ok(()),
    }
}

pub(crate) fn frame(format: Format, frame: &Frame<'_>, out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Text => writeln!(out, "{frame}"),
        Format::Json => json(frame, out),
        Format::Csv => csv(frame, out),
    }
}

fn csv(frame: &Frame<'_>, out: &mut impl Write) -> io::Result<()> {
    let header = frame.header();
    let (sequence, micros) = (header.sequence, header.timestamp.as_micros());
    for Sample { channel, value } in frame.samples() {
        let kind = value.kind();
        let name = channel_name(channel, kind).unwrap_or_default();
        writeln!(out, "{sequence},{micros},{},{channel},{name},{kind},{value}", header.flags.bits())?;
    }
    Ok(())
}

/// Writes an object in a line of its own. No name needs escaping, as each is a Rust identifier.
fn json(frame: &Frame<'_>, out: &mut impl Write) -> io::Result<()> {
    let header = frame.header();
    write!(
        out,
        r#"{{"sequence":{},"timestamp_us":{},"flags":{},"samples":["#,
        header.sequence,
        header.timestamp.as_micros(),
        header.flags.bits(),
    )?;
    for (at, Sample { channel, value }) in frame.samples().enumerate() {
        let kind = value.kind();
        let separator = if at == 0 { "" } else { "," };
        write!(out, r#"{separator}{{"channel":{channel},"#)?;
        if let Some(name) = channel_name(channel, kind) {
            write!(out, r#""name":"{name}","#)?;
        }
        write!(out, r#""kind":"{kind}","value":"#)?;
        match value {
            // JSON has numbers for neither infinity nor NaN.
            Value::F32(_) | Value::F64(_) if !value.to_f64().is_finite() => write!(out, "null}}")?,
            _ => write!(out, "{value}}}")?,
        }
    }
    writeln!(out, "]}}")
}
