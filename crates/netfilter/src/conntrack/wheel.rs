//! When entries are to be looked at: a wheel of timers.
//!
//! An entry in the table is in one slot of the wheel, which comes due no later than the entry expires. A packet
//! that renews the entry only writes its timeout; when the slot comes due, the entry is put into a later one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::conn::NIL;
use super::table::Table;
use super::time::Jiffies;

/// A level's slots are `1 << BITS`, each of which is all of the level below it.
const BITS: u32 = 7;
const SLOTS: usize = 1 << BITS;
const LEVELS: usize = 5;
/// Of the last level only the 16 slots that 32 bits of ticks have.
const HEADS: usize = (LEVELS - 1) * SLOTS + 16;

/// In place of the entry before: this one is the first of the slot with the number below.
const FIRST: u32 = 1 << 31;

/// The slots' first entries.
#[derive(Clone, Debug, Default)]
pub(super) struct Wheel {
    heads: Vec<u32>,
    /// Of each level the slots that have entries.
    used: [u128; LEVELS],
    /// What was due before is done.
    done: Jiffies,
    /// No slot that has entries begins before, as far as is known.
    next: Option<Jiffies>,
}

impl Wheel {
    /// The slot for a timeout: that of its highest bit that differs from the clock's.
    #[inline]
    fn slot_of(&mut self, timeout: Jiffies) -> usize {
        let when = if timeout.until(self.done) > 0 { timeout } else { self.done };
        let level = ((when.0 ^ self.done.0) | 1).ilog2() / BITS;
        let at = when.0 >> (level * BITS) & (SLOTS as u32 - 1);
        self.used[level as usize] |= 1 << at;
        let begin = self.begin(level, at);
        self.next = self.next.filter(|next| next.until(begin) <= 0);
        level as usize * SLOTS + at as usize
    }

    /// When a level's slot begins. `at` is from the clock's own slot on; beyond the level's end it begins anew.
    const fn begin(&self, level: u32, at: u32) -> Jiffies {
        let all = self.done.0 >> (level * BITS);
        let slot = (all & !(SLOTS as u32 - 1)).wrapping_add(at);
        Jiffies(slot << (level * BITS))
    }

    /// The first slot that has entries: level, number and beginning.
    fn first(&self) -> Option<(u32, usize, Jiffies)> {
        let of = |(level, &used): (u32, &u128)| {
            let own = self.done.0 >> (level * BITS) & (SLOTS as u32 - 1);
            let ahead = used >> own;
            let at =
                if ahead == 0 { SLOTS as u32 + used.trailing_zeros() } else { own + ahead.trailing_zeros() };
            let head = level as usize * SLOTS + (at as usize & (SLOTS - 1));
            (used != 0).then(|| (level, head, self.begin(level, at)))
        };
        (0..).zip(&self.used).filter_map(of).min_by_key(|(.., begin)| begin.0.wrapping_sub(self.done.0))
    }
}

impl Table {
    /// An entry came into the table: the wheel gets it.
    pub(super) fn arm(&mut self, slot: usize, now: Jiffies) {
        if self.wheel.used == [0; LEVELS] {
            self.wheel.done = now;
            self.wheel.heads.resize(HEADS, NIL);
        }
        let at = self.wheel.slot_of(self.slots[slot].timeout);
        let next = core::mem::replace(&mut self.wheel.heads[at], slot as u32);
        self.slots[slot].due = [FIRST | at as u32, next];
        if let Some(next) = self.slots.get_mut(next as usize) {
            next.due[0] = slot as u32;
        }
    }

    pub(super) fn disarm(&mut self, slot: usize) {
        let [before, next] = core::mem::replace(&mut self.slots[slot].due, [NIL; 2]);
        if before == NIL {
            return;
        }
        if before & FIRST == 0 {
            self.slots[before as usize].due[1] = next;
        } else {
            let at = (before & !FIRST) as usize;
            self.wheel.heads[at] = next;
            if next == NIL {
                self.wheel.used[at / SLOTS] &= !(1 << (at % SLOTS));
            }
        }
        if let Some(next) = self.slots.get_mut(next as usize) {
            next.due[0] = before;
        }
    }

    /// An entry in the wheel expires sooner than it did.
    pub(super) fn rearm(&mut self, slot: usize, now: Jiffies) {
        if self.slots[slot].due[0] != NIL {
            self.disarm(slot);
            self.arm(slot, now);
        }
    }

    /// The next entry that has expired, out of the wheel already; `work` is so many entries as are looked at. With
    /// `late`, slots of half a second are left alone until they are over, so that none of theirs is put elsewhere.
    pub(super) fn next_due(&mut self, now: Jiffies, late: bool, work: &mut usize) -> Option<usize> {
        while let Some(left) = work.checked_sub(1) {
            if self.wheel.next.is_some_and(|next| next.until(now) > 0) {
                self.wheel.done = now;
                return None;
            }
            let (level, at, begin) = self.wheel.first()?;
            if begin.until(now) > 0 {
                self.wheel.done = now;
                self.wheel.next = Some(begin);
                return None;
            }
            if late && level == 1 && begin.until(now) > -(SLOTS as i32) {
                return None;
            }
            *work = left;
            self.wheel.done = begin;
            let slot = self.wheel.heads[at] as usize;
            self.disarm(slot);
            let timeout = self.slots[slot].timeout;
            // The wheel's own clock counts too: by it a timeout may have passed too long ago for 32 bits.
            if timeout.until(now) <= 0 || timeout.until(begin) <= 0 {
                return Some(slot);
            }
            self.arm(slot, begin);
        }
        None
    }

    #[cfg(test)]
    pub(super) fn wheel_is_empty(&self) -> bool {
        self.wheel.used == [0; LEVELS] && self.wheel.heads.iter().all(|&head| head == NIL)
    }

    /// Takes expired entries out; `work` is so many as are looked at. Where somebody hears of it, they go in the order of
    /// their slots.
    pub(super) fn kill_due(&mut self, now: Jiffies, mut work: usize) {
        let mut heard = BinaryHeap::new();
        while let Some(slot) = self.next_due(now, false, &mut work) {
            if self.watched {
                heard.push(Reverse(slot));
            } else {
                self.kill(slot);
            }
        }
        while let Some(Reverse(slot)) = heard.pop() {
            self.kill(slot);
        }
    }

    /// Ticks until the first of some entries expires.
    pub(super) fn first_end(&self, now: Jiffies, which: impl Fn(usize) -> bool) -> Option<i32> {
        let mut least = None;
        for (level, used) in (0..).zip(&self.wheel.used) {
            let own = self.wheel.done.0 >> (level * BITS) & (SLOTS as u32 - 1);
            for at in own..own + SLOTS as u32 {
                let head = at & (SLOTS as u32 - 1);
                let begin = self.wheel.begin(level, at).until(now);
                if used >> head & 1 == 0 || least.is_some_and(|least| least <= begin) {
                    continue;
                }
                let mut slot = self.wheel.heads[level as usize * SLOTS + head as usize];
                while let Some(conn) = self.slots.get(slot as usize) {
                    let left = conn.timeout.until(now);
                    if which(slot as usize) && least.is_none_or(|least| left < least) {
                        least = Some(left);
                    }
                    slot = conn.due[1];
                }
            }
        }
        least
    }
}
