//! Rules of 28 and 29: `DOCKER-FORWARD` and its three chains, and drops in table `raw`.

mod chains;
mod endpoint;
mod network;
mod port;

use std::net::IpAddr;

use packetwalk_wire::Family;

use super::{Change, Firewall, NetworkRules, enabled};
use crate::ports::Bound;
use crate::{Daemon, Host};

/// All that Docker has in `FORWARD`.
const FORWARD: &str = "DOCKER-FORWARD";
/// Where a packet to a bridge network goes.
const BRIDGE: &str = "DOCKER-BRIDGE";
/// Packets of known connections.
const CT: &str = "DOCKER-CT";
/// Networks that are internal.
const INTERNAL: &str = "DOCKER-INTERNAL";

/// The rules.
#[derive(Debug)]
pub(super) struct Rules;

impl Firewall for Rules {
    fn start(&self, host: &mut dyn Host, daemon: &Daemon) {
        for family in enabled(daemon) {
            chains::remove(host, family);
            chains::set_up(host, family, daemon.hairpin());
            if family == Family::V4 {
                chains::mirrored(host, daemon);
            }
        }
    }

    fn user_chain(&self, host: &mut dyn Host, daemon: &Daemon) {
        for family in enabled(daemon) {
            chains::user(host, family);
        }
    }

    fn network(&self, host: &mut dyn Host, daemon: &Daemon, net: &NetworkRules, change: Change) {
        for family in enabled(daemon) {
            if let Some(part) = net.of(family) {
                network::rules(host, daemon, net, part, change);
            }
        }
    }

    fn endpoint(
        &self,
        host: &mut dyn Host,
        daemon: &Daemon,
        net: &NetworkRules,
        addr: IpAddr,
        change: Change,
    ) {
        let family = Family::of(addr);
        if let Some(part) = net.of(family).filter(|_| enabled(daemon).any(|f| f == family)) {
            endpoint::direct_access(host, daemon, net, part, addr, change);
        }
    }

    fn port(&self, host: &mut dyn Host, daemon: &Daemon, net: &NetworkRules, port: &Bound, change: Change) {
        let family = Family::of(port.ip);
        if let Some(part) = net.of(family).filter(|_| enabled(daemon).any(|f| f == family) && !net.internal) {
            port::rules(host, daemon, net, part, port, change);
        }
    }
}
