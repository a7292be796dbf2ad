//! `-m dst` and `-m hbh`: IPv6 options.

use packetwalk_wire::extension::{self, kind};

use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw::{self, Missing};
use crate::xtables::Cond;

/// An option: its type, and its length when that is asked.
pub type Asked = (u8, Option<u8>);

/// Length and options of a header.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// `--dst-len`, `--hbh-len`: bytes of the header.
    pub len: Option<Cond<u32>>,
    /// `--dst-opts`, `--hbh-opts`: the header's first options, at most 16.
    pub options: Option<Box<[Asked]>>,
}

/// Destination options.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Destination(pub Options);

/// Hop-by-hop options.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HopByHop(pub Options);

impl Destination {
    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_hbh.c`: `hbh_mt6` for `dst`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Met {
        self.0.met(cx, kind::DESTINATION)
    }
}

impl HopByHop {
    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_hbh.c`: `hbh_mt6` for `hbh`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Met {
        self.0.met(cx, kind::HOP_BY_HOP)
    }
}

impl Options {
    fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>, kind: u8) -> Met {
        if !raw::has_extensions(&cx.skb.packet) {
            return Met::No;
        }
        let bytes = raw::whole(cx);
        let header = match raw::find(bytes, kind) {
            Ok(at) => bytes.get(at..).unwrap_or_default(),
            Err(Missing::NotThere) => return Met::No,
            Err(Missing::CutShort) => return Met::Hotdrop,
        };
        let Some(len) = extension::len(kind, header) else { return Met::Hotdrop };
        let Some(own) = header.get(2..len) else { return Met::No };
        if self.len.is_some_and(|c| (u64::from(c.is) == len as u64) == c.not) {
            return Met::No;
        }
        self.options.as_ref().is_none_or(|asked| has(own, header.len() - 2, asked)).into()
    }
}

/// Whether the options in `own` begin with those asked. `packet` bytes of the packet are left from there.
fn has(own: &[u8], packet: usize, asked: &[Asked]) -> bool {
    let mut at = 0;
    for (i, &(ty, wanted)) in asked.iter().enumerate() {
        if own.get(at) != Some(&ty) {
            return false;
        }
        let size = if ty == 0 {
            1
        } else {
            let Some(&len) = own.get(at + 1) else { return false };
            if wanted.is_some_and(|wanted| wanted != len) {
                return false;
            }
            usize::from(len) + 2
        };
        let last = i + 1 == asked.len();
        if !last && (at + size > packet || at + size > own.len()) {
            return false;
        }
        at += size;
    }
    true
}
