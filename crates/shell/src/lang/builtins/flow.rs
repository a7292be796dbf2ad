//! `break continue return exit eval source exec trap true false`.

use std::rc::Rc;

use super::{integer, lossy};
use crate::lang::interp::{After, Frame, Interp, Reading};
use crate::lang::parse::Parser;
use crate::process::Signal;
use crate::{Cx, tools};

pub(super) fn true_(_: &mut Interp, _: &mut Cx<'_>, _: &[Vec<u8>]) -> After {
    After::Status(0)
}

pub(super) fn false_(_: &mut Interp, _: &mut Cx<'_>, _: &[Vec<u8>]) -> After {
    After::Status(1)
}

/// The number of loops that `break` and `continue` mean.
fn loops(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> Result<usize, After> {
    let name = words.first().map(|w| lossy(w)).unwrap_or_default();
    if sh.loops() == 0 {
        sh.error(cx, &format!("{name}: only meaningful in a `for', `while', or `until' loop"));
        return Err(After::Status(0));
    }
    let n = match words.get(1) {
        None => 1,
        Some(word) => match integer(word) {
            Some(n) if n > 0 => n as usize,
            Some(_) => {
                sh.error(cx, &format!("{name}: {}: loop count out of range", lossy(word)));
                let all = sh.loops();
                return Err(After::Break(all));
            }
            None => {
                sh.error(cx, &format!("{name}: {}: numeric argument required", lossy(word)));
                return Err(After::Exit(128));
            }
        },
    };
    Ok(n.min(sh.loops()))
}

pub(super) fn break_(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    loops(sh, cx, words).map_or_else(|after| after, After::Break)
}

pub(super) fn continue_(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    loops(sh, cx, words).map_or_else(|after| after, After::Continue)
}

/// The status that `exit` and `return` are given.
fn status(sh: &Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> u8 {
    match words.get(1) {
        None => sh.state.status,
        Some(word) => integer(word).map_or_else(
            || {
                let name = lossy(&words[0]);
                sh.error(cx, &format!("{name}: {}: numeric argument required", lossy(word)));
                2
            },
            |n| n as u8,
        ),
    }
}

pub(super) fn return_(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let status = status(sh, cx, words);
    if !sh.can_return() {
        sh.error(cx, "return: can only `return' from a function or sourced script");
        return After::Status(2);
    }
    After::Return(status)
}

pub(super) fn exit(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    After::Exit(status(sh, cx, words))
}

pub(super) fn eval(sh: &mut Interp, _: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let text = words.get(1..).unwrap_or(&[]).join(&b' ');
    if text.is_empty() {
        return After::Status(0);
    }
    After::Push(Box::new(Frame::Read {
        parser: Parser::new(text.into(), sh.state.line),
        reading: Reading::Eval,
    }))
}

pub(super) fn source(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let Some(path) = words.get(1) else {
        let name = lossy(&words[0]);
        sh.error(cx, &format!("{name}: filename argument required"));
        let _ = cx.write_fd(2, format!("{name}: usage: {name} filename [arguments]\n").as_bytes());
        return After::Status(2);
    };
    match cx.read_file(path) {
        Ok(text) => {
            let positional =
                (words.len() > 2).then(|| std::mem::replace(&mut sh.state.positional, words[2..].into()));
            After::Push(Box::new(Frame::Read {
                parser: Parser::new(text.into(), 1),
                reading: Reading::Sourced { positional },
            }))
        }
        Err(e) => {
            sh.error(cx, &format!("{}: {}", lossy(path), e.text()));
            After::Status(1)
        }
    }
}

pub(super) fn exec(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let args = words.get(1..).unwrap_or(&[]);
    let Some(name) = args.first() else { return After::Status(0) };
    match tools::start(name, cx) {
        Some(body) => {
            let env = sh.state.vars.env();
            sh.mark(cx, cx.pid);
            if let Some(proc) = cx.sys.proc_mut(cx.pid) {
                proc.args = args.into();
                proc.env = env;
            }
            After::Exec(body)
        }
        None => {
            let text = if name.contains(&b'/') { "No such file or directory" } else { "not found" };
            sh.error(cx, &format!("exec: {}: {text}", lossy(name)));
            After::Exit(127)
        }
    }
}

/// The number of a trap: 0 for `EXIT`.
fn trap_number(text: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(text).ok()?;
    if text.eq_ignore_ascii_case("EXIT") {
        return Some(0);
    }
    Signal::parse(text).map(|s| s.0)
}

pub(super) fn trap(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let mut args = words.get(1..).unwrap_or(&[]);
    if args.first().is_some_and(|a| a == b"--") {
        args = &args[1..];
    }
    if args.is_empty() || args.first().is_some_and(|a| a == b"-p") {
        let mut out = Vec::new();
        for (number, text) in &sh.state.traps {
            let name =
                if *number == 0 { "EXIT".to_owned() } else { format!("SIG{}", Signal(*number).name()) };
            out.extend(
                [b"trap -- ", &crate::lang::escape::quote(text)[..], b" ", name.as_bytes(), b"\n"].concat(),
            );
        }
        return After::Status(sh.print(cx, "trap", &out));
    }
    let (command, names) = match args {
        [only] => (None, std::slice::from_ref(only)),
        [first, rest @ ..] if first == b"-" || integer(first).is_some() => {
            (None, if first == b"-" { rest } else { args })
        }
        [first, rest @ ..] => (Some(first), rest),
        [] => return After::Status(0),
    };
    let mut status = 0;
    for name in names {
        if matches!(name.as_slice(), b"ERR" | b"DEBUG" | b"RETURN") {
            status = sh.refuse(cx, &format!("trap {}", lossy(name)), 1);
            continue;
        }
        let Some(number) = trap_number(name) else {
            sh.error(cx, &format!("trap: {}: invalid signal specification", lossy(name)));
            status = 1;
            continue;
        };
        let bit = 1_u64 << (number & 63);
        let mut ignored = false;
        match command {
            Some(text) => {
                ignored = text.is_empty();
                sh.state.traps.insert(number, Rc::from(text.as_slice()));
            }
            None => {
                sh.state.traps.remove(&number);
            }
        }
        if number > 0
            && let Some(proc) = cx.sys.proc_mut(cx.pid)
        {
            proc.ignores = if ignored { proc.ignores | bit } else { proc.ignores & !bit };
        }
    }
    After::Status(status)
}
