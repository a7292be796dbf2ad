//! A rule.

use packetwalk_wire::Family;

use crate::matches::Match;
use crate::shared::Wanted;
use crate::targets::Target;

use super::{Base, Counters};

/// One rule: it counts and acts on a packet that meets every condition.
///
/// Its counters lie beside the target, for often these alone are looked at.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Rule {
    /// Conditions of the IP header and the interfaces.
    pub base: Base,
    /// `-m`, in the order given.
    pub matches: Vec<Match>,
    /// Packets that met it, as far as it was looked at: in a chain [`super::Chain::counters`] has all.
    pub counters: Counters,
    /// `-j`, `-g`.
    pub target: Target,
    /// Its number in its table of the nft face, given when it goes in (`NFTA_RULE_HANDLE`).
    pub handle: u32,
}

impl Rule {
    /// The same rule by its text: counters and a match's own state are not looked at (`-D`, `-C`).
    pub fn same_spec(&self, other: &Self) -> bool {
        self.base == other.base && self.shown().eq(other.shown()) && self.target == other.target
    }

    /// A number that is the same of rules of the same text, and seldom of others.
    pub fn print(&self) -> u32 {
        let mut print = self.base.print();
        let mut mix = |port: u16| print = (print.rotate_left(9) ^ u32::from(port)).wrapping_mul(0x9e37_79b9);
        for m in self.shown() {
            let (sport, dport) = match m {
                Match::Tcp(m) => (m.sport, m.dport),
                Match::Udp(m) => (m.sport, m.dport),
                _ => continue,
            };
            // All ports are the same as none.
            mix(sport.map_or(0, |c| c.is.min));
            mix(dport.map_or(0, |c| c.is.min));
        }
        print
    }

    /// The matches that the tools show.
    pub fn shown(&self) -> impl Iterator<Item = &Match> {
        self.matches.iter().filter(|m| match m {
            Match::Tcp(m) => !m.hidden,
            Match::Udp(m) => !m.hidden,
            _ => true,
        })
    }

    /// Number of conditions as [`packetwalk_trace::RuleEnd::NoMatch`] counts them: the base conditions
    /// asked, then one per `-m`.
    pub fn conditions(&self) -> usize {
        usize::from(self.base.count()) + self.matches.len()
    }

    /// The state of its own begins anew, as it goes into the kernel anew.
    pub(crate) fn renew(&mut self) {
        for m in &mut self.matches {
            m.renew();
        }
    }

    /// What it names or asks of the namespace.
    pub(crate) fn wants(&self, family: Family, wanted: &mut Wanted) {
        for m in &self.matches {
            m.wants(family, wanted);
        }
        self.target.wants(family, wanted);
    }

    /// Whether [`Rule::wants`] says anything.
    pub(crate) fn shares(&self) -> bool {
        self.target.shares() || self.matches.iter().any(Match::shares)
    }

    /// Whether it looks at the port that a connection comes from, of what repeats.
    pub(crate) fn asks_source_port(&self) -> bool {
        self.matches.iter().any(Match::asks_source_port)
    }

    /// Conntrack must watch the family as long as this rule is there (`nf_ct_netns_get`).
    pub fn needs_conntrack(&self) -> bool {
        self.target.needs_conntrack() || self.matches.iter().any(Match::needs_conntrack)
    }
}
