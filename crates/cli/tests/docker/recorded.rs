//! A daemon of 20.10, step by step.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::corpora::corpora;
use crate::{Machine, Tally, normal, wanted};

/// What may differ: a part of the place, the kind, and why.
fn known(scenarios: &[Scenario]) -> Vec<(&'static str, &'static str, &'static str)> {
    let rows = include_str!("../../../../tests/docker20/known-differences.txt");
    let rows = rows.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let (place, rest) = line.split_once("  ")?;
        let (kind, why) = rest.trim_start().split_once("  ")?;
        Some((place, kind, why.trim_start()))
    };
    let rows = rows.map(|line| row(line).unwrap_or_else(|| panic!("not a row: {line}")));
    rows.filter(|(place, ..)| scenarios.iter().any(|s| place.split('/').next() == Some(&s.name))).collect()
}

/// The host as it was recorded.
pub const HOST: &str = "ip netns add lan
ip link add eth0 address 02:00:c0:a8:00:80 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 txqueuelen 1000
ip link set eth0 up
ip netns exec lan ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip route add default via 192.168.0.1
echo 'nameserver 192.168.0.1' >/etc/resolv.conf
echo 'search example.test' >>/etc/resolv.conf
sleep 3";

fn each(lines: &[String], change: impl Fn(&str) -> String) -> Vec<String> {
    lines.iter().map(|l| change(l)).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

/// How a text is cut into what is compared.
type Lines = fn(&str) -> Vec<String>;

/// What a file's command is, and how what it prints is compared.
fn command(file: &str, expect: &str) -> Option<(String, Lines)> {
    let tables = "for t in filter nat; do echo \"# $t\"; iptables -t $t ";
    let plain: Lines = |t| normal::lines(&normal::ids(t));
    let json: Lines = |t| each(&normal::json_lines(t), |l| normal::macs(&normal::ids(l)));
    let own: Lines = |t| each(&normal::json_lines(t), normal::ids);
    Some(match file {
        "iptables-save.txt" => ("iptables-save".to_owned(), plain),
        "ip6tables-save.txt" => ("ip6tables-save".to_owned(), plain),
        "iptables-S.txt" => (format!("{tables} -S; done"), plain),
        "iptables-Lnv.txt" => (format!("{tables} -L -n -v; done"), plain),
        "addr.txt" => ("ip addr".to_owned(), |t| normal::addr_text(&normal::macs(&normal::ids(t)))),
        "addr.json" => ("ip -j addr".to_owned(), json),
        "link.json" => ("ip -j -d link".to_owned(), json),
        "route.txt" => ("ip route; ip route show table local".to_owned(), plain),
        "route.json" => ("ip -j route".to_owned(), plain),
        "rule.txt" => ("ip rule".to_owned(), plain),
        "networks.json" => ("docker network inspect $(docker network ls -q)".to_owned(), own),
        "network-ls.txt" => {
            ("docker network ls --format '{{.Name}} {{.Driver}} {{.Scope}}'".to_owned(), plain)
        }
        "ps.txt" => {
            ("docker ps -a --format '{{.Names}}\\t{{.State}}\\t{{.Ports}}\\t{{.Networks}}'".to_owned(), |t| {
                // A container's networks come out of a hash table.
                let line = |line: &String| {
                    let (head, tail) = line.rsplit_once('\t').unwrap_or(("", line));
                    let mut networks: Vec<&str> = tail.split(',').collect();
                    networks.sort_unstable();
                    format!("{head}\t{}", networks.join(","))
                };
                let mut all: Vec<String> = normal::lines(&normal::ids(t)).iter().map(line).collect();
                all.sort();
                all
            })
        }
        "sysctl.txt" => {
            // Names of bridges that the engine drew are not ours.
            let drawn = |l: &str| normal::ids(l).contains(".br-ID.");
            let keys = expect.lines().filter(|l| !drawn(l)).filter_map(|l| l.split(' ').next());
            (format!("sysctl {}", keys.collect::<Vec<_>>().join(" ")), |t| {
                normal::lines(&normal::ids(t)).into_iter().filter(|l| !l.contains(".br-ID.")).collect()
            })
        }
        _ => {
            let (name, what) = file.strip_prefix("c-")?.split_once('-')?;
            // Names of containers have no hyphen in the recordings.
            match what {
                "addr.json" => (format!("docker exec {name} ip -j addr"), own),
                "ip-route.txt" => {
                    (format!("docker exec {name} ip route; echo; docker exec {name} ip -6 route"), plain)
                }
                "route-n.txt" => (format!("docker exec {name} route -n"), plain),
                "iptables-save.txt" => (format!("docker exec --privileged {name} iptables-save"), |t| {
                    normal::lines(&normal::resolver(t))
                }),
                "settings.json" => (format!("docker inspect -f '{{{{json .NetworkSettings}}}}' {name}"), own),
                "resolv-hosts.txt" => (format!("docker exec {name} cat /etc/resolv.conf /etc/hosts"), plain),
                // Its order is a hash table's.
                "port.txt" => (format!("docker port {name}"), |t| {
                    let mut all = normal::lines(t);
                    all.sort();
                    all
                }),
                _ => return None,
            }
        }
    })
}

/// A recording: how the daemon was started, and what was seen after each step.
struct Scenario {
    name: String,
    meta: Value,
    /// Files of each step, by the step's number.
    files: BTreeMap<u64, BTreeMap<String, String>>,
}

/// Recordings as folders of files.
fn folders(root: &Path) -> Vec<Scenario> {
    let list = |path: &Path| -> Vec<PathBuf> {
        let mut all: Vec<_> =
            fs::read_dir(path).map(|d| d.flatten().map(|e| e.path()).collect()).unwrap_or_default();
        all.sort();
        all
    };
    let mut all = Vec::new();
    for folder in list(root).iter().filter(|f| f.join("scenario.json").is_file()) {
        let text = fs::read_to_string(folder.join("scenario.json")).expect("it is read");
        let meta: Value = serde_json::from_str(&text).expect("JSON");
        let name = |p: &Path| p.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut files = BTreeMap::new();
        for step in meta["steps"].as_array().expect("steps") {
            let n = step["n"].as_u64().expect("a number");
            let read = |p: &PathBuf| Some((name(p), fs::read_to_string(p).ok()?));
            files.insert(n, list(&folder.join(format!("{n:02}"))).iter().filter_map(read).collect());
        }
        all.push(Scenario { name: name(folder), meta, files });
    }
    all
}

/// Recordings of one file each, as the project has them.
fn packed(root: &Path) -> Vec<Scenario> {
    let mut paths: Vec<_> =
        fs::read_dir(root).expect("the folder is there").flatten().map(|e| e.path()).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(name) = file.strip_suffix(".json.z") else { continue };
        let bytes = fs::read(&path).expect("it is read");
        let bytes = miniz_oxide::inflate::decompress_to_vec_zlib(&bytes).expect("zlib's form");
        let meta: Value = serde_json::from_slice(&bytes).expect("JSON");
        let mut files = BTreeMap::new();
        for step in meta["steps"].as_array().expect("steps") {
            let of_step = step["files"].as_object().expect("files");
            let of_step = of_step.iter().map(|(n, t)| (n.clone(), text(t))).collect();
            files.insert(step["n"].as_u64().expect("a number"), of_step);
        }
        all.push(Scenario { name: name.to_owned(), meta, files });
    }
    all
}

