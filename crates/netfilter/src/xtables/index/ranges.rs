//! A field that rules ask by ranges of numbers: addresses and ports.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use packetwalk_wire::Order;

use super::sets::{SetId, Sets};

/// What rules ask of one field.
#[derive(Default)]
pub(super) struct Asked {
    /// Lowest and highest number, and the rule.
    pub ranges: Vec<(u128, u128, u32)>,
    /// Rules that take any number, or are not worth telling apart.
    pub any: Vec<u32>,
}

/// For each number the set of rules that may take it.
#[derive(Debug)]
pub(super) enum Ranges {
    Narrow(Known<u32>),
    Wide(Known<u128>),
}

/// Numbers of a [`Line`].
const LINE: usize = 8;

/// Numbers of a [`Node`].
const NODE: usize = 16;

/// So many numbers of their own are for a bucket of [`LINE`].
const FILLED: usize = 5;

/// Numbers with their sets: 32-bit ones in one line of the processor's cache.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Line<T> {
    numbers: [T; LINE],
    sets: [SetId; LINE],
}

/// The lowest numbers of so many lines, or nodes of the level below, that follow one another.
#[derive(Debug)]
#[repr(align(64))]
struct Node<T>([T; NODE]);

/// Sets of numbers.
#[derive(Debug)]
pub(super) struct Known<T> {
    /// Of single numbers, hashed: each is in its bucket, or in the next that was not full.
    single: Vec<Line<T>>,
    /// Of all others: where intervals begin, the first at 0. The last line is filled up with numbers that have the last
    /// interval's set.
    intervals: Vec<Line<T>>,
    /// The way to an interval's line, from the only node on.
    levels: Vec<Vec<Node<T>>>,
}

