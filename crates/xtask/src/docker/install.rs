//! Debian's docker.io, unpacked into a folder of our own: nothing is installed, and no daemon starts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::sh::{command, exists, output, run};

/// The packages that a daemon needs beside what every Debian has, and the image's program.
const PACKAGES: [&str; 5] = ["docker.io", "containerd", "runc", "tini", "busybox-static"];

/// The engine that the recordings are of.
const VERSION: &str = "20.10.";

/// The folder with the daemon's programs.
///
/// # Errors
/// Why there is none, in words for people.
pub fn install(root: &Path) -> Result<PathBuf> {
    let folder = root.join(".tools/docker");
    if !folder.join("usr/sbin/dockerd").is_file() {
        for tool in ["apt-get", "dpkg"] {
            if !exists(tool) {
                bail!("no {tool} to get Debian's docker.io with");
            }
        }
        let packages = folder.join("packages");
        fs::create_dir_all(&packages)?;
        println!("downloading {}", PACKAGES.join(", "));
        let get = || output(command(&packages, "apt-get").args(["-qq", "download"]).args(PACKAGES));
        if get().is_err() {
            output(command(root, "apt-get").args(["-qq", "update"]))
                .context("Debian's docker.io is not to be had")?;
            get().context("Debian's docker.io is not to be had")?;
        }
        for entry in fs::read_dir(&packages)? {
            run(command(&folder, "dpkg").arg("-x").arg(entry?.path()).arg(&folder))?;
        }
        fs::remove_dir_all(&packages)?;
    }
    let said = output(command(root, folder.join("usr/sbin/dockerd")).arg("--version"))
        .context("Debian's dockerd does not run here")?;
    if !said.contains(&format!("version {VERSION}")) {
        bail!("the recordings are of Docker {VERSION}x, and Debian has {said}");
    }
    Ok(folder)
}
