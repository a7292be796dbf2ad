//! `REJECT --reject-with tcp-reset`.

use packetwalk_trace::{Observer, RouteKind};
use packetwalk_wire::{Family, IpHeader, Packet, Skb, TcpFlags, Transport};

use crate::path::{Content, Ether, Next};
use crate::sockets::tcp::reset_for;
use crate::{Cx, OutputKey, Stack};

impl Stack {
    /// A bridged packet is answered on the port it came by, with the MACs exchanged.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/nf_reject_ipv4.c`: `nf_send_reset`;
    /// `net/ipv6/netfilter/nf_reject_ipv6.c`: `nf_send_reset6`.
    pub(crate) fn reject_reset<O: Observer>(&mut self, cx: &mut Cx<'_, O>, about: &Skb) {
        let packet = about.packet;
        let Transport::Tcp(tcp) = packet.transport else { return };
        let broadcast = packet.family() == Family::V4
            && self.routing.addr_type(packet.ip.dst, None) == RouteKind::Broadcast;
        if tcp.flags.has(TcpFlags::RST) || broadcast || packet.ip.dst.is_multicast() {
            return;
        }
        let segment = reset_for(&tcp, packet.payload.len());
        let mut ip = IpHeader::new(packet.ip.dst, packet.ip.src);
        ip.df = packet.family() == Family::V4;
        let answer = Packet { ip, transport: Transport::Tcp(segment.tcp), payload: segment.payload };
        let mut skb = Skb::new(cx.new_id(), answer);
        cx.obs.step(about, packetwalk_trace::Step::Answer);
        let key = OutputKey {
            src: Some(answer.ip.src),
            any_src: true,
            mark: self.reflected_mark(about),
            protocol: packet.protocol(),
            ports: (segment.tcp.sport, segment.tcp.dport),
            ..OutputKey::to(answer.ip.dst)
        };
        let Ok(dst) = self.lookup_output(&key) else { return };
        (skb.mark, skb.no_socket) = (key.mark, true);
        skb.packet.ip.ttl = self.default_ttl(packet.family(), dst.oif);
        self.nf.ct.attach(about, &mut skb);
        self.nf.ct.set_closing(about, cx.now);
        match about.mac {
            Some((src, own)) if about.physin.is_some() => {
                let ether = Ether { dst: src, src: own, content: Content::Ip(skb) };
                self.wait(Next::Transmit(about.physin), ether);
            }
            _ => self.send_now(cx, skb, dst),
        }
    }
}
