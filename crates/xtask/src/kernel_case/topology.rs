//! The topologies of cases, and the commands that build one on either side.
//!
//! Every address has a twin in IPv6: `10.1.0.2/24` is also `fd00:10:1::2/64`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

type Text = &'static str;

/// Hosts and what joins them.
#[derive(Debug)]
pub struct Topology {
    /// Its name.
    pub name: Text,
    /// Hosts.
    pub hosts: &'static [Text],
    /// Those that get rules, the first most of them.
    pub ruled: &'static [Text],
    /// Those that forward.
    pub routers: &'static [Text],
    /// veth pairs: host, interface, host, interface.
    pub pairs: &'static [(Text, Text, Text, Text)],
    /// Bridges: host, name, ports.
    pub bridges: &'static [(Text, Text, &'static [Text])],
    /// Host, interface, IPv4 address with prefix length.
    pub addrs: &'static [(Text, Text, Text)],
    /// Host, IPv4 route.
    pub routes: &'static [(Text, Text)],
    /// Host, rule of `ip rule`, for both families.
    pub policies: &'static [(Text, Text)],
}

/// UDP services answer there, what begins with `Q`.
pub const UDP_SERVICES: [u16; 2] = [53, 5000];
/// TCP services listen there.
pub const TCP_SERVICES: [u16; 2] = [80, 22];

