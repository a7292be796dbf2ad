//! The hashes: what is looked up in them.

use super::buckets::Buckets;
use super::conn::BY_SOURCE;
use super::table::Table;
use super::time::Jiffies;
use super::{Conn, Dir, Tuple, Zone, hash};

/// Nodes in two buckets, on average: of tuples, and of sources, which are not asked for with every packet.
const FILL: [usize; 2] = [14, 18];

/// Parts that the tuples have at first where one is looked through for an entry to drop early.
const PARTS: usize = 64;
/// So many are added at a time: eight for nine nodes.
const MORE_PARTS: usize = 16;

/// Both tuples' hash and that of sources.
#[derive(Clone, Debug)]
pub(super) struct Hashes {
    tuples: Buckets,
    sources: Buckets,
}

impl Default for Hashes {
    fn default() -> Self {
        let [tuples, sources] = FILL.map(Buckets::new);
        Self { tuples, sources }
    }
}

impl Hashes {
    const fn of(&mut self, chain: usize) -> &mut Buckets {
        if chain == BY_SOURCE { &mut self.sources } else { &mut self.tuples }
    }

    fn parts(&self) -> usize {
        let wanted = (self.tuples.most() / 9 * 8).max(PARTS);
        PARTS + (wanted - PARTS).next_multiple_of(MORE_PARTS)
    }
}

/// The part of a hash, of so many: as many of its low bits as make one that is there.
const fn part(hash: u32, parts: usize) -> usize {
    let all = parts.next_power_of_two() - 1;
    let part = hash as usize & all;
    if part < parts { part } else { part & (all >> 1) }
}

const fn node(slot: usize, chain: usize) -> u32 {
    (slot * 4 + chain) as u32
}

const fn split(node: u32) -> (usize, usize) {
    ((node / 4) as usize, (node & 3) as usize)
}

const fn dir_of(chain: usize) -> Dir {
    if chain == 0 { Dir::Original } else { Dir::Reply }
}

fn hash_by(key: hash::Key, conn: &Conn, chain: usize) -> u32 {
    if chain == BY_SOURCE {
        return hash::source(key, &conn.tuple(Dir::Original), conn.zone());
    }
    let dir = dir_of(chain);
    let fast = if key.is_none() { conn.hash_v4(dir) } else { None };
    fast.unwrap_or_else(|| hash::tuple(key, &conn.tuple(dir), conn.zone().id_in(dir)))
}

impl Table {
    fn hash_of(&self, slot: usize, chain: usize) -> u32 {
        self.hash(&self.slots[slot], chain)
    }

    /// The hash of an entry in a chain.
    pub(super) fn hash(&self, conn: &Conn, chain: usize) -> u32 {
        hash_by(self.key, conn, chain)
    }

    /// Reads the buckets of hashes, of three tuples and of the source, last, each: a number without a meaning.
    pub(super) fn glance(&self, hashes: &[[u32; 4]]) -> u32 {
        let first = self.hashes.sources.glance(hashes, 3);
        (0..3).fold(first, |sum, which| sum ^ self.hashes.tuples.glance(hashes, which))
    }

    /// Puts an entry into a hash, at its bucket's head.
    pub(super) fn link(&mut self, slot: usize, chain: usize) {
        self.link_by(slot, chain, self.hash_of(slot, chain));
    }

    /// The same by its hash there.
    pub(super) fn link_by(&mut self, slot: usize, chain: usize, hash: u32) {
        let Self { hashes, slots, key, .. } = self;
        let buckets = hashes.of(chain);
        buckets.add(hash, node(slot, chain));
        if buckets.is_full() {
            buckets.grow(|node| {
                let (slot, chain) = split(node);
                slots.get(slot).map_or(0, |conn| hash_by(*key, conn, chain))
            });
        }
    }

    pub(super) fn unlink(&mut self, slot: usize, chain: usize) {
        let hash = self.hash_of(slot, chain);
        // One that was put in in spite of a clash is in one chain alone.
        self.hashes.of(chain).remove(hash, node(slot, chain));
    }

    /// Entries whose original source, protocol and port are `t`'s, newest first.
    pub(super) fn same_source<'a>(&'a self, t: &'a Tuple, zone: Zone) -> impl Iterator<Item = &'a Conn> {
        let nodes = self.hashes.sources.like(hash::source(self.key, t, zone));
        nodes.filter_map(|node| self.slots.get(split(node).0)).filter(move |c| {
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
        loop {
            let mut expired = None;
            for node in self.hashes.tuples.like(hash) {
                let (slot, chain) = split(node);
                let conn = &self.slots[slot];
                if conn.is_expired(now) {
                    expired = Some(slot);
                    break;
                }
                let found = dir_of(chain);
                let meant = |(own, original): &(usize, Tuple)| {
                    *own != slot && !conn.has(original, zone, Dir::Original)
                };
                if conn.has(tuple, zone, found) && but.as_ref().is_none_or(meant) {
                    return Some((slot, found));
                }
            }
            self.kill(expired?);
        }
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
        self.hashes.tuples.may_have(hash)
            && self.scan_by(hash, &conn.tuple(dir), conn.zone(), now, None).is_some()
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

    /// Slots with a node in the part of `hash` and the `n` after it, newest first.
    pub(super) fn part_slots(&self, hash: u32, n: usize) -> Vec<usize> {
        let parts = self.hashes.parts();
        let own = (part(hash, parts) + n) % parts;
        // There are more parts than buckets: one is in one bucket.
        let nodes = self.hashes.tuples.beside(own as u32).map(split);
        let is_own = |(slot, chain): &(usize, usize)| part(self.hash_of(*slot, *chain), parts) == own;
        let mut slots: Vec<usize> = nodes.filter(is_own).map(|(slot, _)| slot).collect();
        slots.dedup();
        slots
    }

    /// Another key for the hashes of an empty table; false when it is not empty.
    pub(super) const fn set_key(&mut self, key: hash::Key) -> bool {
        let empty = self.hashes.tuples.len() + self.hashes.sources.len() == 0;
        if empty {
            self.key = key;
        }
        empty
    }

    /// Entries of the longest part.
    #[cfg(test)]
    pub(super) fn longest_chain(&self) -> usize {
        let of = |n| self.part_slots(0, n).len();
        (0..self.hashes.parts()).map(of).max().unwrap_or(0)
    }

    /// Bytes of memory that the hashes take.
    #[cfg(test)]
    pub(super) fn hash_bytes(&self) -> usize {
        self.hashes.tuples.bytes() + self.hashes.sources.bytes()
    }
}
