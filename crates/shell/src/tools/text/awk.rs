//! `awk`: mawk 1.3.4 without functions of one's own, `getline`, pipes, files for output and `for (in)`.

mod call;
mod expr;
mod lex;
mod parse;
mod run;
mod tree;
mod value;

use super::opts::warn;
use super::stream::{Flow, Operand, Tool};
use crate::Cx;
use crate::sys::Errno;
use lex::Wrong;
use run::Machine;
use tree::Pattern;

/// The names of the variables with a meaning, by their number.
const SPECIAL: [&str; 12] =
    ["NF", "NR", "FNR", "FS", "OFS", "ORS", "FILENAME", "SUBSEP", "CONVFMT", "OFMT", "RSTART", "RLENGTH"];

const USAGE: &str = r#"Usage: mawk [Options] [Program] [file ...]

Program:
    The -f option value is the name of a file containing program text.
    If no -f option is given, a "--" ends option processing; the following
    parameters are the program text.

Options:
    -f program-file  Program  text is read from file instead of from the
                     command-line.  Multiple -f options are accepted.
    -F value         sets the field separator, FS, to value.
    -v var=value     assigns value to program variable var.
    --               unambiguous end of options.

    Implementation-specific options are prefixed with "-W".  They can be
    abbreviated:

    -W version       show version information and exit.
    -W dump          show assembler-like listing of program and exit.
    -W help          show this message and exit.
    -W interactive   set unbuffered output, line-buffered input.
    -W exec file     use file as program as well as last option.
    -W random=number set initial random seed.
    -W sprintf=number adjust size of sprintf buffer.
    -W posix_space   do not consider "\n" a space.
    -W usage         show this message and exit.
"#;

/// The state of an `awk`.
#[derive(Clone, Debug)]
pub(super) struct Awk {
    machine: Machine,
}

/// `name=value`, if it is one.
fn assignment(word: &[u8]) -> Option<(String, &[u8])> {
    let at = word.iter().position(|b| *b == b'=')?;
    let (name, value) = (word.get(..at)?, word.get(at + 1..)?);
    let good = name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    good.then(|| (String::from_utf8_lossy(name).into_owned(), value))
}

/// The program, what is assigned before it runs, and the operands.
struct Words {
    program: Vec<u8>,
    before: Vec<(String, Vec<u8>)>,
    operands: Vec<Vec<u8>>,
}

fn words(cx: &mut Cx<'_>) -> Result<Words, u8> {
    let mut words = cx.args.iter().skip(1).cloned().collect::<Vec<_>>().into_iter().peekable();
    let mut out = Words { program: Vec::new(), before: Vec::new(), operands: Vec::new() };
    let mut from_file = false;
    while let Some(word) = words.next_if(|w| w.len() > 1 && w.starts_with(b"-")) {
        let letter = word.get(1).copied().unwrap_or(0);
        match letter {
            b'-' if word.len() == 2 => break,
            b'F' | b'v' | b'f' => {
                let value = match word.get(2..) {
                    Some(value) if !value.is_empty() => Some(value.to_vec()),
                    _ => words.next(),
                };
                let Some(value) = value else {
                    warn(cx, &format!("option -{} lacks argument", char::from(letter)));
                    return Err(2);
                };
                match letter {
                    b'F' => out.before.push(("FS".to_owned(), value)),
                    b'v' => {
                        let Some((name, value)) = assignment(&value) else {
                            let text = String::from_utf8_lossy(&value).into_owned();
                            warn(cx, &format!("improper assignment: -v {text}"));
                            return Err(2);
                        };
                        out.before.push((name, value.to_vec()));
                    }
                    _ => match cx.read_file(&value) {
                        Ok(text) => {
                            if from_file {
                                out.program.push(b'\n');
                            }
                            out.program.extend(text);
                            from_file = true;
                        }
                        Err(error) => {
                            let name = String::from_utf8_lossy(&value).into_owned();
                            warn(cx, &format!("cannot open {name} ({})", error.text()));
                            return Err(2);
                        }
                    },
                }
            }
            b'W' => {
                super::opts::refuse(cx, "-W");
                return Err(2);
            }
            _ => {
                let text = String::from_utf8_lossy(&word).into_owned();
                warn(cx, &format!("not an option: {text}"));
                return Err(2);
            }
        }
    }
    if !from_file {
        let Some(text) = words.next() else {
            cx.stderr.push(USAGE.as_bytes());
            return Err(0);
        };
        out.program = text;
    }
    out.operands = words.collect();
    Ok(out)
}

impl Tool for Awk {
    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let words = words(cx)?;
        let program = match parse::parse(&words.program) {
            Ok(program) => program,
            Err(Wrong::Text(text)) => {
                warn(cx, &text);
                return Err(2);
            }
            Err(Wrong::Refused(what)) => {
                writeln!(cx.stderr, "packetwalk: awk: {what} is not simulated");
                return Err(2);
            }
        };
        let reads = program.rules.iter().any(|r| !matches!(r.pattern, Pattern::Begin));
        let mut awk = Self { machine: Machine::new(program) };
        for (name, value) in &words.before {
            awk.machine.assign(name, value);
        }
        let ended = awk.machine.rules(cx, |p| matches!(p, Pattern::Begin));
        if ended || !reads {
            if !awk.machine.broken && reads {
                return Err(awk.finish(cx));
            }
            return Err(awk.machine.status);
        }
        Ok((awk, words.operands))
    }

    fn operand(&mut self, _: &mut Cx<'_>, word: &[u8]) -> Operand {
        match assignment(word) {
            Some((name, value)) => {
                self.machine.assign(&name, value);
                Operand::Used
            }
            None => Operand::File,
        }
    }

    fn open(&mut self, _: &mut Cx<'_>, name: &[u8]) -> Flow {
        self.machine.file(name);
        Flow::Next
    }

    fn failed(&mut self, cx: &mut Cx<'_>, name: &[u8], error: Errno) -> Flow {
        let name = String::from_utf8_lossy(name);
        if error == Errno::IsDirectory {
            warn(cx, &format!("read error ({})", error.text()));
        } else {
            warn(cx, &format!("cannot open {name} ({})", error.text()));
        }
        Flow::Exit(2)
    }

    fn line(&mut self, cx: &mut Cx<'_>, line: &[u8], _: bool) -> Flow {
        if self.machine.record(cx, line) {
            if self.machine.broken {
                return Flow::Exit(2);
            }
            return Flow::Exit(self.finish(cx));
        }
        Flow::Next
    }

    fn finish(&mut self, cx: &mut Cx<'_>) -> u8 {
        self.machine.rules(cx, |p| matches!(p, Pattern::End));
        self.machine.status
    }
}
