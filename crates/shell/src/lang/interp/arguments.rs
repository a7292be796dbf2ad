//! `bash` and `sh` as commands: `bash -c TEXT`, `bash FILE`, or the script on standard input.

use std::rc::Rc;

use super::Interp;
use crate::lang::builtins::options;
use crate::lang::parse::Parser;
use crate::lang::state::{Source, State};
use crate::process::{Poll, Process};
use crate::sys::Terminal;
use crate::sys::fd::Open;
use crate::sys::proc::Userland;
use crate::{Cx, Errno};

/// A shell before it knows its script.
#[derive(Clone, Debug, Default)]
struct Starting {
    input: Vec<u8>,
}

/// The process for `bash` and `sh`.
pub(crate) fn start() -> Box<dyn Process> {
    Box::new(Starting::default())
}

impl Process for Starting {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        let args = Rc::clone(&cx.args);
        let own = args.first().cloned().unwrap_or_default();
        let own = own.rsplit(|b| *b == b'/').next().unwrap_or(b"bash").to_vec();
        let env = cx.sys.proc(cx.pid).map(|p| Rc::clone(&p.env)).unwrap_or_default();
        let mut state = State::new(&own, Source::Script, cx.pid, &env, cx.now());
        state.dash = own == b"sh" || own == b"dash";
        let (mut at, mut command, mut from_input) = (1, false, false);
        while let Some(word) = args.get(at) {
            match word.as_slice() {
                b"--" => {
                    at += 1;
                    break;
                }
                b"--norc" | b"--noprofile" | b"--posix" | b"-l" | b"--login" => {}
                b"-o" | b"+o" => {
                    at += 1;
                    let name = args.get(at).cloned().unwrap_or_default();
                    if !options::by_name(&mut state.options, &name, word == b"-o") {
                        writeln!(cx.stderr, "{}: {}: invalid option name", lossy(&own), lossy(&name));
                        return Poll::Exit(2);
                    }
                }
                [sign @ (b'-' | b'+'), letters @ ..] if !letters.is_empty() => {
                    for &letter in letters {
                        match letter {
                            b'c' => command = true,
                            b's' => from_input = true,
                            b'l' | b'i' => {}
                            _ if options::by_letter(&mut state.options, letter, *sign == b'-') => {}
                            _ => {
                                let (own, word) = (lossy(&own), lossy(word));
                                writeln!(cx.stderr, "{own}: {word}: invalid option");
                                return Poll::Exit(2);
                            }
                        }
                    }
                }
                _ => break,
            }
            at += 1;
        }
        let mut rest = args.get(at..).unwrap_or(&[]).iter().cloned();
        let text: Rc<[u8]> = if command {
            let Some(text) = rest.next() else {
                writeln!(cx.stderr, "{}: -c: option requires an argument", lossy(&own));
                return Poll::Exit(2);
            };
            state.source = Source::Argument;
            if let Some(name) = rest.next() {
                state.name = name.into();
            }
            text.into()
        } else if let Some(file) = rest.next().filter(|_| !from_input) {
            let text = match cx.read_file(&file) {
                Ok(text) => text,
                Err(e) => {
                    let (own, file) = (lossy(&own), lossy(&file));
                    let status = if e == Errno::NoEntry { 127 } else { 126 };
                    if state.dash {
                        writeln!(cx.stderr, "{own}: 0: cannot open {file}: No such file");
                        return Poll::Exit(2);
                    }
                    writeln!(cx.stderr, "{own}: {file}: {}", e.text());
                    return Poll::Exit(status);
                }
            };
            state.name = file.into();
            text.into()
        } else {
            let input = cx.sys.fd(cx.pid, 0);
            match input.and_then(|input| cx.sys.opened(input)) {
                Some(&Open::Keyboard(Terminal::SCRIPT)) => {
                    writeln!(cx.stderr, "packetwalk: a shell in the shell that you type in is not simulated");
                    return Poll::Exit(1);
                }
                Some(&Open::Keyboard(terminal)) => return typed_in(cx, state, terminal),
                _ => {}
            }
            if !cx.read_all(&mut self.input) {
                return Poll::Wait;
            }
            std::mem::take(&mut self.input).into()
        };
        state.positional = rest.collect();
        let mut interp = Interp::new(state, Vec::new());
        interp.read(Parser::new(text, 1));
        Poll::Exec(Box::new(interp))
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }
}

/// A shell that waits for lines of a terminal: [`crate::Shell::give`] hands them to it. A container's begins at the
/// root of its files.
fn typed_in(cx: &mut Cx<'_>, mut state: State, terminal: Terminal) -> Poll {
    state.source = Source::Interactive;
    let is_contained = cx.userland != Userland::Machine;
    if is_contained {
        let _ = state.vars.set(b"PWD", b"/".to_vec());
    }
    if let Some(proc) = cx.sys.proc_mut(cx.pid) {
        proc.typed_at = Some(terminal);
        if is_contained {
            proc.cwd = Rc::from(&b"/"[..]);
        }
    }
    Poll::Exec(Box::new(Interp::new(state, Vec::new())))
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
