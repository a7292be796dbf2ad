//! `-m cgroup`.

use packetwalk_trace::Hook;

use crate::context::{Cx, Met, Scope};
use crate::env::Host;
use crate::xtables::{Cond, RuleError};

/// The control group of the process that sent the packet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cgroup {
    /// `--path`.
    pub path: Option<Cond<Box<str>>>,
    /// `--cgroup`.
    pub class: Option<Cond<u32>>,
}

/// Where it may be used.
pub(crate) const SCOPE: Scope = Scope::ANY.hooks(&[Hook::Input, Hook::Output, Hook::Postrouting]);

impl Cgroup {
    /// Whether the kernel takes it: one of both, and of paths the root alone, for there is no other group.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_cgroup.c`: `cgroup_mt_check_v2`.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        let root = |c: &Cond<Box<str>>| c.is.bytes().all(|b| b == b'/');
        match (&self.path, &self.class) {
            (Some(path), None) if root(path) => Ok(()),
            (None, Some(_)) => Ok(()),
            _ => Err(RuleError::Invalid),
        }
    }

    /// Every process is in the root group, of class 0.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_cgroup.c`: `cgroup_mt_v2`.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> Met {
        if cx.state.hook == Hook::Input {
            // Whether the socket is known so early.
            return Met::NotModelled;
        }
        if !super::owner::has_socket(cx.skb) {
            return Met::No;
        }
        let path = self.path.as_ref().is_none_or(|c| !c.not);
        let class = self.class.is_none_or(|c| (c.is == 0) != c.not);
        Met::from(path && class)
    }
}
