//! `-m esp`.

use super::spi::{self, Spi};
use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw;

/// `--espspi`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Esp {
    /// Indices.
    pub spi: Spi,
}

impl Esp {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_esp.c`: `esp_mt`.
    pub fn met<H: Host>(self, cx: &Cx<'_, '_, H>) -> Met {
        let header = raw::opaque(&cx.skb.packet, cx.env.payloads).unwrap_or_default();
        let header = raw::field::<8>(header, 0).and_then(|h| raw::field(&h, 0)).map(u32::from_be_bytes);
        spi::met(self.spi, &cx.skb.packet, header)
    }
}