/// Every topology.
pub const ALL: &[Topology] = &[
    Topology {
        name: "pair",
        hosts: &["a", "b"],
        ruled: &["b", "a"],
        routers: &[],
        pairs: &[("a", "eth0", "b", "eth0")],
        bridges: &[],
        addrs: &[("a", "eth0", "10.1.0.1/24"), ("b", "eth0", "10.1.0.2/24"), ("b", "lo", "10.9.0.1/32")],
        routes: &[("a", "default via 10.1.0.2"), ("b", "default via 10.1.0.1")],
        policies: &[],
    },
    Topology {
        name: "router",
        hosts: &["c", "r", "s"],
        ruled: &["r", "s", "c"],
        routers: &["r"],
        pairs: &[("c", "eth0", "r", "eth0"), ("r", "eth1", "s", "eth0")],
        bridges: &[],
        addrs: &[
            ("c", "eth0", "10.1.0.10/24"),
            ("r", "eth0", "10.1.0.1/24"),
            ("r", "eth1", "10.2.0.1/24"),
            ("s", "eth0", "10.2.0.10/24"),
        ],
        routes: &[
            ("c", "default via 10.1.0.1"),
            ("s", "default via 10.2.0.1"),
            ("r", "unreachable 10.7.0.0/24"),
            ("r", "10.8.0.0/24 via 10.2.0.10"),
        ],
        policies: &[],
    },
    Topology {
        name: "bridge",
        hosts: &["h", "x", "y", "o"],
        ruled: &["h", "o", "x"],
        routers: &["h"],
        pairs: &[("x", "eth0", "h", "vx"), ("y", "eth0", "h", "vy"), ("h", "eth0", "o", "eth0")],
        bridges: &[("h", "br0", &["vx", "vy"])],
        addrs: &[
            ("h", "br0", "172.17.0.1/24"),
            ("x", "eth0", "172.17.0.2/24"),
            ("y", "eth0", "172.17.0.3/24"),
            ("h", "eth0", "192.168.0.128/24"),
            ("o", "eth0", "192.168.0.50/24"),
        ],
        routes: &[
            ("x", "default via 172.17.0.1"),
            ("y", "default via 172.17.0.1"),
            ("h", "default via 192.168.0.50"),
            ("o", "172.17.0.0/24 via 192.168.0.128"),
        ],
        policies: &[],
    },
    Topology {
        name: "chain",
        hosts: &["c", "q", "r", "s"],
        ruled: &["r", "q", "s"],
        routers: &["q", "r"],
        pairs: &[
            ("c", "eth0", "q", "eth0"),
            ("q", "eth1", "r", "eth0"),
            ("q", "eth2", "r", "eth2"),
            ("r", "eth1", "s", "eth0"),
        ],
        bridges: &[],
        addrs: &[
            ("c", "eth0", "10.1.0.10/24"),
            ("q", "eth0", "10.1.0.1/24"),
            ("q", "eth1", "10.12.0.1/24"),
            ("q", "eth2", "10.13.0.1/24"),
            ("r", "eth0", "10.12.0.2/24"),
            ("r", "eth2", "10.13.0.2/24"),
            ("r", "eth1", "10.2.0.1/24"),
            ("s", "eth0", "10.2.0.10/24"),
        ],
        routes: &[
            ("c", "default via 10.1.0.1"),
            ("s", "default via 10.2.0.1"),
            ("q", "10.2.0.0/24 via 10.12.0.2"),
            ("r", "10.1.0.0/24 via 10.13.0.1"),
        ],
        policies: &[],
    },
    Topology {
        name: "marks",
        hosts: &["c", "q", "r", "s"],
        ruled: &["r", "q", "s"],
        routers: &["q", "r"],
        pairs: &[
            ("c", "eth0", "q", "eth0"),
            ("q", "eth1", "r", "eth0"),
            ("q", "eth2", "r", "eth2"),
            ("r", "eth1", "s", "eth0"),
        ],
        bridges: &[],
        addrs: &[
            ("c", "eth0", "10.1.0.10/24"),
            ("q", "eth0", "10.1.0.1/24"),
            ("q", "eth1", "10.12.0.1/24"),
            ("q", "eth2", "10.13.0.1/24"),
            ("r", "eth0", "10.12.0.2/24"),
            ("r", "eth2", "10.13.0.2/24"),
            ("r", "eth1", "10.2.0.1/24"),
            ("s", "eth0", "10.2.0.10/24"),
        ],
        routes: &[
            ("c", "default via 10.1.0.1"),
            ("s", "default via 10.2.0.1"),
            ("q", "10.2.0.0/24 via 10.12.0.2"),
            ("r", "10.1.0.0/24 via 10.13.0.1"),
            ("q", "10.2.0.0/24 via 10.13.0.2 table 101"),
            ("r", "10.1.0.0/24 via 10.12.0.1 table 101"),
            ("r", "unreachable default table 102"),
            ("q", "prohibit default table 102"),
        ],
        policies: &[
            ("q", "fwmark 0x1/0xff lookup 101"),
            ("r", "fwmark 0x1/0xff lookup 101"),
            ("q", "fwmark 0x2/0xff lookup 102"),
            ("r", "fwmark 0x10/0xf0 lookup 102"),
        ],
    },
];

/// A topology by its name.
pub fn named(name: &str) -> Option<&'static Topology> {
    ALL.iter().find(|t| t.name == name)
}

/// A command of the set-up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// `ip netns add`.
    Add(String),
    /// `ip`, in a namespace.
    Ip(String, String),
    /// `ip -4` or `ip -6`, in a namespace.
    Rule(String, bool, String),
    /// `bridge`, in a namespace.
    Bridge(String, String),
    /// A veth pair, from the namespace where the command is given.
    Pair(Box<[String; 6]>),
    /// `sysctl -w KEY=VALUE`, in a namespace.
    Set(String, String, String),
    /// A setting that only the kernel needs, to be quiet by itself.
    KernelSet(String, String, String),
}

/// The twin in IPv6 of an address, with or without its prefix length.
pub fn six(v4: &str) -> String {
    let (addr, len) = v4.split_once('/').map_or((v4, None), |(a, l)| (a, Some(l)));
    let Ok(addr) = addr.parse::<Ipv4Addr>() else { return v4.to_owned() };
    let twin = six_addr(addr);
    match len {
        None => twin.to_string(),
        Some("32") => format!("{twin}/128"),
        Some(_) => format!("{twin}/64"),
    }
}

