//! What the engine refuses before it makes anything.

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_wire::Family;

use super::Engine;
use crate::container::ContainerConfig;
use crate::endpoint::EndpointConfig;
use crate::network::{NetworkConfig, SubnetConfig};
use crate::sandbox::Mode;
use crate::{Refused, Version};

/// Linux v6.18, `include/uapi/linux/capability.h`, without `CAP_`.
const CAPABILITIES: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

fn is_capability(name: &str) -> bool {
    name == "ALL" || CAPABILITIES.contains(&name.strip_prefix("CAP_").unwrap_or(name))
}

/// Several refusals at once: each with a bullet, or one alone.
///
/// # Source
/// moby b985e231, `daemon/internal/multierror/multierror.go`: `joinError.Error`.
fn joined(errors: &[String]) -> String {
    match errors {
        [one] => one.clone(),
        all => all.iter().map(|e| format!("* {e}")).collect::<Vec<_>>().join("\n"),
    }
}

impl Engine {
    /// What a container's options exclude.
    ///
    /// # Source
    /// moby b985e231, `daemon/internal/runconfig/hostconfig.go`: `validateNetContainerMode`,
    /// `hostconfig_unix.go`: `validateNetMode`; `daemon/container.go`: `verifyContainerSettings`; v20.10.24,
    /// `runconfig/hostconfig_unix.go`, `runconfig/errors.go`.
    pub(super) fn check_container(&self, config: &ContainerConfig) -> Result<(), Refused> {
        let v29 = self.daemon.version == Version::V29;
        let links = config.networks.iter().any(|e| !e.config.links.is_empty());
        let conflict = |what: &str| Err(Refused(format!("conflicting options: {what}")));
        if let Mode::Container(other) = &config.mode {
            if other.is_empty() {
                let word = if v29 { "invalid" } else { "Invalid" };
                let text = format!("{word} network mode: invalid container format container:<name|id>");
                return Err(Refused(text));
            }
            let mac = config.networks.iter().any(|e| e.config.mac.is_some());
            let cases = [
                (config.hostname.is_some(), "hostname and the network mode"),
                (
                    links,
                    "container type network can't be used with links. This would result in undefined behavior",
                ),
                (!config.dns.is_empty(), "dns and the network mode"),
                (!config.hosts.is_empty(), "custom host-to-IP mapping and the network mode"),
                (mac && !v29, "mac-address and the network mode"),
                (
                    !config.published.is_empty() || config.publish_all,
                    "port publishing and the container type network mode",
                ),
                (!config.exposed.is_empty(), "port exposing and the container type network mode"),
            ];
            if let Some((_, what)) = cases.iter().find(|(wrong, _)| *wrong) {
                return conflict(what);
            }
        }
        if config.mode == Mode::Host && links {
            return conflict(
                "host type networking can't be used with links. This would result in undefined behavior",
            );
        }
        if config.mode == Mode::Host && !v29 && config.networks.iter().any(|e| e.config.mac.is_some()) {
            return conflict("mac-address and the network mode");
        }
        if let Some(port) = config.published.iter().map(|p| p.port).find(|p| p.number == 0 && v29) {
            return Err(Refused(format!("invalid port specification: \"{port}\"")));
        }
        for name in &config.cap_add {
            let name = name.to_ascii_uppercase();
            if !is_capability(&name) {
                let name = format!("CAP_{}", name.strip_prefix("CAP_").unwrap_or(&name));
                return Err(Refused(format!("invalid CapAdd: unknown capability: \"{name}\"")));
            }
        }
        for name in &config.cap_drop {
            let name = name.to_ascii_uppercase();
            if !is_capability(&name) {
                let name = format!("CAP_{}", name.strip_prefix("CAP_").unwrap_or(&name));
                return Err(Refused(format!("invalid CapDrop: unknown capability: \"{name}\"")));
            }
        }
        let of_interface = |name: &str| {
            let parts: Vec<&str> = name.splitn(5, '.').collect();
            matches!(parts.as_slice(), ["net", _, _, ifname, _] if ifname.starts_with("eth"))
        };
        if let Some((name, _)) = config.sysctls.iter().find(|(name, _)| v29 && of_interface(name)) {
            return Err(Refused(format!(
                "interface specific sysctl setting \"{name}\" must be supplied using driver option '{SYSCTLS}'"
            )));
        }
        let policy = config.restart.split(':').next().unwrap_or_default();
        if !matches!(policy, "" | "no" | "always" | "on-failure" | "unless-stopped") {
            return Err(Refused(if v29 {
                format!(
                    "invalid restart policy: unknown policy '{policy}'; use one of 'no', 'always', \
                     'on-failure', or 'unless-stopped'"
                )
            } else {
                format!("invalid restart policy '{policy}'")
            }));
        }
        Ok(())
    }

    /// Subnets, ranges, gateways and other addresses of a network.
    ///
    /// # Source
    /// moby b985e231, `daemon/network.go`: `validateIpamConfig`, `validateIPRange`, `validateAddress`.
    pub(super) fn check_subnets(&self, config: &NetworkConfig) -> Result<(), Refused> {
        let v29 = self.daemon.version == Version::V29;
        let mut errors = Vec::new();
        for given in config.subnets.iter().filter(|s| !s.subnet.is_empty()) {
            let Ok(subnet) = given.subnet.parse::<IpNet>() else {
                let text = &given.subnet;
                return Err(Refused(format!("Invalid subnet {text} : invalid CIDR address: {text}")));
            };
            if v29 && (subnet.addr().is_ipv4() || config.ipv6) {
                one_subnet(&mut errors, given, subnet);
            }
        }
        if errors.is_empty() {
            return Ok(());
        }
        Err(Refused(format!("invalid network config:\n{}", joined(&errors))))
    }

