//! Ranges of security parameter indices, as `-m ah`, `-m esp` and `-m ipcomp` ask for.

use packetwalk_wire::Packet;

use super::range::Range;
use crate::context::Met;
use crate::raw;
use crate::xtables::Cond;

/// An index between two, negated or not.
pub type Spi = Cond<Range<u32>>;

/// Any index.
pub const ANY: Spi = Spi { not: false, is: Range::new(0, u32::MAX) };

/// Compares the index at byte `at` of a transport header of `len` bytes, of which a packet must have all.
pub(super) fn met(spi: Spi, packet: &Packet, header: Option<u32>) -> Met {
    if raw::is_later_fragment(packet) {
        return Met::No;
    }
    header.map_or(Met::Hotdrop, |n| (spi.is.has(n) != spi.not).into())
}
