//! `cargo xtask docker-labs`: labs of Docker's rules in plain Linux commands, for the kernel to judge.
//!
//! A folder of `tests/labs/docker-rules` begins with `docker.sh`, a daemon and docker commands. The engine carries
//! them out in the simulator, which is held against real engines elsewhere (`cli/tests/docker.rs`); `lab.sh` has
//! the interfaces, addresses, routes, settings and rules that they leave, as commands, and packets to send. What
//! these do is recorded from a kernel. `cli/tests/docker/probes.rs` sends them through the docker commands too.

mod machine;
mod plain;
mod probes;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::labs;
use machine::Machine;

/// The text of `lab.sh` that belongs to a `docker.sh`.
///
/// # Errors
/// A command of it fails.
pub fn lab(docker: &str) -> Result<String> {
    if !docker.contains(machine::NEIGHBOUR) {
        bail!("it has no neighbour as the others do");
    }
    let mut machine = Machine::new();
    for line in docker.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        machine.run(line)?;
    }
    let seen = machine.seen()?;
    let title: String = docker.split_inclusive('\n').take_while(|l| l.starts_with('#')).collect();
    Ok(title + &plain::commands(&seen) + &probes::commands(&seen))
}

/// Writes `lab.sh` beside every `docker.sh` whose name contains `filter`.
///
/// # Errors
/// A command of one fails, or a file cannot be written.
pub fn write(root: &Path, filter: &str) -> Result<()> {
    let folder = root.join("tests/labs/docker-rules");
    for entry in fs::read_dir(folder)? {
        let folder = entry?.path();
        let Ok(docker) = fs::read_to_string(folder.join("docker.sh")) else { continue };
        let name = folder.display().to_string();
        if !name.contains(filter) {
            continue;
        }
        let text = lab(&docker).with_context(|| name.clone())?;
        let file = folder.join("lab.sh");
        if fs::read_to_string(&file).unwrap_or_default() != text {
            println!("{name}");
            fs::write(file, text)?;
        }
    }
    let all = labs::find(&root.join("tests/labs"), "docker-rules/")?;
    println!("{} labs of Docker's rules", all.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules in the labs are those that the engine makes today.
    #[test]
    fn labs_are_as_the_engine_makes_them() {
        for found in labs::find(&crate::root().join("tests/labs"), "docker-rules/").expect("labs") {
            let docker = fs::read_to_string(found.folder.join("docker.sh")).expect("docker.sh");
            let (ours, text) = (lab(&docker).expect("it runs"), found.text().expect("lab.sh"));
            assert!(
                ours == text,
                "{}: run `cargo xtask docker-labs`\n{}",
                found.name,
                labs::diff(&text, &ours)
            );
        }
    }
}