/// `fd00:A:B:C::D`, each number written as in `A.B.C.D`.
fn six_addr(v4: Ipv4Addr) -> Ipv6Addr {
    let digits = |n: u8| u16::from_str_radix(&n.to_string(), 16).unwrap_or(0);
    let [a, b, c, d] = v4.octets().map(digits);
    Ipv6Addr::new(0xfd00, a, b, c, 0, 0, 0, d)
}

impl Topology {
    /// Addresses of a host, but not of `lo` only.
    pub fn addresses(&self, host: &str, v6: bool) -> Vec<IpAddr> {
        let own = self.addrs.iter().filter(|(h, _, _)| *h == host);
        own.filter_map(|(_, _, a)| bare(&if v6 { six(a) } else { (*a).to_owned() })).collect()
    }

    /// Interfaces of a host, `lo` last.
    pub fn interfaces(&self, host: &str) -> Vec<Text> {
        let mut all: Vec<Text> = self.bridges.iter().filter(|b| b.0 == host).map(|b| b.1).collect();
        for &(a, i, b, j) in self.pairs {
            all.extend([(a, i), (b, j)].into_iter().filter(|(h, _)| *h == host).map(|(_, i)| i));
        }
        all.push("lo");
        all
    }

    /// Whether the interface is a port of a bridge.
    pub fn is_port(&self, host: &str, interface: &str) -> bool {
        self.bridges.iter().any(|b| b.0 == host && b.2.contains(&interface))
    }

    fn mac(&self, host: &str, interface: &str) -> String {
        let h = self.hosts.iter().position(|n| *n == host).unwrap_or(0);
        let i = self.interfaces(host).iter().position(|n| *n == interface).unwrap_or(0);
        format!("02:00:00:00:{h:02x}:{i:02x}")
    }

    /// Everything that builds it. Interfaces get numbers from `index` on.
    pub fn commands(&self, mut index: u32) -> Vec<Command> {
        let mut out: Vec<Command> = self.hosts.iter().map(|h| Command::Add((*h).to_owned())).collect();
        for host in self.hosts {
            self.settings(host, &mut out);
        }
        let mut next = || {
            index += 1;
            index.to_string()
        };
        for &(a, i, b, j) in self.pairs {
            out.push(Command::Pair(Box::new([
                a.to_owned(),
                format!("{i} address {} index {}", self.mac(a, i), next()),
                b.to_owned(),
                j.to_owned(),
                next(),
                self.mac(b, j),
            ])));
        }
        for host in self.hosts {
            self.host(host, &mut out);
        }
        for host in self.hosts {
            self.routes(host, &mut out);
            self.neighbours(host, &mut out);
        }
        out
    }

    fn settings(&self, host: &str, out: &mut Vec<Command>) {
        let mut set =
            |key: String, value: u32| out.push(Command::Set(host.to_owned(), key, value.to_string()));
        for scope in ["all", "default"] {
            for key in ["rp_filter", "send_redirects", "accept_redirects"] {
                set(format!("net.ipv4.conf.{scope}.{key}"), 0);
            }
            for key in [
                "accept_ra",
                "autoconf",
                "accept_dad",
                "dad_transmits",
                "router_solicitations",
                "accept_redirects",
            ] {
                set(format!("net.ipv6.conf.{scope}.{key}"), 0);
            }
        }
        for (key, value) in [
            ("net.ipv4.icmp_ratemask", 0),
            ("net.ipv4.icmp_msgs_per_sec", 1_000_000),
            ("net.ipv4.icmp_msgs_burst", 1_000_000),
            ("net.ipv6.icmp.ratelimit", 0),
            ("net.bridge.bridge-nf-call-iptables", 0),
            ("net.bridge.bridge-nf-call-ip6tables", 0),
            ("net.bridge.bridge-nf-call-arptables", 0),
        ] {
            set(key.to_owned(), value);
        }
        let forwards = u32::from(self.routers.contains(&host));
        set("net.ipv4.ip_forward".to_owned(), forwards);
        set("net.ipv6.conf.all.forwarding".to_owned(), forwards);
        for scope in ["all", "default"] {
            let key = format!("net.ipv6.conf.{scope}.mldv2_unsolicited_report_interval");
            out.push(Command::KernelSet(host.to_owned(), key, "1".to_owned()));
        }
    }

