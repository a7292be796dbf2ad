//! Extensions of iptables 1.8.9 that are not simulated.

use packetwalk_wire::Family;

const MATCHES: &[&str] = &["ipvs"];
const MATCHES4: &[&str] = &[];
const MATCHES6: &[&str] = &[];
const TARGETS: &[&str] = &[];
const TARGETS4: &[&str] = &[];
const TARGETS6: &[&str] = &[];

fn either(name: &str, family: Family, all: &[&str], v4: &[&str], v6: &[&str]) -> bool {
    let own = if family == Family::V4 { v4 } else { v6 };
    all.contains(&name) || own.contains(&name)
}

/// Whether the real tool has a match of this name.
pub(super) fn is_match(name: &str, family: Family) -> bool {
    either(name, family, MATCHES, MATCHES4, MATCHES6)
}

/// Whether the real tool has a target of this name.
pub(super) fn is_target(name: &str, family: Family) -> bool {
    either(name, family, TARGETS, TARGETS4, TARGETS6)
}

/// Whether the real tool has a target of this name and the kernel has not.
pub(in crate::tools::iptables) fn lacks_module(name: &str) -> bool {
    matches!(name, "CLUSTERIP" | "LED" | "ULOG")
}
