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
    #[inline]
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

    /// Length of the packets, from the IP header on, in bytes.
    #[inline]
    pub const fn len(&self) -> u16 {
        (self.0[0] >> 16) as u16
    }

    /// Where frames of the class come in.
    const fn dev(&self) -> u32 {
        (self.0[0] >> 32) as u32
    }
}

/// An address of one family.
pub(super) trait Addr: Copy + Eq {
    /// That of an address, if it is of this family.
    fn of(ip: IpAddr) -> Option<Self>;
    /// 64 bits of it.
    fn word(self) -> u64;
    /// What is known of the family's flows.
    fn table(flows: &mut Flows) -> &mut Table<Self>;
}

impl Addr for u32 {
    #[inline]
    fn of(ip: IpAddr) -> Option<Self> {
        if let IpAddr::V4(ip) = ip { Some(ip.to_bits()) } else { None }
    }
    #[inline]
    fn word(self) -> u64 {
        u64::from(self)
    }
    #[inline]
    fn table(flows: &mut Flows) -> &mut Table<Self> {
        &mut flows.v4
    }
}

impl Addr for [u64; 2] {
    #[inline]
    fn of(ip: IpAddr) -> Option<Self> {
        let IpAddr::V6(ip) = ip else { return None };
        Some([(ip.to_bits() >> 64) as u64, ip.to_bits() as u64])
    }
    #[inline]
    fn word(self) -> u64 {
        let [high, low] = self;
        high ^ low
    }
    #[inline]
    fn table(flows: &mut Flows) -> &mut Table<Self> {
        &mut flows.v6
    }
}

/// A flow's own: source and destination.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ends<A> {
    addrs: [A; 2],
    ports: [u16; 2],
}

impl<A: Addr> Ends<A> {
    /// These ends.
    #[inline]
    pub fn new((src, dst): (IpAddr, IpAddr), (sport, dport): (u16, u16)) -> Option<Self> {
        Some(Self { addrs: [A::of(src)?, A::of(dst)?], ports: [sport, dport] })
    }

    /// These ends, whatever the source port is.
    #[inline]
    pub const fn of_any_source(mut self) -> Self {
        let [sport, _] = &mut self.ports;
        *sport = 0;
        self
    }

    /// The source's port.
    #[inline]
    pub const fn source_port(&self) -> u16 {
        let [sport, _] = self.ports;
        sport
    }

    /// All of it and a number as one number.
    #[inline]
    pub fn mix(&self, number: u32) -> u64 {
        let ([src, dst], [sport, dport]) = (self.addrs, self.ports);
        let addrs = src.word().rotate_left(32) ^ dst.word();
        let rest = u64::from(number) << 32 | u64::from(sport) << 16 | u64::from(dport);
        let mixed = addrs.wrapping_mul(0x94d0_49bb_1331_11eb) ^ rest;
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ mixed >> 32
    }

    /// A number by which a flow is known to have been seen, or first packets of flows.
    #[inline]
    pub fn mark(&self, class: &Class, first: bool) -> u64 {
        self.mix(class.dev() | if first { FIRST } else { 0 })
    }
}

/// In a class's number: first packets of the flows from any port are meant.
pub(super) const FIRST: u32 = 1 << 31;

/// What a flow's packets that are alike have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Key<A> {
    pub ends: Ends<A>,
    /// The class, by number.
    pub class: u32,
}

impl<A: Addr> Key<A> {
    #[inline]
    pub fn hash(&self) -> u64 {
        self.ends.mix(self.class)
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
        assert!(Ends::<u32>::new((four, six), (1, 2)).is_none());
        assert!(Ends::<[u64; 2]>::new((four, four), (1, 2)).is_none());
        assert!(Ends::<[u64; 2]>::new((six, six), (1, 2)).is_some());
    }
}
