//! Runs the program as its users do.

use std::path::{Path, PathBuf};
use std::{env, fs};

use assert_cmd::Command;
use assert_cmd::assert::Assert;

const GARBAGE: &[u8] = b"\x00\xffTM garbage";

fn telemetry(args: &[&str]) -> Command {
    // The macro `cargo_bin_cmd!` would start the binary without the runner of its target.
    let mut command = Command::cargo_bin("telemetry").expect("cargo builds the program before its tests");
    command.args(args);
    command
}

/// Runs the program on `input`, and asserts that it succeeds.
#[track_caller]
fn run(args: &[&str], input: &[u8]) -> Assert {
    telemetry(args).write_stdin(input).assert().success()
}

#[track_caller]
fn stdout(args: &[&str], input: &[u8]) -> String {
    String::from_utf8(run(args, input).get_output().stdout.clone()).unwrap()
}

#[track_caller]
fn bytes(args: &[&str]) -> Vec<u8> {
    run(args, &[]).get_output().stdout.clone()
}

/// A file of this name, in a directory that is kept out of the way by cargo.
fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn encodes_the_golden_frame() {
    let args = "encode --sequence 123456 --timestamp 1767225600000001 --flags 5 1:f32=21.5 2:i16=-300 3:u8=99";
    let args: Vec<&str> = args.split(' ').collect();
    assert_eq!(
        bytes(&args),
        b"TM\x01\x05\x00\x01\xe2\x40\x00\x06\x47\x48\x46\x20\x40\x01\x00\x0d\
          \x01\x23\x00\x00\xac\x41\x02\x12\xd4\xfe\x03\x01\x63\x1a\xe8\x99\x12"
    );
}

#[test]
fn prints_what_it_encoded() {
    let samples = ["1:f64=0.1", "2:i64=-9223372036854775808", "3:u16=513", "4:f32=inf"];
    let frame = bytes(&[&["encode", "--sequence", "9"][..], &samples].concat());
    let line = stdout(&["decode", "-"], &frame);
    assert_eq!(line, format!("#9 0.000000 - {}\n", samples.join(" ")));
}

#[test]
fn decodes_a_file_as_text() {
    let path = scratch("text.tm");
    bytes(&["generate", "--frames", "3", "--output", path.to_str().unwrap()]);
    let expected = "\
#0 1767225600.000000 - 1:f32=12 2:u32=101325 3:u16=0 4:i16=-50 5:u8=100 6:u64=0
#1 1767225600.100000 synced 1:f32=12.25 2:u32=101324 3:u16=9 4:i16=-48 5:u8=100 6:u64=0
#2 1767225600.200000 synced 1:f32=12.5 2:u32=101323 3:u16=18 4:i16=-46 5:u8=100 6:u64=0
";
    assert_eq!(stdout(&["decode", path.to_str().unwrap()], &[]), expected);
}

#[test]
fn decodes_as_csv() {
    let frame = bytes(&["encode", "--timestamp", "8589934592", "2:u32=4294967040", "77:i8=-1"]);
    let expected = "\
sequence,timestamp_us,flags,channel,name,kind,value
0,8589934592,0,2,pressure,u32,4294967040
0,8589934592,0,77,,i8,-1
";
    assert_eq!(stdout(&["decode", "--format", "csv", "-"], &frame), expected);
}

#[test]
fn decodes_as_json() {
    let frame = bytes(&["encode", "--flags", "2", "1:f32=-0.5", "8:f64=NaN"]);
    let expected = concat!(
        r#"{"sequence":0,"timestamp_us":0,"flags":2,"samples":["#,
        r#"{"channel":1,"name":"temperature","kind":"f32","value":-0.5},"#,
        r#"{"channel":8,"kind":"f64","value":null}]}"#,
        "\n"
    );
    assert_eq!(stdout(&["decode", "--format", "json", "-"], &frame), expected);
}