/// Compares the machine with the state after a step.
fn state(machine: &mut Machine, files: &BTreeMap<String, String>, place: &str, tally: &mut Tally) {
    for (file, expect) in files {
        let Some((command, lines)) = command(file, expect) else { continue };
        let (_, ours, err) = machine.run(&command);
        let kind = match file.strip_prefix("c-").and_then(|f| f.split_once('-')) {
            Some((_, what)) => format!("c-{what}"),
            None => file.clone(),
        };
        let ours = if ours.is_empty() { lines(&err) } else { lines(&ours) };
        tally.lines(place, &kind, &lines(expect), &ours);
    }
}

fn replay(scenario: &Scenario, tally: &mut Tally) {
    let mut machine = Machine::new();
    if scenario.meta["iptables_backend"] == "legacy" {
        machine.must("update-alternatives --set iptables /usr/sbin/iptables-legacy");
    }
    for line in HOST.lines() {
        machine.must(line);
    }
    for line in scenario.meta["pre"].as_array().expect("a list") {
        machine.must(&text(line));
    }
    machine.must("dockerd --version-profile 20.10");
    machine.must(&format!("dockerd {} >/dev/null 2>&1 &", text(&scenario.meta["daemon_flags"])));
    machine.must("sleep 1");
    for step in scenario.meta["steps"].as_array().expect("steps") {
        let n = step["n"].as_u64().expect("a number");
        let place = format!("{}/{n:02}", scenario.name);
        if !step["cmd"].is_null() {
            let (status, out, err) = machine.run(&text(&step["cmd"]));
            let rc = vec![format!("status {}", step["rc"])];
            tally.lines(&place, "status", &rc, &[format!("status {status}")]);
            let plain = |t: &str| normal::lines(&normal::ids(t));
            tally.lines(&place, "stdout", &plain(&text(&step["stdout"])), &plain(&out));
            tally.lines(&place, "stderr", &plain(&text(&step["stderr"])), &plain(&err));
            machine.must("sleep 2");
        }
        if let Some(files) = scenario.files.get(&n) {
            state(&mut machine, files, &place, tally);
        }
    }
}

fn all(scenarios: &[Scenario]) -> Tally {
    let mut tally = Tally::default();
    for scenario in scenarios.iter().filter(|s| wanted(&s.name)) {
        replay(scenario, &mut tally);
    }
    tally
}

#[test]
fn a_daemon_of_20_10_leaves_what_was_recorded() {
    let Some(folder) = corpora("docker20") else { return };
    let scenarios = folders(&folder);
    all(&scenarios).finish(&known(&scenarios));
}

/// `cargo xtask record --docker` puts recordings in a folder, and has them compared.
#[test]
fn and_what_a_live_daemon_leaves() {
    let Some(folder) = std::env::var_os("PACKETWALK_DOCKER_LIVE") else { return };
    let scenarios = packed(Path::new(&folder));
    all(&scenarios).finish_some(&known(&scenarios));
}

#[test]
fn and_what_is_recorded_in_the_project() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/docker20");
    let scenarios = packed(&folder);
    all(&scenarios).finish(&known(&scenarios));
}
