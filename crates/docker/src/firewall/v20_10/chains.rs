//! The chains that are there without any network, and isolation between networks.
//!
//! # Source
//! moby v20.10.24, `libnetwork/drivers/bridge/setup_ip_tables.go`: `setupIPChains`, `removeIPChains`,
//! `setINC`; `libnetwork/firewall_linux.go`: `arrangeUserFilterRule`.

use packetwalk_wire::Family;

use super::{STAGE_1, STAGE_2};
use crate::Host;
use crate::firewall::Change;
use crate::firewall::rule::{FILTER, NAT, Rule, loopback, new_chain, remove_chain};

/// Isolation before there were stages.
const OLD_ISOLATION: &str = "DOCKER-ISOLATION";

/// Chains and jumps that an earlier daemon left.
pub(super) fn remove(host: &mut dyn Host, family: Family) {
    Rule::new(family, FILTER, "FORWARD", &format!("-j {OLD_ISOLATION}")).delete(host);
    let chains =
        [(NAT, "DOCKER"), (FILTER, "DOCKER"), (FILTER, STAGE_1), (FILTER, STAGE_2), (FILTER, OLD_ISOLATION)];
    for (table, name) in chains {
        remove_chain(host, family, table, name, loopback(family));
    }
}

/// Makes the chains; both stages of isolation end with a RETURN.
pub(super) fn set_up(host: &mut dyn Host, family: Family) {
    new_chain(host, family, NAT, "DOCKER");
    for name in ["DOCKER", STAGE_1, STAGE_2] {
        new_chain(host, family, FILTER, name);
    }
    for stage in [STAGE_1, STAGE_2] {
        Rule::new(family, FILTER, stage, "-j RETURN").append(host, Change::Add);
    }
}

/// `DOCKER-USER`, of IPv4 alone.
pub(super) fn user(host: &mut dyn Host) {
    let family = Family::V4;
    new_chain(host, family, FILTER, "DOCKER-USER");
    Rule::new(family, FILTER, "DOCKER-USER", "-j RETURN").append(host, Change::Add);
    Rule::new(family, FILTER, "FORWARD", "-j DOCKER-USER").on_top(host);
}

/// The jump to the first stage is on top of `FORWARD`.
pub(super) fn isolation_on_top(host: &mut dyn Host, family: Family) {
    Rule::new(family, FILTER, "FORWARD", &format!("-j {STAGE_1}")).on_top(host);
}

/// A network is kept apart from all others.
pub(super) fn isolate(host: &mut dyn Host, family: Family, bridge: &str, change: Change) {
    let out = format!("-i {bridge} ! -o {bridge} -j {STAGE_2}");
    Rule::new(family, FILTER, STAGE_1, &out).insert(host, change);
    Rule::new(family, FILTER, STAGE_2, &format!("-o {bridge} -j DROP")).insert(host, change);
}
