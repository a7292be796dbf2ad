//! The internet checksum (RFC 1071), and SCTP's (RFC 9260, appendix A).

use std::net::IpAddr;

/// A running ones' complement sum of big-endian 16-bit words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sum {
    words: u64,
    /// An odd number of bytes went in so far: the next one is a word's low half.
    odd: bool,
}

impl Sum {
    /// Adds bytes; they follow what was added before as if both were one buffer.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        for &b in bytes {
            self.words += if self.odd { u64::from(b) } else { u64::from(b) << 8 };
            self.odd = !self.odd;
        }
        self
    }

    /// Adds the pseudo header of TCP, UDP and ICMPv6; `len` is the upper layer's length in bytes.
    ///
    /// # Source
    /// RFC 9293 §3.1 (IPv4), RFC 8200 §8.1 (IPv6).
    #[must_use]
    pub fn pseudo(self, src: IpAddr, dst: IpAddr, protocol: u8, len: usize) -> Self {
        let mut sum = self.addr(src).addr(dst);
        sum.words += u64::from(protocol) + (len as u64 >> 16) + (len as u64 & 0xffff);
        sum
    }

    /// Takes what `other` summed out of this sum again.
    #[must_use]
    pub fn less(mut self, other: Self) -> Self {
        self.words += u64::from(other.finish());
        self
    }

    /// Adds an address.
    #[must_use]
    pub fn addr(self, addr: IpAddr) -> Self {
        match addr {
            IpAddr::V4(a) => self.bytes(&a.octets()),
            IpAddr::V6(a) => self.bytes(&a.octets()),
        }
    }

    /// The folded sum, not complemented: what a `CHECKSUM_PARTIAL` field holds of the pseudo header.
    pub const fn folded(self) -> u16 {
        let mut sum = self.words;
        while sum >> 16 != 0 {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        sum as u16
    }

    /// The checksum for a header field. Zero when the summed bytes hold their own right checksum.
    pub const fn finish(self) -> u16 {
        !self.folded()
    }
}

/// CRC32c of all parts, one after the other. SCTP's header has it with its lowest byte first.
pub fn crc32c(parts: &[&[u8]]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in parts.iter().copied().flatten() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 0 { 0 } else { 0x82f6_3b78 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3720, appendix B.4.
    #[test]
    fn crc32c_of_known_bytes() {
        assert_eq!(crc32c(&[&[0; 32]]), 0x8a91_36aa);
        assert_eq!(crc32c(&[&[0xff; 20], &[0xff; 12]]), 0x62a8_ab43);
        assert_eq!(crc32c(&[b"123456789"]), 0xe306_9283);
    }
}
