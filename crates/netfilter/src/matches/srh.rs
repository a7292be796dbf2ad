//! `-m srh`: IPv6's segment routing header.

use packetwalk_wire::extension::{self, kind};

use crate::context::Cx;
use crate::env::Host;
use crate::raw;
use crate::xtables::{Cond, Net};

/// How a field is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Compare {
    /// With what; one number for all three.
    pub value: u8,
    /// `-eq`; whether it is negated.
    pub eq: Option<bool>,
    /// `-gt`.
    pub gt: Option<bool>,
    /// `-lt`.
    pub lt: Option<bool>,
}

impl Compare {
    fn met(self, n: u8) -> bool {
        let v = self.value;
        self.eq.is_none_or(|not| (n == v) != not)
            && self.gt.is_none_or(|not| (n > v) != not)
            && self.lt.is_none_or(|not| (n < v) != not)
    }
}

/// What is asked of a segment routing header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Srh {
    /// `--srh-next-hdr`.
    pub next: Option<Cond<u8>>,
    /// `--srh-hdr-len-*`: units of 8 bytes behind the first.
    pub len: Compare,
    /// `--srh-segs-left-*`.
    pub left: Compare,
    /// `--srh-last-entry-*`.
    pub last: Compare,
    /// `--srh-tag`, which is compared with the field's bytes swapped.
    pub tag: Option<Cond<u16>>,
    /// `--srh-psid`: the segment before.
    pub previous: Option<Cond<Net>>,
    /// `--srh-nsid`: the next segment.
    pub after: Option<Cond<Net>>,
    /// `--srh-lsid`: the last segment.
    pub end: Option<Cond<Net>>,
}

impl Srh {
    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_srh.c`: `srh1_mt6`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> bool {
        if !raw::has_extensions(&cx.skb.packet) {
            return false;
        }
        let bytes = raw::whole(cx);
        let Ok(at) = raw::find(bytes, kind::ROUTING) else { return false };
        let header = bytes.get(at..).unwrap_or_default();
        let Some([next, len, ty, left, last, _, tag @ ..]) = raw::field::<8>(header, 0) else { return false };
        let whole = extension::len(kind::ROUTING, header).is_some_and(|n| n <= header.len());
        if !whole || ty != 4 || left > last {
            return false;
        }
        let at = |n: usize| raw::field(header, 8 + n * 16).map(u128::from_be_bytes);
        let is = |c: Cond<Net>, segment: Option<u128>| {
            segment.is_some_and(|a| ((a ^ c.is.addr) & c.is.mask == 0) != c.not)
        };
        let before = if left == last { None } else { at(usize::from(left) + 1) };
        let after = usize::from(left).checked_sub(1).and_then(at);
        self.next.is_none_or(|c| (next == c.is) != c.not)
            && self.len.met(len)
            && self.left.met(left)
            && self.last.met(last)
            && self.tag.is_none_or(|c| (u16::from_le_bytes(tag) == c.is) != c.not)
            && self.previous.is_none_or(|c| is(c, before))
            && self.after.is_none_or(|c| is(c, after))
            && self.end.is_none_or(|c| is(c, at(0)))
    }
}
