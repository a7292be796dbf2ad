//! `-m ah`, which IPv6 has with more options.

use packetwalk_wire::extension::{self, kind};

use super::spi::{self, Spi};
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw::{self, Missing};
use crate::xtables::Cond;

/// `--ahspi` of an IPv4 packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ah {
    /// Indices.
    pub spi: Spi,
}

impl Ah {
    /// # Source
    /// Linux v6.18, `net/ipv4/netfilter/ipt_ah.c`: `ah_mt`.
    pub fn met<H: Host>(self, cx: &Cx<'_, '_, H>) -> Met {
        let header = raw::opaque(&cx.skb.packet, cx.env.payloads).unwrap_or_default();
        let header = raw::field::<12>(header, 0).and_then(|h| raw::field(&h, 4)).map(u32::from_be_bytes);
        spi::met(self.spi, &cx.skb.packet, header)
    }
}

/// `--ahspi`, `--ahlen`, `--ahres` of an IPv6 packet's header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ah6 {
    /// Indices.
    pub spi: Spi,
    /// Length of the header in bytes; 0 is any, even negated.
    pub len: Cond<u32>,
    /// The reserved field must be 0.
    pub reserved: bool,
}

impl Ah6 {
    /// # Source
    /// Linux v6.18, `net/ipv6/netfilter/ip6t_ah.c`: `ah_mt6`.
    pub fn met<H: Host>(self, cx: &mut Cx<'_, '_, H>) -> Met {
        if !raw::has_extensions(&cx.skb.packet) {
            return Met::No;
        }
        let bytes = raw::whole(cx);
        let at = match raw::find(bytes, kind::AUTH) {
            Ok(at) => at,
            Err(Missing::NotThere) => return Met::No,
            Err(Missing::CutShort) => return Met::Hotdrop,
        };
        let Some(header) = raw::field::<12>(bytes, at) else { return Met::Hotdrop };
        let [_, _, r0, r1, spi @ .., _, _, _, _] = header;
        let spi = u32::from_be_bytes(spi);
        let len = extension::len(kind::AUTH, &header).unwrap_or_default();
        let met = self.spi.is.has(spi) != self.spi.not
            && (self.len.is == 0 || (u64::from(self.len.is) == len as u64) != self.len.not)
            && !(self.reserved && (r0, r1) != (0, 0));
        met.into()
    }
}
