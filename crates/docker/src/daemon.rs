//! The daemon's own flags.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::Version;

/// How the daemon was started: `dockerd`'s network flags.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Daemon {
    /// Which engine.
    pub version: Version,
    /// `--icc`, of the default bridge.
    pub icc: bool,
    /// `--iptables`.
    pub iptables: bool,
    /// `--ip6tables`.
    pub ip6tables: bool,
    /// `--ip-masq`, of the default bridge.
    pub ip_masq: bool,
    /// `--ip-forward`.
    pub ip_forward: bool,
    /// `--ip-forward-no-drop`.
    pub ip_forward_no_drop: bool,
    /// `--userland-proxy`.
    pub userland_proxy: bool,
    /// `--allow-direct-routing`.
    pub allow_direct_routing: bool,
    /// `--bip`: address of the default bridge.
    pub bip: Option<Ipv4Net>,
    /// `--bip6`.
    pub bip6: Option<Ipv6Net>,
    /// `--fixed-cidr`.
    pub fixed_cidr: Option<Ipv4Net>,
    /// `--fixed-cidr-v6`.
    pub fixed_cidr_v6: Option<Ipv6Net>,
    /// `--default-gateway`.
    pub default_gateway: Option<Ipv4Addr>,
    /// `--default-address-pool`: base and size.
    pub pools: Vec<(IpNet, u8)>,
    /// `--ipv6`, of the default bridge.
    pub ipv6: bool,
    /// `--mtu`; `None` when it was not given.
    pub mtu: Option<u32>,
    /// `--ip`: host address of published ports.
    pub ip: Option<IpAddr>,
    /// `--bridge`; `none` for no default bridge.
    pub bridge: Option<String>,
    /// `--dns`.
    pub dns: Vec<IpAddr>,
    /// Whether the machine looks like WSL2 with mirrored networking: it has `loopback0` and `/usr/bin/wslinfo`.
    ///
    /// # Source
    /// moby b985e231, `drivers/bridge/wsl2_linux.go`: `isRunningUnderWSL2MirroredMode`.
    pub wsl2_mirrored: bool,
}

impl Daemon {
    /// The defaults of a version.
    pub const fn new(version: Version) -> Self {
        Self {
            version,
            icc: true,
            iptables: true,
            ip6tables: matches!(version, Version::V29),
            ip_masq: true,
            ip_forward: true,
            ip_forward_no_drop: false,
            userland_proxy: true,
            allow_direct_routing: false,
            bip: None,
            bip6: None,
            fixed_cidr: None,
            fixed_cidr_v6: None,
            default_gateway: None,
            pools: Vec::new(),
            ipv6: false,
            mtu: None,
            ip: None,
            bridge: None,
            dns: Vec::new(),
            wsl2_mirrored: false,
        }
    }

    /// Whether ports are published without a proxy, with hairpin mode on the bridge's ports.
    pub const fn hairpin(&self) -> bool {
        !self.userland_proxy
    }

    /// Whether there is a default bridge network.
    pub fn has_bridge(&self) -> bool {
        self.bridge.as_deref() != Some("none")
    }
}
