//! Arrays that grow page by page: nothing that is there is moved, and no more than a page is made at once.

use std::ops::{Index, IndexMut};
use std::rc::Rc;

use packetwalk_wire::common::own;

/// An array in pages of `1 << BITS`, which its clones share until one changes them. A page that nothing was put into takes
/// no room; in one that is begun, the rest is as by default.
#[derive(Clone, Debug)]
pub(super) struct Pages<T, const BITS: u32> {
    pages: Vec<Rc<[T]>>,
    len: usize,
}

impl<T, const BITS: u32> Default for Pages<T, BITS> {
    fn default() -> Self {
        Self { pages: Vec::new(), len: 0 }
    }
}

/// A page with what another has, and room for so many.
#[cold]
#[inline(never)]
fn copy<T: Clone + Default>(page: &[T], room: usize) -> Rc<[T]> {
    (0..room).map(|n| page.get(n).cloned().unwrap_or_default()).collect()
}

impl<T: Clone + Default, const BITS: u32> Pages<T, BITS> {
    const SIZE: usize = 1 << BITS;

    /// So many by default, for which room is made at once.
    pub fn of_default(len: usize) -> Self {
        let mut all = Self::default();
        for at in (0..len).rev() {
            all.make(at, 1);
        }
        all.len = len;
        all
    }

    /// How many [`Self::push`] put there.
    pub const fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub fn get(&self, at: usize) -> Option<&T> {
        self.pages.get(at >> BITS)?.get(at & (Self::SIZE - 1))
    }

    /// What is at a place with its page, whose owners are counted before a change.
    #[inline]
    pub fn with_page(&self, at: usize) -> Option<(&Rc<[T]>, &T)> {
        let page = self.pages.get(at >> BITS)?;
        Some((page, page.get(at & (Self::SIZE - 1))?))
    }

    #[inline]
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        own(self.pages.get_mut(at >> BITS)?).get_mut(at & (Self::SIZE - 1))
    }

    /// All of them with their places.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let page = |(n, page): (usize, &'_ Rc<[T]>)| (n << BITS, page.len());
        self.pages
            .iter()
            .enumerate()
            .map(page)
            .flat_map(|(from, len)| from..from + len)
            .filter_map(|at| Some((at, self.get(at)?)))
    }

    pub fn push(&mut self, value: T) {
        // The first page grows as it is filled: most arrays are short.
        let room = if self.len < Self::SIZE { 1 } else { Self::SIZE };
        *self.make(self.len, room) = value;
        self.len += 1;
    }

    /// The one at a place, which is made when it is not there yet.
    pub fn at(&mut self, at: usize) -> &mut T {
        self.make(at, 1)
    }

    /// The same; its page has at least so much room then.
    #[inline(never)]
    fn make(&mut self, at: usize, room: usize) -> &mut T {
        let place = at & (Self::SIZE - 1);
        while self.pages.len() <= at >> BITS {
            self.pages.push(Rc::default());
        }
        let page = &mut self.pages[at >> BITS];
        if page.len() <= place {
            let room = room.max((place + 1).next_power_of_two());
            *page = copy(page, room);
        }
        &mut own(page)[place]
    }
}

impl<T: Clone + Default, const BITS: u32> Index<usize> for Pages<T, BITS> {
    type Output = T;
    fn index(&self, at: usize) -> &T {
        &self.pages[at >> BITS][at & (Self::SIZE - 1)]
    }
}

impl<T: Clone + Default, const BITS: u32> IndexMut<usize> for Pages<T, BITS> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut own(&mut self.pages[at >> BITS])[at & (Self::SIZE - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_one_array() {
        let mut all = Pages::<u32, 2>::default();
        for n in 0..9 {
            assert_eq!(all.len(), n as usize);
            all.push(n);
        }
        all[5] = 50;
        assert_eq!((all.get(8), all.get(12), all[5]), (Some(&8), None, 50));
        let other = all.clone();
        all[6] = 60;
        *all.at(7) = 70;
        let of = |all: &Pages<u32, 2>| all.iter().map(|(_, n)| *n).take(all.len()).collect::<Vec<_>>();
        assert_eq!(of(&all), [0, 1, 2, 3, 4, 50, 60, 70, 8]);
        assert_eq!(of(&other), [0, 1, 2, 3, 4, 50, 6, 7, 8]);
    }

    #[test]
    fn pages_without_anything_stay_away() {
        let mut all = Pages::<u32, 2>::default();
        *all.at(9) = 1;
        assert_eq!((all.get(3), all.get(8), all.get(9), all.get(10)), (None, Some(&0), Some(&1), None));
        assert!(all.iter().eq([(8, &0), (9, &1)]));
        *all.at(2) += 5;
        assert_eq!(all.iter().count(), 6);
    }
}
