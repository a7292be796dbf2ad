//! The matrix by classes is the matrix with every cell asked for itself.
#![allow(clippy::expect_used, clippy::panic, reason = "a test may fail so")]

use core::time::Duration;

use packetwalk_lab::{Lab, SocketKind};
use packetwalk_reach::{Asker, Matrix, Probe, SETTLE};
use packetwalk_shell::print::walk::Language;
use packetwalk_shell::{Apart, Shell};
use packetwalk_wire::Family;
use proptest::prelude::*;

const LABS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/labs");

/// A shell after a script that has nothing to complain of.
fn shell(script: &str) -> Shell {
    quiet(&Shell::new(Lab::new(0)), script)
}

/// A copy of a shell after such a script.
fn quiet(shell: &Shell, script: &str) -> Shell {
    let (shell, said) = after(shell, script);
    assert_eq!(said, "", "{script}");
    shell
}

/// A copy of a shell after a script, and what that complained of.
fn after(shell: &Shell, script: &str) -> (Shell, String) {
    let (mut shell, mut out) = (shell.clone(), Apart::default());
    shell.run_script("lab.sh", script.as_bytes(), &mut out);
    (shell, String::from_utf8_lossy(&out.stderr).into_owned())
}

/// A shell's lab when nothing is under way any more.
fn settled(mut shell: Shell) -> Lab {
    let until = shell.lab.now() + SETTLE;
    shell.run_until(until, &mut Apart::default());
    shell.lab
}

fn filled(mut matrix: Matrix, lab: &Lab) -> Matrix {
    let mut asker = Asker::new(lab.clone());
    let keys = matrix.keys(&|_| true, &|_| true);
    let shares = keys.iter().map(|key| matrix.solve(&mut asker, *key).expect("an answer")).collect();
    matrix.take(shares);
    matrix
}

/// How many questions the classes need, of how many cells, after a script that has nothing to complain of.
fn check(shell: &Shell, script: &str, ports: &[&str]) -> (usize, usize) {
    compare(quiet(shell, script), script, ports)
}

fn compare(shell: Shell, script: &str, ports: &[&str]) -> (usize, usize) {
    let lab = settled(shell);
    let probes: Vec<Probe> = ports.iter().map(|p| p.parse().expect("a port")).collect();
    let classed = filled(Matrix::new(&lab, &probes, Language::En), &lab);
    let exact = filled(Matrix::one_by_one(&lab, &probes, Language::En), &lab);
    let mut cells = 0;
    for from in 0..exact.places.len() {
        for (to, place) in exact.places.iter().enumerate() {
            for address in 0..place.addresses.len() {
                for probe in 0..probes.len() {
                    let (a, b) =
                        (classed.cell(from, to, address, probe), exact.cell(from, to, address, probe));
                    let name = |place: usize| exact.places.get(place).map(|p| p.label.clone());
                    assert_eq!(
                        a,
                        b,
                        "{:?} → {:?} {:?} {:?}\n{script}",
                        name(from),
                        name(to),
                        place.addresses.get(address),
                        probes.get(probe)
                    );
                    assert!(b.is_some());
                    cells += 1;
                }
            }
        }
    }
    (classed.keys(&|_| true, &|_| true).len(), cells)
}

/// All that a lab holds, but for what is worked out when it is first asked for.
fn told(lab: &Lab) -> String {
    let all = format!("{lab:?}");
    let mut parts = all.split("OnceLock(");
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.filter_map(|part| Some(part.split_once(')')?.1)).collect::<String>()
}

/// A clone that did much and went back is as a new clone: in all that it holds, and in all that it does next.
#[test]
fn a_lab_that_went_back_is_as_it_was() {
    let mut base = networks();
    base.run_until(base.lab.now() + SETTLE, &mut Apart::default());
    let lab = base.lab.clone();
    let next = |lab: &mut Lab| {
        lab.start_trace();
        let from = lab.ns("o0").expect("a container");
        let stack = lab.stack_mut(from).expect("its stack");
        let socket = stack.sock_open(Family::V4, SocketKind::TcpIdle);
        lab.tcp_connect(from, socket, ("10.1.0.3".parse().expect("an address"), 80)).expect("a SYN");
        lab.run_until(lab.now() + Duration::from_secs(1));
        let trace = lab.stop_trace();
        assert!(trace.len() > 20, "{trace:?}");
        (format!("{trace:?}"), told(lab))
    };
    let (was, will) = (told(&lab), next(&mut lab.clone()));
    for deed in [
        "docker exec o0 nc -z -w 1 10.1.0.3 80\n",
        "nc -z -w 1 10.1.0.2 80\nip link set lo down\n",
        "iptables -I DOCKER-USER -j DROP\ndocker exec o0 nc -z -w 1 10.1.0.3 80\n",
        "docker rm -f o1 >/dev/null\nip netns add new\nsysctl -qw net.ipv4.ip_forward=0\n",
    ] {
        let mut shell = base.clone();
        shell.run_script("deed.sh", deed.as_bytes(), &mut Apart::default());
        let copy = &mut shell.lab;
        copy.start_trace();
        copy.run_until(lab.now() + Duration::from_secs(5));
        assert!(told(copy) != was, "{deed}");
        copy.go_back(&lab);
        assert!(told(copy) == was, "{deed}");
        let now = next(copy);
        assert!(now == will, "{deed}");
        assert!(told(&lab) == was, "{deed}");
    }
}

