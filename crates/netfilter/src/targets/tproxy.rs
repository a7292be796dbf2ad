//! `-j TPROXY`.

use std::net::IpAddr;

use packetwalk_trace::{DropReason, Hook, Table as TableId};
use packetwalk_wire::{Transport, proto};

use super::Flow;
use crate::context::{Cx, Scope};
use crate::env::{Host, SocketKey, Verdict};

/// Hands the packet to a transparent socket of this host, without rewriting it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tproxy {
    /// `--on-port`; 0 for the packet's own.
    pub port: u16,
    /// `--on-ip`; unspecified for the first address of the interface in.
    pub addr: IpAddr,
    /// `--tproxy-mark`'s value.
    pub mark: u32,
    /// `--tproxy-mark`'s mask.
    pub mask: u32,
}

impl Tproxy {
    /// A packet for which there is no transparent socket is dropped.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_TPROXY.c`: `tproxy_tg4`, `tproxy_tg6_v1`;
    /// `net/ipv4/netfilter/nf_tproxy_ipv4.c`: `nf_tproxy_get_sock_v4`, `nf_tproxy_laddr4`.
    pub fn act<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Flow {
        let packet = &cx.skb.packet;
        let (protocol, sport, dport) = match packet.transport {
            Transport::Tcp(t) => (proto::TCP, t.sport, t.dport),
            Transport::Udp(u) => (proto::UDP, u.sport, u.dport),
            _ => return Flow::End(Verdict::Drop(DropReason::NetfilterDrop)),
        };
        let iif = cx.state.iif.index;
        let (src, dst) = ((packet.ip.src, sport), packet.ip.dst);
        let host = cx.env.host;
        let own = SocketKey { protocol, src, dst: (dst, dport), iif };
        let found = host.socket(&own).filter(|s| s.connected).or_else(|| {
            let addr = if self.addr.is_unspecified() {
                host.first_addr(iif, packet.family()).unwrap_or(dst)
            } else {
                self.addr
            };
            let port = if self.port == 0 { dport } else { self.port };
            host.socket(&SocketKey { dst: (addr, port), ..own }).filter(|s| !s.connected)
        });
        Flow::End(if found.is_some_and(|s| s.transparent) {
            cx.skb.mark = (cx.skb.mark & !self.mask) ^ self.mark;
            Verdict::Accept
        } else {
            Verdict::Drop(DropReason::NetfilterDrop)
        })
    }

    /// Where it may be used.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_TPROXY.c`: `tproxy_tg4_check`.
    pub(crate) const SCOPE: Scope =
        Scope { protos: &[proto::TCP, proto::UDP], ..Scope::table(&[TableId::Mangle]) }
            .hooks(&[Hook::Prerouting]);
}
