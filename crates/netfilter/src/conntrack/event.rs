//! Events, as `conntrack -E` hears them.
//!
//! A connection collects what happens to it, and tells it when a packet of its has come through. Only
//! connections that began while somebody listened tell anything (`nf_conntrack_events` is 2).

use packetwalk_wire::{CtRef, Instant};

use super::ext::Ext;
use super::{Conn, Conntrack, Counter, Dir, Expect, HelperKind, Status, Tuple};

/// What an event says (`enum ip_conntrack_events`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct What(pub u16);

impl What {
    pub const NEW: Self = Self(1 << 0);
    pub const RELATED: Self = Self(1 << 1);
    pub const REPLY: Self = Self(1 << 3);
    pub const ASSURED: Self = Self(1 << 4);
    pub const PROTO: Self = Self(1 << 5);
    pub const HELPER: Self = Self(1 << 6);
    pub const MARK: Self = Self(1 << 7);
    pub const SEQADJ: Self = Self(1 << 8);
    pub const LABEL: Self = Self(1 << 10);
    pub const SYNPROXY: Self = Self(1 << 11);

    pub(super) const fn any(self, bits: Self) -> bool {
        self.0 & bits.0 != 0
    }
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    /// It came into its table.
    New,
    /// It changed.
    Update,
    /// It left its table.
    Destroy,
}

/// A connection as it was when an event was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConnEvent {
    /// The connection.
    pub conn: Conn,
    /// Whole seconds left.
    pub timeout: u32,
    /// The event tells the protocol's state.
    pub proto: bool,
    /// The event tells the mark even when it is 0.
    pub mark: bool,
    /// Counters, at the end.
    pub counters: Option<[Counter; 2]>,
    /// Beginning and end, with `nf_conntrack_timestamp`.
    pub times: Option<(Instant, Instant)>,
    /// Labels, if the event tells them.
    pub labels: Option<u128>,
}

/// Of what an event tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A connection.
    Conn(ConnEvent),
    /// An expectation, with its master's original tuple.
    Expect {
        /// The expectation.
        expect: Expect,
        /// The master's original tuple.
        master: Tuple,
        /// Whole seconds left.
        timeout: u32,
    },
}

/// An event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// What happened.
    pub seen: Seen,
    /// To what.
    pub subject: Subject,
    /// The netlink port of the process that did it.
    pub portid: Option<u32>,
}

/// What was told while somebody listened.
#[derive(Clone, Debug, Default)]
pub(super) struct Events {
    listeners: u32,
    /// Those of them who listen to connections.
    to_conns: u32,
    log: Vec<Event>,
}

impl Conntrack {
    /// Somebody listens: to connections, if `conns`, else to expectations alone, for which no connection
    /// begins to collect events. What comes from now on is behind this place of [`Self::events`].
    pub fn listen(&mut self, conns: bool, now: Instant) -> usize {
        self.reap(now, None);
        self.events.listeners += 1;
        self.events.to_conns += u32::from(conns);
        self.table.watched = true;
        self.events.log.len()
    }

    /// Somebody no longer listens.
    pub fn unlisten(&mut self, conns: bool, now: Instant) {
        self.reap(now, None);
        self.events.to_conns = self.events.to_conns.saturating_sub(u32::from(conns));
        self.events.listeners = self.events.listeners.saturating_sub(1);
        if self.events.listeners == 0 {
            self.events.log.clear();
            self.table.watched = false;
        }
    }

    /// What was told from a place on.
    pub fn events(&mut self, from: usize, now: Instant) -> &[Event] {
        if self.events.listeners > 0 {
            self.expire(now);
        }
        self.events.log.get(from..).unwrap_or_default()
    }

    /// When the next entry or expectation that would tell of its end expires.
    pub fn next_end(&self, now: Instant) -> Option<Instant> {
        let tick = super::Jiffies::at(now);
        let tells = |slot| self.exts.get(slot).is_some_and(|ext| ext.events.is_some());
        let conns = self.table.first_end(tick, tells);
        let left = self.expects.iter().map(|e| e.expires.until(tick)).chain(conns);
        let ticks = u64::try_from(left.min()?).unwrap_or(0) + 1;
        Some(Instant(now.0 + ticks * 1_000_000_000 / u64::from(super::HZ)))
    }

