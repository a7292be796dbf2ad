//! A network: what was asked for, and what it got.

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_wire::Family;

use crate::firewall::{FamilyRules, NetworkRules};
use crate::ipam::Addresses;
use crate::{Refused, Version};

/// A network's driver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Driver {
    /// A bridge of the host.
    Bridge,
    /// A sub-interface of an interface of the host.
    Macvlan,
    /// The host's own namespace.
    Host,
    /// No network.
    Null,
}

impl Driver {
    /// Whether its containers have an interface in it.
    pub const fn has_interface(self) -> bool {
        matches!(self, Self::Bridge | Self::Macvlan)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bridge => "bridge",
            Self::Macvlan => "macvlan",
            Self::Host => "host",
            Self::Null => "null",
        }
    }
}

/// `gateway_mode_ipv4` and `_ipv6`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum GatewayMode {
    /// Published ports by NAT; others are closed.
    #[default]
    Nat,
    /// No NAT: published ports are open at the container's own address.
    Routed,
    /// NAT, and every port is open.
    Unprotected,
    /// The host has no address on the bridge.
    Isolated,
}

impl GatewayMode {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "nat" => Self::Nat,
            "routed" => Self::Routed,
            "nat-unprotected" => Self::Unprotected,
            "isolated" => Self::Isolated,
            _ => return None,
        })
    }
}

/// A subnet as the user gave it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SubnetConfig {
    /// `--subnet`.
    pub subnet: String,
    /// `--ip-range`.
    pub ip_range: String,
    /// `--gateway`.
    pub gateway: String,
    /// `--aux-address`, by name.
    pub aux: Vec<(String, String)>,
}

/// What `docker network create` asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkConfig {
    /// Name.
    pub name: String,
    /// `--driver`.
    pub driver: String,
    /// `--subnet` and what belongs to it.
    pub subnets: Vec<SubnetConfig>,
    /// `--internal`.
    pub internal: bool,
    /// `--attachable`.
    pub attachable: bool,
    /// `--ipv4`.
    pub ipv4: bool,
    /// `--ipv6`.
    pub ipv6: bool,
    /// `--opt`, sorted.
    pub options: Vec<(String, String)>,
    /// `--label`, sorted.
    pub labels: Vec<(String, String)>,
    /// `--ipam-opt`, sorted: the default driver takes them for nothing.
    pub ipam_options: Vec<(String, String)>,
    /// `--scope`.
    pub scope: String,
    /// `--config-only`.
    pub config_only: bool,
    /// `--config-from`.
    pub config_from: String,
}

/// The bridge driver's options.
///
/// # Source
/// moby b985e231, `drivers/bridge/bridge_linux.go`: `networkConfiguration`, `fromLabels`; `labels.go`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BridgeOptions {
    /// `com.docker.network.bridge.name`.
    pub name: String,
    /// `enable_icc`.
    pub icc: bool,
    /// `enable_ip_masquerade`.
    pub masquerade: bool,
    /// `host_binding_ipv4`.
    pub binding: Option<IpAddr>,
    /// `com.docker.network.host_ipv4` and `_ipv6`.
    pub snat: [Option<IpAddr>; 2],
    /// `com.docker.network.driver.mtu`.
    pub mtu: Option<u32>,
    /// `gateway_mode_ipv4` and `_ipv6`.
    pub mode: [GatewayMode; 2],
    /// `inhibit_ipv4`.
    pub inhibit_ipv4: bool,
    /// `default_bridge`.
    pub default: bool,
    /// `trusted_host_interfaces`.
    pub trusted: Vec<String>,
    /// `com.docker.network.container_iface_prefix`.
    pub prefix: String,
}

/// Go's `strconv.ParseBool`.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

impl BridgeOptions {
    /// What a bridge has without options.
    pub const fn none() -> Self {
        Self {
            name: String::new(),
            icc: true,
            masquerade: true,
            binding: None,
            snat: [None, None],
            mtu: None,
            mode: [GatewayMode::Nat; 2],
            inhibit_ipv4: false,
            default: false,
            trusted: Vec::new(),
            prefix: String::new(),
        }
    }