/// Which of `count` buckets a number is in, or in one behind it.
#[inline]
const fn bucket(number: u128, count: usize) -> usize {
    let sum = (number as u64 ^ ((number >> 64) as u64).rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (((sum >> 32) * count as u64) >> 32) as usize
}

/// Numbers in their buckets.
fn hashed(single: &[(u128, SetId)]) -> Vec<(u128, SetId)> {
    let count = single.len().div_ceil(FILLED);
    let mut all = vec![(u128::MAX, SetId::NONE); count * LINE];
    for &number in single {
        let mut at = bucket(number.0, count) * LINE;
        while all.get(at).is_none_or(|slot| slot.1 != SetId::NONE) {
            at = if at < all.len() { at + 1 } else { 0 };
        }
        if let Some(slot) = all.get_mut(at) {
            *slot = number;
        }
    }
    all
}

/// The lowest numbers of the lines of so many intervals, then those of the nodes above, up to the only one.
fn lowest(intervals: &[(u128, SetId)]) -> Vec<Vec<u128>> {
    let (mut levels, mut step) = (Vec::new(), LINE);
    while intervals.len() > step {
        levels.push(intervals.iter().step_by(step).map(|i| i.0).collect());
        step *= NODE;
    }
    levels
}

impl<T: Copy + PartialOrd + TryFrom<u128>> Known<T> {
    /// `most` is the highest number.
    fn new(single: &[(u128, SetId)], intervals: &[(u128, SetId)], most: T) -> Self {
        let number = |n: u128| T::try_from(n).unwrap_or(most);
        let lines = |all: &[(u128, SetId)]| {
            let line = |part: &[(u128, SetId)]| {
                let at = |n: usize| part.get(n).or(part.last()).copied().unwrap_or((0, SetId::NONE));
                let numbers = std::array::from_fn(|n| part.get(n).map_or(most, |of| number(of.0)));
                Line { numbers, sets: std::array::from_fn(|n| at(n).1) }
            };
            all.chunks(LINE).map(line).collect()
        };
        let node = |part: &[u128]| Node(std::array::from_fn(|n| part.get(n).map_or(most, |of| number(*of))));
        let levels = lowest(intervals);
        Self {
            single: lines(&hashed(single)),
            intervals: lines(intervals),
            levels: levels.iter().rev().map(|level| level.chunks(NODE).map(node).collect()).collect(),
        }
    }

    /// The set of a number that has one of its own.
    #[inline]
    fn single(&self, number: T, wide: u128) -> Option<SetId> {
        let mut at = bucket(wide, self.single.len());
        loop {
            let line = self.single.get(at)?;
            let equal = |all, (n, known): (usize, &T)| all | u32::from(*known == number) << n;
            let equal = line.numbers.iter().enumerate().fold(0, equal);
            // What is free comes last.
            if let Some(set) = line.sets.get(equal.trailing_zeros() as usize) {
                return Some(*set).filter(|set| *set != SetId::NONE);
            }
            if line.sets.last() == Some(&SetId::NONE) {
                return None;
            }
            // Some bucket is not full.
            at = if at + 1 < self.single.len() { at + 1 } else { 0 };
        }
    }

    /// The set of the last interval that does not begin behind `number`.
    #[inline]
    fn interval(&self, number: T) -> Option<SetId> {
        let mut at = 0;
        for level in &self.levels {
            // Behind the last are numbers that fill up a node.
            let node = level.get(at).or(level.last())?;
            at = at * NODE + not_above(&node.0, number).saturating_sub(1);
        }
        let line = self.intervals.get(at).or(self.intervals.last())?;
        line.sets.get(not_above(&line.numbers, number).saturating_sub(1)).copied()
    }

    #[inline]
    fn set(&self, number: T, wide: u128) -> Option<SetId> {
        self.single(number, wide).or_else(|| self.interval(number))
    }
}

/// How many of these, in ascending order, are not above `number`.
#[inline]
fn not_above<T: PartialOrd + Copy, const N: usize>(numbers: &[T; N], number: T) -> usize {
    numbers.iter().map(|known| u32::from(*known <= number)).sum::<u32>() as usize
}

/// Lowest and highest number; wider ranges before narrower.
type Ends = (u128, Reverse<u128>);

/// A range with its rules.
type Range = (u128, u128, Vec<u32>);

impl Ranges {
    /// With about how many rules a set has that a packet finds; `None` when no rule asks. Numbers have `width` bits:
    /// 16, 32 or 128.
    pub(super) fn new(mut asked: Asked, width: u32, sets: &mut Sets) -> Option<(usize, Self)> {
        if asked.ranges.is_empty() {
            return None;
        }
        let ranges = asked.ranges.len();
        let nested = nest(asked.ranges, &mut asked.any);
        asked.any.order();
        asked.any.dedup();
        let any = sets.add(&asked.any, None);
        let mut intervals = vec![(0, any)];
        let mut begin = |at, set| match intervals.last_mut() {
            Some(last) if last.0 == at => last.1 = set,
            _ => intervals.push((at, set)),
        };
        let mut open: Vec<(u128, SetId)> = Vec::new();
        let mut single: Vec<(u128, SetId)> = Vec::new();
        for (low, high, rules) in &nested {
            close(&mut open, *low, any, &mut begin);
            // What was cut off may be a number that others ask too.
            let same = single.pop_if(|known| low == high && known.0 == *low);
            let above = same.or(open.last().copied()).map_or(any, |above| above.1);
            let set = sets.add(rules, Some(above));
            if low == high {
                single.push((*low, set));
                continue;
            }
            begin(*low, set);
            open.push((*high, set));
        }
        close(&mut open, u128::MAX, any, &mut begin);
        intervals.retain(|i| width > 127 || i.0 >> width == 0);
        Some((asked.any.len() + ranges / nested.len().max(1), Self::of(&single, &intervals, width)))
    }

    fn of(single: &[(u128, SetId)], intervals: &[(u128, SetId)], width: u32) -> Self {
        if width > 32 {
            Self::Wide(Known::new(single, intervals, u128::MAX))
        } else {
            Self::Narrow(Known::new(single, intervals, u32::MAX))
        }
    }

    /// The set of a number.
    #[inline]
    pub(super) fn set(&self, number: u128) -> Option<SetId> {
        match self {
            Self::Narrow(all) => all.set(number as u32, number),
            Self::Wide(all) => all.set(number, number),
        }
    }
}

/// Ends the ranges that end before `low`.
fn close(open: &mut Vec<(u128, SetId)>, low: u128, any: SetId, begin: &mut impl FnMut(u128, SetId)) {
    while let Some(&(high, _)) = open.last() {
        if high >= low {
            break;
        }
        open.pop();
        begin(high + 1, open.last().map_or(any, |o| o.1));
    }
}

/// Ranges in order, each wholly in those that are open where it begins: what sticks out is cut off into a range of
/// its own. Rules whose ranges are cut too often go into `any`.
fn nest(mut ranges: Vec<(u128, u128, u32)>, any: &mut Vec<u32>) -> Vec<Range> {
    ranges.order_by_key(|&(low, high, rule)| (low, Reverse(high), rule));
    ranges.dedup();
    let mut cuts = 4 * ranges.len();
    let mut grouped: Vec<(Ends, Vec<u32>)> = Vec::new();
    for (low, high, rule) in ranges {
        match grouped.last_mut() {
            Some((key, rules)) if *key == (low, Reverse(high)) => rules.push(rule),
            _ => grouped.push(((low, Reverse(high)), vec![rule])),
        }
    }
    let mut queue: BTreeMap<_, _> = grouped.into_iter().collect();
    let (mut nested, mut open): (Vec<Range>, Vec<u128>) = (Vec::new(), Vec::new());
    while let Some(((low, Reverse(high)), rules)) = queue.pop_first() {
        while open.pop_if(|end| *end < low).is_some() {}
        let end = open.last().map_or(high, |&end| high.min(end));
        if end < high {
            match cuts.checked_sub(rules.len()) {
                Some(left) => {
                    cuts = left;
                    let rest: &mut Vec<u32> = queue.entry((end + 1, Reverse(high))).or_default();
                    rest.extend(&rules);
                    rest.order();
                }
                None => any.extend(&rules),
            }
        }
        open.push(end);
        nested.push((low, end, rules));
    }
    nested
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Of every number, all rules that take it, and no others but those that are not told apart.
    fn check(ranges: &[(u128, u128)], width: u32, numbers: &[u128]) -> Result<(), TestCaseError> {
        let mut sets = Sets::default();
        let of =
            |(rule, range): (usize, &(u128, u128))| (range.0.min(range.1), range.0.max(range.1), rule as u32);
        let asked =
            Asked { ranges: ranges.iter().enumerate().map(of).collect(), any: vec![ranges.len() as u32] };
        let known = Ranges::new(asked, width, &mut sets).unwrap().1;
        let highest = u128::MAX >> (128 - width);
        let ends = ranges.iter().flat_map(|r| [r.0, r.1]);
        let beside = ends.flat_map(|end| [end.saturating_sub(1), end, highest.min(end.saturating_add(1))]);
        for number in beside.chain(numbers.iter().copied()).chain([0, highest]) {
            let mut found = sets.all_rules(known.set(number).unwrap());
            found.order();
            found.dedup();
            let takes = |rule: &u32| match ranges.get(*rule as usize) {
                Some(r) => (r.0.min(r.1)..=r.0.max(r.1)).contains(&number),
                None => true,
            };
            let expected: Vec<u32> = (0..=ranges.len() as u32).filter(takes).collect();
            prop_assert_eq!(found, expected, "{}", number);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn a_number_is_found_by_all_that_ask_it(
            width in prop::sample::select(vec![16_u32, 32, 128]),
            ranges in prop::collection::vec((any::<u128>(), 0..129_u32, 0..4_u8), 1..400),
            numbers in prop::collection::vec(any::<u128>(), 0..20),
        ) {
            let cut = |number: u128| number >> (128 - width);
            let prefix = |&(number, len, kind): &(u128, u32, u8)| {
                let below = if kind == 0 { u128::MAX.checked_shr(len).unwrap_or(0) } else { 0 };
                // Few numbers, so that some are asked twice.
                let number = if kind == 1 { number & 0xff << 120 } else { number };
                (cut(number & !below), cut(number | below))
            };
            let ranges: Vec<_> = ranges.iter().map(prefix).collect();
            let numbers: Vec<_> = numbers.into_iter().map(cut).collect();
            check(&ranges, width, &numbers)?;
        }
    }
}
