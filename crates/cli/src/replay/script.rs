//! A scenario as the lab script that builds it: what the oracle does to a real machine.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::ReplayError;

/// Interface numbers are unique over the machine, so that link watch does not delay carrier.
struct Indices(u32);

impl Indices {
    fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

type Hosts = Map<String, Value>;

fn text<'a>(v: &'a Value, key: &str) -> Option<&'a str> {
    v.get(key).and_then(Value::as_str).filter(|s| !s.is_empty())
}

fn strings<'a>(v: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    v.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn interfaces(host: &Value) -> impl Iterator<Item = (&String, &Value)> {
    host.get("ifs").and_then(Value::as_object).into_iter().flatten()
}

/// A value of a setting: a number or a string.
fn plain(v: &Value) -> String {
    v.as_str().map_or_else(|| v.to_string(), str::to_owned)
}

/// The script.
pub fn of(scenario: &Value) -> Result<String, ReplayError> {
    let hosts = scenario.get("hosts").and_then(Value::as_object).ok_or(ReplayError::Form("no hosts"))?;
    let empty = Map::new();
    let segments = scenario.get("segments").and_then(Value::as_object).unwrap_or(&empty);
    let six = scenario.get("ipv6").and_then(Value::as_bool).unwrap_or(false);
    let legacy = text(scenario, "backend").is_none_or(|backend| backend == "legacy");
    let mut s = String::from("set -e\n");
    let names: Vec<String> =
        hosts.keys().cloned().chain(segments.keys().map(|g| format!("sw-{g}"))).collect();
    for n in &names {
        let _ = writeln!(s, "ip netns add {n}");
    }
    for n in &names {
        base_settings(&mut s, n, six && !n.starts_with("sw-"));
    }
    for g in segments.keys() {
        let _ = writeln!(
            s,
            "ip -n sw-{g} link add name brx type bridge forward_delay 0 stp_state 0 mcast_snooping 0"
        );
        let _ = writeln!(s, "ip -n sw-{g} link set brx up");
    }
    links(&mut s, hosts, &names);
    for (h, host) in hosts {
        host_links(&mut s, &names, h, host);
    }
    for (h, host) in hosts {
        for (key, value) in host.get("sysctl").and_then(Value::as_object).into_iter().flatten() {
            let _ = writeln!(s, "ip netns exec {h} sysctl -q -w {key}={}", plain(value));
        }
        for (i, _) in interfaces(host) {
            let _ = writeln!(
                s,
                "ip netns exec {h} sysctl -q -w net.ipv4.neigh.{i}.retrans_time_ms=24 net.ipv4.neigh.{i}.mcast_solicit=1"
            );
        }
        tables(&mut s, h, host, legacy);
    }
    if six {
        static_neighbours(&mut s, &names, hosts);
    }
    Ok(s)
}

fn base_settings(s: &mut String, n: &str, six: bool) {
    let mut set = |key: &str, value: i64| {
        let _ = writeln!(s, "ip netns exec {n} sysctl -q -w {key}={value}");
    };
    for k in ["all", "default", "lo"] {
        set(&format!("net.ipv6.conf.{k}.disable_ipv6"), i64::from(!six));
    }
    for k in ["all", "default"] {
        for key in ["rp_filter", "send_redirects", "accept_redirects"] {
            set(&format!("net.ipv4.conf.{k}.{key}"), 0);
        }
        if six {
            for key in [
                "accept_ra",
                "autoconf",
                "accept_dad",
                "dad_transmits",
                "router_solicitations",
                "accept_redirects",
            ] {
                set(&format!("net.ipv6.conf.{k}.{key}"), 0);
            }
        }
    }
    for (key, value) in [
        ("net.ipv4.icmp_ratemask", 0),
        ("net.ipv4.icmp_msgs_per_sec", 1_000_000),
        ("net.ipv4.icmp_msgs_burst", 1_000_000),
        ("net.ipv4.ip_forward", 0),
        ("net.bridge.bridge-nf-call-iptables", 0),
        ("net.bridge.bridge-nf-call-ip6tables", 0),
        ("net.bridge.bridge-nf-call-arptables", 0),
    ] {
        set(key, value);
    }
    if six {
        set("net.ipv6.icmp.ratelimit", 0);
    }
}

/// The oracle's MAC for an interface that has none.
fn mac_of(names: &[String], h: &str, host: &Value, i: &str, d: &Value) -> String {
    if let Some(mac) = text(d, "mac") {
        return mac.to_owned();
    }
    let host_no = names.iter().position(|n| n == h).unwrap_or(0);
    let sum: u32 = i.chars().map(u32::from).sum::<u32>() * 7;
    let at = interfaces(host).position(|(n, _)| n == i).unwrap_or(0);
    format!("02:00:00:{host_no:02x}:{:02x}:{at:02x}", sum & 255)
}

