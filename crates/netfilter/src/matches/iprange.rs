//! `-m iprange`.

use packetwalk_wire::Packet;

use super::range::Range;
use crate::xtables::Cond;
use crate::xtables::condition::addr_bits;

/// `--src-range`, `--dst-range`; addresses as numbers, see [`addr_bits`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Iprange {
    /// `--src-range`.
    pub src: Option<Cond<Range<u128>>>,
    /// `--dst-range`.
    pub dst: Option<Cond<Range<u128>>>,
}

impl Iprange {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_iprange.c`: `iprange_mt4`, `iprange_mt6`.
    pub fn met(&self, packet: &Packet) -> bool {
        let one = |c: Option<Cond<Range<u128>>>, a| c.is_none_or(|c| c.is.has(addr_bits(a)) != c.not);
        one(self.src, packet.ip.src) && one(self.dst, packet.ip.dst)
    }
}
