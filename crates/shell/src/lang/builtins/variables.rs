//! `export readonly local declare unset shift let getopts`.

use packetwalk_wire::sorted::Map;

use super::{integer, lossy};
use crate::Cx;
use crate::lang::escape::quote_if_needed;
use crate::lang::expand::arith;
use crate::lang::interp::{After, Interp};
use crate::lang::parse::name_len;
use crate::lang::state::ArithVars;
use crate::lang::vars::{Value, Var};

/// A value, and whether it is appended.
type NewValue<'a> = (bool, &'a [u8]);

/// `NAME`, `NAME=VALUE`, `NAME+=VALUE`.
fn parts(word: &[u8]) -> Option<(&[u8], Option<NewValue<'_>>)> {
    let len = name_len(word);
    let (name, rest) = word.split_at(len);
    match rest {
        _ if len == 0 => None,
        [] => Some((name, None)),
        [b'=', value @ ..] => Some((name, Some((false, value)))),
        [b'+', b'=', value @ ..] => Some((name, Some((true, value)))),
        _ => None,
    }
}

/// Sets a variable from a word of a declaration; `false` after an error that was told.
fn assign(sh: &mut Interp, cx: &mut Cx<'_>, builtin: &str, name: &[u8], append: bool, value: &[u8]) -> bool {
    let mut value = value.to_vec();
    if append {
        let old = sh.state.vars.get(name).and_then(|v| v.scalar()).unwrap_or(&[]);
        value = [old, &value].concat();
    }
    if sh.state.vars.get(name).is_some_and(|v| v.integer) {
        let now = cx.now();
        match arith::evaluate(&value, &mut ArithVars { state: &mut sh.state, now }) {
            Ok(n) => value = n.to_string().into_bytes(),
            Err(e) => {
                sh.error(cx, &format!("{builtin}: {e}"));
                return false;
            }
        }
    }
    if sh.state.vars.set(name, value).is_err() {
        sh.error(cx, &format!("{}: readonly variable", lossy(name)));
        return false;
    }
    true
}

/// `(…)` as `declare -p` prints an array.
pub(super) fn array_text(value: &Value) -> Vec<u8> {
    let Value::Array(map) = value else { return Vec::new() };
    let item = |(index, text): (&i64, &Vec<u8>)| {
        let text = if text.iter().any(u8::is_ascii_control) {
            quote_if_needed(text)
        } else {
            [b"\"", double(text).as_slice(), b"\""].concat()
        };
        [format!("[{index}]=").as_bytes(), &text].concat()
    };
    let items: Vec<Vec<u8>> = map.iter().map(item).collect();
    [b"(", items.join(&b' ').as_slice(), b")"].concat()
}

/// The inside of double quotes.
fn double(text: &[u8]) -> Vec<u8> {
    text.iter().flat_map(|b| if b"$`\"\\".contains(b) { vec![b'\\', *b] } else { vec![*b] }).collect()
}

/// A line of `declare -p`.
fn declaration(name: &[u8], var: &Var) -> Vec<u8> {
    let mut flags = String::new();
    for (on, letter) in [
        (matches!(var.value, Value::Array(_)), 'a'),
        (var.integer, 'i'),
        (var.readonly, 'r'),
        (var.exported, 'x'),
    ] {
        if on {
            flags.push(letter);
        }
    }
    let flags = if flags.is_empty() { "-".to_owned() } else { flags };
    let mut out = [b"declare -", flags.as_bytes(), b" ", name].concat();
    match &var.value {
        Value::Unset => {}
        Value::Scalar(text) if text.iter().any(u8::is_ascii_control) => {
            out.extend([b"=", quote_if_needed(text).as_slice()].concat());
        }
        Value::Scalar(text) => out.extend([b"=\"", double(text).as_slice(), b"\""].concat()),
        Value::Array(_) => out.extend([b"=", array_text(&var.value).as_slice()].concat()),
    }
    out.push(b'\n');
    out
}

fn print_all(sh: &mut Interp, cx: &mut Cx<'_>, name: &str, wanted: impl Fn(&Var) -> bool) -> After {
    let out: Vec<u8> = sh
        .state
        .vars
        .all()
        .into_iter()
        .filter(|(_, v)| wanted(v))
        .flat_map(|(n, v)| declaration(n, v))
        .collect();
    After::Status(sh.print(cx, name, &out))
}

