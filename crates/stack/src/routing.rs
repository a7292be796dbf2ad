//! Asks the route tables, and gives the answer as a packet carries it.

use packetwalk_route::{Flow, Input, InputKey, RouteResult};
use packetwalk_trace::{Observer, RouteKind, SendError, Step};
use packetwalk_wire::{Family, IfIndex, Skb};

use crate::{Cx, Dst, OutputKey, Stack};

impl From<RouteResult> for Dst {
    fn from(r: RouteResult) -> Self {
        Self {
            kind: r.kind,
            oif: r.oif,
            gateway: r.via,
            src: r.src,
            mtu: r.mtu,
            redirect: r.redirect,
            probe: false,
            local: r.local,
            step: r.from_table.then(|| r.step()),
        }
    }
}

impl Stack {
    /// The routing decision for a packet that came in by `skb.iif`.
    pub(crate) fn lookup_input(&mut self, skb: &Skb) -> Input {
        let ip = &skb.packet.ip;
        let (sport, dport) = skb.packet.ports().unwrap_or((0, 0));
        let key = InputKey {
            src: ip.src,
            dst: ip.dst,
            tos: ip.tos,
            dev: skb.iif,
            mark: skb.mark,
            proto: skb.packet.protocol(),
            sport,
            dport,
        };
        self.route_cache.input(&self.routing, key)
    }

    /// The routing decision for a packet made here.
    ///
    /// # Errors
    /// What the sender is told.
    pub fn lookup_output(&self, key: &OutputKey) -> Result<Dst, SendError> {
        let family = Family::of(key.dst);
        // Another's source is asked with too, but not a group's (`ip_route_me_harder`).
        let one = |a| {
            family == Family::V6
                || matches!(self.routing.addr_type(a, None), RouteKind::Local | RouteKind::Unicast)
        };
        let src = key.src.filter(|&a| !key.any_src || one(a));
        let flow = Flow {
            src: src.unwrap_or(family.unspecified()),
            oif: key.oif.unwrap_or(IfIndex::NONE),
            mark: key.mark,
            tos: key.tos,
            proto: key.protocol,
            sport: key.ports.0,
            dport: key.ports.1,
            any_src: key.any_src,
            ..Flow::new(key.dst)
        };
        self.routing.output(&flow).map(Dst::from)
    }

    /// The route of a packet whose headers or mark OUTPUT changed.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter.c`: `ip_route_me_harder`; `net/ipv6/netfilter.c`:
    /// `ip6_route_me_harder`.
    pub(crate) fn route_me_harder(&self, skb: &Skb) -> Result<Dst, SendError> {
        let packet = &skb.packet;
        self.lookup_output(&OutputKey {
            src: Some(packet.ip.src),
            any_src: true,
            mark: skb.mark,
            tos: packet.ip.tos,
            protocol: packet.protocol(),
            ports: packet.ports().unwrap_or((0, 0)),
            ..OutputKey::to(packet.ip.dst)
        })
    }

    /// Tells the observer by which route a packet made here goes.
    pub(crate) fn say_route<O: Observer>(cx: &mut Cx<'_, O>, skb: &Skb, dst: &Dst) {
        if let Some(step) = dst.step {
            cx.obs.step(skb, Step::RouteOutput(step));
        }
    }
}
