//! `xargs`: `-0`, `-n`, `-I`, `-L 1`, `-r`, `-t`, `-d`; one child at a time.

use super::number::whole;
use super::opts::{Spec, TRY, complain, refuse};
use crate::Cx;
use crate::cx::Spawn;
use crate::process::{Pid, Poll, Process, Status};
use crate::sys::Read;

const SPEC: Spec = Spec {
    options: "-0 --null
-a --arg-file = !
-d --delimiter =
-E = !
-e --eof ? !
-I =
-i --replace ?
-L --max-lines = !
-l !
-n --max-args =
-o --open-tty !
-P --max-procs =
-p --interactive !
--process-slot-var = !
-r --no-run-if-empty
-s --max-chars = !
--show-limits !
-t --verbose
-x --exit",
    status: 1,
    after: TRY,
    permute: false,
};

/// Most bytes of a command line.
const MOST: usize = 128 << 10;

/// The state of an `xargs`.
#[derive(Clone, Debug, Default)]
struct Xargs {
    command: Vec<Vec<u8>>,
    delimiter: Option<u8>,
    most: Option<usize>,
    replace: Option<Vec<u8>>,
    skip_empty: bool,
    verbose: bool,
    input: Vec<u8>,
    /// The commands to run, last first.
    todo: Option<Vec<Vec<Vec<u8>>>>,
    child: Option<(Pid, Vec<u8>)>,
    status: u8,
}

#[derive(Clone, Debug, Default)]
struct Run(Option<Xargs>);

/// A new `xargs`.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Run::default())
}

fn start(cx: &mut Cx<'_>) -> Result<Xargs, u8> {
    let parsed = SPEC.parse(cx)?;
    let mut x = Xargs { command: parsed.operands, ..Xargs::default() };
    if x.command.is_empty() {
        x.command.push(b"echo".to_vec());
    }
    for (key, value) in parsed.options {
        let value_or = value.unwrap_or_default();
        match key {
            "-0" => x.delimiter = Some(0),
            "-d" => match value_or.as_slice() {
                [one] => x.delimiter = Some(*one),
                b"\\n" => x.delimiter = Some(b'\n'),
                b"\\t" => x.delimiter = Some(b'\t'),
                b"\\0" => x.delimiter = Some(0),
                _ => {
                    refuse(cx, "-d with this delimiter");
                    return Err(1);
                }
            },
            "-I" | "-i" => {
                x.replace = Some(if value_or.is_empty() { b"{}".to_vec() } else { value_or });
                x.most = None;
            }
            "-n" => match whole(&value_or) {
                Some(0) => return Err(SPEC.fail(cx, "value 0 for -n option should be >= 1")),
                Some(n) => {
                    x.most = Some(usize::try_from(n).unwrap_or(usize::MAX));
                    x.replace = None;
                }
                None => {
                    let text = String::from_utf8_lossy(&value_or).into_owned();
                    return Err(SPEC.fail(cx, &format!("invalid number \"{text}\" for -n option")));
                }
            },
            "-P" if value_or.as_slice() != b"1" => {
                refuse(cx, "-P with more than one process");
                return Err(1);
            }
            "-r" => x.skip_empty = true,
            "-t" => x.verbose = true,
            _ => {}
        }
    }
    Ok(x)
}

/// The words of the input, quotes and backslashes read; the error is GNU's.
fn words(text: &[u8], lines: bool) -> Result<Vec<Vec<u8>>, &'static str> {
    let mut out = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut bytes = text.iter().copied();
    while let Some(b) = bytes.next() {
        match b {
            b'\n' => out.extend(word.take()),
            b' ' | b'\t' if !lines || word.is_none() => out.extend(word.take()),
            b'\\' => word.get_or_insert_default().extend(bytes.next()),
            b'\'' | b'"' => {
                let inside = word.get_or_insert_default();
                loop {
                    match bytes.next() {
                        Some(c) if c == b => break,
                        Some(c) if c != b'\n' => inside.push(c),
                        _ if b == b'"' => return Err("double"),
                        _ => return Err("single"),
                    }
                }
            }
            _ => word.get_or_insert_default().push(b),
        }
    }
    out.extend(word);
    Ok(out)
}

