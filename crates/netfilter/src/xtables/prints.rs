//! A chain's rules by their print, so that one is found by its text.

use packetwalk_wire::{Common, Pages};
use rustc_hash::FxHashMap;

/// Lists up to this long are gone through.
const FEW: usize = 32;

/// [`super::Rule::print`] of each rule of a chain.
#[derive(Clone, Debug, Default)]
pub(super) struct Prints {
    list: Pages<u32>,
    /// How many rules have each print; empty while the list has never been long.
    counts: Common<FxHashMap<u32, u32>>,
}

impl Prints {
    pub(super) fn insert(&mut self, at: usize, print: u32) {
        self.list.insert(at, print);
        if !self.counts.is_empty() {
            *self.counts.entry(print).or_default() += 1;
        } else if self.list.len() > FEW {
            let mut counts = FxHashMap::default();
            for &print in &self.list {
                *counts.entry(print).or_default() += 1;
            }
            self.counts = counts.into();
        }
    }

    pub(super) fn remove(&mut self, at: usize) {
        let Some(print) = self.list.remove(at) else { return };
        if self.counts.is_empty() {
            return;
        }
        if let Some(count) = self.counts.get_mut(&print) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&print);
            }
        }
    }

    /// The places of a print, in order.
    pub(super) fn places(&self, print: u32) -> impl Iterator<Item = usize> {
        let known = self.counts.is_empty() || self.counts.contains_key(&print);
        let list = known.then(|| self.list.iter().enumerate()).into_iter().flatten();
        list.filter(move |(_, p)| **p == print).map(|(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long or short, and after what was put in and taken out anywhere.
    #[test]
    fn every_place_of_a_print_is_found() {
        let (mut prints, mut list) = (Prints::default(), Vec::new());
        let mut random = 1u32;
        for n in 0..400u32 {
            random = random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            let at = (random >> 8) as usize % (list.len() + 1);
            if list.is_empty() || n % 200 < 120 {
                prints.insert(at, random >> 27);
                list.insert(at, random >> 27);
            } else {
                let at = at.min(list.len() - 1);
                prints.remove(at);
                list.remove(at);
            }
            for print in 0..34 {
                let places = (0..list.len()).filter(|at| list[*at] == print);
                assert!(prints.places(print).eq(places), "{n} {print}");
            }
        }
    }
}
