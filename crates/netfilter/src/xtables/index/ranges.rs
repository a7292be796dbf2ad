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

/// Above so many intervals they are looked for from a table of the number's upper 16 bits.
const SEARCHED: usize = 64;

/// For each number the set of rules that may take it.
#[derive(Debug)]
pub(super) struct Ranges {
    starts: Starts,
    sets: Vec<SetId>,
    /// For each of the numbers' upper 16 bits, the interval that holds the lowest of them; and the last interval.
    table: Vec<u32>,
    /// How far a number is shifted for it.
    shift: u32,
}

/// Where intervals begin; the first at 0.
#[derive(Debug)]
enum Starts {
    Narrow(Vec<u32>),
    Wide(Vec<u128>),
}

/// Lowest and highest number; wider ranges before narrower.
type Ends = (u128, Reverse<u128>);

/// A range with its rules.
type Range = (u128, u128, Vec<u32>);

impl Ranges {
    /// `None` when no rule asks. Numbers have `width` bits: 16, 32 or 128.
    pub(super) fn new(mut asked: Asked, width: u32, sets: &mut Sets) -> Option<Self> {
        if asked.ranges.is_empty() {
            return None;
        }
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
        for (low, high, rules) in &nested {
            close(&mut open, *low, any, &mut begin);
            let set = sets.add(rules, Some(open.last().map_or(any, |o| o.1)));
            begin(*low, set);
            open.push((*high, set));
        }
        close(&mut open, u128::MAX, any, &mut begin);
        Some(Self::of(intervals, width))
    }

    fn of(mut intervals: Vec<(u128, SetId)>, width: u32) -> Self {
        let sets = |all: &[(u128, SetId)]| all.iter().map(|i| i.1).collect();
        if width > 32 {
            let starts = Starts::Wide(intervals.iter().map(|i| i.0).collect());
            return Self { starts, sets: sets(&intervals), table: Vec::new(), shift: 0 };
        }
        intervals.retain(|i| i.0 >> width == 0);
        let starts: Vec<u32> = intervals.iter().map(|i| i.0 as u32).collect();
        let (mut table, shift) = (Vec::new(), width - 16);
        if starts.len() > SEARCHED {
            let mut at = 0;
            for upper in 0..1_u64 << 16 {
                while starts.get(at + 1).is_some_and(|&s| u64::from(s) <= upper << shift) {
                    at += 1;
                }
                table.push(at as u32);
            }
            table.push(starts.len() as u32 - 1);
        }
        Self { starts: Starts::Narrow(starts), sets: sets(&intervals), table, shift }
    }

    /// The set of a number.
    #[inline]
    pub(super) fn set(&self, number: u128) -> Option<SetId> {
        let after = match &self.starts {
            Starts::Wide(starts) => starts.partition_point(|&s| s <= number),
            Starts::Narrow(starts) => {
                let number = number as u32;
                let upper = (number >> self.shift) as usize;
                let (from, to) = match (self.table.get(upper), self.table.get(upper + 1)) {
                    (Some(&from), Some(&to)) => (from as usize, to as usize + 1),
                    _ => (0, starts.len()),
                };
                from + starts.get(from..to)?.partition_point(|&s| s <= number)
            }
        };
        self.sets.get(after.checked_sub(1)?).copied()
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
