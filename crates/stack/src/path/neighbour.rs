//! The next hop's MAC: known, asked for, or not needed.

use std::net::IpAddr;

use packetwalk_link::Outcome;
use packetwalk_trace::{DropReason, NeighStep, Observer, RouteKind, Step};
use packetwalk_wire::{IfIndex, Mac};

use super::{Content, Ether, Next};
use crate::{Cx, Dst, Stack};

impl Stack {
    /// # Source
    /// Linux v6.18, `net/ipv4/ip_output.c`: `ip_finish_output2`; `net/core/neighbour.c`: `neigh_output`;
    /// `net/ipv4/arp.c`: `arp_constructor`.
    pub(super) fn neighbour<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        ether: &mut Ether,
        dst: &Dst,
    ) -> Next {
        let Content::Ip(skb) = &ether.content else { return Next::Done };
        let dev = dst.oif;
        let Some(device) = self.links.get(dev) else { return self.drop(cx, skb, DropReason::DevReady) };
        let own = device.mac;
        let next_hop = dst.gateway.unwrap_or(skb.packet.ip.dst);
        let fixed = if device.is_noarp() {
            Some(if device.is_loopback() { Mac::ZERO } else { own })
        } else if dst.kind == RouteKind::Broadcast {
            Some(Mac::BROADCAST)
        } else {
            multicast_mac(next_hop)
        };
        if let Some(mac) = fixed {
            (ether.dst, ether.src) = (mac, own);
            return Next::Transmit(dev);
        }
        let say = |step| Step::Neigh { next_hop, dev, step };
        match self.neigh.resolve(next_hop, dev, skb, cx.now) {
            Outcome::Ready(mac) => {
                cx.obs.step(skb, say(NeighStep::Hit));
                self.remember_header(dev, next_hop);
                (ether.dst, ether.src) = (mac, own);
                Next::Transmit(dev)
            }
            Outcome::Queued { solicit, .. } => {
                cx.obs.step(skb, say(NeighStep::Queued));
                if let Some(solicit) = solicit {
                    self.solicit(cx, &solicit);
                }
                Next::Done
            }
            Outcome::Failed => {
                cx.obs.step(skb, say(NeighStep::Failed));
                self.link_failure(cx, skb);
                self.drop(cx, skb, DropReason::NeighFailed)
            }
        }
    }

    /// Sends what waited for a MAC that is known now.
    pub(crate) fn release<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        released: packetwalk_link::neigh_update::Released,
    ) {
        let Some(own) = self.links.get(released.dev).map(|d| d.mac) else { return };
        if !released.packets.is_empty() {
            self.remember_header(released.dev, released.addr);
        }
        for skb in released.packets {
            let step = Step::Neigh { next_hop: released.addr, dev: released.dev, step: NeighStep::Resolved };
            cx.obs.step(&skb, step);
            let ether = Ether { dst: released.mac, src: own, content: Content::Ip(skb) };
            self.wait(Next::Transmit(released.dev), ether);
        }
    }

    /// The MAC of a neighbour whose header is cached: it was sent to before and is not in doubt.
    pub(super) fn cached_header(&self, dev: IfIndex, addr: IpAddr) -> Option<Mac> {
        let neigh = self.neigh.get(dev, addr)?;
        (neigh.state.is_connected() && self.headers.contains_key(&(dev, addr))).then_some(neigh.mac)
    }

    fn remember_header(&mut self, dev: IfIndex, addr: IpAddr) {
        if !self.headers.contains_key(&(dev, addr)) {
            self.headers.insert((dev, addr), ());
        }
    }
}

/// The MAC of a group address (RFC 1112 section 6.4, RFC 2464 section 7); broadcast for 255.255.255.255.
pub(crate) fn multicast_mac(addr: IpAddr) -> Option<Mac> {
    match addr {
        IpAddr::V4(a) if a.is_broadcast() => Some(Mac::BROADCAST),
        IpAddr::V4(a) if a.is_multicast() => {
            let [_, b, c, d] = a.octets();
            Some(Mac([0x01, 0x00, 0x5e, b & 0x7f, c, d]))
        }
        IpAddr::V6(a) if a.is_multicast() => {
            let o = a.octets();
            Some(Mac([0x33, 0x33, o[12], o[13], o[14], o[15]]))
        }
        _ => None,
    }
}