    /// An address may be chosen where the network's subnet was.
    ///
    /// # Errors
    /// The engine's text.
    ///
    /// # Source
    /// moby v20.10.24, `daemon/container_operations.go`: `validateNetworkingConfig`; b985e231,
    /// `validateEndpointSettings`.
    pub(super) fn check_addresses(&self, network: &str, config: &EndpointConfig) -> Result<(), Refused> {
        let found = self.network(network);
        let chosen = config.ip4.is_some() || config.ip6.is_some();
        if self.daemon.version != Version::V29 {
            let net = found?;
            let text = match () {
                () if !net.is_users() && chosen => {
                    "user specified IP address is supported on user defined networks only"
                }
                () if !net.is_users() && !config.aliases.is_empty() => {
                    "network-scoped alias is supported only for containers in user defined networks"
                }
                () => {
                    let without = |ip: Option<IpAddr>| {
                        let of = |s: &SubnetConfig, ip: IpAddr| {
                            !s.subnet.is_empty() && s.subnet.contains(':') == ip.is_ipv6()
                        };
                        ip.is_some_and(|ip| !net.config.subnets.iter().any(|s| of(s, ip)))
                    };
                    if !without(config.ip4) && !without(config.ip6) {
                        return Ok(());
                    }
                    "user specified IP address is supported only when connecting to networks with user \
                     configured subnets"
                }
            };
            return Err(Refused::new(text));
        }
        let mut errors = Vec::new();
        let users = !matches!(network, "bridge" | "host" | "none");
        if !users && chosen {
            errors.push("user-specified IP address is supported on user-defined networks only".to_owned());
        }
        if !users && !config.aliases.is_empty() {
            let text = "network-scoped aliases are only supported for user-defined networks";
            errors.push(text.to_owned());
        }
        for (ip, number) in [(config.ip4, 4), (config.ip6, 6)] {
            let Some(ip) = ip else { continue };
            if ip.is_unspecified() || ip.is_ipv4() != (number == 4) {
                errors.push(format!("invalid IPv{number} address: {ip}"));
            }
        }
        for ip in [config.ip4, config.ip6].into_iter().flatten() {
            let Ok(net) = found else { continue };
            let inside = net.pool(Family::of(ip)).is_some_and(|p| p.subnet().contains(&ip));
            if !inside {
                errors.push(format!("no configured subnet contains IP address {ip}"));
            }
        }
        for (_, value) in config.driver_opts.iter().filter(|(n, _)| n == SYSCTLS) {
            for sysctl in value.split(',') {
                let parts: Vec<&str> = sysctl.splitn(5, '.').collect();
                let fine =
                    matches!(parts.as_slice(), [_, "ipv4" | "ipv6" | "mpls", _, "IFNAME" | "ifname", _]);
                if !fine {
                    errors.push(format!(
                        "unrecognised network interface sysctl '{sysctl}'; represent 'net.X.Y.ethN.Z=V' as \
                         'net.X.Y.IFNAME.Z=V', 'X' must be 'ipv4', 'ipv6' or 'mpls'"
                    ));
                }
            }
        }
        if errors.is_empty() {
            return Ok(());
        }
        Err(Refused(format!("invalid endpoint settings:\n{}", joined(&errors))))
    }
}

/// Sysctls of an endpoint's interface.
///
/// # Source
/// moby b985e231, `libnetwork/netlabel/labels.go`: `EndpointSysctls`.
pub(crate) const SYSCTLS: &str = "com.docker.network.endpoint.sysctls";

fn one_subnet(errors: &mut Vec<String>, given: &SubnetConfig, subnet: IpNet) {
    let number = if subnet.addr().is_ipv4() { 4 } else { 6 };
    if subnet != subnet.trunc() {
        errors.push(format!("invalid subnet {subnet}: it should be {}", subnet.trunc()));
    }
    let parent = |family: bool| family == subnet.addr().is_ipv4();
    if let Ok(range) = given.ip_range.parse::<IpNet>() {
        if parent(range.addr().is_ipv4()) {
            if range.prefix_len() < subnet.prefix_len() {
                let why = "CIDR block is bigger than its parent subnet";
                errors.push(format!("invalid ip-range {range}: {why} {subnet}"));
            }
            if range != range.trunc() {
                errors.push(format!("invalid ip-range {range}: it should be {}", range.trunc()));
            }
            if !crate::ipam::overlaps(&subnet.trunc(), &range.trunc()) {
                let why = format!("parent subnet {subnet} doesn't contain ip-range");
                errors.push(format!("invalid ip-range {range}: {why}"));
            }
        } else {
            errors.push(format!("invalid ip-range {range}: parent subnet is an IPv{number} block"));
        }
    }
    let mut address = |what: String, text: &str| {
        let Ok(addr) = text.parse::<IpAddr>() else { return };
        if !parent(addr.is_ipv4()) {
            errors.push(format!("invalid {what}: parent subnet is an IPv{number} block"));
        } else if !subnet.trunc().contains(&addr) {
            errors.push(format!("invalid {what}: parent subnet {subnet} doesn't contain this address"));
        }
    };
    address(format!("gateway {}", given.gateway), &given.gateway);
    for (name, addr) in &given.aux {
        address(format!("auxiliary address {name}"), addr);
    }
}
