//! `basename`, `dirname`, `hostname`, `id`, `uname`.

use super::opts::{Spec, complain, curly, refuse, spec};
use crate::Cx;
use crate::process::Poll;

/// The host's name.
const HOST: &str = "packetwalk";
/// The kernel that is simulated.
const RELEASE: &str = "6.18.0";
/// Its build.
const VERSION: &str = "#1 SMP PREEMPT_DYNAMIC";

fn ended(result: Result<u8, u8>) -> Poll {
    let (Ok(status) | Err(status)) = result;
    Poll::Exit(status)
}

/// The last part of a path, without slashes after it.
pub(super) fn last_part(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|b| *b != b'/').map_or(0, |n| n + 1);
    let trimmed = path.get(..end).unwrap_or(&[]);
    if trimmed.is_empty() {
        return if path.is_empty() { b"" } else { b"/" };
    }
    trimmed.rsplit(|b| *b == b'/').next().unwrap_or(trimmed)
}

/// What comes before the last part.
pub(super) fn directory(path: &[u8]) -> &[u8] {
    let trim = |p: &[u8]| p.iter().rposition(|b| *b != b'/').map_or(0, |n| n + 1);
    let path_trimmed = path.get(..trim(path)).unwrap_or(&[]);
    let Some(slash) = path_trimmed.iter().rposition(|b| *b == b'/') else {
        return if path_trimmed.is_empty() && !path.is_empty() { b"/" } else { b"." };
    };
    let head = path_trimmed.get(..slash).unwrap_or(&[]);
    match head.get(..trim(head)).unwrap_or(&[]) {
        b"" => b"/",
        head => head,
    }
}

/// `basename`.
pub(super) fn basename(cx: &mut Cx<'_>) -> Poll {
    const SPEC: Spec = Spec { permute: false, ..spec("-a --multiple\n-s --suffix =\n-z --zero") };
    ended((|| {
        let parsed = SPEC.parse(cx)?;
        let (mut many, mut suffix, mut end) = (false, None, b'\n');
        for (key, value) in parsed.options {
            match key {
                "-s" => (many, suffix) = (true, value),
                "-a" => many = true,
                _ => end = 0,
            }
        }
        let mut names = parsed.operands;
        if names.is_empty() {
            return Err(SPEC.fail(cx, "missing operand"));
        }
        if !many {
            if let Some(extra) = names.get(2) {
                return Err(SPEC.fail(cx, &format!("extra operand {}", curly(extra))));
            }
            suffix = names.get(1).cloned();
            names.truncate(1);
        }
        for name in &names {
            let part = last_part(name);
            let short =
                suffix.as_ref().filter(|_| part != b"/").and_then(|s| part.strip_suffix(s.as_slice()));
            cx.stdout.push(short.filter(|s| !s.is_empty()).unwrap_or(part));
            cx.stdout.push(&[end]);
        }
        Ok(0)
    })())
}

/// `dirname`.
pub(super) fn dirname(cx: &mut Cx<'_>) -> Poll {
    const SPEC: Spec = spec("-z --zero");
    ended((|| {
        let parsed = SPEC.parse(cx)?;
        let end = if parsed.options.is_empty() { b"\n" } else { b"\0" };
        if parsed.operands.is_empty() {
            return Err(SPEC.fail(cx, "missing operand"));
        }
        for name in &parsed.operands {
            cx.stdout.push(directory(name));
            cx.stdout.push(end);
        }
        Ok(0)
    })())
}

/// `hostname`: it can be read, not set.
pub(super) fn hostname(cx: &mut Cx<'_>) -> Poll {
    match cx.args.get(1).map(Vec::as_slice) {
        None | Some(b"-s" | b"--short" | b"-f" | b"--fqdn" | b"--long") if cx.args.len() < 3 => {
            let of_container = cx.sys.docker.hostname(cx.ns);
            cx.stdout.line(of_container.as_deref().unwrap_or(HOST));
            Poll::Exit(0)
        }
        word => {
            let word = String::from_utf8_lossy(word.unwrap_or_default()).into_owned();
            refuse(cx, &word);
            Poll::Exit(1)
        }
    }
}

/// `uname`.
pub(super) fn uname(cx: &mut Cx<'_>) -> Poll {
    const SPEC: Spec = spec(
        "-a --all
-s --kernel-name --sysname
-n --nodename
-r --kernel-release --release
-v --kernel-version
-m --machine
-p --processor
-i --hardware-platform
-o --operating-system",
    );
    ended((|| {
        let parsed = SPEC.parse(cx)?;
        if let Some(extra) = parsed.operands.first() {
            return Err(SPEC.fail(cx, &format!("extra operand {}", curly(extra))));
        }
        let has = |key: &str| parsed.options.iter().any(|(k, _)| *k == key);
        let all = has("-a");
        let parts = [
            (has("-s") || all || parsed.options.is_empty(), "Linux"),
            (has("-n") || all, HOST),
            (has("-r") || all, RELEASE),
            (has("-v") || all, VERSION),
            (has("-m") || all, "x86_64"),
            (has("-p"), "unknown"),
            (has("-i"), "unknown"),
            (has("-o") || all, "GNU/Linux"),
        ];
        let words: Vec<&str> = parts.iter().filter(|(on, _)| *on).map(|(_, text)| *text).collect();
        cx.stdout.line(&words.join(" "));
        Ok(0)
    })())
}

/// `id`: everybody is root.
pub(super) fn id(cx: &mut Cx<'_>) -> Poll {
    const SPEC: Spec = spec(
        "-a
-Z --context !
-g --group
-G --groups
-n --name
-r --real
-u --user
-z --zero !",
    );
    ended((|| {
        let parsed = SPEC.parse(cx)?;
        let has = |key: &str| parsed.options.iter().any(|(k, _)| *k == key);
        let picked = ["-u", "-g", "-G"].iter().filter(|k| has(k)).count();
        if picked > 1 {
            complain(cx, "cannot print \"only\" of more than one choice");
            return Err(1);
        }
        if picked == 0 && (has("-n") || has("-r")) {
            complain(cx, "cannot print only names or real IDs in default format");
            return Err(1);
        }
        let line = match (picked, has("-n")) {
            (0, _) => "uid=0(root) gid=0(root) groups=0(root)",
            (_, true) => "root",
            _ => "0",
        };
        let mut status = 0;
        if parsed.operands.is_empty() {
            cx.stdout.line(line);
        }
        for name in &parsed.operands {
            if name == b"root" || name == b"0" {
                cx.stdout.line(line);
            } else {
                complain(cx, &format!("{}: no such user", curly(name)));
                status = 1;
            }
        }
        Ok(status)
    })())
}
