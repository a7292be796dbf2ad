//! Lines of the kernel's log against what Linux wrote for `log/lab.sh`.
//!
//! `log/linux.txt` was recorded in User Mode Linux 6.1.176 (Debian 12) with `tcp_rmem` as in 6.18, because a lab's
//! packets come into a machine's log only after a setting of the machine's own namespace was changed.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use packetwalk_lab::Lab;
use packetwalk_shell::{Collect, Shell};

/// Numbers that differ from run to run, in the words of a line: identifications and ICMP identifiers, TCP's
/// sequence numbers and timestamps, ports chosen by chance, flow labels (no packet here has one).
fn steady(line: &str) -> String {
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    let word = |word: &str| match word.split_once('=') {
        Some(("ID", _)) => "ID=N".to_owned(),
        Some(("FLOWLBL", _)) => "FLOWLBL=N".to_owned(),
        Some((name @ ("SEQ" | "ACK"), n)) if number(n) > 99 => format!("{name}=N"),
        Some((name @ ("SPT" | "DPT"), n)) if number(n) > 30_000 => format!("{name}=N"),
        _ => match word.split_once("080A") {
            Some((before, after)) => format!("{before}080A,{}", after.get(16..).unwrap_or_default()),
            None => word.to_owned(),
        },
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_line_as_linux_writes_it() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/log");
    let lab = fs::read_to_string(folder.join("lab.sh")).unwrap();
    let expect = fs::read_to_string(folder.join("linux.txt")).unwrap();
    let mut out = Collect::default();
    Shell::new(Lab::new(1)).run_script("lab.sh", lab.as_bytes(), &mut out);
    let steady = |text: &str| text.lines().map(steady).collect::<Vec<_>>();
    let (printed, expect) = (steady(&out.text()), steady(&expect));
    let differ = printed.iter().zip(&expect).enumerate().find(|(_, (a, b))| a != b);
    assert_eq!(differ, None, "line, here, Linux");
    assert_eq!(printed.len(), expect.len(), "lines");
    assert!(expect.len() > 90, "the whole recording");
}
