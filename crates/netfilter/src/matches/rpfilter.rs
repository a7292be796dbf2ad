//! `-m rpfilter`.

use std::net::IpAddr;

use packetwalk_trace::{Hook, RouteKind, Table as TableId};
use packetwalk_wire::{IfIndex, PacketType};

use crate::context::{Cx, Scope};
use crate::env::{Host, ReverseKey};

/// Whether an answer to the packet's source would leave by the interface that the packet came in by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rpfilter {
    /// `--loose`: by any interface.
    pub loose: bool,
    /// `--validmark`: the packet's mark counts in the lookup.
    pub valid_mark: bool,
    /// `--accept-local`: a source that is this host's own passes.
    pub accept_local: bool,
    /// `--invert`.
    pub invert: bool,
}

impl Rpfilter {
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/ipt_rpfilter.c`: `rpfilter_mt`;
    /// `net/ipv6/netfilter/ip6t_rpfilter.c`: `rpfilter_mt`.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> bool {
        self.passes(cx) != self.invert
    }

    fn passes<H: Host>(self, cx: &Cx<'_, '_, H>) -> bool {
        let dev = cx.state.iif.index;
        if cx.skb.pkt_type == PacketType::Loopback || dev == IfIndex::LO {
            return true;
        }
        let ip = &cx.skb.packet.ip;
        match (ip.src, ip.dst) {
            (IpAddr::V4(src), IpAddr::V4(dst))
                if src.octets()[0] == 0 && (dst.is_broadcast() || dst.octets()[..3] == [224, 0, 0]) =>
            {
                return true;
            }
            (IpAddr::V6(src), _) if src.is_unspecified() => return true,
            _ => {}
        }
        let key = ReverseKey {
            src: ip.src,
            dst: ip.dst,
            tos: ip.tos,
            mark: if self.valid_mark { cx.skb.mark } else { 0 },
            dev,
            loose: self.loose,
        };
        let Some(way) = cx.env.host.reverse_route(&key) else { return false };
        match (way.kind, ip.src) {
            (RouteKind::Unicast, _) => self.loose || way.by_dev,
            (RouteKind::Local, IpAddr::V4(_)) => self.accept_local && (self.loose || way.by_dev),
            (RouteKind::Local, IpAddr::V6(_)) => self.accept_local,
            _ => false,
        }
    }

    /// Where it may be used.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/ipt_rpfilter.c`: `rpfilter_check`.
    pub(crate) const SCOPE: Scope = Scope::table(&[TableId::Raw, TableId::Mangle]).hooks(&[Hook::Prerouting]);
}