    /// A new connection collects events (`nf_ct_ecache_ext_add`).
    pub(super) const fn collects(&self) -> bool {
        match self.sysctls.events {
            0 => false,
            1 => true,
            _ => self.events.to_conns > 0,
        }
    }

    /// Something happened to a connection (`nf_conntrack_event_cache`).
    pub(super) fn cache(&mut self, slot: usize, what: What) {
        if let Some(Ext { events: Some(events), .. }) = self.exts.get_mut(slot) {
            events.0 |= what.0;
        }
    }

    /// A packet has come through: what its connection collected is told.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_ecache.c`: `nf_ct_deliver_cached_events`;
    /// `nf_conntrack_netlink.c`: `ctnetlink_conntrack_event`.
    pub(super) fn deliver(&mut self, slot: usize, portid: Option<u32>, now: Instant) {
        let Some(Ext { events: Some(events), .. }) = self.exts.get_mut(slot) else { return };
        let what = core::mem::take(events);
        let lives = |c: &Conn| c.is_confirmed() && !c.status.has(Status::DYING);
        if what != What::default() && self.table.slots.get(slot).is_some_and(lives) {
            let seen = if what.any(What(What::NEW.0 | What::RELATED.0)) { Seen::New } else { Seen::Update };
            self.tell(slot, seen, what, portid, now);
        }
    }

    fn tell(&mut self, slot: usize, seen: Seen, what: What, portid: Option<u32>, now: Instant) {
        let Some(conn) = self.table.slots.get(slot).cloned() else { return };
        if self.events.listeners == 0 {
            return;
        }
        let ext = self.exts.get(slot).copied().unwrap_or_default();
        let ends = seen == Seen::Destroy;
        let event = ConnEvent {
            timeout: conn.expires_in(now),
            conn,
            proto: ends || what.any(What::PROTO),
            mark: what.any(What::MARK),
            counters: ext.counters.filter(|_| ends),
            times: ext.start.filter(|_| ends).map(|start| (start, now)),
            labels: ext.labels.filter(|_| what.any(What::LABEL)),
        };
        self.events.log.push(Event { at: now, seen, subject: Subject::Conn(event), portid });
    }

    /// Tells of the connections that left the table meanwhile, and forgets what they expected.
    pub(super) fn reap(&mut self, now: Instant, portid: Option<u32>) {
        if self.table.killed.is_empty() {
            return;
        }
        for slot in core::mem::take(&mut self.table.killed) {
            let slot = slot as usize;
            let confirmed = self.table.slots.get(slot).is_some_and(Conn::is_confirmed);
            if confirmed && self.exts.get(slot).is_some_and(|ext| ext.events.is_some()) {
                self.tell(slot, Seen::Destroy, What::default(), portid, now);
            }
            let r: CtRef = self.table.ct_ref(slot, packetwalk_wire::CtInfo::New);
            self.remove_expectations(r, now);
        }
    }

    /// An expectation came or went (`nf_ct_expect_event_report`).
    pub(super) fn expect_event(&mut self, expect: &Expect, seen: Seen, now: Instant) {
        let Some(slot) = self.table.index_of(expect.master) else { return };
        if self.events.listeners == 0 || self.exts.get(slot).is_none_or(|ext| ext.events.is_none()) {
            return;
        }
        let Some(master) = self.get(expect.master).map(|c| c.tuple(Dir::Original)) else { return };
        let subject = Subject::Expect { expect: *expect, master, timeout: expect.expires_in(now) };
        self.events.log.push(Event { at: now, seen, subject, portid: None });
    }

    /// Sets a connection's mark (`-j CONNMARK`).
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_connmark.c`: `connmark_tg_shift`.
    pub fn set_mark(&mut self, r: CtRef, mark: u32) {
        let Some(slot) = self.table.index_of(r) else { return };
        if let Some(conn) = self.table.slots.get_mut(slot)
            && conn.mark != mark
        {
            conn.mark = mark;
            self.cache(slot, What::MARK);
        }
    }
}

impl ConnEvent {
    /// The connection's helper, where the event tells it.
    pub const fn helper(&self, seen: Seen) -> Option<HelperKind> {
        match seen {
            Seen::Destroy => None,
            Seen::New | Seen::Update => self.conn.helper,
        }
    }
}
