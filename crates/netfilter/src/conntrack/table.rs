//! Where the connections are: a slab, the hash of both tuples, and the hash of sources for NAT.

use std::collections::VecDeque;

use packetwalk_wire::{CtInfo, CtRef};

use super::conn::{NIL, Place};
use super::time::Jiffies;
use super::{Conn, Dir, Status, Tuple, Zone, hash};

/// So many entries that left the table stay readable for the packets on their way.
const LIMBO: usize = 256;
const FIRST_BUCKETS: usize = 64;

/// Slab and hashes. Slots are named by index and generation.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) slots: Vec<Conn>,
    free: Vec<u32>,
    buckets: Vec<u32>,
    sources: Vec<u32>,
    limbo: VecDeque<u32>,
    /// Entries that count: hashed and unconfirmed.
    count: u32,
    serial: u32,
    /// Every entry's end is to be told.
    pub(super) watched: bool,
    /// Entries that are gone, whose end is to be told or whose expectations are to go.
    pub(super) killed: Vec<u32>,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            buckets: vec![NIL; FIRST_BUCKETS],
            sources: vec![NIL; FIRST_BUCKETS],
            limbo: VecDeque::new(),
            count: 0,
            serial: 0,
            watched: false,
            killed: Vec::new(),
        }
    }
}

const fn node(slot: u32, dir: Dir) -> u32 {
    slot * 2 + dir as u32
}

const fn split(node: u32) -> (usize, Dir) {
    ((node / 2) as usize, if node & 1 == 0 { Dir::Original } else { Dir::Reply })
}

impl Table {
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    pub(super) fn index_of(&self, r: CtRef) -> Option<usize> {
        let slot = r.index as usize;
        let conn = self.slots.get(slot)?;
        (conn.generation == r.generation && conn.place != Place::Free).then_some(slot)
    }

    pub(super) fn ct_ref(&self, slot: usize, info: CtInfo) -> CtRef {
        let generation = self.slots.get(slot).map_or(0, |c| c.generation);
        CtRef { index: slot as u32, generation, info }
    }

    /// Takes a slot for a new entry.
    pub(super) fn insert(&mut self, mut conn: Conn) -> usize {
        conn.serial = self.serial;
        self.serial = self.serial.wrapping_add(1);
        if conn.place != Place::Template {
            self.count += 1;
        }
        if let Some(slot) = self.free.pop() {
            let slot = slot as usize;
            if let Some(old) = self.slots.get_mut(slot) {
                conn.generation = old.generation;
                *old = conn;
                return slot;
            }
        }
        self.slots.push(conn);
        self.slots.len() - 1
    }

    fn make_free(&mut self, slot: usize) {
        if let Some(conn) = self.slots.get_mut(slot) {
            conn.place = Place::Free;
            conn.generation = conn.generation.wrapping_add(1);
            self.free.push(slot as u32);
        }
    }

    fn retire(&mut self, slot: usize) {
        self.limbo.push_back(slot as u32);
        while self.limbo.len() > LIMBO {
            let Some(old) = self.limbo.pop_front() else { return };
            let old = old as usize;
            if self.slots.get(old).is_some_and(|c| matches!(c.place, Place::Released | Place::Dead)) {
                self.make_free(old);
            }
        }
    }

    /// Frees an unconfirmed entry that no packet names (the packet that made it was INVALID).
    pub(super) fn discard(&mut self, slot: usize) {
        if self.slots.get(slot).is_some_and(|c| c.place == Place::Unconfirmed) {
            self.unlink_source(slot);
            self.count -= 1;
            self.make_free(slot);
        }
    }

    /// The packet of an unconfirmed entry was dropped.
    pub(super) fn release(&mut self, slot: usize) {
        if self.slots.get(slot).is_some_and(|c| c.place == Place::Unconfirmed) {
            if self.slots[slot].helper.is_some() {
                self.killed.push(slot as u32);
            }
            self.unlink_source(slot);
            self.count -= 1;
            self.slots[slot].place = Place::Released;
            self.retire(slot);
        }
    }

    /// Another copy of a released entry's packet lives on.
    pub(super) fn revive(&mut self, slot: usize) {
        if self.slots.get(slot).is_some_and(|c| c.place == Place::Released) {
            self.slots[slot].place = Place::Unconfirmed;
            self.count += 1;
            if self.slots[slot].status.has(Status::SRC_NAT_DONE) {
                self.link_source(slot);
            }
        }
    }

