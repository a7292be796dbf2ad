//! `-m devgroup`.

use packetwalk_trace::Hook;

use crate::context::{Cx, Scope};
use crate::env::Host;
use crate::xtables::Cond;

/// A group number under a mask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Group {
    /// Number.
    pub group: u32,
    /// Mask.
    pub mask: u32,
}

impl Group {
    const fn has(self, group: u32) -> bool {
        (self.group ^ group) & self.mask == 0
    }
}

/// Groups of the interfaces in and out (`ip link set group`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Devgroup {
    /// `--src-group`.
    pub src: Option<Cond<Group>>,
    /// `--dst-group`.
    pub dst: Option<Cond<Group>>,
}

impl Devgroup {
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_devgroup.c`: `devgroup_mt`.
    pub fn met<H: Host>(&self, cx: &Cx<'_, '_, H>) -> bool {
        let one = |c: Option<Cond<Group>>, group| c.is_none_or(|c| c.is.has(group) != c.not);
        one(self.src, cx.state.iif.group) && one(self.dst, cx.state.oif.group)
    }

    /// Where it may be used: only where the interface is known.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_devgroup.c`: `devgroup_mt_checkentry`.
    pub(crate) const fn scope(&self) -> Scope {
        match (self.src.is_some(), self.dst.is_some()) {
            (false, false) => Scope::ANY,
            (true, false) => Scope::ANY.hooks(&[Hook::Prerouting, Hook::Input, Hook::Forward]),
            (false, true) => Scope::ANY.hooks(&[Hook::Forward, Hook::Output, Hook::Postrouting]),
            (true, true) => Scope::ANY.hooks(&[Hook::Forward]),
        }
    }
}
