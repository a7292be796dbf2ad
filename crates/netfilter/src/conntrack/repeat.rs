//! A packet just like one that was tracked before.

use std::cell::Cell;

use packetwalk_wire::{CtInfo, CtRef, Instant, Packet, proto};

use super::conn::{Conn, Place};
use super::input::{Action, Seen};
use super::time::Jiffies;
use super::{Conntrack, Dir, Status, Sysctls, tcp, udp};

/// What so many packets that come in together need is looked at beforehand.
pub const AHEAD: usize = 32;

/// How a packet found its connection, whichever that is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Known {
    info: CtInfo,
    status: Status,
    mark: u32,
}

impl Known {
    /// The connection with this slot and generation, found so.
    pub const fn conn(&self, index: u32, generation: u32) -> CtRef {
        CtRef { index, generation, info: self.info }
    }
}

/// The timeout that a packet of UDP or TCP gives its connection, if its tracker has nothing else to say.
pub(super) fn renewed(
    conn: &mut Conn,
    packet: &Packet,
    dir: Dir,
    now: Jiffies,
    sysctls: &Sysctls,
) -> Option<Jiffies> {
    let complaint = Cell::new(None);
    let seen = Seen {
        packet,
        dir,
        now,
        sysctls,
        ack_offset: 0,
        proxied: false,
        body: &[],
        checks_sum: false,
        complaint: &complaint,
    };
    let action =
        if conn.protocol() == proto::UDP { udp::packet(conn, seen) } else { tcp::packet(conn, seen) };
    match (action, complaint.take()) {
        (Action::Refresh(timeout), None) => Some(timeout),
        _ => None,
    }
}

impl Conntrack {
    /// Reads of entries what [`Self::repeat`] needs of them, for TCP or UDP: a number without a meaning.
    #[inline]
    pub fn glance(&self, slots: &[u32; AHEAD], tcp: bool) -> u32 {
        // What has to wait for memory is alone in its loop: a processor goes on with the next, but not far.
        let conns = slots.map(|slot| self.table.slots.get(slot as usize));
        let conns = || conns.iter().flatten();
        let first = conns().fold(0, |sum, conn| sum ^ conn.serial);
        // UDP's lies in one line of memory.
        if tcp { conns().fold(first, |sum, conn| sum ^ conn.due[0]) } else { first }
    }

    /// What a packet's connection is now, if packets just like this one can be tracked by [`Self::repeat`]: one of UDP or
    /// TCP that is in the table, that no helper and nobody's ear is at.
    pub fn known(&self, r: CtRef) -> Option<Known> {
        let slot = self.table.index_of(r)?;
        let conn = self.table.slots.get(slot)?;
        let plain = self.exts.get(slot).is_none_or(|ext| ext.events.is_none())
            && self.helps.get(slot).is_none_or(|help| help.proxied.is_none() && help.follow.is_none())
            && conn.helper.is_none()
            && matches!(conn.protocol(), proto::UDP | proto::TCP)
            && !conn.status.any(Status(Status::SEQ_ADJUST.0 | Status::DYING.0));
        let known = Known { info: r.info, status: conn.status, mark: conn.mark };
        (plain && conn.place == Place::Hashed).then_some(known)
    }

    /// Tracks another packet of a connection, of `len` bytes, as [`Self::packet_in`] would find it again and
    /// [`Self::confirm`] let it go; `false`, and nothing has changed, where they might do anything else.
    pub fn repeat(&mut self, known: &Known, r: CtRef, packet: &Packet, len: u16, now: Instant) -> bool {
        if !self.table.killed.is_empty() {
            return false;
        }
        let tick = Jiffies::at(now);
        let Some(slot) = self.table.index_of(r) else { return false };
        let dir = Self::dir(r.info);
        let Some(conn) = self.table.slots.get_mut(slot) else { return false };
        let same = |conn: &Conn| (conn.status, conn.mark) == (known.status, known.mark);
        if conn.place != Place::Hashed || conn.is_expired(tick) || !same(conn) {
            return false;
        }
        let old = conn.timeout;
        // Of UDP only the status can change, and the packet's own way sets it again.
        let before = (conn.protocol() == proto::TCP).then_some((conn.proto, conn.status));
        let timeout = renewed(conn, packet, dir, tick, &self.sysctls).filter(|_| same(conn));
        let Some(timeout) = timeout else {
            if let Some((proto, status)) = before {
                (conn.proto, conn.status, conn.timeout) = (proto, status, old);
            }
            return false;
        };
        conn.refresh(tick, timeout);
        if conn.timeout.until(old) < 0 {
            self.table.rearm(slot, tick);
        }
        self.exts.count(slot, dir, u64::from(len));
        true
    }
}
