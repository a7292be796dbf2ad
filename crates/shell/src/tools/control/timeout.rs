//! `timeout` of coreutils, in virtual time.

use packetwalk_wire::Instant;

use super::sleep::duration;
use super::usage;
use crate::process::Status;
use crate::{Cx, OnSignal, Pid, Poll, Process, Signal, Spawn};

#[derive(Clone, Debug)]
struct Running {
    child: Pid,
    command: String,
    deadline: Option<Instant>,
    signal: Signal,
    /// `-k`: how long after the signal the command is killed.
    kill_after: Option<core::time::Duration>,
    preserve: bool,
    verbose: bool,
    /// Its command alone gets the signal.
    foreground: bool,
    timed_out: bool,
}

#[derive(Clone, Debug, Default)]
struct Timeout {
    running: Option<Running>,
}

pub(in crate::tools) fn new() -> Box<dyn Process> {
    Box::new(Timeout::default())
}

impl Timeout {
    fn start(&mut self, cx: &mut Cx<'_>) -> Result<(), Poll> {
        let args = std::rc::Rc::clone(&cx.args);
        let (open, close) = cx.quotes();
        let lossy = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        let (mut signal, mut kill_after, mut preserve, mut verbose, mut at) =
            (Signal::TERM, None, false, false, 1);
        let mut foreground = false;
        while let Some(word) = args.get(at).filter(|w| w.first() == Some(&b'-') && w.len() > 1) {
            at += 1;
            let text = lossy(word);
            let (name, mut value) = match text.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
                _ if text.starts_with("--") => (text.clone(), None),
                _ => (text.chars().take(2).collect(), Some(text[2..].to_owned()).filter(|v| !v.is_empty())),
            };
            if matches!(name.as_str(), "-k" | "-s" | "--kill-after" | "--signal") && value.is_none() {
                value = args.get(at).map(|v| lossy(v));
                at += 1;
                if value.is_none() {
                    let text = match name.strip_prefix("--") {
                        Some(_) => format!("option '{name}' requires an argument"),
                        None => format!("option requires an argument -- '{}'", &name[1..]),
                    };
                    return Err(usage(cx, &text, 125));
                }
            }
            let value = value.unwrap_or_default();
            match name.as_str() {
                "--" => break,
                "--foreground" => foreground = true,
                "--preserve-status" => preserve = true,
                "-v" | "--verbose" => verbose = true,
                "-k" | "--kill-after" => match duration(value.as_bytes()) {
                    Some(d) => kill_after = Some(d),
                    None => {
                        return Err(usage(cx, &format!("invalid time interval {open}{value}{close}"), 125));
                    }
                },
                "-s" | "--signal" => match Signal::parse(&value) {
                    Some(s) => signal = s,
                    None => return Err(usage(cx, &format!("{open}{value}{close}: invalid signal"), 125)),
                },
                _ if name.starts_with("--") => {
                    return Err(usage(cx, &format!("unrecognized option '{text}'"), 125));
                }
                _ => return Err(usage(cx, &format!("invalid option -- '{}'", &name[1..]), 125)),
            }
        }
        let (Some(time), Some(command)) = (args.get(at), args.get(at + 1)) else {
            cx.stderr.line("Try 'timeout --help' for more information.");
            return Err(Poll::Exit(125));
        };
        let Some(time) = duration(time) else {
            return Err(usage(cx, &format!("invalid time interval {open}{}{close}", lossy(time)), 125));
        };
        let command = lossy(command);
        let Ok(child) = cx.spawn(Spawn { args: args[at + 1..].to_vec(), ..Spawn::default() }) else {
            writeln!(
                cx.stderr,
                "timeout: failed to run command {open}{command}{close}: No such file or directory"
            );
            return Err(Poll::Exit(127));
        };
        let deadline = (!time.is_zero()).then(|| cx.now() + time);
        let timed_out = false;
        self.running = Some(Running {
            child,
            command,
            deadline,
            signal,
            kill_after,
            preserve,
            verbose,
            foreground,
            timed_out,
        });
        Ok(())
    }
}

impl Process for Timeout {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if self.running.is_none()
            && let Err(poll) = self.start(cx)
        {
            return poll;
        }
        let (open, close) = cx.quotes();
        let Some(run) = &mut self.running else { return Poll::Exit(125) };
        if let Some(status) = cx.reap(run.child) {
            return Poll::Exit(match status {
                Status::Killed(Signal::KILL) => 137,
                _ if run.timed_out && !run.preserve => 124,
                status => status.code(),
            });
        }
        if let Some(at) = run.deadline
            && cx.now() >= at
        {
            let signal = if run.timed_out { Signal::KILL } else { run.signal };
            if run.verbose {
                let (name, command) = (signal.name(), &run.command);
                writeln!(cx.stderr, "timeout: sending signal {name} to command {open}{command}{close}");
            }
            if run.foreground {
                cx.kill(run.child, signal);
            } else {
                // It makes a process group of its own, and signals all of it.
                cx.sys.kill_group(run.child, signal);
            }
            run.deadline = run.kill_after.take().map(|after| cx.now() + after);
            run.timed_out = true;
        }
        run.deadline.map_or(Poll::Wait, Poll::WaitUntil)
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        // It hands the signal on and ends with its command.
        match &self.running {
            Some(run) if !signal.ignored_by_default() => {
                cx.kill(run.child, signal);
                OnSignal::Taken
            }
            _ => OnSignal::Default,
        }
    }
}
