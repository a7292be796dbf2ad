//! Ids, MACs and names that a real engine draws: here a sequence that the seed settles.

use packetwalk_wire::Mac;

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed ^ 0x646f_636b_6572)
    }

    /// The next number.
    pub const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The 64 hexadecimal digits of a network, a container or an endpoint. One whose first twelve are
    /// all decimal is not used, as a host name could be taken for a number.
    ///
    /// # Source
    /// moby, `pkg/stringid/stringid.go`: `GenerateRandomID`.
    pub fn id(&mut self) -> String {
        loop {
            let mut id = Vec::with_capacity(64);
            for _ in 0..4 {
                let number = self.number();
                id.extend((0..16).rev().map(|shift| match (number >> (4 * shift)) as u8 & 15 {
                    digit @ ..10 => b'0' + digit,
                    digit => b'a' - 10 + digit,
                }));
            }
            if id.iter().take(12).any(u8::is_ascii_alphabetic) {
                return String::from_utf8(id).unwrap_or_default();
            }
        }
    }

    /// `veth` and seven hexadecimal digits.
    ///
    /// # Source
    /// moby, `libnetwork/netutils/utils_linux.go`: `GenerateIfaceName`.
    pub fn veth(&mut self) -> String {
        format!("veth{:07x}", self.number() & 0x0fff_ffff)
    }

    /// A unicast address of local administration.
    ///
    /// # Source
    /// moby b985e231, `libnetwork/netutils/utils.go`: `GenerateRandomMAC`.
    pub fn mac(&mut self) -> Mac {
        let [_, _, mut a, b, c, d, e, f] = self.number().to_be_bytes();
        a = a & 0xfe | 0x02;
        Mac([a, b, c, d, e, f])
    }

    /// An unprivileged port of the range that Linux gives to sockets without one.
    pub const fn port(&mut self) -> u16 {
        32768 + (self.number() % (60999 - 32768 + 1)) as u16
    }
}
