//! Tables of `-m hashlimit`: a bucket of credit for each address, network or port.

use std::collections::BTreeMap;

use packetwalk_wire::{Family, Instant};

use crate::conntrack::{HZ, ticks, ticks_of_millis};

/// What buckets are told apart by, and how a rule counts.
///
/// # Source
/// Linux v6.18, `include/uapi/linux/netfilter/xt_hashlimit.h`: `XT_HASHLIMIT_*`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mode(pub u32);

impl Mode {
    /// `dstip`.
    pub const DST_IP: Self = Self(1 << 0);
    /// `dstport`.
    pub const DST_PORT: Self = Self(1 << 1);
    /// `srcip`.
    pub const SRC_IP: Self = Self(1 << 2);
    /// `srcport`.
    pub const SRC_PORT: Self = Self(1 << 3);
    /// `--hashlimit-above`.
    pub const INVERT: Self = Self(1 << 4);
    /// A rate in bytes.
    pub const BYTES: Self = Self(1 << 5);
    /// `--hashlimit-rate-match`.
    pub const RATE_MATCH: Self = Self(1 << 6);

    /// Has all of these.
    pub const fn has(self, bits: Self) -> bool {
        self.0 & bits.0 == bits.0
    }

    /// Has some of these.
    pub const fn any(self, bits: Self) -> bool {
        self.0 & bits.0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, bits: Self) -> Self {
        Self(self.0 | bits.0)
    }
}

/// What a rule asks (`struct hashlimit_cfg3`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// How.
    pub mode: Mode,
    /// Time between two packets in units of 10⁻⁶ s, or the price of 16 bytes in 2⁻³² s.
    pub avg: u64,
    /// `--hashlimit-burst`.
    pub burst: u64,
    /// `--hashlimit-htable-size`; 0 lets the kernel choose.
    pub size: u32,
    /// `--hashlimit-htable-max`; 0 lets the kernel choose.
    pub max: u32,
    /// `--hashlimit-htable-gcinterval`, in milliseconds.
    pub gc_interval: u32,
    /// `--hashlimit-htable-expire`, in milliseconds.
    pub expire: u32,
    /// `--hashlimit-rate-interval`, in seconds.
    pub interval: u32,
    /// `--hashlimit-srcmask`.
    pub src_mask: u8,
    /// `--hashlimit-dstmask`.
    pub dst_mask: u8,
}

/// Units of a rate in packets: so many in a second.
pub const SCALE: u64 = 1_000_000;
/// Bytes are counted by 16.
pub const BYTE_SHIFT: u32 = 4;
/// `CREDITS_PER_JIFFY`: the power of two below what a day's worth leaves room for.
const CREDITS_PER_TICK: u64 = 1 << (u64::MAX / (HZ as u64 * 86_400)).ilog2();
/// `CREDITS_PER_JIFFY_BYTES`.
const BYTE_CREDITS_PER_TICK: u64 = 1 << (u32::MAX / HZ).ilog2();
/// Most credit in bytes: a second's.
const BYTE_CAP: u64 = BYTE_CREDITS_PER_TICK * HZ as u64;
/// Buckets that the kernel chooses on a machine with more than 1 GiB.
const DEFAULT_SIZE: u32 = 8192;

/// `user2credits`.
pub(crate) const fn credits(user: u64) -> u64 {
    user.wrapping_mul(HZ as u64 * CREDITS_PER_TICK / SCALE)
}

/// `user2credits_byte`.
pub(crate) const fn byte_credits(user: u64) -> u64 {
    ((user as u32 as u64) * BYTE_CAP) >> 32
}

/// What a bucket is for; what the mode does not look at is 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Key {
    /// Source address under its mask.
    pub src: u128,
    /// Destination address under its mask.
    pub dst: u128,
    /// Source port.
    pub sport: u16,
    /// Destination port.
    pub dport: u16,
}

/// A bucket (`struct dsthash_ent`).
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    expires: u64,
    prev: u64,
    fill: Fill,
}

#[derive(Clone, Copy, Debug)]
enum Fill {
    Credit { credit: u64, cap: u64, cost: u64 },
    Rate { window: bool, current: u64, rate: u64, burst: u64, interval: u32 },
}

/// Full up.
pub struct TableFull;

/// A named table (`struct xt_hashlimit_htable`): rules of its name and family share it, as the first of
/// them set it up.
#[derive(Clone, Debug)]
pub struct Htable {
    /// IPv4 or IPv6.
    pub family: Family,
    /// Name.
    pub name: Box<str>,
    /// The first rule's.
    pub config: Config,
    /// When the garbage collector comes next.
    next_gc: u64,
    buckets: BTreeMap<Key, Bucket>,
}

impl Htable {
    /// An empty one.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_hashlimit.c`: `htable_create`.
    pub(crate) fn new(family: Family, name: &str, config: Config, now: Instant) -> Self {
        let size = if config.size == 0 { DEFAULT_SIZE } else { config.size };
        let max = if config.max == 0 { size.saturating_mul(8) } else { config.max.max(size) };
        let next_gc = ticks(now) + ticks_of_millis(config.gc_interval).max(1);
        Self {
            family,
            name: name.into(),
            config: Config { size, max, ..config },
            next_gc,
            buckets: BTreeMap::new(),
        }
    }

    /// Does what the garbage collector did until now (`htable_gc`).
    fn collect(&mut self, now: u64) {
        if now < self.next_gc {
            return;
        }
        let every = ticks_of_millis(self.config.gc_interval).max(1);
        let last = now - (now - self.next_gc) % every;
        self.buckets.retain(|_, b| b.expires > last);
        self.next_gc = last + every;
    }