#[test]
fn warns_of_garbage_and_goes_on() {
    let frames = bytes(&["generate", "--frames", "2"]);
    let stream = [GARBAGE, &frames, b"TM"].concat();
    let assert = run(&["decode", "-"], &stream);
    let output = assert.get_output();
    assert_eq!(output.stdout.iter().filter(|&&byte| byte == b'\n').count(), 2);
    let warnings = String::from_utf8_lossy(&output.stderr);
    assert!(warnings.starts_with("telemetry: byte 0: skipped 2 bytes: no frame begins here\n"), "{warnings}");
    let end = GARBAGE.len() + frames.len();
    let last = format!("telemetry: byte {end}: skipped 2 bytes: frame ends at least 20 bytes early\n");
    assert!(warnings.ends_with(&last), "{warnings}");
}

#[test]
fn an_empty_file_has_no_frames() {
    run(&["decode", "-"], &[]).stdout("").stderr("");
}

#[test]
fn sums_up_lost_and_damaged_frames() {
    let mut stream = bytes(&["generate", "--frames", "5"]);
    let len = stream.len() / 5;
    stream[2 * len + 20] ^= 1;
    let checksum = if cfg!(target_env = "musl") { "portable" } else { "native" };
    let expected = format!(
        "\
frames    4 ({} bytes)
lost      1
skipped   {len} bytes
span      0.400000 s
checksum  {checksum}
channel   1 temperature f32: 4 values, min 12, mean 12.500, max 13
channel   2 pressure u32: 4 values, min 101321, mean 101323.000, max 101325
channel   3 wind u16: 4 values, min 0, mean 18.000, max 36
channel   4 veer i16: 4 values, min -50, mean -46.000, max -42
channel   5 battery u8: 4 values, min 100, mean 100.000, max 100
channel   6 uptime u64: 4 values, min 0, mean 0.000, max 0
",
        4 * len
    );
    assert_eq!(stdout(&["stats", "-"], &stream), expected);
}

#[test]
fn a_span_may_be_longer_than_an_hour() {
    let stream = [bytes(&["encode"]), bytes(&["encode", "--timestamp", "7200000001"])].concat();
    let stats = stdout(&["stats", "-"], &stream);
    assert!(stats.contains("\nspan      7200.000001 s\n"), "{stats}");
}

#[test]
fn many_frames_pass_through() {
    let stream = bytes(&["generate", "--frames", "5000"]);
    let stats = stdout(&["stats", "-"], &stream);
    assert!(stats.starts_with("frames    5000 (275000 bytes)\nlost      0\nskipped   0 bytes\n"), "{stats}");
}

#[test]
fn a_usage_error_exits_with_2() {
    let assert = telemetry(&["decode"]).assert().code(2).stdout("");
    let message = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(message.starts_with("telemetry: FILE is missing\n\nusage: telemetry decode"), "{message}");
}

#[test]
fn a_missing_file_exits_with_1() {
    let path = scratch("missing.tm");
    let assert = telemetry(&["stats", path.to_str().unwrap()]).assert().code(1).stdout("");
    let message = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(message.starts_with(&format!("telemetry: {}: ", path.display())), "{message}");
}

#[test]
fn a_frame_that_is_too_long_is_refused() {
    let samples = vec!["1:u64=0"; 103];
    telemetry(&[&["encode"][..], &samples].concat())
        .assert()
        .code(1)
        .stdout("")
        .stderr("telemetry: frame has no room for another sample\n");
}

#[test]
fn an_output_file_has_what_standard_output_would_get() {
    let path = scratch("output.tm");
    run(&["encode", "1:u8=1", "--output", path.to_str().unwrap()], &[]).stdout("");
    assert_eq!(fs::read(path).unwrap(), bytes(&["encode", "1:u8=1"]));
}

#[test]
fn the_version_names_the_checksum() {
    let checksum = if cfg!(target_env = "musl") { "portable" } else { "native" };
    let expected = format!("telemetry {} ({checksum} checksum)\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(stdout(&["--version"], &[]), expected);
}
