//! `nsenter` of util-linux, for network namespaces.

use std::rc::Rc;

use super::usage;
use crate::{Cx, Poll};

pub(in crate::tools) fn main(cx: &mut Cx<'_>) -> Poll {
    let args = Rc::clone(&cx.args);
    let lossy = |w: &[u8]| String::from_utf8_lossy(w).into_owned();
    let (mut ns, mut at) = (None, 1);
    while let Some(word) = args.get(at).filter(|w| w.first() == Some(&b'-')) {
        at += 1;
        let file = match word.as_slice() {
            b"--" => break,
            [b'-', b'-', b'n', b'e', b't', b'=', file @ ..] | [b'-', b'n', file @ ..] if !file.is_empty() => {
                file
            }
            _ => {
                writeln!(cx.stderr, "packetwalk: nsenter {} is not simulated", lossy(word));
                return Poll::Exit(1);
            }
        };
        let file = lossy(file);
        let name = file.strip_prefix("/run/netns/").or_else(|| file.strip_prefix("/var/run/netns/"));
        ns = name.and_then(|name| cx.lab.ns(name)).filter(|ns| ns.0 != 0);
        if ns.is_none() {
            writeln!(cx.stderr, "nsenter: cannot open {file}: No such file or directory");
            return Poll::Exit(1);
        }
    }
    let words = if at < args.len() { args[at..].to_vec() } else { vec![b"bash".to_vec()] };
    let name = lossy(&words[0]);
    match cx.exec(ns, words) {
        Ok(poll) => poll,
        Err(_) if name.is_empty() => usage(cx, "no command specified", 1),
        Err(_) => {
            writeln!(cx.stderr, "nsenter: failed to execute {name}: No such file or directory");
            Poll::Exit(127)
        }
    }
}
