//! What is known of keys: an array in which a key's place is its hash, or one of the next.
//!
//! A packet of many flows finds its entry in no cache: it takes one line of memory to look at it.

use super::key::{Addrs, Key};

/// What is known of a key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    /// A flow: its connection by slot and generation, if its way has one, and the way's place.
    Flow { conn: [u32; 2], way: u32 },
    /// First packets of flows that are alike, by their place.
    First(u32),
    /// No way was noted: so many packets are let go, and twice as many the next time.
    Own { left: u16, again: u16 },
}

#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Place<A> {
    key: Key<A>,
    entry: Entry,
}

/// Entries by key, in no more than three of four places.
pub(super) struct Table<A> {
    places: Vec<Option<Place<A>>>,
    len: usize,
}

impl<A> Default for Table<A> {
    fn default() -> Self {
        Self { places: Vec::new(), len: 0 }
    }
}

impl<A: Addrs> Table<A> {
    /// Room at first.
    const FIRST: usize = 8;

    #[inline]
    pub const fn len(&self) -> usize {
        self.len
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The place of a key, or the free one where it is to be; beyond the end if there is no room at all.
    #[inline]
    fn find(&self, key: &Key<A>) -> usize {
        self.find_from(self.place(key), key)
    }

    /// The same, when [`Self::place`] is known.
    #[inline]
    fn find_from(&self, mut at: usize, key: &Key<A>) -> usize {
        let mask = self.places.len().wrapping_sub(1);
        while let Some(Some(place)) = self.places.get(at) {
            if place.key == *key {
                return at;
            }
            at = (at + 1) & mask;
        }
        at
    }

    #[inline]
    pub fn get(&self, key: &Key<A>) -> Option<&Entry> {
        self.get_from(self.place(key), key)
    }

    /// The same, when [`Self::place`] is known.
    #[inline]
    pub fn get_from(&self, at: usize, key: &Key<A>) -> Option<&Entry> {
        Some(&self.places.get(self.find_from(at, key))?.as_ref()?.entry)
    }

    #[inline]
    pub fn get_mut(&mut self, key: &Key<A>) -> Option<&mut Entry> {
        let at = self.find(key);
        Some(&mut self.places.get_mut(at)?.as_mut()?.entry)
    }

    /// Where a key's entry is likely to be.
    #[inline]
    pub fn place(&self, key: &Key<A>) -> usize {
        key.hash() as usize & self.places.len().wrapping_sub(1)
    }

    /// Reads what is at a place: a number without a meaning.
    #[inline]
    pub fn glance(&self, at: usize) -> u32 {
        self.places.get(at).map_or(0, |place| u32::from(place.is_some()))
    }

    pub fn insert(&mut self, key: Key<A>, entry: Entry) {
        if self.len * 4 >= self.places.len() * 3 {
            let room = (self.places.len() * 2).max(Self::FIRST);
            let old = core::mem::replace(&mut self.places, vec![None; room]);
            for place in old.into_iter().flatten() {
                let at = self.find(&place.key);
                if let Some(free) = self.places.get_mut(at) {
                    *free = Some(place);
                }
            }
        }
        let at = self.find(&key);
        if let Some(place) = self.places.get_mut(at) {
            self.len += usize::from(place.is_none());
            *place = Some(Place { key, entry });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::super::key::{Ends, Four, Six};
    use super::*;

    fn key(n: u32) -> Key<Four> {
        let [src, dst] = [n >> 16, 7].map(|n| IpAddr::V4(Ipv4Addr::from_bits(n)));
        Key::new(Ends::new(&src, &dst, (n as u16, 80)).expect("of one family"), 1)
    }

    /// Two entries lie in one line of a cache, and none in two.
    #[test]
    fn an_entry_is_small() {
        assert_eq!((size_of::<Option<Place<Four>>>(), align_of::<Option<Place<Four>>>()), (32, 32));
        assert_eq!(size_of::<Option<Place<Six>>>(), 64);
    }

    #[test]
    fn what_was_put_in_is_found() {
        let mut table = Table::default();
        assert!(table.get(&key(0)).is_none());
        for n in 0..5000 {
            table.insert(key(n * 7), Entry::First(n));
            table.insert(key(n * 7), Entry::First(n + 1));
        }
        assert_eq!(table.len(), 5000);
        for n in 0..35_000 {
            let found = table.get(&key(n)).map(|entry| matches!(entry, Entry::First(k) if *k == n / 7 + 1));
            assert_eq!(found, (n % 7 == 0).then_some(true), "{n}");
        }
        table.clear();
        assert!(table.get(&key(7)).is_none() && table.len() == 0);
    }
}
