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

/// `jhash_1word`.
pub(crate) const fn jhash_1word(word: u32, initval: u32) -> u32 {
    jhash2(&[word], initval)
}

/// `jhash_3words`.
pub(crate) const fn jhash_3words(a: u32, b: u32, c: u32, initval: u32) -> u32 {
    jhash2(&[a, b, c], initval)
}

/// lookup3's `mix()`.
const fn mix(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32, u32) {
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
    (a, b, c)
}

/// `jhash2`: of any number of words.
pub(crate) const fn jhash2(k: &[u32], initval: u32) -> u32 {
    let start = INITVAL.wrapping_add((k.len() as u32) << 2).wrapping_add(initval);
    let (mut a, mut b, mut c) = (start, start, start);
    let mut rest = k;
    while let [x, y, z, more @ ..] = rest {
        (a, b, c) = (a.wrapping_add(*x), b.wrapping_add(*y), c.wrapping_add(*z));
        if more.is_empty() {
            break;
        }
        (a, b, c) = mix(a, b, c);
        rest = more;
    }
    match rest {
        [] => return c,
        [x] => a = a.wrapping_add(*x),
        [x, y] => (a, b) = (a.wrapping_add(*x), b.wrapping_add(*y)),
        _ => {}
    }
    // lookup3's final().
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}
