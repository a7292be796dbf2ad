//! A long list that snapshots share by the page.

use std::iter::Chain;
use std::rc::Rc;
use std::{option, slice};

use crate::common::own;

/// How many elements a page has.
const PAGE: usize = 16;

/// A list that grows at its end. A clone shares its pages; a change of an element copies the page that it is on,
/// if that is shared.
///
/// All pages but the first and the last are full. To put in or take out moves what is before or what follows, whichever
/// is less, so that both ends are cheap. The way to an element of the first page, which most lists have alone, is short.
#[derive(Debug)]
#[repr(C)]
pub struct Pages<T> {
    /// None if there are no elements.
    first: Option<Page<T>>,
    len: u32,
    /// How many elements the first page lacks; 0 if it is also the last.
    lacks: u32,
    rest: Vec<Page<T>>,
}

/// Elements, and behind them room for more.
#[derive(Debug)]
struct Page<T>(Rc<[Option<T>]>);

impl<T> Clone for Page<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Page<T> {
    /// With so much room.
    fn new(room: usize) -> Self {
        Self((0..room).map(|_| None).collect())
    }

    #[inline]
    fn get(&self, place: usize) -> Option<&T> {
        self.0.get(place)?.as_ref()
    }

    /// Whether nobody shares it.
    #[inline]
    fn is_own(&self) -> bool {
        Rc::strong_count(&self.0) == 1 && Rc::weak_count(&self.0) == 0
    }
}

impl<T: Clone> Page<T> {
    /// Its elements to change, copied if it is shared.
    #[inline]
    fn slots(&mut self) -> &mut [Option<T>] {
        own(&mut self.0)
    }

    /// Puts an element before what is at `place`; the last one, if there was no room.
    fn insert(&mut self, place: usize, element: T) -> Option<T> {
        let behind = self.slots().get_mut(place..)?;
        behind.rotate_right(1);
        behind.first_mut()?.replace(element)
    }

    /// Takes an element out.
    fn remove(&mut self, place: usize) -> Option<T> {
        let from = self.slots().get_mut(place..)?;
        let gone = from.first_mut()?.take();
        from.rotate_left(1);
        gone
    }
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Pages<T> {
    fn clone(&self) -> Self {
        Self { first: self.first.clone(), rest: self.rest.clone(), len: self.len, lacks: self.lacks }
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
        Self { first: None, rest: Vec::new(), len: 0, lacks: 0 }
    }

    /// How many elements there are.
    #[inline]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// The page of an element, and its place there.
    #[inline]
    const fn place(&self, at: usize) -> (usize, usize) {
        let shifted = at + self.lacks as usize;
        let page = shifted / PAGE;
        (page, if page == 0 { at } else { shifted % PAGE })
    }

    #[inline]
    fn page(&self, number: usize) -> Option<&Page<T>> {
        match number.checked_sub(1) {
            None => self.first.as_ref(),
            Some(number) => self.rest.get(number),
        }
    }

    #[inline]
    fn page_mut(&mut self, number: usize) -> Option<&mut Page<T>> {
        match number.checked_sub(1) {
            None => self.first.as_mut(),
            Some(number) => self.rest.get_mut(number),
        }
    }

    fn pages(&self) -> Chain<option::Iter<'_, Page<T>>, slice::Iter<'_, Page<T>>> {
        self.first.iter().chain(&self.rest)
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// An element.
    #[inline]
    pub fn get(&self, at: usize) -> Option<&T> {
        let (page, place) = self.place(at);
        self.page(page)?.get(place)
    }

    /// Whether nobody shares the page of an element.
    #[inline]
    pub fn is_own(&self, at: usize) -> bool {
        self.page(self.place(at).0).is_some_and(Page::is_own)
    }

    /// The last element.
    pub fn last(&self) -> Option<&T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// The elements, in order.
    pub const fn iter(&self) -> Iter<'_, T> {
        self.iter_from(0)
    }

    /// The elements from number `at` on.
    pub const fn iter_from(&self, at: usize) -> Iter<'_, T> {
        Iter { pages: self, at, end: self.len() }
    }

    /// Removes all.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// How many elements from the first on `is` says yes of, if it says no of all that follow.
    pub fn partition_point(&self, is: impl Fn(&T) -> bool) -> usize {
        let (mut yes, mut no) = (0, self.len());
        while yes < no {
            let middle = usize::midpoint(yes, no);
            if self.get(middle).is_some_and(&is) {
                yes = middle + 1;
            } else {
                no = middle;
            }
        }
        yes
    }
}

