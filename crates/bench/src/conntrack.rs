//! New flows to a published port, with up to a million of them.

use std::time::Instant;

use crate::memory::memory;
use crate::published::Published;

/// Packets that are measured together.
const STEP: u32 = 8192;

/// Prints nanoseconds of a flow's first packet through the whole host, as long as there are so many flows at most.
pub fn measure() -> Result<(), String> {
    let mut lab = Published::new("iptables-nft")?;
    lab.shell.lab.stack_mut(packetwalk_trace::NsId(0)).ok_or("no host")?.nf.ct.sysctls.max = 3 << 20;
    let mut flow = 0;
    let before = memory();
    for most in [1 << 16, 1 << 20] {
        let mut times = Vec::new();
        while flow < most {
            let begin = Instant::now();
            lab.begin(flow..flow + STEP)?;
            times.push(begin.elapsed().as_nanos() / u128::from(STEP));
            flow += STEP;
        }
        times.sort_unstable();
        let at = |place: usize| times.get(place).copied().unwrap_or(0);
        println!(
            "first packets of up to {most} flows: {} ns each (the middle), {} (the quickest tenth)",
            at(times.len() / 2),
            at(times.len() / 10)
        );
    }
    if let (Some(before), Some(after)) = (before, memory()) {
        println!("{} bytes of memory a flow", after.saturating_sub(before) / u64::from(flow));
    }
    Ok(())
}
