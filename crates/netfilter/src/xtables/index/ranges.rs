//! A field that rules ask by ranges of numbers: addresses and ports.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::sets::{SetId, Sets};

/// What rules ask of one field.
#[derive(Default)]
pub(super) struct Asked {
    /// Lowest and highest number, and the rule.
    pub ranges: Vec<(u128, u128, u32)>,
    /// Rules that take any number, or are not worth telling apart.
    pub any: Vec<u32>,
}

/// Above so many intervals, these are looked for from a table of the number's upper 16 bits.
const SEARCHED: usize = 64;

/// For each number the set of rules that may take it.
#[derive(Debug)]
pub(super) struct Ranges {
    numbers: Numbers,
    /// For each of the numbers' upper 16 bits, the interval that holds the lowest of them; and the last interval.
    table: Vec<u32>,
    /// How far a number is shifted for it.
    shift: u32,
}

#[derive(Debug)]
enum Numbers {
    Narrow(Known<u32>),
    Wide(Known<u128>),
}

/// Sets of numbers.
#[derive(Debug, Default)]
struct Known<T> {
    /// Of single numbers, hashed: each is at its place, or in the next that was free. A power of two, or none.
    single: Vec<Option<(T, SetId)>>,
    /// Of all others: where intervals begin, the first at 0.
    intervals: Vec<(T, SetId)>,
}

impl<T: Copy + Default + PartialOrd + TryFrom<u128>> Known<T> {
    /// Those that fit.
    fn new(single: &[(u128, SetId)], intervals: &[(u128, SetId)]) -> Self {
        let fit = |(n, set): &(u128, SetId)| Some((T::try_from(*n).ok()?, *set));
        let intervals = intervals.iter().filter_map(fit).collect();
        let mut known = Self { single: Vec::new(), intervals };
        if !single.is_empty() {
            known.single.resize((2 * single.len()).next_power_of_two(), None);
        }
        for number in single {
            let free = known.places(number.0).find(|at| known.single.get(*at).is_some_and(Option::is_none));
            if let Some(slot) = free.and_then(|at| known.single.get_mut(at)) {
                *slot = fit(number);
            }
        }
        known
    }

    /// Where a number may be.
    #[inline]
    fn places(&self, number: u128) -> impl Iterator<Item = usize> + use<T> {
        let sum =
            (number as u64 ^ ((number >> 64) as u64).rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let (first, mask) = ((sum >> 32) as usize, self.single.len().wrapping_sub(1));
        (0..=mask).map(move |n| (first + n) & mask)
    }

    /// The set of a number that has one of its own.
    #[inline]
    fn single(&self, number: T, wide: u128) -> Option<SetId> {
        if self.single.is_empty() {
            return None;
        }
        for at in self.places(wide) {
            let (known, set) = (*self.single.get(at)?)?;
            if known == number {
                return Some(set);
            }
        }
        None
    }
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
        asked.any.sort_unstable();
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
            return Self {
                numbers: Numbers::Wide(Known::new(single, intervals)),
                table: Vec::new(),
                shift: 0,
            };
        }
        let (mut table, shift) = (Vec::new(), width - 16);
        if intervals.len() > SEARCHED {
            let mut at = 0;
            for upper in 0..1_u128 << 16 {
                while intervals.get(at + 1).is_some_and(|i| i.0 <= upper << shift) {
                    at += 1;
                }
                table.push(at as u32);
            }
            table.push(intervals.len() as u32 - 1);
        }
        Self { numbers: Numbers::Narrow(Known::new(single, intervals)), table, shift }
    }

    /// The set of a number.
    #[inline]
    pub(super) fn set(&self, number: u128) -> Option<SetId> {
        match &self.numbers {
            Numbers::Wide(all) => all.single(number, number).or_else(|| last_before(&all.intervals, number)),
            Numbers::Narrow(all) => {
                let narrow = number as u32;
                let single = all.single(narrow, number);
                if single.is_some() {
                    return single;
                }
                let upper = (narrow >> self.shift) as usize;
                match (self.table.get(upper), self.table.get(upper + 1)) {
                    (Some(&from), Some(&to)) => {
                        last_before(all.intervals.get(from as usize..=to as usize)?, narrow)
                    }
                    _ => last_before(&all.intervals, narrow),
                }
            }
        }
    }
}

/// The set of the last interval that does not begin behind `number`.
#[inline]
fn last_before<T: PartialOrd>(intervals: &[(T, SetId)], number: T) -> Option<SetId> {
    let after = intervals.partition_point(|i| i.0 <= number);
    Some(intervals.get(after.checked_sub(1)?)?.1)
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
    ranges.sort_unstable_by_key(|&(low, high, rule)| (low, Reverse(high), rule));
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
                    rest.sort_unstable();
                }
                None => any.extend(&rules),
            }
        }
        open.push(end);
        nested.push((low, end, rules));
    }
    nested
}
