//! REDIRECT.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_trace::{DropReason, Hook, Manip, Observer};
use packetwalk_wire::{Family, Skb};

use super::{NatRange, setup_info};
use crate::conntrack::Conntrack;
use crate::env::{Env, HookState, Host, Verdict};

/// Maps the destination to this host: loopback for a packet made here, else the first address of the
/// interface that it came in by. Dropped when it has none.
///
/// `range` brings ports and random flags.
///
/// # Source
/// Linux v6.18, `nf_nat_redirect.c`: `nf_nat_redirect_ipv4`, `nf_nat_redirect_ipv6`. Differs: of IPv6
/// addresses the first is taken without regard to the destination's scope.
pub fn redirect<H: Host, O: Observer>(
    ct: &mut Conntrack,
    skb: &Skb,
    range: &NatRange,
    state: &HookState,
    env: &mut Env<'_, H>,
    obs: &mut O,
) -> Verdict {
    let family = skb.packet.family();
    let to = match (state.hook, family) {
        (Hook::Output, Family::V4) => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        (Hook::Output, Family::V6) => Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        _ => env.host.first_addr(state.iif.index, family),
    };
    match to {
        Some(to) => setup_info(ct, skb, &range.at(to), Manip::Dst, env, obs),
        None => Verdict::Drop(DropReason::NetfilterDrop),
    }
}
