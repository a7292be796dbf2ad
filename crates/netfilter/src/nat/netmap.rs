//! NETMAP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_trace::{Hook, Manip, Observer};
use packetwalk_wire::Skb;

use super::{NatRange, manip_of, setup_info};
use crate::conntrack::Conntrack;
use crate::env::{Env, Host, Verdict};

/// Maps a network onto another, host bits kept: the destination at PREROUTING and OUTPUT, the source at
/// POSTROUTING and INPUT. `range` runs from the network's first to its last address.
///
/// # Source
/// Linux v6.18, `net/netfilter/xt_NETMAP.c`: `netmap_tg4`, `netmap_tg6`.
pub fn netmap<H: Host, O: Observer>(
    ct: &mut Conntrack,
    skb: &Skb,
    range: &NatRange,
    hook: Hook,
    env: &mut Env<'_, H>,
    obs: &mut O,
) -> Verdict {
    let manip = manip_of(hook);
    let from = match manip {
        Manip::Src => skb.packet.ip.src,
        Manip::Dst => skb.packet.ip.dst,
    };
    setup_info(ct, skb, &range.at(map(from, range.min_addr, range.max_addr)), manip, env, obs)
}

/// The bits in which `min` and `max` differ are `from`'s, the others `min`'s.
fn map(from: IpAddr, min: IpAddr, max: IpAddr) -> IpAddr {
    match (from, min, max) {
        (IpAddr::V4(from), IpAddr::V4(min), IpAddr::V4(max)) => {
            let host = min.to_bits() ^ max.to_bits();
            IpAddr::V4(Ipv4Addr::from_bits(from.to_bits() & host | min.to_bits() & !host))
        }
        (IpAddr::V6(from), IpAddr::V6(min), IpAddr::V6(max)) => {
            let host = min.to_bits() ^ max.to_bits();
            IpAddr::V6(Ipv6Addr::from_bits(from.to_bits() & host | min.to_bits() & !host))
        }
        _ => from,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, min: &str, max: &str, expect: &str) {
        let a = |s: &str| s.parse::<IpAddr>().unwrap();
        assert_eq!(map(a(from), a(min), a(max)), a(expect));
    }

    /// iptables-extensions(8), NETMAP: "a one in the mask bit position is filled from the new address".
    #[test]
    fn host_bits_stay() {
        check("10.1.2.3", "192.168.7.0", "192.168.7.255", "192.168.7.3");
        check("10.1.2.3", "192.168.7.9", "192.168.7.9", "192.168.7.9");
        check("2001:db8::1:2", "fd00:9::", "fd00:9::ffff:ffff", "fd00:9::1:2");
    }
}
