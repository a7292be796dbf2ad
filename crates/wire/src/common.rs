//! A value that snapshots have in common until one of them changes it.

use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// A value on the heap. A clone shares it; whoever changes it first while it is shared gets a copy of its own.
///
/// It counts its owners without atomic instructions, so that a change costs a packet no more than a look at two
/// numbers. What holds one stays on its thread.
#[derive(PartialEq, Eq, Debug, Default)]
pub struct Common<T>(Rc<T>);

impl<T> Common<T> {
    /// One that nobody shares yet.
    pub fn new(value: T) -> Self {
        Self(Rc::new(value))
    }

    /// Whether nobody else shares it.
    #[inline]
    pub fn is_own(&self) -> bool {
        Rc::strong_count(&self.0) == 1 && Rc::weak_count(&self.0) == 0
    }

    /// Whether both are the same, and not only alike.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: Clone> Common<T> {
    /// The value, copied if it is shared.
    pub fn into_inner(self) -> T {
        Rc::unwrap_or_clone(self.0)
    }
}

impl<T> Clone for Common<T> {
    #[inline]
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> From<T> for Common<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T> Deref for Common<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Common<T> {
    #[inline]
    #[allow(clippy::expect_used, reason = "what has one owner can be changed")]
    fn deref_mut(&mut self) -> &mut T {
        if !self.is_own() {
            part(&mut self.0);
        }
        Rc::get_mut(&mut self.0).expect("one owner")
    }
}

/// Parts with those who share it.
#[cold]
#[inline(never)]
fn part<T: Clone>(shared: &mut Rc<T>) {
    *shared = Rc::new(T::clone(shared));
}

/// The elements of a slice to change, copied if they are shared.
#[inline]
pub fn own<T: Clone>(shared: &mut Rc<[T]>) -> &mut [T] {
    if Rc::get_mut(shared).is_none() {
        part_all(shared);
    }
    Rc::get_mut(shared).unwrap_or_default()
}

/// Parts with those who share the elements.
#[cold]
#[inline(never)]
fn part_all<T: Clone>(shared: &mut Rc<[T]>) {
    *shared = shared.iter().cloned().collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_by_its_maker_alone() {
        let mut one = Common::new(vec![1]);
        let other = one.clone();
        assert!(one.is(&other));
        one.push(2);
        assert_eq!((&*one, &*other), (&vec![1, 2], &vec![1]));
        assert!(!one.is(&other));
    }

    #[test]
    fn what_nobody_shares_any_more_is_not_copied() {
        let mut one = Common::new(vec![1]);
        drop(one.clone());
        let place = one.as_ptr();
        one[0] = 2;
        assert_eq!(one.as_ptr(), place);
    }
}
