//! `-m string`.

use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw;
use crate::xtables::RuleError;

/// Text in the packet, its IP header included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// `!` stands before `--string` or `--hex-string`.
    pub not: bool,
    /// `--icase`.
    pub icase: bool,
    /// `--from`.
    pub from: u16,
    /// `--to`.
    pub to: u16,
    /// `--algo`, at most 15 bytes.
    pub algo: Box<str>,
    /// What is looked for, at most 128 bytes.
    pub pattern: Box<[u8]>,
}

impl Text {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_string.c`: `string_mt`; `net/core/skbuff.c`: `skb_find_text`: the first
    /// place counts, and it must lie before `--to` to its end. Both algorithms find the same.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Met {
        if &*self.algo == "fsm" {
            return Met::NotModelled;
        }
        let bytes = raw::whole(cx).get(usize::from(self.from)..).unwrap_or_default();
        let same = |a: &[u8]| a.iter().zip(&self.pattern).all(|(a, b)| self.fold(*a) == self.fold(*b));
        let room = usize::from(self.to.saturating_sub(self.from));
        let found = self.from != self.to
            && bytes
                .windows(self.pattern.len().max(1))
                .position(same)
                .is_some_and(|at| at + self.pattern.len() <= room);
        (found != self.not).into()
    }

    /// Linux v6.18, `include/linux/ctype.h`: `toupper`, which knows Latin-1.
    const fn fold(&self, c: u8) -> u8 {
        match c {
            b'a'..=b'z' | 0xdf..=0xf6 | 0xf8..=0xff if self.icase => c - 0x20,
            _ => c,
        }
    }

    /// # Errors
    /// No pattern, an end before the beginning, an unknown algorithm, or one that cannot take the pattern.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_string.c`: `string_mt_check`; `lib/textsearch.c`:
    /// `textsearch_prepare`; `lib/ts_fsm.c`: `fsm_init`.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        if self.from > self.to || self.pattern.is_empty() {
            return Err(RuleError::Invalid);
        }
        match &*self.algo {
            "bm" | "kmp" => Ok(()),
            "fsm" if !self.icase && self.is_machine() => Ok(()),
            "fsm" => Err(RuleError::Invalid),
            _ => Err(RuleError::Missing),
        }
    }

    /// Whether the pattern is tokens of a finite state machine.
    fn is_machine(&self) -> bool {
        let (tokens, rest) = self.pattern.as_chunks::<4>();
        let good = |(i, [low, high, recur, _]): (usize, &[u8; 4])| {
            u16::from_le_bytes([*low, *high]) <= 13
                && *recur <= 4
                && (*recur != 4 || (i == 0 && tokens.len() > 1))
        };
        rest.is_empty() && tokens.iter().enumerate().all(good)
    }
}
