//! The hashes: chains of entries, and what is looked up in them.
//!
//! A hash grows by one bucket at a time (linear hashing): the oldest bucket that was not split yet gives what is not
//! its own any more to a new one at the end. A bucket's chain keeps its order: newest first.

use std::hint::black_box;

use super::conn::{BY_SOURCE, NIL};
use super::pages::Pages;
use super::table::Table;
use super::time::Jiffies;
use super::{Conn, Dir, Tuple, Zone, hash};

const FIRST_BUCKETS: usize = 64;
/// So many buckets are split at a time.
const SPLITS: usize = 16;
/// Longer chains are few.
const GLANCES: usize = 3;

/// Each bucket's first node, and a bit for each of its nodes' hashes: where a bit is missing, nobody looks. A bit
/// stays behind its node until the bucket is empty or split.
#[derive(Clone, Debug)]
pub(super) struct Heads {
    at: Pages<[u32; 2], 8>,
    /// Buckets.
    size: usize,
    /// Nodes in all chains.
    nodes: usize,
}

impl Default for Heads {
    fn default() -> Self {
        Self { at: Pages::of(vec![[NIL, 0]; FIRST_BUCKETS]), size: FIRST_BUCKETS, nodes: 0 }
    }
}

impl Heads {
    fn push(&mut self) {
        self.at.push([NIL, 0]);
        self.size += 1;
    }

    /// The bucket of a hash: as many of its low bits as make one that is there.
    pub(super) const fn bucket(&self, hash: u32) -> usize {
        let all = self.size.next_power_of_two() - 1;
        let bucket = hash as usize & all;
        if bucket < self.size { bucket } else { bucket & (all >> 1) }
    }
}

/// The bit of a hash; a bucket's number is of others.
const fn bit(hash: u32) -> u32 {
    1 << (hash >> 27)
}

const fn node(slot: usize, chain: usize) -> u32 {
    (slot * 4 + chain) as u32
}

const fn split(node: u32) -> (usize, usize) {
    ((node / 4) as usize, (node & 3) as usize)
}

/// The bucket that gives a new one, of this number, what is in it.
const fn to_split(new: usize) -> usize {
    new ^ (1 << new.ilog2())
}

const fn dir_of(chain: usize) -> Dir {
    if chain == 0 { Dir::Original } else { Dir::Reply }
}

impl Table {
    fn hash_of(&self, slot: usize, chain: usize) -> u32 {
        self.hash(&self.slots[slot], chain)
    }

    /// The hash of an entry in a chain.
    pub(super) fn hash(&self, conn: &Conn, chain: usize) -> u32 {
        if chain == BY_SOURCE {
            return hash::source(self.key, &conn.tuple(Dir::Original), conn.zone());
        }
        let dir = dir_of(chain);
        let fast = if self.key.is_none() { conn.hash_v4(dir) } else { None };
        fast.unwrap_or_else(|| hash::tuple(self.key, &conn.tuple(dir), conn.zone().id_in(dir)))
    }

    /// Reads the heads of the buckets that an entry with these hashes goes to, so that memory is waited for once.
    pub(super) fn glance(&self, [there, back, source]: [u32; 3]) {
        let [tuples, sources] = &self.heads;
        black_box(
            [(tuples, there), (tuples, back), (sources, source)]
                .map(|(heads, hash)| heads.at.get(heads.bucket(hash)).map_or(0, |[_, bits]| *bits)),
        );
    }

    /// Puts an entry into a hash, at its bucket's head.
    pub(super) fn link(&mut self, slot: usize, chain: usize) {
        self.link_by(slot, chain, self.hash_of(slot, chain));
    }

