//! Where the connections are: a slab, the hash of both tuples, and the hash of sources for NAT.

use std::collections::VecDeque;

use packetwalk_wire::{CtInfo, CtRef};

use super::chains::Hashes;
use super::conn::{BY_SOURCE, NIL, Place};
use super::hash::Key;
use super::pages::Pages;
use super::time::Jiffies;
use super::wheel::Wheel;
use super::{Conn, Dir, Status};

/// So many entries that left the table stay readable for the packets on their way.
const LIMBO: usize = 256;

/// Slab, hashes and timers. An entry is named by its slot and its serial number.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) slots: Pages<Conn, 7>,
    /// The first free slot; each names the next in the wheel's place.
    free: u32,
    pub(super) hashes: Hashes,
    pub(super) wheel: Wheel,
    pub(super) key: Key,
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
            slots: Pages::default(),
            free: NIL,
            hashes: Hashes::default(),
            wheel: Wheel::default(),
            key: None,
            limbo: VecDeque::new(),
            count: 0,
            serial: 0,
            watched: false,
            killed: Vec::new(),
        }
    }
}

impl Table {
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    pub(super) fn index_of(&self, r: CtRef) -> Option<usize> {
        let slot = r.index as usize;
        let conn = self.slots.get(slot)?;
        (conn.serial == r.generation && conn.place != Place::Free).then_some(slot)
    }

    pub(super) fn ct_ref(&self, slot: usize, info: CtInfo) -> CtRef {
        let generation = self.slots.get(slot).map_or(0, |c| c.serial);
        CtRef { index: slot as u32, generation, info }
    }

    /// Takes a slot for a new entry.
    pub(super) fn insert(&mut self, mut conn: Conn) -> usize {
        conn.serial = self.serial;
        self.serial = self.serial.wrapping_add(1);
        if conn.place != Place::Template {
            self.count += 1;
        }
        let slot = self.free as usize;
        if let Some(old) = self.slots.get_mut(slot) {
            self.free = old.due[1];
            *old = conn;
            return slot;
        }
        self.slots.push(conn);
        self.slots.len() - 1
    }

    fn make_free(&mut self, slot: usize) {
        if let Some(conn) = self.slots.get_mut(slot) {
            conn.place = Place::Free;
            conn.due[1] = self.free;
            self.free = slot as u32;
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
                self.link(slot, BY_SOURCE);
            }
        }
    }

    fn unlink_source(&mut self, slot: usize) {
        if self.slots[slot].status.has(Status::SRC_NAT_DONE) {
            self.unlink(slot, BY_SOURCE);
        }
    }

    /// Puts a confirmed entry into the table.
    pub(super) fn enter(&mut self, slot: usize, now: Jiffies) {
        let Some(conn) = self.slots.get(slot) else { return };
        let hashes = [Dir::Original, Dir::Reply].map(|dir| self.hash(conn, dir.index()));
        self.enter_by(slot, hashes, now);
    }

    /// The same by the hashes of its tuples.
    pub(super) fn enter_by(&mut self, slot: usize, hashes: [u32; 2], now: Jiffies) {
        let [there, back] = hashes;
        self.link_by(slot, Dir::Original.index(), there);
        self.link_by(slot, Dir::Reply.index(), back);
        self.arm(slot, now);
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
            self.unlink(slot, Dir::Original.index());
            self.unlink(slot, Dir::Reply.index());
            self.disarm(slot);
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
}
