//! Walks, explained.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it")]

use packetwalk_lab::Lab;
use packetwalk_shell::print::walk::{self, Language, Leg, Style, TableName, Verdict, Walk};
use packetwalk_shell::{Collect, Shell};

/// Two containers behind a bridge, a host that masquerades them, and a server outside.
const LAB: &str = "
ip netns add c1
ip netns add c2
ip netns add out
ip link set lo up
ip link add br0 type bridge mcast_snooping 0
ip link set br0 address 02:00:00:00:00:fe
ip addr add 10.0.0.254/24 dev br0
ip link set br0 up
for n in 1 2; do
    ip link add veth$n type veth peer name eth0 netns c$n
    ip link set veth$n master br0 up
    ip netns exec c$n ip link set lo up
    ip netns exec c$n ip addr add 10.0.0.$n/24 dev eth0
    ip netns exec c$n ip link set eth0 up
    ip netns exec c$n ip route add default via 10.0.0.254
done
ip link add wan type veth peer name eth0 netns out
ip addr add 192.0.2.1/24 dev wan
ip link set wan up
ip netns exec out ip addr add 192.0.2.2/24 dev eth0
ip netns exec out ip link set eth0 up
sysctl -qw net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -o wan -j MASQUERADE
iptables -A FORWARD -s 10.0.0.2/32 -d 192.0.2.2/32 -j DROP
iptables -A FORWARD -d 192.0.2.3/32 -j REJECT
";

fn walk(ns: &str, command: &str) -> (Walk, String) {
    let mut shell = Shell::new(Lab::new(0));
    let mut said = Collect::default();
    shell.run_script("lab.sh", LAB.as_bytes(), &mut said);
    assert_eq!(said.text(), "");
    let from = shell.lab.ns(ns).unwrap();
    shell.lab.start_trace();
    shell.run_line(from, command.as_bytes(), &mut Collect::default());
    let events = shell.lab.stop_trace();
    let walk = walk::explain(&events, &shell.lab, from, Language::En);
    let ending = walk::ending(&events, &shell.lab, from, Language::En);
    assert_eq!(ending, (walk.outcome.verdict, walk.outcome.sentence.clone()), "{command}");
    let name = |ns| shell.lab.label(ns).to_owned();
    let text = walk::text(&walk, Style::default(), &name);
    (walk, text)
}

#[test]
fn verdicts_say_why() {
    use Verdict::{Answered, Dropped, NotSent, Refused};
    let drop = "the filter rule “-A FORWARD -s 10.0.0.2/32 -d 192.0.2.2/32 -j DROP” dropped it";
    let reject = "the filter rule “-A FORWARD -d 192.0.2.3/32 -j REJECT --reject-with icmp-port-unreachable” rejected it";
    #[rustfmt::skip]
    let cases = [
        // from, command,                      is,       because
        ("c1",  "ping -c1 10.0.0.2",           Answered, "10.0.0.2 answered c1 after".to_owned()),
        ("c1",  "ping -c1 192.0.2.2",          Answered, "192.0.2.2 answered c1 after".to_owned()),
        ("",    "ping -c1 127.0.0.1",          Answered, "127.0.0.1 answered host after".to_owned()),
        ("c2",  "ping -c1 -W1 192.0.2.2",      Dropped,  format!("The packet to 192.0.2.2 was lost: in host, {drop}.")),
        ("c1",  "ping -c1 -W1 192.0.2.3",      Refused,  format!("c1 got an ICMP error (port unreachable) from 10.0.0.254: in host, {reject}.")),
        ("c1",  "ping -c1 -W1 -t1 192.0.2.2",  Refused,  "c1 got an ICMP error (time to live exceeded) from 10.0.0.254: in host, its time to live ran out.".to_owned()),
        ("c1",  "ping -c1 -W1 203.0.113.1",    Refused,  "c1 got an ICMP error (network unreachable) from 10.0.0.254: in host, no route to 203.0.113.1.".to_owned()),
        ("c1",  "ping -c1 -W1 10.0.0.77",      Dropped,  "The packet to 10.0.0.77 did not leave c1: no answer to ARP for 10.0.0.77 on eth0, as long as the command waited.".to_owned()),
        ("c1",  "traceroute -n 192.0.2.2",     Answered, "192.0.2.2 was reached: an ICMP error (port unreachable) came from it after".to_owned()),
        ("c1",  "traceroute -n 10.0.0.2",      Answered, "10.0.0.2 was reached: an ICMP error (port unreachable) came from it after".to_owned()),
        ("c2",  "traceroute -n -m 2 192.0.2.2", Dropped, format!("The packet to 192.0.2.2 was lost: in host, {drop}.")),
        ("c1",  "nc -u -z -v -n 192.0.2.2 9",  Refused,  "c1 got an ICMP error (port unreachable) from 192.0.2.2: in out, nobody listens on that port.".to_owned()),
        ("c1",  "ping -c1 -W4 10.0.0.77",      Refused,  "c1 got an ICMP error (host unreachable) from 10.0.0.1: in c1, nobody on eth0 answered for 10.0.0.77.".to_owned()),
        ("out", "ping -c1 203.0.113.1",        NotSent,  "Nothing left out: the command sent no packet.".to_owned()),
    ];
    for (ns, command, verdict, sentence) in cases {
        let (walk, text) = walk(ns, command);
        assert!(walk.outcome.sentence.starts_with(&sentence), "{command}: {}\n{text}", walk.outcome.sentence);
        assert_eq!(walk.outcome.verdict, verdict, "{command}");
        assert!(text.trim_end().ends_with(&walk.outcome.sentence));
    }
}

