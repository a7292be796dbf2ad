//! `jobs wait kill disown`.

use std::fmt::Write as _;

use super::{integer, lossy};
use crate::Cx;
use crate::lang::interp::{After, Frame, Interp, WaitState};
use crate::process::{Pid, Signal, Status};

pub(super) fn no_job_control(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let name = words.first().map(|w| lossy(w)).unwrap_or_default();
    sh.error(cx, &format!("{name}: no job control"));
    After::Status(1)
}

/// The process of `%1`, `%%`, `%+`, `%-`, `%name`.
fn job(sh: &Interp, text: &[u8]) -> Option<Pid> {
    let jobs = &sh.state.jobs;
    let found = match text.strip_prefix(b"%")? {
        b"" | b"%" | b"+" => jobs.last(),
        b"-" => jobs.iter().rev().nth(1).or_else(|| jobs.last()),
        rest => match integer(rest) {
            Some(n) => jobs.iter().find(|j| i64::from(j.number) == n),
            None => jobs.iter().find(|j| j.text.starts_with(rest)),
        },
    };
    found.map(|j| j.pid)
}

pub(super) fn jobs(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    sh.update_jobs(cx);
    let pids = words.get(1).is_some_and(|w| w == b"-p");
    let long = words.get(1).is_some_and(|w| w == b"-l");
    let count = sh.state.jobs.len();
    let mut out = String::new();
    for (n, job) in sh.state.jobs.iter().enumerate() {
        if pids {
            let _ = writeln!(out, "{}", job.pid.0);
            continue;
        }
        let mark = match count - n {
            1 => '+',
            2 => '-',
            _ => ' ',
        };
        let (state, running) = match job.ended {
            None => ("Running".to_owned(), " &"),
            Some(Status::Exited(0)) => ("Done".to_owned(), ""),
            Some(Status::Exited(code)) => (format!("Exit {code}"), ""),
            Some(Status::Killed(signal)) => (signal.text().to_owned(), ""),
        };
        let pid = if long { format!("{:5} ", job.pid.0) } else { String::new() };
        let _ = writeln!(out, "[{}]{mark}  {pid}{state:<24}{}{running}", job.number, lossy(&job.text));
    }
    let status = sh.print(cx, "jobs", out.as_bytes());
    sh.state.jobs.retain(|j| j.ended.is_none());
    After::Status(status)
}

pub(super) fn disown(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let args: Vec<&Vec<u8>> = words.iter().skip(1).filter(|w| w.first() != Some(&b'-')).collect();
    if args.is_empty() {
        if sh.state.jobs.pop().is_none() {
            sh.error(cx, "disown: current: no such job");
            return After::Status(1);
        }
        return After::Status(0);
    }
    for arg in args {
        let pid = job(sh, arg).or_else(|| integer(arg).map(|n| Pid(n as u32)));
        match pid.filter(|p| sh.state.jobs.iter().any(|j| j.pid == *p)) {
            Some(pid) => sh.state.jobs.retain(|j| j.pid != pid),
            None => {
                sh.error(cx, &format!("disown: {}: no such job", lossy(arg)));
                return After::Status(1);
            }
        }
    }
    After::Status(0)
}

pub(super) fn wait(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let (mut any, mut at) = (false, 1);
    while let Some(option) = words.get(at).filter(|w| w.first() == Some(&b'-')) {
        match option.as_slice() {
            b"-n" => any = true,
            b"-f" | b"--" => {}
            _ => {
                sh.error(cx, &format!("wait: {}: invalid option", lossy(&option[..option.len().min(2)])));
                let _ = cx.write_fd(2, b"wait: usage: wait [-fn] [-p var] [id ...]\n");
                return After::Status(2);
            }
        }
        at += 1;
    }
    let args = words.get(at..).unwrap_or(&[]);
    let mut state = WaitState { pids: Vec::new(), any, all: args.is_empty() && !any, status: 0 };
    if args.is_empty() {
        state.pids = sh.state.jobs.iter().map(|j| j.pid).collect();
        if any && state.pids.is_empty() {
            return After::Status(127);
        }
    }
    for arg in args {
        let known = |sh: &Interp, pid: Pid| {
            sh.state.jobs.iter().any(|j| j.pid == pid) || sh.state.done.contains_key(&pid)
        };
        if arg.first() == Some(&b'%') {
            match job(sh, arg) {
                Some(pid) => state.pids.push(pid),
                None => {
                    sh.error(cx, &format!("wait: {}: no such job", lossy(arg)));
                    state.status = 127;
                }
            }
            continue;
        }
        match integer(arg).and_then(|n| u32::try_from(n).ok()) {
            Some(n) if known(sh, Pid(n)) => state.pids.push(Pid(n)),
            Some(n) => {
                sh.error(cx, &format!("wait: pid {n} is not a child of this shell"));
                state.status = 127;
            }
            None => {
                sh.error(cx, &format!("wait: `{}': not a pid or valid job spec", lossy(arg)));
                state.status = 1;
            }
        }
    }
    After::Push(Box::new(Frame::Wait(state)))
}

