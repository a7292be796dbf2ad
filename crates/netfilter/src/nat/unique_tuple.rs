//! The choice of a mapping: which address, which port.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_trace::Manip;
use packetwalk_wire::{CtRef, Instant, proto};

use super::jhash::{jhash2, words};
use super::used::{used, used_harder, used_unchanged};
use super::{MAX_ATTEMPTS, NatRange, RangeFlags};
use crate::conntrack::{Conntrack, Tuple, Zone};
use crate::env::Random;

/// Finds what `original` becomes: a tuple within the range whose answers nobody else gets, if there is
/// one. At worst the last one tried, which [`Conntrack::confirm`] then refuses.
///
/// # Source
/// Linux v6.18, `nf_nat_core.c`: `get_unique_tuple`.
pub(super) fn unique_tuple(
    ct: &mut Conntrack,
    own: CtRef,
    original: &Tuple,
    range: &NatRange,
    manip: Manip,
    random: &mut dyn Random,
    now: Instant,
) -> Tuple {
    let zone = ct.get(own).map_or(Zone::DEFAULT, crate::conntrack::Conn::zone);
    let randomized = range.flags.any(RangeFlags::PROTO_RANDOM_ALL);
    if manip == Manip::Src && !randomized {
        if in_range(original, range) {
            if !used_unchanged(ct, original, own, now) {
                return *original;
            }
        } else if let Some(tuple) = current_source(ct, original, range, zone, now)
            && !used(ct, &tuple, own, now)
        {
            return tuple;
        }
    }
    let mut tuple = *original;
    best_address(&mut tuple, range, zone, manip);
    if !randomized {
        if range.flags.has(RangeFlags::PROTO_SPECIFIED) {
            if !range.flags.has(RangeFlags::PROTO_OFFSET)
                && proto_in_range(&tuple, range, manip)
                && (range.min_proto == range.max_proto || !used(ct, &tuple, own, now))
            {
                return tuple;
            }
        } else if !used(ct, &tuple, own, now) {
            return tuple;
        }
    }
    unique_port(ct, own, &mut tuple, range, manip, random, now);
    tuple
}

/// Linux v6.18, `nf_nat_core.c`: `nf_in_range`.
fn in_range(tuple: &Tuple, range: &NatRange) -> bool {
    if range.flags.has(RangeFlags::MAP_IPS) && !(range.min_addr..=range.max_addr).contains(&tuple.src) {
        return false;
    }
    !range.flags.has(RangeFlags::PROTO_SPECIFIED) || proto_in_range(tuple, range, Manip::Src)
}

/// Linux v6.18, `nf_nat_core.c`: `l4proto_in_range`.
fn proto_in_range(tuple: &Tuple, range: &NatRange, manip: Manip) -> bool {
    let port = match tuple.protocol {
        proto::ICMP | proto::ICMPV6 => tuple.icmp_id(),
        proto::GRE | proto::TCP | proto::UDP | proto::UDPLITE | proto::SCTP => match manip {
            Manip::Src => tuple.sport,
            Manip::Dst => tuple.dport,
        },
        _ => return true,
    };
    (range.min_proto..=range.max_proto).contains(&port)
}

/// The mapping that another connection from the same source has, if it lies within the range.
///
/// # Source
/// Linux v6.18, `nf_nat_core.c`: `find_appropriate_src`.
fn current_source(
    ct: &Conntrack,
    original: &Tuple,
    range: &NatRange,
    zone: Zone,
    now: Instant,
) -> Option<Tuple> {
    use crate::conntrack::Dir;
    ct.same_source(original, zone, now)
        .filter_map(|other| other.tuple(Dir::Reply).invert())
        .map(|mapped| Tuple { dst: original.dst, dport: original.dport, ..mapped })
        .find(|mapped| in_range(mapped, range))
}

