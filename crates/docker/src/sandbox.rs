//! A container's namespace.

use std::net::IpAddr;

use crate::random::Random;

/// Whose network a container has: `--network`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// It was not said.
    #[default]
    Default,
    /// `host`.
    Host,
    /// `none`.
    None,
    /// `container:NAME`.
    Container(String),
    /// A network by name; `bridge` too.
    Network(String),
}

impl Mode {
    /// `--network`'s text.
    pub fn parse(text: &str) -> Self {
        match text {
            "default" | "" => Self::Default,
            "host" => Self::Host,
            "none" => Self::None,
            text => match text.strip_prefix("container:") {
                Some(name) => Self::Container(name.to_owned()),
                None => Self::Network(text.to_owned()),
            },
        }
    }

    /// As `inspect` has it.
    pub fn text(&self) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::Host => "host".to_owned(),
            Self::None => "none".to_owned(),
            Self::Container(name) => format!("container:{name}"),
            Self::Network(name) => name.clone(),
        }
    }
}

/// A container's namespace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sandbox {
    /// 64 hexadecimal digits.
    pub id: String,
    /// Its number for [`crate::Place::Sandbox`]; none for the host's own namespace.
    pub key: Option<u32>,
    /// It is another container's.
    pub shared: bool,
    /// Next number of an interface's name.
    pub next_eth: u32,
    /// Ports of the embedded resolver, TCP and UDP; none while there is no resolver.
    pub resolver: Option<(u16, u16)>,
    /// `/etc/hosts`.
    pub hosts: Vec<(String, String)>,
    /// `/etc/resolv.conf`.
    pub resolv_conf: String,
    /// Servers that the resolver asks about what it does not know.
    pub upstreams: Vec<Upstream>,
    /// `ndots` was chosen: a name without dots is not asked about elsewhere.
    pub ndots_set: bool,
}

/// A name server that the embedded resolver asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Upstream {
    /// Its address.
    pub addr: IpAddr,
    /// It is asked from the host's namespace, not from the container's.
    pub from_host: bool,
}

impl Sandbox {
    pub(crate) fn new(random: &mut Random, key: Option<u32>) -> Self {
        Self {
            id: random.id(),
            key,
            shared: false,
            next_eth: 0,
            resolver: None,
            hosts: Vec::new(),
            resolv_conf: String::new(),
            upstreams: Vec::new(),
            ndots_set: false,
        }
    }
}