/// Signals as `kill -l` lists them.
fn list(sh: &mut Interp, cx: &mut Cx<'_>, args: &[Vec<u8>]) -> After {
    let mut out = String::new();
    if args.is_empty() {
        let mut column = 0;
        for number in (1..=31).chain(34..=64) {
            let name = match number {
                34 => "RTMIN".to_owned(),
                35..=49 => format!("RTMIN+{}", number - 34),
                50..=63 => format!("RTMAX-{}", 64 - number),
                64 => "RTMAX".to_owned(),
                n => Signal(n).name().to_owned(),
            };
            column += 1;
            let _ = write!(out, "{number:2}) SIG{name}{}", if column % 5 == 0 { "\n" } else { "\t" });
        }
        out.push('\n');
        return After::Status(sh.print(cx, "kill", out.as_bytes()));
    }
    for arg in args {
        let text = lossy(arg);
        match text.parse::<u8>() {
            Ok(n) if !Signal(n & 0x7f).name().is_empty() => {
                let _ = writeln!(out, "{}", Signal(n & 0x7f).name());
            }
            Err(_) if Signal::parse(&text).is_some() => {
                let _ = writeln!(out, "{}", Signal::parse(&text).map_or(0, |s| s.0));
            }
            _ => {
                sh.error(cx, &format!("kill: {text}: invalid signal specification"));
                return After::Status(1);
            }
        }
    }
    After::Status(sh.print(cx, "kill", out.as_bytes()))
}

/// Time that a real shell needs until it sends a signal: what a job is about to do comes first.
const TO_KILL: core::time::Duration = core::time::Duration::from_micros(50);

pub(super) fn kill(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    if sh.state.jobs.iter().all(|job| job.ended.is_some()) {
        return send(sh, cx, words);
    }
    After::Push(Box::new(Frame::Kill { words: words.to_vec(), at: cx.now() + TO_KILL }))
}

/// `kill` does its work.
pub(crate) fn send(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let mut signal = Signal::TERM;
    let mut args = words.get(1..).unwrap_or(&[]);
    if let Some(first) = args.first() {
        let name = match first.as_slice() {
            b"-l" | b"-L" => return list(sh, cx, &args[1..]),
            b"-s" | b"-n" => {
                let Some(name) = args.get(1) else {
                    sh.error(cx, &format!("kill: {}: option requires an argument", lossy(first)));
                    return After::Status(1);
                };
                args = &args[2..];
                Some(name.clone())
            }
            b"--" => {
                args = &args[1..];
                None
            }
            [b'-', rest @ ..] if !rest.is_empty() => {
                args = &args[1..];
                Some(rest.to_vec())
            }
            _ => None,
        };
        if let Some(name) = name {
            match std::str::from_utf8(&name).ok().and_then(Signal::parse) {
                Some(found) => signal = found,
                None => {
                    sh.error(cx, &format!("kill: {}: invalid signal specification", lossy(&name)));
                    return After::Status(1);
                }
            }
        }
    }
    if args.first().is_some_and(|a| a == b"--") {
        args = &args[1..];
    }
    if args.is_empty() {
        let text =
            "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n";
        let _ = cx.write_fd(2, text.as_bytes());
        return After::Status(2);
    }
    let mut status = 1;
    for arg in args {
        if arg.first() == Some(&b'%') {
            match job(sh, arg) {
                Some(pid) if cx.kill(pid, signal) => status = 0,
                _ => sh.error(cx, &format!("kill: {}: no such job", lossy(arg))),
            }
            continue;
        }
        match integer(arg) {
            Some(n) if u32::try_from(n).is_ok_and(|n| n > 0 && cx.kill(Pid(n), signal)) => status = 0,
            Some(n) => sh.error(cx, &format!("kill: ({n}) - No such process")),
            None => sh.error(cx, &format!("kill: {}: arguments must be process or job IDs", lossy(arg))),
        }
    }
    // A signal to the shell itself comes before its next command.
    After::Yield(status)
}
