//! A way through a namespace that the packets of many flows share.

use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use packetwalk_link::{Devices, Neighbours};
use packetwalk_netfilter::Netfilter;
use packetwalk_netfilter::conntrack::Known as Found;
use packetwalk_netfilter::xtables::Counters;
use packetwalk_trace::Counted;
use packetwalk_wire::{IfIndex, Instant, Mac, PacketType, Skb, Transport};
use rustc_hash::FxHasher;

use crate::Dst;
use crate::path::{Content, Ether};

/// An entry that a packet renews.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Renewed {
    /// The source's in a bridge's table, by its place there.
    Source(Fdb),
    /// The destination's.
    Destination(Fdb),
    /// The next hop's in the neighbour table, by its place there.
    Neighbour { id: u32, dev: IfIndex, addr: IpAddr, mac: Mac },
}

impl Renewed {
    /// Until when it is by itself as it was, if it is still.
    pub fn until(&self, links: &mut Devices, neigh: &mut Neighbours, now: Instant) -> Option<Instant> {
        match *self {
            Self::Source(fdb) | Self::Destination(fdb) => fdb.until(links, now),
            // A timer changes it.
            Self::Neighbour { id, dev, addr, mac } => neigh.at(id, dev, addr, mac).map(|_| Instant::MAX),
        }
    }

    fn renew(&self, links: &mut Devices, neigh: &mut Neighbours, now: Instant) {
        match *self {
            Self::Source(fdb) => {
                if let Some(entry) = fdb.get(links, now) {
                    entry.updated = entry.updated.max(now);
                }
            }
            Self::Destination(fdb) => {
                if let Some(entry) = fdb.get(links, now) {
                    entry.used = entry.used.max(now);
                }
            }
            Self::Neighbour { id, dev, addr, mac } => {
                if let Some(entry) = neigh.at(id, dev, addr, mac) {
                    entry.used = entry.used.max(now);
                }
            }
        }
    }
}

/// An entry of a bridge's table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Fdb {
    pub bridge: IfIndex,
    pub place: u32,
    pub mac: Mac,
    pub port: IfIndex,
}

impl Fdb {
    /// The entry at `now`, if it is still as it was.
    pub fn get(self, links: &mut Devices, now: Instant) -> Option<&mut packetwalk_link::FdbEntry> {
        let bridge = links.get_mut(self.bridge)?.bridge_mut()?;
        bridge.fdb.at(self.place, self.mac, self.port, bridge.config.ageing(), now)
    }

    /// Until when it stays so by itself.
    fn until(self, links: &mut Devices, now: Instant) -> Option<Instant> {
        let ageing = links.get(self.bridge)?.bridge()?.config.ageing();
        Some(self.get(links, now)?.ages_at(ageing).unwrap_or(Instant::MAX))
    }
}

/// What every packet of the way is like before its last box here, beside its connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct After {
    /// What became of its ends; none stays what it was.
    pub addrs: (Option<IpAddr>, Option<IpAddr>),
    pub ports: (Option<u16>, Option<u16>),
    macs: (Mac, Mac),
    mac: Option<(Mac, Mac)>,
    pkt_type: PacketType,
    iif: IfIndex,
    physin: IfIndex,
    physout: IfIndex,
    mark: u32,
    priority: u32,
    ttl: u8,
    tos: u8,
}

impl After {
    /// That of a packet that was `before` and has come there.
    pub fn of(before: &Skb, ether: &Ether, skb: &Skb) -> Self {
        let ends = |skb: &Skb| (skb.packet.ip.src, skb.packet.ip.dst, skb.packet.ports().unwrap_or_default());
        let (src, dst, (sport, dport)) = ends(skb);
        let (was_src, was_dst, (was_sport, was_dport)) = ends(before);
        Self {
            addrs: ((src != was_src).then_some(src), (dst != was_dst).then_some(dst)),
            ports: ((sport != was_sport).then_some(sport), (dport != was_dport).then_some(dport)),
            macs: (ether.dst, ether.src),
            mac: skb.mac,
            pkt_type: skb.pkt_type,
            iif: skb.iif,
            physin: skb.physin,
            physout: skb.physout,
            mark: skb.mark,
            priority: skb.priority,
            ttl: skb.packet.ip.ttl,
            tos: skb.packet.ip.tos,
        }
    }

    /// Makes a packet of the way that came in like it; its connection is somebody else's work.
    #[inline]
    pub fn make(&self, ether: &mut Ether) {
        (ether.dst, ether.src) = self.macs;
        let Content::Ip(skb) = &mut ether.content else { return };
        skb.mac = self.mac;
        skb.pkt_type = self.pkt_type;
        (skb.iif, skb.physin, skb.physout) = (self.iif, self.physin, self.physout);
        (skb.mark, skb.priority) = (self.mark, self.priority);
        let ip = &mut skb.packet.ip;
        (ip.ttl, ip.tos) = (self.ttl, self.tos);
        if let Some(src) = self.addrs.0 {
            ip.src = src;
        }
        if let Some(dst) = self.addrs.1 {
            ip.dst = dst;
        }
        let (sport, dport) = match &mut skb.packet.transport {
            Transport::Udp(udp) => (&mut udp.sport, &mut udp.dport),
            Transport::Tcp(tcp) => (&mut tcp.sport, &mut tcp.dport),
            _ => return,
        };
        *sport = self.ports.0.unwrap_or(*sport);
        *dport = self.ports.1.unwrap_or(*dport);
    }
}

/// A way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Way {
    /// Interfaces that it came in by, and those that it left by but for the last.
    pub received: Vec<IfIndex>,
    pub sent: Vec<IfIndex>,
    pub renewed: Vec<Renewed>,
    /// How it found its connection.
    pub found: Option<Found>,
    pub counted: Vec<Counted>,
    pub after: After,
    /// Where it leaves; none for one that is delivered here.
    pub out: Option<IfIndex>,
    pub dst: Dst,
}

/// Packets that went it and are not counted yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hits {
    pub packets: Counters,
    /// When the last one came.
    pub last: Instant,
}

/// A way, and how far this namespace is behind its packets.
#[derive(Debug)]
pub(super) struct Known {
    pub way: Way,
    pub hits: Option<Hits>,
    /// What it renews is there, as was found out in this round,
    pub checked: u64,
    /// until then.
    pub until: Instant,
}

impl Known {
    pub const fn new(way: Way) -> Self {
        Self { way, hits: None, checked: 0, until: Instant::ZERO }
    }
}

impl Way {
    /// A number that is the same of equal ways, and seldom of others.
    pub fn print(&self) -> u64 {
        let mut hasher = FxHasher::default();
        let Self { received, sent, renewed, found, counted, after, out, dst: _ } = self;
        (received, sent, renewed, found, counted, after, out).hash(&mut hasher);
        hasher.finish()
    }

    /// Counts packets, and renews what they renewed.
    pub fn write_back(&self, links: &mut Devices, neigh: &mut Neighbours, nf: &mut Netfilter, hits: Hits) {
        let Counters { packets, bytes } = hits.packets;
        let bytes = 14 * packets + bytes;
        for &dev in &self.received {
            if let Some(device) = links.get_mut(dev) {
                device.stats.rx_packets += packets;
                device.stats.rx_bytes += bytes;
            }
        }
        for &dev in &self.sent {
            if let Some(device) = links.get_mut(dev) {
                device.stats.tx_packets += packets;
                device.stats.tx_bytes += bytes;
            }
        }
        nf.count(&self.counted, hits.packets);
        for entry in &self.renewed {
            entry.renew(links, neigh, hits.last);
        }
    }
}
