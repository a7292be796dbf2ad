//! A connection gets its mapping, once for each half.

use packetwalk_trace::{DropReason, Manip, Observer, Step};
use packetwalk_wire::{CtRef, Nfct, Skb};

use super::unique_tuple::unique_tuple;
use super::{NatRange, done_bit};
use crate::conntrack::{Conntrack, Dir, Status};
use crate::env::{Env, Host, Verdict};

/// Maps one half of a packet's new connection into `range`, as a rule says; a confirmed connection keeps
/// what it has. The packet itself is rewritten by [`super::inet_fn`] afterwards.
///
/// # Source
/// Linux v6.18, `nf_nat_core.c`: `nf_nat_setup_info`.
pub fn setup_info<H: Host, O: Observer>(
    ct: &mut Conntrack,
    skb: &Skb,
    range: &NatRange,
    manip: Manip,
    env: &mut Env<'_, H>,
    obs: &mut O,
) -> Verdict {
    let Nfct::Tracked(r) = skb.nfct else { return Verdict::Accept };
    let verdict = setup(ct, r, range, manip, env);
    if verdict == Verdict::Accept {
        obs.step(skb, Step::NatSetup { manip, by_rule: true });
    }
    verdict
}

/// No rule matched: addresses stay, and ports too unless another connection has them.
///
/// # Source
/// Linux v6.18, `nf_nat_core.c`: `nf_nat_alloc_null_binding`.
pub(super) fn null_binding<H: Host, O: Observer>(
    ct: &mut Conntrack,
    skb: &Skb,
    r: CtRef,
    manip: Manip,
    env: &mut Env<'_, H>,
    obs: &mut O,
) -> Verdict {
    let Some(conn) = ct.get(r) else { return Verdict::Accept };
    let reply = conn.tuple(Dir::Reply);
    let addr = match manip {
        Manip::Src => reply.dst,
        Manip::Dst => reply.src,
    };
    let verdict = setup(ct, r, &NatRange::address(addr), manip, env);
    if verdict == Verdict::Accept {
        obs.step(skb, Step::NatSetup { manip, by_rule: false });
    }
    verdict
}

/// Maps one half of a connection that is not confirmed yet.
pub(super) fn setup<H: Host>(
    ct: &mut Conntrack,
    r: CtRef,
    range: &NatRange,
    manip: Manip,
    env: &mut Env<'_, H>,
) -> Verdict {
    let Some(conn) = ct.get(r) else { return Verdict::Accept };
    if conn.is_confirmed() {
        return Verdict::Accept;
    }
    let Some(current) = conn.tuple(Dir::Reply).invert() else {
        return Verdict::Drop(DropReason::NetfilterDrop);
    };
    if conn.status().has(done_bit(manip)) {
        return Verdict::Drop(DropReason::NetfilterDrop);
    }
    let new = unique_tuple(ct, r, &current, range, manip, env.random, env.now);
    let mut status = Status(0);
    if new != current {
        if let Some(reply) = new.invert() {
            ct.alter_reply(r, reply);
        }
        status.set(match manip {
            Manip::Src => Status::SRC_NAT,
            Manip::Dst => Status::DST_NAT,
        });
    }
    if manip == Manip::Src {
        ct.publish_source(r);
    }
    status.set(done_bit(manip));
    if let Some(conn) = ct.get_mut(r) {
        conn.status.set(status);
    }
    Verdict::Accept
}