const PORTS: [&str; 5] = ["tcp/80", "tcp/8080", "tcp/443", "tcp/6379", "udp/53"];

#[test]
fn labs_on_record() {
    for name in [
        "docker/icc",
        "docker/docker-user",
        "docker/hairpin",
        "docker/ufw-published-port",
        "docker/direct-routing-28",
        "docker/embedded-dns",
        "publish/isolated-networks",
        "publish/docker-user",
        "bridge-nf/forward-policy",
        "macvlan/bridge",
    ] {
        let script = std::fs::read_to_string(format!("{LABS}/{name}/lab.sh")).expect("a lab");
        compare(after(&shell(""), &script).0, &script, &PORTS);
    }
}

/// Networks of several kinds, containers with and without published ports.
fn networks() -> Shell {
    let mut text = String::from(
        "docker network create --subnet 10.1.0.0/24 open >/dev/null\n\
         docker network create --subnet 10.2.0.0/24 --internal inner >/dev/null\n\
         docker network create --subnet 10.3.0.0/24 -o com.docker.network.bridge.enable_icc=false quiet >/dev/null\n",
    );
    for n in 0..3 {
        text.push_str(&format!(
            "docker run -d --name o{n} --network open -p {}:80 nginx >/dev/null\n",
            8080 + n
        ));
        text.push_str(&format!("docker run -d --name i{n} --network inner nginx >/dev/null\n"));
        text.push_str(&format!("docker run -d --name q{n} --network quiet redis >/dev/null\n"));
    }
    shell(&text)
}

#[test]
fn networks_of_several_kinds() {
    let (asked, cells) = check(&networks(), "", &PORTS);
    assert!(asked * 2 < cells, "{asked} of {cells}");
}

const THREE: [&str; 3] = ["tcp/80", "tcp/8080", "tcp/443"];

/// By addresses and ports.
#[test]
fn rules_that_tell_containers_apart() {
    let base = networks();
    for rules in [
        "iptables -I DOCKER-USER -s 10.1.0.3 -d 10.1.0.4 -j DROP\n",
        "iptables -I DOCKER-USER -m iprange --src-range 10.1.0.3-10.2.0.2 -j REJECT\n",
        "iptables -I DOCKER-USER ! -s 10.1.0.2 -p tcp --dport 80 -j DROP\n",
        "iptables -I DOCKER-USER -s 10.1.0.2 -j ACCEPT\niptables -A DOCKER-USER -d 10.1.0.3 -j DROP\n",
        "iptables -F DOCKER-USER\niptables -A DOCKER-USER -s 10.1.0.2 -j ACCEPT\niptables -A DOCKER-USER -d 10.1.0.2 -j DROP\n\
         iptables -A DOCKER-USER -d 10.1.0.3 -j DROP\niptables -A DOCKER-USER -s 10.1.0.3 -j ACCEPT\n",
        "ipset create s hash:ip\nipset add s 10.1.0.3\niptables -I DOCKER-USER -m set --match-set s dst -j DROP\n",
        "iptables -t nat -A PREROUTING -p tcp --dport 443 -j DNAT --to-destination 10.1.0.3:80\n",
    ] {
        check(&base, rules, &THREE);
    }
}

const FOUR: [&str; 4] = ["tcp/80", "tcp/8080", "tcp/443", "udp/53"];

/// Ports that nobody asks for do not tell containers apart, whoever publishes them.
#[test]
fn published_ports_that_are_not_asked() {
    let base = networks();
    let few = check(&base, "", &["tcp/80", "tcp/443"]);
    let more = check(&base, "", &["tcp/80", "tcp/8080"]);
    assert!(few.0 < more.0 && few.1 == more.1, "{few:?} {more:?}");
}

