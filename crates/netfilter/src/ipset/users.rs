//! Which sets the rules name.

use packetwalk_wire::Family;

use super::SetId;
use crate::hook::Netfilter;
use crate::matches::Match;
use crate::targets::Target;
use crate::xtables::Face;

impl Netfilter {
    /// The set of each `-m set` and of each option of `-j SET`, once for every time that a rule names it:
    /// the kernel's reference counts.
    pub fn named_sets(&self) -> Vec<SetId> {
        let mut found = Vec::new();
        for face in [Face::Nft, Face::Legacy] {
            for family in [Family::V4, Family::V6] {
                let tables = self.rules(face, family).created();
                for rule in tables.flat_map(|t| t.listed()).flat_map(|(_, c)| &c.rules) {
                    found.extend(rule.matches.iter().filter_map(|m| match m {
                        Match::Set(m) => m.set.as_ref().map(|s| s.id),
                        _ => None,
                    }));
                    if let Target::Set(t) = &rule.target {
                        found.extend(t.sets().map(|s| s.id));
                    }
                }
            }
        }
        found
    }
}
