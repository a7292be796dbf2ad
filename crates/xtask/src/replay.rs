//! Holds the simulator against records of the kernel oracle, when its folder lies beside the project.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::sh::{command, output};
use crate::summary::Tally;

/// The sets of records that must agree.
const SETS: [&str; 4] = ["seed", "random", "docker", "docker/iptabler"];

/// Records in which the kernel chose a port at random: run again, they differ from themselves.
const RANDOM: [&str; 2] = ["nat-port-clash.json", "nat-implicit-source-clash.json"];

/// The oracle's folder, if it is there.
pub fn oracle(root: &Path) -> Option<PathBuf> {
    Some(root.parent()?.join("shared/oracle")).filter(|folder| folder.join("compare.py").is_file())
}

/// Replays every record and compares: probes that agree, differ, and are refused by name.
///
/// # Errors
/// The binary cannot be built, or a folder cannot be read.
pub fn replay(root: &Path, oracle: &Path) -> Result<Tally> {
    crate::sh::run(command(root, "cargo").args(["build", "--quiet", "--package", "packetwalk-cli"]))?;
    let mut tally = Tally::default();
    for set in SETS {
        let mut records: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(oracle.join("records").join(set))? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "json") {
                records.push(path);
            }
        }
        records.sort();
        for record in records {
            match one(root, oracle, &record) {
                Ok(said) => tally.add(said),
                Err(error) => {
                    println!("{}: {error:#}", record.display());
                    tally.failed += 1;
                }
            }
        }
    }
    Ok(tally)
}

fn one(root: &Path, oracle: &Path, record: &Path) -> Result<Tally> {
    let ours = output(command(root, root.join("target/debug/packetwalk")).arg("replay").arg(record))?;
    let folder = root.join("target/replay");
    fs::create_dir_all(&folder)?;
    let file = folder.join(record.file_name().context("a file's name")?);
    fs::write(&file, ours)?;
    // Exits 1 when a probe differs, and still says what it found.
    let out = command(root, "python3").arg(oracle.join("compare.py")).arg(record).arg(file).output()?;
    let text = String::from_utf8_lossy(&out.stdout);
    let verdict = text.lines().last().unwrap_or_default();
    let mut numbers = verdict.split(", ").filter_map(|part| part.split(' ').next()?.parse::<usize>().ok());
    let mut next = || {
        numbers.next().with_context(|| format!("compare.py said {}", String::from_utf8_lossy(&out.stderr)))
    };
    let mut tally = Tally { passed: next()?, failed: next()?, skipped: next()? };
    if record.file_name().is_some_and(|name| RANDOM.iter().any(|random| name == *random)) {
        tally = Tally { passed: tally.passed, failed: 0, skipped: tally.skipped + tally.failed };
    }
    if tally.failed > 0 {
        print!("{text}");
    }
    Ok(tally)
}
