//! `-m helper`.

use crate::context::Cx;
use crate::env::Host;

/// Which helper expected the connection.
#[derive(Clone, Debug)]
pub struct Helper {
    /// `!` stands before it.
    pub not: bool,
    /// `--helper`; empty is any.
    pub name: Box<str>,
}

/// The tool compares nothing of it: `-D` and `-C` take any for any (`userspacesize` is 0).
impl PartialEq for Helper {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Helper {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_helper.c`: `helper_mt`. As many bytes are compared as the helper's
    /// own name has.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> bool {
        let Some(helper) = cx.ct.master_helper(cx.skb) else { return self.not };
        (self.name.is_empty() || self.name.starts_with(helper)) != self.not
    }
}
