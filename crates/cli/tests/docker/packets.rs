//! Packets through the rules that docker commands leave, held against the kernel's records of the same rules.
//!
//! A record names the commands of its Docker scenario. Here they build the scenario: no rule, bridge, route or
//! address of Docker's is taken from the record. What each probe then does must be what the kernel did.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use packetwalk_lab::Lab;
use packetwalk_shell::{Apart, Collect, Line, Shell};
use packetwalk_trace::NsId;
use serde_json::{Map, Value};

use crate::corpora::corpora;
use crate::replay::{Replay, script};
use crate::{moby, quoted, wanted};

/// Probes that may differ: a part of the record's name, a part of the probe, and why.
const KNOWN: &[(&str, &str, &str)] = &[(
    "gwm=routed",
    "\"dport\":8080",
    "moby's test hands its firewaller a host port for a routed network, which the daemon does not",
)];

/// Where it is on before, the daemon leaves FORWARD's policy alone.
const FORWARDING: &str = "sysctl -qw net.ipv4.ip_forward=1";

/// What is built by docker commands: the engine, its flags, what comes before it and after.
struct Docker {
    profile: &'static str,
    flags: String,
    before: Vec<String>,
    commands: Vec<String>,
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().map(|all| all.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("it is read");
    serde_json::from_str(&text).expect("JSON")
}

impl Docker {
    /// How a record's scenario came about.
    fn of(record: &Value, corpora: &Path) -> Option<Self> {
        if let Some(place) = record["recorded_from"].as_str() {
            let scenario = place.rsplit_once('/')?.0;
            let pre = read(&corpora.join(scenario).join("scenario.json"));
            return Some(Self {
                profile: "20.10",
                flags: quoted(&words(&record["daemon_flags"])),
                before: words(&pre["pre"]).into_iter().map(str::to_owned).collect(),
                commands: words(&record["commands"]).into_iter().map(str::to_owned).collect(),
            });
        }
        if record["config"].is_object() {
            let (flags, mut commands) = moby::commands(&record["config"]);
            // The matrix has no DOCKER-USER.
            commands.extend(["-D FORWARD -j", "-X"].map(|what| format!("iptables {what} DOCKER-USER")));
            return Some(Self { profile: "29", flags, before: vec![FORWARDING.to_owned()], commands });
        }
        let scenario = read(&corpora.join("moby").join(format!("{}.json", record["moby"].as_str()?)));
        let command = |argv: &Value| {
            let line = quoted(&words(argv));
            // The record's second container is nobody's that Docker made, and the first does not end.
            let line = line.replace("--name c2 ", "--name other ");
            if line.contains(" run ") { line + " sleep 600" } else { line }
        };
        Some(Self {
            profile: "29",
            flags: quoted(&words(&scenario["daemon_flags"])),
            before: vec![FORWARDING.to_owned()],
            commands: scenario["commands"].as_array()?.iter().map(command).collect(),
        })
    }

    /// Names of the containers that its commands make.
    fn containers(&self) -> Vec<&str> {
        let name = |line: &'_ String| -> Option<usize> { line.find("--name ").map(|at| at + 7) };
        let of = |line| name(line).and_then(|at| line.get(at..)?.split(' ').next());
        self.commands.iter().filter_map(of).collect()
    }
}

/// A machine with a shell in each namespace.
struct Machine(Shell);

impl Machine {
    fn must(&mut self, ns: NsId, line: &str) {
        let mut out = Apart::default();
        let done = self.0.run_line(ns, line.as_bytes(), &mut out);
        assert!(done == Line::Done(0), "{line}: {done:?}: {:?}", out.texts());
    }