    /// The same by its hash there.
    pub(super) fn link_by(&mut self, slot: usize, chain: usize, hash: u32) {
        let which = chain / 2;
        let heads = &mut self.heads[which];
        heads.nodes += 1;
        let bucket = heads.bucket(hash);
        let [first, bits] = &mut heads.at[bucket];
        *bits |= bit(hash);
        self.slots[slot].next[chain] = core::mem::replace(first, node(slot, chain));
        // What is asked of sources is not asked for every packet: their chains may be longer.
        if heads.nodes / 9 * 8 > heads.size * (1 + which) {
            self.glance_next(which);
            (0..SPLITS).for_each(|_| self.split_next(which));
        }
    }

    pub(super) fn unlink(&mut self, slot: usize, chain: usize) {
        let target = node(slot, chain);
        let after = self.slots[slot].next[chain];
        let bucket = self.heads[chain / 2].bucket(self.hash_of(slot, chain));
        let heads = &mut self.heads[chain / 2];
        let mut at = &mut heads.at[bucket][0];
        while *at != target {
            // One that was put in in spite of a clash is in one chain alone.
            if *at == NIL {
                return;
            }
            let (slot, chain) = split(*at);
            at = &mut self.slots[slot].next[chain];
        }
        *at = after;
        heads.nodes -= 1;
        if heads.at[bucket][0] == NIL {
            heads.at[bucket][1] = 0;
        }
    }

    /// Reads the chains that are split next side by side: of many entries each is in memory that no cache has, and is
    /// waited for together with the others.
    fn glance_next(&self, which: usize) {
        let heads = &self.heads[which];
        let first = |n| heads.at.get(to_split(heads.size + n)).map_or(NIL, |[first, _]| *first);
        let mut ends: [u32; SPLITS] = core::array::from_fn(first);
        let mut wide = false;
        for _ in 0..GLANCES {
            for at in &mut ends {
                let (slot, chain) = split(*at);
                let Some(conn) = self.slots.get(slot) else { continue };
                wide |= conn.is_wide();
                *at = conn.next.get(chain).copied().unwrap_or(NIL);
            }
        }
        black_box((ends, wide));
    }

    fn split_next(&mut self, which: usize) {
        let new = self.heads[which].size;
        let old = to_split(new);
        self.heads[which].push();
        let [mut at, _] = core::mem::replace(&mut self.heads[which].at[old], [NIL, 0]);
        let mut last = [NIL; 2];
        while at != NIL {
            let (slot, chain) = split(at);
            let hash = self.hash_of(slot, chain);
            let bucket = self.heads[which].bucket(hash);
            self.heads[which].at[bucket][1] |= bit(hash);
            let before = core::mem::replace(&mut last[usize::from(bucket == new)], at);
            let (before_slot, before_chain) = split(before);
            match self.slots.get_mut(before_slot) {
                Some(before) => before.next[before_chain] = at,
                None => self.heads[which].at[bucket][0] = at,
            }
            at = core::mem::replace(&mut self.slots[slot].next[chain], NIL);
        }
    }

    /// Entries whose original source, protocol and port are `t`'s, newest first.
    pub(super) fn same_source<'a>(&'a self, t: &'a Tuple, zone: Zone) -> impl Iterator<Item = &'a Conn> {
        let heads = &self.heads[BY_SOURCE / 2];
        let [mut at, _] = heads.at[heads.bucket(hash::source(self.key, t, zone))];
        std::iter::from_fn(move || {
            let conn = self.slots.get(split(at).0)?;
            at = conn.next[BY_SOURCE];
            Some(conn)
        })
        .filter(move |c| {
            let o = c.tuple(Dir::Original);
            (o.protocol, o.src, o.sport) == (t.protocol, t.src, t.sport)
                && c.zone().id_in(Dir::Original) == zone.id_in(Dir::Original)
        })
    }

    /// First entry that has `tuple` in a direction whose zone number is `zone`'s, looked for in the bucket of
    /// `dir`'s zone number; expired ones met are taken out. `but` is a slot and its original tuple: neither it nor
    /// another with that tuple is meant.
    fn scan(
        &mut self,
        tuple: &Tuple,
        zone: Zone,
        dir: Dir,
        now: Jiffies,
        but: Option<(usize, Tuple)>,
    ) -> Option<(usize, Dir)> {
        let hash = hash::tuple(self.key, tuple, zone.id_in(dir));
        self.scan_by(hash, tuple, zone, now, but)
    }

