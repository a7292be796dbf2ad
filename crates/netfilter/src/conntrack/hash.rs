//! Hashes of tuples: a fast one that is the same everywhere, and one that nobody can aim at without its key.

use std::net::IpAddr;

use super::{Tuple, Zone, ZoneDir};

const K: u64 = 0x517c_c1b7_2722_0a95;
const SEED: u64 = 0x7061_636b_6574_7761;

/// The key of the flood-safe hash; without one the hash is the fast one.
pub(super) type Key = Option<[u64; 2]>;

const fn step(h: u64, word: u64) -> u64 {
    (h.rotate_left(5) ^ word).wrapping_mul(K)
}

const fn finish(h: u64) -> u32 {
    (step(h, h >> 32) >> 32) as u32
}

/// SipHash-1-3 of whole words: the last block has nothing but their length in bytes.
fn sip([k, l]: [u64; 2], words: &[u64]) -> u64 {
    let [mut a, mut b] = [k ^ 0x736f_6d65_7073_6575, l ^ 0x646f_7261_6e64_6f6d];
    let [mut c, mut d] = [k ^ 0x6c79_6765_6e65_7261, l ^ 0x7465_6462_7974_6573];
    let blocks = words.len() + 1;
    for n in 0..blocks + 3 {
        // The last three rounds are of nothing.
        let rest = if n == words.len() { (words.len() as u64 * 8) << 56 } else { 0 };
        let word = words.get(n).copied().unwrap_or(rest);
        c ^= if n == blocks { 0xff } else { 0 };
        d ^= word;
        a = a.wrapping_add(b);
        c = c.wrapping_add(d);
        b = b.rotate_left(13) ^ a;
        d = d.rotate_left(16) ^ c;
        a = a.rotate_left(32).wrapping_add(d);
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        d = d.rotate_left(21) ^ a;
        c = c.rotate_left(32);
        a ^= word;
    }
    a ^ b ^ c ^ d
}

fn words(addr: IpAddr) -> [u64; 2] {
    match addr {
        IpAddr::V4(a) => [u64::from(a.to_bits()), 0],
        IpAddr::V6(a) => [a.to_bits() as u64, (a.to_bits() >> 64) as u64],
    }
}

fn addr(h: u64, a: IpAddr) -> u64 {
    let [low, high] = words(a);
    if a.is_ipv4() { step(h, low) } else { step(step(h, low), high) }
}

/// The flood-safe hash of addresses and words of what else there is.
#[cold]
fn safe(key: [u64; 2], src: IpAddr, dst: IpAddr, protocol: u8, rest: u64) -> u32 {
    let ([a, b], [c, d]) = (words(src), words(dst));
    sip(key, &[u64::from(protocol), a, b, c, d, rest]) as u32
}

/// The fast hash of an IPv4 tuple in the zone number of its direction.
pub(super) const fn of_v4(protocol: u8, [src, dst]: [u32; 2], [sport, dport]: [u16; 2], zone_id: u16) -> u32 {
    let addrs = step(step(SEED ^ protocol as u64, src as u64), dst as u64);
    finish(step(addrs, ports(sport, dport, zone_id)))
}

/// What of a tuple is hashed last.
const fn ports(sport: u16, dport: u16, zone_id: u16) -> u64 {
    (sport as u64) << 32 | (dport as u64) << 16 | zone_id as u64
}

/// Hash of a tuple in the zone number of its direction.
pub(super) fn tuple(key: Key, t: &Tuple, zone_id: u16) -> u32 {
    match key {
        None => Addrs::of(t).tuple(t.sport, t.dport, zone_id),
        Some(key) => safe(key, t.src, t.dst, t.protocol, ports(t.sport, t.dport, zone_id)),
    }
}

/// The fast hashes of tuples that differ in their ports alone, as far as they do not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Addrs {
    source: u64,
    both: u64,
}

impl Addrs {
    #[inline(never)]
    pub fn of(t: &Tuple) -> Self {
        let source = addr(SEED ^ u64::from(t.protocol), t.src);
        Self { source, both: addr(source, t.dst) }
    }

    #[inline]
    pub const fn tuple(self, sport: u16, dport: u16, zone_id: u16) -> u32 {
        finish(step(self.both, ports(sport, dport, zone_id)))
    }

    /// [`source`], in both directions' zone number.
    #[inline]
    pub const fn source(self, sport: u16, zone_id: u16) -> u32 {
        finish(step(self.source, ports(0, sport, zone_id)))
    }
}

/// Hash of a tuple's source half (`hash_by_src`).
pub(super) fn source(key: Key, t: &Tuple, zone: Zone) -> u32 {
    let zone_id = if zone.dir == ZoneDir::Both { zone.id } else { 0 };
    match key {
        None => Addrs::of(t).source(t.sport, zone_id),
        Some(key) => safe(key, t.src, t.src, t.protocol, ports(0, t.sport, zone_id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::Hasher;

    #[test]
    fn of_an_ipv4_tuple_it_is_the_same() {
        let [src, dst] = ["192.0.2.1", "198.51.100.2"].map(|a| a.parse::<std::net::Ipv4Addr>().unwrap());
        let t = Tuple { src: src.into(), dst: dst.into(), sport: 5000, dport: 53, protocol: 17 };
        assert_eq!(of_v4(17, [src.to_bits(), dst.to_bits()], [5000, 53], 7), tuple(None, &t, 7));
    }

    /// The standard library's hasher is SipHash-1-3 with a key of zeros.
    #[test]
    fn as_the_standard_library_has_it() {
        for len in 0..6 {
            let words: Vec<u64> = (0..len).map(|n| SEED.wrapping_mul(n + 1)).collect();
            let mut hasher = std::hash::DefaultHasher::new();
            for word in &words {
                hasher.write(&word.to_le_bytes());
            }
            assert_eq!(sip([0; 2], &words), hasher.finish(), "{len}");
        }
        assert_ne!(sip([0, 1], &[7]), sip([0, 0], &[7]));
    }
}
