//! What can be said about a file as a whole.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use codec::{Frame, Sample, Skipped, Timestamp};

use crate::checksum;
use crate::weather::channel_name;

#[derive(Debug, Default)]
pub(crate) struct Stats {
    frames: u64,
    bytes: u64,
    lost: u64,
    skipped: u64,
    last_sequence: Option<u32>,
    /// The first and the last point in time.
    span: Option<(Timestamp, Timestamp)>,
    /// By number and name of the kind, as nothing keeps senders from changing their mind.
    channels: BTreeMap<(u8, &'static str), Summary>,
}

#[derive(Debug)]
struct Summary {
    name: &'static str,
    count: u64,
    min: f64,
    max: f64,
    sum: f64,
}

impl Stats {
    pub(crate) fn add(&mut self, item: Result<Frame<'_>, Skipped>) {
        let frame = match item {
            Ok(frame) => frame,
            Err(skipped) => {
                self.skipped += skipped.bytes as u64;
                return;
            }
        };
        let header = frame.header();
        self.frames += 1;
        self.bytes += frame.encoded_len() as u64;
        self.lost += self.last_sequence.map_or(0, |last| u64::from(gap(last, header.sequence)));
        self.last_sequence = Some(header.sequence);
        let now = header.timestamp;
        self.span = Some(self.span.map_or((now, now), |(from, to)| (from.min(now), to.max(now))));
        frame.samples().for_each(|sample| self.add_sample(sample));
    }

    fn add_sample(&mut self, Sample { channel, value }: Sample) {
        let kind = value.kind();
        let value = value.to_f64();
        let summary = self.channels.entry((channel, kind.name())).or_insert_with(|| Summary {
            name: channel_name(channel, kind).unwrap_or("-"),
            count: 0,
            min: value,
            max: value,
            sum: 0.0,
        });
        summary.count += 1;
        summary.min = summary.min.min(value);
        summary.max = summary.max.max(value);
        summary.sum += value;
    }

    fn duration(&self) -> Duration {
        self.span.and_then(|(from, to)| to.since(from)).unwrap_or_default()
    }
}

/// How many frames are missing between two sequence numbers.
///
/// A step back, which is more than half the way around, is a sender that started over.
fn gap(last: u32, next: u32) -> u32 {
    match next.wrapping_sub(last) {
        step @ 1..=0x7fff_ffff => step - 1,
        _ => 0,
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "frames    {} ({} bytes)", self.frames, self.bytes)?;
        writeln!(f, "lost      {}", self.lost)?;
        writeln!(f, "skipped   {} bytes", self.skipped)?;
        writeln!(f, "span      {:.6} s", self.duration().as_secs_f64())?;
        writeln!(f, "checksum  {}", checksum::NAME)?;
        for ((channel, kind), Summary { name, count, min, max, sum }) in &self.channels {
            let mean = sum / *count as f64;
            writeln!(f, "channel   {channel} {name} {kind}: {count} values, min {min}, mean {mean:.3}, max {max}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::{Encoder, FrameError, Header};

    fn add(stats: &mut Stats, sequence: u32, micros: u64, value: f32) {
        let header = Header { sequence, timestamp: Timestamp::from_micros(micros), ..Header::default() };
        let mut buffer = [0; 64];
        let mut encoder = Encoder::new(&mut buffer, header).unwrap();
        encoder.sample(1, value).unwrap();
        stats.add(Ok(Frame::parse(encoder.finish()).unwrap()));
    }

    #[test]
    fn gaps_count_missing_frames_alone() {
        assert_eq!(gap(1, 2), 0);
        assert_eq!(gap(1, 5), 3);
        assert_eq!(gap(u32::MAX, 0), 0);
        assert_eq!(gap(u32::MAX - 1, 2), 3);
        assert_eq!(gap(7, 7), 0);
        assert_eq!(gap(1000, 0), 0);
    }

    #[test]
    fn values_are_summed_up() {
        let mut stats = Stats::default();
        add(&mut stats, 1, 2_000_000, -1.0);
        add(&mut stats, 3, 500_000, 4.0);
        stats.add(Err(Skipped { bytes: 9, reason: FrameError::Magic }));
        assert_eq!((stats.frames, stats.lost, stats.skipped), (2, 1, 9));
        assert_eq!(stats.duration(), Duration::from_millis(1500));
        let summary = &stats.channels[&(1, "f32")];
        assert_eq!((summary.min, summary.max, summary.sum), (-1.0, 4.0, 3.0));
    }
}
