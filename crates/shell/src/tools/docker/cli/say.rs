//! How the command line refuses.
//!
//! # Source
//! docker/cli v20.10 and v28, `cli/required.go`, `cli/cobra.go`, `cli/command/container/run.go`:
//! `reportError`, `toStatusError`.

use packetwalk_docker::{Refused, Version};

use super::super::daemon::is_by_hand;
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
    /// A template that is wrong.
    Status64(String),
    /// It is said already; only the status is left.
    Status(u8),
}

impl From<Refused> for Bad {
    fn from(refused: Refused) -> Self {
        Self::Daemon(refused.0)
    }
}

impl Bad {
    /// What is said when the daemon does not run.
    pub const fn no_daemon(version: Version) -> &'static str {
        match version {
            Version::V29 => {
                "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct \
                 and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory"
            }
            _ => {
                "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
            }
        }
    }

    /// Says that the daemon does not run, and in a lab whose docker0 was made by hand why not.
    pub fn say_no_daemon(cx: &mut Cx<'_>, text: &str) {
        cx.stderr.line(text);
        Self::say_by_hand(cx);
    }

    fn say_by_hand(cx: &mut Cx<'_>) {
        if is_by_hand(cx) {
            cx.stderr.line(
                "packetwalk: docker0 was made by hand in this lab: no engine runs here, and its containers are \
                 namespaces (ip netns). \"dockerd &\" starts an engine",
            );
        }
    }

    /// Exactly so many words were needed.
    pub fn count(usage: &Usage, given: usize, least: usize, most: usize) -> Option<Self> {
        if (least..=most).contains(&given) {
            return None;
        }
        let s = |n: usize| if n == 1 { "" } else { "s" };
        let wanted = match () {
            () if most == 0 => return Some(Self::Words(format!("\"{}\" accepts no arguments.", usage.name))),
            () if least == most => format!("exactly {least} argument{}", s(least)),
            () if most == usize::MAX => format!("at least {least} argument{}", s(least)),
            () => format!("at least {least} and at most {most} argument{}", s(most)),
        };
        Some(Self::Words(format!("\"{}\" requires {wanted}.", usage.name)))
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
                // Where there is no upper bound.
                let open = text.contains("at least") && !text.contains("at most");
                let verb = if open { "See" } else { "Run" };
                writeln!(cx.stderr, "docker: {text}\n\n{help}\n{verb} '{name} --help' for more information");
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
                Self::say_no_daemon(cx, Self::no_daemon(version));
                1
            }
            Self::Status64(text) => {
                cx.stderr.line(&text);
                64
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
            Self::NoDaemon if version == Version::V29 => return Self::NoDaemon.say(cx, usage, version),
            Self::NoDaemon => (Self::no_daemon(version).to_owned(), 125),
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
        Self::say_by_hand(cx);
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
