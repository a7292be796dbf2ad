//! How the command line refuses.
//!
//! # Source
//! docker/cli v20.10 and v28, `cli/required.go`, `cli/cobra.go`, `cli/command/container/run.go`:
//! `reportError`, `toStatusError`.

use packetwalk_docker::{Refused, Version};

use crate::Cx;

/// A command's name and how it is called.
#[derive(Clone, Copy, Debug)]
pub(in crate::tools::docker) struct Usage {
    /// `docker network create`.
    pub name: &'static str,
    /// `[OPTIONS] NETWORK`.
    pub args: &'static str,
    /// `Create a network`.
    pub about: &'static str,
}

/// Why a command does not run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::tools::docker) enum Bad {
    /// An option that is wrong.
    Flag(String),
    /// Too few or too many words.
    Words(String),
    /// The command line's own check.
    Own(String),
    /// The daemon's refusal.
    Daemon(String),
    /// There is no daemon.
    NoDaemon,
    /// It is said already; only the status is left.
    Status(u8),
}

impl From<Refused> for Bad {
    fn from(refused: Refused) -> Self {
        Self::Daemon(refused.0)
    }
}

/// What is said when the daemon does not run.
const NO_DAEMON: &str =
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";

impl Bad {
    /// Exactly so many words were needed.
    pub fn count(usage: &Usage, given: usize, least: usize, most: usize) -> Option<Self> {
        if (least..=most).contains(&given) {
            return None;
        }
        let (word, n) = match () {
            () if least == most => ("exactly", least),
            () if given < least => ("at least", least),
            () => ("at most", most),
        };
        let plural = if n == 1 { "argument" } else { "arguments" };
        Some(Self::Words(match (n, word) {
            (0, _) => format!("\"{}\" accepts no arguments.", usage.name),
            _ => format!("\"{}\" requires {word} {n} {plural}.", usage.name),
        }))
    }

    /// What the daemon's answer looks like.
    pub fn daemon_text(text: &str) -> String {
        match text.strip_prefix("packetwalk: ") {
            Some(_) => text.to_owned(),
            None => format!("Error response from daemon: {text}"),
        }
    }

    /// Says it; the exit status.
    pub fn say(self, cx: &mut Cx<'_>, usage: &Usage, version: Version) -> u8 {
        let Usage { name, args, about } = usage;
        let v29 = version == Version::V29;
        let about = match *name {
            "docker run" if !v29 => "Run a command in a new container",
            "docker exec" if !v29 => "Run a command in a running container",
            _ => about,
        };
        let help = format!("Usage:  {name} {args}\n");
        match self {
            Self::Flag(text) if text == "help" => {
                writeln!(cx.stdout, "\n{help}\n{about}");
                0
            }
            Self::Flag(text) if text.starts_with("packetwalk: ") => {
                cx.stderr.line(&text);
                125
            }
            Self::Flag(text) if v29 => {
                writeln!(cx.stderr, "{text}\n\n{help}\nRun '{name} --help' for more information");
                125
            }
            Self::Flag(text) => {
                writeln!(cx.stderr, "{text}\nSee '{name} --help'.");
                125
            }
            Self::Words(text) if v29 => {
                let text = text.replace('"', "'").replace("exactly ", "");
                let text = text.strip_suffix('.').unwrap_or(&text);
                writeln!(cx.stderr, "docker: {text}\n\n{help}\nRun '{name} --help' for more information");
                1
            }
            Self::Words(text) => {
                writeln!(cx.stderr, "{text}\nSee '{name} --help'.\n\n{help}\n{about}");
                1
            }
            Self::Own(text) => {
                cx.stderr.line(&text);
                1
            }
            Self::Daemon(text) => {
                cx.stderr.line(&Self::daemon_text(&text));
                1
            }
            Self::NoDaemon => {
                cx.stderr.line(NO_DAEMON);
                1
            }
            Self::Status(status) => status,
        }
    }

    /// Says it as `docker run` and `docker create` do; `early`: before there was a container.
    pub fn say_run(self, cx: &mut Cx<'_>, usage: &Usage, version: Version, early: bool) -> u8 {
        let name = usage.name;
        let (text, status) = match self {
            Self::Own(text) => (text, 125),
            Self::Daemon(text) => {
                let status = run_status(&text);
                (Self::daemon_text(&text), status)
            }
            Self::NoDaemon => (NO_DAEMON.to_owned(), 125),
            other => return other.say(cx, usage, version),
        };
        if text.starts_with("packetwalk: ") {
            cx.stderr.line(&text);
        } else if version == Version::V29 {
            writeln!(cx.stderr, "docker: {text}\n\nRun '{name} --help' for more information");
        } else {
            let text = text.strip_suffix('.').unwrap_or(&text);
            writeln!(cx.stderr, "docker: {text}.");
            if early {
                writeln!(cx.stderr, "See '{name} --help'.");
            }
        }
        status
    }
}

/// 127 for a command that is not there, 126 for one that may not run, 125 for all else.
fn run_status(text: &str) -> u8 {
    if text.contains("executable file not found") || text.contains("no such file or directory") {
        127
    } else if text.contains("permission denied") {
        126
    } else {
        125
    }
}
