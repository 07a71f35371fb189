//! The record of a weather station, whose channels have names in the output.

use codec::{Channel, Flags, Header, Kind, Telemetry, Timestamp};
use derive::Telemetry;

#[derive(Clone, Debug, PartialEq, Telemetry)]
pub(crate) struct Weather {
    /// In degrees Celsius.
    #[channel(1)]
    temperature: f32,
    /// In pascal.
    #[channel(2)]
    pressure: u32,
    /// In centimetres per second.
    #[channel(3)]
    wind: u16,
    /// The change since the record before, in degrees.
    #[channel(4)]
    veer: i16,
    /// In percent.
    #[channel(5)]
    battery: u8,
    /// In seconds.
    #[channel(6)]
    uptime: u64,
}

impl Weather {
    /// Makes up a record; the same one for the same sequence number, on every target.
    pub(crate) fn record(sequence: u32) -> (Header, Self) {
        const START: u64 = 1_767_225_600_000_000;
        const PERIOD: u64 = 100_000;

        let flags = if sequence == 0 { Flags::default() } else { Flags::SYNCED };
        let timestamp = Timestamp::from_micros(START + u64::from(sequence) * PERIOD);
        let weather = Self {
            // Quarters of a degree are exact in binary.
            temperature: 12.0 + f32::from(wave(sequence, 240)) / 4.0,
            pressure: 101_325 - u32::from(wave(sequence, 1000)),
            wind: wave(sequence, 77) * 9,
            veer: (wave(sequence, 50) as i16 - 25) * 2,
            battery: 100 - (sequence / 600 % 100) as u8,
            uptime: u64::from(sequence) / 10,
        };
        (Header { flags, sequence, timestamp }, weather)
    }
}

/// A triangle wave from 0 to `height` and back.
fn wave(at: u32, height: u16) -> u16 {
    let height = u32::from(height);
    let at = at % (2 * height);
    at.min(2 * height - at) as u16
}

/// The name of a channel, if it is one of the weather station.
pub(crate) fn channel_name(id: u8, kind: Kind) -> Option<&'static str> {
    let is_known = |channel: &&Channel| channel.id == id && channel.kind == kind;
    Weather::CHANNELS.iter().find(is_known).map(|channel| channel.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::{Encoder, Frame, MIN_FRAME_LEN};

    #[test]
    fn a_record_survives_the_wire() {
        for sequence in [0, 1, 599, 600, u32::MAX] {
            let (header, weather) = Weather::record(sequence);
            let mut buffer = [0; MIN_FRAME_LEN + 33];
            let mut encoder = Encoder::new(&mut buffer, header).unwrap();
            encoder.record(&weather).unwrap();
            let frame = Frame::parse(encoder.finish()).unwrap();
            assert_eq!((frame.header(), Weather::decode(&frame)), (header, Ok(weather)));
        }
    }

    #[test]
    fn a_wave_goes_up_and_down() {
        let wave: Vec<u16> = (0..8).map(|at| wave(at, 3)).collect();
        assert_eq!(wave, [0, 1, 2, 3, 2, 1, 0, 1]);
    }

    #[test]
    fn a_channel_of_another_type_has_no_name() {
        assert_eq!(channel_name(2, Kind::U32), Some("pressure"));
        assert_eq!(channel_name(2, Kind::F32), None);
        assert_eq!(channel_name(0, Kind::U32), None);
    }
}
