//! The rules of 29: moby's generated documents and its matrix.

use std::fs;
use std::net::IpAddr;

use packetwalk_docker::firewall::{self, Change, FamilyRules, NetworkRules};
use packetwalk_docker::ports::{Bound, Proto};
use packetwalk_docker::{Daemon, Host, Op, Place, Version};
use packetwalk_netfilter::Netfilter;
use packetwalk_shell::iptables;
use packetwalk_wire::Family;
use serde_json::Value;

use crate::corpora::corpora;
use crate::{Machine, Tally, normal, quoted, wanted};

/// What may differ: a part of the place, the kind, and why.
const KNOWN: &[(&str, &str, &str)] = &[("swarm-portmap", "run", "swarm services are not simulated")];

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map(|all| all.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// A machine with a daemon of 29; what Windows gives a Linux of its own is there if it is `mirrored`.
fn machine(flags: &str, mirrored: bool) -> Machine {
    let mut machine = Machine::new();
    machine.must(
        "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.forwarding=1",
    );
    if mirrored {
        machine.must("ip link add loopback0 type dummy; echo '#!/bin/sh' >/usr/bin/wslinfo");
    }
    machine.must("dockerd --version-profile 29");
    machine.must(&format!("dockerd {flags} >/dev/null 2>&1 &"));
    machine.must("sleep 1");
    machine
}

#[test]
fn rules_of_29_are_those_of_mobys_documents() {
    let Some(folder) = corpora("moby") else { return };
    let mut tally = Tally::default();
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("the folder is there").flatten().map(|e| e.path()).collect();
    files.sort();
    for path in files
        .iter()
        .filter(|p| p.extension().is_some_and(|e| e == "json") && !p.to_string_lossy().contains("meta"))
    {
        let scenario: Value =
            serde_json::from_str(&fs::read_to_string(path).expect("it is read")).expect("JSON");
        let name = scenario["scenario"].as_str().expect("a name");
        if !wanted(name) {
            continue;
        }
        let mut machine = machine(&quoted(&strings(&scenario["daemon_flags"])), false);
        let mut failed = false;
        for command in scenario["commands"].as_array().expect("commands") {
            let (status, _, err) = machine.run(&quoted(&strings(command)));
            if status != 0 {
                tally.differ.push((name.to_owned(), "run".to_owned(), err));
                failed = true;
                break;
            }
        }
        if failed {
            continue;
        }
        for (table, want) in scenario["iptables"].as_object().expect("tables") {
            let ours = machine.must(&format!("iptables -t {table} -S"));
            let want: Vec<String> = strings(want).into_iter().map(str::to_owned).collect();
            tally.lines(name, table, &want, &normal::lines(&ours));
        }
    }
    tally.finish(KNOWN);
}

/// A machine that has nothing but iptables.
#[derive(Default)]
struct OnlyRules(Netfilter);

impl Host for OnlyRules {
    fn apply(&mut self, _: Place, op: Op) -> Result<(), String> {
        let Op::Rules(family, args) = op else { return Ok(()) };
        let name = if family == Family::V4 { "iptables" } else { "ip6tables" };
        let output = iptables::run(name, args, Ok(&[]), &mut self.0, &iptables::OnlyLocalhost);
        let output = output.expect("it is a program");
        if output.status == 0 { Ok(()) } else { Err(output.stderr) }
    }
    fn sysctl(&mut self, _: Place, _: &str) -> Option<String> {
        None
    }
    fn has_link(&self, _: Place, _: &str) -> bool {
        false
    }
    fn addresses(&self, _: Place, _: &str) -> Vec<ipnet::IpNet> {
        Vec::new()
    }
    fn in_use(&self) -> Vec<ipnet::IpNet> {
        Vec::new()
    }
    fn busy(&self, _: &Bound) -> Option<&'static str> {
        None
    }
    fn is_bridge(&self, _: &str) -> bool {
        true
    }
    fn resolv_conf(&mut self) -> String {
        String::new()
    }
}

