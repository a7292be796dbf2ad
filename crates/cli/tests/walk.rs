//! `packetwalk walk`: how far the lab runs, how much is told, and where it goes.
#![allow(clippy::expect_used, reason = "a test may fail so")]

use std::process::{Command, Output, Stdio};

const LAB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/labs/bridge-nf/forward-policy/lab.sh");

fn walk(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
    command.arg("walk").args(args).stdin(Stdio::null()).output().expect("packetwalk runs")
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_lab_runs_as_far_as_a_line() {
    for (line, verdict) in [("15", "✓ 10.0.0.2 answered vm1"), ("16", "✗ The packet to 10.0.0.2 was lost")]
    {
        let output = walk(&[LAB, "--until-line", line, "--from", "vm1", "ping", "-W1", "10.0.0.2"]);
        assert!(printed(&output).contains(verdict), "{line}: {}", printed(&output));
    }
    let middle = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/labs/publish/isolated-networks/lab.sh");
    let output = walk(&[middle, "--until-line", "30", "ping", "127.0.0.1"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "packetwalk: line 30 of the lab is in the middle of a command\n"
    );
    for line in ["0", "9999"] {
        let output = walk(&[LAB, "--until-line", line, "ping", "127.0.0.1"]);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.starts_with(&format!("packetwalk: the lab has no line {line}: it has ")), "{text}");
    }
}

#[test]
fn a_long_walk_is_told_in_part() {
    let output = walk(&[LAB, "--packets", "3", "--from", "vm1", "ping", "-c5", "10.0.0.2"]);
    let text = printed(&output);
    assert_eq!(text.matches("  send ").count(), 3, "{text}");
    assert!(text.contains("  7 more packets are not told of"), "{text}");
    assert!(text.contains("5 packets transmitted, 5 received"), "{text}");
}

#[test]
fn a_walk_is_told_in_another_language() {
    let told = |lang: &str| {
        walk(&["--lang", lang, "--until-line", "16", LAB, "--from", "vm1", "ping", "-W1", "10.0.0.2"])
    };
    let (english, chinese) = (printed(&told("en")), printed(&told("zh-CN")));
    assert!(english.contains("✗ The packet to 10.0.0.2 was lost: in host, "), "{english}");
    assert!(chinese.contains("✗ 去往 10.0.0.2 的包丢了：在 host，"), "{chinese}");
    // What the tools print is the same.
    let rows = |text: &str| text.matches("-P FORWARD DROP").count();
    assert!(rows(&english) > 0 && rows(&english) == rows(&chinese), "{chinese}");
    let refused = told("tlh");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("walks are told in en and zh"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for json in [&["--json"][..], &[]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_packetwalk"));
        command.arg("walk").args(json).args([LAB, "--from", "vm1", "ping", "-c50", "10.0.0.2"]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("packetwalk runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert!(output.status.success());
    }
}

/// Each row of the README's table shows what its question is about.
#[test]
fn the_readme_s_walks_show_their_surprise() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let readme = std::fs::read_to_string(format!("{root}/README.md")).expect("the README");
    #[rustfmt::skip]
    let surprises = [
        ("publish/input-is-never-asked", "-j DNAT --to-destination 172.17.0.2:80   ✓"),
        ("publish/docker-user",          "-A DOCKER-USER -i eth0 -p tcp -m tcp --dport 8080 -j DROP   ✗ --dport 8080: it is 80"),
        ("hairpin/itself-bridge-nf",     "BRIDGE_NO_EGRESS_PORT"),
        ("hairpin/itself-routed",        "IP_LOCAL_SOURCE"),
        ("bridge-nf/on-and-off",         "filter FORWARD     -A FORWARD -p icmp   ✓ and on"),
        ("bridge-nf/forward-policy",     "-P FORWARD DROP   ✗"),
        ("publish/isolated-networks",    "-A DOCKER-ISOLATION-STAGE-2 -o br2 -j DROP   ✗ DROP"),
        ("publish/stale-udp-entry",      "The nat table is not asked: the entry has its mapping already\n  rewrite            dst 192.168.0.128 → 172.17.0.2\n"),
        ("publish/loopback-dnat",        "IP_OUTNOROUTES: its source 127.0.0.1 leaves by lo alone, not towards 172.17.0.2, unless route_localnet is set"),
        ("macvlan/bridge",               "no answer to ARP for 192.168.0.128 on m1"),
        ("docker/ufw-published-port",    "-j DNAT --to-destination 172.17.0.2:80   ✓"),
        ("docker/docker-user",           "✓ 192.168.0.128 answered lan"),
        ("docker/container-to-host",     "-P INPUT DROP   ✗"),
        ("docker/hairpin",               "deliver            IP 172.17.0.1."),
        ("docker/userland-proxy-off",    "-s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE   ✓"),
        ("docker/source-address",        "rewrite            src 192.168.0.7 → 172.17.0.1"),
        ("docker/icc",                   "-A FORWARD -i docker0 -o docker0 -j DROP   ✗ DROP"),
        ("docker/br-netfilter",          "-A FORWARD -i docker0 -o docker0 -j DROP   ✗ DROP"),
        ("docker/forward-policy",        "-P FORWARD DROP   ✗"),
        ("docker/direct-routing",        "✓ 172.17.0.2 answered lan"),
        ("docker/direct-routing-28",     "-A PREROUTING -d 172.17.0.2/32 ! -i docker0 -j DROP   ✗ DROP"),
        ("docker/embedded-dns",          "-j DNAT --to-destination 127.0.0.11:"),
    ];
    let rows: Vec<(&str, &str)> = readme
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_suffix("` |")?.rsplit("` | `");
            let (walk, lab) = (cells.next()?, cells.next()?);
            Some((lab.rsplit('`').next()?, walk))
        })
        .collect();
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), surprises.map(|(lab, _)| lab));
    for ((lab, words), (_, surprise)) in rows.into_iter().zip(surprises) {
        let path = format!("{root}/tests/labs/{lab}/lab.sh");
        let args: Vec<&str> = core::iter::once(path.as_str()).chain(words.split(' ')).collect();
        let text = printed(&walk(&args));
        assert!(text.contains(surprise), "{lab}: {surprise}\n{text}");
        assert!(!text.contains("filter INPUT") || lab != "publish/input-is-never-asked", "{text}");
    }
}

