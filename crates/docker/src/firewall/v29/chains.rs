//! The chains that are there without any network.
//!
//! # Source
//! moby b985e231, `drivers/bridge/internal/iptabler/iptabler.go`: `setupIPChains`,
//! `deleteLegacyTopLevelRules`; `network.go`: `removeIPChains`; `libnetwork/firewall_linux.go`:
//! `setupUserChain`.

use packetwalk_wire::Family;

use super::{BRIDGE, CT, FORWARD, INTERNAL};
use crate::firewall::Change;
use crate::firewall::rule::{FILTER, NAT, Rule, loopback, nat_jumps, new_chain, remove_chain};
use crate::{Daemon, Host};

/// Isolation of engines before 28.
const OLD: [&str; 3] = ["DOCKER-ISOLATION-STAGE-1", "DOCKER-ISOLATION-STAGE-2", "DOCKER-ISOLATION"];

/// Chains and jumps that an earlier daemon left.
pub(super) fn remove(host: &mut dyn Host, family: Family) {
    Rule::new(family, FILTER, "FORWARD", "-j DOCKER-ISOLATION").delete(host);
    remove_chain(host, family, NAT, "DOCKER", loopback(family));
    for name in [FORWARD, BRIDGE, "DOCKER", CT, INTERNAL].into_iter().chain(OLD) {
        remove_chain(host, family, FILTER, name, loopback(family));
    }
}

/// Makes the chains and the jumps between them.
pub(super) fn set_up(host: &mut dyn Host, family: Family, hairpin: bool) {
    new_chain(host, family, NAT, "DOCKER");
    for name in ["DOCKER", FORWARD, BRIDGE, CT, INTERNAL] {
        new_chain(host, family, FILTER, name);
    }
    nat_jumps(host, family, hairpin);
    for (from, to) in [("FORWARD", FORWARD), (FORWARD, BRIDGE), (FORWARD, INTERNAL), (FORWARD, CT)] {
        Rule::new(family, FILTER, from, &format!("-j {to}")).on_top(host);
    }
    Rule::new(family, FILTER, "FORWARD", "-j DOCKER-ISOLATION-STAGE-1").delete(host);
}

/// What Windows sends to 127.0.0.0/8 comes in by `loopback0`, and is docker-proxy's.
///
/// # Source
/// moby b985e231, `drivers/bridge/internal/iptabler/iptabler.go`: `mirroredWSL2Workaround`.
pub(super) fn mirrored(host: &mut dyn Host, daemon: &Daemon) {
    if !daemon.hairpin() {
        let change = Change::Add.only_if(daemon.wsl2_mirrored);
        Rule::new(Family::V4, NAT, "DOCKER", "-i loopback0 -d 127.0.0.0/8 -j RETURN").append(host, change);
    }
}

/// `DOCKER-USER`, which the engine leaves empty.
pub(super) fn user(host: &mut dyn Host, family: Family) {
    new_chain(host, family, FILTER, "DOCKER-USER");
    Rule::new(family, FILTER, "FORWARD", "-j DOCKER-USER").on_top(host);
}
