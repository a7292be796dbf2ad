//! `-m rt`: IPv6's routing header.

use packetwalk_wire::extension::{self, kind};

use super::range::Range;
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw::{self, Missing};
use crate::xtables::Cond;

/// What is asked of a routing header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rt {
    /// `--rt-type`.
    pub ty: Option<Cond<u32>>,
    /// `--rt-segsleft`.
    pub left: Cond<Range<u32>>,
    /// `--rt-len`: bytes.
    pub len: Option<Cond<u32>>,
    /// `--rt-0-res`: the reserved field is 0.
    pub reserved: bool,
    /// `--rt-0-addrs`, at most 16.
    pub addrs: Option<Box<[u128]>>,
    /// `--rt-0-not-strict`: others may stand between.
    pub loose: bool,
}

impl Rt {
    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_rt.c`: `rt_mt6`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Met {
        if !raw::has_extensions(&cx.skb.packet) {
            return Met::No;
        }
        let bytes = raw::whole(cx);
        let header = match raw::find(bytes, kind::ROUTING) {
            Ok(at) => bytes.get(at..).unwrap_or_default(),
            Err(Missing::NotThere) => return Met::No,
            Err(Missing::CutShort) => return Met::Hotdrop,
        };
        let (Some([_, _, ty, left]), Some(len)) =
            (raw::field(header, 0), extension::len(kind::ROUTING, header))
        else {
            return Met::Hotdrop;
        };
        let Some(header) = header.get(..len) else { return Met::No };
        let met = self.left.is.has(left.into()) != self.left.not
            && self.len.is_none_or(|c| (u64::from(c.is) == len as u64) != c.not)
            && self.ty.is_none_or(|c| (c.is == u32::from(ty)) != c.not)
            && !(self.reserved && raw::field::<4>(header, 4) != Some([0; 4]))
            && self.addrs.as_ref().is_none_or(|addrs| self.passes(header, addrs));
        met.into()
    }

    /// Whether the header's addresses are these, or hold them in this order.
    fn passes(&self, header: &[u8], addrs: &[u128]) -> bool {
        let (all, _) = header.get(8..).unwrap_or_default().as_chunks::<16>();
        let mut all = all.iter().map(|a| u128::from_be_bytes(*a));
        if self.loose { addrs.iter().all(|a| all.any(|b| b == *a)) } else { all.eq(addrs.iter().copied()) }
    }
}
