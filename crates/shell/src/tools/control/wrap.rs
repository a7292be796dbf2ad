//! `nohup setsid nice stdbuf`: start another command; what they change means nothing in a lab.

use std::rc::Rc;

use super::usage;
use crate::{Cx, Poll, Signal};

/// Becomes the command that the words from `at` on name.
fn start(cx: &mut Cx<'_>, at: usize) -> Poll {
    let args = Rc::clone(&cx.args);
    let lossy = |w: &Vec<u8>| String::from_utf8_lossy(w).into_owned();
    let own = args.first().map(lossy).unwrap_or_default();
    let Some(name) = args.get(at).map(lossy) else {
        if own == "setsid" {
            return usage(cx, "no command specified", 1);
        }
        return usage(cx, "missing operand", 125);
    };
    match cx.exec(None, args[at..].to_vec()) {
        Ok(poll) => poll,
        Err(_) => {
            let (open, close) = cx.quotes();
            match own.as_str() {
                "setsid" => {
                    writeln!(cx.stderr, "setsid: failed to execute {name}: No such file or directory");
                }
                "nohup" => {
                    writeln!(cx.stderr, "nohup: failed to run command '{name}': No such file or directory");
                }
                "stdbuf" => {
                    writeln!(
                        cx.stderr,
                        "stdbuf: failed to run command {open}{name}{close}: No such file or directory"
                    );
                }
                _ => writeln!(cx.stderr, "{own}: {open}{name}{close}: No such file or directory"),
            }
            Poll::Exit(127)
        }
    }
}

pub(in crate::tools) fn nohup(cx: &mut Cx<'_>) -> Poll {
    if let Some(proc) = cx.sys.proc_mut(cx.pid) {
        proc.ignores |= 1 << Signal::HUP.0;
    }
    start(cx, 1)
}

pub(in crate::tools) fn setsid(cx: &mut Cx<'_>) -> Poll {
    let at = 1 + cx.args.iter().skip(1).take_while(|w| w.first() == Some(&b'-')).count();
    start(cx, at)
}

pub(in crate::tools) fn nice(cx: &mut Cx<'_>) -> Poll {
    match cx.args.get(1).map(Vec::as_slice) {
        None => {
            cx.stdout.line("0");
            Poll::Exit(0)
        }
        Some(b"-n") => start(cx, 3),
        Some([b'-', ..]) => start(cx, 2),
        Some(_) => start(cx, 1),
    }
}

pub(in crate::tools) fn stdbuf(cx: &mut Cx<'_>) -> Poll {
    let at = 1 + cx.args.iter().skip(1).take_while(|w| w.first() == Some(&b'-')).count();
    start(cx, at)
}
