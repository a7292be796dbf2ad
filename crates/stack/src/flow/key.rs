//! What makes two frames alike before anything has looked at them.

use std::net::IpAddr;

use packetwalk_wire::{IfIndex, Mac, Skb, Tcp, Transport, proto};

use super::Flows;
use super::table::Table;
use crate::path::{Content, Ether};

/// All that a box looks at of a UDP or TCP packet, but for its [`Ends`], the payload, the IP identification, and TCP's
/// numbers. Flows have few of them, and share them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Class([u64; 4]);

impl Class {
    const DF: u16 = 1 << 8;
    const TIMESTAMP: u16 = 1 << 9;

    /// The class of a frame that came in by `dev`; none of one that is not whole, right and to one host.
    #[allow(clippy::inline_always, reason = "handed over in memory, a processor waits for its words")]
    #[inline(always)]
    pub fn of(dev: IfIndex, ether: &Ether) -> Option<Self> {
        let Content::Ip(Skb { packet, mark, priority, .. }) = &ether.content else { return None };
        let (protocol, flags) = match &packet.transport {
            Transport::Udp(_) => (proto::UDP, 0),
            Transport::Tcp(tcp) => (proto::TCP, tcp_flags(tcp)?),
            _ => return None,
        };
        let ip = &packet.ip;
        if ip.frag.is_some() || ip.bad_csum || !ip.ext.is_empty() || ether.dst.is_group() {
            return None;
        }
        let flags = flags | if ip.df { Self::DF } else { 0 };
        Some(Self([
            u64::from(dev.0) << 32 | u64::from(packet.len()) << 16 | u64::from(flags),
            u64::from(*mark) << 32 | u64::from(*priority),
            mac(ether.dst) | u64::from(protocol) << 8 | u64::from(ip.ttl),
            mac(ether.src) | u64::from(ip.tos),
        ]))
    }

    /// Whether both are one: word by word, as they come out of registers.
    #[inline]
    pub const fn is(&self, other: &Self) -> bool {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        (a ^ e) | (b ^ f) | (c ^ g) | (d ^ h) == 0
    }

    /// Length of the packets, from the IP header on, in bytes.
    #[inline]
    pub const fn len(&self) -> u16 {
        (self.0[0] >> 16) as u16
    }

    /// Whether its packets are TCP's, not UDP's.
    pub const fn is_tcp(&self) -> bool {
        (self.0[2] >> 8) as u8 == proto::TCP
    }

    /// Where frames of the class come in.
    const fn dev(&self) -> u32 {
        (self.0[0] >> 32) as u32
    }
}

/// Two addresses of one family.
///
/// They are words, as the rest of a [`Key`] is: read as it was written, a processor need not wait for it.
pub(super) trait Addrs: Copy + Eq {
    /// These addresses, if they are of this family.
    fn of(src: &IpAddr, dst: &IpAddr) -> Option<Self>;
    /// 64 bits of them.
    fn word(self) -> u64;
    /// What is known of the family's flows.
    fn table(flows: &mut Flows) -> &mut Table<Self>;
}

/// Those of IPv4.
pub(super) type Four = u64;

impl Addrs for Four {
    #[inline]
    fn of(src: &IpAddr, dst: &IpAddr) -> Option<Self> {
        let (IpAddr::V4(src), IpAddr::V4(dst)) = (src, dst) else { return None };
        Some(u64::from(src.to_bits()) << 32 | u64::from(dst.to_bits()))
    }
    #[inline]
    fn word(self) -> u64 {
        self
    }
    #[inline]
    fn table(flows: &mut Flows) -> &mut Table<Self> {
        &mut flows.v4
    }
}

/// Those of IPv6.
pub(super) type Six = [u64; 4];

impl Addrs for Six {
    #[inline]
    fn of(src: &IpAddr, dst: &IpAddr) -> Option<Self> {
        let (IpAddr::V6(src), IpAddr::V6(dst)) = (src, dst) else { return None };
        let ([a, b], [c, d]) = (halves(src.to_bits()), halves(dst.to_bits()));
        Some([a, b, c, d])
    }
    #[inline]
    fn word(self) -> u64 {
        let [a, b, c, d] = self;
        (a ^ b).rotate_left(32) ^ c ^ d
    }
    #[inline]
    fn table(flows: &mut Flows) -> &mut Table<Self> {
        &mut flows.v6
    }
}

const fn halves(addr: u128) -> [u64; 2] {
    [(addr >> 64) as u64, addr as u64]
}

/// A flow's own: source and destination.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ends<A> {
    addrs: A,
    /// The source's in the upper half.
    ports: u32,
}

impl<A: Addrs> Ends<A> {
    /// These ends.
    #[inline]
    pub fn new(src: &IpAddr, dst: &IpAddr, (sport, dport): (u16, u16)) -> Option<Self> {
        Some(Self { addrs: A::of(src, dst)?, ports: u32::from(sport) << 16 | u32::from(dport) })
    }