/// moby's own order: the network, its endpoint, its port; and the same way back where a row says so.
///
/// # Source
/// moby b985e231, `iptabler/iptabler_test.go`: `testIptabler`.
fn by_firewall(config: &Value) -> OnlyRules {
    let flag = |name: &str| config[name] == true;
    let mut daemon = Daemon::new(Version::V29);
    daemon.userland_proxy = !flag("hairpin");
    (daemon.iptables, daemon.ip6tables) = (!flag("no"), !flag("no"));
    daemon.wsl2_mirrored = flag("wsl2mirrored");
    let addr = |text: &str| text.parse::<IpAddr>().expect("an address");
    let part = |prefix: &str, snat: &str| FamilyRules {
        prefix: prefix.parse().expect("a prefix"),
        snat: flag("snat").then(|| addr(snat)),
        routed: config["gwm"] == "routed",
        unprotected: config["gwm"] == "nat-unprotected",
    };
    let net = NetworkRules {
        bridge: "br-dummy".to_owned(),
        internal: flag("internal"),
        icc: flag("icc"),
        masquerade: flag("masq"),
        trusted: Vec::new(),
        families: vec![
            part("192.168.0.0/24", "192.168.123.0"),
            part("fd49:efd7:54aa::/64", "fd34:d0d4:672f::123"),
        ],
    };
    let ends = [addr("192.168.0.2"), addr("fd49:efd7:54aa::1")];
    let hosts = if flag("bindlh") { ["127.0.0.1", "::1"] } else { ["0.0.0.0", "::"] };
    let bound = |at: usize| Bound {
        proto: Proto::Tcp,
        host_ip: addr(hosts[at]),
        host_port: 8080,
        ip: ends[at],
        port: 80,
    };
    let rules = firewall::of(Version::V29);
    let mut host = OnlyRules::default();
    rules.start(&mut host, &daemon);
    let changes: &[Change] = match () {
        () if flag("no") => &[],
        () if flag("cleaned") => &[Change::Add, Change::Remove],
        () => &[Change::Add],
    };
    for change in changes {
        let mut steps: Vec<&dyn Fn(&mut OnlyRules)> = Vec::new();
        let network = |host: &mut OnlyRules| rules.network(host, &daemon, &net, *change);
        let endpoint = |host: &mut OnlyRules| {
            for ip in ends {
                rules.endpoint(host, &daemon, &net, ip, *change);
            }
        };
        let port = |host: &mut OnlyRules| {
            for at in [0, 1] {
                rules.port(host, &daemon, &net, &bound(at), *change);
            }
        };
        steps.extend([&network as &dyn Fn(&mut OnlyRules), &endpoint, &port]);
        if *change == Change::Remove {
            steps.reverse();
        }
        for step in steps {
            step(&mut host);
        }
    }
    host
}

#[test]
fn rows_by_the_firewall_alone() {
    let Some(folder) = corpora("moby") else { return };
    let mut tally = Tally::default();
    let rows = fs::read_to_string(folder.join("iptabler_matrix.jsonl")).expect("the matrix is there");
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).expect("a row is JSON");
        let (id, config) = (row["id"].as_str().expect("an id"), &row["config"]);
        if !wanted(id) {
            continue;
        }
        let mut host = by_firewall(config);
        let tool = if row["family"] == "ipv6" { "ip6tables-save" } else { "iptables-save" };
        for table in row["expect"].as_str().expect("rules").split("COMMIT\n").filter(|t| !t.trim().is_empty())
        {
            let name =
                table.trim_start().lines().next().unwrap_or_default().trim_start_matches('*').to_owned();
            let args = vec!["-t".to_owned(), name.clone()];
            let saved = iptables::run(tool, args, Ok(&[]), &mut host.0, &iptables::OnlyLocalhost);
            let keep = |l: &String| l.starts_with("-A") || l.ends_with("- [0:0]");
            let rules = |text: &str| normal::lines(text).into_iter().filter(keep).collect::<Vec<_>>();
            tally.lines(id, &name, &rules(table), &rules(&saved.expect("it is a program").stdout));
        }
    }
    tally.finish(&[]);
}

