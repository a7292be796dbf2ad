//! A long list that snapshots share by the page.

use std::iter::FlatMap;
use std::slice;

use crate::Common;

/// How many elements a page has.
const PAGE: usize = 16;

/// A list that grows at its end. A clone shares its pages; a change of an element copies the page that it is on,
/// if that is shared.
///
/// All pages but the first and the last are full. To put in or take out moves what is before or what follows, whichever
/// is less, so that both ends are cheap.
#[derive(Debug)]
pub struct Pages<T> {
    pages: Vec<Common<Vec<T>>>,
    /// How many elements the first page lacks; 0 if it is also the last.
    lacks: usize,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Pages<T> {
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone(), lacks: self.lacks }
    }
}

impl<T: PartialEq> PartialEq for Pages<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<T: Eq> Eq for Pages<T> {}

impl<T> Pages<T> {
    /// Nothing.
    pub const fn new() -> Self {
        Self { pages: Vec::new(), lacks: 0 }
    }

    /// How many elements there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.pages.last().map_or(0, |last| (self.pages.len() - 1) * PAGE + last.len() - self.lacks)
    }

    /// The page of an element, and its place there.
    #[inline]
    const fn place(&self, at: usize) -> (usize, usize) {
        let shifted = at + self.lacks;
        let page = shifted / PAGE;
        (page, if page == 0 { at } else { shifted % PAGE })
    }

    /// A page was taken away: the first may be the last now.
    const fn settle(&mut self) {
        if self.pages.len() < 2 {
            self.lacks = 0;
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// An element.
    #[inline]
    pub fn get(&self, at: usize) -> Option<&T> {
        let (page, place) = self.place(at);
        self.pages.get(page)?.get(place)
    }

    /// Whether nobody shares the page of an element.
    #[inline]
    pub fn is_own(&self, at: usize) -> bool {
        self.pages.get(self.place(at).0).is_some_and(Common::is_own)
    }

    /// The last element.
    pub fn last(&self) -> Option<&T> {
        self.pages.last()?.last()
    }

    /// The elements, in order.
    pub fn iter(&self) -> Iter<'_, T> {
        self.pages.iter().flat_map(|page| page.iter())
    }

    /// The elements from number `at` on.
    pub fn iter_from(&self, at: usize) -> impl Iterator<Item = &T> {
        let (page, place) = self.place(at);
        let pages = self.pages.get(page..).unwrap_or_default();
        pages.iter().flat_map(|page| page.iter()).skip(place)
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.pages.clear();
        self.lacks = 0;
    }

    /// How many elements from the first on `is` says yes of, if it says no of all that follow.
    pub fn partition_point(&self, is: impl Fn(&T) -> bool) -> usize {
        let page = self.pages.partition_point(|page| page.last().is_some_and(&is));
        let before = (page * PAGE).saturating_sub(self.lacks);
        self.pages.get(page).map_or_else(|| self.len(), |elements| before + elements.partition_point(is))
    }
}

