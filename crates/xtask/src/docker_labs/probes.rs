//! Packets from everywhere to everywhere that matters, and what the machine counted of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::machine::Seen;

/// Runs a command in a namespace, the host's own being `host`, and tells its status; half a second is as good as
/// for ever. A datagram says where it comes from.
const PROBE: &str = r#"
at() {
  if [ "$1" = host ]; then shift; "$@"; else ip netns exec "$@"; fi
}
probe() {
  echo "$@"
  at "$1" timeout 0.5 "${@:2}"
  echo "status $?"
}
datagram() {
  echo "from $1 $2" | at "$1" timeout 0.5 nc -u -n -q 0 -p "$2" "$3" "$4"
}
"#;

/// Of how many containers and published ports every way is tried.
const MOST: usize = 3;

/// Where the host, the neighbour and nobody are.
const HOST: &str = "192.168.0.128";
const LAN: &str = "192.168.0.50";

/// The commands.
pub fn commands(seen: &Seen) -> String {
    let mut s = PROBE.to_owned();
    serve(&mut s, seen);
    let mut port = 11000;
    let mut tcp = |s: &mut String, from: &str, to: &str, dport: u16| {
        port += 1;
        let _ = writeln!(s, "probe {from} nc -z -v -n -p {port} {to} {dport}");
    };
    let ping = |s: &mut String, from: &str, to: &str| {
        let _ = writeln!(s, "probe {from} ping -q -c1 {to}");
    };
    let mut udp_port = 12000;
    let mut udp = |s: &mut String, from: &str, to: &str, dport: u16| {
        udp_port += 1;
        let _ = writeln!(s, "datagram {from} {udp_port} {to} {dport}");
    };
    let containers: Vec<(&str, &str)> =
        seen.containers.iter().filter_map(|c| Some((c.name.as_str(), c.addr()?))).take(MOST).collect();
    s.push_str("\n# Published ports: from the network, from the host, by loopback, and from containers.\n");
    for published in seen.published.iter().take(MOST) {
        let mut ways = vec![("lan1", HOST), ("host", HOST), ("host", "127.0.0.1")];
        ways.extend(containers.iter().take(2).map(|(name, _)| (*name, HOST)));
        for (from, to) in ways {
            let send: &mut dyn FnMut(&mut String, &str, &str, u16) =
                if published.udp { &mut udp } else { &mut tcp };
            send(&mut s, from, to, published.port);
        }
    }
    s.push_str("\n# Containers: directly from the network and the host, among themselves, and outwards.\n");
    for (name, addr) in &containers {
        ping(&mut s, "lan1", addr);
        tcp(&mut s, "lan1", addr, 80);
        ping(&mut s, "host", addr);
        tcp(&mut s, "host", addr, 80);
        for (_, other) in containers.iter().filter(|(other, _)| other != name) {
            ping(&mut s, name, other);
            tcp(&mut s, name, other, 80);
        }
        ping(&mut s, name, LAN);
        tcp(&mut s, name, LAN, 80);
        ping(&mut s, name, HOST);
    }
    s.push_str("\n# Whom the servers met, and what the rules counted of new connections.\nsleep 0.2\n");
    for name in servers(seen) {
        let _ = writeln!(s, "echo {name}: && grep -v Listening {name}.log");
    }
    let tool = seen.iptables;
    let _ = writeln!(s, "{tool} -t nat -L -n -v\n{tool} -L -n -v | grep DROP");
    s
}

/// Names of those that have servers.
fn servers(seen: &Seen) -> BTreeSet<&str> {
    let mut all: BTreeSet<&str> = seen.containers.iter().map(|c| c.name.as_str()).collect();
    all.insert("lan1");
    if seen.proxy && !seen.published.is_empty() {
        all.insert("host");
    }
    all
}

/// Servers of the containers and the neighbour; on the host one where docker-proxy is.
fn serve(s: &mut String, seen: &Seen) {
    let mut all: BTreeSet<(&str, bool, Option<&str>, u16)> = BTreeSet::from([("lan1", false, None, 80)]);
    for container in &seen.containers {
        all.insert((&container.name, false, None, 80));
    }
    for published in &seen.published {
        all.insert((&published.container, published.udp, None, published.inner));
        if seen.proxy {
            let host = Some(published.host.as_str()).filter(|host| *host != "0.0.0.0");
            all.insert(("host", published.udp, host, published.port));
        }
    }
    for (name, udp, addr, port) in all {
        let addr = addr.map(|a| format!("{a} ")).unwrap_or_default();
        // A server's words on standard error name its callers; a datagram names its sender.
        let (flags, log) = if udp { ("-u", ">>") } else { ("-v", ">/dev/null 2>>") };
        let _ = writeln!(s, "at {name} nc -l -k {flags} -n {addr}{port} {log}{name}.log &");
    }
    s.push_str("sleep 0.3\n");
}