impl<T: Clone> Pages<T> {
    /// An element to change.
    #[inline]
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        let (page, place) = self.place(at);
        self.page_mut(page)?.slots().get_mut(place)?.as_mut()
    }

    /// The elements as one slice, if one page is all, and nobody shares it; what is none there follows the last.
    ///
    /// # Errors
    /// They are not.
    #[inline]
    pub fn single(&mut self) -> Result<&mut [Option<T>], &mut Self> {
        // The way to the other pages is not looked at.
        let is_single = self.place(self.len().saturating_sub(1)).0 == 0;
        if is_single && self.first.as_ref().is_some_and(Page::is_own) {
            Ok(self.first.as_mut().map(Page::slots).unwrap_or_default())
        } else {
            Err(self)
        }
    }

    /// The elements, in order, to change. This copies every page that is shared.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.first.iter_mut().chain(&mut self.rest).flat_map(|page| page.slots().iter_mut().flatten())
    }

    /// Puts an element at the end.
    pub fn push(&mut self, element: T) {
        let (page, place) = self.place(self.len());
        if self.page(page).is_none_or(|page| page.0.len() <= place) {
            self.make_room(page, place);
        }
        if let Some(slot) = self.page_mut(page).and_then(|page| page.slots().get_mut(place)) {
            *slot = Some(element);
            self.len += 1;
        }
    }

    /// Makes room for one more in a page that is not full, and for few beyond that: of many lists the only page is short.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, page: usize, len: usize) {
        let mut larger = Page::new((len + 1 + len / 2).min(PAGE));
        if let Some(page) = self.page_mut(page) {
            larger.slots().iter_mut().zip(page.slots()).for_each(|(new, old)| *new = old.take());
            *page = larger;
        } else {
            self.add(larger);
        }
    }

    /// Puts a page behind the others.
    fn add(&mut self, page: Page<T>) {
        if self.first.is_none() {
            self.first = Some(page);
        } else {
            self.rest.push(page);
        }
    }

    /// Takes the last element out.
    pub fn pop(&mut self) -> Option<T> {
        self.remove(self.len().checked_sub(1)?)
    }

    /// Puts an element before number `at`, or at the end.
    pub fn insert(&mut self, at: usize, element: T) {
        let at = at.min(self.len());
        let (page, place) = self.place(at);
        let pages = self.pages().count();
        let is_full = self.place(self.len()).0 == pages;
        if page * 2 < pages && (pages > 1 || at == 0 && is_full) {
            self.insert_forwards(page, place, element);
            self.len += 1;
        } else {
            self.insert_backwards(page, place, element);
        }
    }

    /// Moves what follows.
    fn insert_backwards(&mut self, from: usize, mut place: usize, mut carried: T) {
        let (last, end) = self.place(self.len());
        for number in from..last {
            // The first page lacks as many elements as before.
            let room = if number == 0 { PAGE - self.lacks as usize } else { PAGE };
            let Some(page) = self.page_mut(number) else { return };
            let Some(fell) = page.remove(room - 1) else { return };
            page.insert(place, carried);
            (carried, place) = (fell, 0);
        }
        self.push(carried);
        if let Some(page) = self.page_mut(last)
            && let Some(part) = page.slots().get_mut(place..=end)
        {
            part.rotate_right(1);
        }
    }

    /// Moves what is before.
    fn insert_forwards(&mut self, mut page: usize, place: usize, element: T) {
        if self.lacks == 0 {
            if let Some(first) = self.first.replace(Page::new(PAGE)) {
                self.rest.insert(0, first);
            }
            self.lacks = PAGE as u32;
            page += 1;
        }
        self.lacks -= 1;
        let (mut carried, mut place) = (element, place);
        for page in self.rest.iter_mut().take(page).rev() {
            // Before its first element is behind the page before.
            if let Some(part) = page.slots().get_mut(..place)
                && !part.is_empty()
            {
                part.rotate_left(1);
                let first = part.last_mut().and_then(|last| last.replace(carried));
                let Some(first) = first else { return };
                carried = first;
            }
            place = PAGE;
        }
        let end = PAGE - self.lacks as usize - 1;
        if let Some(first) = &mut self.first {
            first.insert(place.min(end), carried);
        }
    }

    /// Takes an element out.
    pub fn remove(&mut self, at: usize) -> Option<T> {
        if at >= self.len() {
            return None;
        }
        let ((page, place), pages) = (self.place(at), self.pages().count());
        let gone = self.page_mut(page)?.remove(place);
        if page * 2 < pages && pages > 1 {
            for before in (0..page).rev() {
                let last = if before == 0 { PAGE - self.lacks as usize - 1 } else { PAGE - 1 };
                let last = self.page_mut(before)?.remove(last)?;
                self.page_mut(before + 1)?.insert(0, last);
            }
            self.lacks += 1;
            if self.lacks as usize == PAGE {
                self.first = Some(self.rest.remove(0));
                self.lacks = 0;
            }
        } else {
            for next in page + 1..pages {
                let first = self.page_mut(next)?.remove(0)?;
                let last = if next == 1 { PAGE - self.lacks as usize - 1 } else { PAGE - 1 };
                self.page_mut(next - 1)?.insert(last, first);
            }
            // The last page is empty if the element behind the new end would begin one.
            if self.place(self.len() - 1).1 == 0 && self.rest.pop().is_none() {
                self.first = None;
            }
        }
        self.len -= 1;
        if self.rest.is_empty() {
            self.lacks = 0;
        }
        gone
    }

    /// Keeps the elements that `keep` says; where it says so of all, nothing is copied.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let Some(first) = self.iter().position(|element| !keep(element)) else { return };
        // What was asked and stays, then the rest.
        let (page, place) = self.place(first);
        let mut kept = Self { len: (first - place) as u32, lacks: self.lacks, ..Self::new() };
        self.pages().take(page).for_each(|page| kept.add(page.clone()));
        if kept.rest.is_empty() {
            kept.lacks = 0;
        }
        kept.extend(self.iter_from(first - place).take(place).cloned());
        kept.extend(self.iter_from(first + 1).filter(|element| keep(element)).cloned());
        *self = kept;
    }
}

