//! Frames of interfaces that share another one.
//!
//! # Source
//! Linux v6.18, `drivers/net/macvlan.c`: `macvlan_queue_xmit`, `macvlan_handle_frame`, `macvlan_broadcast`,
//! `macvlan_multicast_rx`. Differs: group frames reach every other at once, not by a work queue of its own.

use packetwalk_link::{MacvlanMode, Upper};
use packetwalk_trace::{NsId, Observer};
use packetwalk_wire::IfIndex;

use super::{Content, Ether, Next};
use crate::{Cx, Stack};

impl Stack {
    fn uppers(&self, dev: IfIndex) -> Vec<Upper> {
        let all = self.links.get(dev).map(|d| d.uppers.as_slice()).unwrap_or_default();
        all.iter().filter(|u| u.up).copied().collect()
    }

    /// A frame that `upper` sends goes out by the interface that it stands on, or to another that stands there.
    pub(super) fn macvlan_transmit<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        dev: IfIndex,
        upper: (NsId, IfIndex),
        ether: &Ether,
    ) -> Next {
        let all = self.uppers(dev);
        let bridged = |u: &&Upper| u.mode == MacvlanMode::Bridge;
        if all.iter().any(|u| u.at == upper && u.mode == MacvlanMode::Bridge) {
            if ether.dst.is_group() {
                for other in all.iter().filter(bridged).filter(|u| u.at != upper) {
                    cx.emit(self.id, other.at, ether);
                }
            } else if all.iter().filter(bridged).any(|u| u.mac == ether.dst) {
                return Next::Receive(dev);
            }
        }
        Next::Transmit(dev)
    }

    /// A frame that came in by a shared interface; whether the interface itself is to have it.
    pub(super) fn macvlan_receive<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        dev: IfIndex,
        ether: &Ether,
    ) -> bool {
        let all = self.uppers(dev);
        if ether.dst.is_group() {
            let source = all.iter().find(|u| u.mac == ether.src);
            let to = |u: &Upper| match source.map(|s| s.mode) {
                None => true,
                Some(MacvlanMode::Vepa) => matches!(u.mode, MacvlanMode::Vepa | MacvlanMode::Bridge),
                // Those in bridge mode have seen it on its way out.
                Some(MacvlanMode::Bridge) => u.mode == MacvlanMode::Vepa,
                Some(_) => u.mac == ether.src,
            };
            let from = source.map(|s| s.at);
            let own = source.is_some_and(|s| matches!(s.mode, MacvlanMode::Private | MacvlanMode::Passthru));
            for upper in all.iter().filter(|u| to(u) && (own || Some(u.at) != from)) {
                cx.emit(self.id, upper.at, ether);
            }
            return !own;
        }
        let alone = all.first().filter(|u| u.mode == MacvlanMode::Passthru);
        let Some(upper) = alone.or_else(|| all.iter().find(|u| u.mac == ether.dst)) else {
            return true;
        };
        cx.emit(self.id, upper.at, ether);
        if let Content::Ip(skb) = &ether.content {
            self.nf.drop_skb(skb);
        }
        false
    }
}
