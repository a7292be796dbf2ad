//! Sends the segments that SYNPROXY made.

use packetwalk_netfilter::synproxy::Answer;
use packetwalk_trace::Observer;
use packetwalk_wire::Skb;

use crate::{Cx, Stack};

impl Stack {
    /// # Source
    /// Linux v6.18, `net/netfilter/nf_synproxy_core.c`: `synproxy_send_tcp`, `synproxy_send_tcp_ipv6`.
    pub(crate) fn send_answers<O: Observer>(&mut self, cx: &mut Cx<'_, O>) {
        if self.nf.shared.answers.is_empty() {
            return;
        }
        for answer in std::mem::take(&mut self.nf.shared.answers) {
            match answer {
                Answer::Shift(conn, off) => self.nf.ct.shift_proxied(conn, off),
                Answer::Send(packet, nfct) => {
                    let mut skb = Skb::new(cx.new_id(), packet);
                    let Ok(dst) = self.route_me_harder(&skb) else { continue };
                    skb.packet.ip.ttl = self.default_ttl(packet.family(), dst.oif);
                    (skb.nfct, skb.no_socket) = (nfct, true);
                    self.send_now(cx, skb, dst);
                }
            }
        }
    }
}