/// Elements, in order.
#[derive(Debug)]
pub struct Iter<'a, T> {
    pages: &'a Pages<T>,
    /// Number of the next.
    at: usize,
    /// Behind the last.
    end: usize,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.nth(0)
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<&'a T> {
        let at = self.at.saturating_add(n);
        self.at = self.end.min(at.saturating_add(1));
        self.pages.get(at).filter(|_| at < self.end)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end.saturating_sub(self.at);
        (left, Some(left))
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        self.end -= 1;
        self.pages.get(self.end)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

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
        assert!(pages.iter().rev().eq(list.iter().rev()), "{list:?}");
        let (mut ends, half) = (pages.iter(), list.len() / 2);
        assert!(ends.by_ref().take(half).eq(list.iter().take(half)), "{list:?}");
        assert!(ends.rev().eq(list.iter().skip(half).rev()), "{list:?}");
        assert_eq!((pages.len(), pages.is_empty()), (list.len(), list.is_empty()));
        assert_eq!(pages.last(), list.last());
        for at in 0..=list.len() {
            assert_eq!(pages.get(at), list.get(at), "{at}");
        }
        for at in [0, 1, PAGE, list.len(), list.len() + 1] {
            let rest = list.get(at..).unwrap_or_default();
            assert_eq!(pages.iter_from(at).copied().collect::<Vec<_>>(), rest, "{at}");
        }
        let lacks = |number: usize| if number == 0 { pages.lacks as usize } else { 0 };
        let inner = pages.pages().count().saturating_sub(1);
        let lens: Vec<usize> = pages.pages().map(|page| page.0.iter().flatten().count()).collect();
        let full = lens.iter().take(inner).enumerate().all(|(number, len)| *len == PAGE - lacks(number));
        assert!(full && lens.iter().all(|len| (1..=PAGE).contains(len)), "{pages:?}");
        assert!(pages.lacks == 0 || inner > 0, "{pages:?}");
        let packed = |page: &Page<u32>| page.0.iter().skip_while(|slot| slot.is_some()).all(Option::is_none);
        assert!(pages.pages().all(|page| packed(page) && page.0.len() <= PAGE), "{pages:?}");
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
        let shared = pages.pages().zip(before.pages()).filter(|(a, b)| Rc::ptr_eq(&a.0, &b.0)).count();
        assert_eq!(shared, pages.pages().count() - 1);
    }
}
