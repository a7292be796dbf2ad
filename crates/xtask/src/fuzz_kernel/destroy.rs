//! What a case leaves behind: the end of a namespace's sets, and what lasts.

use std::time::Duration;

use anyhow::Result;

use super::linux::run;
use crate::kernel_case::case::{Case, Step};

/// Destroys the sets that rules named a moment ago: the kernel lets go of them a little later.
pub fn destroy_sets() -> Result<()> {
    // A list holds its members.
    run("ipset", &["flush"], "")?;
    let mut tries = 0;
    while let Err(error) = run("ipset", &["destroy"], "") {
        tries += 1;
        if tries > 100 {
            return Err(error);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Whether a case leaves what lasts: unfinished datagrams, path MTUs, timers.
pub fn leaves(case: &Case) -> bool {
    // Turned back, forwarding turns accept_redirects with it.
    case.settings.iter().any(|(_, key, _)| key.contains("forward"))
        || case.steps.iter().any(|step| match step {
            Step::Send { bytes, .. } => match bytes.first().map(|b| b >> 4) {
                Some(4) => bytes.get(6..8).is_some_and(|word| word[0] & 0x3f != 0 || word[1] != 0),
                _ => bytes.get(6) == Some(&44),
            },
            Step::Reply { how, .. } => {
                how.starts_with("err:3:4") || how.starts_with("err:2:") || how.starts_with("err:5")
            }
            Step::Wait(_) => true,
            _ => false,
        })
}