    /// The options of a network, of an engine that knows them.
    ///
    /// # Errors
    /// The engine's text.
    pub fn parse(options: &[(String, String)], version: Version) -> Result<Self, Refused> {
        let mut new = Self::none();
        for (label, value) in options {
            let bad = |why: String| Refused::new(format!("failed to parse {label} value: {value} ({why})"));
            let flag = || {
                let why = || bad(format!("strconv.ParseBool: parsing \"{value}\": invalid syntax"));
                boolean(value).ok_or_else(why)
            };
            let ip = || value.parse::<IpAddr>().map_err(|_| bad("nil ip".to_owned()));
            let new_label = version >= Version::V29;
            match label.strip_prefix("com.docker.network.").unwrap_or_default() {
                "bridge.name" => new.name.clone_from(value),
                "driver.mtu" => {
                    let why = || bad(format!("strconv.Atoi: parsing \"{value}\": invalid syntax"));
                    let mtu: i64 = value.parse().map_err(|_| why())?;
                    let wrong = || Refused(format!("invalid MTU number: {mtu}"));
                    new.mtu = Some(u32::try_from(mtu).map_err(|_| wrong())?);
                }
                "bridge.enable_icc" => new.icc = flag()?,
                "bridge.enable_ip_masquerade" => new.masquerade = flag()?,
                "bridge.inhibit_ipv4" => new.inhibit_ipv4 = flag()?,
                "bridge.default_bridge" => new.default = flag()?,
                "bridge.host_binding_ipv4" => new.binding = Some(ip()?),
                "host_ipv4" => new.snat[0] = Some(ip()?),
                "host_ipv6" if new_label => new.snat[1] = Some(ip()?),
                "container_iface_prefix" => new.prefix.clone_from(value),
                "bridge.gateway_mode_ipv4" | "bridge.gateway_mode_ipv6" if new_label => {
                    let why = || bad(format!("unknown gateway mode {value}"));
                    let at = usize::from(label.ends_with('6'));
                    if let Some(mode) = new.mode.get_mut(at) {
                        *mode = GatewayMode::named(value).ok_or_else(why)?;
                    }
                }
                "bridge.trusted_host_interfaces" if new_label => {
                    new.trusted = value.split(':').filter(|w| !w.is_empty()).map(str::to_owned).collect();
                }
                _ => {}
            }
        }
        Ok(new)
    }

    /// The gateway mode of a family.
    pub fn mode(&self, family: Family) -> GatewayMode {
        self.mode.get(usize::from(family == Family::V6)).copied().unwrap_or_default()
    }
}

/// What a network has of one family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pool {
    /// Its addresses.
    pub addresses: Addresses,
    /// The bridge's own address, which is the gateway unless `DefaultGatewayIPv4` is set.
    pub gateway: Option<IpAddr>,
    /// Another gateway than the bridge.
    pub other_gateway: Option<IpAddr>,
}

impl Pool {
    /// The subnet.
    pub const fn subnet(&self) -> IpNet {
        self.addresses.subnet()
    }

    /// The bridge's address with the subnet's length.
    pub fn bridge_addr(&self) -> Option<IpNet> {
        IpNet::new(self.gateway?, self.subnet().prefix_len()).ok()
    }
}

/// A network that exists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Network {
    /// 64 hexadecimal digits.
    pub id: String,
    /// When it was made, in nanoseconds since the Unix epoch.
    pub created: u64,
    /// As it was asked for.
    pub config: NetworkConfig,
    /// Its driver.
    pub driver: Driver,
    /// What the bridge driver made of the options.
    pub bridge: BridgeOptions,
    /// Its subnets, one of each family at most.
    pub pools: Vec<Pool>,
    /// The bridge was there before.
    pub foreign: bool,
}

impl Network {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Whether it is none of the three that are always there.
    pub fn is_users(&self) -> bool {
        !matches!(self.name(), "bridge" | "host" | "none")
    }

    /// What it has of a family.
    pub fn pool(&self, family: Family) -> Option<&Pool> {
        self.pools.iter().find(|p| Family::of(p.subnet().addr()) == family)
    }

    /// What it has of a family, to change.
    pub fn pool_mut(&mut self, family: Family) -> Option<&mut Pool> {
        self.pools.iter_mut().find(|p| Family::of(p.subnet().addr()) == family)
    }

    /// The gateway of its containers.
    pub fn gateway(&self, family: Family) -> Option<IpAddr> {
        let pool = self.pool(family)?;
        pool.other_gateway.or(pool.gateway)
    }

    /// The network as its rules see it.
    pub fn rules(&self) -> NetworkRules {
        let part = |pool: &Pool| {
            let prefix = pool.subnet();
            let family = Family::of(prefix.addr());
            let mode = self.bridge.mode(family);
            FamilyRules {
                prefix,
                snat: self.bridge.snat.get(usize::from(family == Family::V6)).copied().flatten(),
                routed: mode == GatewayMode::Routed,
                unprotected: mode == GatewayMode::Unprotected,
            }
        };
        NetworkRules {
            bridge: self.bridge.name.clone(),
            internal: self.config.internal,
            icc: self.bridge.icc,
            masquerade: self.bridge.masquerade,
            trusted: self.bridge.trusted.clone(),
            families: self.pools.iter().map(part).collect(),
        }
    }
}
