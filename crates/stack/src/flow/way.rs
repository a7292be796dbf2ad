//! A way through a namespace that the packets of many flows share.

use std::net::IpAddr;

use packetwalk_link::Devices;
use packetwalk_netfilter::Netfilter;
use packetwalk_netfilter::conntrack::Known;
use packetwalk_trace::Counted;
use packetwalk_wire::{IfIndex, Instant, Mac, Nfct, PacketType, Skb, Transport};

use super::Flow;
use crate::Dst;
use crate::path::{Content, Ether, Next};

/// An entry that a packet renews.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Renewed {
    /// The source's in a bridge's table, by its place there.
    Source(Fdb),
    /// The destination's.
    Destination(Fdb),
    /// The next hop's in the neighbour table, by its place there.
    Neighbour { id: u32, dev: IfIndex, addr: IpAddr, mac: Mac },
}

/// An entry of a bridge's table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
}

/// What every packet of the way is like before its last box here, beside its flow's addresses and ports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct After {
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
    /// That of a packet that has come there.
    pub const fn of(ether: &Ether, skb: &Skb) -> Self {
        Self {
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

    /// Makes a packet of the flow that came in like it.
    #[inline]
    pub fn make(&self, flow: &Flow, ether: &mut Ether) {
        (ether.dst, ether.src) = self.macs;
        let Content::Ip(skb) = &mut ether.content else { return };
        skb.mac = self.mac;
        skb.pkt_type = self.pkt_type;
        (skb.iif, skb.physin, skb.physout) = (self.iif, self.physin, self.physout);
        (skb.mark, skb.priority) = (self.mark, self.priority);
        skb.nfct = flow.conn.map_or(Nfct::None, Nfct::Tracked);
        let ip = &mut skb.packet.ip;
        (ip.src, ip.dst) = flow.addrs;
        (ip.ttl, ip.tos) = (self.ttl, self.tos);
        match &mut skb.packet.transport {
            Transport::Udp(udp) => (udp.sport, udp.dport) = flow.ports,
            Transport::Tcp(tcp) => (tcp.sport, tcp.dport) = flow.ports,
            _ => {}
        }
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
    pub found: Option<Known>,
    pub counted: Vec<Counted>,
    pub after: After,
    /// The last box here.
    pub last: Next,
    pub dst: Dst,
}

impl Way {
    /// Counts one more packet.
    #[inline]
    pub fn count(&self, links: &mut Devices, nf: &mut Netfilter, len: u16) {
        let frame = 14 + u64::from(len);
        for &dev in &self.received {
            if let Some(device) = links.get_mut(dev) {
                device.stats.rx_packets += 1;
                device.stats.rx_bytes += frame;
            }
        }
        for &dev in &self.sent {
            if let Some(device) = links.get_mut(dev) {
                device.stats.tx_packets += 1;
                device.stats.tx_bytes += frame;
            }
        }
        nf.count(&self.counted, len);
    }
}
