//! Frames are found again after anything that is not one.

use std::iter;

use codec::{Decoder, Encoder, Frame, FrameError, Frames, Header, MAX_FRAME_LEN, Skipped};

/// A frame with a sequence number and `samples` samples.
fn frame(sequence: u32, samples: u8) -> Vec<u8> {
    let mut buffer = [0; MAX_FRAME_LEN];
    let mut encoder = Encoder::new(&mut buffer, Header { sequence, ..Header::default() }).unwrap();
    for channel in 0..samples {
        encoder.sample(channel, u64::from(sequence)).unwrap();
    }
    encoder.finish().to_vec()
}

/// What a decoder found: the sequence numbers, and how many bytes frames and the rest had.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    sequences: Vec<u32>,
    frame_bytes: usize,
    skipped_bytes: usize,
}

impl Seen {
    fn add(&mut self, item: Result<Frame<'_>, Skipped>) {
        match item {
            Ok(frame) => {
                self.sequences.push(frame.header().sequence);
                self.frame_bytes += frame.encoded_len();
            }
            Err(skipped) => self.skipped_bytes += skipped.bytes,
        }
    }

    fn at_once(bytes: &[u8]) -> Self {
        let mut seen = Self::default();
        Frames::new(bytes).for_each(|item| seen.add(item));
        seen
    }

    fn in_pieces(bytes: &[u8], piece: usize) -> Self {
        let mut seen = Self::default();
        let mut decoder = Decoder::new();
        for mut input in bytes.chunks(piece) {
            while let Some(item) = decoder.decode(&mut input) {
                seen.add(item);
            }
            assert!(input.is_empty());
        }
        while let Some(item) = decoder.finish() {
            seen.add(item);
        }
        seen
    }
}

/// A generator of numbers that look random and are the same in every run (xorshift).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        // Some bytes are from the start of a header, or hardly anything would look like one.
        match self.below(9) {
            pick @ 0..3 => b"TM\x01"[pick],
            _ => self.next() as u8,
        }
    }
}

#[test]
fn finds_frames_between_garbage() {
    let stream = [&b"garbage"[..], &frame(1, 2), b"TMTMT", &frame(2, 0), &frame(3, 5), b"T"].concat();
    let seen = Seen::at_once(&stream);
    assert_eq!(seen.sequences, [1, 2, 3]);
    assert_eq!(seen.skipped_bytes, 7 + 5 + 1);
}

#[test]
fn a_magic_in_two_pieces_is_found() {
    let frame = frame(1, 1);
    let mut decoder = Decoder::new();
    let first = [b"noise", &frame[..1]].concat();
    let mut input = &first[..];
    let skipped = decoder.decode(&mut input).unwrap().unwrap_err();
    assert_eq!(skipped, Skipped { bytes: 5, reason: FrameError::Magic });
    assert_eq!(decoder.decode(&mut input), None);
    assert_eq!(decoder.decode(&mut &frame[1..]).unwrap().unwrap().header().sequence, 1);
}

#[test]
fn a_damaged_frame_costs_no_other() {
    let mut stream = [frame(1, 3), frame(2, 3), frame(3, 3)].concat();
    let len = stream.len() / 3;
    for at in len..2 * len {
        stream[at] ^= 0x10;
        let seen = Seen::at_once(&stream);
        assert_eq!(seen.sequences, [1, 3], "byte {at}");
        assert_eq!(seen.skipped_bytes, len);
        stream[at] ^= 0x10;
    }
}

#[test]
fn a_header_that_promises_too_much_hides_no_frame() {
    let mut promise = frame(1, 0);
    promise[16..18].copy_from_slice(&1000_u16.to_be_bytes());
    let stream = [promise, frame(2, 1), frame(3, 1)].concat();
    assert_eq!(Seen::at_once(&stream).sequences, [2, 3]);
    assert_eq!(Seen::in_pieces(&stream, 10).sequences, [2, 3]);
}

#[test]
fn the_end_of_a_cut_stream_is_reported() {
    let frame = frame(1, 1);
    let items: Vec<_> = Frames::new(&frame[..frame.len() - 3]).collect();
    assert_eq!(items, [Err(Skipped { bytes: frame.len() - 3, reason: FrameError::Incomplete { missing: 3 } })]);
}

#[test]
fn an_intact_frame_with_an_unknown_kind_is_skipped_whole() {
    let mut unknown = frame(1, 2);
    unknown[19] = 0x7f;
    let body = unknown.len() - 4;
    let checksum = codec::crc32(&unknown[..body]).to_be_bytes();
    unknown[body..].copy_from_slice(&checksum);
    let stream = [unknown.clone(), frame(2, 1)].concat();

    let items: Vec<_> = Frames::new(&stream).collect();
    let reason = FrameError::Payload { frame_len: unknown.len() };
    assert_eq!(items[0], Err(Skipped { bytes: unknown.len(), reason }));
    assert_eq!(items[1].unwrap().header().sequence, 2);
    assert_eq!(items.len(), 2);
}

#[test]
fn frames_of_any_size_pass_through_the_buffer() {
    let stream: Vec<u8> = (0..300).flat_map(|sequence| frame(sequence, (sequence % 103) as u8)).collect();
    for piece in [1, 7, 1000, 5000] {
        let seen = Seen::in_pieces(&stream, piece);
        assert!(seen.sequences.iter().copied().eq(0..300), "in pieces of {piece}");
        assert_eq!((seen.frame_bytes, seen.skipped_bytes), (stream.len(), 0));
    }
}

#[test]
fn no_byte_of_noise_is_lost_and_no_way_to_decode_it_differs() {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    for round in 0..200 {
        let mut stream = Vec::new();
        for sequence in 0..5 {
            let len = noise.below(200);
            stream.extend(iter::repeat_with(|| noise.byte()).take(len));
            stream.extend(frame(sequence, noise.byte() % 8));
        }
        let seen = Seen::at_once(&stream);
        assert_eq!(seen.frame_bytes + seen.skipped_bytes, stream.len(), "round {round}");
        assert_eq!(seen.sequences, [0, 1, 2, 3, 4], "round {round}");
        for piece in [1, 13, 4096] {
            assert_eq!(Seen::in_pieces(&stream, piece), seen, "round {round}, in pieces of {piece}");
        }
    }
}

#[test]
fn another_checksum_takes_the_place_of_the_own() {
    let bytes = frame(1, 1);
    let computed = codec::crc32(&bytes[..bytes.len() - 4]);
    let item = Frames::with_checksum(&bytes, |body| !codec::crc32(body)).next().unwrap();
    assert_eq!(item.unwrap_err().reason, FrameError::Checksum { stored: computed, computed: !computed });
    let mut decoder = Decoder::with_checksum(|_| 0);
    assert!(decoder.decode(&mut &bytes[..]).unwrap().is_err());
}