    /// A number by which a flow is known to have been seen, or first packets of flows.
    #[inline]
    pub fn mark(&self, class: &Class, first: bool) -> u64 {
        let key = Key::new(*self, class.dev());
        if first { key.first() } else { key }.hash()
    }
}

/// What a flow's packets that are alike have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Key<A> {
    addrs: A,
    /// The class, by number, and the ports.
    rest: u64,
}

impl<A: Addrs> Key<A> {
    /// That of packets of a class, by number, between these ends.
    #[inline]
    pub fn new(Ends { addrs, ports }: Ends<A>, class: u32) -> Self {
        Self { addrs, rest: u64::from(class) << 32 | u64::from(ports) }
    }

    /// That of first packets of a flow like this one from any port.
    #[inline]
    pub const fn first(mut self) -> Self {
        self.rest = self.rest & !0xffff_0000 | 1 << 63;
        self
    }

    /// The source's port.
    #[inline]
    pub const fn source_port(&self) -> u16 {
        (self.rest >> 16) as u16
    }

    #[inline]
    pub fn hash(&self) -> u64 {
        let mixed = self.addrs.word().wrapping_mul(0x94d0_49bb_1331_11eb) ^ self.rest;
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ mixed >> 32
    }
}

/// An address in the upper 48 bits.
#[inline]
const fn mac(Mac([a, b, c, d, e, f]): Mac) -> u64 {
    u64::from_be_bytes([a, b, c, d, e, f, 0, 0])
}

/// A segment's flags, if it has no option but a timestamp.
const fn tcp_flags(tcp: &Tcp) -> Option<u16> {
    let options = &tcp.options;
    let plain = options.mss.is_none()
        && options.wscale.is_none()
        && !options.sack_permitted
        && options.stripped.is_empty();
    let stamp = if options.timestamp.is_some() { Class::TIMESTAMP } else { 0 };
    if plain { Some(tcp.flags.0 as u16 | stamp) } else { None }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use packetwalk_wire::{IpHeader, Packet, Payload, TcpFlags, TcpOptions, Udp};

    use super::*;

    type Change = fn(&mut Skb, &mut [Mac; 2]);

    fn class(dev: u32, change: Change) -> Option<Class> {
        let ip = IpHeader::new(IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::BROADCAST));
        let transport = Transport::Udp(Udp { sport: 1, dport: 2 });
        let mut skb = Skb::new(1, Packet { ip, transport, payload: Payload::EMPTY });
        let mut macs = [Mac([2, 0, 0, 0, 0, 1]), Mac([2, 0, 0, 0, 0, 2])];
        change(&mut skb, &mut macs);
        let [dst, src] = macs;
        Class::of(IfIndex(dev), &Ether { dst, src, content: Content::Ip(skb) })
    }

    fn tcp(flags: u8) -> Transport {
        let (flags, options) = (TcpFlags(flags), TcpOptions::default());
        Transport::Tcp(Tcp { sport: 1, dport: 2, seq: 0, ack: 0, flags, window: 0, options })
    }

    #[test]
    fn what_a_box_looks_at_makes_another_class() {
        let changes: [Change; 11] = [
            |_, _| {},
            |skb, _| skb.packet.ip.ttl -= 1,
            |skb, _| skb.packet.ip.tos = 4,
            |skb, _| skb.packet.ip.df = !skb.packet.ip.df,
            |skb, _| skb.mark = 1,
            |skb, _| skb.priority = 1,
            |skb, _| skb.packet.transport = tcp(0),
            |skb, _| skb.packet.transport = tcp(1),
            |_, [dst, _]| dst.0[5] = 9,
            |_, [_, src]| src.0[0] = 4,
            |_, macs| macs.swap(0, 1),
        ];
        let mut all: Vec<Class> = changes.iter().filter_map(|change| class(2, *change)).collect();
        all.extend(class(3, |_, _| {}));
        assert_eq!(all.len(), changes.len() + 1);
        for (n, one) in all.iter().enumerate() {
            assert!(!all[..n].contains(one), "{n}");
        }
    }

    #[test]
    fn what_is_the_ends_alone_makes_no_other_class() {
        let same = |change| assert_eq!(class(2, change), class(2, |_, _| {}));
        same(|skb, _| skb.packet.ip.src = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)));
        same(|skb, _| skb.packet.transport = Transport::Udp(Udp { sport: 7, dport: 9 }));
        same(|skb, _| skb.packet.ip.id = 9);
    }

    #[test]
    fn what_boxes_must_see_has_no_class() {
        assert_eq!(class(2, |skb, _| skb.packet.ip.bad_csum = true), None);
        assert_eq!(class(2, |_, [dst, _]| *dst = Mac::BROADCAST), None);
        assert_eq!(class(2, |skb, _| skb.packet.transport = Transport::Opaque { protocol: 47 }), None);
    }

    #[test]
    fn ends_are_of_one_family() {
        let (four, six) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST));
        assert!(Ends::<Four>::new(&four, &six, (1, 2)).is_none());
        assert!(Ends::<Six>::new(&four, &four, (1, 2)).is_none());
        assert!(Ends::<Six>::new(&six, &six, (1, 2)).is_some());
    }
}
