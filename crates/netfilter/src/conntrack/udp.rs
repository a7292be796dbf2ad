//! UDP.

use super::conn::Proto;
use super::input::{Action, Seen};
use super::time::{HZ, Jiffies};
use super::{Conn, Status};

/// Seconds of traffic both ways that make a stream.
const STREAM_AFTER: u32 = 2;

/// A flow that is answered and still alive two seconds after it began is a stream: a longer timeout,
/// ASSURED.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_udp.c`: `nf_conntrack_udp_packet`.
pub(super) const fn packet(conn: &mut Conn, seen: Seen<'_>) -> Action {
    if !conn.is_confirmed() {
        conn.proto = Proto::Udp { stream_ts: seen.now.plus(Jiffies(STREAM_AFTER * HZ)) };
    }
    let mut timeout = seen.sysctls.udp_timeout;
    if conn.status.has(Status::SEEN_REPLY)
        && let Proto::Udp { stream_ts } = conn.proto
        && stream_ts.until(seen.now) < 0
    {
        timeout = seen.sysctls.udp_timeout_stream;
        if !conn.status.has(Status::NAT_CLASH) {
            conn.status.set(Status::ASSURED);
        }
    }
    Action::Refresh(Jiffies::secs(timeout))
}