    /// Counts a packet of `len` bytes; whether it is within the limit.
    ///
    /// # Errors
    /// [`TableFull`]: no room for a new bucket.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_hashlimit.c`: `hashlimit_mt_common`. Differs: the garbage
    /// collector's round is never late.
    pub(crate) fn count(&mut self, key: Key, mode: Mode, len: u32, now: Instant) -> Result<bool, TableFull> {
        let now = ticks(now);
        self.collect(now);
        let expires = now.saturating_add(ticks_of_millis(self.config.expire));
        if !self.buckets.contains_key(&key) {
            if self.buckets.len() >= self.config.max as usize {
                return Err(TableFull);
            }
            self.buckets.insert(key, Bucket { expires, prev: now, fill: Fill::full(&self.config) });
        }
        let Some(bucket) = self.buckets.get_mut(&key) else { return Err(TableFull) };
        bucket.expires = expires;
        bucket.refill(now, self.config.mode);
        Ok(bucket.fill.spend(mode, len))
    }

    /// As `/proc/net/ipt_hashlimit` shows it. Sorted, where the kernel's order is random.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_hashlimit.c`: `dl_seq_print`.
    pub fn show(&mut self, now: Instant) -> String {
        use std::fmt::Write as _;
        let now = ticks(now);
        self.collect(now);
        let (family, mode) = (self.family, self.config.mode);
        let mut out = String::new();
        for (key, bucket) in &mut self.buckets {
            bucket.refill(now, mode);
            let left = bucket.expires.wrapping_sub(now) as i64 / i64::from(HZ);
            let addr = |bits| super::proc_addr(family, bits);
            let (credit, cap, cost) = match bucket.fill {
                Fill::Credit { credit, cap, cost } => (credit, cap, cost),
                Fill::Rate { window, current, rate, interval, .. } => {
                    (u64::from(interval) | u64::from(window) << 32, current, rate)
                }
            };
            let (src, dst) = (addr(key.src), addr(key.dst));
            let _ = writeln!(out, "{left} {src}:{}->{dst}:{} {credit} {cap} {cost}", key.sport, key.dport);
        }
        out
    }
}

impl Fill {
    /// Linux v6.18, `net/netfilter/xt_hashlimit.c`: `rateinfo_init`, `user2rate`, `user2rate_bytes`.
    fn full(c: &Config) -> Self {
        let bytes = c.mode.has(Mode::BYTES);
        if c.mode.has(Mode::RATE_MATCH) {
            let rate = if bytes {
                let per = u32::MAX.checked_div(c.avg as u32).unwrap_or(u32::MAX);
                u64::from(per).wrapping_sub(1) << BYTE_SHIFT
            } else {
                SCALE.checked_div(c.avg).unwrap_or(0)
            };
            let burst = match (bytes, c.burst) {
                (true, 0) => rate,
                (true, burst) => burst.wrapping_mul(rate),
                (false, burst) => burst.wrapping_add(rate),
            };
            return Self::Rate { window: false, current: 0, rate, burst, interval: c.interval };
        }
        if bytes {
            return Self::Credit { credit: BYTE_CAP, cap: c.burst, cost: byte_credits(c.avg) };
        }
        let credit = credits(c.avg.wrapping_mul(c.burst));
        Self::Credit { credit, cap: credit, cost: credits(c.avg) }
    }

    /// Takes a packet's price; whether there was enough (`hashlimit_byte_cost` and what follows it).
    fn spend(&mut self, mode: Mode, len: u32) -> bool {
        let bytes = mode.has(Mode::BYTES);
        match self {
            Self::Rate { window, current, burst, .. } => {
                *current = current.wrapping_add(if bytes { u64::from(len) } else { 1 });
                !*window && *current <= *burst
            }
            Self::Credit { credit, cap, cost } => {
                let mut price = *cost;
                if bytes {
                    price = (u64::from(len >> BYTE_SHIFT) + 1).wrapping_mul(*cost).min(BYTE_CAP);
                    if *credit < price && *cap > 0 {
                        *cap -= 1;
                        *credit = BYTE_CAP;
                    }
                }
                let enough = *credit >= price;
                if enough {
                    *credit -= price;
                }
                enough
            }
        }
    }
}

impl Bucket {
    /// Linux v6.18, `net/netfilter/xt_hashlimit.c`: `rateinfo_recalc`.
    fn refill(&mut self, now: u64, mode: Mode) {
        let passed = now.wrapping_sub(self.prev);
        if passed == 0 {
            return;
        }
        match &mut self.fill {
            Fill::Rate { window, current, rate, interval, .. } => {
                let span = u64::from(interval.wrapping_mul(HZ));
                if passed < span {
                    return;
                }
                *window = current.wrapping_mul(span) > passed.wrapping_mul(*rate);
                *current = 0;
            }
            Fill::Credit { credit, cap, .. } => {
                let bytes = mode.has(Mode::BYTES);
                let (per, most) =
                    if bytes { (BYTE_CREDITS_PER_TICK, BYTE_CAP) } else { (CREDITS_PER_TICK, *cap) };
                let before = *credit;
                *credit = credit.wrapping_add(per.wrapping_mul(passed));
                if *credit > most || bytes && before >= *credit {
                    *credit = most;
                }
            }
        }
        self.prev = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linux v6.18, `CONFIG_HZ=250`: the constants of `xt_hashlimit.c` worked out by hand.
    #[test]
    fn constants() {
        assert_eq!(CREDITS_PER_TICK, 549_755_813_888);
        assert_eq!(BYTE_CREDITS_PER_TICK, 16_777_216);
        assert_eq!(credits(SCALE), 137_438_953_000_000);
    }
}
