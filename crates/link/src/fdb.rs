//! A bridge's forwarding database: which MAC is behind which port.

use std::time::Duration;

use packetwalk_wire::{Common, IfIndex, Instant, Mac, Pages};
use rustc_hash::FxHashMap;

/// How an entry came and how long it stays.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FdbFlag {
    /// A MAC of the host itself (`BR_FDB_LOCAL`): `permanent`.
    Local,
    /// Set by the user, does not age (`BR_FDB_STATIC`): `static`.
    Static,
    /// Learnt, or set by the user as `dynamic`: ages.
    Dynamic,
}

/// An entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FdbEntry {
    /// The MAC.
    pub mac: Mac,
    /// Behind which port; the bridge itself for its own address.
    pub port: IfIndex,
    /// How it came.
    pub flag: FdbFlag,
    /// When the MAC was last seen as a source.
    pub updated: Instant,
    /// When a frame to it was last forwarded.
    pub used: Instant,
    /// Added by the user (`BR_FDB_ADDED_BY_USER`).
    pub by_user: bool,
}

impl FdbEntry {
    fn aged(&self, ageing: Duration, now: Instant) -> bool {
        self.ages_at(ageing).is_some_and(|at| at <= now)
    }

    /// When it ages, if nothing renews it.
    pub fn ages_at(&self, ageing: Duration) -> Option<Instant> {
        (self.flag == FdbFlag::Dynamic).then(|| self.updated + ageing)
    }
}

/// The table. Entries are kept in order of insertion.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fdb {
    entries: Pages<FdbEntry>,
    index: Common<FxHashMap<Mac, u32>>,
    /// How many entries age.
    dynamic: usize,
}

impl Fdb {
    /// Every entry, in order of insertion (the kernel's is that of a randomly seeded hash).
    pub const fn entries(&self) -> &Pages<FdbEntry> {
        &self.entries
    }

    /// The entry of a MAC.
    pub fn get(&self, mac: Mac) -> Option<&FdbEntry> {
        self.entries.get(*self.index.get(&mac)? as usize)
    }

    fn get_mut(&mut self, mac: Mac) -> Option<&mut FdbEntry> {
        self.entries.get_mut(*self.index.get(&mac)? as usize)
    }

    /// Sets an entry, over one that is there.
    pub fn insert(&mut self, entry: FdbEntry) {
        self.dynamic += usize::from(entry.flag == FdbFlag::Dynamic);
        if let Some(old) = self.get_mut(entry.mac) {
            let was = std::mem::replace(old, entry).flag;
            self.dynamic -= usize::from(was == FdbFlag::Dynamic);
        } else {
            self.index.insert(entry.mac, self.entries.len() as u32);
            self.entries.push(entry);
        }
    }

    /// Removes a MAC's entry.
    pub fn remove(&mut self, mac: Mac) -> Option<FdbEntry> {
        let entry = *self.get(mac)?;
        self.retain(|e| e.mac != mac);
        Some(entry)
    }

    /// Keeps the entries that `keep` says.
    pub fn retain(&mut self, keep: impl FnMut(&FdbEntry) -> bool) {
        let before = self.entries.len();
        self.entries.retain(keep);
        if self.entries.len() != before {
            let index: FxHashMap<_, _> =
                self.entries.iter().enumerate().map(|(at, e)| (e.mac, at as u32)).collect();
            self.index = index.into();
            self.dynamic = self.entries.iter().filter(|e| e.flag == FdbFlag::Dynamic).count();
        }
    }

    /// The entry of a MAC, unless it has aged.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_fdb.c`: `has_expired`; `br_fdb_cleanup` runs when the next entry ages, so
    /// that an aged entry is as good as removed.
    pub fn live(&self, mac: Mac, ageing: Duration, now: Instant) -> Option<&FdbEntry> {
        self.get(mac).filter(|e| !e.aged(ageing, now))
    }

    /// Learns that `mac` is behind `port`. `true` when that is news: a new entry or another port.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_fdb.c`: `br_fdb_update`.
    pub fn learn(&mut self, mac: Mac, port: IfIndex, ageing: Duration, now: Instant) -> bool {
        let fresh = FdbEntry { mac, port, flag: FdbFlag::Dynamic, updated: now, used: now, by_user: false };
        let Some(entry) = self.get_mut(mac) else {
            self.insert(fresh);
            return true;
        };
        if entry.aged(ageing, now) {
            self.remove(mac);
            self.insert(fresh);
            return true;
        }
        if entry.flag == FdbFlag::Local {
            return false;
        }
        let moved = entry.port != port;
        entry.port = port;
        entry.updated = now;
        moved
    }

    /// Where a MAC's entry is, if it is one that a frame renews; until an entry leaves the table.
    pub fn place(&self, mac: Mac) -> Option<u32> {
        let place = *self.index.get(&mac)?;
        self.entries.get(place as usize).filter(|e| e.flag != FdbFlag::Local).map(|_| place)
    }

    /// The entry at a place, if it is still this MAC's, behind this port, and has not aged.
    pub fn at(
        &mut self,
        place: u32,
        mac: Mac,
        port: IfIndex,
        ageing: Duration,
        now: Instant,
    ) -> Option<&mut FdbEntry> {
        let entry = self.entries.get_mut(place as usize)?;
        (entry.mac == mac && entry.port == port && !entry.aged(ageing, now)).then_some(entry)
    }

    /// Marks an entry as used by a frame.
    pub fn touch(&mut self, mac: Mac, now: Instant) {
        if let Some(entry) = self.get_mut(mac) {
            entry.used = now;
        }
    }

    /// Removes the entries not seen for `ageing`.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_fdb.c`: `br_fdb_cleanup`.
    pub fn age(&mut self, ageing: Duration, now: Instant) {
        self.retain(|e| !e.aged(ageing, now));
    }

    /// When the next entry ages.
    pub fn next_ageing(&self, ageing: Duration) -> Option<Instant> {
        if self.dynamic == 0 {
            return None;
        }
        self.entries.iter().filter_map(|e| e.ages_at(ageing)).min()
    }
}