/// `export` and `readonly` without options of their own.
fn attribute(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>], set: fn(&mut Var, bool)) -> After {
    let builtin = words.first().map(|w| lossy(w)).unwrap_or_default();
    let (mut on, mut status) = (true, 0);
    for word in words.iter().skip(1) {
        match word.as_slice() {
            b"-n" => on = false,
            b"-f" => {
                // Functions of a lab are never exported to another shell.
                return After::Status(sh.refuse(cx, &format!("{builtin} -f"), 1));
            }
            b"-p" | b"--" | b"-a" => {}
            [b'-', letter, ..] => {
                sh.error(cx, &format!("{builtin}: -{}: invalid option", char::from(*letter)));
                let usage = format!(
                    "{builtin}: usage: {builtin} [-f{}] [name[=value] ...] or {builtin} -p\n",
                    if builtin == "export" { "n" } else { "aA" }
                );
                let _ = cx.write_fd(2, usage.as_bytes());
                return After::Status(2);
            }
            word => match parts(word) {
                None => {
                    sh.error(cx, &format!("{builtin}: `{}': not a valid identifier", lossy(word)));
                    status = 1;
                }
                Some((name, value)) => {
                    if let Some((append, value)) = value {
                        if sh.state.options.xtrace {
                            sh.trace_assign(cx, name, append, value);
                        }
                        if !assign(sh, cx, &builtin, name, append, value) {
                            status = 1;
                            continue;
                        }
                    }
                    sh.state.vars.attribute(name, |v| set(v, on));
                }
            },
        }
    }
    After::Status(status)
}

fn has_names(words: &[Vec<u8>]) -> bool {
    words.iter().skip(1).any(|w| w.first() != Some(&b'-'))
}

pub(super) fn export(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    if !has_names(words) {
        return print_all(sh, cx, "export", |v| v.exported);
    }
    attribute(sh, cx, words, |v, on| v.exported = on)
}

pub(super) fn readonly(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    if !has_names(words) {
        return print_all(sh, cx, "readonly", |v| v.readonly);
    }
    attribute(sh, cx, words, |v, on| v.readonly |= on)
}

pub(super) fn local(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    if sh.state.calls.is_empty() {
        sh.error(cx, "local: can only be used in a function");
        return After::Status(1);
    }
    declare_in(sh, cx, words, true)
}

pub(super) fn declare(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let local = !sh.state.calls.is_empty() && !words.iter().any(|w| w == b"-g");
    declare_in(sh, cx, words, local)
}

fn declare_in(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>], local: bool) -> After {
    let builtin = words.first().map(|w| lossy(w)).unwrap_or_default();
    let (mut status, mut show) = (0, false);
    let mut flags: Vec<(bool, u8)> = Vec::new();
    for word in words.iter().skip(1) {
        match word.as_slice() {
            b"--" => {}
            [sign @ (b'-' | b'+'), letters @ ..] if !letters.is_empty() => {
                for &letter in letters {
                    match letter {
                        b'p' => show = true,
                        b'g' => {}
                        b'a' | b'i' | b'r' | b'x' => flags.push((*sign == b'-', letter)),
                        b'A' | b'f' | b'F' | b'l' | b'u' | b'n' | b't' | b'I' => {
                            let what = format!("{builtin} -{}", char::from(letter));
                            return After::Status(sh.refuse(cx, &what, 1));
                        }
                        _ => {
                            sh.error(cx, &format!("{builtin}: -{}: invalid option", char::from(letter)));
                            let usage = if builtin == "local" {
                                "local: usage: local [option] name[=value] ...\n".to_owned()
                            } else {
                                format!(
                                    "{builtin}: usage: {builtin} [-aAfFgiIlnrtux] [name[=value] ...] or {builtin} -p [-aAfFilnrtux] [name ...]\n"
                                )
                            };
                            let _ = cx.write_fd(2, usage.as_bytes());
                            return After::Status(2);
                        }
                    }
                }
            }
            word if show => match sh.state.vars.get(word).map(|v| declaration(word, v)) {
                Some(line) => status = status.max(sh.print(cx, &builtin, &line)),
                None => {
                    sh.error(cx, &format!("{builtin}: {}: not found", lossy(word)));
                    status = 1;
                }
            },
            word => match parts(word) {
                None => {
                    sh.error(cx, &format!("{builtin}: `{}': not a valid identifier", lossy(word)));
                    status = 1;
                }
                Some((name, value)) => {
                    if local {
                        sh.state.vars.declare_local(name);
                    }
                    for &(on, letter) in flags.iter().filter(|(_, l)| *l != b'r') {
                        sh.state.vars.attribute(name, |v| match letter {
                            b'i' => v.integer = on,
                            b'x' => v.exported = on,
                            _ if matches!(v.value, Value::Unset) => {
                                v.value = Value::Array(Map::default());
                            }
                            _ => {}
                        });
                    }
                    if let Some((append, value)) = value
                        && !assign(sh, cx, &builtin, name, append, value)
                    {
                        status = 1;
                    }
                    if flags.contains(&(true, b'r')) {
                        sh.state.vars.attribute(name, |v| v.readonly = true);
                    }
                    if value.is_none() && !local {
                        sh.state.vars.attribute(name, |_| {});
                    }
                }
            },
        }
    }
    if show && !has_names(words) || words.len() == 1 && !local {
        return print_all(sh, cx, &builtin, |_| true);
    }
    After::Status(status)
}