/// A port that is not asked for is one that a packet gets.
#[test]
fn published_ports_by_way_of_others() {
    let base = networks();
    for rules in [
        "iptables -t nat -I PREROUTING -p tcp --dport 443 -j REDIRECT --to-ports 8081\n",
        "iptables -t nat -I PREROUTING -p tcp --dport 443 -j DNAT --to-destination 10.1.0.3:8082\n\
         iptables -I DOCKER-USER -d 10.1.0.3 -p tcp --dport 8082 -j REJECT\n",
        "docker exec --privileged q0 iptables -t nat -A OUTPUT -p tcp --dport 443 -j DNAT --to-destination 172.17.0.1:8082\n",
        "for c in o1 o2; do docker exec --privileged $c \\\n\
         iptables -t nat -A OUTPUT -p tcp --dport 443 -j DNAT --to-destination 172.17.0.1:8081; done\n",
        "docker exec --privileged q0 iptables -t nat -A OUTPUT -p tcp --dport 443 -j REDIRECT --to-ports 8081\n\
         docker exec --privileged q0 iptables -t nat -A OUTPUT -p tcp --dport 80 -j DNAT --to-destination :8081\n",
        "iptables -t nat -I OUTPUT -p tcp --dport 443 -j REDIRECT --to-ports 8082\n",
    ] {
        check(&base, rules, &FOUR);
    }
}

/// Rules that ask for ports in all the ways that they can.
#[test]
fn rules_of_ports() {
    let base = networks();
    for rule in [
        "DOCKER-USER -s 10.1.0.3 -p tcp --sport 80 -j DROP",
        "DOCKER-USER -s 10.1.0.3 -p tcp --sport 8081 -j DROP",
        "DOCKER-USER -d 10.1.0.3 -p tcp -m multiport --dports 8000:9000,443 -j DROP",
        "DOCKER-USER -d 10.1.0.3 -p tcp -m multiport --dports 9000,80 -j DROP",
        "DOCKER-USER -d 10.1.0.3 -p tcp -m multiport --dports 70:90 -j DROP",
        "DOCKER-USER -d 10.1.0.3 -p tcp -m multiport --ports 80,9000 -j DROP",
        "DOCKER-USER -d 10.1.0.3 -p tcp -m multiport ! --dports 9000,9001 -j DROP",
        "DOCKER-USER -d 10.1.0.3 -p tcp ! --dport 9999 -j REJECT",
        "DOCKER-USER -d 10.1.0.3 -p udp --dport 53 -j REJECT",
        "DOCKER-USER -d 10.1.0.3 -p tcp --dport 53 -j REJECT",
        "PREROUTING -t raw -s 10.1.0.3 -p tcp --dport 50000:60000 -j DROP",
        "PREROUTING -t raw -s 10.1.0.3 -p tcp --dport 54321 -j DROP",
    ] {
        check(&base, &format!("iptables -I {rule}\n"), &FOUR);
    }
}

/// Answers to a port that a source got.
#[test]
fn rules_of_ports_that_sources_get() {
    let base = networks();
    for rules in [
        "iptables -t nat -I POSTROUTING -p tcp -d 10.1.0.0/24 -j MASQUERADE --to-ports 7777\n\
         iptables -t raw -A PREROUTING -s 10.1.0.3 -p tcp --dport 7777 -j DROP\n",
        "iptables -t nat -I POSTROUTING -p tcp -d 10.1.0.0/24 -j MASQUERADE --to-ports 7770-7774\n\
         iptables -t raw -A PREROUTING -s 10.1.0.3 -p tcp -m multiport --dports 7771,7772,7773 -j DROP\n",
        "iptables -t nat -I POSTROUTING -p tcp -d 10.1.0.0/24 -j SNAT --to-source 10.1.0.1:7070\n\
         iptables -t raw -A PREROUTING -s 10.1.0.4 -p tcp --dport 7070 -j DROP\n",
    ] {
        check(&base, rules, &FOUR);
    }
}

/// What a comment or a prefix says is no condition.
#[test]
fn rules_with_words_in_quotes() {
    let base = networks();
    for rules in [
        "iptables -I DOCKER-USER -d 10.1.0.3 -m comment --comment 'not --dport 999 alone' -j DROP\n",
        "iptables -I DOCKER-USER -d 10.1.0.3 -m comment --comment 'a \"--dport 999\" b' -j DROP\n",
        "iptables -F DOCKER-USER\niptables -A DOCKER-USER -s 10.1.0.2 -j ACCEPT\n\
         iptables -A DOCKER-USER -m comment --comment 'was -d 10.1.0.3 once' -j DROP\n\
         iptables -A DOCKER-USER -s 10.1.0.4 -j ACCEPT\n",
        "iptables -I DOCKER-USER -m comment --comment 'x -j DROP y' -m statistic --mode nth --every 2 --packet 0 -j DROP\n",
        "iptables -I DOCKER-USER -d 10.1.0.4 -p tcp -j LOG --log-prefix '--dport 9 '\n",
    ] {
        check(&base, rules, &FOUR);
    }
}

