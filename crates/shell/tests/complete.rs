//! What is offered for the end of a line, and what `man` and `help` tell.

use packetwalk_lab::Lab;
use packetwalk_shell::{Apart, Collect, Line, Shell};
use packetwalk_trace::NsId;

const LAB: &str = "ip netns add c1
ip link add d7 type dummy
ip link add veth1 type veth peer name eth0 netns c1
iptables -N MINE
iptables -t nat -N OTHER
docker network create net1 >/dev/null
docker run -d --name web nginx >/dev/null
";

fn lab() -> Shell {
    let mut shell = Shell::new(Lab::new(0));
    let mut said = Collect::default();
    assert_eq!(shell.run_script("lab.sh", LAB.as_bytes(), &mut said), 0, "{}", said.text());
    shell
}

#[test]
fn words_fit_their_place() {
    let shell = lab();
    #[rustfmt::skip]
    let cases: &[(&str, usize, &[&str])] = &[
        // line,                                    from, words
        ("iptables-leg",                            0,  &["iptables-legacy", "iptables-legacy-restore", "iptables-legacy-save"]),
        ("true; mapf",                              6,  &["mapfile"]),
        ("if sysct",                                3,  &["sysctl"]),
        ("A=1 dmes",                                4,  &["dmesg"]),
        ("ip ro",                                   3,  &["route"]),
        ("ip a a 10.0.0.1/24 dev d7",               23, &[]),
        ("ip link set d",                           12, &["d7", "dev", "docker0", "down"]),
        ("ip netns exec ",                          14, &["c1"]),
        ("ip netns exec c1 ip link show dev e",     34, &["eth0"]),
        ("ip -n ",                                  6,  &["c1"]),
        ("iptables -t ra",                          12, &["raw"]),
        ("iptables -A MI",                          12, &["MINE"]),
        ("iptables -t nat -A OTH",                  19, &["OTHER"]),
        ("iptables -A INPUT -m addr",               21, &["addrtype"]),
        ("iptables -A INPUT -m addrtype --dst-t",   30, &["--dst-type"]),
        ("iptables -A INPUT -p tcp --dp",           25, &["--dport"]),
        ("iptables -A INPUT -j MASQ",               21, &["MASQUERADE"]),
        ("iptables -A INPUT -j LOG --log-pre",      25, &["--log-prefix"]),
        ("sysctl net.ipv4.ip_forw",                 7,  &["net.ipv4.ip_forward", "net.ipv4.ip_forward_update_priority", "net.ipv4.ip_forward_use_pmtu"]),
        ("docker net",                              7,  &["network"]),
        ("docker network create --int",             22, &["--internal"]),
        ("docker run --net",                        11, &["--net-alias", "--network", "--network-alias"]),
        ("docker run --network n",                  21, &["net1", "none"]),
        ("docker exec w",                           12, &["web"]),
        ("docker exec web tracer",                  16, &["traceroute", "traceroute6"]),
        ("man conn",                                4,  &["conntrack"]),
        ("tcpdump -i a",                            11, &["any"]),
        ("nosuchtool x",                            11, &[]),
        ("ip nosuch ",                              10, &["address", "link", "neighbour", "netns", "route", "rule"]),
    ];
    for (line, from, words) in cases {
        let found = shell.complete(NsId(0), line);
        let found_words: Vec<&str> = found.words.iter().map(String::as_str).collect();
        assert_eq!((found.from, found_words.as_slice()), (*from, *words), "{line}");
    }
}

fn run(shell: &mut Shell, line: &str) -> (Line, String, String) {
    let mut said = Apart::default();
    let done = shell.run_line(NsId(0), line.as_bytes(), &mut said);
    let (out, err) = said.texts();
    (done, out, err)
}

#[test]
fn man_tells_what_is_simulated() {
    let mut shell = lab();
    let cases = [
        ("man iptables", Line::Done(0), "MASQUERADE"),
        ("man iptables-extensions", Line::Done(0), "-m addrtype"),
        ("man ip6tables-legacy-save", Line::Done(0), "iptables-save: "),
        ("man ip", Line::Done(0), "ip route add"),
        ("man docker", Line::Done(0), "docker network"),
        ("man sed", Line::Done(0), "sed: as on Debian 12"),
        ("help", Line::Done(0), "conntrack"),
        ("man nosuch", Line::Done(16), ""),
        ("man", Line::Done(1), ""),
        ("help cd", Line::Done(127), ""),
    ];
    for (line, done, has) in cases {
        let (status, out, err) = run(&mut shell, line);
        assert_eq!(status, done, "{line}: {err}");
        assert!(out.contains(has), "{line}: {out}");
        let is_wide = out.lines().any(|line| line.chars().count() > 110);
        assert!(!is_wide || line.ends_with("extensions"), "{line}: {out}");
    }
    let mut said = Apart::default();
    assert_eq!(shell.run_script("lab.sh", b"help", &mut said), 127, "a script's help is bash's own");
}

/// The options offered are options that the tools take.
#[test]
fn no_option_is_offered_that_is_refused() {
    let tools = [
        "arp",
        "bridge",
        "conntrack",
        "curl",
        "ifconfig",
        "ip",
        "iptables",
        "nc",
        "ping",
        "sysctl",
        "tcpdump",
    ];
    for tool in tools.into_iter().chain(["traceroute", "wget", "iptables-save", "iptables-restore", "route"])
    {
        let options = lab().complete(NsId(0), &format!("{tool} -")).words;
        assert!(!options.is_empty(), "{tool}");
        // Those that need a protocol are refused without one.
        let alone =
            options.into_iter().filter(|o| tool != "conntrack" || !o.contains("port") && o != "--state");
        let numeric = if tool == "tcpdump" { "-n" } else { "" };
        for option in alone {
            let (_, _, said) = run(&mut lab(), &format!("timeout 1 {tool} {numeric} {option} </dev/null"));
            let refused = [
                "not simulated",
                "nvalid option",
                "nrecognized option",
                "unknown option",
                "Unknown option",
                "is unknown",
                "Bad option",
            ];
            assert!(!refused.iter().any(|r| said.contains(r)), "{tool} {option}: {said}");
        }
    }
}
