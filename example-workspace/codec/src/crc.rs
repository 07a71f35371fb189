/// A function that computes the CRC-32 of some bytes.
///
/// Decoders take one, so that a faster implementation than [`crc32`] can stand in for it.
pub type Checksum = fn(&[u8]) -> u32;

/// Computes the CRC-32 of `bytes`, as Ethernet and gzip define it.
///
/// ```
/// const CHECK: u32 = codec::crc32(b"123456789");
/// assert_eq!(CHECK, 0xcbf4_3926);
/// ```
pub const fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0;
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        crc = (crc >> 8) ^ TABLE[(crc as u8 ^ *byte) as usize];
        rest = tail;
    }
    !crc
}

/// What each byte contributes, at its lowest bit first.
static TABLE: [u32; 256] = table(0xedb8_8320);

const fn table(polynomial: u32) -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < u8::BITS {
            crc = if crc & 1 == 0 { crc >> 1 } else { (crc >> 1) ^ polynomial };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_checksums() {
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32(b"a"), 0xe8b7_be43);
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(&[0; 32]), 0x190a_55ad);
        assert_eq!(crc32(&[0xff; 32]), 0xff6c_ab0b);
    }

    #[test]
    fn every_flipped_bit_changes_the_checksum() {
        let original = *b"telemetry";
        for bit in 0..original.len() * 8 {
            let mut flipped = original;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(crc32(&flipped), crc32(&original), "bit {bit}");
        }
    }
}
