//! A frame comes in by an interface.

use packetwalk_link::Kind;
use packetwalk_trace::{DropReason, Observer, Step};
use packetwalk_wire::{IfIndex, Mac, PacketType};

use super::{Content, Ether, Next};
use crate::{Cx, Direction, Stack};

/// An Ethernet header and a VLAN tag: what a frame may have beyond the MTU of the veth that it reaches.
///
/// # Source
/// Linux v6.18, `include/linux/netdevice.h`: `__is_skb_forwardable`.
const HEADERS: u64 = 14 + 4;

impl Stack {
    /// Captures see the frame; a bridge takes its ports' frames; ARP and IP go to their handlers.
    ///
    /// # Source
    /// Linux v6.18, `net/core/dev.c`: `__netif_receive_skb_core`; `net/ethernet/eth.c`: `eth_type_trans`.
    pub(super) fn receive<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        dev: IfIndex,
        ether: &mut Ether,
    ) -> Next {
        let Some(device) = self.links.get_mut(dev) else { return Next::Done };
        if matches!(device.kind, Kind::Veth { .. }) && ether.wire_len() > u64::from(device.mtu) + HEADERS {
            return self.drop_frame(cx, ether, DropReason::PktTooBig);
        }
        // A bridge takes what its port took for the host's.
        let pkt_type = match &ether.content {
            Content::Ip(skb) if device.bridge().is_some() && skb.pkt_type == PacketType::Host => skb.pkt_type,
            _ => packet_type(ether.dst, device.mac),
        };
        if let Content::Ip(skb) = &mut ether.content {
            skb.iif = dev;
            skb.mac = Some((ether.src, ether.dst));
            skb.pkt_type = pkt_type;
        }
        ether.tell(cx.obs, Step::Receive(dev));
        if !device.is_up() {
            ether.tell(cx.obs, Step::Drop(DropReason::DevReady));
            return Next::Done;
        }
        device.stats.rx_packets += 1;
        device.stats.rx_bytes += ether.wire_len();
        device.stats.multicast += u64::from(ether.dst.is_group() && !device.is_loopback());
        let (is_port, shared) = (device.master.is_some(), !device.uppers.is_empty());
        cx.capture(self.id, dev, Direction::In, pkt_type, ether);
        if is_port {
            return Next::Bridge(dev);
        }
        if shared && !self.macvlan_receive(cx, dev, ether) {
            return Next::Done;
        }
        match &ether.content {
            Content::Arp(arp) => self.arp_receive(cx, dev, arp, pkt_type),
            Content::Ip(skb) if pkt_type == PacketType::OtherHost => {
                self.drop(cx, skb, DropReason::OtherHost)
            }
            Content::Ip(_) => Next::Prerouting,
        }
    }
}

pub(super) fn packet_type(dst: Mac, own: Mac) -> PacketType {
    if dst == Mac::BROADCAST {
        PacketType::Broadcast
    } else if dst == own {
        PacketType::Host
    } else if dst.is_group() {
        PacketType::Multicast
    } else {
        PacketType::OtherHost
    }
}
