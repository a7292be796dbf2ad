//! `kill` of procps, for places where the shell's builtin is not at hand (`ip netns exec NS kill`).

use crate::{Cx, Pid, Poll, Signal};

pub(in crate::tools) fn main(cx: &mut Cx<'_>) -> Poll {
    let mut signal = Signal::TERM;
    let mut words = cx.strings().into_iter().peekable();
    while let Some(word) = words.next_if(|w| w.starts_with('-')) {
        let name = match word.as_str() {
            "--" => break,
            "-s" | "--signal" => words.next().unwrap_or_default(),
            _ => word[1..].to_owned(),
        };
        match Signal::parse(&name) {
            Some(found) => signal = found,
            None => {
                writeln!(cx.stderr, "kill: unknown signal name {name}");
                return Poll::Exit(1);
            }
        }
    }
    let mut status = 1;
    let mut any = false;
    for word in words {
        any = true;
        match word.parse::<u32>() {
            Ok(n) if n > 0 && cx.kill(Pid(n), signal) => status = 0,
            Ok(n) => writeln!(cx.stderr, "kill: ({n}): No such process"),
            Err(_) => writeln!(cx.stderr, "kill: failed to parse argument: '{word}'"),
        }
    }
    if !any {
        writeln!(cx.stderr, "kill: not enough arguments");
    }
    Poll::Exit(status)
}
