//! ping, nc, traceroute and tcpdump against what Debian 12's tools printed on Linux 6.18: each folder of
//! `net/` has a lab and what it printed there, run as root in its own namespaces.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use packetwalk_lab::Lab;
use packetwalk_shell::{Collect, Shell};

#[path = "../../xtask/src/normalise.rs"]
mod normalise;

use normalise::normalise;

fn check(name: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/net").join(name);
    let lab = fs::read_to_string(folder.join("lab.sh")).unwrap();
    let expect = fs::read_to_string(folder.join("linux.txt")).unwrap();
    let mut shell = Shell::new(Lab::new(1));
    let mut out = Collect::default();
    let status = shell.run_script("lab.sh", lab.as_bytes(), &mut out);
    let printed = format!("{}exit status: {status}\n", out.text());
    let (printed, expect) = (normalise(&lab, &printed), normalise(&lab, &expect));
    let differ = printed.lines().zip(expect.lines()).enumerate().find(|(_, (a, b))| a != b);
    assert_eq!(differ, None, "{name}: line, here, Linux");
    assert_eq!(printed.lines().count(), expect.lines().count(), "{name}: lines");
}

#[test]
fn ping() {
    check("ping");
}

#[test]
fn nc() {
    check("nc");
}

#[test]
fn tcpdump() {
    check("tcpdump");
}

#[test]
fn traceroute() {
    check("traceroute");
}
