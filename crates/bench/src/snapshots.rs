//! What a snapshot of a lab costs: taken after each ping, and what the ping costs more for parting with it.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};

use packetwalk_lab::Lab;
use packetwalk_shell::{Apart, Line, Shell};
use packetwalk_trace::NsId;

use crate::rounds::rounds;
use crate::{containers, seed};

const ROUNDS: usize = 100;

/// A host between two others, which gets rules and routes.
const NETWORK: &str = include_str!("../../shell/tests/network.sh");

/// 10,000 rules and 100,000 routes.
fn loaded() -> Result<Shell, String> {
    let mut shell = Shell::new(Lab::new(0));
    let (mut rules, mut routes) = (String::from("*filter\n:FORWARD ACCEPT [0:0]\n"), String::new());
    for n in 0..10_000 {
        let dst = Ipv4Addr::from_bits(0xac10_0000 + n);
        let _ = writeln!(rules, "-A FORWARD -d {dst}/32 -p tcp -m tcp --dport 80 -j ACCEPT");
    }
    rules.push_str("-A FORWARD -p icmp -j ACCEPT\nCOMMIT\n");
    for n in 0..100_000u32 {
        let dst = Ipv4Addr::from_bits(0x1400_0000 + (n << 8));
        let via = IpAddr::from([10, 0, 1, 2 + (n % 200) as u8]);
        let _ = writeln!(routes, "route add {dst}/24 via {via}");
    }
    for (name, text) in [("/root/rules", rules), ("/root/routes", routes)] {
        shell.write_file(name, text.as_bytes()).map_err(|error| error.text().to_owned())?;
    }
    shell.most_commands *= 1000;
    run(&mut shell, NETWORK)?;
    run(&mut shell, "iptables-restore rules\nip -batch routes\n")?;
    Ok(shell)
}

fn run(shell: &mut Shell, script: &str) -> Result<(), String> {
    let mut out = Apart::default();
    match shell.run_script("lab.sh", script.as_bytes(), &mut out) {
        0 => Ok(()),
        status => Err(format!("{status}: {}", String::from_utf8_lossy(&out.stderr))),
    }
}

/// A traced ping.
fn ping(shell: &mut Shell, from: NsId, line: &str) -> Result<(), String> {
    let mut out = Apart::default();
    shell.lab.start_trace();
    let end = shell.run_line(from, line.as_bytes(), &mut out);
    let steps = shell.lab.stop_trace().len();
    if end == Line::Done(0) && steps > 0 {
        return Ok(());
    }
    Err(format!("{line}: {}", String::from_utf8_lossy(&out.stdout)))
}

/// Prints a line for each lab: microseconds of a snapshot and its end, of a ping, and of one that parts with a snapshot.
pub fn measure() -> Result<(), String> {
    let mut many = Shell::new(Lab::new(0));
    many.most_commands *= 1000;
    run(&mut many, &containers::script(50, 20).map_err(|error| error.to_string())?)?;
    println!("lab                     snapshot      ping   parting  (us)");
    for (name, mut shell, from, line) in [
        ("seed", seed::built()?, "c1", "ping -c1 203.0.113.10"),
        ("1,000 containers", many, "c0-0", "ping -c1 10.0.0.3"),
        ("rules and routes", loaded()?, "a", "ping -c1 10.0.1.2"),
    ] {
        let from = shell.lab.ns(from).ok_or(format!("no {from}"))?;
        let again = |shell: &mut Shell| ping(shell, from, line);
        again(&mut shell)?;
        let taken = rounds(ROUNDS, &mut shell, again, |shell| {
            std::hint::black_box(shell.clone());
            Ok(())
        })?;
        let alone = rounds(ROUNDS, &mut shell, again, again)?;
        let kept = &mut (shell.clone(), None);
        let keep = |(shell, kept): &mut (Shell, Option<Shell>)| {
            *kept = Some(shell.clone());
            Ok(())
        };
        let parting = rounds(ROUNDS, kept, keep, |(shell, _)| again(shell))?;
        let [taken, alone, parting] = [taken, alone, parting].map(|(tenth, _)| tenth / 1000.0);
        println!("{name:20} {taken:>11.1} {alone:>9.1} {parting:>9.1}");
    }
    Ok(())
}