/// `text` with every `from` replaced.
fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        match rest.strip_prefix(from) {
            Some(after) if !from.is_empty() => {
                out.extend_from_slice(to);
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

impl Xargs {
    fn commands(&self, cx: &mut Cx<'_>) -> Result<Vec<Vec<Vec<u8>>>, u8> {
        let words = match self.delimiter {
            Some(end) => {
                let text = self.input.strip_suffix(&[end]).unwrap_or(&self.input);
                let all: Vec<Vec<u8>> = text.split(|b| *b == end).map(<[u8]>::to_vec).collect();
                if self.input.is_empty() { Vec::new() } else { all }
            }
            None => match words(&self.input, self.replace.is_some()) {
                Ok(words) => words,
                Err(kind) => {
                    let text = "by default quotes are special to xargs unless you use the -0 option";
                    complain(cx, &format!("unmatched {kind} quote; {text}"));
                    return Err(1);
                }
            },
        };
        let mut out = Vec::new();
        if let Some(from) = &self.replace {
            for word in &words {
                out.push(self.command.iter().map(|part| replaced(part, from, word)).collect());
            }
        } else {
            let own: usize = self.command.iter().map(|w| w.len() + 1).sum();
            let mut line = self.command.clone();
            let mut size = own;
            for word in words {
                let full = self.most.is_some_and(|most| line.len() - self.command.len() >= most);
                if full || size + word.len() >= MOST && line.len() > self.command.len() {
                    out.push(std::mem::replace(&mut line, self.command.clone()));
                    size = own;
                }
                size += word.len() + 1;
                line.push(word);
            }
            if line.len() > self.command.len() || out.is_empty() && !self.skip_empty {
                out.push(line);
            }
        }
        out.reverse();
        Ok(out)
    }

    /// Runs the next command; `Some`: the end.
    fn next(&mut self, cx: &mut Cx<'_>) -> Option<u8> {
        let Some(args) = self.todo.as_mut().and_then(Vec::pop) else { return Some(self.status) };
        let name = args.first().cloned().unwrap_or_default();
        if self.verbose {
            cx.stderr.push(&args.join(&b' '));
            cx.stderr.push(b"\n");
        }
        if let Ok(pid) = cx.spawn(Spawn { args, no_stdin: true, ..Spawn::default() }) {
            self.child = Some((pid, name));
            return None;
        }
        complain(cx, &format!("{}: No such file or directory", String::from_utf8_lossy(&name)));
        Some(127)
    }
}

impl Process for Run {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        let x = match &mut self.0 {
            Some(x) => x,
            None => match start(cx) {
                Ok(x) => self.0.insert(x),
                Err(status) => return Poll::Exit(status),
            },
        };
        while x.todo.is_none() {
            match cx.read_fd(0, usize::MAX) {
                Read::Data(bytes) => x.input.extend_from_slice(&bytes),
                Read::Wait => return Poll::Wait,
                Read::End | Read::Error(_) => match x.commands(cx) {
                    Ok(todo) => x.todo = Some(todo),
                    Err(status) => return Poll::Exit(status),
                },
            }
        }
        loop {
            if let Some((pid, name)) = &x.child {
                let Some(status) = cx.reap(*pid) else { return Poll::Wait };
                let name = String::from_utf8_lossy(name).into_owned();
                x.child = None;
                match status {
                    Status::Exited(0) => {}
                    Status::Exited(255) => {
                        complain(cx, &format!("{name}: exited with status 255; aborting"));
                        return Poll::Exit(124);
                    }
                    Status::Exited(_) => x.status = 123,
                    Status::Killed(signal) => {
                        complain(cx, &format!("{name}: terminated by signal {}", signal.0));
                        return Poll::Exit(125);
                    }
                }
            }
            if let Some(status) = x.next(cx) {
                return Poll::Exit(status);
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }
}
