//! The kernel's clock tick: timeouts are kept and compared in whole jiffies.

use packetwalk_wire::Instant;

/// Ticks a second (`CONFIG_HZ=250`, as Debian builds its kernels).
pub const HZ: u32 = 250;

const NANOS_PER_TICK: u64 = 1_000_000_000 / HZ as u64;

/// Ticks since boot, as the kernel's 64-bit `jiffies` counts them.
pub const fn ticks(now: Instant) -> u64 {
    now.0 / NANOS_PER_TICK
}

/// Milliseconds as ticks, rounded up (`msecs_to_jiffies`).
pub const fn ticks_of_millis(millis: u32) -> u64 {
    const MILLIS: u64 = 1000 / HZ as u64;
    const FOREVER: u64 = (i64::MAX as u64 >> 1) - 1;
    if millis as i32 >= 0 { (millis as u64).div_ceil(MILLIS) } else { FOREVER }
}

/// A point in time or a duration in ticks; wraps like the kernel's 32-bit `nfct_time_stamp`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Jiffies(pub u32);

impl Jiffies {
    /// The tick that `now` falls in.
    pub const fn at(now: Instant) -> Self {
        Self((now.0 / NANOS_PER_TICK) as u32)
    }

    /// A duration of `secs` seconds; negative ones wrap, as a sysctl of -1 does.
    pub const fn secs(secs: i32) -> Self {
        Self((secs as u32).wrapping_mul(HZ))
    }

    /// Later by `ticks`.
    #[must_use]
    pub const fn plus(self, ticks: Self) -> Self {
        Self(self.0.wrapping_add(ticks.0))
    }

    /// Ticks from `now` until this point; negative when it has passed.
    pub const fn until(self, now: Self) -> i32 {
        self.0.wrapping_sub(now.0) as i32
    }
}
