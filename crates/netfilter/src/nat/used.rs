//! Whether a mapping is free.

use packetwalk_wire::{CtRef, Instant, proto};

use crate::conntrack::{Conn, Conntrack, Dir, Proto, Status, TcpState, Tuple, allow_clash};

/// Whether the answers to `tuple` would be another connection's.
///
/// # Source
/// Linux v6.18, `nf_nat_core.c`: `nf_nat_used_tuple`.
pub(super) fn used(ct: &mut Conntrack, tuple: &Tuple, own: CtRef, now: Instant) -> bool {
    tuple.invert().is_some_and(|reply| ct.tuple_taken(&reply, own, now))
}

/// The same for a tuple that is not changed at all: a clash with the very same flow seen from the other
/// side is left to [`Conntrack::confirm`], where the protocol allows that.
///
/// # Source
/// Linux v6.18, `nf_nat_core.c`: `nf_nat_used_tuple_new`.
pub(super) fn used_unchanged(ct: &mut Conntrack, tuple: &Tuple, own: CtRef, now: Instant) -> bool {
    if !used(ct, tuple, own, now) {
        return false;
    }
    let uses_nat = Status(Status::NAT_MASK.0 | Status::SEQ_ADJUST.0);
    let Some(conn) = ct.get(own).cloned() else { return true };
    if !allow_clash(conn.protocol()) || conn.status().any(uses_nat) {
        return true;
    }
    let other = ct.find(tuple, conn.zone(), now).or_else(|| {
        let reply = tuple.invert()?;
        ct.find(&reply, conn.zone(), now)
    });
    let Some(other) = other.and_then(|(r, _)| ct.get(r)) else { return false };
    other.status().any(uses_nat) || other.tuple(Dir::Original) != conn.tuple(Dir::Reply)
}

/// The same in the last quarter of a search for a free port: a TCP connection that has been closed, and
/// whose sequence numbers the new SYN has passed, makes way.
///
/// # Source
/// Linux v6.18, `nf_nat_core.c`: `nf_nat_used_tuple_harder`, `nf_nat_may_kill`, `nf_seq_has_advanced`.
pub(super) fn used_harder(
    ct: &mut Conntrack,
    tuple: &Tuple,
    own: CtRef,
    attempts_left: u32,
    now: Instant,
) -> bool {
    let Some(reply) = tuple.invert() else { return false };
    let Some(conn) = ct.get(own).cloned() else { return false };
    let new_syn = conn.tcp().is_some_and(|tcp| tcp.state == TcpState::SynSent);
    if attempts_left > super::MAX_ATTEMPTS / 4 || tuple.protocol != proto::TCP || !new_syn {
        return ct.tuple_taken(&reply, own, now);
    }
    let Some((r, dir)) = ct.find(&reply, conn.zone(), now) else { return false };
    let may_kill = dir == Dir::Reply && ct.get(r).is_some_and(|old| may_kill(old) && advanced(old, &conn));
    !(may_kill && ct.kill(r))
}

fn may_kill(old: &Conn) -> bool {
    let closed = matches!(&old.proto, Proto::Tcp(tcp) if tcp.state >= TcpState::TimeWait);
    closed
        && !old.status().any(Status(Status::FIXED_TIMEOUT.0 | Status::DYING.0))
        && old.status().has(Status::SRC_NAT)
}

fn advanced(old: &Conn, new: &Conn) -> bool {
    match (old.tcp(), new.tcp()) {
        (Some(old), Some(new)) => new.seen[0].end.wrapping_sub(old.seen[0].end) as i32 > 0,
        _ => false,
    }
}
