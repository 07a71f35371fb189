//! A test that fails and one that panics, which must be told as failed, each by its name.

#[cfg(test)]
mod tests {
    #[test]
    fn holds() {
        assert_eq!(std::hint::black_box(2) + 2, 4);
    }

    #[test]
    fn fails() -> Result<(), String> {
        if std::hint::black_box(2) + 2 == 4 { Err("as it should".to_owned()) } else { Ok(()) }
    }

    #[test]
    fn panics() {
        panic!("as it should");
    }
}
