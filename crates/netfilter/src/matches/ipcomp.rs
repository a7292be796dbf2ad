//! `-m ipcomp`.

use super::spi::{self, Spi};
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw;

/// `--ipcompspi`, `--compres`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ipcomp {
    /// Indices (CPI).
    pub spi: Spi,
    /// `--compres`, at which the kernel does not look.
    pub reserved: bool,
}

impl Ipcomp {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_ipcomp.c`: `comp_mt`.
    pub fn met<H: Host>(self, cx: &Cx<'_, '_, H>) -> Met {
        let header = raw::opaque(&cx.skb.packet, cx.env.payloads).unwrap_or_default();
        let header = raw::field::<4>(header, 0).map(|[_, _, a, b]| u32::from(u16::from_be_bytes([a, b])));
        spi::met(self.spi, &cx.skb.packet, header)
    }
}
