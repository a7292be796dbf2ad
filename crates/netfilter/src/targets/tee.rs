//! `-j TEE`.

use std::net::IpAddr;

use packetwalk_trace::Hook;
use packetwalk_wire::{IfName, Nfct, Payload};

use super::Flow;
use crate::context::Cx;
use crate::env::Host;
use crate::shared::Copy;

/// Sends a copy of the packet to a host on a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tee {
    /// `--gateway`.
    pub gateway: IpAddr,
    /// `--oif`; empty for the route's own.
    pub oif: IfName,
}

impl Tee {
    /// The copy is untracked and made here: it passes OUTPUT and POSTROUTING, where no TEE copies it again.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_TEE.c`: `tee_tg4`, `tee_tg6`; `net/ipv4/netfilter/nf_dup_ipv4.c`:
    /// `nf_dup_ipv4`; `net/ipv6/netfilter/nf_dup_ipv6.c`: `nf_dup_ipv6`.
    pub fn act<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Flow {
        if cx.shared.copying {
            return Flow::Continue;
        }
        // Fragments that two packets share are cut anew.
        cx.skb.frag_cuts = Payload::EMPTY;
        let mut skb = *cx.skb;
        skb.nfct = Nfct::Untracked;
        skb.uid = None;
        let ip = &mut skb.packet.ip;
        // What is cut again on its way out loses the flag.
        ip.df |= ip.src.is_ipv4() && skb.frag_max == 0;
        if matches!(cx.state.hook, Hook::Prerouting | Hook::Input) {
            ip.ttl = ip.ttl.wrapping_sub(1);
        }
        cx.shared.copies.push(Copy { skb, gateway: self.gateway, oif: self.oif });
        Flow::Continue
    }

    /// The kernel takes no gateway of all zeros (`tee_tg_check`).
    pub(crate) const fn is_valid(&self) -> bool {
        !self.gateway.is_unspecified()
    }
}
