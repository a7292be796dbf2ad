//! A long list that snapshots share by the page.

use std::iter::FlatMap;
use std::slice;

use crate::Common;

/// How many elements a page has.
const PAGE: usize = 16;

/// A list that grows at its end. A clone shares its pages; a change of an element copies the page that it is on,
/// if that is shared.
///
/// All pages but the last are full. To put in or take out anywhere but at the end moves all that follows.
#[derive(PartialEq, Eq, Debug)]
pub struct Pages<T>(Vec<Common<Vec<T>>>);

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Pages<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Pages<T> {
    /// Nothing.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many elements there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * PAGE + last.len())
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An element.
    #[inline]
    pub fn get(&self, at: usize) -> Option<&T> {
        self.0.get(at / PAGE)?.get(at % PAGE)
    }

    /// Whether nobody shares the page of an element.
    #[inline]
    pub fn is_own(&self, at: usize) -> bool {
        self.0.get(at / PAGE).is_some_and(Common::is_own)
    }

    /// The last element.
    pub fn last(&self) -> Option<&T> {
        self.0.last()?.last()
    }

    /// The elements, in order.
    pub fn iter(&self) -> Iter<'_, T> {
        self.0.iter().flat_map(|page| page.iter())
    }

    /// The elements from number `at` on.
    pub fn iter_from(&self, at: usize) -> impl Iterator<Item = &T> {
        let pages = self.0.get(at / PAGE..).unwrap_or_default();
        pages.iter().flat_map(|page| page.iter()).skip(at % PAGE)
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// How many elements from the first on `is` says yes of, if it says no of all that follow.
    pub fn partition_point(&self, is: impl Fn(&T) -> bool) -> usize {
        let page = self.0.partition_point(|page| page.last().is_some_and(&is));
        self.0.get(page).map_or_else(|| self.len(), |elements| page * PAGE + elements.partition_point(is))
    }
}

impl<T: Clone> Pages<T> {
    /// An element to change.
    #[inline]
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        self.0.get_mut(at / PAGE)?.get_mut(at % PAGE)
    }

    /// The elements as one slice, if one page is all, and nobody shares it.
    ///
    /// # Errors
    /// They are not.
    #[inline]
    pub fn single(&mut self) -> Result<&mut [T], &mut Self> {
        if self.0.len() == 1 && self.is_own(0) {
            Ok(self.0.first_mut().map(|page| page.as_mut_slice()).unwrap_or_default())
        } else {
            Err(self)
        }
    }

    /// The elements, in order, to change. This copies every page that is shared.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().flat_map(|page| page.iter_mut())
    }

    /// Puts an element at the end.
    pub fn push(&mut self, element: T) {
        match self.0.last_mut() {
            Some(last) if last.len() < PAGE => last.push(element),
            _ => self.0.push(Common::new(vec![element])),
        }
    }

    /// Takes the last element out.
    pub fn pop(&mut self) -> Option<T> {
        let last = self.0.last_mut()?.pop();
        if self.0.last().is_some_and(|page| page.is_empty()) {
            self.0.pop();
        }
        last
    }

    /// Puts an element before number `at`, or at the end.
    pub fn insert(&mut self, at: usize, element: T) {
        let mut carried = element;
        let mut place = at % PAGE;
        for page in self.0.iter_mut().skip(at / PAGE) {
            if page.len() < PAGE {
                let place = place.min(page.len());
                page.insert(place, carried);
                return;
            }
            let Some(last) = page.pop() else { break };
            page.insert(place, carried);
            (carried, place) = (last, 0);
        }
        self.0.push(Common::new(vec![carried]));
    }

    /// Takes an element out.
    pub fn remove(&mut self, at: usize) -> Option<T> {
        let page = at / PAGE;
        if at >= self.len() {
            return None;
        }
        let gone = self.0.get_mut(page)?.remove(at % PAGE);
        for next in page + 1..self.0.len() {
            let first = self.0.get_mut(next)?.remove(0);
            self.0.get_mut(next - 1)?.push(first);
        }
        if self.0.last().is_some_and(|page| page.is_empty()) {
            self.0.pop();
        }
        Some(gone)
    }

    /// Keeps the elements that `keep` says; where it says so of all, nothing is copied.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let Some(first) = self.iter().position(|element| !keep(element)) else { return };
        // What was asked and stays, then the rest.
        let mut kept = Self(self.0.get(..first / PAGE).unwrap_or_default().to_vec());
        kept.extend(self.iter_from(first / PAGE * PAGE).take(first % PAGE).cloned());
        kept.extend(self.iter_from(first + 1).filter(|element| keep(element)).cloned());
        *self = kept;
    }
}

