//! What the daemon left, as Linux commands that make the same.

use std::fmt::Write as _;

use super::machine::{Container, NEIGHBOUR, Seen};

/// The commands.
pub fn commands(seen: &Seen) -> String {
    let mut s = String::from("# `cargo xtask docker-labs` wrote this from docker.sh.\n");
    s.push_str(NEIGHBOUR);
    for (bridge, addrs) in &seen.bridges {
        let _ = writeln!(s, "ip link add {bridge} type bridge mcast_snooping 0");
        for addr in addrs {
            let _ = writeln!(s, "ip addr add {addr} brd + dev {bridge}");
        }
        let _ = writeln!(s, "ip link set {bridge} up");
    }
    for container in &seen.containers {
        namespace(&mut s, container);
    }
    for setting in &seen.settings {
        let _ = writeln!(s, "sysctl -q -w {setting}");
    }
    let _ = write!(s, "{}-restore <<'RULES'\n{}RULES\n", seen.iptables, seen.rules);
    s
}

fn namespace(s: &mut String, container: &Container) {
    let name = &container.name;
    let _ = writeln!(s, "ip netns add {name}");
    let _ = writeln!(s, "ip netns exec {name} ip link set lo up");
    for (n, leg) in container.legs.iter().enumerate() {
        let port = format!("v{name}{n}");
        let (inner, mac, bridge) = (&leg.name, &leg.mac, &leg.bridge);
        let _ = writeln!(s, "ip link add {port} type veth peer name {inner} address {mac} netns {name}");
        let _ = writeln!(s, "ip link set {port} master {bridge} up");
        if leg.hairpin {
            let _ = writeln!(s, "bridge link set dev {port} hairpin on");
        }
        let _ = writeln!(s, "ip netns exec {name} ip addr add {} brd + dev {inner}", leg.addr);
        let _ = writeln!(s, "ip netns exec {name} ip link set {inner} up");
    }
    if let Some(gateway) = &container.gateway {
        let _ = writeln!(s, "ip netns exec {name} ip route add default via {gateway}");
    }
}
