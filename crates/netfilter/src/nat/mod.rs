//! Network address translation: mappings are chosen when a connection begins and kept by conntrack.

mod follow;
mod icmp_reply;
pub(crate) mod jhash;
mod mangle;
mod masquerade;
mod netmap;
mod range;
mod redirect;
#[cfg(test)]
mod replay;
mod setup;
#[cfg(test)]
mod tests;
mod unique_tuple;
mod used;

pub(crate) use follow::follow_master;
pub use masquerade::masquerade;
pub use netmap::netmap;
pub use range::{NatRange, RangeFlags};
pub use redirect::redirect;
pub use setup::setup_info;

use icmp_reply::Translated;
use packetwalk_trace::{DropReason, Hook, Manip, Observer, Step};
use packetwalk_wire::{CtInfo, Nfct, Payloads, Skb, Transport};

use crate::conntrack::{Conntrack, Dir, Status};
use crate::env::{Env, HookState, Host, Verdict};

/// Ports tried before a new random offset (`NF_NAT_MAX_ATTEMPTS`).
pub(crate) const MAX_ATTEMPTS: u32 = 128;

/// Which half a hook rewrites: the source at POSTROUTING and INPUT, else the destination
/// (`HOOK2MANIP`).
pub const fn manip_of(hook: Hook) -> Manip {
    match hook {
        Hook::Postrouting | Hook::Input => Manip::Src,
        Hook::Prerouting | Hook::Forward | Hook::Output => Manip::Dst,
    }
}

const fn other_manip(manip: Manip) -> Manip {
    match manip {
        Manip::Src => Manip::Dst,
        Manip::Dst => Manip::Src,
    }
}

const fn done_bit(manip: Manip) -> Status {
    match manip {
        Manip::Src => Status::SRC_NAT_DONE,
        Manip::Dst => Status::DST_NAT_DONE,
    }
}

/// The status bit that says whether a packet of `dir` has this half rewritten.
const fn status_bit(manip: Manip, dir: Dir) -> Status {
    match (manip, dir) {
        (Manip::Src, Dir::Original) | (Manip::Dst, Dir::Reply) => Status::SRC_NAT,
        (Manip::Dst, Dir::Original) | (Manip::Src, Dir::Reply) => Status::DST_NAT,
    }
}

/// NAT's step at a hook: the first packet of a connection asks the nat table (`lookup`, once for each
/// half); what no rule maps gets a null mapping; every packet is rewritten to its connection's mapping,
/// ICMP errors inside as well.
///
/// `lookup` walks the nat table's chain of this hook and calls [`setup_info`], [`masquerade`],
/// [`redirect`] or [`netmap`] where a target says so; it accepts when no rule matched or there is no such
/// chain. Use this at PREROUTING, INPUT, OUTPUT and POSTROUTING as soon as the namespace has a nat table
/// for the family.
///
/// # Source
/// Linux v6.18, `nf_nat_proto.c`: `nf_nat_ipv4_fn`, `nf_nat_ipv6_fn`; `nf_nat_core.c`: `nf_nat_inet_fn`,
/// `nf_nat_packet`.
pub fn inet_fn<'e, H: Host, O: Observer>(
    ct: &mut Conntrack,
    skb: &mut Skb,
    state: &HookState,
    env: &mut Env<'e, H>,
    obs: &mut O,
    lookup: impl FnOnce(&mut Conntrack, &mut Skb, &mut Env<'e, H>, &mut O) -> Verdict,
) -> Verdict {
    let manip = manip_of(state.hook);
    let Nfct::Tracked(r) = skb.nfct else { return Verdict::Accept };
    let Some((conn, info)) = ct.of(skb) else { return Verdict::Accept };
    let related = matches!(info, CtInfo::Related | CtInfo::RelatedReply);
    if related && matches!(skb.packet.transport, Transport::Icmp(_)) {
        return match icmp_reply::translate(skb, conn, info, manip, env.payloads) {
            Translated::No => Verdict::Accept,
            Translated::Yes => {
                obs.step(skb, Step::Nat { manip, info });
                Verdict::Accept
            }
            Translated::Drop => Verdict::Drop(DropReason::NetfilterDrop),
        };
    }
    let initialized = conn.status().has(done_bit(manip));
    if (related || info == CtInfo::New) && !initialized {
        let verdict = lookup(ct, skb, env, obs);
        match verdict {
            Verdict::Accept => {}
            // The hook ends here: neither a null mapping nor a rewritten packet.
            Verdict::Bypass => return Verdict::Accept,
            _ => return verdict,
        }
        if !ct.get(r).is_some_and(|c| c.status().has(done_bit(manip))) {
            let verdict = setup::null_binding(ct, skb, r, manip, env, obs);
            if verdict != Verdict::Accept {
                return verdict;
            }
        }
    } else if state.hook == Hook::Postrouting
        && !info.is_reply()
        && conn.masq_index.is_some()
        && conn.masq_index != state.oif.index
    {
        // A masqueraded connection that would leave by another interface than it began with.
        ct.kill(r);
        return Verdict::Drop(DropReason::NetfilterDrop);
    }
    rewrite(ct, skb, manip, env.payloads, obs)
}

/// Linux v6.18, `nf_nat_core.c`: `nf_nat_packet`; `nf_nat_proto.c`: `nf_nat_manip_pkt`.
fn rewrite<O: Observer>(
    ct: &Conntrack,
    skb: &mut Skb,
    manip: Manip,
    payloads: &mut Payloads,
    obs: &mut O,
) -> Verdict {
    let Some((conn, info)) = ct.of(skb) else { return Verdict::Accept };
    let dir = Conntrack::dir(info);
    if conn.status().has(status_bit(manip, dir)) {
        let Some(target) = conn.tuple(dir.other()).invert() else {
            return Verdict::Drop(DropReason::NetfilterDrop);
        };
        if !mangle::packet(&mut skb.packet, &target, manip, payloads) {
            return Verdict::Drop(DropReason::NetfilterDrop);
        }
        obs.step(skb, Step::Nat { manip, info });
    }
    Verdict::Accept
}

/// After NAT at OUTPUT: the packet's connection has its destination mapped, so that the packet is to be
/// routed again.
///
/// # Source
/// Linux v6.18, `nf_nat_proto.c`: `nf_nat_ipv4_local_fn`, `nf_nat_ipv6_local_fn`.
pub fn output_reroutes(ct: &Conntrack, skb: &Skb) -> bool {
    ct.of(skb).is_some_and(|(conn, info)| {
        let dir = Conntrack::dir(info);
        conn.tuple(dir).dst != conn.tuple(dir.other()).src
    })
}
