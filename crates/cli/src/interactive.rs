//! `packetwalk shell`: type commands in a lab.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use packetwalk_lab::Lab;
use packetwalk_shell::{Line, Shell, Sink, Stream};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use signal_hook::consts::SIGINT;

use crate::lab::{Console, Lines};
use crate::{Failure, lab};

/// The terminal: Ctrl-C ends what runs.
struct Terminal {
    console: Console<'static>,
    pressed: Arc<AtomicBool>,
    /// The terminal has printed `^C`, and nothing after it.
    unended: bool,
}

impl Terminal {
    /// From here on Ctrl-C does not end the program.
    fn new() -> Result<Self, Failure> {
        let pressed = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(SIGINT, Arc::clone(&pressed))?;
        Ok(Self { console: Console::typed(), pressed, unended: false })
    }

    /// Ends the line that `^C` stands in.
    fn end_line(&mut self) {
        if self.unended {
            self.write(Stream::Stdout, b"\n");
        }
    }
}

impl Sink for Terminal {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        self.unended = false;
        self.console.write(stream, bytes);
    }

    fn interrupted(&mut self) -> bool {
        let pressed = self.pressed.swap(false, Ordering::Relaxed);
        self.unended |= pressed;
        pressed
    }
}

/// Reads lines until the end of input or `exit`.
pub fn shell(path: Option<&Path>, from: &str, seed: u64) -> Result<u8, Failure> {
    let mut shell = Shell::new(Lab::new(seed));
    if let Some(path) = path {
        let script = lab::read(path)?;
        let name = path.to_string_lossy();
        shell.run_script(&name, &script, &mut Console::all(&name, Lines::Auto));
    }
    let ns = lab::namespace(&shell.lab, from)?;
    let mut editor = DefaultEditor::new()?;
    let mut terminal = Terminal::new()?;
    let name = if from.is_empty() { "host" } else { from };
    let (first, more) = (format!("root@{name}:~# "), "> ".to_owned());
    let mut line = String::new();
    let mut status = 0;
    loop {
        match editor.readline(if line.is_empty() { &first } else { &more }) {
            Ok(typed) => {
                line.push_str(&typed);
                terminal.pressed.store(false, Ordering::Relaxed);
                let done = shell.run_line(ns, line.as_bytes(), &mut terminal);
                terminal.end_line();
                terminal.console.done()?;
                match done {
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