    fn host(&self, host: &str, out: &mut Vec<Command>) {
        let mut ip = |words: String| out.push(Command::Ip(host.to_owned(), words));
        ip("link set lo up".to_owned());
        for (_, name, ports) in self.bridges.iter().filter(|b| b.0 == host) {
            let mac = self.mac(host, name);
            ip(format!(
                "link add name {name} address {mac} type bridge forward_delay 0 stp_state 0 mcast_snooping 0"
            ));
            for port in *ports {
                ip(format!("link set {port} master {name}"));
            }
        }
        for (_, interface, addr) in self.addrs.iter().filter(|a| a.0 == host) {
            let broadcast = if *interface == "lo" { "" } else { " brd +" };
            ip(format!("addr add {addr} dev {interface}{broadcast}"));
            ip(format!("addr add {} dev {interface} nodad", six(addr)));
        }
        for interface in self.interfaces(host) {
            ip(format!("link set {interface} up"));
        }
        for interface in self.interfaces(host) {
            for (key, value) in [("retrans_time_ms", "24"), ("mcast_solicit", "1")] {
                let key = format!("net.ipv4.neigh.{interface}.{key}");
                out.push(Command::Set(host.to_owned(), key, value.to_owned()));
            }
        }
    }

    fn routes(&self, host: &str, out: &mut Vec<Command>) {
        let mut ip = |words: String| out.push(Command::Ip(host.to_owned(), words));
        for (_, route) in self.routes.iter().filter(|r| r.0 == host) {
            let twin: Vec<String> = route.split(' ').map(six).collect();
            ip(format!("route add {route}"));
            ip(format!("route add {}", twin.join(" ").replace("default", "::/0")));
        }
        for (at, (_, rule)) in self.policies.iter().filter(|r| r.0 == host).enumerate() {
            for six in [false, true] {
                out.push(Command::Rule(host.to_owned(), six, format!("rule add pref {} {rule}", 100 + at)));
            }
        }
    }

    /// Neighbour discovery passes ip6tables: each host knows the MACs of the others.
    fn neighbours(&self, host: &str, out: &mut Vec<Command>) {
        for (_, interface, addr) in self.addrs.iter().filter(|a| a.0 == host && a.1 != "lo") {
            let net = |a: &str| a.rsplit_once('.').map(|(net, _)| net.to_owned());
            for (other, far, theirs) in self.addrs.iter().filter(|a| a.0 != host && a.1 != "lo") {
                if net(addr) == net(theirs) {
                    let (twin, mac) = (six(theirs), self.mac(other, far));
                    let twin = twin.split('/').next().unwrap_or_default();
                    out.push(Command::Ip(
                        host.to_owned(),
                        format!("neigh replace {twin} lladdr {mac} dev {interface} nud permanent"),
                    ));
                }
            }
        }
        for (_, _, ports) in self.bridges.iter().filter(|b| b.0 == host) {
            for port in *ports {
                let pair = self.pairs.iter().find(|p| p.2 == host && p.3 == *port);
                if let Some((far, interface, _, _)) = pair {
                    let words = format!("fdb replace {} dev {port} master static", self.mac(far, interface));
                    out.push(Command::Bridge(host.to_owned(), words));
                }
            }
        }
    }
}

/// An address without its prefix length.
fn bare(text: &str) -> Option<IpAddr> {
    text.split('/').next()?.parse().ok()
}