/// Linux v6.18, `nf_nat_core.c`: `find_best_ips_proto`: a hash of the addresses, so that a client keeps
/// its address.
fn best_address(tuple: &mut Tuple, range: &NatRange, zone: Zone, manip: Manip) {
    if !range.flags.has(RangeFlags::MAP_IPS) {
        return;
    }
    let chosen = if range.min_addr == range.max_addr {
        range.min_addr
    } else {
        let persistent = range.flags.has(RangeFlags::PERSISTENT);
        let dst = words(tuple.dst);
        let count = if tuple.dst.is_ipv4() { 1 } else { 4 };
        let initval = if persistent { 0 } else { dst[count - 1] ^ u32::from(zone.id) };
        let mut hash = jhash2(&words(tuple.src), initval);
        let (min, max) = (words(range.min_addr), words(range.max_addr));
        let mut chosen = [0_u32; 4];
        let mut full_range = false;
        for i in 0..count {
            let (low, dist) = if full_range {
                (0, u32::MAX)
            } else {
                let low = min[i].swap_bytes();
                (low, max[i].swap_bytes().wrapping_sub(low).wrapping_add(1))
            };
            let scaled = ((u64::from(hash) * u64::from(dist)) >> 32) as u32;
            chosen[i] = low.wrapping_add(scaled).swap_bytes();
            full_range |= chosen[i] != max[i];
            if !persistent {
                // What was just chosen, where it is the destination that is.
                hash ^= if manip == Manip::Dst { chosen[i] } else { dst[i] };
            }
        }
        from_words(chosen, tuple.dst.is_ipv4())
    };
    match manip {
        Manip::Src => tuple.src = chosen,
        Manip::Dst => tuple.dst = chosen,
    }
}

fn from_words(w: [u32; 4], v4: bool) -> IpAddr {
    if v4 {
        return IpAddr::V4(Ipv4Addr::from(w[0].to_le_bytes()));
    }
    let mut octets = [0; 16];
    for (chunk, word) in octets.chunks_exact_mut(4).zip(w) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    IpAddr::V6(Ipv6Addr::from(octets))
}

/// Ports that a source port may become when no rule says, lowest and how many: a privileged port stays
/// privileged.
///
/// # Source
/// Linux v6.18, `nf_nat_core.c`: `nf_nat_l4proto_unique_tuple`.
const fn port_class(port: u16) -> (u32, u32) {
    match port {
        0..512 => (1, 511),
        512..1024 => (600, 1023 - 600 + 1),
        _ => (1024, 65535 - 1024 + 1),
    }
}

/// Linux v6.18, `nf_nat_core.c`: `nf_nat_l4proto_unique_tuple`. GRE keys are never changed (no PPTP).
fn unique_port(
    ct: &mut Conntrack,
    own: CtRef,
    tuple: &mut Tuple,
    range: &NatRange,
    manip: Manip,
    random: &mut dyn Random,
    now: Instant,
) {
    let specified = range.flags.has(RangeFlags::PROTO_SPECIFIED);
    let of_source = match tuple.protocol {
        proto::ICMP | proto::ICMPV6 => true,
        proto::TCP | proto::UDP | proto::UDPLITE | proto::SCTP => manip == Manip::Src,
        _ => return,
    };
    let current = if of_source { tuple.sport } else { tuple.dport };
    let (min, size) = match (tuple.is_icmp(), specified) {
        (true, false) => (0, 65536),
        (true, true) => {
            let (low, high) = (u32::from(range.min_proto), u32::from(range.max_proto));
            (low, high.wrapping_sub(low).wrapping_add(1))
        }
        (false, false) if manip == Manip::Dst => return,
        (false, false) => port_class(current),
        (false, true) => {
            let low = range.min_proto.min(range.max_proto);
            let high = range.min_proto.max(range.max_proto);
            (u32::from(low), u32::from(high - low) + 1)
        }
    };
    if size == 0 {
        return;
    }
    let mut offset = if range.flags.has(RangeFlags::PROTO_OFFSET) {
        current.wrapping_sub(range.base_proto)
    } else if range.flags.any(RangeFlags::PROTO_RANDOM_ALL) || manip == Manip::Src {
        random.next_u32() as u16
    } else {
        0
    };
    let mut attempts = size.min(MAX_ATTEMPTS);
    loop {
        for i in 0..attempts {
            let port = (min + u32::from(offset) % size) as u16;
            if of_source {
                tuple.sport = port;
            } else {
                tuple.dport = port;
            }
            if !used_harder(ct, tuple, own, attempts - i, now) {
                return;
            }
            offset = offset.wrapping_add(1);
        }
        if attempts >= size || attempts < 16 {
            return;
        }
        attempts /= 2;
        offset = random.next_u32() as u16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linux v6.18, `nf_nat_core.c`: `nf_nat_l4proto_unique_tuple`.
    #[test]
    fn the_port_class_is_kept() {
        #[rustfmt::skip]
        let cases = [
            (    0,    1, 511,   "lowest privileged"),
            (  511,    1, 511,   "lowest privileged"),
            (  512,  600, 1023,  "512..600 is never handed out"),
            ( 1023,  600, 1023,  "privileged"),
            ( 1024, 1024, 65535, "unprivileged"),
            (65535, 1024, 65535, "unprivileged"),
        ];
        for (port, low, high, why) in cases {
            assert_eq!(port_class(port), (low, high - low + 1), "{port}: {why}");
        }
    }
}
