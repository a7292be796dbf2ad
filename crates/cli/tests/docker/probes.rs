//! `tests/labs/docker-rules`: the packets of a lab's plain Linux commands, through its docker commands instead.
//!
//! What a kernel made of each probe is in `linux.txt`. Where the plain lab has a listener on the host in place of
//! docker-proxy, the proxy itself calls the container here: then the container meets its bridge's address.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use packetwalk_lab::Lab;
use packetwalk_shell::{Collect, Line, Shell};
use packetwalk_trace::NsId;

use crate::wanted;

struct Machine(Shell);

impl Machine {
    fn run(&mut self, ns: NsId, line: &str) -> (u8, String) {
        let mut out = Collect::default();
        let status = match self.0.run_line(ns, line.as_bytes(), &mut out) {
            Line::Done(status) | Line::Exit(status) => status,
            Line::Incomplete => u8::MAX,
        };
        (status, out.text())
    }

    fn must(&mut self, line: &str) {
        let (status, said) = self.run(NsId(0), line);
        assert!(status == 0, "{line}: {said}");
    }

    fn ns(&self, name: &str) -> NsId {
        if name == "host" { NsId(0) } else { self.0.lab.ns(name).unwrap_or_else(|| panic!("no {name}")) }
    }
}

/// Whom the servers met, by server.
type Met = BTreeMap<String, Vec<String>>;

/// What was met, from a recording's text after its last probe.
fn met(text: &str) -> Met {
    let (mut all, mut server) = (Met::new(), String::new());
    for line in text.lines() {
        match line.strip_suffix(':') {
            Some(name) => name.clone_into(&mut server),
            None if line.starts_with("Connection received") || line.starts_with("from ") => {
                all.entry(server.clone()).or_default().push(line.to_owned());
            }
            None => {}
        }
    }
    all
}

/// Runs the docker commands and the probes: what the probes said, and whom the servers met.
fn run(docker: &str, lab: &str) -> (String, Met) {
    let mut machine = Machine(Shell::new(Lab::new(1)));
    for line in docker.lines() {
        machine.must(line);
    }
    machine.must("sleep 3");
    let (mut said, mut servers) = (String::new(), Vec::new());
    for line in lab.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            // docker-proxy is there by itself.
            ["at", "host", ..] => {}
            ["at", name, command @ ..] => {
                let (command, log) = command.join(" ").rsplit_once(">>").map_or_else(
                    || panic!("{line}: no log"),
                    |(head, log)| (format!("{head}>>{log}"), log.trim_end_matches(" &").to_owned()),
                );
                let ns = machine.ns(name);
                machine.run(ns, &command);
                servers.push(((*name).to_owned(), log));
            }
            ["sleep", _] => {
                machine.must(line);
            }
            ["probe", name, command @ ..] => {
                let ns = machine.ns(name);
                let command = command.join(" ");
                let (status, text) = machine.run(ns, &format!("timeout 0.5 {command}"));
                said += &format!("{name} {command}\n{text}status {status}\n");
            }
            ["datagram", name, from, to, port] => {
                let ns = machine.ns(name);
                let send = format!("timeout 0.5 nc -u -n -q 0 -p {from} {to} {port}");
                said += &machine.run(ns, &format!("echo 'from {name} {from}' | {send}")).1;
            }
            _ => {}
        }
    }
    let mut all = Met::new();
    for (name, log) in servers {
        let (_, text) = machine.run(NsId(0), &format!("cat {log}"));
        all.extend(met(&format!("{name}:\n{text}")));
    }
    (said, all)
}

/// What a lab's servers met that its recording has not, or the other way round. What the recording's stand-in for
/// docker-proxy met may come to a container.
fn compare(name: &str, kernel: &Met, ours: &Met, bad: &mut Vec<String>) {
    let empty = Vec::new();
    let proxied = kernel.get("host").unwrap_or(&empty);
    let by_proxy = |line: &String| {
        // Calls of the proxy come from a port that no probe names.
        let port = line.rsplit(' ').next().and_then(|p| p.parse::<u16>().ok());
        proxied.contains(line) || !proxied.is_empty() && port.is_some_and(|p| !(11000..13000).contains(&p))
    };
    let servers: BTreeSet<&String> = kernel.keys().chain(ours.keys()).collect();
    for server in servers.into_iter().filter(|server| server.as_str() != "host") {
        let (kernel, ours) = (kernel.get(server).unwrap_or(&empty), ours.get(server).unwrap_or(&empty));
        let left: Vec<_> = ours.iter().filter(|line| kernel.contains(line) || !by_proxy(line)).collect();
        if left != kernel.iter().collect::<Vec<_>>() {
            bad.push(format!("{name} {server} met:\n  - {kernel:?}\n  + {left:?}"));
        }
    }
}

#[test]
fn docker_commands_carry_packets_as_the_kernel_did() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/labs/docker-rules");
    let mut folders: Vec<_> =
        fs::read_dir(root).expect("the labs").flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let (mut bad, mut probes) = (Vec::new(), 0);
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !wanted(&name) {
            continue;
        }
        let read =
            |file: &str| fs::read_to_string(folder.join(file)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let (docker, lab, linux) = (read("docker.sh"), read("lab.sh"), read("linux.txt"));
        let (said, ours) = run(&docker, &lab);
        // Times are hidden there.
        let plain = |line: &str| !line.starts_with("rtt ") && !line.contains(" packets transmitted");
        let end = linux.rfind("\nstatus ").map_or(0, |at| at + "\nstatus ".len());
        let (kernel, rest) = linux.split_at(end);
        let ends = |line: &&str| line.starts_with("status ");
        probes += said.lines().filter(ends).count();
        let kernel: Vec<&str> = kernel.lines().filter(|l| plain(l)).collect();
        let all = said.lines().filter(|l| plain(l)).collect::<Vec<_>>();
        if let Some(at) = (0..kernel.len() - 1).find(|&at| kernel.get(at) != all.get(at)) {
            let probe = kernel[..at].iter().rfind(|l| l.contains(" -c1 ") || l.contains(" -z "));
            bad.push(format!(
                "{name} {}:\n  - {}\n  + {}",
                probe.unwrap_or(&""),
                kernel[at],
                all.get(at).unwrap_or(&"(end)")
            ));
        }
        compare(&name, &met(rest), &ours, &mut bad);
    }
    println!("{probes} probes");
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
}
