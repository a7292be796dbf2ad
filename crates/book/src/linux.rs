//! A page's console blocks as scripts for a real machine.

use core::fmt::Write as _;
use std::path::Path;

use crate::check::Broken;
use crate::expect;
use crate::page::{self, Kind};

/// What begins the line between two commands' outputs.
const MARK: char = '\u{1}';

/// A lab of a page, and the commands of its console blocks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Session {
    lab: String,
    commands: Vec<Shown>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Shown {
    line: usize,
    place: String,
    command: String,
    wanted: Vec<String>,
}

/// The sessions of a page that show something. `dir` is where the files of its labs are looked for.
///
/// # Errors
/// A lab's file cannot be read.
pub fn sessions(text: &str, dir: &Path) -> std::io::Result<Vec<Session>> {
    let mut all: Vec<Session> = Vec::new();
    for item in page::read(text) {
        match item.kind {
            Kind::Lab(lab) => all.push(Session { lab, commands: Vec::new() }),
            Kind::LabFile(file, more) => {
                let lab = std::fs::read_to_string(dir.join(file))? + &more;
                all.push(Session { lab, commands: Vec::new() });
            }
            Kind::Console(exchanges) => {
                let Some(session) = all.last_mut() else { continue };
                session.commands.extend(exchanges.into_iter().map(|e| Shown {
                    line: item.line + e.line,
                    place: e.place,
                    command: e.command,
                    wanted: e.below,
                }));
            }
            Kind::Walk { .. } | Kind::Claim { .. } | Kind::Bad(_) => {}
        }
    }
    all.retain(|session| !session.commands.is_empty());
    Ok(all)
}

impl Session {
    /// Whether it asks for a Docker engine.
    pub fn needs_docker(&self) -> bool {
        let words = |text: &str| text.split_whitespace().any(|w| w.starts_with("docker") && w != "docker0");
        words(&self.lab) || self.commands.iter().any(|c| words(&c.command))
    }

    /// How many commands it shows.
    pub fn commands(&self) -> usize {
        self.commands.len()
    }

    /// A script for bash as root in a network namespace of its own; [`Self::compare`] reads what it prints.
    pub fn script(&self) -> String {
        let mut script = self.lab.clone();
        for (number, shown) in self.commands.iter().enumerate() {
            let _ = write!(script, "\nprintf '\\n\\001{number}\\n'\n");
            if shown.place.is_empty() {
                script.push_str(&shown.command);
            } else {
                let command = shown.command.replace('\'', r"'\''");
                let _ = write!(script, "ip netns exec {} bash -c '{command}'", shown.place);
            }
        }
        script.push('\n');
        script
    }

    /// What of the page is not what the script printed.
    pub fn compare(&self, printed: &str) -> Vec<Broken> {
        let printed = printed.replace('\r', "");
        let parts: Vec<&str> = printed.split(MARK).skip(1).collect();
        let mut broken = Vec::new();
        for (number, shown) in self.commands.iter().enumerate() {
            let got = parts.get(number).map_or("", |part| part.split_once('\n').map_or("", |(_, rest)| rest));
            // The line that the mark begins with is its own.
            let got: Vec<&str> = got.strip_suffix('\n').unwrap_or(got).lines().collect();
            if let Err(why) = expect::shown(&shown.command, &shown.wanted, &got) {
                broken.push(Broken { line: shown.line, why });
            }
        }
        broken
    }
}
