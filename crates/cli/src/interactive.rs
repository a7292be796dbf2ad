//! `packetwalk shell`: type commands in a lab.

use std::path::Path;

use packetwalk_lab::Lab;
use packetwalk_shell::{Line, Shell};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::lab::Console;
use crate::{Failure, lab};

/// Reads lines until the end of input or `exit`.
pub fn shell(path: Option<&Path>, from: &str, seed: u64) -> Result<u8, Failure> {
    let mut shell = Shell::new(Lab::new(seed));
    if let Some(path) = path {
        let script = lab::read(path)?;
        shell.run_script(&path.to_string_lossy(), &script, &mut Console);
    }
    let ns =
        shell.lab.ns(from).ok_or_else(|| Failure(format!("the lab has no network namespace \"{from}\"")))?;
    let mut editor = DefaultEditor::new()?;
    let name = if from.is_empty() { "host" } else { from };
    let (first, more) = (format!("root@{name}:~# "), "> ".to_owned());
    let mut line = String::new();
    let mut status = 0;
    loop {
        match editor.readline(if line.is_empty() { &first } else { &more }) {
            Ok(typed) => {
                line.push_str(&typed);
                match shell.run_line(ns, line.as_bytes(), &mut Console) {
                    Line::Incomplete => line.push('\n'),
                    Line::Exit(code) => return Ok(code),
                    Line::Done(code) => {
                        status = code;
                        editor.add_history_entry(line.as_str())?;
                        line.clear();
                    }
                }
            }
            Err(ReadlineError::Interrupted) => line.clear(),
            Err(ReadlineError::Eof) => return Ok(status),
            Err(error) => return Err(error.into()),
        }
    }
}