impl<T: Clone> Pages<T> {
    /// An element to change.
    #[inline]
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        let (page, place) = self.place(at);
        self.pages.get_mut(page)?.get_mut(place)
    }

    /// The elements as one slice, if one page is all, and nobody shares it.
    ///
    /// # Errors
    /// They are not.
    #[inline]
    pub fn single(&mut self) -> Result<&mut [T], &mut Self> {
        if self.pages.len() == 1 && self.is_own(0) {
            Ok(self.pages.first_mut().map(|page| page.as_mut_slice()).unwrap_or_default())
        } else {
            Err(self)
        }
    }

    /// The elements, in order, to change. This copies every page that is shared.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.pages.iter_mut().flat_map(|page| page.iter_mut())
    }

    /// Puts an element at the end.
    pub fn push(&mut self, element: T) {
        match self.pages.last_mut() {
            Some(last) if last.len() < PAGE => {
                let last: &mut Vec<T> = last;
                make_room(last);
                last.push(element);
            }
            _ => self.pages.push(Common::new(vec![element])),
        }
    }

    /// Takes the last element out.
    pub fn pop(&mut self) -> Option<T> {
        let last = self.pages.last_mut()?.pop();
        if self.pages.last().is_some_and(|page| page.is_empty()) {
            self.pages.pop();
            self.settle();
        }
        last
    }

    /// Puts an element before number `at`, or at the end.
    pub fn insert(&mut self, at: usize, element: T) {
        let (page, place) = self.place(at);
        let is_full = self.pages.last().is_none_or(|page| page.len() == PAGE);
        if page * 2 < self.pages.len() && (self.pages.len() > 1 || at == 0 && is_full) {
            self.insert_forwards(page, place, element);
        } else {
            self.insert_backwards(page, place, element);
        }
    }

    /// Moves what follows.
    fn insert_backwards(&mut self, page: usize, mut place: usize, mut carried: T) {
        let last = self.pages.len().saturating_sub(1);
        for (number, page) in self.pages.iter_mut().enumerate().skip(page) {
            if number == last && page.len() < PAGE {
                let place = place.min(page.len());
                make_room(page);
                page.insert(place, carried);
                return;
            }
            // The first page lacks as many elements as before.
            let Some(last) = page.pop() else { return };
            page.insert(place, carried);
            (carried, place) = (last, 0);
        }
        self.pages.push(Common::new(vec![carried]));
    }

    /// Moves what is before.
    fn insert_forwards(&mut self, mut page: usize, place: usize, element: T) {
        if self.lacks == 0 {
            let mut first = Vec::with_capacity(PAGE);
            if page == 0 && place == 0 {
                first.push(element);
                self.pages.insert(0, Common::new(first));
                self.lacks = PAGE - 1;
                return;
            }
            self.pages.insert(0, Common::new(first));
            self.lacks = PAGE;
            page += 1;
        }
        self.lacks -= 1;
        let (mut carried, mut place) = (element, place);
        for page in self.pages.iter_mut().take(page + 1).skip(1).rev() {
            // Before its first element is behind the page before.
            if place > 0 {
                let first = page.remove(0);
                page.insert(place - 1, carried);
                carried = first;
            }
            place = PAGE;
        }
        if let Some(first) = self.pages.first_mut() {
            let place = place.min(first.len());
            first.insert(place, carried);
        }
    }

    /// Takes an element out.
    pub fn remove(&mut self, at: usize) -> Option<T> {
        if at >= self.len() {
            return None;
        }
        let (page, place) = self.place(at);
        let gone = self.pages.get_mut(page)?.remove(place);
        if page * 2 < self.pages.len() && self.pages.len() > 1 {
            for before in (0..page).rev() {
                let last = self.pages.get_mut(before)?.pop()?;
                self.pages.get_mut(before + 1)?.insert(0, last);
            }
            self.lacks += 1;
            if self.lacks == PAGE {
                self.pages.remove(0);
                self.lacks = 0;
            }
        } else {
            for next in page + 1..self.pages.len() {
                let first = self.pages.get_mut(next)?.remove(0);
                self.pages.get_mut(next - 1)?.push(first);
            }
            if self.pages.last().is_some_and(|page| page.is_empty()) {
                self.pages.pop();
            }
        }
        self.settle();
        Some(gone)
    }

    /// Keeps the elements that `keep` says; where it says so of all, nothing is copied.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let Some(first) = self.iter().position(|element| !keep(element)) else { return };
        // What was asked and stays, then the rest.
        let (page, place) = self.place(first);
        let mut kept = Self { pages: self.pages.get(..page).unwrap_or_default().to_vec(), lacks: self.lacks };
        kept.settle();
        kept.extend(self.iter_from(first - place).take(place).cloned());
        kept.extend(self.iter_from(first + 1).filter(|element| keep(element)).cloned());
        *self = kept;
    }
}

/// Makes room for one more in a page that is not full, and for few beyond that: of many lists the only page is short.
fn make_room<T>(page: &mut Vec<T>) {
    let len = page.len();
    if len == page.capacity() {
        page.reserve_exact((1 + len / 2).min(PAGE.saturating_sub(len)));
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
        let lacks = |number: usize| if number == 0 { pages.lacks } else { 0 };
        let inner = pages.pages.split_last().map_or(&[][..], |(_, inner)| inner);
        let full = inner.iter().enumerate().all(|(number, page)| page.len() == PAGE - lacks(number));
        assert!(full && pages.pages.iter().all(|page| !page.is_empty()), "{:?}", pages.pages);
        assert!(pages.lacks == 0 || !inner.is_empty(), "{:?}", pages.pages);
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
            let at = if n % 3 == 0 { at / 8 } else { at };
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
        let shared = pages.pages.iter().zip(&before.pages).filter(|(a, b)| a.is(b)).count();
        assert_eq!(shared, pages.pages.len() - 1);
    }
}
