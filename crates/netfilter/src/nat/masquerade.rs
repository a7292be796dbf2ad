//! MASQUERADE.

use std::net::IpAddr;

use packetwalk_trace::{DropReason, Manip, Observer};
use packetwalk_wire::{Nfct, Skb};

use super::{NatRange, setup_info};
use crate::conntrack::{Conntrack, Dir};
use crate::env::{Env, HookState, Host, Verdict};

/// Maps the source to an address of the interface that the packet leaves by: the one that suits the next
/// hop. Dropped when it has none. The connection is forgotten when the interface goes down
/// ([`Conntrack::masq_dev_down`]).
///
/// `range` brings ports and random flags.
///
/// # Source
/// Linux v6.18, `nf_nat_masquerade.c`: `nf_nat_masquerade_ipv4`, `nf_nat_masquerade_ipv6`.
pub fn masquerade<H: Host, O: Observer>(
    ct: &mut Conntrack,
    skb: &Skb,
    range: &NatRange,
    state: &HookState,
    env: &mut Env<'_, H>,
    obs: &mut O,
) -> Verdict {
    let Nfct::Tracked(r) = skb.nfct else { return Verdict::Accept };
    let Some(conn) = ct.get(r) else { return Verdict::Accept };
    let destination = skb.packet.ip.dst;
    let towards = match conn.tuple(Dir::Original).src {
        IpAddr::V4(src) if src.is_unspecified() => return Verdict::Accept,
        IpAddr::V4(_) => state.next_hop.unwrap_or(destination),
        IpAddr::V6(_) => destination,
    };
    let Some(source) = env.host.masquerade_source(state.oif.index, towards) else {
        return Verdict::Drop(DropReason::NetfilterDrop);
    };
    if let Some(conn) = ct.get_mut(r)
        && !conn.is_confirmed()
    {
        conn.masq_index = state.oif.index;
    }
    setup_info(ct, skb, &range.at(source), Manip::Src, env, obs)
}
