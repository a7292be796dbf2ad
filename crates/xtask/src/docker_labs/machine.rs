//! The simulated machine that the docker commands run on, and what is to be seen of them afterwards.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use packetwalk_lab::Lab;
use packetwalk_shell::{Apart, Line, Shell};
use packetwalk_trace::NsId;
use serde_json::Value;

/// What every `docker.sh` begins with: the host, with a neighbour on its network that knows the way to containers.
pub const NEIGHBOUR: &str = "ip netns add lan1
ip link set lo up
ip netns exec lan1 ip link set lo up
ip link add eth0 type veth peer name eth0 netns lan1
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip netns exec lan1 ip link set eth0 up
ip netns exec lan1 ip addr add 192.168.0.50/24 dev eth0
ip route add default via 192.168.0.50
ip netns exec lan1 ip route add default via 192.168.0.128
";

/// An interface of a container.
pub struct Leg {
    /// Its name there.
    pub name: String,
    pub mac: String,
    /// The first IPv4 address with its prefix length.
    pub addr: String,
    pub bridge: String,
    pub hairpin: bool,
}

/// A container that runs.
pub struct Container {
    pub name: String,
    pub legs: Vec<Leg>,
    /// The default route's gateway.
    pub gateway: Option<String>,
}

impl Container {
    /// Its first address.
    pub fn addr(&self) -> Option<&str> {
        self.legs.first().and_then(|leg| leg.addr.split('/').next())
    }
}

/// A port that is published on an IPv4 address.
pub struct Published {
    pub udp: bool,
    pub host: String,
    pub port: u16,
    /// The container, and its port.
    pub container: String,
    pub inner: u16,
}

/// What the daemon left.
pub struct Seen {
    /// Bridges and their IPv4 addresses.
    pub bridges: Vec<(String, Vec<String>)>,
    pub containers: Vec<Container>,
    pub published: Vec<Published>,
    /// Settings that are not the kernel's defaults.
    pub settings: Vec<String>,
    /// Rules, as `iptables-save` prints them without counts.
    pub rules: String,
    /// Whether docker-proxy listens for published ports.
    pub proxy: bool,
    /// `iptables`, or the same of the legacy face.
    pub iptables: &'static str,
}

pub struct Machine {
    shell: Shell,
    proxy: bool,
    iptables: &'static str,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// IPv4 addresses of an element of `ip -j addr`.
fn addresses(link: &Value) -> Vec<String> {
    list(&link["addr_info"])
        .filter(|a| a["family"] == "inet")
        .map(|a| format!("{}/{}", text(&a["local"]), a["prefixlen"]))
        .collect()
}

impl Machine {
    pub fn new() -> Self {
        Self { shell: Shell::new(Lab::new(1)), proxy: true, iptables: "iptables" }
    }

    fn ask(&mut self, ns: NsId, line: &str) -> Result<String> {
        let mut out = Apart::default();
        let done = self.shell.run_line(ns, line.as_bytes(), &mut out);
        let (said, complained) = out.texts();
        if done != Line::Done(0) {
            bail!("{line}: {complained}");
        }
        Ok(said)
    }

    /// Runs a line of `docker.sh`.
    pub fn run(&mut self, line: &str) -> Result<()> {
        self.proxy &= !line.contains("--userland-proxy=false");
        if line.contains("iptables-legacy") {
            self.iptables = "iptables-legacy";
        }
        self.ask(NsId(0), line).map(|_| ())
    }

    fn json(&mut self, ns: NsId, line: &str) -> Result<Value> {
        let said = self.ask(ns, line)?;
        serde_json::from_str(&said).with_context(|| format!("{line}: {said}"))
    }

    /// Looks at everything.
    pub fn seen(&mut self) -> Result<Seen> {
        let host = NsId(0);
        self.ask(host, "sleep 3")?;
        let links = self.json(host, "ip -j -d link")?;
        let addrs = self.json(host, "ip -j addr")?;
        let kind = |link: &Value| text(&link["linkinfo"]["info_kind"]);
        let bridges: Vec<(String, Vec<String>)> = list(&links)
            .filter(|link| kind(link) == "bridge")
            .map(|link| {
                let of = list(&addrs).find(|a| a["ifname"] == link["ifname"]);
                (text(&link["ifname"]), of.map(addresses).unwrap_or_default())
            })
            .collect();
        let mut settings = Vec::new();
        let mut keys = vec!["net.ipv4.ip_forward".to_owned()];
        keys.extend(bridges.iter().map(|(name, _)| format!("net.ipv4.conf.{name}.route_localnet")));
        for key in keys {
            let value = self.ask(host, &format!("sysctl -n {key}"))?;
            if value.trim() != "0" {
                settings.push(format!("{key}={}", value.trim()));
            }
        }
        let saved = self.ask(host, "iptables-save")?;
        let rules = saved.split_inclusive('\n').filter(|l| !l.starts_with('#')).collect();
        let mut names: Vec<String> =
            self.ask(host, "docker ps --format '{{.Names}}'")?.lines().map(str::to_owned).collect();
        names.sort();
        let (mut containers, mut published) = (Vec::new(), Vec::new());
        for name in names {
            containers.push(self.container(&name, &links)?);
            published.extend(self.published(&name)?);
        }
        Ok(Seen {
            bridges,
            containers,
            published,
            settings,
            rules,
            proxy: self.proxy,
            iptables: self.iptables,
        })
    }

    fn container(&mut self, name: &str, links: &Value) -> Result<Container> {
        let ns = self.shell.lab.ns(name).with_context(|| format!("no namespace of {name}"))?;
        let addrs = self.json(ns, "ip -j addr")?;
        // The host's end of each link, by number.
        let ports: BTreeMap<u64, &Value> =
            list(links).filter_map(|port| Some((port["ifindex"].as_u64()?, port))).collect();
        let mut legs = Vec::new();
        for link in list(&addrs).filter(|link| link["ifname"] != "lo") {
            let port = link["link_index"].as_u64().and_then(|index| ports.get(&index).copied());
            let port = port.with_context(|| format!("{name}: no port of {}", link["ifname"]))?;
            let Some(addr) = addresses(link).into_iter().next() else { continue };
            legs.push(Leg {
                name: text(&link["ifname"]),
                mac: text(&link["address"]),
                addr,
                bridge: text(&port["master"]),
                hairpin: port["linkinfo"]["info_slave_data"]["hairpin"] == true,
            });
        }
        let routes = self.json(ns, "ip -j route")?;
        let gateway = list(&routes).find(|r| r["dst"] == "default").map(|r| text(&r["gateway"]));
        Ok(Container { name: name.to_owned(), legs, gateway })
    }

    /// `80/tcp -> 0.0.0.0:8080`.
    fn published(&mut self, name: &str) -> Result<Vec<Published>> {
        let said = self.ask(NsId(0), &format!("docker port {name}"))?;
        let one = |line: &str| {
            let (inner, outer) = line.split_once(" -> ")?;
            let (inner, proto) = inner.split_once('/')?;
            let (host, port) = outer.rsplit_once(':')?;
            if host.contains(':') {
                return None;
            }
            Some(Published {
                udp: proto == "udp",
                host: host.to_owned(),
                port: port.parse().ok()?,
                container: name.to_owned(),
                inner: inner.parse().ok()?,
            })
        };
        Ok(said.lines().filter_map(one).collect())
    }
}
