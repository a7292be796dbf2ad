//! Ranges of numbers as `-m ah`, `-m esp` and others take and print them.

use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::xtables::Cond;

use super::super::option::Value;
use super::{bang, put};

/// Any number of 32 bits.
pub(super) const TOP: u64 = u32::MAX as u64;

/// From one number to another, or one number.
pub(super) fn range(value: &Value) -> Range<u32> {
    let Value::Uints(all) = value else { return Range::new(0, u32::MAX) };
    let min = all.first().copied().unwrap_or_default() as u32;
    Range::new(min, all.get(1).map_or(min, |n| *n as u32))
}

const fn is_all(r: Range<u32>) -> bool {
    r.min == 0 && r.max == u32::MAX
}

/// ` --NAME 1:2`; nothing for all numbers.
pub(super) fn save(out: &mut String, name: &str, c: Cond<Range<u32>>) {
    if !is_all(c.is) {
        put!(out, "{} --{name} {}", bang(c.not), c.is.min);
        if c.is.min != c.is.max {
            put!(out, ":{}", c.is.max);
        }
    }
}

/// `spi:1`, `spis:1:2`; nothing for all numbers.
pub(super) fn list(out: &mut String, name: &str, c: Cond<Range<u32>>) {
    if is_all(c.is) && !c.not {
        return;
    }
    let not = if c.not { "!" } else { "" };
    if c.is.min == c.is.max {
        put!(out, "{name}:{not}{}", c.is.min);
    } else {
        put!(out, "{name}s:{not}{}:{}", c.is.min, c.is.max);
    }
}
