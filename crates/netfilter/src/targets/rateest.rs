//! `-j RATEEST`.

use super::Flow;
use crate::context::Cx;
use crate::env::Host;
use crate::shared::rate::Params;
use crate::shared::{Named, Wanted};
use crate::xtables::RuleError;

/// Counts the packet in a rate estimator.
#[derive(Clone, Debug, Default)]
pub struct Rateest {
    /// `--rateest-name`.
    pub name: Box<str>,
    /// How the estimator works.
    pub params: Params,
    /// Period and average in microseconds, as they were given; no part of the rule.
    pub given: (u32, u32),
}

impl PartialEq for Rateest {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.params) == (&other.name, other.params)
    }
}

impl Rateest {
    pub(crate) fn wants(&self, wanted: &mut Wanted) {
        wanted.rates.push((self.name.clone(), self.params));
    }

    /// Whether the kernel takes it: an estimator of this name works as this one.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_RATEEST.c`: `xt_rateest_tg_checkentry`.
    pub(crate) fn check(&self, named: &Named) -> Result<(), RuleError> {
        if named.rate(&self.name).is_some_and(|p| p != self.params) {
            return Err(RuleError::Invalid);
        }
        Ok(())
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_RATEEST.c`: `xt_rateest_tg`.
    pub fn act<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Flow {
        let (len, now) = (cx.skb.packet.len(), cx.env.now);
        if let Some(estimator) = cx.shared.rate(&self.name) {
            estimator.count(len, now);
        }
        Flow::Continue
    }
}
