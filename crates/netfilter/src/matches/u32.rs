//! `-m u32`.

use super::range::Range;
use crate::context::Cx;
use crate::env::Host;
use crate::raw;
use crate::xtables::RuleError;

/// What is done with the value so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// `&`.
    And,
    /// `<<`.
    Left,
    /// `>>`.
    Right,
    /// `@`: go on from there.
    At,
}

/// `LOCATION=VALUES`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Test {
    /// Where the first word is read.
    pub start: u32,
    /// Operators with their numbers.
    pub then: Vec<(Op, u32)>,
    /// Values, one of which is met.
    pub values: Vec<Range<u32>>,
}

/// `--u32`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct U32 {
    /// `!` stands before it.
    pub not: bool,
    /// Tests, all of which are met.
    pub tests: Box<[Test]>,
}

impl U32 {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_u32.c`: `u32_mt`, `u32_match_it`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> bool {
        let bytes = raw::whole(cx);
        self.tests.iter().all(|test| test.met(bytes)) != self.not
    }

    /// # Errors
    /// A shift of 32 bits or more.
    ///
    /// # Source
    /// Linux v6.18.40, `net/netfilter/xt_u32.c`: `u32_mt_checkentry`.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        let wide = |(op, n): &(Op, u32)| matches!(op, Op::Left | Op::Right) && *n >= 32;
        if self.tests.iter().any(|t| t.then.iter().any(wide)) { Err(RuleError::Invalid) } else { Ok(()) }
    }
}

impl Test {
    fn met(&self, bytes: &[u8]) -> bool {
        self.value(bytes).is_some_and(|n| self.values.iter().any(|r| r.has(n)))
    }

    /// `None` when a word lies outside the packet.
    fn value(&self, bytes: &[u8]) -> Option<u32> {
        let word = |at: u32| raw::field(bytes, usize::try_from(at).ok()?).map(u32::from_be_bytes);
        let mut value = word(self.start)?;
        let mut base = 0_u32;
        for &(op, n) in &self.then {
            match op {
                Op::And => value &= n,
                Op::Left => value = value.wrapping_shl(n),
                Op::Right => value = value.wrapping_shr(n),
                Op::At => {
                    base = base.checked_add(value)?;
                    value = word(base.checked_add(n)?)?;
                }
            }
        }
        Some(value)
    }
}
