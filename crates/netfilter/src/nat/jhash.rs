//! Bob Jenkins' lookup3 hash of 32-bit words, by which the kernel spreads connections over a range of
//! addresses.

use std::net::IpAddr;

/// Linux v6.18, `include/linux/jhash.h`: `JHASH_INITVAL`.
const INITVAL: u32 = 0xdead_beef;

/// An address as the four words that the kernel's `union nf_inet_addr` holds in memory (little-endian
/// machines).
pub(crate) fn words(addr: IpAddr) -> [u32; 4] {
    match addr {
        IpAddr::V4(a) => [u32::from_le_bytes(a.octets()), 0, 0, 0],
        IpAddr::V6(a) => {
            let o = a.octets();
            std::array::from_fn(|i| u32::from_le_bytes([o[4 * i], o[4 * i + 1], o[4 * i + 2], o[4 * i + 3]]))
        }
    }
}

/// `jhash_3words`.
pub(crate) const fn jhash_3words(a: u32, b: u32, c: u32, initval: u32) -> u32 {
    let start = INITVAL.wrapping_add(3 << 2).wrapping_add(initval);
    last(a.wrapping_add(start), b.wrapping_add(start), c.wrapping_add(start))
}

/// lookup3's final().
const fn last(mut a: u32, mut b: u32, mut c: u32) -> u32 {
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}

/// `jhash2` of four words.
pub(crate) const fn jhash2(k: [u32; 4], initval: u32) -> u32 {
    let start = INITVAL.wrapping_add(4 << 2).wrapping_add(initval);
    let (mut a, mut b, mut c) =
        (start.wrapping_add(k[0]), start.wrapping_add(k[1]), start.wrapping_add(k[2]));
    // lookup3's mix(), then final() over the word that is left.
    a = a.wrapping_sub(c) ^ c.rotate_left(4);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(6);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(8);
    b = b.wrapping_add(a);
    a = a.wrapping_sub(c) ^ c.rotate_left(16);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(19);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(4);
    b = b.wrapping_add(a);
    a = a.wrapping_add(k[3]);
    last(a, b, c)
}

/// `jhash_1word`.
pub(crate) const fn jhash_1word(word: u32, initval: u32) -> u32 {
    let start = INITVAL.wrapping_add(1 << 2).wrapping_add(initval);
    let (mut a, mut b, mut c) = (start.wrapping_add(word), start, start);
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}
