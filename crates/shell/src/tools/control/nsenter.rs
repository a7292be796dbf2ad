//! `nsenter` of util-linux, for network namespaces.

use std::rc::Rc;

use super::usage;
use crate::{Cx, Poll};

pub(in crate::tools) fn main(cx: &mut Cx<'_>) -> Poll {
    let args = Rc::clone(&cx.args);
    let lossy = |w: &[u8]| String::from_utf8_lossy(w).into_owned();
    if let Some(poll) = machine(cx) {
        return poll;
    }
    let (mut ns, mut at) = (None, 1);
    // `-t` says whose namespaces, `-n` that it is that of the network.
    let (mut target, mut net) = (None, false);
    while let Some(word) = args.get(at).filter(|w| w.first() == Some(&b'-')) {
        at += 1;
        let file = match word.as_slice() {
            b"--" => break,
            b"-n" | b"--net" => {
                net = true;
                continue;
            }
            b"-t" | b"--target" => {
                target = args.get(at).map(|w| lossy(w));
                at += 1;
                continue;
            }
            [b'-', b'-', b't', b'a', b'r', b'g', b'e', b't', b'=', pid @ ..] | [b'-', b't', pid @ ..] => {
                target = Some(lossy(pid));
                continue;
            }
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
        ns = name.and_then(|name| cx.lab.listed_ns(name)).filter(|ns| ns.0 != 0);
        if ns.is_none() {
            writeln!(cx.stderr, "nsenter: cannot open {file}: No such file or directory");
            return Poll::Exit(1);
        }
    }
    if let Some(pid) = target {
        let Ok(number) = pid.parse() else {
            writeln!(cx.stderr, "nsenter: failed to parse pid: '{pid}'");
            return Poll::Exit(1);
        };
        let of = cx.sys.proc(crate::Pid(number)).filter(|p| p.ended.is_none()).map(|p| p.ns);
        if of.is_none() && net {
            writeln!(cx.stderr, "nsenter: cannot open /proc/{number}/ns/net: No such file or directory");
            return Poll::Exit(1);
        }
        ns = of.filter(|_| net).or(ns);
    } else if net {
        writeln!(cx.stderr, "nsenter: no target PID specified for --net");
        return Poll::Exit(1);
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

/// `nsenter -t 1 -n`: the network namespace of the machine itself, of which no more is simulated than the
/// setting that lets packets of other namespaces into the kernel's log.
///
/// # Source
/// Linux v6.18, `net/netfilter/nf_log.c`: `nf_log_sysctl_ftable`, of the initial namespace alone.
fn machine(cx: &mut Cx<'_>) -> Option<Poll> {
    const KEY: &str = "net.netfilter.nf_log_all_netns";
    let words = cx.strings();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let rest = match words.as_slice() {
        ["-t1" | "--target=1", "-n" | "--net", rest @ ..]
        | ["-n" | "--net", "-t1" | "--target=1", rest @ ..]
        | ["-t" | "--target", "1", "-n" | "--net", rest @ ..]
        | ["-n" | "--net", "-t" | "--target", "1", rest @ ..] => rest,
        ["--net=/proc/1/ns/net" | "-n/proc/1/ns/net", rest @ ..] => rest,
        _ => return None,
    };
    let rest = rest.strip_prefix(&["--"]).unwrap_or(rest);
    let (mut quiet, mut bare) = (false, false);
    let mut setting = None;
    if let ["sysctl", words @ ..] = rest {
        for word in words {
            match *word {
                "-w" => {}
                "-q" | "-qw" | "-wq" => quiet = true,
                "-n" => bare = true,
                word => setting = Some(word),
            }
        }
    }
    let (key, value) = match setting.map(|s| s.split_once('=').unwrap_or((s, ""))) {
        Some((key, value)) if key.trim().replace('/', ".") == KEY => (KEY, value.trim()),
        _ => {
            writeln!(cx.stderr, "packetwalk: of the machine's own namespace only {KEY} is simulated");
            return Some(Poll::Exit(1));
        }
    };
    match value {
        "" => {}
        "0" | "1" => cx.lab.log.all_netns = value == "1",
        _ => {
            writeln!(cx.stderr, "sysctl: setting key \"{key}\": Invalid argument");
            return Some(Poll::Exit(1));
        }
    }
    let now = u8::from(cx.lab.log.all_netns);
    if bare {
        writeln!(cx.stdout, "{now}");
    } else if !quiet {
        writeln!(cx.stdout, "{key} = {now}");
    }
    Some(Poll::Exit(0))
}
