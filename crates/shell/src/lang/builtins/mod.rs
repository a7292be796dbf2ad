//! The shell's builtins.

mod directory;
mod flow;
mod jobs;
mod mapfile;
mod names;
pub(crate) mod options;
mod output;
pub(crate) mod printf;
mod read;
pub(crate) mod test;
mod variables;

use super::interp::{After, Interp};
use super::state::Source;
use crate::Cx;

pub(crate) use jobs::send as kill_now;
pub(crate) use names::file;
pub(crate) use output::echo_text;
pub(crate) use read::seconds;

/// A builtin: its words, the name first.
pub(crate) type Builtin = fn(&mut Interp, &mut Cx<'_>, &[Vec<u8>]) -> After;

/// Sorted by name.
#[rustfmt::skip]
const BUILTINS: &[(&str, Builtin)] = &[
    (".", flow::source),
    (":", flow::true_),
    ("[", test::bracket),
    ("alias", refuse),
    ("bg", jobs::no_job_control),
    ("bind", refuse),
    ("break", flow::break_),
    ("builtin", names::builtin),
    ("caller", refuse),
    ("cd", directory::cd),
    ("command", names::command),
    ("compgen", refuse),
    ("complete", refuse),
    ("continue", flow::continue_),
    ("declare", variables::declare),
    ("dirs", refuse),
    ("disown", jobs::disown),
    ("echo", output::echo),
    ("enable", refuse),
    ("eval", flow::eval),
    ("exec", flow::exec),
    ("exit", flow::exit),
    ("export", variables::export),
    ("false", flow::false_),
    ("fc", refuse),
    ("fg", jobs::no_job_control),
    ("getopts", variables::getopts),
    ("hash", flow::true_),
    ("help", help),
    ("history", refuse),
    ("jobs", jobs::jobs),
    ("kill", jobs::kill),
    ("let", variables::let_),
    ("local", variables::local),
    ("logout", refuse),
    ("mapfile", mapfile::mapfile),
    ("popd", refuse),
    ("printf", printf::builtin),
    ("pushd", refuse),
    ("pwd", directory::pwd),
    ("read", read::read),
    ("readarray", mapfile::mapfile),
    ("readonly", variables::readonly),
    ("return", flow::return_),
    ("set", options::set),
    ("shift", variables::shift),
    ("shopt", options::shopt),
    ("source", flow::source),
    ("suspend", refuse),
    ("test", test::test),
    ("times", refuse),
    ("trap", flow::trap),
    ("true", flow::true_),
    ("type", names::type_),
    ("typeset", variables::declare),
    ("ulimit", refuse),
    ("umask", directory::umask),
    ("unalias", refuse),
    ("unset", variables::unset),
    ("wait", jobs::wait),
];

/// The builtin of a name.
pub(crate) fn find(name: &[u8]) -> Option<Builtin> {
    let name = std::str::from_utf8(name).ok()?;
    BUILTINS.binary_search_by_key(&name, |(n, _)| n).ok().and_then(|at| BUILTINS.get(at)).map(|(_, f)| *f)
}

/// Builtins that are simulated.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().filter(|(_, run)| !core::ptr::fn_addr_eq(*run, refuse as Builtin)).map(|(name, _)| *name)
}

/// What can be typed here: a script's `help` is bash's own, which is not simulated.
fn help(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    if sh.state.source != Source::Interactive || words.len() > 1 {
        return refuse(sh, cx, words);
    }
    cx.stdout.push(crate::tools::man::overview().as_bytes());
    After::Status(0)
}

fn refuse(sh: &mut Interp, cx: &mut Cx<'_>, words: &[Vec<u8>]) -> After {
    After::Status(sh.refuse(cx, &lossy(words.first().map_or(&[], Vec::as_slice)), 127))
}

/// Bytes as text, for messages.
pub(crate) fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// Bytes as a number: blanks around it and a sign may be.
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    text.strip_prefix('+').filter(|t| !t.starts_with('-')).unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::BUILTINS.is_sorted_by_key(|(name, _)| name));
    }
}
