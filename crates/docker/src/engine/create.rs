//! `network create`.

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_wire::Family;

use super::{Engine, truncate};
use crate::ipam::{Addresses, PoolError};
use crate::network::{BridgeOptions, Driver, GatewayMode, Network, NetworkConfig, Pool, SubnetConfig};
use crate::{Host, Place, Refused, Version, bridge, firewall};

impl Engine {
    /// Makes a network; its id.
    ///
    /// # Errors
    /// The engine's text; nothing is made then.
    ///
    /// # Source
    /// moby b985e231, `daemon/network.go`: `createNetwork`; `libnetwork/controller.go`: `NewNetwork`.
    pub fn create_network(
        &mut self,
        host: &mut dyn Host,
        config: NetworkConfig,
        now: u64,
    ) -> Result<String, Refused> {
        if config.name.trim().is_empty() && self.daemon.version == Version::V29 {
            return Err(Refused::new("invalid name: name is empty"));
        }
        self.check_scope(&config)?;
        let first = !config.name.is_empty() && self.networks.iter().all(|n| n.name() != config.name);
        if !first {
            return Err(Refused(format!("network with name {} already exists", config.name)));
        }
        if self.daemon.version == Version::V29 && !config.ipv4 && !config.ipv6 {
            return Err(Refused::new("IPv4 or IPv6 must be enabled"));
        }
        if config.name != "bridge" {
            self.check_subnets(&config)?;
        }
        let config = if config.config_from.is_empty() { config } else { self.configured(config)? };
        if config.config_only {
            return Ok(self.keep_config(config, now));
        }
        let driver = match config.driver.as_str() {
            "" | "bridge" => Driver::Bridge,
            "host" => Driver::Host,
            "null" => Driver::Null,
            "macvlan" => Driver::Macvlan,
            "ipvlan" => return Err(Refused::not_simulated("a network of driver ipvlan")),
            other => {
                return Err(Refused(format!("plugin \"{other}\" not found")));
            }
        };
        if matches!(driver, Driver::Host | Driver::Null) {
            let known = self.networks.iter().any(|n| n.driver == driver);
            if known {
                let text = format!("only one instance of \"{}\" network is allowed", driver.name());
                return Err(Refused::new(text));
            }
        }
        let id = self.random.id();
        let parsed = BridgeOptions::parse(&config.options, self.daemon.version);
        let late = parsed.as_ref().err().filter(|_| self.daemon.version == Version::V20_10).cloned();
        let mut options = match (&late, parsed) {
            (None, parsed) => parsed?,
            (Some(_), _) => BridgeOptions::parse(&[], self.daemon.version)?,
        };
        if options.name.is_empty() {
            options.name = format!("br-{}", truncate(&id));
        }
        let mut net = Network {
            id: id.clone(),
            created: now,
            driver,
            foreign: false,
            pools: Vec::new(),
            bridge: options,
            config,
        };
        if let Some(error) = late {
            // The driver of 20.10 reads its options when the subnet is already given.
            let given = self.allocate(&mut net, &host.in_use());
            self.release_pools(&net);
            return Err(given.err().unwrap_or(error));
        }
        if driver == Driver::Bridge {
            self.create_bridge(host, &mut net)?;
        }
        if driver == Driver::Macvlan {
            self.create_macvlan(host, &mut net)?;
        }
        self.note_network(&net, "create", None);
        self.networks.push(net);
        if self.daemon.version == Version::V20_10 {
            firewall::of(self.daemon.version).user_chain(host, &self.daemon);
        }
        Ok(id)
    }

    /// What only a swarm has.
    fn check_scope(&self, config: &NetworkConfig) -> Result<(), Refused> {
        let old = self.daemon.version != Version::V29;
        if config.scope == "swarm" {
            return Err(Refused::new("cannot create a swarm scoped network when swarm is not active"));
        }
        let odd = old && !matches!(config.scope.as_str(), "" | "local");
        if odd || config.driver == "overlay" {
            return Err(Refused::new(
                "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to \
                 connect this node to swarm and try again.",
            ));
        }
        Ok(())
    }

    /// A network's settings with those of the network that it takes them from.
    ///
    /// # Source
    /// moby b985e231, `libnetwork/network.go`: `applyConfigurationTo`, `validateConfiguration`.
    fn configured(&self, config: NetworkConfig) -> Result<NetworkConfig, Refused> {
        let missing = || Refused(format!("configuration network \"{}\" does not exist", config.config_from));
        let own = config.subnets.iter().any(|s| !s.subnet.is_empty());
        if own || config.ipv6 || !config.options.is_empty() || !config.labels.is_empty() {
            let word = if self.daemon.version == Version::V29 { "user-specified" } else { "user specified" };
            return Err(Refused(format!(
                "{word} configurations are not supported if the network depends on a configuration network"
            )));
        }
        let from = self.network(&config.config_from).map_err(|_| missing())?;
        if !from.config.config_only {
            return Err(missing());
        }
        let (subnets, options) = (from.config.subnets.clone(), from.config.options.clone());
        let labels = from.config.labels.clone();
        Ok(NetworkConfig { subnets, options, labels, ipv6: from.config.ipv6, ..config })
    }

    /// A network that is only a set of settings.
    fn keep_config(&mut self, config: NetworkConfig, now: u64) -> String {
        let id = self.random.id();
        let bridge = BridgeOptions::none();
        let net = Network {
            id: id.clone(),
            created: now,
            driver: Driver::Null,
            foreign: false,
            pools: Vec::new(),
            bridge,
            config,
        };
        self.note_network(&net, "create", None);
        self.networks.push(net);
        id
    }

