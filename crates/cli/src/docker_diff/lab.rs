//! Runs a lab with an engine, command by command.

use packetwalk_lab::Lab;
use packetwalk_shell::{Apart, Line, Shell, is_incomplete};
use packetwalk_trace::NsId;

use super::seen::{self, Seen};
use super::walks::{Walk, Walkers};
use crate::Failure;

/// The simulator's word for the engine.
const PROFILE: &str = "dockerd --version-profile ";

/// Most packets of a command that are looked at.
const MOST: u32 = 200;

/// A command of the lab.
pub struct Command {
    /// Its first line; 0 for a walk beside the lab.
    pub line: usize,
    pub text: String,
    pub status: u8,
    pub said: String,
    pub complained: String,
    /// What its packets did, if it is one to send some.
    pub walk: Option<Walk>,
}

/// A lab that has run.
pub struct Run {
    pub commands: Vec<Command>,
    pub seen: Seen,
}

/// The line with another engine, where it names one.
fn with_engine(line: &str, engine: &str) -> String {
    let Some((head, rest)) = line.split_once(PROFILE) else { return line.to_owned() };
    let end = rest.find(|c: char| c.is_whitespace() || c == ';').unwrap_or(rest.len());
    format!("{head}{PROFILE}{engine}{}", rest.get(end..).unwrap_or_default())
}

fn status(line: Line) -> u8 {
    match line {
        Line::Done(status) | Line::Exit(status) => status,
        Line::Incomplete => u8::MAX,
    }
}

/// The namespace that a command sends from: the one that it is given, or that it names after `exec`.
fn sender(lab: &Lab, ns: NsId, text: &str) -> NsId {
    let words = text.split_whitespace().skip_while(|word| *word != "exec").skip(1);
    words.filter(|word| !word.starts_with('-')).take(1).find_map(|name| lab.ns(name)).unwrap_or(ns)
}

/// Runs a command, and follows its packets if it is a walk.
fn command(shell: &mut Shell, ns: NsId, line: usize, text: String, is_walk: bool) -> (Command, bool) {
    if is_walk {
        shell.lab.start_trace_of(MOST);
    }
    let mut out = Apart::default();
    let done = shell.run_line(ns, text.as_bytes(), &mut out);
    let mut walk = None;
    if is_walk {
        shell.land(&mut out);
        let events = shell.lab.stop_trace();
        walk = Walk::of(&events, &shell.lab, sender(&shell.lab, ns, &text));
    }
    let (said, complained) = out.texts();
    let ended = matches!(done, Line::Exit(_));
    (Command { line, text, status: status(done), said, complained, walk }, ended)
}

/// Runs the lab, and after it the walks.
pub fn run(name: &str, text: &[u8], engine: &str, walks: &[String], seed: u64) -> Result<Run, Failure> {
    let mut shell = Shell::new(Lab::new(seed));
    let (choice, _) = command(&mut shell, NsId(0), 0, format!("{PROFILE}{engine}"), false);
    if choice.status != 0 {
        let why = choice.complained.trim();
        return Err(Failure(why.strip_prefix("packetwalk: ").unwrap_or(why).to_owned()));
    }
    let text = String::from_utf8_lossy(text);
    let mut commands = Vec::new();
    let (mut pending, mut first) = (String::new(), 0);
    let mut walkers = Walkers::default();
    for (at, line) in text.lines().enumerate() {
        if pending.is_empty() {
            first = at + 1;
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
        }
        pending.push_str(&with_engine(line, engine));
        if is_incomplete(pending.as_bytes()) {
            pending.push('\n');
            continue;
        }
        let is_walk = walkers.is_walk(&pending);
        let (done, ended) = command(&mut shell, NsId(0), first, std::mem::take(&mut pending), is_walk);
        commands.push(done);
        if ended {
            break;
        }
    }
    if !pending.is_empty() {
        return Err(Failure(format!("{name}: line {first} begins a command that does not end")));
    }
    for walk in walks {
        let (from, line) = walk.trim().split_once(' ').unwrap_or((walk, ""));
        let ns = crate::lab::namespace(&shell.lab, from)?;
        // None of them meets what another left.
        let mut shell = shell.clone();
        let (mut done, _) = command(&mut shell, ns, 0, line.trim().to_owned(), true);
        done.text.clone_from(walk);
        commands.push(done);
    }
    let (seen, bridges) = seen::all(&mut shell);
    for command in &mut commands {
        command.complained = bridges.named(&command.complained);
        if let Some(walk) = &mut command.walk {
            walk.rename(&|text| bridges.named(text));
        }
    }
    Ok(Run { commands, seen })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_replaced_where_it_is_named() {
        #[rustfmt::skip]
        let cases = [
            ("dockerd --version-profile 20.10",              "dockerd --version-profile 29"),
            ("dockerd --version-profile 20.10 --icc=false &", "dockerd --version-profile 29 --icc=false &"),
            ("true; dockerd --version-profile 1.5; true",    "true; dockerd --version-profile 29; true"),
            ("dockerd --icc=false &",                        "dockerd --icc=false &"),
        ];
        for (line, want) in cases {
            assert_eq!(with_engine(line, "29"), want);
        }
    }
}
