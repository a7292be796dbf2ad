//! ICMPv6 queries.

use packetwalk_wire::{Family, icmp};

use super::input::{Action, Seen};
use super::time::Jiffies;
use super::tuple::NI_QUERY;
use super::{Conn, Dir};

/// Only a request makes a connection.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_icmpv6.c`: `nf_conntrack_icmpv6_packet`.
pub(super) fn packet(conn: &Conn, seen: Seen<'_>) -> Action {
    let original = conn.tuple(Dir::Original);
    let request = matches!(original.icmp_type(), icmp::v6::ECHO | NI_QUERY);
    if matches!(original.family(), Family::V4) || !conn.is_confirmed() && !request {
        return Action::Invalid;
    }
    Action::Refresh(Jiffies::secs(seen.sysctls.icmpv6_timeout))
}
