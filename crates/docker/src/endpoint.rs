//! A container's place in a network.

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_wire::{Family, Mac};

use crate::ports::Bound;

/// What was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EndpointConfig {
    /// `--ip`.
    pub ip4: Option<IpAddr>,
    /// `--ip6`.
    pub ip6: Option<IpAddr>,
    /// `--mac-address`.
    pub mac: Option<Mac>,
    /// `--network-alias`.
    pub aliases: Vec<String>,
    /// `--link`: the other container's name, and what it is called here.
    pub links: Vec<(String, String)>,
    /// `--driver-opt`.
    pub driver_opts: Vec<(String, String)>,
    /// `--gw-priority`.
    pub gw_priority: i64,
    /// It came by `docker network connect`, which sends empty objects where `docker run` sends none.
    pub by_connect: bool,
}

/// An endpoint; the parts below `id` are there while its container runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    /// The network's name as it was asked for, or its real name once it is known.
    pub network: String,
    /// The network's id, once it is known.
    pub network_id: String,
    /// What was asked for.
    pub config: EndpointConfig,
    /// 64 hexadecimal digits; empty while the container does not run.
    pub id: String,
    /// Address and the subnet's length.
    pub ip4: Option<IpNet>,
    /// Address and the subnet's length.
    pub ip6: Option<IpNet>,
    /// MAC of the container's interface.
    pub mac: Option<Mac>,
    /// The host's end.
    pub veth: String,
    /// The container's interface.
    pub ifname: String,
    /// Published ports, in order.
    pub bound: Vec<Bound>,
    /// Ports of each family are published here, and those of routed packets.
    pub serves: (bool, bool, bool),
    /// Rules of its links.
    pub linked: Vec<crate::firewall::LinkRule>,
}

impl Endpoint {
    /// An endpoint that is not yet in its network.
    pub fn new(network: &str, config: EndpointConfig) -> Self {
        Self {
            network: network.to_owned(),
            network_id: String::new(),
            config,
            id: String::new(),
            ip4: None,
            ip6: None,
            mac: None,
            veth: String::new(),
            ifname: String::new(),
            bound: Vec::new(),
            serves: (false, false, false),
            linked: Vec::new(),
        }
    }

    /// Its address of a family.
    pub fn ip(&self, family: Family) -> Option<IpNet> {
        match family {
            Family::V4 => self.ip4,
            Family::V6 => self.ip6,
        }
    }

    /// Whether it is in its network now.
    pub fn is_up(&self) -> bool {
        !self.id.is_empty()
    }
}
