//! Nanoseconds per packet from a container to the internet through two MASQUERADEs, with and without a trace.
//!
//! Runs natively, and in wasm under WASI; `cargo xtask bench` does both.
#![allow(clippy::disallowed_methods, reason = "a measurement is of real time")]

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use packetwalk_lab::{Lab, Load};
use packetwalk_shell::{Collect, Shell};

const LAB: &[u8] = include_bytes!("../../../tests/labs/article/docker-2015/lab.sh");
const INTERNET: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10));

fn main() {
    let packets = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(200_000);
    if let Err(why) = measure(packets) {
        eprintln!("load: {why}");
        std::process::exit(1);
    }
}

fn measure(packets: u32) -> Result<(), String> {
    let mut shell = Shell::new(Lab::new(0));
    shell.run_script("docker-2015.sh", LAB, &mut Collect::default());
    let lab = &mut shell.lab;
    let ns = |lab: &Lab, name: &str| lab.ns(name).ok_or(format!("no namespace {name}"));
    let (from, to) = (ns(lab, "c1")?, ns(lab, "internet")?);
    let failed = |error| format!("{error:?}");
    let load = Load::new(lab, from, to, (INTERNET, 9)).map_err(failed)?;
    // The first packets wait for ARP and make the connection tracking entries.
    load.run(lab, 100).map_err(failed)?;
    for (name, traced, count) in [("without trace", false, packets), ("with trace", true, packets / 10)] {
        let begin = Instant::now();
        let mut arrived = 0;
        for _ in 0..count / 1000 {
            if traced {
                lab.start_trace();
            }
            arrived += load.run(lab, 1000).map_err(failed)?;
            lab.stop_trace();
        }
        if arrived == 0 || arrived != count / 1000 * 1000 {
            return Err(format!("{arrived} of {count} packets arrived"));
        }
        println!("{name:<14} {:>6} ns per packet", begin.elapsed().as_nanos() / u128::from(arrived));
    }
    Ok(())
}
