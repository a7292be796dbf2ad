//! `-m nfacct`.

use crate::context::{Cx, Met};
use crate::env::Host;
use crate::shared::{Named, Wanted};
use crate::xtables::RuleError;

/// Counts in an accounting object of nfnetlink.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Nfacct {
    /// `--nfacct-name`.
    pub name: Box<str>,
}

impl Nfacct {
    pub(crate) fn wants(&self, wanted: &mut Wanted) {
        wanted.accounts.push(self.name.clone());
    }

    /// Whether the kernel takes it: the object must be there.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_nfacct.c`: `nfacct_mt_checkentry`.
    pub(crate) fn check(&self, named: &Named) -> Result<(), RuleError> {
        if named.has_account(&self.name) { Ok(()) } else { Err(RuleError::Missing) }
    }

    /// Counts the packet; met unless a quota is not used up.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_nfacct.c`: `nfacct_mt`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Met {
        let len = cx.skb.packet.len();
        cx.shared.account(&self.name).is_some_and(|account| account.count(len)).into()
    }
}
