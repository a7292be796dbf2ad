//! Entries leave the table: expired, dropped early, deleted, flushed.

use std::net::IpAddr;

use packetwalk_wire::{CtRef, IfIndex, Instant};

use super::conn::{Conn, Place};
use super::time::Jiffies;
use super::{Conntrack, Dir, TcpState, Tuple, Zone, hash};

/// Parts of the hash looked through for an entry to drop early (`NF_CT_EVICTION_RANGE`).
const EVICTION_RANGE: usize = 8;
/// So many entries that are due are looked at in a round.
const ROUND: usize = 128;
/// And so many when a connection begins: more than one, so that the table is rid of them sooner than it gets new ones.
const TIDY: usize = 16;

impl Conntrack {
    /// A round of the garbage collector: takes the expired entries out and, when a packet was dropped
    /// because the table was full and it still is nearly so, every entry that may be dropped early. Lookups
    /// never find expired entries, so that this need not be called often. What is left of a round that would
    /// take too long is the next one's.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `gc_worker`.
    pub fn expire(&mut self, now: Instant) {
        let max95 = self.sysctls.max / 100 * 95;
        let crowded =
            self.early_drop_wanted && max95 > 0 && i64::from(self.table.count()) >= i64::from(max95);
        self.early_drop_wanted = false;
        let tick = Jiffies::at(now);
        if crowded {
            self.kill_where(|c| c.is_expired(tick) || can_early_drop(c));
        } else {
            self.table.kill_due(tick, ROUND);
        }
        self.reap(now, None);
        self.expects(now);
    }

    /// A new connection is about to be made: some of those that have expired go. While somebody listens to events they
    /// are left to [`Self::expire`], which tells of their ends when they come.
    pub(super) fn tidy(&mut self, now: Jiffies) {
        let mut work = TIDY;
        while !self.table.watched
            && let Some(slot) = self.table.next_due(now, true, &mut work)
        {
            self.table.kill(slot);
        }
    }

    /// Takes only the expired entries out.
    pub(super) fn sweep(&mut self, now: Instant) {
        self.table.kill_due(Jiffies::at(now), usize::MAX);
        self.reap(now, None);
    }

    fn kill_where(&mut self, mut which: impl FnMut(&Conn) -> bool) -> u32 {
        let mut killed = 0;
        for slot in 0..self.table.slots.len() {
            let conn = &self.table.slots[slot];
            if conn.place == Place::Hashed && which(conn) {
                killed += u32::from(self.table.kill(slot));
            }
        }
        killed
    }

    /// Makes room for one more entry; false when the table is full and nothing near may go.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `__nf_conntrack_alloc`, `early_drop`. Differs: which entries
    /// are near follows this simulator's hash.
    pub(super) fn make_room(&mut self, tuple: &Tuple, zone: Zone, now: Jiffies) -> bool {
        if i64::from(self.table.count()) < i64::from(self.sysctls.max) {
            return true;
        }
        let hash = hash::tuple(self.table.key, tuple, zone.id_in(Dir::Original));
        for i in 0..EVICTION_RANGE {
            let mut drops = 0;
            for slot in self.table.part_slots(hash, i) {
                let conn = &self.table.slots[slot];
                let expired = conn.is_expired(now);
                if (expired || !conn.is_assured()) && self.table.kill(slot) {
                    drops += u64::from(!expired);
                }
            }
            if drops > 0 {
                self.stats.early_drop += drops;
                return true;
            }
        }
        self.early_drop_wanted = true;
        self.overflows = self.overflows.saturating_add(1);
        false
    }

    /// Deletes one connection (`conntrack -D`); false when it is not in the table.
    pub fn delete(&mut self, r: CtRef) -> bool {
        self.kill(r)
    }

    /// Deletes every connection (`conntrack -F`).
    pub fn flush(&mut self) {
        self.kill_where(|_| true);
    }

    /// Forgets masqueraded connections that leave by an interface that went down.
    ///
    /// # Source
    /// Linux v6.18, `nf_nat_masquerade.c`: `masq_device_event`.
    pub fn masq_dev_down(&mut self, dev: IfIndex) {
        self.kill_where(|c| c.masq_index == dev && dev.is_some());
    }

    /// Forgets masqueraded connections that leave by an interface with an address that was removed.
    ///
    /// # Source
    /// Linux v6.18, `nf_nat_masquerade.c`: `masq_inet_event`, `inet_cmp`.
    pub fn masq_addr_gone(&mut self, dev: IfIndex, addr: IpAddr) {
        self.kill_where(|c| c.masq_index == dev && dev.is_some() && c.tuple(Dir::Reply).dst == addr);
    }
}

/// Linux v6.18, `nf_conntrack_core.c`: `gc_worker_can_early_drop`; `nf_conntrack_proto_tcp.c`:
/// `tcp_can_early_drop`.
fn can_early_drop(conn: &Conn) -> bool {
    !conn.is_assured()
        || conn.tcp().is_some_and(|tcp| tcp.state.is_closing())
        || conn.sctp().is_some_and(|sctp| sctp.state.is_closing())
}

impl TcpState {
    /// The connection is being closed: it may be dropped early although it is ASSURED.
    pub const fn is_closing(self) -> bool {
        matches!(self, Self::FinWait | Self::CloseWait | Self::LastAck | Self::TimeWait | Self::Close)
    }
}
