//! Calls two C libraries.

/// The version of OpenSSL, in its own words.
pub fn openssl_version() -> String {
    // SAFETY: OpenSSL gives back a constant string that ends in NUL.
    let text = unsafe { std::ffi::CStr::from_ptr(openssl_sys::OpenSSL_version(0)) };
    text.to_string_lossy().into_owned()
}

/// The checksum of some bytes, by zlib.
pub fn crc32(bytes: &[u8]) -> u32 {
    // SAFETY: the pointer is good for as many bytes as are told.
    let sum = unsafe { libz_sys::crc32(0, bytes.as_ptr(), bytes.len().try_into().expect("a short text")) };
    sum.try_into().expect("32 bits")
}

#[cfg(test)]
mod tests {
    #[test]
    fn openssl_answers() {
        assert!(super::openssl_version().starts_with("OpenSSL "), "{}", super::openssl_version());
    }

    #[test]
    fn zlib_sums() {
        assert_eq!(super::crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn threads_start() {
        let sums: Vec<u32> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| super::crc32(b"123456789"))).collect();
            threads.into_iter().map(|it| it.join().expect("it does not panic")).collect()
        });
        assert_eq!(sums, [0xcbf4_3926; 4]);
    }
}
