//! `set` and `shopt`.

use std::fmt::Write as _;

use super::lossy;
use crate::Cx;
use crate::lang::escape::quote_if_needed;
use crate::lang::interp::{After, Interp};
use crate::lang::state::Options;
use crate::lang::vars::Value;

type Field = fn(&mut Options) -> &mut bool;

/// Options that do something here: letter, long name, place.
const OPTIONS: [(u8, &str, Field); 9] = [
    (b'a', "allexport", |o| &mut o.allexport),
    (b'e', "errexit", |o| &mut o.errexit),
    (b'C', "noclobber", |o| &mut o.noclobber),
    (b'n', "noexec", |o| &mut o.noexec),
    (b'f', "noglob", |o| &mut o.noglob),
    (b'u', "nounset", |o| &mut o.nounset),
    (0, "pipefail", |o| &mut o.pipefail),
    (b'v', "verbose", |o| &mut o.verbose),
    (b'x', "xtrace", |o| &mut o.xtrace),
];

/// Options that change nothing in a lab.
const IDLE: [(u8, &str); 9] = [
    (b'b', "notify"),
    (b'h', "hashall"),
    (b'm', "monitor"),
    (b'k', "keyword"),
    (b'p', "privileged"),
    (b'B', "braceexpand"),
    (b'E', "errtrace"),
    (b'P', "physical"),
    (b'T', "functrace"),
];

/// Sets an option by its letter; `false`: there is none.
pub(crate) fn by_letter(options: &mut Options, letter: u8, on: bool) -> bool {
    if let Some((.., field)) = OPTIONS.iter().find(|(l, ..)| *l == letter && letter != 0) {
        *field(options) = on;
        return true;
    }
    IDLE.iter().any(|(l, _)| *l == letter)
}

/// Sets an option by its long name; `false`: there is none.
pub(crate) fn by_name(options: &mut Options, name: &[u8], on: bool) -> bool {
    if let Some((.., field)) = OPTIONS.iter().find(|(_, n, _)| n.as_bytes() == name) {
        *field(options) = on;
        return true;
    }
    IDLE.iter().any(|(_, n)| n.as_bytes() == name) || matches!(name, b"posix" | b"history" | b"emacs" | b"vi")
}

pub(super) fn set(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let args = words.get(1..).unwrap_or(&[]);
    if args.is_empty() {
        return list(sh, cx);
    }
    let mut at = 0;
    while let Some(word) = args.get(at) {
        at += 1;
        match word.as_slice() {
            b"--" => {
                sh.state.positional = args.get(at..).unwrap_or(&[]).into();
                return After::Status(0);
            }
            b"-" => {
                sh.state.options.xtrace = false;
                sh.state.options.verbose = false;
                if at < args.len() {
                    sh.state.positional = args.get(at..).unwrap_or(&[]).into();
                }
                return After::Status(0);
            }
            [sign @ (b'-' | b'+'), letters @ ..] if !letters.is_empty() => {
                for &letter in letters {
                    if letter == b'o' {
                        let Some(name) = args.get(at) else { return names(sh, cx) };
                        at += 1;
                        if !by_name(&mut sh.state.options, name, *sign == b'-') {
                            sh.error(cx, &format!("set: {}: invalid option name", lossy(name)));
                            return After::Status(2);
                        }
                    } else if !by_letter(&mut sh.state.options, letter, *sign == b'-') {
                        sh.error(
                            cx,
                            &format!("set: {}{}: invalid option", char::from(*sign), char::from(letter)),
                        );
                        let usage =
                            "set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n";
                        let _ = cx.write_fd(2, usage.as_bytes());
                        return After::Status(2);
                    }
                }
            }
            _ => {
                sh.state.positional = args.get(at - 1..).unwrap_or(&[]).into();
                return After::Status(0);
            }
        }
    }
    After::Status(0)
}

/// `set` alone: every variable.
fn list(sh: &mut Interp, cx: &mut Cx<'_>) -> After {
    let mut out = Vec::new();
    for (name, var) in sh.state.vars.all() {
        match &var.value {
            Value::Unset => {}
            Value::Scalar(text) => out.extend([name, b"=", &quote_if_needed(text), b"\n"].concat()),
            Value::Array(_) => {
                out.extend([name, b"=", &super::variables::array_text(&var.value), b"\n"].concat());
            }
        }
    }
    After::Status(sh.print(cx, "set", &out))
}

/// `set -o` alone.
fn names(sh: &mut Interp, cx: &mut Cx<'_>) -> After {
    let mut out = String::new();
    let mut options = sh.state.options;
    for (_, name, field) in OPTIONS {
        let _ = writeln!(out, "{name:<15}\t{}", if *field(&mut options) { "on" } else { "off" });
    }
    After::Status(sh.print(cx, "set", out.as_bytes()))
}

pub(super) fn shopt(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let (mut on, mut status) = (None, 0);
    for word in words.iter().skip(1) {
        match word.as_slice() {
            b"-s" => on = Some(true),
            b"-u" => on = Some(false),
            b"-q" | b"-p" => {}
            b"nullglob" => match on {
                Some(on) => sh.state.options.nullglob = on,
                None => status = u8::from(!sh.state.options.nullglob),
            },
            // Settings that change nothing in a lab.
            b"expand_aliases" | b"checkwinsize" | b"lastpipe" | b"inherit_errexit" | b"huponexit" => {
                if matches!(word.as_slice(), b"lastpipe" | b"inherit_errexit") && on == Some(true) {
                    status = sh.refuse(cx, &format!("shopt {}", lossy(word)), 1);
                }
            }
            b"extglob" | b"globstar" | b"nocasematch" | b"nocaseglob" | b"dotglob" | b"failglob" => {
                status = sh.refuse(cx, &format!("shopt {}", lossy(word)), 1);
            }
            _ => {
                sh.error(cx, &format!("shopt: {}: invalid shell option name", lossy(word)));
                status = 1;
            }
        }
    }
    After::Status(status)
}
