//! `-m policy`.

use packetwalk_trace::Hook;

use crate::context::Scope;
use crate::xtables::{Cond, Net};

/// `--mode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum IpsecMode {
    /// `transport`.
    #[default]
    Transport,
    /// `tunnel`.
    Tunnel,
}

/// One step of IPsec.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Element {
    /// `--reqid`.
    pub reqid: Option<Cond<u32>>,
    /// `--spi`.
    pub spi: Option<Cond<u32>>,
    /// `--proto`.
    pub proto: Option<Cond<u8>>,
    /// `--mode`.
    pub mode: Option<Cond<IpsecMode>>,
    /// `--tunnel-src`.
    pub src: Option<Cond<Net>>,
    /// `--tunnel-dst`.
    pub dst: Option<Cond<Net>>,
}

/// Whether IPsec carried the packet, or will.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Policy {
    /// `--dir`: in, or out.
    pub dir: Option<Direction>,
    /// `--pol none`.
    pub none: bool,
    /// `--strict`.
    pub strict: bool,
    /// Its steps.
    pub elements: Vec<Element>,
}

/// `--dir`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// `in`.
    In,
    /// `out`.
    Out,
}

impl Policy {
    /// Where it may be used.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_policy.c`: `policy_mt_check`.
    pub(crate) const fn scope(&self) -> Scope {
        use Hook::{Forward, Input, Output, Postrouting, Prerouting};
        match self.dir {
            Some(Direction::Out) => Scope::ANY.hooks(&[Forward, Output, Postrouting]),
            _ => Scope::ANY.hooks(&[Prerouting, Input, Forward]),
        }
    }

    /// No packet here meets IPsec.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_policy.c`: `policy_mt`.
    pub const fn met(&self, _: &packetwalk_wire::Skb) -> bool {
        self.none
    }
}
