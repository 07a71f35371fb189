//! The kit with the parser that `lint` needs, so that it does not start itself anew.

fn main() -> std::process::ExitCode {
    crosskit::main(std::env::args_os().skip(1))
}
