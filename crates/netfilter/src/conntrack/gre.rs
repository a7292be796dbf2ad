//! GRE.

use super::conn::Proto;
use super::input::{Action, Seen};
use super::time::Jiffies;
use super::{Conn, Status};

/// The enhanced GRE of PPTP (RFC 2637).
const PPTP: u16 = 1;
const VERSION: u16 = 7;
/// PPP, the only thing that PPTP carries.
const PPP: u16 = 0x880b;

/// The keys that a packet has: its call's number where that is told, else none. `None` for a PPTP
/// packet that carries anything else.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_gre.c`: `gre_pkt_to_tuple`. There is no PPTP helper, so that a call
/// has no source key.
pub(super) fn keys(body: &[u8]) -> Option<(u16, u16)> {
    let word = |at: usize| body.get(at..)?.first_chunk().map(|w| u16::from_be_bytes(*w));
    match (word(0), word(2), word(6)) {
        (Some(flags), Some(PPP), Some(call)) if flags & VERSION == PPTP => Some((0, call)),
        (Some(flags), Some(_), Some(_)) if flags & VERSION == PPTP => None,
        _ => Some((0, 0)),
    }
}

/// A flow that is answered is a tunnel: a longer timeout, ASSURED. Both timeouts are those of the moment at which it
/// began.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_gre.c`: `nf_conntrack_gre_packet`.
pub(super) fn packet(conn: &mut Conn, seen: Seen<'_>) -> Action {
    if !conn.is_confirmed() {
        let s = seen.sysctls;
        conn.proto = Proto::Gre { timeout: s.gre_timeout, stream: s.gre_timeout_stream };
    }
    // One that was made by hand has neither.
    let (timeout, stream) = match conn.proto {
        Proto::Gre { timeout, stream } => (timeout, stream),
        _ => (0, 0),
    };
    if !conn.status.has(Status::SEEN_REPLY) {
        return Action::Refresh(Jiffies::secs(timeout));
    }
    if !conn.status.has(Status::NAT_CLASH) {
        conn.status.set(Status::ASSURED);
    }
    Action::Refresh(Jiffies::secs(stream))
}
