//! A tool's refusal is followed by its line in the lab, where that disturbs no comparison with bash.
#![allow(clippy::expect_used, reason = "a test may fail so")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Writes a lab and runs `packetwalk` in its folder; `name` keeps the tests apart.
fn packetwalk(name: &str, lab: &str, args: &[&str]) -> Output {
    let folder = folder(name, lab);
    let mut command = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).output().expect("packetwalk runs")
}

fn folder(name: &str, lab: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("a folder for the lab");
    std::fs::write(folder.join("lab.sh"), lab).expect("the lab is written");
    folder
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the network did is no mistake of a lab's.
const REFUSED: &str =
    "curl: (7) Failed to connect to 127.0.0.1 port 80 after 0 ms: Couldn't connect to server\n";

/// What iproute2 6.1, iptables 1.8.9 and procps 4.0 say on Debian 12, each followed by its line.
#[test]
fn a_refusal_names_its_line() {
    let cases = [
        ("true\nip link set x up\n", "Cannot find device \"x\"\nlab.sh: line 2: ip exited with status 1\n"),
        (
            "f() {\n  iptables -A INPUT --nonsense\n}\nf\n",
            "iptables v1.8.9 (nf_tables): unknown option \"--nonsense\"\nTry `iptables -h' or 'iptables --help' for \
             more information.\nlab.sh: line 2: iptables exited with status 2\n",
        ),
        (
            "if true; then\n  true |\n    sysctl no.such=1\nfi\n",
            "sysctl: cannot stat /proc/sys/no/such: No such file or directory\nlab.sh: line 3: sysctl exited with \
             status 1\n",
        ),
        (
            "ip netns add a\nip netns exec a ip link set x up || true\n",
            "Cannot find device \"x\"\nlab.sh: line 2: ip exited with status 1\n",
        ),
        (
            "x=$(bash -c '\n\nip link set x up')\n",
            "Cannot find device \"x\"\nlab.sh: line 1: ip exited with status 1\n",
        ),
        ("\ndig x\n", "packetwalk: dig is not simulated\nlab.sh: line 2: dig exited with status 127\n"),
        (
            "\ncurl -sS http://x/\n",
            "curl: (6) Could not resolve host: x\nlab.sh: line 2: curl exited with status 6\n",
        ),
        ("\nip link set lo up\ncurl -sS http://127.0.0.1/\n", REFUSED),
        (
            "\nalias a=b\n",
            "packetwalk: alias is not simulated\nlab.sh: line 2: alias exited with status 127\n",
        ),
        // Bash names the line itself.
        ("\nnosuch\n", "lab.sh: line 2: nosuch: command not found\n"),
    ];
    for (number, (lab, expect)) in cases.into_iter().enumerate() {
        let output = packetwalk(&format!("refusal-{number}"), lab, &["run", "lab.sh"]);
        assert_eq!(errors(&output), expect, "{lab}");
        let plain: String = expect.split_inclusive('\n').filter(|l| !l.contains("exited")).collect();
        let output = packetwalk(&format!("never-{number}"), lab, &["run", "--lines", "never", "lab.sh"]);
        assert_eq!(errors(&output), plain, "{lab}");
    }
}

/// What the network did, the answer to a question, and what a lab takes for itself are no refusals.
#[test]
fn an_outcome_has_no_line() {
    let lab = "ip link set lo up
ping -c1 -W1 192.0.2.1
nc -z -v -n -w 1 127.0.0.1 80
iptables -C INPUT -j DROP
conntrack -D
grep nothing /dev/null
false
ip link set x up 2>/dev/null
ip link set x up 2>&1 | cat
timeout 1 sleep 5
";
    let output = packetwalk("outcome", lab, &["run", "lab.sh"]);
    assert!(!errors(&output).contains("exited with"), "{}", errors(&output));
    assert_eq!(output.stdout, b"Cannot find device \"x\"\n");
}

/// Output that goes to one file is compared with bash's.
#[test]
fn one_file_for_both_streams_has_no_lines() {
    let folder = folder("merged", "ip link set x up\necho done\n");
    let file = std::fs::File::create(folder.join("out.txt")).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
    command.args(["run", "lab.sh"]).current_dir(&folder).stdin(Stdio::null());
    let status =
        command.stdout(file.try_clone().expect("the file again")).stderr(file).status().expect("it runs");
    assert!(status.success());
    let text = std::fs::read_to_string(folder.join("out.txt")).expect("the file");
    assert_eq!(text, "Cannot find device \"x\"\ndone\n");
}

#[test]
fn limits_of_the_simulator_are_no_success() {
    for (name, lab) in [
        ("bomb", ":() { :|: & }\n:\nsleep 1\n"),
        ("zero", "cat /dev/zero | wc -c\n"),
        ("loop", "while :; do :; done\n"),
        ("never", "nc -l 9\n"),
        ("status", "(while :; do :; done)\nexit 3\n"),
    ] {
        let output = packetwalk(name, lab, &["run", "lab.sh"]);
        assert_eq!(output.status.code(), Some(254), "{lab}: {}", errors(&output));
        assert!(errors(&output).contains("packetwalk: "), "{lab}: {}", errors(&output));
    }
}

/// A packet that a rule cannot be asked about is dropped; the rule, the place and the status tell of it.
#[test]
fn what_is_not_simulated_is_told_with_its_rule() {
    let lab = "ip netns add c1
ip -n c1 link set lo up
ip netns exec c1 iptables -N OWN
ip netns exec c1 iptables -A OWN -p udp -j RETURN
ip netns exec c1 iptables -A OWN -p icmp -m cgroup --cgroup 7 -j ACCEPT
ip netns exec c1 iptables -A INPUT -j OWN
ip netns exec c1 ping -c2 -W1 127.0.0.1 > /dev/null
echo end
exit 3
";
    let expect = "packetwalk: a packet in c1 was dropped, for it met what is not simulated: -m cgroup in rule 2 of \
                  filter OWN: -A OWN -p icmp -m cgroup --cgroup 7 -j ACCEPT\n";
    let output = packetwalk("gap", lab, &["run", "lab.sh"]);
    assert_eq!((errors(&output).as_str(), output.stdout.as_slice()), (expect, &b"end\n"[..]));
    assert_eq!(output.status.code(), Some(254));
    let args = ["walk", "lab.sh", "--until-line", "6", "--from", "c1", "ping", "-W1", "127.0.0.1"];
    let output = packetwalk("gap-walk", lab, &args);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("--cgroup 7 -j ACCEPT   ? not simulated"), "{text}");
    assert!(text.contains(expect.trim_end()), "{text}");
    assert_eq!(output.status.code(), Some(254));
}

