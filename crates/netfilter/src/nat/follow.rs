//! An expected connection follows its master's mapping.

use packetwalk_trace::Manip;
use packetwalk_wire::{Nfct, Skb};

use super::setup::setup;
use super::{NatRange, RangeFlags};
use crate::conntrack::Conntrack;
use crate::env::{Env, Host};

/// Maps a packet's new connection, when a helper expected it of a connection that NAT changed: it comes
/// from where the master's packets seem to come from, and goes to the port that the payload told at
/// first.
///
/// # Source
/// Linux v6.18, `nf_nat_helper.c`: `nf_nat_follow_master`.
pub(crate) fn follow_master<H: Host>(ct: &mut Conntrack, skb: &Skb, env: &mut Env<'_, H>) {
    let Nfct::Tracked(r) = skb.nfct else { return };
    let Some((follow, master)) = ct.take_follow(r) else { return };
    let tuple = master.tuple(follow.dir.other());
    let source = NatRange::address(tuple.dst);
    let target = NatRange {
        min_proto: follow.port,
        max_proto: follow.port,
        flags: RangeFlags::MAP_IPS.with(RangeFlags::PROTO_SPECIFIED),
        ..NatRange::address(tuple.src)
    };
    let _ = setup(ct, r, &source, Manip::Src, env);
    let _ = setup(ct, r, &target, Manip::Dst, env);
}
