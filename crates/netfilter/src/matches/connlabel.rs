//! `-m connlabel`.

use packetwalk_wire::Nfct;

use crate::context::Cx;
use crate::env::Host;
use crate::xtables::RuleError;

/// Whether the connection has a label.
#[derive(Clone, Copy, Debug)]
pub struct Connlabel {
    /// `!` stands before it.
    pub not: bool,
    /// `--label`.
    pub bit: u16,
    /// `--set`.
    pub set: bool,
}

/// The tool compares nothing of it: `-D` and `-C` take any for any (`userspacesize` is 0).
impl PartialEq for Connlabel {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Connlabel {
    /// Whether the kernel has room for the label (`nf_connlabels_get`).
    pub(crate) const fn check(self) -> Result<(), RuleError> {
        if self.bit < 128 { Ok(()) } else { Err(RuleError::OutOfRange) }
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_connlabel.c`: `connlabel_mt`.
    pub fn met<H: Host>(self, cx: &mut Cx<'_, '_, H>) -> bool {
        let Nfct::Tracked(r) = cx.skb.nfct else { return self.not };
        if cx.ct.of(cx.skb).is_none() || !cx.ct.has_labels(r) {
            return self.not;
        }
        let labels = cx.ct.labels(r);
        let bit = 1_u128.checked_shl(self.bit.into()).unwrap_or(0);
        if labels & bit != 0 {
            return !self.not;
        }
        if self.set {
            cx.ct.set_labels(r, labels | bit);
        }
        self.set != self.not
    }
}
