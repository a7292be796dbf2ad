//! The packet filter of each engine, a file per chain family.

pub mod rule;
mod v1_5;
mod v20_10;
mod v29;

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_wire::Family;

use crate::ports::{Bound, Proto};
use crate::{Daemon, Host, Version};

/// Whether rules are set up or taken away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// The rules shall be there.
    Add,
    /// They shall not.
    Remove,
}

impl Change {
    /// [`Change::Add`] only when `wanted`.
    #[must_use]
    pub const fn only_if(self, wanted: bool) -> Self {
        if wanted { self } else { Self::Remove }
    }
}

/// A network as its rules see it.
///
/// # Source
/// moby b985e231, `drivers/bridge/internal/firewaller/firewaller.go`: `NetworkConfig`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkRules {
    /// The bridge.
    pub bridge: String,
    /// `--internal`.
    pub internal: bool,
    /// `enable_icc`.
    pub icc: bool,
    /// `enable_ip_masquerade`.
    pub masquerade: bool,
    /// `trusted_host_interfaces`.
    pub trusted: Vec<String>,
    /// What is of one family; absent when the network has none of it.
    pub families: Vec<FamilyRules>,
}

/// A network's part of one family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FamilyRules {
    /// The subnet.
    pub prefix: IpNet,
    /// `com.docker.network.host_ipv4`: source address of what leaves.
    pub snat: Option<IpAddr>,
    /// Gateway mode `routed`.
    pub routed: bool,
    /// Gateway mode `nat-unprotected`.
    pub unprotected: bool,
}

impl FamilyRules {
    /// Its family.
    pub fn family(&self) -> Family {
        Family::of(self.prefix.addr())
    }
}

impl NetworkRules {
    /// The part of one family.
    pub fn of(&self, family: Family) -> Option<&FamilyRules> {
        self.families.iter().find(|f| f.family() == family)
    }
}

/// Two linked containers, and a port that the one may use of the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkRule {
    /// The one that uses.
    pub parent: IpAddr,
    /// The one that serves.
    pub child: IpAddr,
    /// The port.
    pub port: u16,
    /// Its protocol.
    pub proto: Proto,
}

/// The rules of one engine.
pub trait Firewall: Sync {
    /// Chains that are there before any network.
    fn start(&self, host: &mut dyn Host, daemon: &Daemon);

    /// The policy of `FORWARD` becomes DROP, as the daemon turned forwarding on.
    fn forward_drop(&self, host: &mut dyn Host, family: Family) {
        rule::run(host, family, "-t filter -P FORWARD DROP".to_owned());
    }

    /// `DOCKER-USER` is there, and is asked first.
    fn user_chain(&self, host: &mut dyn Host, daemon: &Daemon);

    /// A network's own rules.
    fn network(&self, host: &mut dyn Host, daemon: &Daemon, net: &NetworkRules, change: Change);

    /// Rules of an endpoint that do not hang on its ports.
    fn endpoint(
        &self,
        host: &mut dyn Host,
        daemon: &Daemon,
        net: &NetworkRules,
        addr: IpAddr,
        change: Change,
    );

    /// A published port.
    fn port(&self, host: &mut dyn Host, daemon: &Daemon, net: &NetworkRules, port: &Bound, change: Change);

    /// `--link` on a network without inter-container communication: `ACCEPT`, both ways.
    ///
    /// # Source
    /// moby b985e231, `libnetwork/iptables/iptables.go`: `ChainInfo.Link`; the same since 1.5.
    fn link(&self, host: &mut dyn Host, net: &NetworkRules, link: &LinkRule, change: Change) {
        let LinkRule { parent, child, port, proto } = *link;
        let bridge = net.bridge.as_str();
        for (from, to, ports) in [(parent, child, "--dport"), (child, parent, "--sport")] {
            let words =
                format!("-i {bridge} -o {bridge} -p {proto} -s {from} -d {to} {ports} {port} -j ACCEPT");
            rule::Rule::new(Family::of(parent), rule::FILTER, "DOCKER", &words).append(host, change);
        }
    }
}

/// The rules of a version.
pub fn of(version: Version) -> &'static dyn Firewall {
    match version {
        Version::V1_5 => &v1_5::Rules,
        Version::V20_10 => &v20_10::Rules,
        Version::V29 => &v29::Rules,
    }
}

/// The families that the daemon filters.
fn enabled(daemon: &Daemon) -> impl Iterator<Item = Family> + use<> {
    let (four, six) = (daemon.iptables, daemon.ip6tables);
    [(four, Family::V4), (six, Family::V6)].into_iter().filter(|(on, _)| *on).map(|(_, family)| family)
}
