//! `-m frag`: IPv6's fragment header.

use packetwalk_wire::extension::kind;

use super::range::Range;
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw::{self, Missing};
use crate::xtables::Cond;

/// What is asked of a fragment header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frag {
    /// `--fragid`.
    pub ids: Cond<Range<u32>>,
    /// `--fraglen`, at which the kernel does not look.
    pub len: Option<Cond<u32>>,
    /// `--fragres`: the reserved bits are 0.
    pub reserved: bool,
    /// `--fragfirst`.
    pub first: bool,
    /// `--fragmore`.
    pub more: bool,
    /// `--fraglast`.
    pub last: bool,
}

impl Frag {
    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_frag.c`: `frag_mt6`.
    pub fn met<H: Host>(self, cx: &mut Cx<'_, '_, H>) -> Met {
        if !raw::has_extensions(&cx.skb.packet) {
            return Met::No;
        }
        let bytes = raw::whole(cx);
        let at = match raw::find(bytes, kind::FRAGMENT) {
            Ok(at) => at,
            Err(Missing::NotThere) => return Met::No,
            Err(Missing::CutShort) => return Met::Hotdrop,
        };
        let Some([_, reserved, o0, o1, id @ ..]) = raw::field::<8>(bytes, at) else { return Met::Hotdrop };
        let offset = u16::from_be_bytes([o0, o1]);
        let more = offset & 1 != 0;
        let met = self.ids.is.has(u32::from_be_bytes(id)) != self.ids.not
            && !(self.reserved && (reserved != 0 || offset & 6 != 0))
            && !(self.first && offset & !7 != 0)
            && (!self.more || more)
            && !(self.last && more);
        met.into()
    }
}