/// Output that cannot be written is no success, though the lab goes on without it.
#[cfg(target_os = "linux")]
#[test]
fn output_that_is_lost_is_no_success() {
    let folder = folder("lost", "echo a\necho b\ntrue\n");
    for args in [&["run", "lab.sh"][..], &["walk", "lab.sh", "ping", "127.0.0.1"], &["matches"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
        let mut command = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
        command.args(args).current_dir(&folder).stdin(Stdio::null()).stdout(full);
        let output = command.output().expect("packetwalk runs");
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(errors(&output).contains("No space left on device"), "{}", errors(&output));
    }
}

/// How connections are hashed is nothing that a lab sees.
#[test]
fn a_flood_safe_run_prints_the_same() {
    let lab = "ip link set lo up\niptables -A INPUT -m conntrack --ctstate NEW\nfor n in 1 2 3; do\n    \
               ping -c1 -W1 127.0.0.$n > /dev/null\ndone\nconntrack -L\nconntrack -C\n";
    let plain = packetwalk("flood-safe", lab, &["run", "lab.sh"]);
    let safe = packetwalk("flood-safe", lab, &["run", "--flood-safe", "lab.sh"]);
    assert_eq!((safe.status.code(), &safe.stdout), (Some(0), &plain.stdout), "{}", errors(&safe));
    assert!(String::from_utf8_lossy(&plain.stdout).ends_with("3\n"));
}
