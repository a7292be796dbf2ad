//! The internet checksum (RFC 1071).

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

    fn addr(self, addr: IpAddr) -> Self {
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
