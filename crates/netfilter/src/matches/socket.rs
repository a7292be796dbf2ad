//! `-m socket`.

use packetwalk_trace::Hook;
use packetwalk_wire::icmp::QuotedTransport;
use packetwalk_wire::{CtInfo, Icmp, Transport, proto};

use crate::conntrack::{Dir, Status};
use crate::context::{Cx, Scope};
use crate::env::{Host, SocketKey};

/// Whether a socket of this host would get the packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Socket {
    /// `--transparent`: only a transparent one counts.
    pub transparent: bool,
    /// `--nowildcard`: one that is bound to no address counts too.
    pub nowildcard: bool,
    /// `--restore-skmark`: the packet takes the socket's mark.
    pub restore_skmark: bool,
}

impl Socket {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_socket.c`: `socket_match`, `socket_mt6_v1_v2_v3`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> bool {
        let Some(found) = key(cx).and_then(|k| cx.env.host.socket(&k)) else { return false };
        let wildcard = !self.nowildcard && found.wildcard;
        let transparent = !self.transparent || found.transparent;
        if self.restore_skmark && !wildcard && transparent {
            cx.skb.mark = found.mark;
        }
        !wildcard && transparent
    }

    /// Where it may be used.
    pub(crate) const SCOPE: Scope = Scope::ANY.hooks(&[Hook::Prerouting, Hook::Input]);
}

/// What the socket is looked up by: an ICMP error is about the packet that it quotes.
///
/// # Source
/// Linux v6.18, `net/ipv4/netfilter/nf_socket_ipv4.c`: `nf_sk_lookup_slow_v4`, `extract_icmp4_fields`;
/// `net/ipv6/netfilter/nf_socket_ipv6.c`: `nf_sk_lookup_slow_v6`.
fn key<H: Host>(cx: &Cx<'_, '_, H>) -> Option<SocketKey> {
    let packet = &cx.skb.packet;
    let iif = cx.state.iif.index;
    let (mut key, error) = match packet.transport {
        Transport::Tcp(t) => {
            let (src, dst) = ((packet.ip.src, t.sport), (packet.ip.dst, t.dport));
            (SocketKey { protocol: proto::TCP, src, dst, iif }, false)
        }
        Transport::Udp(u) => {
            let (src, dst) = ((packet.ip.src, u.sport), (packet.ip.dst, u.dport));
            (SocketKey { protocol: proto::UDP, src, dst, iif }, false)
        }
        Transport::Icmp(Icmp::Error { quoted, .. }) => {
            let (protocol, ports) = match quoted.transport {
                QuotedTransport::Tcp(t) => (proto::TCP, (t.sport, t.dport)),
                QuotedTransport::Udp(u) => (proto::UDP, (u.sport, u.dport)),
                _ => return None,
            };
            let (src, dst) = ((quoted.ip.dst, ports.1), (quoted.ip.src, ports.0));
            (SocketKey { protocol, src, dst, iif }, true)
        }
        _ => return None,
    };
    if packet.ip.dst.is_ipv4()
        && let Some((conn, info)) = cx.ct.of(cx.skb)
        && conn.status().has(Status::SRC_NAT_DONE)
        && info == (if error { CtInfo::RelatedReply } else { CtInfo::EstablishedReply })
    {
        let sender = conn.tuple(Dir::Original);
        key.dst = (sender.src, sender.sport);
    }
    Some(key)
}