/// Several ports of one container, and ports of both protocols, each with a process that listens on the host.
#[test]
fn published_ranges_and_datagrams() {
    let script = "docker network create --subnet 10.1.0.0/24 open >/dev/null\n\
                  docker run -d --name aa --network open -p 9000-9002:80-82 nginx >/dev/null\n\
                  docker run -d --name bb --network open -p 5353:53/udp -p 9003:80 nginx >/dev/null\n\
                  docker run -d --name cc --network open -p 5354:53/udp -p 9004:80 nginx >/dev/null\n\
                  docker run -d --name dd --network open -p 127.0.0.1:9005:80 nginx >/dev/null\n";
    let base = shell(script);
    for ports in
        [&["tcp/80", "tcp/9001", "tcp/81", "udp/5353"][..], &["udp/53", "tcp/9003", "tcp/9005", "tcp/5354"]]
    {
        check(&base, "", ports);
    }
}

/// By what comes before, or by nothing.
#[test]
fn rules_of_chance_and_memory() {
    let base = networks();
    for rules in [
        "iptables -I DOCKER-USER -m statistic --mode nth --every 2 --packet 0 -j DROP\n",
        "iptables -I DOCKER-USER -m statistic --mode random --probability 0.5 -j DROP\n",
        "iptables -I DOCKER-USER -m recent --name r --rcheck -j DROP\necho +10.1.0.3 >/proc/net/xt_recent/r\n",
    ] {
        check(&base, rules, &THREE);
    }
}

/// By routes, neighbours, connections, and networks that some are on.
#[test]
fn what_is_no_rule() {
    let base = networks();
    for rules in [
        "ip route add blackhole 10.1.0.4\n",
        "docker exec --privileged o1 iptables -A INPUT -s 10.1.0.4 -j REJECT\n",
        "docker exec o0 ping -c1 10.1.0.3 >/dev/null\n",
        "ip neigh replace 10.1.0.3 lladdr 02:00:00:00:00:99 dev $(ip -o route get 10.1.0.3 | sed 's/.* dev \\([^ ]*\\).*/\\1/') nud permanent\n",
        "docker network connect quiet o1\ndocker network connect quiet o2\n",
    ] {
        check(&base, rules, &THREE);
    }
}

/// A rule of the host, at random.
fn rule() -> impl Strategy<Value = String> {
    let addr = (1_u8..=3, 0_u8..=6, prop_oneof![Just(32_u8), Just(32), Just(31), Just(30), Just(24)])
        .prop_map(|(net, host, len)| format!("10.{net}.0.{host}/{len}"));
    let side = (prop_oneof![Just("-s"), Just("-d")], prop_oneof![Just(""), Just(""), Just("! ")], addr)
        .prop_map(|(option, not, addr)| format!("{not}{option} {addr} "));
    let sides = proptest::collection::vec(side, 0..=2).prop_filter("one of each", |sides| {
        sides.len() < 2 || sides.iter().filter(|s| s.contains("-s")).count() == 1
    });
    let port = prop_oneof![
        Just(""),
        Just("-p tcp --dport 80 "),
        Just("-p tcp --dport 8080 "),
        Just("-p tcp --sport 80 "),
        Just("-p tcp -m multiport --dports 80,6379 "),
        Just("-p tcp --dport 8081 "),
        Just("-p tcp ! --dport 8081 "),
        Just("-p tcp -m multiport --dports 8081,8082 "),
        Just("-p tcp --dport 50000:60000 "),
        Just("-p udp --dport 80 "),
        Just("-m conntrack --ctstate NEW "),
        Just("-m conntrack --ctorigdst 10.1.0.3 "),
    ];
    let chain = prop_oneof![
        Just("-I DOCKER-USER"),
        Just("-A INPUT"),
        Just("-A OUTPUT"),
        Just("-t raw -A PREROUTING"),
        Just("-A FORWARD")
    ];
    let target = prop_oneof![Just("ACCEPT"), Just("DROP"), Just("REJECT"), Just("RETURN")];
    (chain, sides, port, target).prop_map(|(chain, sides, port, target)| {
        let target = if chain.contains("raw") && target == "REJECT" { "DROP" } else { target };
        format!("iptables {chain} {}{port}-j {target}\n", sides.concat())
    })
}

thread_local! {
    static NETWORKS: Shell = networks();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn rules_at_random(rules in proptest::collection::vec(rule(), 1..6)) {
        NETWORKS.with(|base| check(base, &rules.concat(), &["tcp/80", "tcp/6379"]));
    }
}