    /// The same by the hash of the tuple and its zone number.
    fn scan_by(
        &mut self,
        hash: u32,
        tuple: &Tuple,
        zone: Zone,
        now: Jiffies,
        but: Option<(usize, Tuple)>,
    ) -> Option<(usize, Dir)> {
        let bucket = self.heads[0].bucket(hash);
        let [mut at, bits] = self.heads[0].at[bucket];
        if bits & bit(hash) == 0 {
            return None;
        }
        while at != NIL {
            let (slot, chain) = split(at);
            let conn = &self.slots[slot];
            if conn.is_expired(now) {
                self.kill(slot);
                [at, _] = self.heads[0].at[bucket];
                continue;
            }
            let found = dir_of(chain);
            let meant =
                |(own, original): &(usize, Tuple)| *own != slot && !conn.has(original, zone, Dir::Original);
            if conn.has(tuple, zone, found) && but.as_ref().is_none_or(meant) {
                return Some((slot, found));
            }
            at = conn.next[chain];
        }
        None
    }

    /// The entry that has `tuple` in a direction whose zone number is `zone`'s.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `nf_conntrack_find_get`, `nf_ct_key_equal`.
    pub(super) fn find(&mut self, tuple: &Tuple, zone: Zone, now: Jiffies) -> Option<(usize, Dir)> {
        let found = self.scan(tuple, zone, Dir::Original, now, None);
        if found.is_some() || zone.id_in(Dir::Original) == zone.id_in(Dir::Reply) {
            return found;
        }
        self.scan(tuple, zone, Dir::Reply, now, None)
    }

    /// Whether there is an entry that has the tuple of a direction of `conn`, whose hash this is.
    pub(super) fn has(&mut self, hash: u32, conn: &Conn, dir: Dir, now: Jiffies) -> bool {
        self.scan_by(hash, &conn.tuple(dir), conn.zone(), now, None).is_some()
    }

    /// An entry that clashes with `tuple` in direction `dir` of a new one.
    pub(super) fn find_key(&mut self, tuple: &Tuple, zone: Zone, dir: Dir, now: Jiffies) -> Option<usize> {
        self.scan(tuple, zone, dir, now, None).map(|(slot, _)| slot)
    }

    /// Whether another entry has `tuple`, so that NAT may not use it.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `nf_conntrack_tuple_taken`.
    pub(super) fn taken(&mut self, tuple: &Tuple, ignored: usize, now: Jiffies) -> bool {
        let Some(own) = self.slots.get(ignored) else { return false };
        let (zone, original) = (own.zone(), own.tuple(Dir::Original));
        self.scan(tuple, zone, Dir::Reply, now, Some((ignored, original))).is_some()
    }

    /// Slots with a node in the bucket of `hash` and the `n` after it, bucket by bucket.
    pub(super) fn bucket_slots(&self, hash: u32, n: usize) -> Vec<usize> {
        let heads = &self.heads[0];
        let [mut at, _] = heads.at[(heads.bucket(hash) + n) % heads.size];
        let mut slots = Vec::new();
        while at != NIL {
            let (slot, chain) = split(at);
            slots.push(slot);
            at = self.slots[slot].next[chain];
        }
        slots.dedup();
        slots
    }

    /// Another key for the hashes of an empty table; false when it is not empty.
    pub(super) fn set_key(&mut self, key: hash::Key) -> bool {
        let empty = self.heads.iter().all(|heads| heads.nodes == 0);
        if empty {
            self.key = key;
        }
        empty
    }

    /// Entries of the longest chain.
    #[cfg(test)]
    pub(super) fn longest_chain(&self) -> usize {
        let of = |n| self.bucket_slots(0, n).len();
        (0..self.heads[0].size).map(of).max().unwrap_or(0)
    }
}
