//! Running other programs.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail};

/// A command that runs in `folder`, finds the tools of `.tools/bin` first and gets no standard input.
pub fn command(folder: &Path, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    let tools = crate::root().join(".tools/bin");
    let path = env::var_os("PATH").unwrap_or_default();
    let all =
        std::iter::once(tools).chain(env::split_paths(&path)).chain(env::split_paths(crate::kernel::PATH));
    if let Ok(path) = env::join_paths(all) {
        command.env("PATH", path);
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Runs the command and shows what it prints.
///
/// # Errors
/// It cannot be started, or it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let name = line(command);
    let status = command.status().with_context(|| name.clone())?;
    if status.success() { Ok(()) } else { bail!("{name}: {status}") }
}

/// Runs the command quietly: what it printed on standard output, trimmed.
///
/// # Errors
/// It cannot be started, or it fails; the message holds what it printed on standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let name = line(command);
    let out = command.output().with_context(|| name.clone())?;
    if !out.status.success() {
        bail!("{}: {}", name, String::from_utf8_lossy(&out.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

/// Runs the command, shows its standard output as it comes and hands each line to `each`. True if it succeeded.
///
/// # Errors
/// It cannot be started.
pub fn watch(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    let name = line(command);
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| name.clone())?;
    if let Some(out) = child.stdout.take() {
        for bytes in BufReader::new(out).split(b'\n') {
            let text = String::from_utf8_lossy(&bytes?).into_owned();
            println!("{text}");
            each(&text);
        }
    }
    Ok(child.wait()?.success())
}

/// Whether a program of that name is in the search path, `.tools/bin` or where Debian keeps root's tools.
pub fn exists(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let tools = crate::root().join(".tools/bin");
    let mut all =
        std::iter::once(tools).chain(env::split_paths(&path)).chain(env::split_paths(crate::kernel::PATH));
    all.any(|folder| folder.join(program).is_file())
}

/// Whether `output` was made from `input`: it exists and is no older.
pub fn fresh(input: &Path, output: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified());
    matches!((changed(input), changed(output)), (Ok(input), Ok(output)) if output >= input)
}

/// The command as one would type it, for messages.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
