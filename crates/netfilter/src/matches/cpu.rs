//! `-m cpu`.

use packetwalk_wire::Skb;

/// Which CPU handles the packet: there is but one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cpu {
    /// `!` stands before it.
    pub not: bool,
    /// `--cpu`.
    pub cpu: u32,
}

impl Cpu {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_cpu.c`: `cpu_mt`.
    pub const fn met(&self, _: &Skb) -> bool {
        (self.cpu == 0) != self.not
    }
}
