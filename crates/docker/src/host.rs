//! What the engine does to the machine, and what it asks of it.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use packetwalk_wire::{Family, Mac};

use crate::ports::{Bound, Proto};

/// A network namespace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The one that the daemon runs in.
    Host,
    /// A container's own, by [`crate::Sandbox::key`].
    Sandbox(u32),
}

/// Arguments of a program, as one text: none has a blank or is empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words(String);

impl Words {
    /// The words of a text.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split_ascii_whitespace()
    }
}

/// One change of the machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Op {
    /// A run of `iptables` or `ip6tables` with these arguments.
    Rules(Family, Words),
    /// A sysctl, by its path below `/proc/sys` with slashes.
    Sysctl(String, String),
    /// An interface, an address, a route.
    Link(LinkOp),
    /// A new namespace with `lo` up, for a container of this name.
    AddSandbox(u32, String),
    /// The end of a namespace.
    DelSandbox(u32),
    /// The resolver of a container listens at these ports of TCP and UDP.
    StartResolver(u16, u16),
    /// A docker-proxy starts.
    StartProxy(Proxy),
    /// A docker-proxy ends.
    StopProxy(Proxy),
    /// Conntrack forgets the flows of an address, and those to UDP ports of the host.
    ForgetFlows(Vec<IpAddr>, Vec<u16>),
}

/// A change of a namespace's interfaces, in the order of arguments of `ip`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkOp {
    /// `ip link add NAME address MAC type bridge`.
    AddBridge(String, Mac),
    /// `ip link add NAME type veth peer name PEER`, the peer in another namespace.
    AddVeth(String, String, Place),
    /// `ip link add link PARENT name NAME type macvlan mode MODE`: name, parent, mode.
    AddMacvlan(String, String, String),
    /// `ip link set NAME netns PLACE`.
    Move(String, Place),
    /// `ip link set NAME name NEW`.
    Rename(String, String),
    /// `ip link set NAME address MAC`.
    Mac(String, Mac),
    /// `ip link set NAME mtu N`.
    Mtu(String, u32),
    /// `ip link set NAME master BRIDGE`.
    Master(String, String),
    /// `bridge link set dev NAME hairpin on`.
    Hairpin(String),
    /// `ip link set NAME up`.
    Up(String),
    /// `ip link del NAME`.
    Del(String),
    /// `ip addr add ADDR dev NAME`, with `brd +` for IPv4 and `nodad` for IPv6 where it says so.
    AddAddr(String, IpNet, bool),
    /// `ip addr del ADDR dev NAME`.
    DelAddr(String, IpNet),
    /// `ip route add PREFIX dev NAME`.
    AddRoute(String, IpNet),
    /// `ip route add default via GATEWAY dev NAME`.
    AddDefault(String, IpAddr),
    /// `ip route del default` of a family.
    DelDefault(Family),
}

/// A running docker-proxy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proxy {
    /// `-proto`.
    pub proto: Proto,
    /// `-host-ip` and `-host-port`.
    pub host: (IpAddr, u16),
    /// `-container-ip` and `-container-port`.
    pub container: (IpAddr, u16),
}

/// The machine.
pub trait Host {
    /// Does one thing.
    ///
    /// # Errors
    /// What the kernel or the tool says.
    fn apply(&mut self, at: Place, op: Op) -> Result<(), String>;

    /// A sysctl's value, by its path below `/proc/sys`.
    fn sysctl(&mut self, at: Place, path: &str) -> Option<String>;

    /// Whether there is an interface of this name.
    fn has_link(&self, at: Place, name: &str) -> bool;

    /// Addresses of an interface.
    fn addresses(&self, at: Place, name: &str) -> Vec<IpNet>;

    /// Prefixes of the host's main table, and its name servers, that a pool must not overlap.
    fn in_use(&self) -> Vec<IpNet>;

    /// Why no socket could listen there now, in the kernel's words.
    fn busy(&self, bound: &Bound) -> Option<&'static str>;

    /// Whether the interface of this name is a bridge.
    fn is_bridge(&self, name: &str) -> bool;

    /// Name servers and the rest of `/etc/resolv.conf`.
    fn resolv_conf(&mut self) -> String;
}

/// IPv4 loopback as Docker's rules name it.
pub(crate) const LOOPBACK4: &str = "127.0.0.0/8";

/// Address of the resolver in every container of a user's network.
///
/// # Source
/// moby, `libnetwork/sandbox_dns_unix.go`: `resolverIPSandbox`.
pub const RESOLVER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 11);
