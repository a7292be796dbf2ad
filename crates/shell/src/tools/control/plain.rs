//! `echo printf test [ true false pwd` as commands.

use std::rc::Rc;

use super::usage;
use crate::lang::builtins::{echo_text, printf, test};
use crate::{Cx, Poll};

pub(in crate::tools) fn echo(cx: &mut Cx<'_>) -> Poll {
    let text = echo_text(&Rc::clone(&cx.args));
    cx.stdout.push(&text);
    Poll::Exit(0)
}

pub(in crate::tools) fn printf(cx: &mut Cx<'_>) -> Poll {
    let args = Rc::clone(&cx.args);
    let Some(format) = args.get(1) else { return usage(cx, "missing operand", 1) };
    let done = printf::format(format, &args[2..]);
    for error in &done.errors {
        writeln!(cx.stderr, "printf: {error}");
    }
    cx.stdout.push(&done.out);
    Poll::Exit(u8::from(!done.errors.is_empty()))
}

pub(in crate::tools) fn test(cx: &mut Cx<'_>) -> Poll {
    let args = Rc::clone(&cx.args);
    let is_bracket = args.first().is_some_and(|n| n.ends_with(b"["));
    let name = if is_bracket { "[" } else { "test" };
    let words = match args.get(1..).unwrap_or(&[]) {
        [words @ .., last] if is_bracket && last == b"]" => words,
        _ if is_bracket => {
            let (open, close) = cx.quotes();
            writeln!(cx.stderr, "[: missing {open}]{close}");
            return Poll::Exit(2);
        }
        words => words,
    };
    match test::evaluate(None, cx, words) {
        Ok(value) => Poll::Exit(u8::from(!value)),
        Err(text) => {
            writeln!(cx.stderr, "{name}: {text}");
            Poll::Exit(2)
        }
    }
}

pub(in crate::tools) fn true_(_: &mut Cx<'_>) -> Poll {
    Poll::Exit(0)
}

pub(in crate::tools) fn false_(_: &mut Cx<'_>) -> Poll {
    Poll::Exit(1)
}

pub(in crate::tools) fn pwd(cx: &mut Cx<'_>) -> Poll {
    let cwd = cx.cwd();
    cx.stdout.push(&cwd);
    cx.stdout.push(b"\n");
    Poll::Exit(0)
}