pub(super) fn unset(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let (mut functions, mut variables, mut status) = (true, true, 0);
    for word in words.iter().skip(1) {
        match word.as_slice() {
            b"-f" => variables = false,
            b"-v" => functions = false,
            b"-n" | b"--" => {}
            name => {
                if let Some(open) = name.iter().position(|b| *b == b'[')
                    && let Some(index) = name.strip_suffix(b"]").and_then(|n| integer(&n[open + 1..]))
                {
                    let _ = sh.state.vars.change(&name[..open], |v| {
                        if let Value::Array(map) = &mut v.value {
                            map.remove(&index);
                        }
                    });
                    continue;
                }
                if variables && sh.state.vars.get(name).is_some() {
                    if sh.state.vars.unset(name).is_err() {
                        sh.error(cx, &format!("unset: {}: cannot unset: readonly variable", lossy(name)));
                        status = 1;
                    }
                } else if functions && sh.state.functions.contains_key(name) {
                    std::rc::Rc::make_mut(&mut sh.state.functions).remove(name);
                }
            }
        }
    }
    After::Status(status)
}

pub(super) fn shift(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let n = match words.get(1) {
        None => 1,
        Some(word) => match integer(word) {
            Some(n) if n >= 0 => n as usize,
            Some(_) => {
                sh.error(cx, &format!("shift: {}: shift count out of range", lossy(word)));
                return After::Status(1);
            }
            None => {
                sh.error(cx, &format!("shift: {}: numeric argument required", lossy(word)));
                return After::Status(1);
            }
        },
    };
    match sh.state.positional.get(n..) {
        Some(rest) => {
            sh.state.positional = rest.into();
            After::Status(0)
        }
        None => After::Status(1),
    }
}

pub(super) fn let_(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    if words.len() < 2 {
        sh.error(cx, "let: expression expected");
        return After::Status(1);
    }
    let mut value = 0;
    for word in words.iter().skip(1) {
        let now = cx.now();
        match arith::evaluate(word, &mut ArithVars { state: &mut sh.state, now }) {
            Ok(n) => value = n,
            Err(e) => {
                sh.error(cx, &format!("let: {e}"));
                return After::Status(1);
            }
        }
    }
    After::Status(u8::from(value == 0))
}

pub(super) fn getopts(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    let (Some(spec), Some(name)) = (words.get(1), words.get(2)) else {
        let _ = cx.write_fd(2, b"getopts: usage: getopts optstring name [arg ...]\n");
        return After::Status(2);
    };
    let args: Vec<Vec<u8>> = if words.len() > 3 { words[3..].to_vec() } else { sh.state.positional.to_vec() };
    let quiet = spec.first() == Some(&b':');
    let mut index =
        sh.state.vars.get(b"OPTIND").and_then(|v| integer(v.scalar()?)).unwrap_or(1).max(1) as usize;
    if index == 1 && sh.state.getopts_at > args.first().map_or(0, Vec::len) {
        sh.state.getopts_at = 0;
    }
    let word = args.get(index - 1).filter(|w| w.len() > 1 && w.first() == Some(&b'-'));
    let Some(word) = word.filter(|w| w.as_slice() != b"--") else {
        if word.is_some() {
            index += 1;
        }
        sh.state.getopts_at = 0;
        let _ = sh.state.vars.set(b"OPTIND", index.to_string().into_bytes());
        let _ = sh.state.vars.set(name, b"?".to_vec());
        return After::Status(1);
    };
    let at = sh.state.getopts_at.max(1);
    let letter = word.get(at).copied().unwrap_or(b'?');
    let place = spec.iter().position(|b| *b == letter && letter != b':');
    let takes = place.is_some_and(|p| spec.get(p + 1) == Some(&b':'));
    let (mut result, mut argument) = (vec![letter], None);
    let own = lossy(&sh.state.name);
    let mut advance = at + 1 >= word.len();
    if place.is_none() {
        result = b"?".to_vec();
        if quiet {
            argument = Some(vec![letter]);
        } else {
            let text = format!("{own}: illegal option -- {}\n", char::from(letter));
            let _ = cx.write_fd(2, text.as_bytes());
        }
    } else if takes {
        if advance {
            index += 1;
            argument = args.get(index - 1).cloned();
        } else {
            argument = Some(word[at + 1..].to_vec());
        }
        advance = true;
        if argument.is_none() {
            if quiet {
                result = b":".to_vec();
                argument = Some(vec![letter]);
            } else {
                result = b"?".to_vec();
                let text = format!("{own}: option requires an argument -- {}\n", char::from(letter));
                let _ = cx.write_fd(2, text.as_bytes());
            }
        }
    }
    if advance {
        index += 1;
        sh.state.getopts_at = 0;
    } else {
        sh.state.getopts_at = at + 1;
    }
    match argument {
        Some(text) => {
            let _ = sh.state.vars.set(b"OPTARG", text);
        }
        None => {
            let _ = sh.state.vars.unset(b"OPTARG");
        }
    }
    let _ = sh.state.vars.set(b"OPTIND", index.to_string().into_bytes());
    let _ = sh.state.vars.set(name, result);
    After::Status(0)
}
