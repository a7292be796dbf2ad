//! A frame leaves by an interface: to `lo`'s other side, a bridge's ports, or the veth's peer.

use packetwalk_link::Kind;
use packetwalk_trace::{DropReason, Observer, Step};
use packetwalk_wire::{IfIndex, PacketType};

use super::{Content, Ether, Next};
use crate::{Cx, Direction, Stack};

impl Stack {
    /// # Source
    /// Linux v6.18, `net/core/dev.c`: `__dev_queue_xmit`; `drivers/net/veth.c`: `veth_xmit`;
    /// `drivers/net/loopback.c`: `loopback_xmit`; `net/bridge/br_device.c`: `br_dev_xmit`;
    /// `drivers/net/macvlan.c`: `macvlan_start_xmit`.
    pub(super) fn transmit<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        dev: IfIndex,
        ether: &mut Ether,
    ) -> Next {
        let Some(device) = self.links.get_mut(dev) else { return Next::Done };
        if !device.is_up() {
            return self.drop_frame(cx, ether, DropReason::DevReady);
        }
        cx.capture(self.id, dev, Direction::Out, PacketType::Host, ether);
        ether.tell(cx.obs, Step::Transmit(dev));
        device.stats.tx_packets += 1;
        device.stats.tx_bytes += ether.wire_len();
        match device.kind {
            Kind::Loopback => {
                if let Content::Ip(skb) = &mut ether.content {
                    skb.has_dst = true;
                }
                self.in_turn(Next::Receive(dev), ether)
            }
            Kind::Bridge(_) => self.bridge_transmit(cx, dev, ether),
            Kind::Veth { peer: Some(peer) } if device.carrier => {
                if let Content::Ip(skb) = &ether.content {
                    self.nf.drop_skb(skb);
                }
                Next::Away(peer)
            }
            Kind::Macvlan { lower: Some(lower), .. } => {
                cx.emit_below(self.id, lower, (self.id, dev), ether);
                if let Content::Ip(skb) = &ether.content {
                    self.nf.drop_skb(skb);
                }
                Next::Done
            }
            Kind::Macvlan { .. } => Next::Done,
            Kind::Veth { .. } => self.drop_frame(cx, ether, DropReason::NoCarrier),
            Kind::Dummy => Next::Done,
        }
    }
}
