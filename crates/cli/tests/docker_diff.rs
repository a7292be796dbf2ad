//! `packetwalk docker-diff`: what it finds between engines, and what it says to a script.
#![allow(clippy::expect_used, reason = "a test may fail so")]

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

const LAB: &str = "ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip netns exec lan ip addr add 192.168.0.50/24 dev eth0
ip netns exec lan ip link set eth0 up
ip netns exec lan ip route add default via 192.168.0.128
sysctl -q -w net.ipv4.ip_forward=1
dockerd --version-profile 1.5
docker run -d --name c1 -p 8080:80 busybox nc -l -k 80
docker exec c1 ping -c1 -W1 192.168.0.50
ip netns exec lan ping -c1 -W1 172.17.0.2
";

/// A lab in a file of its own.
fn lab(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("docker-diff-{name}.sh"));
    std::fs::write(&path, text).expect("the lab is written");
    path
}

fn diff(name: &str, text: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
    command.arg("docker-diff").args(args).arg(lab(name, text)).output().expect("packetwalk runs")
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What each engine's own rules do to a packet that is routed to a container is recorded from a kernel:
/// `tests/labs/docker-rules/20-forwarding-before` and `29-publish`.
#[test]
fn direct_routing_is_blocked_since_28() {
    let output = diff("routing", LAB, &["--from", "20.10", "--to", "29"]);
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let blocked = "
host: iptables raw PREROUTING
  + -A PREROUTING -d 172.17.0.2/32 ! -i docker0 -j DROP
";
    let walks = "
line 11: docker exec c1 ping -c1 -W1 192.168.0.50
  the same: answered: 192.168.0.50 answered c1.
";
    let parts = "
line 12: ip netns exec lan ping -c1 -W1 172.17.0.2
  20.10: answered: 172.17.0.2 answered lan.
  29:    dropped: ";
    let step = "
  they part at step 6:
  - host: conntrack  NEW ";
    for part in [blocked, walks, parts, step] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn an_engine_is_like_itself() {
    let output = diff("itself", LAB, &["--from", "29", "--to", "29"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(printed(&output).contains("\nthe same\n"));
    // No engine at all.
    let output = diff("none", "ping -c1 127.0.0.1\n", &["--from", "20.10", "--to", "29"]);
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
}

#[test]
fn walks_of_ones_own_and_data() {
    let args = ["--from", "20.10", "--to", "29", "--json", "--walk", "lan ping -c1 -W1 172.17.0.2"];
    let output = diff("data", LAB, &args);
    let all: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(all["same"], false);
    let walk = all["commands"].as_array().and_then(|all| all.last()).expect("a walk");
    assert_eq!(walk["command"], "lan ping -c1 -W1 172.17.0.2");
    assert_eq!(walk["line"], Value::Null);
    assert_eq!([&walk["from"]["verdict"], &walk["to"]["verdict"]], ["answered", "dropped"]);
    assert_eq!(walk["to"]["step"]["title"], "raw PREROUTING");
    let host =
        all["namespaces"].as_array().into_iter().flatten().find(|n| n["name"] == "host").expect("the host");
    let chain = |c: &&Value| c["chain"] == "FORWARD" && c["tool"] == "iptables";
    let forward = host["rules"].as_array().into_iter().flatten().find(chain).expect("FORWARD differs");
    assert_eq!(forward["added"], serde_json::json!(["-A FORWARD -j DOCKER-FORWARD"]));
}

#[test]
fn a_command_that_fails_with_one_engine_is_told() {
    let text = "docker network create -o com.docker.network.bridge.name=br-n nn || exit 3\nip link set lo up\nping -c1 127.0.0.1\n";
    let output = diff("fails", text, &["--from", "1.5", "--to", "20.10"]);
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(1));
    for part in [
        "line 1: docker network create",
        "(status 3)\n  20.10: done\n",
        "line 3: ping -c1 127.0.0.1\n  1.5:   not run\n",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn trouble_is_2() {
    #[rustfmt::skip]
    let cases = [
        ("engine", LAB,         &["--from", "1.4", "--to", "29"][..],                          "packetwalk: there is no engine 1.4; there are 1.5, 20.10, 29\n"),
        ("walk",   LAB,         &["--from", "29", "--to", "29", "--walk", "nobody ping ::1"],  "packetwalk: the lab has no network namespace \"nobody\""),
        ("open",   "if true\n", &["--from", "29", "--to", "29"],                               "line 1 begins a command that does not end\n"),
    ];
    for (name, text, args, want) in cases {
        let output = diff(name, text, args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(want), "{said}");
    }
}