/// The commands that bring a row's network up, and take it down again.
pub fn commands(config: &Value) -> (String, Vec<String>) {
    let flag = |name: &str| config[name] == true;
    let mut daemon = "--bridge none".to_owned();
    if flag("hairpin") {
        daemon += " --userland-proxy=false";
    }
    if flag("no") {
        daemon += " --iptables=false --ip6tables=false";
    }
    if flag("no") || flag("cleaned") && config["gwm"].is_null() {
        return (daemon, Vec::new());
    }
    let option = |name: &str, value: &str| format!(" -o com.docker.network.{name}={value}");
    let mut create = "docker network create --ipv6 --subnet 192.168.0.0/24 --subnet fd49:efd7:54aa::/64 \
                      --gateway fd49:efd7:54aa::fe"
        .to_owned();
    create += &option("bridge.name", "br-dummy");
    create += &option("bridge.enable_icc", &flag("icc").to_string());
    create += &option("bridge.enable_ip_masquerade", &flag("masq").to_string());
    if let Some(mode) = config["gwm"].as_str() {
        create += &option("bridge.gateway_mode_ipv4", mode);
        create += &option("bridge.gateway_mode_ipv6", mode);
    }
    if flag("snat") {
        create += &option("host_ipv4", "192.168.123.0");
        create += &option("host_ipv6", "fd34:d0d4:672f::123");
    }
    if flag("internal") {
        create += " --internal";
    }
    let ports = if flag("bindlh") {
        "-p 127.0.0.1:8080:80 -p [::1]:8080:80"
    } else {
        "-p 0.0.0.0:8080:80 -p [::]:8080:80"
    };
    let run = format!(
        "docker run -d --name c1 --network dummy --ip 192.168.0.2 --ip6 fd49:efd7:54aa::1 {ports} busybox sleep 600"
    );
    (daemon, vec![create + " dummy", run])
}

#[test]
fn rules_of_29_are_those_of_mobys_matrix() {
    let Some(folder) = corpora("moby") else { return };
    let mut tally = Tally::default();
    let rows = fs::read_to_string(folder.join("iptabler_matrix.jsonl")).expect("the matrix is there");
    let mut last = None::<(Value, Machine)>;
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).expect("a row is JSON");
        let (id, config) = (row["id"].as_str().expect("an id"), &row["config"]);
        if !wanted(id) {
            continue;
        }
        // Both families of a configuration stand one after the other.
        let mut machine = match last.take().filter(|(c, _)| c == config) {
            Some((_, machine)) => machine,
            None => {
                let (flags, commands) = commands(config);
                let mut machine = machine(&flags, config["wsl2mirrored"] == true);
                for command in &commands {
                    machine.must(command);
                }
                machine
            }
        };
        let tool = if row["family"] == "ipv6" { "ip6tables" } else { "iptables" };
        let want = row["expect"].as_str().expect("rules");
        for table in want.split("COMMIT\n").filter(|t| !t.trim().is_empty()) {
            let name =
                table.trim_start().lines().next().unwrap_or_default().trim_start_matches('*').to_owned();
            let saved = machine.must(&format!("{tool}-save -t {name}"));
            let rules = |text: &str| -> Vec<String> {
                let keep = |l: &String| {
                    !l.contains("DOCKER-USER")
                        && !l.starts_with('*')
                        && l != "COMMIT"
                        && !l.is_empty()
                        && !l.starts_with('#')
                };
                normal::lines(text).into_iter().filter(keep).collect()
            };
            let ours = rules(&saved);
            let routed = config["gwm"] == "routed";
            // A table that nobody has touched is not there.
            let ours = if ours.is_empty() && rules(table).iter().all(|l| l.starts_with(':')) {
                rules(table)
            } else {
                ours
            };
            // moby's test hands its firewaller a host port for a routed network. The daemon does not, as
            // `usernet-portmap-routed` shows; `rows_by_the_firewall_alone` has them.
            let of_port = |l: &String| name != "filter" && l.contains(" --dport ");
            let want: Vec<String> = rules(table).into_iter().filter(|l| !(routed && of_port(l))).collect();
            tally.lines(id, &name, &want, &ours);
        }
        last = Some((config.clone(), machine));
    }
    tally.finish(&[]);
}
