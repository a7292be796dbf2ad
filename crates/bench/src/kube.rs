//! A cluster's services as kube-proxy writes them: every packet begins a flow to another one.

use std::fmt::Write;
use std::time::Instant;

use crate::published::{FLOWS, Published, SERVICES_AT};
use crate::rounds::rounds;

/// Services, each with two endpoints.
const SIZES: [u32; 3] = [1_000, 20_000, 50_000];

/// Prints a line for each size: services, rules, milliseconds of `iptables-restore`, nanoseconds a packet of the quickest
/// tenth of the rounds and of the middle one.
pub fn measure(face: &str) -> Result<(), String> {
    println!("services     rules  restore ms  packet ns  middle");
    for services in SIZES {
        let rules = rules(services).map_err(|error| error.to_string())?;
        let lines = rules.lines().filter(|line| line.starts_with("-A")).count();
        let mut lab = Published::new(face)?;
        let begin = Instant::now();
        lab.command(&format!("{face}-restore --noflush <<'RULES'\n{rules}RULES"))?;
        let took = begin.elapsed().as_secs_f64() * 1000.0;
        lab.services = services;
        lab.load(FLOWS, 1)?;
        let packets = FLOWS / 4;
        let (tenth, middle) = rounds(10, &mut lab, Published::forget, |lab| lab.load(FLOWS, packets))?;
        let each = |round: f64| round / f64::from(packets);
        println!("{services:>8}  {lines:>8}  {took:>10.0}  {:>9.0}  {:>6.0}", each(tenth), each(middle));
    }
    Ok(())
}

/// The table nat of so many services of UDP, whose endpoints are all the one container.
///
/// # Source
/// Kubernetes v1.31, `pkg/proxy/iptables/proxier.go`: `syncProxyRules`.
fn rules(services: u32) -> Result<String, std::fmt::Error> {
    let mut chains =
        String::from("*nat\n:KUBE-SERVICES - [0:0]\n:KUBE-POSTROUTING - [0:0]\n:KUBE-MARK-MASQ - [0:0]\n");
    let mut rules = String::from(
        "-A PREROUTING -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES\n\
         -A POSTROUTING -m comment --comment \"kubernetes postrouting rules\" -j KUBE-POSTROUTING\n\
         -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000\n\
         -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN\n\
         -A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0\n\
         -A KUBE-POSTROUTING -j MASQUERADE --random-fully\n",
    );
    for n in 0..services {
        let ip = std::net::Ipv4Addr::from(SERVICES_AT + n);
        let what = format!("-m comment --comment \"ns{}/svc{n}:dns cluster IP\"", n % 50);
        let [svc, one, two] = ["SVC", "SEP", "SEP"].map(|kind| format!("KUBE-{kind}-{n:08}"));
        let [one, two] = [one + "ONE", two + "TWO"];
        writeln!(chains, ":{svc} - [0:0]\n:{one} - [0:0]\n:{two} - [0:0]")?;
        writeln!(rules, "-A KUBE-SERVICES -d {ip}/32 -p udp {what} -m udp --dport 53 -j {svc}")?;
        writeln!(
            rules,
            "-A {svc} ! -s 192.168.0.0/16 -d {ip}/32 -p udp {what} -m udp --dport 53 -j KUBE-MARK-MASQ"
        )?;
        writeln!(rules, "-A {svc} {what} -m statistic --mode random --probability 0.50000000000 -j {one}")?;
        writeln!(rules, "-A {svc} {what} -j {two}")?;
        for endpoint in [one, two] {
            writeln!(rules, "-A {endpoint} -s 172.17.0.2/32 {what} -j KUBE-MARK-MASQ")?;
            writeln!(rules, "-A {endpoint} -p udp {what} -m udp -j DNAT --to-destination 172.17.0.2:80")?;
        }
    }
    Ok(chains + &rules + "COMMIT\n")
}
