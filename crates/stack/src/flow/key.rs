//! What makes two frames alike before anything has looked at them.

use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use packetwalk_wire::{IfIndex, Mac, Skb, Tcp, Transport, proto};

use crate::path::{Content, Ether};

/// All that a box looks at of a UDP or TCP packet, but for the payload, the IP identification, and TCP's numbers:
/// addresses, ports, and the rest, packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Key([u64; 9]);

impl Key {
    const DF: u16 = 1 << 8;
    const TIMESTAMP: u16 = 1 << 9;

    /// The key of a frame that came in by `dev`; none of one that is not whole, right and to one host.
    #[inline]
    pub fn of(dev: IfIndex, ether: &Ether) -> Option<Self> {
        let Content::Ip(Skb { packet, mark, priority, .. }) = &ether.content else { return None };
        let (ports, protocol, flags) = match &packet.transport {
            Transport::Udp(udp) => ([udp.sport, udp.dport], proto::UDP, 0),
            Transport::Tcp(tcp) => ([tcp.sport, tcp.dport], proto::TCP, tcp_flags(tcp)?),
            _ => return None,
        };
        let ip = &packet.ip;
        if ip.frag.is_some() || ip.bad_csum || !ip.ext.is_empty() || ether.dst.is_group() {
            return None;
        }
        let flags = flags | if ip.df { Self::DF } else { 0 };
        let [s0, s1] = words(ip.src);
        let [d0, d1] = words(ip.dst);
        Some(Self([
            s0,
            s1,
            d0,
            d1,
            pack([ports[0], ports[1], packet.len(), flags]),
            u64::from(dev.0) << 32 | u64::from(protocol) << 16 | u64::from(ip.ttl) << 8 | u64::from(ip.tos),
            mac(ether.dst),
            mac(ether.src),
            u64::from(*mark) << 32 | u64::from(*priority),
        ]))
    }

    /// The addresses and ports as one number.
    #[inline]
    pub const fn mix(&self) -> u64 {
        let Self([s0, s1, d0, d1, ports, dev, ..]) = *self;
        let addrs = (s0 ^ s1).rotate_left(32) ^ d0 ^ d1;
        let mixed = (addrs ^ (ports >> 32) << 13 ^ dev << 18).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.mix());
    }
}

/// An address; one of IPv4 as no IPv6 address of a packet is.
const fn words(addr: IpAddr) -> [u64; 2] {
    match addr {
        IpAddr::V4(a) => [a.to_bits() as u64, u64::MAX],
        IpAddr::V6(a) => [a.to_bits() as u64, (a.to_bits() >> 64) as u64],
    }
}

const fn pack([a, b, c, d]: [u16; 4]) -> u64 {
    (a as u64) << 48 | (b as u64) << 32 | (c as u64) << 16 | d as u64
}

const fn mac(Mac([a, b, c, d, e, f]): Mac) -> u64 {
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

/// A segment's flags, if it has no option but a timestamp.
const fn tcp_flags(tcp: &Tcp) -> Option<u16> {
    let options = &tcp.options;
    let plain = options.mss.is_none()
        && options.wscale.is_none()
        && !options.sack_permitted
        && options.stripped.is_empty();
    let stamp = if options.timestamp.is_some() { Key::TIMESTAMP } else { 0 };
    if plain { Some(tcp.flags.0 as u16 | stamp) } else { None }
}
