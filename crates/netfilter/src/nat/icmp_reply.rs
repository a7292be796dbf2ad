//! ICMP errors about a translated packet: outside and inside.

use packetwalk_trace::Manip;
use packetwalk_wire::{CtInfo, Family, Icmp, Payloads, Skb, Transport, icmp, proto};

use super::{mangle, other_manip, status_bit};
use crate::conntrack::{Conn, Conntrack, Status};

/// What became of an ICMP error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Translated {
    /// Nothing to rewrite here.
    No,
    /// Rewritten.
    Yes,
    /// It is to be dropped.
    Drop,
}

/// Rewrites an ICMP error's own addresses and the packet that it quotes, whose addresses lie the other
/// way. Redirects about translated or half set up connections are dropped.
///
/// # Source
/// Linux v6.18, `nf_nat_proto.c`: `nf_nat_icmp_reply_translation`, `nf_nat_icmpv6_reply_translation`.
pub(super) fn translate(
    skb: &mut Skb,
    conn: &Conn,
    info: CtInfo,
    manip: Manip,
    payloads: &mut Payloads,
) -> Translated {
    let family = skb.packet.family();
    let Transport::Icmp(message) = &mut skb.packet.transport else { return Translated::No };
    let redirect = match family {
        Family::V4 => icmp::v4::REDIRECT,
        Family::V6 => icmp::v6::REDIRECT,
    };
    let status = conn.status();
    if message.type_code().0 == redirect
        && (!status.has(Status::NAT_DONE_MASK) || status.any(Status::NAT_MASK))
    {
        return Translated::Drop;
    }
    let dir = Conntrack::dir(info);
    if !status.has(status_bit(manip, dir)) {
        return Translated::No;
    }
    let against = conn.tuple(dir.other());
    if let Icmp::Error { quoted, .. } = message
        && !mangle::quoted(quoted, &mut skb.packet.payload, &against, other_manip(manip), payloads)
    {
        return Translated::Drop;
    }
    let Some(mut target) = against.invert() else { return Translated::Drop };
    target.protocol = match family {
        Family::V4 => proto::ICMP,
        Family::V6 => proto::ICMPV6,
    };
    let done = mangle::packet(&mut skb.packet, &target, manip, payloads);
    if done { Translated::Yes } else { Translated::Drop }
}
