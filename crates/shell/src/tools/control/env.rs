//! `env` of coreutils.

use std::rc::Rc;

use super::usage;
use crate::{Cx, Poll};

pub(in crate::tools) fn main(cx: &mut Cx<'_>) -> Poll {
    let args = Rc::clone(&cx.args);
    let mut env = cx.sys.proc(cx.pid).map(|p| (*p.env).clone()).unwrap_or_default();
    let mut at = 1;
    while let Some(word) = args.get(at).filter(|w| w.first() == Some(&b'-')) {
        at += 1;
        match word.as_slice() {
            b"--" => break,
            b"-" | b"-i" | b"--ignore-environment" => env.clear(),
            b"-u" | b"--unset" => {
                let Some(name) = args.get(at) else {
                    return usage(cx, "option requires an argument -- 'u'", 125);
                };
                at += 1;
                env.remove(name);
            }
            [b'-', b'u', name @ ..] => {
                env.remove(name);
            }
            [b'-', b'-', ..] => {
                let text = format!("unrecognized option '{}'", String::from_utf8_lossy(word));
                return usage(cx, &text, 125);
            }
            [_, letter, ..] => {
                return usage(cx, &format!("invalid option -- '{}'", char::from(*letter)), 125);
            }
            [..] => break,
        }
    }
    while let Some(word) = args.get(at)
        && let Some(equals) = word.iter().position(|b| *b == b'=')
    {
        env.insert(word[..equals].to_vec(), word[equals + 1..].to_vec());
        at += 1;
    }
    let Some(name) = args.get(at) else {
        for (name, value) in &env {
            cx.stdout.push(&[name, b"=".as_slice(), value, b"\n"].concat());
        }
        return Poll::Exit(0);
    };
    match cx.exec(None, args[at..].to_vec()) {
        Ok(poll) => {
            if let Some(proc) = cx.sys.proc_mut(cx.pid) {
                proc.env = Rc::new(env);
            }
            poll
        }
        Err(_) => {
            let (open, close) = cx.quotes();
            let name = String::from_utf8_lossy(name);
            writeln!(cx.stderr, "env: {open}{name}{close}: No such file or directory");
            Poll::Exit(127)
        }
    }
}