fn links(s: &mut String, hosts: &Hosts, names: &[String]) {
    let mut index = Indices(10);
    let mut ports: std::collections::BTreeMap<&str, u32> = std::collections::BTreeMap::new();
    let mut done: BTreeSet<(String, String)> = BTreeSet::new();
    for (h, host) in hosts {
        for (i, d) in interfaces(host) {
            let mac = mac_of(names, h, host, i, d);
            if let Some(segment) = text(d, "segment") {
                let k = ports.entry(segment).and_modify(|k| *k += 1).or_insert(0);
                let (a, b) = (index.next(), index.next());
                let _ = writeln!(
                    s,
                    "ip link add name {i} netns {h} address {mac} index {a} type veth peer name p{k} netns sw-{segment} index {b}"
                );
                let _ = writeln!(s, "ip -n sw-{segment} link set p{k} master brx up");
            } else if let Some((ph, pi)) = text(d, "peer").and_then(|p| p.split_once(':')) {
                if done.contains(&(h.clone(), i.clone())) {
                    continue;
                }
                done.insert((ph.to_owned(), pi.to_owned()));
                let peer = hosts.get(ph).unwrap_or(&Value::Null);
                let pd = peer.get("ifs").and_then(|f| f.get(pi)).unwrap_or(&Value::Null);
                let pmac = mac_of(names, ph, peer, pi, pd);
                let (a, b) = (index.next(), index.next());
                let _ = writeln!(
                    s,
                    "ip link add name {i} netns {h} address {mac} index {a} type veth peer name {pi} netns {ph} index {b} address {pmac}"
                );
            }
        }
    }
}

fn host_links(s: &mut String, names: &[String], h: &str, host: &Value) {
    let _ = writeln!(s, "ip -n {h} link set lo up");
    for (i, d) in interfaces(host) {
        if let Some(kind) = text(d, "type") {
            let mac = mac_of(names, h, host, i, d);
            let extra = if kind == "bridge" { " forward_delay 0 stp_state 0 mcast_snooping 0" } else { "" };
            let _ = writeln!(s, "ip -n {h} link add name {i} address {mac} type {kind}{extra}");
        }
    }
    for (i, d) in interfaces(host) {
        if let Some(master) = text(d, "master") {
            let _ = writeln!(s, "ip -n {h} link set {i} master {master}");
        }
        if d.get("hairpin").and_then(Value::as_bool).unwrap_or(false) {
            let _ = writeln!(s, "ip -n {h} link set {i} type bridge_slave hairpin on");
        }
        if let Some(mtu) = d.get("mtu") {
            let _ = writeln!(s, "ip -n {h} link set {i} mtu {}", plain(mtu));
        }
        for a in strings(d, "addrs") {
            let extra = if a.contains(':') {
                " nodad"
            } else if a.contains('/') && !a.ends_with("/32") && !a.ends_with("/31") {
                " brd +"
            } else {
                ""
            };
            let _ = writeln!(s, "ip -n {h} addr add {a} dev {i}{extra}");
        }
        if d.get("up").and_then(Value::as_bool).unwrap_or(true) {
            let _ = writeln!(s, "ip -n {h} link set {i} up");
        }
    }
    for a in strings(host, "lo_addrs") {
        let _ = writeln!(s, "ip -n {h} addr add {a} dev lo");
    }
}

/// Routes, rules of routing and of iptables, and whatever else the host is given.
fn tables(s: &mut String, h: &str, host: &Value, legacy: bool) {
    for r in strings(host, "routes") {
        let command = if let Some(rest) = r.strip_prefix("-6 ") {
            format!("-6 route add {rest}")
        } else if r.starts_with("route") {
            r.to_owned()
        } else {
            format!("route add {r}")
        };
        // The oracle goes on when a route is refused; so does its record.
        let _ = writeln!(s, "ip -n {h} {command} 2>/dev/null || true");
    }
    for r in strings(host, "rules") {
        let _ = writeln!(s, "ip -n {h} rule add {r} 2>/dev/null || true");
    }
    for x in strings(host, "exec") {
        let _ = writeln!(s, "ip netns exec {h} sh -c '{}'", x.replace('\'', r"'\''"));
    }
    let mut restore = |tool: &str, rules: &str| {
        let _ = writeln!(s, "ip netns exec {h} {tool} <<'END-OF-RULES'\n{}\nEND-OF-RULES", rules.trim_end());
    };
    if let Some(sets) = text(host, "ipset") {
        restore("ipset restore", sets);
    }
    for tool in ["iptables", "ip6tables"] {
        if let Some(rules) = text(host, tool) {
            restore(&format!("{tool}-{}restore", if legacy { "legacy-" } else { "" }), rules);
        }
    }
}

/// Neighbour discovery passes ip6tables: every host knows every other's MAC instead.
fn static_neighbours(s: &mut String, names: &[String], hosts: &Hosts) {
    let of = |h: &str, i: &str| hosts.get(h).and_then(|h| h.get("ifs")?.get(i)).unwrap_or(&Value::Null);
    let _ = writeln!(s, "true");
    let all: Vec<(&String, &String, ipnet::IpNet)> = hosts
        .iter()
        .flat_map(|(h, host)| {
            interfaces(host).flat_map(move |(i, d)| {
                strings(d, "addrs")
                    .filter(|a| a.contains(':'))
                    .filter_map(move |a| Some((h, i, a.parse().ok()?)))
            })
        })
        .collect();
    for (h, i, net) in &all {
        for (oh, oi, other) in &all {
            if oh != h && net.trunc().contains(&other.addr()) {
                let _ = writeln!(
                    s,
                    "ip -n {h} neigh replace {} lladdr {} dev {i} nud permanent",
                    other.addr(),
                    mac_of(names, oh, hosts.get(*oh).unwrap_or(&Value::Null), oi, of(oh, oi)),
                );
            }
        }
    }
}
