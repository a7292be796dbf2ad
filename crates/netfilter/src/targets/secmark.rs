//! `-j SECMARK` and `-j CONNSECMARK`.

use packetwalk_trace::Table as TableId;
use packetwalk_wire::Skb;

use super::Flow;
use crate::context::Scope;

/// Both stand in mangle and security only.
pub(crate) const SCOPE: Scope = Scope::table(&[TableId::Mangle, TableId::Security]);

/// `--selctx`. Without SELinux the kernel refuses the rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Secmark {
    /// Security context, at most 255 bytes.
    pub context: Box<str>,
}

/// Copies the security mark between packet and connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Connsecmark {
    /// Before any option.
    None,
    /// `--save`.
    Save,
    /// `--restore`.
    Restore,
}

impl Connsecmark {
    /// No packet has a security mark here.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_CONNSECMARK.c`: `connsecmark_tg`.
    pub const fn act(self, _: &Skb) -> Flow {
        Flow::Continue
    }
}
