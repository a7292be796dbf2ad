//! `-m quota`.

use crate::context::Cx;
use crate::env::Host;

/// So many bytes, and no more.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// `!` stands before it.
    pub not: bool,
    /// `--quota`.
    pub quota: u64,
    left: Option<u64>,
}

impl PartialEq for Quota {
    fn eq(&self, other: &Self) -> bool {
        (self.not, self.quota) == (other.not, other.quota)
    }
}

impl Quota {
    /// With nothing used.
    pub const fn new(not: bool, quota: u64) -> Self {
        Self { not, quota, left: None }
    }

    /// With nothing used again: the rule went into the kernel anew.
    pub(crate) const fn renew(&mut self) {
        self.left = None;
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_quota.c`: `quota_mt`. A packet that does not fit ends it for good.
    pub fn met<H: Host>(&mut self, cx: &mut Cx<'_, '_, H>) -> bool {
        let left = self.left.unwrap_or(self.quota).checked_sub(u64::from(cx.skb.packet.len()));
        self.left = Some(left.unwrap_or(0));
        left.is_some() != self.not
    }
}
