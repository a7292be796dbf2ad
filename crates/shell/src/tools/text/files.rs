//! `ls`, `mkdir`, `mktemp`, `rm`, `touch`.

use super::opts::{Spec, TRY, complain, curly, quoted, spec};
use crate::Cx;
use crate::cx::Place;
use crate::process::Poll;
use crate::sys::Errno;
use crate::sys::proc::Userland;
use crate::sys::vfs::Entry;
use packetwalk_wire::Order;

fn ended(result: Result<u8, u8>) -> Poll {
    let (Ok(status) | Err(status)) = result;
    Poll::Exit(status)
}

/// `touch`: makes files; times are not kept.
pub(super) fn touch(cx: &mut Cx<'_>) -> Poll {
    const SPEC: Spec = spec(
        "-a
-c --no-create
-d --date = !
-f
-h --no-dereference
-m
-r --reference = !
-t = !
--time = !",
    );
    ended((|| {
        let parsed = SPEC.parse(cx)?;
        if parsed.operands.is_empty() {
            return Err(SPEC.fail(cx, "missing file operand"));
        }
        let none = parsed.options.iter().any(|(key, _)| *key == "-c");
        let mut status = 0;
        for name in &parsed.operands {
            let path = cx.path(name);
            let made = match cx.place(name) {
                Err(Errno::NoEntry) if none => Ok(()),
                Err(Errno::NoEntry) if !name.is_empty() => cx.sys.vfs.create(&path).map(|_| ()),
                other => other.map(|_| ()),
            };
            if let Err(error) = made {
                complain(cx, &format!("cannot touch {}: {}", quoted(name), error.text()));
                status = 1;
            }
        }
        Ok(status)
    })())
}

/// Removes a directory with all that is in it.
fn remove_tree(cx: &mut Cx<'_>, path: &[u8]) -> Result<(), Errno> {
    let inside: Vec<(Vec<u8>, bool)> =
        cx.sys.vfs.list(path).map(|(name, entry)| (name.to_vec(), entry == Entry::Dir)).collect();
    for (name, dir) in inside {
        let child = [path, b"/", name.as_slice()].concat();
        if dir {
            remove_tree(cx, &child)?;
        } else {
            cx.sys.vfs.remove(&child)?;
        }
    }
    cx.sys.vfs.remove(path)
}

/// `rm`.
pub(super) fn rm(cx: &mut Cx<'_>) -> Poll {
    const SPEC: Spec = spec(
        "-f --force
-i !
-I !
--interactive ? !
--one-file-system
--no-preserve-root !
--preserve-root ?
-r --recursive
-R
-d --dir
-v --verbose !",
    );
    ended((|| {
        let parsed = SPEC.parse(cx)?;
        let has = |key: &str| parsed.options.iter().any(|(k, _)| *k == key);
        let (force, tree, empty) = (has("-f"), has("-r") || has("-R"), has("-d"));
        if parsed.operands.is_empty() && !force {
            return Err(SPEC.fail(cx, "missing operand"));
        }
        let mut status = 0;
        for name in &parsed.operands {
            let path = cx.path(name);
            if tree && matches!(super::small::last_part(name), b"." | b"..") {
                let text = "refusing to remove '.' or '..' directory: skipping ";
                complain(cx, &format!("{text}{}", quoted(name)));
                status = 1;
                continue;
            }
            if tree && path == b"/" {
                let text = "it is dangerous to operate recursively on '/'";
                complain(cx, text);
                complain(cx, "use --no-preserve-root to override this failsafe");
                status = 1;
                continue;
            }
            let done = match cx.place(name) {
                Ok(Place::Directory) if tree => remove_tree(cx, &path),
                Ok(Place::Directory) if !empty => Err(Errno::IsDirectory),
                Ok(_) => cx.sys.vfs.remove(&path),
                Err(Errno::NoEntry | Errno::NotDirectory) if force => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                complain(cx, &format!("cannot remove {}: {}", quoted(name), error.text()));
                status = 1;
            }
        }
        Ok(status)
    })())
}

