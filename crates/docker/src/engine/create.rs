//! `network create`.

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_wire::Family;

use super::{Engine, truncate};
use crate::ipam::{Addresses, PoolError};
use crate::network::{BridgeOptions, Driver, GatewayMode, Network, NetworkConfig, Pool, SubnetConfig};
use crate::{Host, Place, Refused, Version, bridge, firewall};

/// Drivers that a real engine has beside those that are simulated.
const OTHER_DRIVERS: [&str; 3] = ["macvlan", "ipvlan", "overlay"];

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
        let first = self.networks.iter().all(|n| n.name() != config.name);
        if !first {
            return Err(Refused(format!("network with name {} already exists", config.name)));
        }
        let driver = match config.driver.as_str() {
            "" | "bridge" => Driver::Bridge,
            "host" => Driver::Host,
            "null" => Driver::Null,
            other if OTHER_DRIVERS.contains(&other) => {
                return Err(Refused::not_simulated(&format!("a network of driver {other}")));
            }
            other => {
                return Err(Refused(format!("plugin \"{other}\" not found")));
            }
        };
        if driver != Driver::Bridge {
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
        self.networks.push(net);
        if self.daemon.version == Version::V20_10 {
            firewall::of(self.daemon.version).user_chain(host, &self.daemon);
        }
        Ok(id)
    }

    fn create_bridge(&mut self, host: &mut dyn Host, net: &mut Network) -> Result<(), Refused> {
        let isolated = net.bridge.mode.contains(&GatewayMode::Isolated);
        if isolated && !net.config.internal {
            let text = "gateway mode 'isolated' can only be used for an internal network";
            return Err(Refused::new(text));
        }
        net.foreign = host.has_link(Place::Host, &net.bridge.name);
        let in_use = host.in_use();
        if let Err(error) = self.allocate(net, &in_use) {
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
            return Err(Refused(why));
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
    fn allocate(&mut self, net: &mut Network, in_use: &[IpNet]) -> Result<(), Refused> {
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
            for (name, addr) in &config.aux {
                let Ok(addr) = addr.parse::<IpAddr>() else { continue };
                pool.addresses.request(Some(addr)).map_err(|e| Refused::new(e.text()))?;
                if name == "DefaultGatewayIPv4" || name == "DefaultGatewayIPv6" {
                    pool.other_gateway = Some(addr);
                }
            }
            if isolated {
                continue;
            }
            let gateway = pool.addresses.request(config.gateway.parse().ok());
            pool.gateway = Some(gateway.map_err(|e| {
                Refused(format!("failed to allocate gateway ({}): {}", config.gateway, e.text()))
            })?);
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