    fn create_bridge(&mut self, host: &mut dyn Host, net: &mut Network) -> Result<(), Refused> {
        let isolated = net.bridge.mode.contains(&GatewayMode::Isolated);
        if isolated && !net.config.internal {
            let text = "gateway mode 'isolated' can only be used for an internal network";
            return Err(Refused::new(text));
        }
        net.foreign = host.has_link(Place::Host, &net.bridge.name);
        let odd = net.foreign && !host.is_bridge(&net.bridge.name);
        let odd = odd.then(|| Refused(format!("existing interface {} is not a bridge", net.bridge.name)));
        let v29 = self.daemon.version == Version::V29;
        if let (true, Some(error)) = (v29, &odd) {
            return Err(error.clone());
        }
        let in_use = host.in_use();
        if let Some(error) = self.allocate(net, &in_use).err().or(odd) {
            self.release_pools(net);
            return Err(error);
        }
        let other =
            self.networks.iter().find(|n| n.driver == Driver::Bridge && n.bridge.name == net.bridge.name);
        if let Some(other) = other {
            let text = format!(
                "cannot create network {} ({}): conflicts with network {} ({}): networks have same bridge name",
                net.id, net.bridge.name, other.id, other.bridge.name
            );
            self.release_pools(net);
            return Err(Refused(text));
        }
        if let Err(why) = bridge::create(host, &self.daemon, &mut self.random, net) {
            bridge::delete(host, &self.daemon, net);
            self.release_pools(net);
            let long = self.daemon.version != Version::V29 && why == "numerical result out of range";
            let head = if long { "failed to check bridge interface existence: " } else { "" };
            return Err(Refused(format!("{head}{why}")));
        }
        Ok(())
    }

    /// Gives a network's subnets back.
    pub(super) fn release_pools(&mut self, net: &Network) {
        for pool in &net.pools {
            self.pools.release(pool.subnet());
        }
    }

    /// Gives a network its subnets and gateways.
    ///
    /// # Source
    /// moby b985e231, `libnetwork/network.go`: `ipamAllocateVersion`; the same in v20.10.24.
    pub(super) fn allocate(&mut self, net: &mut Network, in_use: &[IpNet]) -> Result<(), Refused> {
        let configs = net.config.subnets.clone();
        let six = |c: &&SubnetConfig| c.subnet.contains(':');
        for family in [Family::V4, Family::V6] {
            let wanted = if family == Family::V4 { net.config.ipv4 } else { net.config.ipv6 };
            if !wanted {
                continue;
            }
            let mut of_family = configs.iter().filter(|c| six(c) == (family == Family::V6));
            let config = of_family.next().cloned().unwrap_or_default();
            if of_family.next().is_some() {
                return Err(Refused::new("bridge driver doesn't support multiple subnets"));
            }
            let subnet = if config.subnet.is_empty() {
                self.pools.any(family, in_use).map_err(|_| self.no_pool(family))?
            } else {
                let subnet: IpNet = config
                    .subnet
                    .parse()
                    .map_err(|_| Refused(format!("invalid CIDR address: {}", config.subnet)))?;
                self.pools.request(subnet).map_err(|e| self.overlap(e))?
            };
            let range = config.ip_range.parse().ok();
            net.pools.push(Pool {
                addresses: Addresses::new(subnet, range),
                gateway: None,
                other_gateway: None,
            });
            let isolated = net.bridge.mode(family) == GatewayMode::Isolated;
            let Some(pool) = net.pools.last_mut() else { continue };
            let old = self.daemon.version != Version::V29;
            if old && subnet.addr().is_ipv4() && subnet.prefix_len() > 30 && config.gateway.is_empty() {
                return Err(Refused::new(
                    "failed to allocate gateway (): No available addresses on this pool",
                ));
            }
            if !isolated {
                let gateway = pool.addresses.request(config.gateway.parse().ok());
                pool.gateway = Some(gateway.map_err(|e| {
                    Refused(format!("failed to allocate gateway ({}): {}", config.gateway, e.text()))
                })?);
            }
            for (name, text) in &config.aux {
                let Ok(addr) = text.parse::<IpAddr>() else { continue };
                if !subnet.contains(&addr) {
                    return Err(Refused(format!(
                        "auxiliary address: ({name}:{text}) must belong to the master pool: {}",
                        subnet.trunc()
                    )));
                }
                pool.addresses.request(Some(addr)).map_err(|e| {
                    Refused(format!("failed to allocate secondary ip address ({name}:{text}): {}", e.text()))
                })?;
                if name == "DefaultGatewayIPv4" || name == "DefaultGatewayIPv6" {
                    pool.other_gateway = Some(addr);
                }
            }
        }
        Ok(())
    }

    fn no_pool(&self, family: Family) -> Refused {
        let number = if family == Family::V4 { 4 } else { 6 };
        Refused(match self.daemon.version {
            Version::V29 => "all predefined address pools have been fully subnetted".to_owned(),
            _ => format!(
                "could not find an available, non-overlapping IPv{number} address pool among the defaults to \
                 assign to the network"
            ),
        })
    }

    fn overlap(&self, _: PoolError) -> Refused {
        let text = "Pool overlaps with other one on this address space";
        Refused(match self.daemon.version {
            Version::V29 => format!("invalid pool request: {text}"),
            _ => text.to_owned(),
        })
    }
}
