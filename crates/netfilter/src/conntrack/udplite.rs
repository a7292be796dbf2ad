//! UDP-Lite (RFC 3828).

use packetwalk_wire::checksum::Sum;
use packetwalk_wire::{Packet, proto};

use super::input::{Action, Seen};
use super::time::Jiffies;
use super::{Conn, Status};

/// The header is whole, its coverage possible, and its checksum there and right where that is looked at.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_udp.c`: `udplite_error`.
fn error(seen: Seen<'_>) -> Option<&'static str> {
    let body = seen.body;
    let Some([_, _, _, _, l0, l1, s0, s1]) = body.first_chunk::<8>() else { return Some("short packet") };
    let covered = match usize::from(u16::from_be_bytes([*l0, *l1])) {
        0 => body.len(),
        covered => covered,
    };
    let Some(covered) = body.get(..covered).filter(|bytes| bytes.len() >= 8) else {
        return Some("invalid checksum coverage");
    };
    if [*s0, *s1] == [0; 2] {
        return Some("checksum missing");
    }
    (seen.checks_sum && !is_right(seen.packet, body.len(), covered)).then_some("bad checksum")
}

/// Whether the checksum is UDP's, as the kernel would have it; UDP-Lite's own is not. `len` is the whole datagram's
/// length.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_udp.c`: `udplite_error`, which names `IPPROTO_UDP` to `nf_checksum_partial`.
fn is_right(packet: &Packet, len: usize, covered: &[u8]) -> bool {
    let pseudo = Sum::default().pseudo(packet.ip.src, packet.ip.dst, proto::UDP, len);
    pseudo.bytes(covered).finish() == 0
}

/// A flow that is answered is a stream at once: a longer timeout, ASSURED.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_udp.c`: `nf_conntrack_udplite_packet`.
pub(super) fn packet(conn: &mut Conn, seen: Seen<'_>) -> Action {
    if let Some(why) = error(seen) {
        seen.complain(format_args!("{why}"));
        return Action::Invalid;
    }
    if !conn.status.has(Status::SEEN_REPLY) {
        return Action::Refresh(Jiffies::secs(seen.sysctls.udp_timeout));
    }
    if !conn.status.has(Status::NAT_CLASH) {
        conn.status.set(Status::ASSURED);
    }
    Action::Refresh(Jiffies::secs(seen.sysctls.udp_timeout_stream))
}
