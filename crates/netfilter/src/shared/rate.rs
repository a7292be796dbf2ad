//! Rate estimators of `-j RATEEST` and `-m rateest`.

use packetwalk_wire::Instant;

use crate::conntrack::{HZ, ticks};

/// How an estimator works (`struct gnet_estimator`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Params {
    /// Its period is 2 to this power, in seconds: -2 to 3.
    pub interval: i8,
    /// A new period's weight is 2 to the power of this, negated.
    pub ewma_log: u8,
}

/// Bytes and packets a second.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rate {
    /// Bytes.
    pub bytes: u32,
    /// Packets.
    pub packets: u32,
}

/// A named estimator (`struct xt_rateest`).
#[derive(Clone, Debug)]
pub struct Estimator {
    /// Name.
    pub name: Box<str>,
    /// How it works.
    pub params: Params,
    bytes: u64,
    packets: u64,
    last: (u64, u64),
    /// Averages of bytes and packets a second, in units of 2⁻⁸.
    average: (u64, u64),
    /// When the next period ends.
    next: u64,
}

impl Estimator {
    /// Begins at `now`.
    pub(crate) fn new(name: &str, params: Params, now: Instant) -> Self {
        let mut new = Self {
            name: name.into(),
            params,
            bytes: 0,
            packets: 0,
            last: (0, 0),
            average: (0, 0),
            next: ticks(now),
        };
        new.next += new.period();
        new
    }

    fn log(&self) -> u32 {
        u32::try_from(i32::from(self.params.interval) + 2).unwrap_or(0)
    }

    fn period(&self) -> u64 {
        u64::from(HZ / 4) << self.log()
    }

    /// Lets the periods pass that have ended.
    ///
    /// # Source
    /// Linux v6.18, `net/core/gen_estimator.c`: `est_timer`.
    fn pass(&mut self, now: Instant) {
        let now = ticks(now);
        while now >= self.next {
            let ewma = u32::from(self.params.ewma_log);
            let log = self.log();
            let step = |new: u64, old: u64, average: u64| {
                let rate = (new.wrapping_sub(old) << (10 - log)) >> ewma;
                average.wrapping_add(rate).wrapping_sub(average >> ewma)
            };
            let average = (
                step(self.bytes, self.last.0, self.average.0),
                step(self.packets, self.last.1, self.average.1),
            );
            let still = average == self.average && self.last == (self.bytes, self.packets);
            self.average = average;
            self.last = (self.bytes, self.packets);
            // Nothing changes any more: the periods up to now pass at once.
            let periods = if still { (now - self.next) / self.period() + 1 } else { 1 };
            self.next += periods * self.period();
        }
    }

    /// Counts a packet.
    pub(crate) fn count(&mut self, bytes: u16, now: Instant) {
        self.pass(now);
        self.bytes += u64::from(bytes);
        self.packets += 1;
    }

    /// The rate as it is estimated (`gen_estimator_read`).
    pub(crate) fn read(&mut self, now: Instant) -> Rate {
        self.pass(now);
        Rate { bytes: (self.average.0 >> 8) as u32, packets: (self.average.1 >> 8) as u32 }
    }
}
