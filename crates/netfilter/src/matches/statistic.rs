//! `-m statistic`.

use crate::context::Cx;
use crate::env::Host;

/// `--mode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// `random --probability`, in units of 2⁻³¹.
    Random {
        /// 0 to 0x8000_0000.
        probability: u32,
    },
    /// `nth --every --packet`.
    Nth {
        /// `--every` less one.
        every: u32,
        /// `--packet`.
        packet: u32,
    },
}

/// Every nth packet, or some by chance.
#[derive(Clone, Copy, Debug)]
pub struct Statistic {
    /// `!` stands before `--probability` or `--every`.
    pub not: bool,
    /// How.
    pub mode: Mode,
    count: u32,
}

impl PartialEq for Statistic {
    fn eq(&self, other: &Self) -> bool {
        self.not == other.not && self.mode == other.mode
    }
}

impl Statistic {
    /// With its counter at the beginning.
    pub const fn new(not: bool, mode: Mode) -> Self {
        let count = match mode {
            Mode::Nth { every, packet } => every.saturating_sub(packet),
            Mode::Random { .. } => 0,
        };
        Self { not, mode, count }
    }

    /// With its counter at the beginning again: the rule went into the kernel anew.
    pub(crate) const fn renew(&mut self) {
        *self = Self::new(self.not, self.mode);
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_statistic.c`: `statistic_mt`.
    pub fn met<H: Host>(&mut self, cx: &mut Cx<'_, '_, H>) -> bool {
        let hit = match self.mode {
            Mode::Random { probability } => cx.env.random.next_u32() & 0x7fff_ffff < probability,
            Mode::Nth { every, .. } => {
                self.count = if self.count == every { 0 } else { self.count.wrapping_add(1) };
                self.count == 0
            }
        };
        hit != self.not
    }
}
