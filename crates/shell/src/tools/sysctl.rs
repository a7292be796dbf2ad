//! `sysctl` of procps-ng 4.0.2: `net.*` only.

use packetwalk_stack::sysctl::SysctlError;

use crate::{Cx, Poll};

const USAGE: &str = "\nUsage:\n sysctl [options] [variable[=value] ...]\n";
const NOTHING: &str = "sysctl: no variables specified\nTry `sysctl --help' for more information.\n";

#[derive(Default)]
struct Options {
    all: bool,
    ignore: bool,
    names: bool,
    values: bool,
    binary: bool,
    quiet: bool,
    write: bool,
    dry: bool,
    deprecated: bool,
    load: Option<Vec<String>>,
    pattern: Option<String>,
    rest: Vec<String>,
}

/// Reads the words; an early end is an exit status.
fn options(cx: &mut Cx<'_>) -> Result<Options, u8> {
    let mut o = Options::default();
    let words = cx.strings();
    let mut words = words.into_iter();
    let mut any = false;
    while let Some(word) = words.next() {
        any = true;
        let long = match word.as_str() {
            "--" => {
                o.rest.extend(words);
                break;
            }
            _ if word.starts_with("--") => word.clone(),
            _ if word.starts_with('-') && word.len() > 1 => {
                if !short(cx, &mut o, &word[1..], &mut words)? {
                    cx.stderr.push(
                        format!(
                            "sysctl: invalid option -- '{}'\n{USAGE}",
                            word.chars().nth(1).unwrap_or_default()
                        )
                        .as_bytes(),
                    );
                    return Err(1);
                }
                continue;
            }
            _ => {
                o.rest.push(word);
                continue;
            }
        };
        match long.split_once('=').unwrap_or((&long, "")) {
            ("--all", _) => o.all = true,
            ("--ignore", _) => o.ignore = true,
            ("--names", _) => o.names = true,
            ("--values", _) => o.values = true,
            ("--binary", _) => o.binary = true,
            ("--quiet", _) => o.quiet = true,
            ("--write", _) => o.write = true,
            ("--dry-run", _) => o.dry = true,
            ("--deprecated", _) => o.deprecated = true,
            ("--load", file) => {
                o.load = Some(Some(file.to_owned()).filter(|f| !f.is_empty()).into_iter().collect());
            }
            ("--pattern", pattern) if !pattern.is_empty() => o.pattern = Some(pattern.to_owned()),
            ("--pattern", _) => o.pattern = words.next(),
            ("--help", _) => return help(cx),
            ("--version", _) => return version(cx),
            ("--system", _) => {
                cx.stderr.line("packetwalk: sysctl --system is not simulated");
                return Err(1);
            }
            _ => {
                cx.stderr.push(format!("sysctl: unrecognized option '{long}'\n{USAGE}").as_bytes());
                return Err(1);
            }
        }
    }
    if !any {
        cx.stdout.push(USAGE.as_bytes());
        return Err(1);
    }
    Ok(o)
}

fn help(cx: &mut Cx<'_>) -> Result<Options, u8> {
    cx.stdout.push(USAGE.as_bytes());
    Err(0)
}

fn version(cx: &mut Cx<'_>) -> Result<Options, u8> {
    cx.stdout.line("sysctl from procps-ng 4.0.2");
    Err(0)
}

/// One word of short options; `false` for one that does not exist.
fn short(
    cx: &mut Cx<'_>,
    o: &mut Options,
    letters: &str,
    words: &mut impl Iterator<Item = String>,
) -> Result<bool, u8> {
    for (at, letter) in letters.char_indices() {
        match letter {
            'a' | 'A' | 'X' => o.all = true,
            'b' => o.binary = true,
            'e' => o.ignore = true,
            'N' => o.names = true,
            'n' => o.values = true,
            'q' => o.quiet = true,
            'w' => o.write = true,
            'o' | 'x' => {}
            'p' | 'f' => {
                let file = letters[at + 1..].to_owned();
                o.load = Some(Some(file).filter(|f| !f.is_empty()).into_iter().collect());
                return Ok(true);
            }
            'r' => {
                let rest = &letters[at + 1..];
                o.pattern = if rest.is_empty() { words.next() } else { Some(rest.to_owned()) };
                return Ok(true);
            }
            'h' | 'd' => return help(cx).map(|_| true),
            'V' => return version(cx).map(|_| true),
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// The name with dots between its parts, whichever separator it was written with.
fn dotted(name: &str) -> String {
    match name.find(['.', '/']) {
        Some(at) if name[at..].starts_with('/') => name
            .chars()
            .map(|c| {
                if c == '/' {
                    '.'
                } else if c == '.' {
                    '/'
                } else {
                    c
                }
            })
            .collect(),
        _ => name.to_owned(),
    }
}

/// The file's path below `/proc/sys`.
fn path(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c == '.' {
                '/'
            } else if c == '/' {
                '.'
            } else {
                c
            }
        })
        .collect()
}

fn missing(cx: &mut Cx<'_>, name: &str) {
    let real = ["kernel.", "vm.", "fs.", "dev.", "debug.", "abi.", "user."];
    if real.iter().any(|p| name.starts_with(p)) {
        writeln!(cx.stderr, "packetwalk: sysctl {name} is not simulated");
    } else {
        writeln!(cx.stderr, "sysctl: cannot stat /proc/sys/{}: No such file or directory", path(name));
    }
}

/// `name = value` in the way that was asked for.
fn show(cx: &mut Cx<'_>, o: &Options, name: &str, value: &str) {
    if o.names {
        cx.stdout.line(name);
    } else if o.binary {
        cx.stdout.push(value.as_bytes());
    } else if o.values {
        cx.stdout.line(value);
    } else {
        cx.stdout.line(&format!("{name} = {value}"));
    }
}

fn glob(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), next) => {
            glob(&pattern[1..], text)
                || next.is_some_and(|c| c != '.' && glob(pattern, &text[c.len_utf8()..]))
        }
        (Some(p), Some(t)) if p == '?' && t != '.' || p == t => {
            glob(&pattern[p.len_utf8()..], &text[t.len_utf8()..])
        }
        _ => false,
    }
}

