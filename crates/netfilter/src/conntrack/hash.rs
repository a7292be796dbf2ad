//! A fast, seeded, deterministic hash of tuples.

use std::net::IpAddr;

use super::{Tuple, Zone, ZoneDir};

const K: u64 = 0x517c_c1b7_2722_0a95;
const SEED: u64 = 0x7061_636b_6574_7761;

const fn step(h: u64, word: u64) -> u64 {
    (h.rotate_left(5) ^ word).wrapping_mul(K)
}

fn addr(h: u64, a: IpAddr) -> u64 {
    match a {
        IpAddr::V4(a) => step(h, u64::from(a.to_bits())),
        IpAddr::V6(a) => {
            let bits = a.to_bits();
            step(step(h, bits as u64), (bits >> 64) as u64)
        }
    }
}

const fn finish(h: u64) -> u32 {
    (step(h, h >> 32) >> 32) as u32
}

/// Hash of a tuple in the zone number of its direction.
pub(super) fn tuple(t: &Tuple, zone_id: u16) -> u32 {
    let ports = u64::from(t.sport) << 32 | u64::from(t.dport) << 16 | u64::from(zone_id);
    finish(step(addr(addr(SEED ^ u64::from(t.protocol), t.src), t.dst), ports))
}

/// Hash of a tuple's source half (`hash_by_src`).
pub(super) fn source(t: &Tuple, zone: Zone) -> u32 {
    let zone_id = if zone.dir == ZoneDir::Both { zone.id } else { 0 };
    finish(step(addr(SEED ^ u64::from(t.protocol), t.src), u64::from(t.sport) << 16 | u64::from(zone_id)))
}

/// Scales a hash to `0..buckets` (`reciprocal_scale`).
pub(super) const fn bucket(hash: u32, buckets: usize) -> usize {
    ((hash as u64 * buckets as u64) >> 32) as usize
}
