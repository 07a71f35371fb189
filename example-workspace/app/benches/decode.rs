//! How fast frames are decoded.

use std::env;
use std::hint::black_box;
use std::time::{Duration, Instant};

use codec::{Checksum, Decoder, Encoder, Frames, Header, MAX_FRAME_LEN};

const STREAM_LEN: usize = 1 << 20;

fn main() {
    // Cargo passes this for `cargo bench` alone; `cargo test --benches` is to see that it works.
    let budget = if env::args().any(|arg| arg == "--bench") { Duration::from_secs(1) } else { Duration::ZERO };

    let checksums: &[(&str, Checksum)] = &[
        ("portable", codec::crc32),
        #[cfg(not(target_env = "musl"))]
        ("native", native::crc32),
    ];
    for samples in [4, 100] {
        let stream = stream(samples);
        for &(checksum_name, checksum) in checksums {
            let name = format!("{samples} samples, {checksum_name} checksum");
            measure(&format!("slice, {name}"), budget, &stream, |stream| {
                Frames::with_checksum(stream, checksum).flatten().map(|frame| frame.samples().count()).sum()
            });
            measure(&format!("pieces, {name}"), budget, &stream, |stream| {
                let mut decoder = Decoder::with_checksum(checksum);
                let mut count = 0;
                for mut piece in stream.chunks(1500) {
                    while let Some(item) = decoder.decode(&mut piece) {
                        count += item.map_or(0, |frame| frame.samples().count());
                    }
                }
                count
            });
        }
    }
}

/// Whole frames of so many samples each.
fn stream(samples: u8) -> Vec<u8> {
    let mut buffer = [0; MAX_FRAME_LEN];
    let mut stream = Vec::with_capacity(STREAM_LEN + MAX_FRAME_LEN);
    for sequence in 0.. {
        let header = Header { sequence, ..Header::default() };
        let mut encoder = Encoder::new(&mut buffer, header).expect("the buffer holds any frame");
        for channel in 0..samples {
            encoder.sample(channel, f64::from(sequence)).expect("a frame holds 102 such samples");
        }
        stream.extend_from_slice(encoder.finish());
        if stream.len() >= STREAM_LEN {
            break;
        }
    }
    stream
}

/// Decodes the stream until the time is over, at least once, and prints the best throughput.
fn measure(name: &str, budget: Duration, stream: &[u8], decode: impl Fn(&[u8]) -> usize) {
    let start = Instant::now();
    let mut fastest = Duration::MAX;
    loop {
        let run = Instant::now();
        let samples = black_box(decode(black_box(stream)));
        fastest = fastest.min(run.elapsed());
        assert!(samples > 0, "the stream has samples");
        if start.elapsed() >= budget {
            break;
        }
    }
    let rate = stream.len() as f64 / fastest.as_secs_f64() / 1e6;
    println!("{name:<40} {rate:>8.1} MB/s");
}
