//! What is recorded after each step.

use std::collections::BTreeMap;

/// Of the host: the file's name in a recording, and the command.
pub const OF_HOST: [(&str, &str); 12] = [
    ("iptables-save.txt", "iptables-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]/[0:0]/'"),
    ("ip6tables-save.txt", "ip6tables-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]/[0:0]/'"),
    ("route.txt", "ip route; ip route show table local"),
    ("route.json", "ip -j route"),
    ("addr.txt", "ip addr"),
    ("addr.json", "ip -j addr"),
    ("link.json", "ip -j -d link"),
    ("rule.txt", "ip rule"),
    ("sysctl.txt", SYSCTL),
    ("networks.json", "docker network inspect $(docker network ls -q)"),
    ("network-ls.txt", "docker network ls --format '{{.Name}} {{.Driver}} {{.Scope}}'"),
    ("ps.txt", "docker ps -a --format '{{.Names}}\\t{{.State}}\\t{{.Ports}}\\t{{.Networks}}'"),
];

/// Forwarding, and what the driver sets of its bridges.
const SYSCTL: &str =
    "sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding net.ipv6.conf.default.forwarding;
for bridge in /sys/class/net/*/bridge; do name=$(basename $(dirname $bridge));
  [ -d $bridge ] && sysctl net.ipv4.conf.$name.route_localnet net.ipv6.conf.$name.disable_ipv6; done";

/// Of a container, whose namespace `ENTER` enters.
pub const OF_CONTAINER: [(&str, &str); 6] = [
    ("addr.json", "ENTER ip -j addr"),
    ("ip-route.txt", "ENTER ip route; echo; ENTER ip -6 route"),
    ("iptables-save.txt", "ENTER iptables-save | grep -v '^#'"),
    ("settings.json", "docker inspect -f '{{json .NetworkSettings}}' NAME"),
    ("resolv-hosts.txt", "docker exec NAME cat /etc/resolv.conf /etc/hosts"),
    ("port.txt", "docker port NAME"),
];

/// Leaves out what belongs to the machine that records, and what was read while a bridge lost its carrier.
pub fn drop_unstable(files: &mut BTreeMap<String, String>) {
    let text = |files: &BTreeMap<String, String>, name: &str| files.get(name).cloned().unwrap_or_default();
    let of_host: Vec<String> = text(files, "ps.txt")
        .lines()
        .filter(|line| line.ends_with("\thost") && line.contains("\trunning\t"))
        .filter_map(|line| line.split('\t').next().map(str::to_owned))
        .collect();
    for name in of_host {
        for what in ["addr.json", "resolv-hosts.txt", "ip-route.txt", "iptables-save.txt"] {
            files.remove(&format!("c-{name}-{what}"));
        }
    }
    let addr = text(files, "addr.txt");
    let down: Vec<&str> = addr
        .lines()
        .filter(|line| line.contains("NO-CARRIER"))
        .filter_map(|line| line.split(": ").nth(1)?.split('@').next())
        .collect();
    let routes = text(files, "route.txt");
    let early = routes.lines().any(|line| {
        let dev = line.split_once("dev ").and_then(|(_, rest)| rest.split(' ').next());
        let local = line.starts_with("local") || line.starts_with("broadcast");
        dev.is_some_and(|dev| down.contains(&dev)) && !local && !line.contains("linkdown")
    });
    if early {
        for name in ["route.txt", "route.json", "addr.json"] {
            files.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_stable_is_left_out() {
        #[rustfmt::skip]
        let cases = [
            // ps,                       addr,                              route,                                  left
            ("h\trunning\t\thost\n",     "",                                "",                                     "addr.txt c-c-addr.json ps.txt route.txt"),
            ("h\texited\t\thost\n",      "",                                "",                                     "addr.txt c-c-addr.json c-h-addr.json ps.txt route.txt"),
            ("",                         "3: br-a: <NO-CARRIER,UP> mtu\n",  "10.0.0.0/24 dev br-a proto kernel\n",  "addr.txt c-c-addr.json c-h-addr.json ps.txt"),
            ("",                         "3: br-a: <NO-CARRIER,UP> mtu\n",  "10.0.0.0/24 dev br-a linkdown\n",      "addr.txt c-c-addr.json c-h-addr.json ps.txt route.txt"),
        ];
        for (ps, addr, route, left) in cases {
            let all = [
                ("ps.txt", ps),
                ("addr.txt", addr),
                ("route.txt", route),
                ("c-h-addr.json", ""),
                ("c-c-addr.json", ""),
            ];
            let mut files = all.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
            drop_unstable(&mut files);
            assert_eq!(files.into_keys().collect::<Vec<_>>().join(" "), left, "{ps}{addr}{route}");
        }
    }
}
