//! `packetwalk matrix`: a grid for people, data for programs, and what is refused.
#![allow(clippy::expect_used, reason = "a test may fail so")]

use std::process::{Command, Output, Stdio};

const LAB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/matrix.sh");

fn matrix(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
    command.arg("matrix").args(args).stdin(Stdio::null()).output().expect("packetwalk runs")
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What Docker's documents say of these networks: an internal one has no way out or in, one without icc none between its
/// containers, and none leads into another.
const GRID: &str = "\
to
    1  host  172.17.0.1
    2  host  10.1.0.1
    3  host  10.2.0.1
    4  web1 … web3 (3)  172.17.0.2 … 172.17.0.4
    5  db1 … db3 (3)  10.1.0.2 … 10.1.0.4
    6  q1, q2  10.2.0.2 … 10.2.0.3

tcp/80
  from             1   2   3   4   5      6
  host             ✗1  ✗1  ✗1  ✓   ✗2     ✓
  web1 … web3 (3)  ✗2  ✗2  ✗2  ✓   ·3     ·4
  db1 … db3 (3)    !5  ✗2  !5  !5  ✗2/✗1  !5
  q1, q2           ✗2  ✗2  ✗2  ·6  ·3     ·7/✓

";

#[test]
fn a_grid_with_a_reason_for_each_verdict() {
    let text = printed(&matrix(&[LAB, "--ports", "tcp/80"]));
    assert!(text.starts_with(GRID), "{text}");
    for reason in [
        "    1  refused by TO\n",
        "    2  refused by TO: FROM got a TCP reset from TO: in TO, nobody listens on that port.\n",
        "-A DOCKER-INTERNAL ! -s 10.1.0.0/24 -o br-",
        "    5  Network is unreachable\n",
    ] {
        assert!(text.contains(reason), "{reason}: {text}");
    }
    // Published ports are the host's, and lead to containers that are then not alike.
    let text = printed(&matrix(&[LAB, "--ports", "tcp/8081", "--from", "host", "--to", "host"]));
    assert!(text.contains("\n  host  ✓1  ✓1  ✓1\n") && text.contains("  1  answered in web1\n"), "{text}");
    let text = printed(&matrix(&[LAB, "--ports", "tcp/8081,tcp/80", "--to", "web1"]));
    assert!(text.contains("\n  web2, web3  "), "{text}");
}

#[test]
fn the_number_of_threads_does_not_show() {
    let usual = printed(&matrix(&[LAB, "--jobs", "1"]));
    assert_eq!(printed(&matrix(&[LAB, "--jobs", "3"])), usual);
    let ports: Vec<&str> = usual.lines().filter(|line| line.starts_with("tcp/")).collect();
    assert_eq!(ports, ["tcp/80", "tcp/6379", "tcp/8081", "tcp/8082", "tcp/8083", "tcp/65535"]);
}

#[test]
fn data_for_programs() {
    let output =
        matrix(&[LAB, "--json", "--ports", "tcp/6379,udp/53", "--from", "web1", "db1", "--to", "db2"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["from"], serde_json::json!([["web1"], ["db1"]]));
    let cells = json["cells"].as_array().expect("cells");
    let verdicts: Vec<_> = cells.iter().map(|c| (c["from"].as_u64(), c["verdict"].as_str())).collect();
    let want = [(0, "dropped"), (0, "dropped"), (1, "answered"), (1, "refused")];
    assert_eq!(verdicts, want.map(|(from, verdict)| (Some(from), Some(verdict))));
    assert!(
        cells.iter().take(1).all(|c| c["why"].as_str().is_some_and(|why| why.contains("10.1.0.3"))),
        "{json}"
    );
}

/// A cell's cause is that which the walk of the same packet ends with.
#[test]
fn a_cell_says_what_its_walk_says() {
    let args = [LAB, "--json", "--ports", "tcp/80,tcp/81", "--from", "web1", "db1", "q1", "--to"];
    let output = matrix(&[&args[..], &["web2", "db2", "q1", "q2"]].concat());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut kinds = Vec::new();
    for cell in json["cells"].as_array().expect("cells") {
        let verdict = cell["verdict"].as_str().unwrap_or_default();
        // A command's walk does not begin when nothing is sent, an answer has no cause, and a walk takes a namespace's
        // refusal of itself for an answer.
        if matches!(verdict, "answered" | "not sent") || cell["itself"] == true {
            continue;
        }
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let (from, to) = (text(&cell["asked"][0]), text(&cell["asked"][1]));
        let port = text(&cell["ports"][0]).replace("tcp/", "");
        let mut command = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
        command.args(["walk", "--json", "--from", &from, LAB, "nc", "-z", "-n", "-w", "1", &to, &port]);
        let walk = command.stdin(Stdio::null()).output().expect("packetwalk runs");
        let walk: serde_json::Value = serde_json::from_slice(&walk.stdout).expect("JSON");
        assert_eq!((&walk["verdict"], &walk["sentence"]), (&cell["verdict"], &cell["why"]), "{cell}");
        kinds.push(verdict.to_owned());
    }
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["dropped", "refused"]);
}

#[test]
fn nonsense_is_refused() {
    for (args, status, said) in [
        (["--ports", "http"], 2, "not a port: one is tcp/80 or udp/53"),
        (["--ports", "tcp/0"], 2, "not a port: one is tcp/80 or udp/53"),
        (["--ports", "tcp/70000"], 2, "not a port: one is tcp/80 or udp/53"),
        (["--jobs", "0"], 2, "invalid value '0'"),
        (["--from", "nobody"], 1, "the lab has no network namespace \"nobody\""),
        (["--to", "nobody"], 1, "the lab has no network namespace \"nobody\""),
    ] {
        let output = matrix(&[&[LAB], &args[..]].concat());
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{text}");
        assert!(text.contains(said) && output.stdout.is_empty(), "{text}");
    }
    assert_eq!(matrix(&["/nosuch.sh"]).status.code(), Some(1));
}