/// `mkdir`.
pub(super) fn mkdir(cx: &mut Cx<'_>) -> Poll {
    const SPEC: Spec = spec(
        "-m --mode =
-p --parents
-v --verbose
-Z !
--context ? !",
    );
    ended((|| {
        let parsed = SPEC.parse(cx)?;
        let has = |key: &str| parsed.options.iter().any(|(k, _)| *k == key);
        let (parents, verbose) = (has("-p"), has("-v"));
        if parsed.operands.is_empty() {
            return Err(SPEC.fail(cx, "missing operand"));
        }
        let mut status = 0;
        for name in &parsed.operands {
            let ends = name.iter().enumerate().filter(|(at, b)| **b == b'/' && *at > 0).map(|(at, _)| at);
            let last = name.iter().rposition(|b| *b != b'/').unwrap_or(0);
            let mut steps: Vec<&[u8]> = if parents {
                ends.filter(|at| *at < last).filter_map(|at| name.get(..at)).collect()
            } else {
                Vec::new()
            };
            steps.push(name);
            for step in steps {
                let path = cx.path(step);
                let made = if step.is_empty() { Err(Errno::NoEntry) } else { cx.sys.vfs.mkdir(&path) };
                let there = parents && cx.sys.vfs.lookup(&path) == Ok(Entry::Dir);
                match made {
                    Ok(()) if verbose => {
                        writeln!(cx.stdout, "mkdir: created directory {}", quoted(step));
                    }
                    Err(Errno::Exists) if there => {}
                    Err(error) => {
                        // A file in the way is not a directory; as the last part it exists.
                        let error =
                            if error == Errno::Exists && step != name { Errno::NotDirectory } else { error };
                        complain(cx, &format!("cannot create directory {}: {}", curly(step), error.text()));
                        status = 1;
                        break;
                    }
                    Ok(()) => {}
                }
            }
        }
        Ok(status)
    })())
}

/// `mktemp`: the names come from the lab's own random numbers.
pub(super) fn mktemp(cx: &mut Cx<'_>) -> Poll {
    const SPEC: Spec = spec(
        "-d --directory
-p =
--tmpdir ?
-q --quiet
--suffix =
-t
-u --dry-run",
    );
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    ended((|| {
        let parsed = SPEC.parse(cx)?;
        let (mut dir, mut suffix) = (None, Vec::new());
        let has = |key: &str| parsed.options.iter().any(|(k, _)| *k == key);
        let (directory, dry, quiet) = (has("-d"), has("-u"), has("-q"));
        let tmp = cx.env(b"TMPDIR").filter(|d| !d.is_empty()).map_or(b"/tmp".to_vec(), <[u8]>::to_vec);
        for (key, value) in &parsed.options {
            match *key {
                "-p" | "--tmpdir" => {
                    dir = Some(value.clone().filter(|v| !v.is_empty()).unwrap_or_else(|| tmp.clone()));
                }
                "-t" => dir = Some(tmp.clone()),
                "--suffix" => suffix = value.clone().unwrap_or_default(),
                _ => {}
            }
        }
        if parsed.operands.len() > 1 {
            return Err(SPEC.fail(cx, "too many templates"));
        }
        let template = parsed.operands.first().cloned().unwrap_or_else(|| {
            dir = dir.take().or(Some(tmp));
            b"tmp.XXXXXXXXXX".to_vec()
        });
        let end = template.iter().rposition(|b| *b == b'X').map_or(0, |n| n + 1);
        let run = template.iter().take(end).rev().take_while(|b| **b == b'X').count();
        if run < 3 {
            complain(cx, &format!("too few X's in template {}", curly(&template)));
            return Err(1);
        }
        let mut base = dir.map_or(Vec::new(), |d| [d.as_slice(), b"/"].concat());
        let from = base.len() + end - run;
        base.extend_from_slice(&template);
        base.extend_from_slice(&suffix);
        let shown = base.clone();
        for _ in 0..100 {
            for place in base.iter_mut().skip(from).take(run) {
                let letter = usize::from(cx.sys.random()) % LETTERS.len();
                *place = LETTERS.get(letter).copied().unwrap_or(b'x');
            }
            let path = cx.path(&base);
            let made = match cx.sys.vfs.lookup(&path) {
                Ok(_) => Err(Errno::Exists),
                Err(_) if dry => Ok(()),
                Err(_) if directory => cx.sys.vfs.mkdir(&path),
                Err(_) => cx.sys.vfs.create(&path).map(|_| ()),
            };
            match made {
                Ok(()) => {
                    cx.stdout.push(&base);
                    cx.stdout.push(b"\n");
                    return Ok(0);
                }
                Err(Errno::Exists) => {}
                Err(error) => {
                    if !quiet {
                        let what = if directory { "directory" } else { "file" };
                        let text = format!(
                            "failed to create {what} via template {}: {}",
                            curly(&shown),
                            error.text()
                        );
                        complain(cx, &text);
                    }
                    return Err(1);
                }
            }
        }
        Err(1)
    })())
}

