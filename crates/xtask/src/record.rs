//! `cargo xtask record`: what the real kernel prints for each lab.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::normalise::normalise;
use crate::{kernel, labs};

/// Labs run at a time: most of their time is waiting.
const JOBS: usize = 4;

/// Runs the labs whose name contains `filter` on the kernel and writes each `linux.txt`.
///
/// # Errors
/// Labs cannot run here, or one does not end.
pub fn record(root: &Path, filter: &str) -> Result<()> {
    let (labs, printed) = run(root, filter)?;
    let mut failed = Vec::new();
    for (lab, text) in labs.iter().zip(printed) {
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                failed.push(format!("{}: {error}", lab.name));
                continue;
            }
        };
        if lab.linux().as_ref() != Some(&text) {
            println!("{}: {}", lab.name, if lab.linux().is_some() { "changed" } else { "new" });
            fs::write(lab.folder.join("linux.txt"), text)?;
        }
    }
    fs::write(root.join("tests/labs/versions.txt"), kernel::versions())?;
    if !failed.is_empty() {
        bail!("not recorded: {}", failed.join("; "));
    }
    println!("{} labs recorded", labs.len());
    Ok(())
}

/// Runs the labs `times` times on the kernel and compares with what is recorded.
///
/// # Errors
/// A lab printed something else.
pub fn check(root: &Path, filter: &str, times: usize) -> Result<()> {
    let mut differing = 0;
    for _ in 0..times {
        let (labs, printed) = run(root, filter)?;
        for (lab, text) in labs.iter().zip(printed) {
            let text = text.unwrap_or_else(|error| format!("{error}\n"));
            let recorded = lab.linux().unwrap_or_default();
            if recorded != text {
                println!("{}:\n{}", lab.name, labs::diff(&recorded, &text));
                differing += 1;
            }
        }
    }
    if differing > 0 {
        bail!("{differing} runs differ from what is recorded");
    }
    Ok(())
}

type Printed = Vec<std::io::Result<String>>;

fn run(root: &Path, filter: &str) -> Result<(Vec<labs::Lab>, Printed)> {
    if let Some(why) = kernel::unavailable() {
        bail!("cannot record: {why}");
    }
    let labs = labs::find(&root.join("tests/labs"), filter)?;
    let printed = labs::each(&labs, JOBS, |lab| {
        let text = lab.text()?;
        let output = if kernel::needs_docker(&text) {
            daemon(root, lab, &text)?
        } else {
            Some(kernel::on_linux(&text)?)
        };
        // One that cannot be recorded here stays as it is.
        Ok(output.map_or_else(|| lab.linux().unwrap_or_default(), |output| normalise(&text, &output)))
    });
    Ok((labs, printed))
}

/// What a lab with a Docker daemon prints: its `kernel.sh`, which has the daemon's rules without the daemon, or the
/// lab with a real daemon of 20.10, where `PACKETWALK_DOCKER_TOOLS` tells of one. `None` where it does not.
fn daemon(root: &Path, lab: &labs::Lab, text: &str) -> std::io::Result<Option<String>> {
    if let Ok(by_hand) = fs::read_to_string(lab.folder.join("kernel.sh")) {
        return kernel::on_linux(&by_hand).map(Some);
    }
    match std::env::var("PACKETWALK_DOCKER_TOOLS") {
        Ok(tools) => kernel::on_docker(text, &root.join("tests/labs/docker"), Path::new(&tools)).map(Some),
        Err(_) => Ok(None),
    }
}
