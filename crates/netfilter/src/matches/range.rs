//! Ranges of numbers, both ends included.

/// From `min` to `max`. A range with `min` above `max` holds nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range<T> {
    /// Lowest.
    pub min: T,
    /// Highest.
    pub max: T,
}

impl<T: Copy + PartialOrd> Range<T> {
    /// From `min` to `max`.
    pub const fn new(min: T, max: T) -> Self {
        Self { min, max }
    }

    /// One number.
    pub const fn one(n: T) -> Self {
        Self { min: n, max: n }
    }

    /// Whether `n` lies in it.
    #[inline]
    pub fn has(&self, n: T) -> bool {
        n >= self.min && n <= self.max
    }
}
