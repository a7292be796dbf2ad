//! TFTP: the answer to a request comes from another port.

use packetwalk_wire::{Nfct, Skb, Transport, proto};

use super::{Around, drop};
use crate::conntrack::expect::Follow;
use crate::conntrack::{Conntrack, Dir, HelperKind, Status, Tuple};
use crate::env::Verdict;

/// A read or a write request expects an answer from any port of the server.
///
/// # Source
/// Linux v6.18, `nf_conntrack_tftp.c`: `tftp_help`; `nf_nat_tftp.c`: `help`.
pub(super) fn help(ct: &mut Conntrack, skb: &Skb, around: &mut Around<'_>) -> Verdict {
    let (Nfct::Tracked(r), Transport::Udp(_)) = (skb.nfct, skb.packet.transport) else {
        return Verdict::Accept;
    };
    let request = matches!(around.payloads.bytes(skb.packet.payload), [0, 1 | 2, ..]);
    let Some(conn) = ct.get(r).filter(|_| request) else { return Verdict::Accept };
    let reply = conn.tuple(Dir::Reply);
    let follow = conn
        .status
        .any(Status::NAT_MASK)
        .then(|| Follow { dir: Dir::Reply, port: conn.tuple(Dir::Original).sport });
    let tuple = Tuple { sport: 0, protocol: proto::UDP, ..reply };
    match ct.expect_related(tuple, r, HelperKind::Tftp, follow, around.now) {
        Ok(()) => Verdict::Accept,
        Err(_) => drop(),
    }
}
