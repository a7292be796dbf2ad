//! What no one should feed to a lab: each ends as bash 5.2 and Debian 12's tools end it, and nothing panics.
#![allow(clippy::expect_used, reason = "a test may fail so")]
#![allow(clippy::disallowed_methods, reason = "the runner waits in real time")]

#[allow(dead_code, reason = "shared with cargo xtask record")]
#[path = "../../xtask/src/kernel.rs"]
mod kernel;

use std::process::Command;

/// What `packetwalk run lab.sh` prints, with its exit status, must be `expect`.
fn check(lab: impl AsRef<[u8]>, expect: &str) {
    let mut packetwalk = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
    packetwalk.args(["run", "lab.sh"]);
    let printed = kernel::run(&lab, packetwalk).expect("the lab ends");
    let head = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let same = printed == expect;
    assert!(
        same,
        "{}\nLinux: {}\nours:  {}",
        head(lab.as_ref()),
        head(expect.as_bytes()),
        head(printed.as_bytes())
    );
}

/// Ten million letters.
fn long() -> String {
    "a".repeat(10_000_000)
}

#[test]
fn bytes_that_are_no_text() {
    check(
        b"echo one\n\xff\xfe x\necho two\n",
        "one\nlab.sh: line 2: $'\\377\\376': command not found\ntwo\nexit status: 0\n",
    );
    check(
        b"iptables-restore <<X\n*filter\n-A INPUT -m comment --comment \"\xff\xfe\" -j ACCEPT\nCOMMIT\nX\niptables -S INPUT\n",
        "-P INPUT ACCEPT\n-A INPUT -m comment --comment \"\u{fffd}\u{fffd}\" -j ACCEPT\nexit status: 0\n",
    );
    check(b"ip netns add \xff\nip netns\n", "\u{fffd}\nexit status: 0\n");
    check(b"echo one\r\necho two\r\n", "one\r\ntwo\r\nexit status: 0\n");
}

/// What iptables 1.8.9 keeps, lists and finds again.
#[test]
fn bytes_that_are_no_text_in_rules() {
    let rule = b"-A INPUT -m comment --comment \"a\xff\xfe\" -j LOG --log-prefix \"\xfd \"";
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("bytes");
    std::fs::create_dir_all(&folder).expect("a folder");
    for tool in ["iptables", "iptables-legacy"] {
        let lab = [
            format!("{tool}-restore <<X\n*filter\n").as_bytes(),
            rule,
            format!(
                "\nCOMMIT\nX\n{tool} -N $'\\xff'; {tool} -S INPUT; {tool}-save | sed -n '/^-A/p'\n{tool}"
            )
            .as_bytes(),
            b" -D INPUT -m comment --comment a\xff\xfe -j LOG --log-prefix '\xfd ' && ",
            format!("{tool} -S\n").as_bytes(),
        ]
        .concat();
        std::fs::write(folder.join("lab.sh"), lab).expect("the lab is written");
        let mut packetwalk = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
        let output = packetwalk.args(["run", "lab.sh"]).current_dir(&folder).output().expect("it runs");
        let policies = b"-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n-N \xff\n";
        let expect = [b"-P INPUT ACCEPT\n", &rule[..], b"\n", rule, b"\n", policies].concat();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(output.stdout, expect, "{}", output.stdout.escape_ascii());
    }
}

#[test]
fn files_that_are_no_script() {
    let refused = "lab.sh: lab.sh: cannot execute binary file\nexit status: 126\n";
    check(b"echo a\0b\necho two\n", refused);
    check(b"\x7fELF\x02\x01\x01\0\0\0\n", refused);
    check(b"", "exit status: 0\n");
}

#[test]
fn a_line_of_ten_million_letters() {
    let long = long();
    check(
        format!("echo one\n{long}\necho two\n"),
        &format!("one\nlab.sh: line 2: {long}: command not found\ntwo\nexit status: 0\n"),
    );
    check(format!("echo one\necho {long} | wc -c\n"), "one\n10000001\nexit status: 0\n");
    check(format!("# {long}\necho two\n"), "two\nexit status: 0\n");
    check(
        format!("ip link show {long}\necho $?\n"),
        "lab.sh: line 1: /usr/sbin/ip: Argument list too long\n126\nexit status: 0\n",
    );
    let rules = format!("*filter\n-A INPUT -m comment --comment {long} -j ACCEPT\nCOMMIT");
    check(
        format!("iptables-restore <<X\n{rules}\nX\necho $?\n"),
        "iptables-restore v1.8.9 (nf_tables): Parameter too long!\nError occurred at line: 2\nTry `iptables-restore -h' \
         or 'iptables-restore --help' for more information.\n2\nexit status: 0\n",
    );
}

#[test]
fn rules_that_end_too_early() {
    check(
        "iptables-restore <<X\n*filter\n-A INPUT -j ACC\nX\necho $?\n",
        "iptables-restore: COMMIT expected at line 3\n1\nexit status: 0\n",
    );
    check(
        "echo one\niptables-restore <<X\n*filter\n-A INPUT -s 10.0\n",
        "one\nlab.sh: line 4: warning: here-document at line 2 delimited by end-of-file (wanted `X')\n\
         iptables-restore: COMMIT expected at line 3\nexit status: 1\n",
    );
}
