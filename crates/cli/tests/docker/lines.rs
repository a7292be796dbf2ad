//! Command lines with what real ones print: `tests/docker-lines`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::recorded::HOST;
use crate::{Machine, Tally, normal, wanted};

/// What may differ: a part of the place, the kind, and why.
const KNOWN: &[(&str, &str, &str)] = &[
    ("sysctl net.ipv4.ping_group_range", "line", "it is a fixed text in the simulator"),
    ("ports.29: docker run -d --name a3", "line", "the engine names any of the addresses that are taken"),
    (
        "cfront.29: docker compose -f bad.yaml up",
        "line",
        "the engine names any of the addresses that are taken",
    ),
];

/// A command and what came of it.
#[derive(Default)]
struct Step {
    command: String,
    out: Vec<String>,
    err: Vec<String>,
    status: u8,
}

/// Reads a recording: `$ command`, `> more of it`, `1 stdout`, `2 stderr`, `? status`.
fn steps(text: &str) -> Vec<Step> {
    let mut all: Vec<Step> = Vec::new();
    for line in text.lines() {
        let (sign, rest) = line.split_at(line.len().min(1));
        let rest = rest.strip_prefix(' ').unwrap_or(rest).to_owned();
        if sign == "$" {
            all.push(Step { command: rest, ..Step::default() });
            continue;
        }
        let Some(step) = all.last_mut() else { continue };
        match sign {
            ">" => write!(step.command, "\n{rest}").expect("a string takes it"),
            "1" => step.out.push(rest),
            "2" => step.err.push(rest),
            "?" => step.status = rest.parse().expect("a status"),
            _ => {}
        }
    }
    all
}

/// What of a line is the same every time.
fn plain(text: &str) -> Vec<String> {
    // A recording has a line's new beginning as a new line.
    let text = text.replace("/var/run/docker/netns/", "/run/docker/netns/").replace('\r', "\n");
    // A daemon's process.
    let text = match text.split_once("process with PID ") {
        Some((head, tail)) => {
            let own = tail.find(' ').and_then(|at| tail.get(..at)).unwrap_or_default();
            format!("{head}process with PID {}", tail.replace(own, "N"))
        }
        None => text,
    };
    normal::lines(&normal::times(&normal::macs(&normal::ids(&text))))
}

#[test]
fn command_lines_print_what_real_ones_do() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/docker-lines");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the folder is there").flatten().map(|e| e.path()).collect();
    paths.sort();
    let mut tally = Tally::default();
    for path in paths {
        let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(name) = file.strip_suffix(".txt").filter(|n| wanted(n)) else { continue };
        let (_, engine) = name.split_once('.').expect("NAME.ENGINE.txt");
        let text = fs::read_to_string(&path).expect("it is read");
        let mut machine = Machine::new();
        for line in HOST.lines().chain(["mkdir -p /run/lab /tmp/demo", "cd /run/lab"]) {
            machine.must(line);
        }
        machine.must(&format!("dockerd --version-profile {engine}"));
        let flags = text.lines().find_map(|l| l.strip_prefix("# dockerd ")).unwrap_or_default();
        machine.must(&format!("dockerd {flags} >/dev/null 2>&1 &"));
        machine.must("sleep 1");
        for step in steps(&text) {
            if std::env::var("PACKETWALK_DOCKER_SHOW").is_ok() {
                eprintln!("{name}: {}", step.command);
            }
            let (status, out, err) = machine.run(&step.command);
            // Compose does several things at once.
            let order = |mut lines: Vec<String>| {
                if step.command.contains("docker compose") {
                    lines.sort();
                }
                lines
            };
            let ours = report(status, &plain(&out), &order(plain(&err)));
            let want = report(step.status, &plain(&step.out.join("\n")), &order(plain(&step.err.join("\n"))));
            let place = format!("{name}: {}", step.command);
            tally.lines(&place, "line", &want, &ours);
            machine.must("sleep 0.2");
        }
    }
    tally.finish(KNOWN);
}

fn report(status: u8, out: &[String], err: &[String]) -> Vec<String> {
    let mut all: Vec<String> = out.iter().map(|l| format!("1 {l}")).collect();
    all.extend(err.iter().map(|l| format!("2 {l}")));
    all.push(format!("? {status}"));
    all
}

/// No command line panics, whatever its words are.
#[test]
fn odd_words_are_refused() {
    let long = "x".repeat(70_000);
    let deep = "{{if .".repeat(2000);
    let words = [
        "''",
        "--",
        "-",
        "=",
        "a=",
        "=b",
        ",",
        ":",
        "::",
        "[",
        "\\xff",
        "$'\\xff\\xfe'",
        "'{{'",
        "é",
        &long,
        &deep,
    ];
    let commands = [
        "docker",
        "docker run -d -p",
        "docker run -d --network",
        "docker run -d --network name=",
        "docker run -d --expose",
        "docker run -d --ip",
        "docker run -d --sysctl",
        "docker run -d",
        "docker network create --subnet",
        "docker network create --subnet 10.0.0.0/8 --gateway",
        "docker network create -d macvlan -o",
        "docker network create",
        "docker network connect bridge",
        "docker network ls --format",
        "docker network ls --filter",
        "docker ps --format",
        "docker inspect -f",
        "docker events --until 0s --filter",
        "docker compose -f",
        "docker compose -p",
        "docker rename c",
        "dockerd --default-address-pool",
        "dockerd --bip",
        "ip link add link lo type macvlan mode",
    ];
    let mut machine = Machine::new();
    machine.must("docker network ls >/dev/null");
    for command in commands {
        for word in words {
            machine.run(&format!("timeout 1 {command} {word} >/dev/null 2>&1"));
        }
    }
    machine.must("docker network ls >/dev/null");
    let files = [
        "services: {a: {image: bb, ports: [",
        "\u{feff}",
        "a: &a [*a]",
        "? [x]",
        "- - - -",
        "!!binary x",
        "services: [1]",
    ];
    for text in files {
        machine.must(&format!("cat >/tmp/f.yaml <<'E'\n{text}\nE"));
        machine.run("timeout 1 docker compose -f /tmp/f.yaml up -d >/dev/null 2>&1");
        machine.must(&format!("cat >/etc/docker/daemon.json <<'E'\n{text}\nE"));
        machine.run("systemctl restart docker >/dev/null 2>&1");
    }
}
