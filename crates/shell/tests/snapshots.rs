//! A clone of a shell is a snapshot of everything: it costs what changed since the last one, and what comes of it is
//! what came the first time.
#![allow(clippy::expect_used, reason = "a lab that cannot be made fails the test")]

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use packetwalk_lab::Lab;
use packetwalk_route::{NextHop, NlFlags, Route};
use packetwalk_shell::{Collect, Line, Shell, is_incomplete};
use packetwalk_trace::NsId;
use proptest::prelude::*;

/// The host has as many rules, which its packets are asked about, and routes.
fn loaded(rules: u32, routes: u32) -> Shell {
    let mut shell = Shell::new(Lab::new(0));
    let mut out = Collect::default();
    assert_eq!(shell.run_script("network.sh", include_bytes!("network.sh"), &mut out), 0, "{}", out.text());
    let mut text = String::from("*filter\n:FORWARD ACCEPT [0:0]\n");
    for n in 0..rules {
        let dst = Ipv4Addr::from_bits(0xac10_0000 + n);
        let _ = writeln!(text, "-A FORWARD -d {dst}/32 -p tcp -m tcp --dport 80 -j ACCEPT");
    }
    text.push_str("-A FORWARD -p icmp -j ACCEPT\nCOMMIT\n");
    shell.write_file("/root/rules", text.as_bytes()).expect("there is room");
    assert_eq!(shell.run_line(NsId(0), b"iptables-restore rules", &mut out), Line::Done(0), "{}", out.text());
    let stack = shell.lab.stack_mut(NsId(0)).expect("the host");
    let oif = stack.links.by_name("to-b").expect("it was made").index;
    for n in 0..routes {
        let dst = IpNet::new(Ipv4Addr::from_bits(0x1400_0000 + (n << 8)).into(), 24).expect("a prefix");
        let via = Some(IpAddr::from([10, 0, 1, 2 + (n % 200) as u8]));
        let nexthops = vec![NextHop { via, oif, ..NextHop::default() }];
        let how = NlFlags::Add;
        stack.routing.change_route(Route { nexthops, ..Route::new(dst) }, how).expect("it can be added");
    }
    shell
}

/// A traced ping through the host.
fn ping(shell: &mut Shell) {
    let a = shell.lab.ns("a").expect("it was made");
    let mut out = Collect::default();
    shell.lab.start_trace();
    assert_eq!(shell.run_line(a, b"ping -c1 10.0.1.2", &mut out), Line::Done(0), "{}", out.text());
    assert!(shell.lab.stop_trace().len() > 20);
}

/// Bytes that are allocated for a snapshot: at once, and as what the next ping changes parts from it.
fn price(shell: &mut Shell) -> (u64, u64) {
    ping(shell);
    let mut kept = None;
    let at_once = allocation_counter::measure(|| kept = Some(shell.clone())).bytes_total;
    let shared = allocation_counter::measure(|| ping(shell)).bytes_total;
    drop(kept);
    let alone = allocation_counter::measure(|| ping(shell)).bytes_total;
    (at_once, shared.saturating_sub(alone))
}

/// 10,000 rules and 100,000 routes are some 10 MB.
#[test]
fn a_snapshot_costs_the_change() {
    let small = price(&mut loaded(0, 0));
    let large = price(&mut loaded(10_000, 100_000));
    println!(
        "bytes at once, and for the next ping's changes: {small:?}, with many rules and routes {large:?}"
    );
    assert!(large.0 < 16 << 10, "{large:?}");
    assert!(large.1 < 96 << 10, "{large:?}");
    // A pointer for each page of rules, and the pages of the rules that counted.
    assert!(large.1 < small.1 + (24 << 10), "{small:?} {large:?}");
}

/// Commands of a script, each with all its lines.
fn commands(script: &str) -> Vec<String> {
    let (mut all, mut open) = (Vec::new(), String::new());
    for line in script.lines() {
        open.push_str(line);
        open.push('\n');
        if !is_incomplete(open.as_bytes()) {
            all.push(std::mem::take(&mut open));
        }
    }
    all
}

/// What commands say, every step of their packets, and the frames.
fn outcome(shell: &mut Shell, commands: &[String]) -> (String, String, Vec<u8>) {
    let mut out = Collect::default();
    shell.lab.start_trace();
    shell.lab.captures.on = true;
    for command in commands {
        if let Line::Exit(_) = shell.run_line(NsId(0), command.as_bytes(), &mut out) {
            break;
        }
    }
    let steps = format!("{:?}", shell.lab.stop_trace());
    (out.text(), steps, shell.lab.pcapng())
}

fn labs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/labs");
    let areas =
        ["article", "conntrack", "docker", "docker-rules", "fragments", "ipset", "macvlan", "match", "nat"];
    let folders = areas.iter().filter_map(|area| std::fs::read_dir(root.join(area)).ok());
    let mut labs: Vec<PathBuf> =
        folders.flat_map(|found| found.flatten().map(|entry| entry.path().join("lab.sh"))).collect();
    labs.retain(|lab| lab.exists());
    labs.sort();
    labs
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    /// Wherever a snapshot is taken, what follows is the same from it, again and again, and is what it is
    /// without one.
    #[test]
    fn what_comes_of_a_snapshot_is_always_the_same(lab in prop::sample::select(labs()), at: prop::sample::Index) {
        let script = std::fs::read_to_string(&lab).expect("it can be read");
        let commands = commands(&script);
        let at = at.index(commands.len() + 1);
        let (before, after) = commands.split_at(at);
        let mut shell = Shell::new(Lab::new(0));
        let begun = outcome(&mut shell, before);
        let kept = shell.clone();
        let first = outcome(&mut shell, after);
        for _ in 0..2 {
            let mut again = kept.clone();
            prop_assert!(outcome(&mut again, after) == first, "{} at {at}", lab.display());
        }
        let mut other = Shell::new(Lab::new(0));
        prop_assert!(outcome(&mut other, before) == begun && outcome(&mut other, after) == first, "{}", lab.display());
    }
}
