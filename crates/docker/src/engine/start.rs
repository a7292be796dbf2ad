//! The daemon starts, stops and starts again.
//!
//! # Source
//! moby b985e231, `daemon/daemon_unix.go`: `initNetworkController`, `initBridgeDriver`; `libnetwork/
//! controller.go`: `New`; v20.10.24, the same and `drivers/bridge/bridge.go`: `configure`.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use packetwalk_wire::{Family, Order, sorted::Map};

use super::Engine;
use crate::container::RunState;
use crate::daemon::Daemon;
use crate::ipam::{Pools, default_pools};
use crate::network::{NetworkConfig, SubnetConfig};
use crate::ports::Allocator;
use crate::random::Random;
use crate::{Host, Place, Refused, Version, bridge, firewall};

/// The bridge's address in 1.5, wherever the subnet lies.
const OLD_HOST: Ipv4Addr = Ipv4Addr::new(0, 0, 42, 1);

impl Engine {
    /// Starts a daemon on a machine that had none.
    ///
    /// # Errors
    /// Why the daemon does not start.
    pub fn start(host: &mut dyn Host, daemon: Daemon, seed: u64, now: u64) -> Result<Self, Refused> {
        let mut random = Random::new(seed);
        let pools = predefined(&daemon, &mut random);
        let version = daemon.version;
        let mut engine = Self {
            pools: Pools::new(daemon.version, &pools),
            daemon,
            random,
            networks: Vec::new(),
            containers: Vec::new(),
            names: Map::new(),
            ports: Allocator::new(version),
            next_sandbox: 0,
            log: Vec::new(),
        };
        engine.set_up(host, now)?;
        engine.log.clear();
        Ok(engine)
    }

    /// The daemon ends; its containers stop, and what is in the kernel stays.
    pub fn shut_down(&mut self, host: &mut dyn Host, now: u64) {
        for at in 0..self.containers.len() {
            self.end(host, at, RunState::Exited(0), now);
        }
    }

    /// A daemon with other flags takes over what an earlier one kept.
    ///
    /// # Errors
    /// Why the daemon does not start.
    pub fn restart(&mut self, host: &mut dyn Host, daemon: Daemon, now: u64) -> Result<(), Refused> {
        self.shut_down(host, now);
        if daemon.pools != self.daemon.pools {
            let pools = predefined(&daemon, &mut self.random);
            self.pools.predefine(&pools);
        }
        self.daemon = daemon;
        self.set_up(host, now)
    }

    fn set_up(&mut self, host: &mut dyn Host, now: u64) -> Result<(), Refused> {
        let rules = firewall::of(self.daemon.version);
        rules.start(host, &self.daemon);
        match self.daemon.version {
            Version::V1_5 => {}
            Version::V20_10 => {
                if self.daemon.ip_forward {
                    bridge::forwarding(host, &self.daemon, Family::V4);
                    if self.daemon.ip6tables {
                        rules.forward_drop(host, Family::V6);
                    }
                }
            }
            Version::V29 => rules.user_chain(host, &self.daemon),
        }
        // Networks of users, in the order of the store: by id.
        let mut kept: Vec<String> =
            self.networks.iter().filter(|n| n.is_users()).map(|n| n.id.clone()).collect();
        kept.order();
        for id in kept {
            self.restore(host, &id);
        }
        for (name, driver) in [("none", "null"), ("host", "host")] {
            if self.network(name).is_err() {
                self.create_network(host, plain(name, driver), now)?;
            }
        }
        let old = self.networks.iter().position(|n| n.name() == "bridge");
        if let Some(old) = old {
            let net = self.networks.remove(old);
            bridge::delete(host, &self.daemon, &net);
            for pool in &net.pools {
                self.pools.release(pool.subnet());
            }
        }
        if self.daemon.has_bridge() {
            let word = if self.daemon.version == Version::V29 { "error" } else { "Error" };
            let head = format!(
                "Error initializing network controller: {word} creating default \"bridge\" network: "
            );
            let own = |e: Refused| {
                if e.0.starts_with("Error initializing") { e } else { Refused(format!("{head}{e}")) }
            };
            let config = self.default_bridge(host).map_err(own)?;
            self.create_network(host, config, now).map_err(own)?;
        }
        if self.daemon.version == Version::V1_5 && self.daemon.ip_forward {
            bridge::sysctl(host, "net/ipv4/ip_forward", "1");
        }
        Ok(())
    }

    /// A network that an earlier daemon made: its bridge is there, its rules may not be.
    fn restore(&mut self, host: &mut dyn Host, id: &str) {
        let Ok(at) = self.network_at(id) else { return };
        let Some(net) = self.networks.get(at) else { return };
        let there = host.has_link(Place::Host, &net.bridge.name);
        let mut now = net.clone();
        now.foreign = there;
        let _ = bridge::create(host, &self.daemon, &mut self.random, &now);
        // What was read from the store tells of the gateway that was chosen.
        if let Some(net) = self.networks.get_mut(at) {
            for pool in &net.pools {
                let of_pool = |s: &&mut SubnetConfig| {
                    s.gateway.is_empty() && s.subnet.contains(':') == pool.subnet().addr().is_ipv6()
                };
                if let Some(subnet) = net.config.subnets.iter_mut().find(of_pool) {
                    subnet.gateway = pool.gateway.map(|g| g.to_string()).unwrap_or_default();
                }
            }
        }
        if self.daemon.version == Version::V20_10 {
            firewall::of(self.daemon.version).user_chain(host, &self.daemon);
        }
    }