/// Elements, in order.
pub type Iter<'a, T> = FlatMap<
    slice::Iter<'a, Common<Vec<T>>>,
    slice::Iter<'a, T>,
    fn(&'a Common<Vec<T>>) -> slice::Iter<'a, T>,
>;

impl<'a, T> IntoIterator for &'a Pages<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Clone> FromIterator<T> for Pages<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut pages = Self::new();
        pages.extend(elements);
        pages
    }
}

impl<T: Clone> Extend<T> for Pages<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        elements.into_iter().for_each(|element| self.push(element));
    }
}

impl<T: Clone> From<Vec<T>> for Pages<T> {
    fn from(elements: Vec<T>) -> Self {
        elements.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pages: &Pages<u32>, list: &[u32]) {
        assert_eq!(pages.iter().copied().collect::<Vec<_>>(), list);
        assert_eq!((pages.len(), pages.is_empty()), (list.len(), list.is_empty()));
        assert_eq!(pages.last(), list.last());
        for at in 0..=list.len() {
            assert_eq!(pages.get(at), list.get(at), "{at}");
        }
        for at in [0, 1, PAGE, list.len(), list.len() + 1] {
            let rest = list.get(at..).unwrap_or_default();
            assert_eq!(pages.iter_from(at).copied().collect::<Vec<_>>(), rest, "{at}");
        }
        let full = pages.0.split_last().is_none_or(|(_, full)| full.iter().all(|page| page.len() == PAGE));
        assert!(full, "{:?}", pages.0);
    }

    /// It is a list, whatever is done to it, and its clone is not disturbed.
    #[test]
    fn it_does_what_a_vector_does() {
        let (mut pages, mut list) = (Pages::new(), Vec::new());
        let mut random = 1u32;
        for n in 0..3000u32 {
            random = random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            let at = (random >> 8) as usize % (list.len() + 1);
            let (before, old) = (pages.clone(), list.clone());
            match (random >> 4) % 8 {
                0 | 1 => {
                    pages.push(n);
                    list.push(n);
                }
                2 | 3 => {
                    pages.insert(at, n);
                    list.insert(at, n);
                }
                4 => {
                    let gone = (at < list.len()).then(|| list.remove(at));
                    assert_eq!(pages.remove(at), gone);
                }
                5 => assert_eq!(pages.pop(), list.pop()),
                6 if n % 5 == 0 => {
                    let keep = |element: &u32| !(element ^ random).is_multiple_of(7);
                    pages.retain(keep);
                    list.retain(keep);
                }
                _ => {
                    if let (Some(a), Some(b)) = (pages.get_mut(at), list.get_mut(at)) {
                        (*a, *b) = (n, n);
                    }
                }
            }
            check(&pages, &list);
            check(&before, &old);
        }
        let sorted: Pages<u32> = (0..100).collect();
        for at in 0..=100 {
            assert_eq!(sorted.partition_point(|n| *n < at), at as usize);
        }
    }

    #[test]
    fn a_change_copies_its_page_alone() {
        let mut pages: Pages<u32> = (0..100).collect();
        let before = pages.clone();
        if let Some(element) = pages.get_mut(40) {
            *element = 0;
        }
        let shared = pages.0.iter().zip(&before.0).filter(|(a, b)| a.is(b)).count();
        assert_eq!(shared, pages.0.len() - 1);
    }
}