#[test]
fn steps_name_the_rows_that_decided() {
    let (walk, text) = walk("c1", "ping -c1 192.0.2.2");
    let decided = |table, key: &str| {
        let mut found = walk.steps.iter().filter_map(|s| s.decided.as_ref());
        found.any(|d| d.table == table && d.key == key)
    };
    for (table, key) in [
        (TableName::Routes, "254/0.0.0.0/0/0"),
        (TableName::Routes, "254/192.0.2.0/24/0"),
        (TableName::Rules, "nat/POSTROUTING/1"),
        (TableName::Rules, "filter/FORWARD/0"),
        (TableName::Neighbours, "eth0/10.0.0.254"),
    ] {
        assert!(decided(table, key), "{table:?} {key}\n{text}");
    }
    let rewrite = walk.steps.iter().find(|s| s.title == "rewrite").unwrap();
    assert_eq!((rewrite.line.as_str(), rewrite.leg), ("src 10.0.0.1 → 192.0.2.1", Leg::Request));
    let src = rewrite.fields.iter().find(|f| f.name == "src").unwrap();
    assert_eq!((src.value.as_str(), src.before.as_deref()), ("192.0.2.1", Some("10.0.0.1")));
    for line in [
        "-A POSTROUTING -s 10.0.0.0/24 -o wan -j MASQUERADE   ✓",
        "  route              default via 10.0.0.254 dev eth0",
        "  ttl                64 → 63",
        "  rewrite            dst 192.0.2.1 → 10.0.0.1",
        "  bridge br0         veth1 → host",
        "  out wan            → out's eth0",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

/// Whoever wants everything sees the rules that did not match, each with the condition that failed.
#[test]
fn rules_that_do_not_match_are_details() {
    let (walk, _) = walk("c1", "ping -c1 192.0.2.2");
    let missed: Vec<&str> =
        walk.steps.iter().filter(|s| s.line.contains('✗')).map(|s| s.line.as_str()).collect();
    assert!(
        missed[0].ends_with(
            "-A FORWARD -s 10.0.0.2/32 -d 192.0.2.2/32 -j DROP   ✗ -s 10.0.0.2/32: it comes from 10.0.0.1"
        ),
        "{missed:?}"
    );
    assert!(walk.steps.iter().all(|s| s.detail || !s.line.contains('✗')));
}

/// A walk of `LAB` after more commands on the host.
fn walk_after(more: &str, ns: &str, command: &str) -> Walk {
    let mut shell = Shell::new(Lab::new(0));
    let mut said = Collect::default();
    shell.run_script("lab.sh", format!("{LAB}{more}\n").as_bytes(), &mut said);
    assert_eq!(said.text(), "", "{more}");
    let from = shell.lab.ns(ns).unwrap();
    shell.lab.start_trace();
    shell.run_line(from, command.as_bytes(), &mut Collect::default());
    let events = shell.lab.stop_trace();
    let mut walk = walk::explain(&events, &shell.lab, from, Language::En);
    walk.look(&events, &shell.lab);
    walk
}

/// The condition that was not met stands beside what the packet has.
#[test]
fn a_missed_condition_has_both_values() {
    let nc = "nc -z -n -w 1 192.0.2.2 80";
    #[rustfmt::skip]
    let cases = [
        // conditions,                                       command,              why
        ("-i wan",                                           "ping -c1 192.0.2.2", "-i wan: it came in by br0"),
        ("! -i br0",                                         "ping -c1 192.0.2.2", "! -i br0: it came in by br0"),
        ("-o br0",                                           "ping -c1 192.0.2.2", "-o br0: it leaves by wan"),
        ("-p tcp",                                           "ping -c1 192.0.2.2", "-p tcp: it is icmp"),
        ("-d 192.0.2.3",                                     "ping -c1 192.0.2.2", "-d 192.0.2.3/32: it goes to 192.0.2.2"),
        ("-p tcp --dport 443",                               nc,                   "--dport 443: it is 80"),
        ("-p tcp --sport 22 --dport 80",                     "nc -z -n -w 1 -p 40000 192.0.2.2 80", "--sport 22: it is 40000"),
        ("-p tcp -m multiport --dports 22,443",              nc,                   "-m multiport --dports 22,443: it is 80"),
        ("-p tcp ! --syn",                                   nc,                   "-m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN: it has SYN"),
        ("-m conntrack --ctstate RELATED,ESTABLISHED",       nc,                   "--ctstate RELATED,ESTABLISHED: it is NEW"),
        ("-m conntrack --ctstate DNAT",                      nc,                   "--ctstate DNAT: it is NEW, its destination not rewritten"),
        ("-m addrtype --dst-type LOCAL",                     nc,                   "--dst-type LOCAL: 192.0.2.2 is UNICAST"),
        ("-p icmp --icmp-type 3",                            "ping -c1 192.0.2.2", "-m icmp --icmp-type 3: it is an ICMP echo request, type 8 code 0"),
        ("-m ttl --ttl-eq 9",                                "ping -c1 192.0.2.2", "-m ttl --ttl-eq 9: it is 63"),
        ("-m mark --mark 7",                                 "ping -c1 192.0.2.2", "-m mark --mark 0x7"),
    ];
    for (conditions, command, why) in cases {
        let walk = walk_after(&format!("iptables -I FORWARD {conditions} -j DROP"), "c1", command);
        let missed = walk.steps.iter().find_map(|step| step.why.as_deref());
        assert_eq!(missed, Some(why), "{conditions}");
    }
}

/// A routing decision says what it looked at: rules and routes in order, and why one was taken.
#[test]
fn a_route_s_rivals_are_told_of() {
    let more = "ip route add 192.0.2.0/25 dev wan metric 5\nip route add 192.0.2.0/25 dev wan metric 9\n\
                ip route add 198.18.0.0/15 dev wan";
    let walk = walk_after(more, "c1", "ping -c1 192.0.2.2");
    let at_host = walk.steps.iter().filter(|step| step.title == "route").nth(1).unwrap();
    let told: Vec<(&str, &str, bool)> =
        at_host.tried.iter().map(|t| (t.text.as_str(), t.why.as_str(), t.won)).collect();
    #[rustfmt::skip]
    assert_eq!(told, [
        ("rule 0: from all lookup local", "no route of table local holds 192.0.2.2", false),
        ("192.0.2.0/25 dev wan scope link metric 5", "the longest prefix that holds 192.0.2.2, and the lowest metric", true),
        ("192.0.2.0/25 dev wan scope link metric 9", "the same prefix, but metric 9", false),
        ("192.0.2.0/24 dev wan proto kernel scope link src 192.0.2.1", "it holds 192.0.2.2 too, but /24 is shorter", false),
        ("10.0.0.0/24 dev br0 proto kernel scope link src 10.0.0.254", "192.0.2.2 is not in it", false),
        ("198.18.0.0/15 dev wan scope link", "192.0.2.2 is not in it", false),
    ]);
    let none = walk_after("", "c1", "ping -c1 -W1 203.0.113.1");
    let step = none.steps.iter().find(|step| step.line == "no route to 203.0.113.1").unwrap();
    assert!(!step.tried.is_empty() && step.tried.iter().all(|tried| !tried.won), "{:?}", step.tried);
}

/// A container that reaches its own published port hears its own answer, though NAT changed both addresses.
#[test]
fn a_container_that_talks_to_itself_is_answered() {
    let publish = "iptables -t nat -A PREROUTING -d 10.0.0.254 -p tcp --dport 8080 -j DNAT --to 10.0.0.1:80
iptables -t nat -A POSTROUTING -s 10.0.0.1 -d 10.0.0.1 -j MASQUERADE
bridge link set dev veth1 hairpin on
ip netns exec c1 nc -l -k -p 80 &
sleep 0.1
";
    let mut shell = Shell::new(Lab::new(0));
    shell.run_script("lab.sh", (LAB.to_owned() + publish).as_bytes(), &mut Collect::default());
    let from = shell.lab.ns("c1").unwrap();
    shell.lab.start_trace();
    shell.run_line(from, b"nc -z -n -w 1 10.0.0.254 8080", &mut Collect::default());
    let events = shell.lab.stop_trace();
    let walk = walk::explain(&events, &shell.lab, from, Language::En);
    assert_eq!(walk.outcome.verdict, Verdict::Answered, "{}", walk.outcome.sentence);
    assert!(walk.steps.iter().any(|step| step.leg == Leg::Reply));
}

/// A connection is shown as it was at each step: assured only once three packets had gone.
#[test]
fn an_entry_is_as_of_its_step() {
    let (walk, text) = walk("c1", "nc -z -v -n -w 1 192.0.2.2 80");
    assert_eq!(walk.outcome.verdict, Verdict::Refused, "{text}");
    let listen = "ip netns exec out nc -l -k 80 &\nsleep 0.1\n";
    let mut shell = Shell::new(Lab::new(0));
    shell.run_script("lab.sh", (LAB.to_owned() + listen).as_bytes(), &mut Collect::default());
    let from = shell.lab.ns("c1").unwrap();
    shell.lab.start_trace();
    shell.run_line(from, b"nc -z -n -w 1 -p 40000 192.0.2.2 80", &mut Collect::default());
    shell.land(&mut Collect::default());
    let walk = walk::explain(&shell.lab.stop_trace(), &shell.lab, from, Language::En);
    let host = shell.lab.ns("").unwrap();
    let lines: Vec<String> = walk
        .steps
        .iter()
        .filter(|s| s.title == "conntrack" && s.ns == host)
        .take(4)
        .map(|s| s.line.replace("  ", " ") + if s.note.is_some() { ", as mapped" } else { "" })
        .collect();
    let entry = "tcp src=10.0.0.1 dst=192.0.2.2 sport=40000 dport=80";
    let reply = "src=192.0.2.2 dst=192.0.2.1 sport=80 dport=40000";
    let expect = [
        format!("NEW {entry}"),
        format!("confirmed {entry} [UNREPLIED] {reply}"),
        format!("ESTABLISHED, reply of {entry} {reply}, as mapped"),
        format!("ESTABLISHED, of {entry} {reply} [ASSURED], as mapped"),
    ];
    assert_eq!(lines, expect);
}

/// Whether there are words of English: three in a row, outside of what rules and rows say.
fn has_english(text: &str) -> bool {
    let told: String =
        text.split('“').map(|part| part.split_once('”').map_or(part, |(_, rest)| rest)).collect();
    let mut row = 0;
    told.split(' ').any(|word| {
        let is_word = word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase());
        row = if is_word { row + 1 } else { 0 };
        row == 3
    })
}

#[test]
fn a_walk_in_chinese_has_no_english_sentence() {
    let has_han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    #[rustfmt::skip]
    let cases = [
        // from, command,                              the verdict begins
        ("c1",   "ping -c1 192.0.2.2",                 "192.0.2.2 在 "),
        ("c2",   "ping -c1 -W1 192.0.2.2",             "去往 192.0.2.2 的包丢了：在 host，filter 表的规则“"),
        ("c1",   "ping -c1 192.0.2.3",                 "c1 收到一个 ICMP 错误（端口不可达），来自 10.0.0.254："),
        ("c1",   "nc -z -w1 192.0.2.2 80",             "c1 收到一个 TCP RST，来自 192.0.2.2："),
        ("c1",   "ping -c1 -W1 10.0.0.9",              "去往 10.0.0.9 的包没有离开 c1："),
        ("out",  "ping -c1 -W1 8.8.8.8",               "没有包离开 out："),
    ];
    for (from, command, begins) in cases {
        let mut shell = Shell::new(Lab::new(0));
        shell.run_script("lab.sh", LAB.as_bytes(), &mut Collect::default());
        let from = shell.lab.ns(from).unwrap();
        shell.lab.start_trace();
        shell.run_line(from, command.as_bytes(), &mut Collect::default());
        let events = shell.lab.stop_trace();
        let mut walk = walk::explain(&events, &shell.lab, from, Language::Zh);
        walk.look(&events, &shell.lab);
        let sentence = &walk.outcome.sentence;
        assert!(sentence.starts_with(begins), "{command}: {sentence}");
        for step in &walk.steps {
            assert!(has_han(&step.sentence) && !has_english(&step.sentence), "{command}: {}", step.sentence);
            for why in step.why.iter().chain(step.tried.iter().map(|tried| &tried.why)) {
                assert!(has_han(why) && !has_english(why), "{command}: {why}");
            }
        }
        // What it says is of the same events.
        let english = walk::explain(&events, &shell.lab, from, Language::En);
        assert_eq!(walk.outcome.verdict, english.outcome.verdict);
        let keys = |walk: &Walk| -> Vec<_> {
            walk.steps
                .iter()
                .map(|s| (s.event, s.title.clone(), s.decided.as_ref().map(|d| d.key.clone())))
                .collect()
        };
        assert_eq!(keys(&walk), keys(&english));
    }
}
