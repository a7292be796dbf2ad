//! Rules of 20.10: `DOCKER`, `DOCKER-USER` and two stages of isolation.

mod chains;
mod network;
mod port;

use std::net::IpAddr;

use packetwalk_wire::Family;

use super::{Change, Firewall, NetworkRules, enabled};
use crate::ports::Bound;
use crate::{Daemon, Host};

/// First stage of isolation.
const STAGE_1: &str = "DOCKER-ISOLATION-STAGE-1";
/// Second stage of isolation.
const STAGE_2: &str = "DOCKER-ISOLATION-STAGE-2";

/// The rules.
#[derive(Debug)]
pub(super) struct Rules;

impl Firewall for Rules {
    fn start(&self, host: &mut dyn Host, daemon: &Daemon) {
        for family in enabled(daemon) {
            chains::remove(host, family);
            chains::set_up(host, family);
        }
    }

    fn user_chain(&self, host: &mut dyn Host, daemon: &Daemon) {
        if daemon.iptables {
            chains::user(host);
        }
    }

    fn network(&self, host: &mut dyn Host, daemon: &Daemon, net: &NetworkRules, change: Change) {
        for family in enabled(daemon) {
            if let Some(part) = net.of(family) {
                network::rules(host, daemon, net, part, change);
            }
        }
        if !net.internal && daemon.iptables {
            for family in [Family::V6, Family::V4] {
                if family == Family::V4 || daemon.ip6tables {
                    chains::isolate(host, family, &net.bridge, change);
                }
            }
        }
    }

    fn endpoint(&self, _: &mut dyn Host, _: &Daemon, _: &NetworkRules, _: IpAddr, _: Change) {}

    fn port(&self, host: &mut dyn Host, daemon: &Daemon, net: &NetworkRules, port: &Bound, change: Change) {
        let family = Family::of(port.host_ip);
        if enabled(daemon).any(|f| f == family) && net.of(family).is_some() && !net.internal {
            port::rules(host, daemon, net, port, change);
        }
    }
}
