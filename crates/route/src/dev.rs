//! Interfaces, as far as routing needs to know them.

use std::net::IpAddr;
use std::sync::OnceLock;

use ipnet::IpNet;
use packetwalk_wire::{Family, IfIndex, IfName, Mac};

use crate::Routing;
use crate::address::Address;

/// An interface's sysctls, as they take effect: the kernel's rule for `all` and the interface's own
/// value (or, and, or the greater) is already applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conf {
    /// `net.ipv4.conf.IF.forwarding`.
    pub forwarding: bool,
    /// `rp_filter`: the greater of `all` and its own.
    pub rp_filter: u8,
    /// `accept_local`: either.
    pub accept_local: bool,
    /// `route_localnet`: either.
    pub route_localnet: bool,
    /// `src_valid_mark`: either.
    pub src_valid_mark: bool,
    /// `send_redirects`: either.
    pub send_redirects: bool,
    /// `shared_media`: either.
    pub shared_media: bool,
    /// `bc_forwarding`: both.
    pub bc_forwarding: bool,
    /// `promote_secondaries`: either.
    pub promote_secondaries: bool,
    /// `net.ipv4.conf.IF.ignore_routes_with_linkdown`: its own.
    pub ignore_linkdown: bool,
    /// `net.ipv6.conf.IF.ignore_routes_with_linkdown`.
    pub ignore_linkdown6: bool,
    /// `net.ipv6.conf.IF.forwarding`.
    pub forwarding6: bool,
    /// `net.ipv6.conf.IF.disable_ipv6`.
    pub disable_ipv6: bool,
    /// `addrgenmode none`: no link-local address.
    pub addr_gen_none: bool,
    /// Duplicate address detection is off (`accept_dad` 0 or `dad_transmits` 0).
    pub no_dad: bool,
    /// `net.ipv6.conf.IF.keep_addr_on_down`: at least 1.
    pub keep_addr_on_down: bool,
}

impl Default for Conf {
    /// # Source
    /// Linux v6.18, `net/ipv4/devinet.c`: `ipv4_devconf_dflt`; `net/ipv6/addrconf.c`: `ipv6_devconf_dflt`.
    fn default() -> Self {
        Self {
            forwarding: false,
            rp_filter: 0,
            accept_local: false,
            route_localnet: false,
            src_valid_mark: false,
            send_redirects: true,
            shared_media: true,
            bc_forwarding: false,
            promote_secondaries: false,
            ignore_linkdown: false,
            ignore_linkdown6: false,
            forwarding6: false,
            disable_ipv6: false,
            addr_gen_none: false,
            no_dad: false,
            keep_addr_on_down: false,
        }
    }
}

/// An interface, with its addresses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dev {
    /// Number.
    pub index: IfIndex,
    /// Name: the default label of IPv4 addresses.
    pub name: IfName,
    /// MAC: IPv6 addresses are made from it.
    pub mac: Mac,
    /// `IFF_LOOPBACK`.
    pub loopback: bool,
    /// `IFF_POINTOPOINT` or `IFF_NOARP`: no group addresses, no duplicate address detection.
    pub noarp: bool,
    /// `IFF_UP`.
    pub up: bool,
    /// Carrier.
    pub carrier: bool,
    /// MTU.
    pub mtu: u32,
    /// Sysctls.
    pub conf: Conf,
    /// IPv4 addresses in the kernel's order.
    pub addrs4: Vec<Address>,
    /// IPv6 addresses in the kernel's order.
    pub addrs6: Vec<Address>,
    /// Group addresses joined, in order, without those that every interface has (224.0.0.1, ff02::1).
    pub groups: Vec<IpAddr>,
    /// Order of registration in its namespace: the kernel's list of interfaces is in it.
    pub born: u64,
    /// Its IPv6 side has come up: the link was ready once since it was set up.
    pub(crate) ready6: bool,
    /// IPv6 went down with it once: it joins its groups anew, after IPv4's, when the link is ready.
    pub(crate) rejoins6: bool,
    /// Routes by it were made.
    pub(crate) routed: bool,
    /// Where the kernel made IPv6 routes by it to, with their tables; none once there may be others, or are many.
    pub(crate) made6: Option<Vec<(u32, IpNet)>>,
    /// Routes to anycast addresses were made for it.
    pub(crate) anycast: bool,
    /// It is among those that changed.
    pub(crate) changed: bool,
}

impl Dev {
    /// When it joined the group of all IPv6 nodes: `Some(false)` is at its birth, `Some(true)` after it
    /// was set up again; `None` while it has left it.
    pub const fn all_nodes(&self) -> Option<bool> {
        match (self.rejoins6, self.ready6) {
            (true, false) => None,
            (late, _) => Some(late),
        }
    }

    /// Addresses of a family, in the kernel's order.
    pub fn addrs(&self, family: Family) -> &[Address] {
        match family {
            Family::V4 => &self.addrs4,
            Family::V6 => &self.addrs6,
        }
    }
}

impl Routing {
    /// A new interface, down. Tell of its state with [`Routing::set_up`] and [`Routing::set_carrier`].
    pub fn add_dev(&mut self, index: IfIndex, name: IfName, mac: Mac, mtu: u32, loopback: bool) {
        let at = self.devs.partition_point(|d| d.index < index);
        self.generation += 1;
        self.devs.insert(
            at,
            Dev {
                index,
                name,
                mac,
                loopback,
                noarp: loopback,
                up: false,
                carrier: loopback,
                mtu,
                conf: Conf::default(),
                addrs4: Vec::new(),
                addrs6: Vec::new(),
                groups: Vec::new(),
                born: self.generation,
                ready6: false,
                rejoins6: false,
                routed: false,
                made6: Some(Vec::new()),
                anycast: false,
                changed: false,
            },
        );
        self.attach_rules();
    }

    /// An interface is gone, with its addresses and every route by it.
    pub fn remove_dev(&mut self, index: IfIndex) {
        self.set_up(index, false);
        self.flush_addresses(index);
        self.drop_routes_by(index);
        self.owned = OnceLock::new();
        self.devs.retain(|d| d.index != index);
        self.generation += 1;
        self.attach_rules();
    }

    /// Another name; labels that were the old name stay as they are.
    pub fn rename_dev(&mut self, index: IfIndex, name: IfName) {
        if let Some(dev) = self.dev_mut(index) {
            dev.name = name;
        }
        self.attach_rules();
    }

    /// Another MAC. Addresses made from the old one stay.
    pub fn set_dev_mac(&mut self, index: IfIndex, mac: Mac) {
        if let Some(dev) = self.dev_mut(index) {
            dev.mac = mac;
        }
    }

    /// Another MTU.
    pub fn set_dev_mtu(&mut self, index: IfIndex, mtu: u32) {
        if let Some(dev) = self.dev_mut(index) {
            dev.mtu = mtu;
        }
    }

    /// `arp off` and the like.
    pub fn set_dev_noarp(&mut self, index: IfIndex, noarp: bool) {
        if let Some(dev) = self.dev_mut(index) {
            dev.noarp = noarp;
        }
    }

    /// Sysctls to change.
    pub fn conf_mut(&mut self, index: IfIndex) -> Option<&mut Conf> {
        self.dev_mut(index).map(|d| &mut d.conf)
    }
}
