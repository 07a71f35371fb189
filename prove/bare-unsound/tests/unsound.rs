//! A test that fails and one that panics, which must be told as failed, each by its name.

#![no_std]
#![no_main]

bare::tests!(holds, fails, panics, still_runs);

fn holds() {
    assert_eq!(core::hint::black_box(2) + 2, 4);
}

fn fails() {
    assert_eq!(core::hint::black_box(2) + 2, 5);
}

fn panics() {
    panic!("as it should");
}

fn still_runs() {}