    fn ns(&self, name: &str) -> NsId {
        self.0.lab.ns(name).unwrap_or_else(|| panic!("{name} is there"))
    }
}

fn interfaces(host: &Value) -> Map<String, Value> {
    host["ifs"].as_object().cloned().unwrap_or_default()
}

/// The commands after `ip netns exec NAME` that set a namespace up as the oracle does.
fn base(name: &str) -> Vec<String> {
    let scenario = serde_json::json!({ "hosts": { name: {} } });
    let script = script::of(&scenario).expect("a scenario");
    let prefix = format!("ip netns exec {name} ");
    script.lines().filter_map(|l| l.strip_prefix(&prefix)).map(str::to_owned).collect()
}

/// Links of the oracle do not wait long for a neighbour.
fn impatient(interface: &str) -> String {
    let key = format!("net.ipv4.neigh.{interface}");
    format!("sysctl -q -w {key}.retrans_time_ms=24 {key}.mcast_solicit=1")
}

/// Builds the record's machine; also the record's names of the host's ports, by ours.
fn build(scenario: &Value, docker: &Docker) -> (Shell, BTreeMap<String, String>) {
    let made = docker.containers();
    let hosts = scenario["hosts"].as_object().expect("hosts");
    // All that is not Docker's.
    let mut rest = scenario.clone();
    let left = rest["hosts"].as_object_mut().expect("hosts");
    left.retain(|name, _| !made.contains(&name.as_str()));
    let plain: Vec<String> = interfaces(&hosts["host"])
        .values()
        .filter_map(|port| port.get("master").and(port["peer"].as_str()?.split_once(':')))
        .map(|(name, _)| name.to_owned())
        .filter(|name| !made.contains(&name.as_str()))
        .collect();
    for name in &plain {
        left[name] = serde_json::json!({});
    }
    let host = left["host"].as_object_mut().expect("the host");
    host.remove("iptables");
    host["ifs"] = interfaces(&hosts["host"])
        .into_iter()
        .filter(|(_, i)| i.get("type").is_none() && i.get("master").is_none())
        .collect::<Map<_, _>>()
        .into();
    host["sysctl"] = serde_json::json!({ "net.bridge.bridge-nf-call-iptables": 1 });
    let mut shell = Shell::new(Lab::new(0));
    let mut out = Collect::default();
    let status = shell.run_script("base", script::of(&rest).expect("a script").as_bytes(), &mut out);
    assert!(status == 0, "{}", out.text());
    let mut machine = Machine(shell);
    let (top, host) = (NsId(0), machine.ns("host"));
    if scenario["backend"] == "legacy" {
        machine.must(top, "update-alternatives --set iptables /usr/sbin/iptables-legacy");
    }
    for line in &docker.before {
        machine.must(host, line);
    }
    machine.must(host, &format!("dockerd --version-profile {}", docker.profile));
    machine.must(host, &format!("dockerd {} >/dev/null 2>&1 &", docker.flags));
    machine.must(host, "sleep 1");
    for line in &docker.commands {
        machine.must(host, line);
    }
    let mut names = BTreeMap::new();
    for (port, about) in interfaces(&hosts["host"]) {
        let Some((name, inner)) = about["peer"].as_str().and_then(|p| p.split_once(':')) else { continue };
        let Some(bridge) = about["master"].as_str() else { continue };
        if plain.contains(&name.to_owned()) {
            attach(&mut machine, (&port, bridge), about["hairpin"] == true, name, &hosts[name]);
        } else {
            let lab = &machine.0.lab;
            let ns = machine.ns(name);
            let index = lab.stack(ns).and_then(|s| s.links.by_name(inner)).map(|l| l.index);
            let (peer, index) = index.and_then(|i| lab.peer(ns, i)).expect("a veth");
            let link = lab.stack(peer).and_then(|s| s.links.get(index)).expect("the host's end");
            names.insert(link.name.as_str().to_owned(), port.clone());
            for line in base(name) {
                machine.must(ns, &line);
            }
            machine.must(ns, &impatient(inner));
            machine.must(ns, &format!("sysctl -q -w net.ipv4.conf.{inner}.rp_filter=0"));
        }
    }
    // The record has a bridge too many where its scenario is a daemon alone.
    let there = |machine: &Machine, name: &str| {
        machine.0.lab.stack(host).is_some_and(|s| s.links.by_name(name).is_some())
    };
    for (bridge, _) in interfaces(&hosts["host"]).iter().filter(|(_, i)| i["type"] == "bridge") {
        if !there(&machine, bridge) {
            continue;
        }
        machine.must(host, &format!("ip link set {bridge} type bridge mcast_snooping 0"));
        machine.must(host, &impatient(bridge));
    }
    machine.must(host, "sleep 5");
    // A legacy table is there, and counts, once somebody asked for it: the record restored each.
    if scenario["backend"] == "legacy" {
        let tables = hosts["host"]["iptables"].as_str().into_iter().flat_map(str::lines);
        for table in tables.filter_map(|l| l.strip_prefix('*')) {
            machine.must(host, &format!("iptables -t {table} -S >/dev/null"));
        }
    }
    // Restored chains count by policy, in the nft face too: those of the record are.
    machine.must(host, "iptables-save >/tmp/rules; iptables-restore </tmp/rules");
    // Listeners of the record stand where docker-proxies do.
    let stack = machine.0.lab.stack(host).expect("the host");
    let open: Vec<_> = stack.sockets.iter().map(|(id, _)| id).collect();
    for id in open {
        machine.0.lab.sock_close(host, id);
    }
    (machine.0, names)
}

/// A container that is none of Docker's, on one of its bridges.
fn attach(machine: &mut Machine, (port, bridge): (&str, &str), hairpin: bool, name: &str, about: &Value) {
    let host = machine.ns("host");
    let ns = machine.ns(name);
    machine.must(host, &format!("ip link add {port} type veth peer name eth0 netns {name}"));
    machine.must(host, &format!("ip link set {port} master {bridge} up"));
    if hairpin {
        machine.must(host, &format!("ip link set {port} type bridge_slave hairpin on"));
    }
    for addr in words(&about["ifs"]["eth0"]["addrs"]) {
        machine.must(ns, &format!("ip addr add {addr} brd + dev eth0"));
    }
    machine.must(ns, "ip link set eth0 up");
    for route in words(&about["routes"]) {
        machine.must(ns, &format!("ip route add {route}"));
    }
    machine.must(ns, &impatient("eth0"));
}

/// What of an outcome is compared, as the oracle's `compare.py` has it: kind by kind.
fn view(outcome: &Value, names: &BTreeMap<String, String>) -> BTreeMap<&'static str, Value> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut events: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for event in list(&outcome["events"]) {
        let mut event = event.as_object().cloned().unwrap_or_default();
        let mut take =
            |key: &str| event.remove(key).and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        let (host, dev, dir) = (take("host"), take("if"), take("dir"));
        for key in ["cast", "ts", "leg"] {
            event.remove(key);
        }
        event.retain(|_, v| !v.is_null());
        let dev = names.get(&dev).filter(|_| host == "host").cloned().unwrap_or(dev);
        events.entry(format!("{host}/{dev}/{dir}")).or_default().push(event.into());
    }
    let sorted = |mut all: Vec<Value>| {
        all.sort_by_key(Value::to_string);
        Value::from(all)
    };
    let by_host = |value: &Value, keys: &[&str]| {
        let mut all = value.as_object().cloned().unwrap_or_default();
        for (_, rows) in &mut all {
            let mut rows_left = list(rows);
            for row in rows_left.iter_mut().filter_map(Value::as_object_mut).filter(|_| !keys.is_empty()) {
                row.retain(|key, _| keys.contains(&key.as_str()));
            }
            *rows = sorted(rows_left);
        }
        all.retain(|_, rows| rows != &Value::from(Vec::<Value>::new()));
        Value::from(all)
    };
    let sender = match &outcome["sender"] {
        Value::Null => Value::from(Map::new()),
        other => other.clone(),
    };
    let counter = ["tool", "table", "chain", "rule", "policy", "pkts", "bytes"];
    BTreeMap::from([
        ("sender", sender),
        ("events", serde_json::to_value(events).expect("it is JSON")),
        ("delivered", sorted(list(&outcome["delivered"]))),
        ("counters", by_host(&outcome["counters"], &counter)),
        ("conntrack", by_host(&outcome["conntrack"], &[])),
    ])
}

