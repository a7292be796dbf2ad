//! `-m rateest`.

use crate::context::{Cx, Met};
use crate::env::Host;
use crate::shared::rate::Rate;
use crate::shared::{Named, Wanted};
use crate::xtables::RuleError;

/// How the rates are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compare {
    /// `--rateest-eq`.
    Equal,
    /// `--rateest-lt`.
    Less,
    /// `--rateest-gt`.
    Greater,
}

/// Compares a rate estimator with a number, or with another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rateest {
    /// `--rateest`, `--rateest1`.
    pub first: Box<str>,
    /// `--rateest2`.
    pub second: Option<Box<str>>,
    /// `--rateest-delta`.
    pub delta: bool,
    /// Bytes are compared.
    pub bytes: bool,
    /// Packets are compared.
    pub packets: bool,
    /// `--rateest-bps1`, `--rateest-pps1`.
    pub rate1: Rate,
    /// `--rateest-bps2`, `--rateest-pps2`.
    pub rate2: Rate,
    /// How.
    pub compare: Option<Compare>,
    /// `!` stands before it.
    pub not: bool,
}

impl Rateest {
    pub(crate) fn wants(&self, wanted: &mut Wanted) {
        wanted.rates_asked.push(self.first.clone());
        wanted.rates_asked.extend(self.second.clone());
    }

    /// Whether the kernel takes it: its estimators must be there.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_rateest.c`: `xt_rateest_mt_checkentry`.
    pub(crate) fn check(&self, named: &Named) -> Result<(), RuleError> {
        if !self.bytes && !self.packets || self.compare.is_none() {
            return Err(RuleError::Invalid);
        }
        let there = |name: &str| named.rate(name).is_some();
        if there(&self.first) && self.second.as_deref().is_none_or(there) {
            Ok(())
        } else {
            Err(RuleError::Missing)
        }
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_rateest.c`: `xt_rateest_mt`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Met {
        let now = cx.env.now;
        let Some(first) = cx.shared.rate(&self.first).map(|e| e.read(now)) else { return Met::NotModelled };
        let delta = |limit: Rate, is: Rate| Rate {
            bytes: limit.bytes.saturating_sub(is.bytes),
            packets: limit.packets.saturating_sub(is.packets),
        };
        let a = if self.delta { delta(self.rate1, first) } else { first };
        let b = match &self.second {
            None => self.rate2,
            Some(name) => {
                let Some(second) = cx.shared.rate(name).map(|e| e.read(now)) else {
                    return Met::NotModelled;
                };
                if self.delta { delta(self.rate2, second) } else { second }
            }
        };
        let holds = |a: u32, b: u32| match self.compare {
            Some(Compare::Equal) => a == b,
            Some(Compare::Less) => a < b,
            Some(Compare::Greater) => a > b,
            None => true,
        };
        let met = (!self.bytes || holds(a.bytes, b.bytes)) && (!self.packets || holds(a.packets, b.packets));
        Met::from(met != self.not)
    }
}