/// Every setting whose name `wanted` says.
fn list(cx: &mut Cx<'_>, o: &Options, wanted: impl Fn(&str) -> bool) -> usize {
    let now = cx.now();
    let Some(stack) = cx.lab.stack_mut(cx.ns) else { return 0 };
    let all = stack.sysctl_list(now);
    let mut count = 0;
    let deprecated = |name: &str| name.ends_with(".base_reachable_time") || name.ends_with(".retrans_time");
    for (name, value) in all.iter().filter(|(name, _)| wanted(name)) {
        count += 1;
        if deprecated(name) && !o.deprecated {
            continue;
        }
        if o.pattern.as_ref().is_none_or(|p| name.contains(p.as_str())) {
            show(cx, o, name, value);
        }
    }
    count
}

/// Shows a setting, or those of a folder; the exit status.
fn read(cx: &mut Cx<'_>, o: &Options, word: &str) -> u8 {
    let name = dotted(word);
    if name.contains(['*', '?']) {
        if list(cx, o, |n| glob(&name, n)) > 0 {
            return 0;
        }
    } else {
        let now = cx.now();
        let value = cx.lab.stack_mut(cx.ns).and_then(|s| s.sysctl_read(&name, now).ok());
        if let Some(value) = value {
            show(cx, o, &name, &value);
            return 0;
        }
        if list(cx, o, |n| n.strip_prefix(name.as_str()).is_some_and(|r| r.starts_with('.'))) > 0 {
            return 0;
        }
    }
    if o.ignore {
        return 0;
    }
    missing(cx, &name);
    1
}

/// Sets a setting; the exit status.
fn write(cx: &mut Cx<'_>, o: &Options, name: &str, value: &str) -> u8 {
    let name = dotted(name);
    if o.dry {
        show(cx, o, &name, value);
        return 0;
    }
    let Some(stack) = cx.lab.stack_mut(cx.ns) else { return 1 };
    match stack.sysctl_write(&name, value) {
        Ok(()) => {
            if !o.quiet {
                show(cx, o, &name, value);
            }
            return 0;
        }
        Err(SysctlError::NotFound) => {
            if o.ignore {
                return 0;
            }
            missing(cx, &name);
        }
        Err(SysctlError::Invalid) => {
            writeln!(cx.stderr, "sysctl: setting key \"{name}\": Invalid argument");
        }
        Err(SysctlError::ReadOnly) => {
            writeln!(cx.stderr, "sysctl: permission denied on key \"{name}\"");
        }
        Err(SysctlError::NotModelled) => {
            writeln!(cx.stderr, "packetwalk: sysctl {name} = {value} is not simulated");
        }
    }
    1
}

/// `sysctl -p FILE`.
fn load(cx: &mut Cx<'_>, o: &Options, file: &str) -> u8 {
    let Ok(bytes) = cx.read_file(file.as_bytes()) else {
        writeln!(cx.stderr, "sysctl: cannot open \"{file}\": No such file or directory");
        return 1;
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut settings = Vec::new();
    let mut status = 0;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some((name, value)) = line.split_once('=') {
            let name = name.trim();
            let name = name.strip_prefix('-').unwrap_or(name);
            settings.push((name.to_owned(), value.trim().to_owned()));
        } else {
            writeln!(cx.stderr, "sysctl: {file}({}): invalid syntax, continuing...", at + 1);
            status = 1;
        }
    }
    for (name, value) in settings {
        status |= write(cx, o, &name, &value);
        cx.flush();
    }
    status
}

/// The command.
pub(super) fn main(cx: &mut Cx<'_>) -> Poll {
    let o = match options(cx) {
        Ok(o) => o,
        Err(status) => return Poll::Exit(status),
    };
    if o.all {
        list(cx, &o, |_| true);
        return Poll::Exit(0);
    }
    if let Some(files) = &o.load {
        let mut files: Vec<String> = files.iter().chain(&o.rest).cloned().collect();
        if files.is_empty() {
            files.push("/etc/sysctl.conf".to_owned());
        }
        let status = files.iter().fold(0, |status, file| status | load(cx, &o, file));
        return Poll::Exit(status);
    }
    if o.rest.is_empty() {
        cx.stderr.push(NOTHING.as_bytes());
        return Poll::Exit(1);
    }
    let mut status = 0;
    for word in &o.rest {
        match word.split_once('=') {
            Some((name, value)) => status |= write(cx, &o, name.trim(), value.trim()),
            None if o.write => {
                cx.stderr.line("sysctl: command line(0): invalid syntax, continuing...");
                status = 1;
            }
            None => status |= read(cx, &o, word),
        }
        cx.flush();
    }
    Poll::Exit(status)
}
