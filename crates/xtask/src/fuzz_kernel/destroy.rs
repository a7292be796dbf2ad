//! The end of a namespace's sets.

use std::time::Duration;

use anyhow::Result;

use super::linux::run;

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
