//! Sends the copies that TEE made.

use packetwalk_netfilter::shared::Copy;
use packetwalk_trace::Observer;
use packetwalk_wire::{IfIndex, Skb};

use crate::{Cx, OutputKey, Stack};

impl Stack {
    /// Each goes to its gateway, wherever its own destination is.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/nf_dup_ipv4.c`: `nf_dup_ipv4_route`;
    /// `net/ipv6/netfilter/nf_dup_ipv6.c`: `nf_dup_ipv6_route`.
    pub(crate) fn send_copies<O: Observer>(&mut self, cx: &mut Cx<'_, O>) {
        if self.nf.shared.copies.is_empty() {
            return;
        }
        for copy in std::mem::take(&mut self.nf.shared.copies) {
            let Copy { skb, gateway, oif } = copy;
            let key = OutputKey {
                oif: self.links.by_name(oif.as_str()).map(|d| d.index),
                tos: skb.packet.ip.tos,
                ..OutputKey::to(gateway)
            };
            let Ok(mut dst) = self.lookup_output(&key) else { continue };
            dst.gateway = dst.gateway.or(Some(gateway));
            let skb = Skb { id: cx.new_id(), iif: IfIndex::NONE, mac: None, no_socket: true, ..skb };
            self.nf.shared.copying = true;
            self.send_now(cx, skb, dst);
            self.nf.shared.copying = false;
        }
    }
}
