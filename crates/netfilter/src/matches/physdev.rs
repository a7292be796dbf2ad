//! `-m physdev`.

use packetwalk_trace::Hook;
use packetwalk_wire::IfIndex;

use crate::context::{Cx, Scope};
use crate::env::Host;
use crate::xtables::{Cond, IfPattern};

/// Bridge ports of a packet that crosses a bridge.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Physdev {
    /// `--physdev-in`.
    pub dev_in: Option<Cond<IfPattern>>,
    /// `--physdev-out`.
    pub dev_out: Option<Cond<IfPattern>>,
    /// `--physdev-is-in`.
    pub is_in: Option<Cond<()>>,
    /// `--physdev-is-out`.
    pub is_out: Option<Cond<()>>,
    /// `--physdev-is-bridged`.
    pub is_bridged: Option<Cond<()>>,
}

impl Physdev {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_physdev.c`: `physdev_mt`.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> bool {
        let known = |i: IfIndex| i.is_some().then(|| cx.env.host.dev(i));
        let (iif, oif) = (known(cx.skb.physin), known(cx.skb.physout));
        if iif.is_none() && oif.is_none() {
            let flag = |c: Option<Cond<()>>| c.is_none_or(|c| c.not);
            let name = |c: Option<Cond<IfPattern>>| c.is_none_or(|c| c.not);
            return flag(self.is_bridged)
                && flag(self.is_in)
                && flag(self.is_out)
                && name(self.dev_in)
                && name(self.dev_out);
        }
        let flag = |c: Option<Cond<()>>, there: bool| c.is_none_or(|c| there != c.not);
        let name = |c: &Option<Cond<IfPattern>>, dev: &Option<crate::env::Dev>| match (c, dev) {
            (Some(c), Some(dev)) => c.is.has(dev.name.raw()) != c.not,
            _ => true,
        };
        flag(self.is_bridged, oif.is_some())
            && flag(self.is_in, iif.is_some())
            && flag(self.is_out, oif.is_some())
            && name(&self.dev_in, &iif)
            && name(&self.dev_out, &oif)
    }

    /// Where it may be used: a port out is not known yet in OUTPUT, unless only bridged packets are asked.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_physdev.c`: `physdev_mt_check`.
    pub(crate) fn scope(&self) -> Scope {
        let out = self.dev_out.is_some() || self.is_out.is_some();
        if out && self.is_bridged.is_none_or(|c| c.not) {
            Scope::ANY.hooks(&[Hook::Prerouting, Hook::Input, Hook::Forward, Hook::Postrouting])
        } else {
            Scope::ANY
        }
    }
}
