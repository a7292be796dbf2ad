//! `cd pwd umask`.

use super::lossy;
use crate::Cx;
use crate::cx::Place;
use crate::lang::interp::{After, Interp};

pub(super) fn cd(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let args: Vec<&Vec<u8>> =
        words.iter().skip(1).filter(|w| !matches!(w.as_slice(), b"-L" | b"-P" | b"--")).collect();
    if args.len() > 1 {
        sh.error(cx, "cd: too many arguments");
        return After::Status(1);
    }
    let variable = |name: &[u8]| sh.state.vars.get(name).and_then(|v| v.scalar()).map(<[u8]>::to_vec);
    let (target, shown) = match args.first().map(|a| a.as_slice()) {
        None => match variable(b"HOME") {
            Some(home) => (home, false),
            None => {
                sh.error(cx, "cd: HOME not set");
                return After::Status(1);
            }
        },
        Some(b"-") => match variable(b"OLDPWD") {
            Some(old) => (old, true),
            None => {
                sh.error(cx, "cd: OLDPWD not set");
                return After::Status(1);
            }
        },
        Some(path) => (path.to_vec(), false),
    };
    if target.is_empty() {
        return After::Status(0);
    }
    let path = cx.path(&target);
    let problem = match cx.place(&path) {
        Ok(Place::Directory) => None,
        Ok(_) => Some("Not a directory"),
        Err(e) => Some(e.text()),
    };
    if let Some(problem) = problem {
        let target = lossy(&target);
        if sh.state.dash {
            sh.error(cx, &format!("cd: can't cd to {target}"));
            return After::Status(2);
        }
        sh.error(cx, &format!("cd: {target}: {problem}"));
        return After::Status(1);
    }
    let old = cx.cwd().to_vec();
    let _ = sh.state.vars.set(b"OLDPWD", old);
    let _ = sh.state.vars.set(b"PWD", path.clone());
    if let Some(proc) = cx.sys.proc_mut(cx.pid) {
        proc.cwd = path.clone().into();
    }
    if shown {
        return After::Status(sh.print(cx, "cd", &[&path, &b"\n"[..]].concat()));
    }
    After::Status(0)
}

pub(super) fn pwd(sh: &mut Interp, cx: &mut Cx<'_>, _: &[Vec<u8>]) -> After {
    let cwd = cx.cwd();
    After::Status(sh.print(cx, "pwd", &[&cwd[..], b"\n"].concat()))
}

/// Files in memory have no modes: the mask is printed as root's, and taken as it is.
pub(super) fn umask(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    if words.len() > 1 {
        return After::Status(0);
    }
    After::Status(sh.print(cx, "umask", b"0022\n"))
}
