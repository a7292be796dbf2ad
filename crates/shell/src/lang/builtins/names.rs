//! `type command builtin`.

use super::lossy;
use crate::Cx;
use crate::lang::interp::{After, Interp};
use crate::tools;

const KEYWORDS: [&str; 22] = [
    "if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do", "done",
    "in", "function", "time", "{", "}", "!", "[[", "]]", "coproc",
];

/// What a name stands for in a shell.
enum Kind {
    Keyword,
    Function,
    Builtin,
    File(String),
}

fn kind(sh: &Interp, cx: &mut Cx<'_>, name: &[u8]) -> Option<Kind> {
    let text = std::str::from_utf8(name).ok()?;
    if KEYWORDS.contains(&text) {
        return Some(Kind::Keyword);
    }
    if sh.state.functions.contains_key(name) {
        return Some(Kind::Function);
    }
    if super::find(name).is_some() {
        return Some(Kind::Builtin);
    }
    file(cx, name).map(Kind::File)
}

/// The path of a command.
pub(crate) fn file(cx: &mut Cx<'_>, name: &[u8]) -> Option<String> {
    if name.contains(&b'/') {
        let there = tools::is_path_of_tool(name) || matches!(cx.place(name), Ok(crate::cx::Place::File));
        return there.then(|| lossy(name));
    }
    tools::path_of(name)
}

pub(super) fn type_(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let (mut short, mut path, mut at) = (false, false, 1);
    while let Some(option) = words.get(at).filter(|w| w.first() == Some(&b'-') && w.len() > 1) {
        short |= option.contains(&b't');
        path |= option.contains(&b'p') || option.contains(&b'P');
        at += 1;
    }
    let mut status = 0;
    for name in words.get(at..).unwrap_or(&[]) {
        let shown = lossy(name);
        let line = match kind(sh, cx, name) {
            None => {
                if !short && !path {
                    sh.error(cx, &format!("type: {shown}: not found"));
                }
                status = 1;
                continue;
            }
            Some(kind) if short => match kind {
                Kind::Keyword => "keyword".to_owned(),
                Kind::Function => "function".to_owned(),
                Kind::Builtin => "builtin".to_owned(),
                Kind::File(_) => "file".to_owned(),
            },
            Some(Kind::File(path)) if !short => {
                if words.iter().any(|w| w == b"-p" || w == b"-P") {
                    path
                } else {
                    format!("{shown} is {path}")
                }
            }
            Some(_) if path => continue,
            Some(Kind::Keyword) => format!("{shown} is a shell keyword"),
            Some(Kind::Builtin) => format!("{shown} is a shell builtin"),
            Some(Kind::File(path)) => path,
            Some(Kind::Function) => {
                sh.refuse(cx, "the text of a function", status);
                format!("{shown} is a function")
            }
        };
        status = status.max(sh.print(cx, "type", format!("{line}\n").as_bytes()));
    }
    After::Status(status)
}

pub(super) fn command(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let (mut verbose, mut long, mut at) = (false, false, 1);
    while let Some(option) = words.get(at).filter(|w| w.first() == Some(&b'-') && w.len() > 1) {
        verbose |= option == b"-v";
        long |= option == b"-V";
        at += 1;
        if option == b"--" {
            break;
        }
    }
    let args = words.get(at..).unwrap_or(&[]);
    if long {
        let mut again = vec![b"type".to_vec()];
        again.extend_from_slice(args);
        return type_(sh, cx, &again);
    }
    if verbose {
        let mut found = false;
        for name in args {
            let line = match kind(sh, cx, name) {
                None => continue,
                Some(Kind::File(path)) => path,
                Some(_) => lossy(name),
            };
            found = true;
            sh.print(cx, "command", format!("{line}\n").as_bytes());
        }
        return After::Status(u8::from(!found && !args.is_empty()));
    }
    run_without_functions(sh, cx, args)
}

pub(super) fn builtin(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let args = words.get(1..).unwrap_or(&[]);
    match args.first() {
        None => After::Status(0),
        Some(name) if super::find(name).is_some() => run_without_functions(sh, cx, args),
        Some(name) => {
            sh.error(cx, &format!("builtin: {}: not a shell builtin", lossy(name)));
            After::Status(1)
        }
    }
}

/// Runs a builtin or a command of the registry.
fn run_without_functions(sh: &mut Interp, cx: &mut Cx<'_>, args: &[Vec<u8>]) -> After {
    let Some(name) = args.first() else { return After::Status(0) };
    if let Some(builtin) = super::find(name) {
        return builtin(sh, cx, args);
    }
    sh.start_plain(cx, args.to_vec())
}
