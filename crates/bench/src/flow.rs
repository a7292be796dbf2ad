//! A flow of a container to the internet.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use packetwalk_lab::{Lab, Load};

use crate::seed;

const INTERNET: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10));

/// Nanoseconds per packet, with and without a trace.
pub fn measure(packets: u32) -> Result<(), String> {
    let mut shell = seed::built()?;
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