    /// What `docker0` shall be.
    fn default_bridge(&mut self, host: &mut dyn Host) -> Result<NetworkConfig, Refused> {
        let daemon = &self.daemon;
        let name = daemon.bridge.clone().unwrap_or_else(|| "docker0".to_owned());
        let there = host.addresses(Place::Host, &name);
        if daemon.bridge.is_some() && !host.has_link(Place::Host, &name) {
            return Err(Refused(format!(
                "bridge device with non default name {name} must be created manually"
            )));
        }
        let mut four = SubnetConfig::default();
        let existing = there.iter().find_map(|a| match a {
            IpNet::V4(a) => Some(*a),
            IpNet::V6(_) => None,
        });
        match daemon.bip.or(existing) {
            Some(addr) => {
                four.subnet = addr.trunc().to_string();
                four.gateway = addr.addr().to_string();
            }
            None => {
                let used = host.in_use();
                let free = |net: &Ipv4Net| !used.iter().any(|u| crate::ipam::overlaps(u, &IpNet::V4(*net)));
                let all = self.pools.candidates().find(free);
                let subnet = all.ok_or_else(|| {
                    let text = "list of predefined networks is exhausted: no available network";
                    Refused::new(format!("Error initializing network controller: {text}"))
                })?;
                four.subnet = subnet.to_string();
                if daemon.version == Version::V1_5 {
                    let gateway = u32::from(subnet.network()) | u32::from(OLD_HOST);
                    four.gateway = Ipv4Addr::from(gateway).to_string();
                }
            }
        }
        if let Some(range) = daemon.fixed_cidr {
            four.ip_range = range.to_string();
        }
        if let Some(gateway) = daemon.default_gateway {
            four.aux.push(("DefaultGatewayIPv4".to_owned(), gateway.to_string()));
        }
        let mut subnets = vec![four];
        if daemon.ipv6 {
            let six =
                daemon.bip6.map(|a| (a.trunc(), Some(a.addr()))).or(daemon.fixed_cidr_v6.map(|n| (n, None)));
            match six {
                Some((subnet, gateway)) => {
                    let new = SubnetConfig {
                        subnet: subnet.to_string(),
                        gateway: gateway.map(|g| g.to_string()).unwrap_or_default(),
                        ip_range: daemon
                            .fixed_cidr_v6
                            .filter(|_| daemon.version == Version::V29)
                            .map(|n| n.to_string())
                            .unwrap_or_default(),
                        ..SubnetConfig::default()
                    };
                    // Those that were chosen come first in 29.
                    let unasked = daemon.bip.is_none() && existing.is_none() && daemon.fixed_cidr.is_none();
                    let at = usize::from(!unasked || daemon.version != Version::V29);
                    subnets.insert(at, new);
                }
                None if daemon.version == Version::V29 => {}
                None => {
                    let text = "Error initializing network controller: Error creating default \"bridge\" \
                                network: could not find an available, non-overlapping IPv6 address pool \
                                among the defaults to assign to the network";
                    return Err(Refused::new(text));
                }
            }
        }
        let label = |key: &str, value: String| (format!("com.docker.network.{key}"), value);
        let binding = daemon.ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let options = vec![
            label("bridge.default_bridge", "true".to_owned()),
            label("bridge.enable_icc", daemon.icc.to_string()),
            label("bridge.enable_ip_masquerade", (daemon.ip_masq && daemon.iptables).to_string()),
            label("bridge.host_binding_ipv4", binding.to_string()),
            label("bridge.name", name),
            label("driver.mtu", daemon.mtu.unwrap_or(1500).to_string()),
        ];
        Ok(NetworkConfig { subnets, options, ipv6: daemon.ipv6, ..plain("bridge", "bridge") })
    }
}

fn plain(name: &str, driver: &str) -> NetworkConfig {
    NetworkConfig {
        name: name.to_owned(),
        driver: driver.to_owned(),
        subnets: Vec::new(),
        internal: false,
        attachable: false,
        ipv4: true,
        ipv6: false,
        options: Vec::new(),
        labels: Vec::new(),
        scope: String::new(),
        config_only: false,
        ipam_options: Vec::new(),
        config_from: String::new(),
    }
}

/// Subnets for networks that ask for none.
fn predefined(daemon: &Daemon, random: &mut Random) -> Vec<(IpNet, u8)> {
    let mut pools = daemon.pools.clone();
    if pools.is_empty() {
        pools = default_pools();
    }
    if daemon.version == Version::V29 {
        // `defaultipam.splitByIPFamily`, which the address spaces sort.
        pools.order_by_key(|(base, _)| base.addr());
    }
    if daemon.version == Version::V29 && !pools.iter().any(|(base, _)| base.addr().is_ipv6()) {
        pools.push((unique_local(random), 64));
    }
    pools
}

/// The machine's own prefix for networks that ask for IPv6 without a subnet.
///
/// # Source
/// moby b985e231, `daemon/daemon_unix.go`: `networkOptions`, `deriveULABaseNetwork`.
fn unique_local(random: &mut Random) -> IpNet {
    let bits = u128::from(random.number() & 0xff_ffff_ffff);
    IpNet::V6(Ipv6Net::new_assert(((0xfd << 120) | (bits << 80)).into(), 48))
}
