//! A few prefixes in a list, the longest first.

use super::{FEW, Match, Row};
use crate::bits::mask;

/// The list. An address is held against the first 32 bits of all at once, then against the rest of those that fit.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    tops: [u32; FEW],
    masks: [u32; FEW],
    list: Vec<Row>,
}

impl Scan {
    pub(super) const fn len(&self) -> usize {
        self.list.len()
    }

    #[inline]
    pub(super) fn find(&self, address: u128, below: u8) -> Option<Match> {
        let top = (address >> 96) as u32;
        let mut fit = 0u32;
        for (at, (of, mask)) in self.tops.iter().zip(&self.masks).enumerate() {
            fit |= u32::from((top ^ of) & mask == 0) << at;
        }
        while fit != 0 {
            // An unused place fits anything, and comes last.
            let row = self.list.get(fit.trailing_zeros() as usize)?;
            let covers = row.len <= 32 || (row.bits ^ address) & mask(row.len) == 0;
            if covers && row.len < below {
                return Some(Match::new(row.len, row.id));
            }
            fit &= fit - 1;
        }
        None
    }

    fn position(&self, bits: u128, len: u8) -> Option<usize> {
        self.list.iter().position(|e| e.len == len && e.bits == bits)
    }

    pub(super) fn get(&self, bits: u128, len: u8) -> Option<u32> {
        self.list.get(self.position(bits, len)?).map(|e| e.id)
    }

    /// There is to be room.
    pub(super) fn insert(&mut self, bits: u128, len: u8, id: u32) -> Option<u32> {
        if let Some(row) = self.position(bits, len).and_then(|at| self.list.get_mut(at)) {
            return Some(std::mem::replace(&mut row.id, id));
        }
        let at = self.list.partition_point(|e| e.len >= len);
        self.list.insert(at, Row { bits, len, id });
        self.fill();
        None
    }

    pub(super) fn remove(&mut self, bits: u128, len: u8) -> Option<u32> {
        let at = self.position(bits, len)?;
        let gone = self.list.remove(at);
        self.fill();
        Some(gone.id)
    }

    fn fill(&mut self) {
        for (at, (of, tops)) in self.tops.iter_mut().zip(&mut self.masks).enumerate() {
            let row = self.list.get(at);
            *of = row.map_or(0, |row| (row.bits >> 96) as u32);
            *tops = row.map_or(0, |row| (mask(row.len) >> 96) as u32);
        }
    }

    pub(super) fn each(&self, into: &mut dyn FnMut(Row)) {
        self.list.iter().for_each(|row| into(*row));
    }

    pub(super) const fn bytes(&self) -> usize {
        self.list.capacity() * size_of::<Row>()
    }
}