/// What the lab's last command has on its way when it ends lands before the walk.
#[test]
fn a_walk_begins_with_its_own_packets() {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/labs/docker/source-address/lab.sh");
    for line in ["19", "26", "27"] {
        let args = [lab, "--until-line", line, "--from", "lan", "nc", "-z", "-n", "192.168.0.128", "8080"];
        let text = printed(&walk(&args));
        let first = text.lines().find(|line| line.starts_with("  ")).unwrap_or_default();
        assert!(first.starts_with("  send  ") && first.contains("Flags [S]"), "{line}: {text}");
        assert_eq!(text.lines().next().map(|line| line.starts_with("── request")), Some(true), "{text}");
    }
}

/// Whoever wants everything is told what was tried, and why it did not serve.
#[test]
fn everything_is_told_with_v() {
    let lab = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/labs/article/docker-2015/lab.sh");
    let told =
        |option: &[&str]| printed(&walk(&[option, &[lab, "--from", "c1", "ping", "203.0.113.10"]].concat()));
    let (all, short) = (told(&["-v"]), told(&[]));
    for line in [
        "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER   ✗ --dst-type LOCAL: 203.0.113.10 is UNICAST\n",
        "-A FORWARD -o docker0 -j DOCKER   ✗ -o docker0: it leaves by eth0\n",
        "✓ default via 192.168.0.1 dev eth0   nothing longer holds 203.0.113.10\n",
        "· 172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.42.1   203.0.113.10 is not in it\n",
    ] {
        assert!(all.contains(line), "{line}{all}");
        assert!(!short.contains(line), "{line}{short}");
    }
}

#[test]
fn what_is_not_simulated_is_not_called_a_drop() {
    let lab = concat!(env!("CARGO_TARGET_TMPDIR"), "/not-simulated.sh");
    let rule = "iptables -A INPUT -p tcp -m tcp --dport 80 -m cgroup --cgroup 7 -j DROP";
    std::fs::write(lab, format!("ip link set lo up\n{rule}\n")).expect("a file can be written");
    let output = walk(&[lab, "nc", "-z", "-w1", "127.0.0.1", "80"]);
    let text = printed(&output);
    assert!(text.contains("is not simulated: what Linux does with it is not known"), "{text}");
}
