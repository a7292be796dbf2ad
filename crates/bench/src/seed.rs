//! The lab of 2015: its script parsed and carried out, and one traced ping.

use std::net::Ipv4Addr;
use std::time::Duration;

use packetwalk_lab::{Lab, SocketKind};
use packetwalk_shell::{Apart, Line, Shell};
use packetwalk_wire::{Family, Icmp, Transport, icmp, proto};

use crate::rounds::rounds;

const LAB: &str = include_str!("../../../tests/labs/article/docker-2015/lab.sh");

const ROUNDS: usize = 300;

/// The lab before its first question.
pub fn built() -> Result<Shell, String> {
    let (build, _) = LAB.split_once("\nroute -n\n").ok_or("the lab asks nothing")?;
    let mut shell = Shell::new(Lab::new(0));
    let mut out = Apart::default();
    let status = shell.run_script("docker-2015.sh", build.as_bytes(), &mut out);
    if status != 0 || !out.stderr.is_empty() {
        return Err(format!("the lab: {status}: {}", String::from_utf8_lossy(&out.stderr)));
    }
    Ok(shell)
}

/// The packets of a ping of a container to the internet, with ARP where it is the first, every step kept: how many steps.
pub fn echo(shell: &mut Shell) -> Result<usize, String> {
    let lab = &mut shell.lab;
    let c1 = lab.ns("c1").ok_or("no c1")?;
    let stack = lab.stack_mut(c1).ok_or("no c1")?;
    let socket = stack.sock_open(Family::V4, SocketKind::Raw { protocol: proto::ICMP });
    let request = Transport::Icmp(Icmp::Query { ty: icmp::v4::ECHO, code: 0, id: 1, seq: 1 });
    lab.start_trace();
    let sent = lab.raw_send(c1, socket, request, &[0; 56], Ipv4Addr::new(203, 0, 113, 10).into());
    sent.map_err(|error| format!("ping: {error:?}"))?;
    while lab.has_flights() {
        lab.step(lab.now() + Duration::from_millis(1));
    }
    let steps = lab.stop_trace().len();
    let answer = lab.sock_recv(c1, socket);
    lab.sock_close(c1, socket);
    if answer.is_some() { Ok(steps) } else { Err("no answer".to_owned()) }
}

/// The same ping as a command, with its output.
pub fn ping(shell: &mut Shell) -> Result<usize, String> {
    let c1 = shell.lab.ns("c1").ok_or("no c1")?;
    let mut out = Apart::default();
    shell.lab.start_trace();
    let end = shell.run_line(c1, b"ping -c1 203.0.113.10", &mut out);
    let steps = shell.lab.stop_trace().len();
    if !matches!(end, Line::Done(0)) || steps == 0 {
        return Err(format!("ping: {}", String::from_utf8_lossy(&out.stdout)));
    }
    Ok(steps)
}

/// Prints a line for each: its name, rounds, nanoseconds of the quickest tenth and of the middle one.
pub fn measure() -> Result<(), String> {
    let tell = |name, (tenth, middle)| println!("{name} {ROUNDS} {tenth:.1} {middle:.1}");
    tell("seed lab built", rounds(ROUNDS, &mut (), |()| Ok(()), |()| built().map(drop))?);
    let shell = built()?;
    let fresh = |state: &mut Shell| {
        *state = shell.clone();
        Ok(())
    };
    tell("ping traced", rounds(ROUNDS, &mut shell.clone(), fresh, |shell| ping(shell).map(drop))?);
    tell("its packets", rounds(ROUNDS, &mut shell.clone(), fresh, |shell| echo(shell).map(drop))?);
    Ok(())
}
