//! Which of the programs runs, and what it knows of the world.

use std::borrow::Cow;
use std::net::IpAddr;

use packetwalk_netfilter::xtables::Face;
use packetwalk_wire::Family;

/// What a program of the family does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// `iptables`.
    Command,
    /// `iptables-save`.
    Save,
    /// `iptables-restore`.
    Restore,
}

/// One of the programs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Program {
    /// As it calls itself.
    pub(super) name: Cow<'static, str>,
    /// `nft` or `legacy`.
    pub(super) face: Face,
    /// IPv4 or IPv6.
    pub(super) family: Family,
    /// What it does.
    pub(super) role: Role,
}

impl Program {
    /// The program behind a command's name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (family, rest) = match name.strip_prefix("ip6tables") {
            Some(rest) => (Family::V6, rest),
            None => (Family::V4, name.strip_prefix("iptables")?),
        };
        let (face, rest) = match (rest.strip_prefix("-legacy"), rest.strip_prefix("-nft")) {
            (Some(rest), _) => (Face::Legacy, rest),
            (None, Some(rest)) => (Face::Nft, rest),
            (None, None) => (Face::Nft, rest),
        };
        let role = match rest {
            "" => Role::Command,
            "-save" => Role::Save,
            "-restore" => Role::Restore,
            _ => return None,
        };
        let base = if family == Family::V4 { "iptables" } else { "ip6tables" };
        let name = match (face, role) {
            (_, Role::Command) => base.into(),
            (Face::Legacy, Role::Save) => format!("{base}-save").into(),
            (Face::Legacy, Role::Restore) => format!("{base}-restore").into(),
            (Face::Nft, Role::Save | Role::Restore) => name.to_owned().into(),
        };
        Some(Self { name, face, family, role })
    }

    /// After `v`.
    pub(super) const fn version(&self) -> &'static str {
        match self.face {
            Face::Nft => "1.8.9 (nf_tables)",
            Face::Legacy => "1.8.9 (legacy)",
        }
    }
}

/// What lies outside of netfilter: names of hosts as the lab's `/etc/hosts` and name service know them,
/// and the date.
pub trait Hosts {
    /// Addresses of a name, of one family.
    fn addrs(&self, name: &str, family: Family) -> Vec<IpAddr>;
    /// The name of an address.
    fn name(&self, addr: IpAddr) -> Option<String>;
    /// The time as `date` prints it in the C locale, without the zone: `Tue Nov 24 00:49:43 2026`.
    fn date(&self) -> String {
        "Thu Jan  1 00:00:00 1970".to_owned()
    }
}

/// Knows `localhost` alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnlyLocalhost;

impl Hosts for OnlyLocalhost {
    fn addrs(&self, name: &str, family: Family) -> Vec<IpAddr> {
        if name != "localhost" {
            return Vec::new();
        }
        match family {
            Family::V4 => vec![IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)],
            Family::V6 => vec![IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)],
        }
    }

    fn name(&self, addr: IpAddr) -> Option<String> {
        addr.is_loopback().then(|| "localhost".to_owned()).filter(|_| {
            matches!(addr, IpAddr::V4(a) if a == std::net::Ipv4Addr::LOCALHOST)
                || matches!(addr, IpAddr::V6(_))
        })
    }
}

/// What parsing and printing need of their surroundings.
#[derive(Clone, Copy)]
pub(super) struct World<'a> {
    /// The program.
    pub(super) program: &'a Program,
    /// Names of hosts.
    pub(super) hosts: &'a dyn Hosts,
    /// Sets that rules may name.
    pub(super) sets: &'a [packetwalk_netfilter::ipset::Name],
}
