//! `-m connmark`.

use crate::context::Cx;
use crate::env::Host;

/// `--mark VALUE[/MASK]` of the connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Connmark {
    /// `!` stands before it.
    pub not: bool,
    /// Value.
    pub mark: u32,
    /// Mask.
    pub mask: u32,
}

impl Connmark {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_connmark.c`: `connmark_mt`; never met without a connection. That
    /// of a template of the CT target counts.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> bool {
        cx.ct.attached(cx.skb).is_some_and(|(conn, _)| (conn.mark & self.mask == self.mark) != self.not)
    }
}