/// `ls`: names, one a line, as to a pipe; `-l` is refused.
pub(super) fn ls(cx: &mut Cx<'_>) -> Poll {
    const SPEC: Spec = Spec {
        options: "-a --all
-A --almost-all
-d --directory
-l !
-r --reverse
-R --recursive !
-1
-F --classify ? !
-h --human-readable
-p !
-s --size !
-t !
-S !
-i --inode !
-n !
-x !
-C !
-m !
-v !
-X !
--color ?
--full-time !
--sort = !
--time = !
--format = !
--group-directories-first !",
        status: 2,
        after: TRY,
        permute: true,
    };
    ended((|| {
        let parsed = SPEC.parse(cx)?;
        let has = |key: &str| parsed.options.iter().any(|(k, _)| *k == key);
        let (all, almost, itself, reverse) = (has("-a"), has("-A"), has("-d"), has("-r"));
        let mut names = parsed.operands;
        if names.is_empty() {
            names.push(b".".to_vec());
        }
        let many = names.len() > 1;
        let (mut files, mut dirs, mut status) = (Vec::new(), Vec::new(), 0);
        for name in names {
            match cx.place(&name) {
                Ok(Place::Directory) if !itself => dirs.push(name),
                Ok(_) => files.push(name),
                Err(error) => {
                    complain(cx, &format!("cannot access {}: {}", quoted(&name), error.text()));
                    status = 2;
                }
            }
        }
        files.order();
        dirs.order();
        if reverse {
            files.reverse();
            dirs.reverse();
        }
        if cx.userland != Userland::Machine && !dirs.is_empty() {
            cx.stderr.line("packetwalk: an image's own files are not simulated");
        }
        let mut first = files.is_empty();
        for name in files {
            cx.stdout.push(&name);
            cx.stdout.push(b"\n");
        }
        for dir in dirs {
            if !std::mem::replace(&mut first, false) {
                cx.stdout.push(b"\n");
            }
            if many {
                cx.stdout.push(&dir);
                cx.stdout.push(b":\n");
            }
            let path = cx.path(&dir);
            let mut inside: Vec<Vec<u8>> = cx.sys.vfs.list(&path).map(|(name, _)| name.to_vec()).collect();
            inside.retain(|name| all || almost || !name.starts_with(b"."));
            if all {
                inside.extend([b".".to_vec(), b"..".to_vec()]);
            }
            inside.order();
            if reverse {
                inside.reverse();
            }
            for name in inside {
                cx.stdout.push(&name);
                cx.stdout.push(b"\n");
            }
        }
        Ok(status)
    })())
}
