//! Wireshark opens what `--pcap` writes without a complaint. Skipped where there is no tshark.
#![allow(clippy::expect_used, reason = "a test may fail so")]
#![allow(clippy::disallowed_methods, reason = "the runner waits in real time")]

use std::path::Path;
use std::process::Command;

const LAB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/labs/article/docker-2015/lab.sh");

/// What tshark prints of a capture with these arguments; `None` without tshark.
fn tshark(file: &Path, args: &[&str]) -> Option<String> {
    let checks = ["ip.check_checksum", "tcp.check_checksum", "udp.check_checksum"];
    let mut tshark = Command::new("tshark");
    tshark
        .arg("-r")
        .arg(file)
        .args(args)
        .args(checks.iter().flat_map(|check| ["-o".to_owned(), format!("{check}:TRUE")]));
    let out = tshark.output().ok()?;
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8_lossy(&out.stdout).into_owned())
}

#[test]
fn wireshark_has_no_complaint() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("docker-2015.pcapng");
    let mut packetwalk = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
    let out = packetwalk.args(["run", LAB, "--pcap"]).arg(&file).output().expect("packetwalk starts");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    // Everything that its expert system would colour, a wrong checksum among them.
    let Some(complaints) = tshark(&file, &["-Y", "_ws.expert.severity >= 6291456 || _ws.malformed"]) else {
        println!("skipped: no tshark");
        return;
    };
    assert_eq!(complaints, "", "notes, warnings and errors of tshark");
    let interfaces = tshark(&file, &["-T", "fields", "-e", "frame.interface_name"]).unwrap_or_default();
    let mut interfaces: Vec<&str> = interfaces.lines().collect();
    interfaces.sort_unstable();
    interfaces.dedup();
    println!("{}", interfaces.join(" "));
    assert!(interfaces.len() >= 10, "one interface block for each: {interfaces:?}");
    let pings = tshark(&file, &["-Y", "icmp.type == 8"]).unwrap_or_default();
    assert!(pings.lines().count() > 6, "echo requests: {pings}");
}