    /// Takes an entry out of the table (`nf_ct_delete`); false when it was not there.
    pub(super) fn kill(&mut self, slot: usize) -> bool {
        let Some(conn) = self.slots.get_mut(slot) else { return false };
        if conn.status.has(Status::DYING) || !matches!(conn.place, Place::Hashed | Place::Unconfirmed) {
            return false;
        }
        conn.status.set(Status::DYING);
        let hashed = conn.place == Place::Hashed;
        if hashed {
            self.unlink(slot, Dir::Original);
            self.unlink(slot, Dir::Reply);
        }
        self.unlink_source(slot);
        if self.watched || self.slots[slot].helper.is_some() {
            self.killed.push(slot as u32);
        }
        self.slots[slot].place = Place::Dead;
        self.count -= 1;
        self.retire(slot);
        true
    }

    fn bucket_of(&self, slot: usize, dir: Dir) -> usize {
        let conn = &self.slots[slot];
        hash::bucket(hash::tuple(&conn.tuples[dir.index()], conn.zone.id_in(dir)), self.buckets.len())
    }

    /// Puts one tuple into the hash, at its bucket's head.
    pub(super) fn link(&mut self, slot: usize, dir: Dir) {
        if self.count as usize * 2 > self.buckets.len() {
            self.grow();
        }
        let bucket = self.bucket_of(slot, dir);
        self.slots[slot].next[dir.index()] = self.buckets[bucket];
        self.buckets[bucket] = node(slot as u32, dir);
    }

    fn unlink(&mut self, slot: usize, dir: Dir) {
        let bucket = self.bucket_of(slot, dir);
        let target = node(slot as u32, dir);
        let after = self.slots[slot].next[dir.index()];
        let mut at = self.buckets[bucket];
        if at == target {
            self.buckets[bucket] = after;
            return;
        }
        while at != NIL {
            let (i, d) = split(at);
            let next = self.slots[i].next[d.index()];
            if next == target {
                self.slots[i].next[d.index()] = after;
                return;
            }
            at = next;
        }
    }

    fn grow(&mut self) {
        let linked: Vec<u32> = self.nodes_oldest_first();
        let size = self.buckets.len() * 2;
        self.buckets = vec![NIL; size];
        for n in linked {
            let (slot, dir) = split(n);
            let bucket = self.bucket_of(slot, dir);
            self.slots[slot].next[dir.index()] = self.buckets[bucket];
            self.buckets[bucket] = n;
        }
        let mut sources = Vec::new();
        for &head in &self.sources {
            let mut at = head;
            while at != NIL {
                sources.push(at);
                at = self.slots[at as usize].next_source;
            }
        }
        sources.sort_by_key(|&slot| self.slots[slot as usize].serial);
        self.sources = vec![NIL; size];
        for slot in sources {
            self.link_source(slot as usize);
        }
    }

    /// Every linked node, so that linking them again in this order keeps each bucket's order.
    fn nodes_oldest_first(&self) -> Vec<u32> {
        let mut all = Vec::with_capacity(self.count as usize * 2);
        for &head in &self.buckets {
            let start = all.len();
            let mut at = head;
            while at != NIL {
                all.push(at);
                let (i, d) = split(at);
                at = self.slots[i].next[d.index()];
            }
            all[start..].reverse();
        }
        all
    }

    /// Puts an entry into the hash of sources, at its bucket's head.
    pub(super) fn link_source(&mut self, slot: usize) {
        let conn = &self.slots[slot];
        let bucket = hash::bucket(hash::source(&conn.tuples[0], conn.zone), self.sources.len());
        self.slots[slot].next_source = self.sources[bucket];
        self.sources[bucket] = slot as u32;
    }

    fn unlink_source(&mut self, slot: usize) {
        let conn = &self.slots[slot];
        if !conn.status.has(Status::SRC_NAT_DONE) {
            return;
        }
        let bucket = hash::bucket(hash::source(&conn.tuples[0], conn.zone), self.sources.len());
        let after = conn.next_source;
        let mut at = self.sources[bucket];
        if at == slot as u32 {
            self.sources[bucket] = after;
            return;
        }
        while at != NIL {
            let next = self.slots[at as usize].next_source;
            if next == slot as u32 {
                self.slots[at as usize].next_source = after;
                return;
            }
            at = next;
        }
    }

