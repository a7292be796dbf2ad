//! `which` of debianutils.

use crate::lang::builtins::file;
use crate::{Cx, Poll};

pub(in crate::tools) fn main(cx: &mut Cx<'_>) -> Poll {
    let args = std::rc::Rc::clone(&cx.args);
    let mut status = u8::from(args.len() < 2);
    for name in args.iter().skip(1).filter(|a| a.as_slice() != b"-a") {
        if name.first() == Some(&b'-') {
            let letter = name.get(1).map_or('-', |b| char::from(*b));
            writeln!(cx.stderr, "Illegal option -{letter}\nUsage: /usr/bin/which [-a] args");
            return Poll::Exit(2);
        }
        match file(cx, name) {
            Some(path) => cx.stdout.line(&path),
            None => status = 1,
        }
    }
    Poll::Exit(status)
}