/// Holds every record of a folder against what docker commands build.
fn records(folder: &str, known: &[(&str, &str, &str)]) {
    let (Some(records), Some(corpora)) = (corpora(folder), corpora("")) else { return };
    let mut files: Vec<_> = fs::read_dir(records).expect("records").flatten().map(|e| e.path()).collect();
    files.sort();
    let (mut records, mut probes, mut bad) = (0, 0, Vec::new());
    let mut met = vec![false; known.len()];
    for file in files.iter().filter(|f| f.is_file()) {
        let record = read(file);
        let name = record["name"].as_str().expect("a name");
        if !wanted(name) || record["scenario"]["backend"] == "native-nft" {
            continue;
        }
        let Some(docker) = Docker::of(&record, &corpora) else { continue };
        let scenario = &record["scenario"];
        let (shell, names) = build(scenario, &docker);
        let mut replay = Replay::over(shell, scenario).expect("a scenario");
        records += 1;
        for result in record["results"].as_array().expect("results") {
            let probe = &result["probe"];
            let ours = view(&replay.probe(probe), &names);
            let kernels = view(&result["outcome"], &BTreeMap::new());
            let part = kernels.iter().find(|(part, value)| ours.get(*part) != Some(value));
            let Some((part, value)) = part else {
                probes += 1;
                continue;
            };
            let text = probe.to_string();
            match known.iter().position(|(n, p, _)| name.contains(n) && text.contains(p)) {
                Some(at) => met[at] = true,
                None if std::env::var("PACKETWALK_DOCKER_SHOW").is_ok() => {
                    bad.push(format!("{name} {text} {part}:\n  - {value}\n  + {}", ours[part]));
                }
                None => bad.push(format!("{name} {text} {part}")),
            }
        }
    }
    println!("{records} records by docker commands: {probes} probes agree, {} differ", bad.len());
    for ((name, probe, why), met) in known.iter().zip(met) {
        println!("known: {name} {probe}: {why}");
        assert!(met || !wanted(name), "{name} {probe} agrees now: take it off the list");
    }
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn packets_cross_the_rules_of_docker_commands_as_the_kernels_did() {
    records("../oracle/records/docker", &[]);
}

#[test]
fn and_those_of_mobys_matrix() {
    records("../oracle/records/docker/iptabler", KNOWN);
}
