//! `-m limit`.

use packetwalk_wire::Instant;

use crate::conntrack::{HZ, Jiffies};
use crate::context::Cx;
use crate::env::Host;
use crate::xtables::RuleError;

/// Units of a rate: so many in a second.
pub const SCALE: u32 = 10_000;
/// `--limit-burst` when it is not given.
pub const BURST: u32 = 5;
/// `CREDITS_PER_JIFFY`: the power of two below what a day's worth leaves room for.
const CREDITS_PER_TICK: u32 = 1 << (u32::MAX / (HZ * 86_400)).ilog2();
/// Units of time of a rate, in seconds.
const UNITS: [u32; 4] = [86_400, 3600, 60, 1];

/// So many packets a unit of time, and a burst of them at first.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Time between two packets, in units of 10⁻⁴ s.
    pub avg: u32,
    /// `--limit-burst`.
    pub burst: u32,
    /// The nft face: the kernel's own `limit` expression counts.
    native: bool,
    state: Option<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Legacy { prev: Jiffies, credit: u32 },
    Native { last: Instant, tokens: u64 },
}

impl PartialEq for Limit {
    fn eq(&self, other: &Self) -> bool {
        (self.avg, self.burst) == (other.avg, other.burst)
    }
}

/// Linux v6.18, `net/netfilter/xt_limit.c`: `user2credits`.
const fn credits(user: u32) -> u32 {
    const SECOND: u32 = HZ * CREDITS_PER_TICK;
    if user > u32::MAX / SECOND { (user / SCALE).wrapping_mul(SECOND) } else { user * SECOND / SCALE }
}

/// The number of packets and the unit of time, in seconds, that tell a rate best: as it is printed.
///
/// # Source
/// iptables 1.8.9, `extensions/libxt_limit.c`: `print_rate`; `iptables/nft.c`: `add_nft_limit`.
pub const fn per_unit(avg: u32) -> Option<(u32, u32)> {
    if avg == 0 {
        return None;
    }
    let mut i = 1;
    while i < UNITS.len() {
        let mult = SCALE * UNITS[i];
        if avg > mult || mult / avg < mult % avg {
            break;
        }
        i += 1;
    }
    Some((SCALE * UNITS[i - 1] / avg, UNITS[i - 1]))
}

impl Limit {
    /// Full of credit.
    pub const fn new(avg: u32, burst: u32) -> Self {
        Self { avg, burst, native: false, state: None }
    }

    /// As the nft face hands it to the kernel, and gets it back.
    ///
    /// # Source
    /// iptables 1.8.9, `iptables/nft.c`: `add_nft_limit`; `nft-shared.c`: `nft_parse_limit`; Linux v6.18,
    /// `net/netfilter/nft_limit.c`: `nft_limit_init`.
    #[must_use]
    pub const fn native(self) -> Self {
        let avg = match per_unit(self.avg) {
            Some((rate, unit)) if rate != 0 => SCALE * unit / rate,
            _ => self.avg,
        };
        let burst = if self.burst == 0 { BURST } else { self.burst };
        Self { avg, burst, native: true, state: None }
    }

    /// Full of credit again: the rule went into the kernel anew.
    pub(crate) const fn renew(&mut self) {
        self.state = None;
    }

    /// Whether the kernel can count so.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_limit.c`: `limit_mt_check`.
    pub(crate) const fn check(&self) -> Result<(), RuleError> {
        let most = credits(self.avg.wrapping_mul(self.burst));
        if !self.native && (self.burst == 0 || most < credits(self.avg)) {
            return Err(RuleError::OutOfRange);
        }
        Ok(())
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_limit.c`: `limit_mt`; `net/netfilter/nft_limit.c`:
    /// `nft_limit_eval`.
    pub fn met<H: Host>(&mut self, cx: &mut Cx<'_, '_, H>) -> bool {
        let now = cx.env.now;
        if self.native { self.spend_native(now) } else { self.spend_legacy(Jiffies::at(now)) }
    }

    const fn spend_legacy(&mut self, now: Jiffies) -> bool {
        let cap = credits(self.avg.wrapping_mul(self.burst));
        let cost = credits(self.avg);
        let (prev, credit) = match self.state {
            Some(State::Legacy { prev, credit }) => (prev, credit),
            _ => (now, cap),
        };
        let passed = now.0.wrapping_sub(prev.0);
        let mut credit = credit.wrapping_add(passed.wrapping_mul(CREDITS_PER_TICK));
        if credit > cap {
            credit = cap;
        }
        let met = credit >= cost;
        if met {
            credit -= cost;
        }
        self.state = Some(State::Legacy { prev: now, credit });
        met
    }

    const fn spend_native(&mut self, now: Instant) -> bool {
        let cost = match per_unit(self.avg) {
            Some((rate, unit)) if rate != 0 => unit as u64 * 1_000_000_000 / rate as u64,
            _ => return true,
        };
        let most = cost.saturating_mul(self.burst as u64);
        let (last, tokens) = match self.state {
            Some(State::Native { last, tokens }) => (last, tokens),
            _ => (now, most),
        };
        let mut tokens = tokens.saturating_add(now.0.saturating_sub(last.0));
        if tokens > most {
            tokens = most;
        }
        let met = tokens >= cost;
        if met {
            tokens -= cost;
        }
        self.state = Some(State::Native { last: now, tokens });
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linux v6.18, `CONFIG_HZ=250`: `xt_limit.c`'s constants worked out by hand.
    #[test]
    fn constants() {
        assert_eq!(CREDITS_PER_TICK, 128);
        assert_eq!(credits(SCALE), 32_000);
        assert_eq!(credits(86_400 * SCALE), 86_400 * 32_000);
    }
}
