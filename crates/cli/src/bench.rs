//! `packetwalk bench`: nanoseconds a packet, with and without a trace.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;

use packetwalk_lab::{Lab, Load};
use packetwalk_shell::{Collect, Shell};

use crate::{Failure, lab};

/// Arguments.
#[derive(clap::Args)]
pub struct Args {
    /// The lab
    lab: PathBuf,
    /// Sender's namespace
    #[arg(long)]
    from: String,
    /// Receiver's namespace
    #[arg(long)]
    to: String,
    /// Receiver's address
    #[arg(long)]
    dst: IpAddr,
    /// Packets a round
    #[arg(long, default_value_t = 200_000)]
    packets: u32,
}

/// Prints one line a mode.
#[allow(clippy::disallowed_methods, reason = "a bench measures real time")]
pub fn bench(args: &Args) -> Result<u8, Failure> {
    let mut shell = Shell::new(Lab::new(0));
    shell.run_script(&args.lab.to_string_lossy(), &lab::read(&args.lab)?, &mut Collect::default());
    let lab = &mut shell.lab;
    let ns = |lab: &Lab, name: &str| lab.ns(name).ok_or_else(|| Failure(format!("no namespace \"{name}\"")));
    let (from, to) = (ns(lab, &args.from)?, ns(lab, &args.to)?);
    let failed = |e: packetwalk_trace::SendError| Failure(e.text().to_owned());
    let load = Load::new(lab, from, to, (args.dst, 9)).map_err(failed)?;
    load.run(lab, 1000).map_err(failed)?;
    let mut out = std::io::stdout().lock();
    for (name, traced, packets) in [("without trace", false, args.packets), ("with trace", true, args.packets / 10)] {
        let begin = std::time::Instant::now();
        let mut left = packets;
        while left > 0 {
            let round = left.min(1000);
            if traced {
                lab.start_trace();
            }
            load.run(lab, round).map_err(failed)?;
            lab.stop_trace();
            left -= round;
        }
        writeln!(out, "{name}: {} ns a packet", begin.elapsed().as_nanos() / u128::from(packets.max(1)))?;
    }
    Ok(0)
}