    /// Entries whose original source, protocol and port are `t`'s, newest first.
    pub(super) fn same_source<'a>(&'a self, t: &'a Tuple, zone: Zone) -> impl Iterator<Item = &'a Conn> {
        let mut at = self.sources[hash::bucket(hash::source(t, zone), self.sources.len())];
        std::iter::from_fn(move || {
            let conn = self.slots.get(at as usize)?;
            at = conn.next_source;
            Some(conn)
        })
        .filter(move |c| {
            let o = &c.tuples[0];
            (o.protocol, o.src, o.sport) == (t.protocol, t.src, t.sport)
                && c.zone.id_in(Dir::Original) == zone.id_in(Dir::Original)
        })
    }

    /// First entry of a bucket chain for which `accept` says yes; expired ones met are taken out.
    fn scan(
        &mut self,
        hash: u32,
        now: Jiffies,
        mut accept: impl FnMut(&Conn, usize, Dir) -> bool,
    ) -> Option<(usize, Dir)> {
        let bucket = hash::bucket(hash, self.buckets.len());
        let mut at = self.buckets[bucket];
        while at != NIL {
            let (slot, dir) = split(at);
            let conn = &self.slots[slot];
            if conn.is_expired(now) {
                self.kill(slot);
                at = self.buckets[bucket];
                continue;
            }
            if accept(conn, slot, dir) {
                return Some((slot, dir));
            }
            at = conn.next[dir.index()];
        }
        None
    }

    /// The entry that has `tuple` in a direction whose zone number is `zone`'s.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `nf_conntrack_find_get`, `nf_ct_key_equal`.
    pub(super) fn find(&mut self, tuple: &Tuple, zone: Zone, now: Jiffies) -> Option<(usize, Dir)> {
        let (orig, reply) = (zone.id_in(Dir::Original), zone.id_in(Dir::Reply));
        let equal =
            |c: &Conn, _: usize, d: Dir| c.tuples[d.index()] == *tuple && c.zone.id_in(d) == zone.id_in(d);
        self.scan(hash::tuple(tuple, orig), now, equal)
            .or_else(|| if orig == reply { None } else { self.scan(hash::tuple(tuple, reply), now, equal) })
    }

    /// An entry that clashes with `tuple` in direction `dir` of a new one.
    pub(super) fn find_key(&mut self, tuple: &Tuple, zone: Zone, dir: Dir, now: Jiffies) -> Option<usize> {
        let equal =
            |c: &Conn, _: usize, d: Dir| c.tuples[d.index()] == *tuple && c.zone.id_in(d) == zone.id_in(d);
        self.scan(hash::tuple(tuple, zone.id_in(dir)), now, equal).map(|(slot, _)| slot)
    }

    /// Whether another entry has `tuple`, so that NAT may not use it.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `nf_conntrack_tuple_taken`.
    pub(super) fn taken(&mut self, tuple: &Tuple, ignored: usize, now: Jiffies) -> bool {
        let Some(own) = self.slots.get(ignored) else { return false };
        let (zone, original) = (own.zone, own.tuples[0]);
        let clash = |c: &Conn, slot: usize, d: Dir| {
            slot != ignored
                && c.tuples[d.index()] == *tuple
                && c.zone.id_in(d) == zone.id_in(d)
                && !(c.tuples[0] == original && c.zone.id_in(Dir::Original) == zone.id_in(Dir::Original))
        };
        self.scan(hash::tuple(tuple, zone.id_in(Dir::Reply)), now, clash).is_some()
    }

    /// Slots with a node in the bucket of `hash` and the `n` after it, bucket by bucket.
    pub(super) fn bucket_slots(&self, hash: u32, n: usize) -> Vec<usize> {
        let bucket = (hash::bucket(hash, self.buckets.len()) + n) % self.buckets.len();
        let mut at = self.buckets[bucket];
        let mut slots = Vec::new();
        while at != NIL {
            let (slot, dir) = split(at);
            slots.push(slot);
            at = self.slots[slot].next[dir.index()];
        }
        slots.dedup();
        slots
    }
}
