//! Arrays that grow page by page: nothing that is there is moved, and no more than a page is made at once.

use std::ops::{Index, IndexMut};

use packetwalk_wire::Common;

/// An array in pages of `1 << BITS`. A page that nothing was put into takes no room.
#[derive(Clone, Debug)]
pub(super) struct Pages<T, const BITS: u32>(Vec<Common<Vec<T>>>);

impl<T, const BITS: u32> Default for Pages<T, BITS> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone, const BITS: u32> Pages<T, BITS> {
    const SIZE: usize = 1 << BITS;

    /// These, which are no more than a page.
    pub fn of(mut first: Vec<T>) -> Self {
        first.truncate(Self::SIZE);
        Self(vec![first.into()])
    }

    /// How many there are, of an array that only [`Self::push`] made longer.
    pub fn len(&self) -> usize {
        self.0.last().map_or(0, |last| ((self.0.len() - 1) << BITS) + last.len())
    }

    pub fn get(&self, at: usize) -> Option<&T> {
        self.0.get(at >> BITS)?.get(at & (Self::SIZE - 1))
    }

    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        self.0.get_mut(at >> BITS)?.get_mut(at & (Self::SIZE - 1))
    }

    pub fn push(&mut self, value: T) {
        if let Some(page) = self.0.last_mut().filter(|page| page.len() < Self::SIZE) {
            page.push(value);
            return;
        }
        // The first page grows as it is filled: most arrays are short.
        let mut page = Vec::with_capacity(if self.0.is_empty() { 0 } else { Self::SIZE });
        page.push(value);
        self.0.push(page.into());
    }

    /// All of them with their places.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let page = |(n, page): (usize, &'_ Common<Vec<T>>)| (n << BITS, page.len());
        self.0
            .iter()
            .enumerate()
            .map(page)
            .flat_map(|(from, len)| from..from + len)
            .filter_map(|at| Some((at, self.get(at)?)))
    }
}

impl<T: Clone + Default, const BITS: u32> Pages<T, BITS> {
    /// The one at a place, which is made when it is not there yet.
    pub fn at(&mut self, at: usize) -> &mut T {
        while self.0.len() <= at >> BITS {
            self.0.push(Vec::new().into());
        }
        let page = &mut self.0[at >> BITS];
        while page.len() <= at & (Self::SIZE - 1) {
            page.push(T::default());
        }
        &mut page[at & (Self::SIZE - 1)]
    }
}

impl<T: Clone, const BITS: u32> Index<usize> for Pages<T, BITS> {
    type Output = T;
    fn index(&self, at: usize) -> &T {
        &self.0[at >> BITS][at & (Self::SIZE - 1)]
    }
}

impl<T: Clone, const BITS: u32> IndexMut<usize> for Pages<T, BITS> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.0[at >> BITS][at & (Self::SIZE - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_one_array() {
        let mut all = Pages::<u32, 2>::of(vec![0, 1]);
        for n in 2..9 {
            assert_eq!(all.len(), n as usize);
            all.push(n);
        }
        all[5] = 50;
        assert_eq!((all.get(8), all.get(9), all[5]), (Some(&8), None, 50));
        assert!(all.iter().map(|(at, n)| (at, *n)).eq([0, 1, 2, 3, 4, 50, 6, 7, 8].into_iter().enumerate()));
    }

    #[test]
    fn pages_without_anything_stay_away() {
        let mut all = Pages::<u32, 2>::default();
        *all.at(9) = 1;
        assert_eq!((all.get(3), all.get(8), all.get(9), all.get(10)), (None, Some(&0), Some(&1), None));
        assert!(all.iter().eq([(8, &0), (9, &1)]));
        *all.at(2) += 5;
        assert_eq!(all.iter().count(), 5);
    }
}
