//! Puts slices in order with little code.
//!
//! The standard library's sorts are quicker for what is long, and made anew for each type and each order, some 4 KB every
//! time: they would be a twelfth of a module for the web. Here the sorting itself is there once.

use std::cmp::Ordering;

/// A slice that can be put in order: what is equal stays as it was.
pub trait Order<T> {
    /// By the elements' own order.
    fn order(&mut self)
    where
        T: Ord;

    /// By a key of each.
    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);

    /// By a comparison.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);
}

impl<T> Order<T> for [T] {
    fn order(&mut self)
    where
        T: Ord,
    {
        self.order_by(T::cmp);
    }

    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }

    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let mut places = places(self.len(), &mut |a, b| match (self.get(a), self.get(b)) {
            (Some(a), Some(b)) => compare(a, b).is_lt(),
            _ => false,
        });
        // Each place gets its element, whose own place gets the next one's, until the first one's element is met.
        for first in 0..places.len() {
            let mut to = first;
            while let Some(place) = places.get_mut(to) {
                let from = std::mem::replace(place, to);
                if from == first {
                    break;
                }
                self.swap(to, from);
                to = from;
            }
        }
    }
}

/// So many are put in order one by one, and then merged.
const RUN: usize = 8;

/// Where the elements that are to stand at each place are now; nothing if all stand right.
fn places(len: usize, before: &mut dyn FnMut(usize, usize) -> bool) -> Vec<usize> {
    if (1..len).all(|at| !before(at, at - 1)) {
        return Vec::new();
    }
    let mut all: Vec<usize> = (0..len).collect();
    for run in all.chunks_mut(RUN) {
        for last in 1..run.len() {
            for at in (0..last).rev() {
                match run.get_mut(at..) {
                    Some([a, b, ..]) if before(*b, *a) => core::mem::swap(a, b),
                    _ => break,
                }
            }
        }
    }
    let mut merged = Vec::new();
    let mut width = RUN;
    while width < len {
        for both in all.chunks(2 * width) {
            let (mut left, mut right) = both.split_at(width.min(both.len()));
            while let (Some((l, lefts)), Some((r, rights))) = (left.split_first(), right.split_first()) {
                if before(*r, *l) {
                    merged.push(*r);
                    right = rights;
                } else {
                    merged.push(*l);
                    left = lefts;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut all, &mut merged);
        merged.clear();
        width *= 2;
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_order_of_a_stable_sort(of in prop::collection::vec((0u8..20, any::<u16>()), 0..70)) {
            let (mut ours, mut theirs) = (of.clone(), of.clone());
            ours.order();
            theirs.sort_unstable();
            prop_assert_eq!(&ours, &theirs);
            let (mut ours, mut theirs) = (of.clone(), of);
            ours.order_by_key(|of| of.0);
            theirs.sort_by_key(|of| of.0);
            prop_assert_eq!(ours, theirs);
        }
    }
}
