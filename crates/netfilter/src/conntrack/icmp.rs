//! ICMP queries.

use packetwalk_wire::{Family, icmp};

use super::input::{Action, Seen};
use super::time::Jiffies;
use super::{Conn, Dir};

/// Only a request makes a connection; a reply that nobody asked for is INVALID.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_icmp.c`: `nf_conntrack_icmp_packet`.
pub(super) fn packet(conn: &Conn, seen: Seen<'_>) -> Action {
    let original = conn.tuple(Dir::Original);
    let request = matches!(
        original.icmp_type(),
        icmp::v4::ECHO | icmp::v4::TIMESTAMP | icmp::v4::INFO_REQUEST | icmp::v4::ADDRESS
    );
    if !request || matches!(original.family(), Family::V6) {
        return Action::Invalid;
    }
    Action::Refresh(Jiffies::secs(seen.sysctls.icmp_timeout))
}
