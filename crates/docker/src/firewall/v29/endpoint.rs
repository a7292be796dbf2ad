//! Packets straight to a container's address, from elsewhere than its bridge.
//!
//! # Source
//! moby b985e231, `drivers/bridge/internal/iptabler/endpoint.go`: `filterDirectAccess`.

use std::net::IpAddr;

use crate::firewall::rule::{RAW, Rule, address};
use crate::firewall::{Change, FamilyRules, NetworkRules};
use crate::{Daemon, Host};

/// They are dropped in `raw`, unless the network or the daemon allows them.
pub(super) fn direct_access(
    host: &mut dyn Host,
    daemon: &Daemon,
    net: &NetworkRules,
    part: &FamilyRules,
    addr: IpAddr,
    change: Change,
) {
    if net.internal || part.unprotected || part.routed {
        return;
    }
    let change = change.only_if(!daemon.allow_direct_routing);
    let addr = address(addr);
    let rule = |text: String| Rule::new(part.family(), RAW, "PREROUTING", &text);
    for trusted in &net.trusted {
        rule(format!("-d {addr} -i {trusted} -j ACCEPT")).append(host, change);
    }
    rule(format!("-d {addr} ! -i {} -j DROP", net.bridge)).append(host, change);
}
