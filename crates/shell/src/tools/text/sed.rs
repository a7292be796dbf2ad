//! `sed`: the commands `{}=abcdDgGhHiInNpPqQstTxy:`; files are read, not written.

mod parse;
mod program;

use std::rc::Rc;

use super::opts::{Spec, tool, warn};
use super::regex::Regex;
use super::stream::{Flow, Tool};
use crate::Cx;
use crate::sys::Errno;
use parse::Wrong;
use program::{Action, Address, Command, End, Jump, Part, Substitute, When};

const USAGE: &str = "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...

  -n, --quiet, --silent
                 suppress automatic printing of pattern space
      --debug
                 annotate program execution
  -e script, --expression=script
                 add the script to the commands to be executed
  -f script-file, --file=script-file
                 add the contents of script-file to the commands to be executed
  --follow-symlinks
                 follow symlinks when processing in place
  -i[SUFFIX], --in-place[=SUFFIX]
                 edit files in place (makes backup if SUFFIX supplied)
  -l N, --line-length=N
                 specify the desired line-wrap length for the `l' command
  --posix
                 disable all GNU extensions.
  -E, -r, --regexp-extended
                 use extended regular expressions in the script
                 (for portability use POSIX -E).
  -s, --separate
                 consider files as separate rather than as a single,
                 continuous long stream.
      --sandbox
                 operate in sandbox mode (disable e/r/w commands).
  -u, --unbuffered
                 load minimal amounts of data from the input files and flush
                 the output buffers more often
  -z, --null-data
                 separate lines by NUL characters
      --help     display this help and exit
      --version  output version information and exit

If no -e, --expression, -f, or --file option is given, then the first
non-option argument is taken as the sed script to interpret.  All
remaining arguments are names of input files; if no input files are
specified, then the standard input is read.

GNU sed home page: <https://www.gnu.org/software/sed/>.
General help using GNU software: <https://www.gnu.org/gethelp/>.
";

const SPEC: Spec = Spec {
    options: "-n --quiet --silent
--debug !
-e --expression =
-f --file =
--follow-symlinks !
-i --in-place ? !
-l --line-length = !
--posix !
-E -r --regexp-extended
-s --separate !
--sandbox
-u --unbuffered
-z --null-data",
    status: 1,
    after: USAGE,
    permute: true,
};

/// Where the program goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wait {
    /// At its beginning with a new line.
    Cycle,
    /// After `n` at this command.
    Next(usize),
    /// After `N`.
    Append(usize),
}

/// The state of a `sed`.
#[derive(Clone, Debug)]
pub(super) struct Sed {
    program: Rc<[Command]>,
    /// For each command the line on which its range ends, or that it is open to an expression.
    ranges: Vec<Option<u64>>,
    quiet: bool,
    end: u8,
    needs_last: bool,
    ahead: Option<(Vec<u8>, bool)>,
    wait: Wait,
    number: u64,
    last: bool,
    space: Vec<u8>,
    /// The line in the pattern space had an end.
    ended: bool,
    hold: Vec<u8>,
    queue: Vec<u8>,
    replaced: bool,
    last_regex: Option<Regex>,
    /// The last output had no line's end.
    missing: bool,
    status: u8,
}

enum Done {
    /// The program came to its end or started a new cycle.
    Cycle,
    /// It waits for a line.
    Line,
    Quit(u8),
}

impl Sed {
    fn write(&mut self, cx: &mut Cx<'_>, text: &[u8], ended: bool) {
        if std::mem::replace(&mut self.missing, !ended) {
            cx.stdout.push(&[self.end]);
        }
        cx.stdout.push(text);
        if ended {
            cx.stdout.push(&[self.end]);
        }
    }

    fn write_space(&mut self, cx: &mut Cx<'_>) {
        let space = std::mem::take(&mut self.space);
        self.write(cx, &space, self.ended);
        self.space = space;
    }

    /// Text of `a`, `i`, `c`: it has its own ends.
    fn write_text(&mut self, cx: &mut Cx<'_>, text: &[u8]) {
        if !text.is_empty() {
            if std::mem::take(&mut self.missing) {
                cx.stdout.push(&[self.end]);
            }
            cx.stdout.push(text);
        }
    }

    fn dump_queue(&mut self, cx: &mut Cx<'_>) {
        let queue = std::mem::take(&mut self.queue);
        self.write_text(cx, &queue);
    }

    /// An address's match; an error is the status.
    fn at(&mut self, cx: &mut Cx<'_>, address: &Address) -> Result<bool, u8> {
        Ok(match address {
            Address::Line(n) => *n == self.number,
            Address::Step(first, step) => {
                self.number >= *first && (self.number - first).is_multiple_of(*step)
            }
            Address::Last => self.last,
            Address::Match(regex) => {
                self.remember(cx, regex.as_ref())?;
                self.last_regex.as_ref().is_some_and(|r| r.is_match(&self.space))
            }
        })
    }

    fn remember(&mut self, cx: &mut Cx<'_>, regex: Option<&Regex>) -> Result<(), u8> {
        if let Some(regex) = regex {
            self.last_regex = Some(regex.clone());
        } else if self.last_regex.is_none() {
            warn(cx, "-e expression #1, char 0: no previous regular expression");
            return Err(1);
        }
        Ok(())
    }

    fn applies(&mut self, cx: &mut Cx<'_>, at: usize, command: &Command) -> Result<bool, u8> {
        let lines = &command.lines;
        let Some(from) = &lines.from else { return Ok(!lines.not) };
        let Some(to) = &lines.to else { return Ok(self.at(cx, from)? != lines.not) };
        let state = self.ranges.get(at).copied().flatten();
        let (inside, next) = match state {
            None => {
                if self.at(cx, from)? {
                    let end = match to {
                        End::At(Address::Line(n)) => Some(*n),
                        End::At(Address::Last) if self.last => None,
                        End::At(_) => Some(u64::MAX),
                        End::Plus(n) => Some(self.number.saturating_add(*n)),
                        End::Multiple(n) => Some(if *n == 0 { 0 } else { self.number.div_ceil(*n) * n }),
                    };
                    (true, end.filter(|end| *end > self.number))
                } else {
                    (false, None)
                }
            }
            Some(end) if end != u64::MAX => (self.number <= end, (self.number < end).then_some(end)),
            Some(end) => match to {
                End::At(to) => (true, (!self.at(cx, to)?).then_some(end)),
                _ => (true, None),
            },
        };
        if let Some(place) = self.ranges.get_mut(at) {
            *place = next;
        }
        Ok(inside != lines.not)
    }

    /// Runs the program from a command on.
    fn run(&mut self, cx: &mut Cx<'_>, from: usize) -> Result<Done, u8> {
        let program = Rc::clone(&self.program);
        let mut at = from;
        while let Some(command) = program.get(at) {
            at += 1;
            if !self.applies(cx, at - 1, command)? {
                if let Action::Block(after) = command.action {
                    at = after;
                }
                continue;
            }
            match &command.action {
                Action::Block(_) | Action::Nothing => {}
                Action::Append(text) => self.queue.extend_from_slice(text),
                Action::Insert(text) => self.write_text(cx, text),
                Action::Change(text) => {
                    let open = command.lines.to.is_some() && !command.lines.not;
                    if !open || self.ranges.get(at - 1).copied().flatten().is_none() {
                        self.write_text(cx, text);
                    }
                    return Ok(self.end_cycle(cx, false));
                }
                Action::Substitute(s) => self.substitute(cx, s)?,
                Action::Translate(table) => {
                    self.space.iter_mut().for_each(|b| *b = table[usize::from(*b)]);
                }
                Action::Delete => return Ok(self.end_cycle(cx, false)),
                Action::DeleteFirst => match self.space.iter().position(|b| *b == b'\n') {
                    None => return Ok(self.end_cycle(cx, false)),
                    Some(n) => {
                        self.space.drain(..=n);
                        self.dump_queue(cx);
                        at = 0;
                    }
                },
                Action::Print => self.write_space(cx),
                Action::PrintFirst => {
                    let len = self.space.iter().position(|b| *b == b'\n').unwrap_or(self.space.len());
                    let first = self.space.get(..len).unwrap_or(&[]).to_vec();
                    self.write(cx, &first, true);
                }
                Action::Number => {
                    let text = format!("{}\n", self.number);
                    self.write_text(cx, text.as_bytes());
                }
                Action::Next => {
                    self.wait = Wait::Next(at);
                    return Ok(Done::Line);
                }
                Action::NextAppend => {
                    self.wait = Wait::Append(at);
                    return Ok(Done::Line);
                }
                Action::Quit(status, print) => {
                    if *print {
                        if !self.quiet {
                            self.write_space(cx);
                        }
                        self.dump_queue(cx);
                    }
                    return Ok(Done::Quit(*status));
                }
                Action::Hold => self.hold.clone_from(&self.space),
                Action::HoldAppend => {
                    self.hold.push(b'\n');
                    self.hold.extend_from_slice(&self.space);
                }
                Action::Get => self.space.clone_from(&self.hold),
                Action::GetAppend => {
                    self.space.push(b'\n');
                    self.space.extend_from_slice(&self.hold);
                }
                Action::Exchange => std::mem::swap(&mut self.space, &mut self.hold),
                Action::Branch(to, when) => {
                    let taken = match when {
                        When::Always => true,
                        When::Replaced => std::mem::take(&mut self.replaced),
                        When::NotReplaced => !std::mem::take(&mut self.replaced),
                    };
                    if let (true, Jump::To(to)) = (taken, to) {
                        at = *to;
                    }
                }
            }
        }
        Ok(self.end_cycle(cx, true))
    }

    fn end_cycle(&mut self, cx: &mut Cx<'_>, print: bool) -> Done {
        if print && !self.quiet {
            self.write_space(cx);
        }
        self.dump_queue(cx);
        self.wait = Wait::Cycle;
        Done::Cycle
    }

    fn substitute(&mut self, cx: &mut Cx<'_>, s: &Substitute) -> Result<(), u8> {
        self.remember(cx, s.regex.as_ref())?;
        let Some(regex) = self.last_regex.as_ref() else { return Ok(()) };
        let text = &self.space;
        let (mut out, mut at, mut count, mut done) = (Vec::new(), 0, 0u64, false);
        let mut before = None;
        while at <= text.len()
            && let Some(groups) = regex.find(text, at)
        {
            let Some((from, to)) = groups.first().copied().flatten() else { break };
            out.extend_from_slice(text.get(at..from).unwrap_or(&[]));
            // An empty match right after another one does not count.
            if from < to || before != Some(from) {
                count += 1;
                if count < s.from {
                    out.extend_from_slice(text.get(from..to).unwrap_or(&[]));
                } else {
                    replace(&mut out, &s.parts, text, &groups);
                    done = true;
                }
            }
            (at, before) = (to, Some(to));
            if done && !s.all {
                break;
            }
            if from == to {
                // One character on.
                let rest = text.get(at..).unwrap_or(&[]);
                let more = rest.iter().skip(1).take_while(|b| **b & 0xc0 == 0x80).count();
                let one = rest.get(..rest.len().min(1 + more)).unwrap_or(&[]);
                out.extend_from_slice(one);
                at += one.len().max(1);
            }
        }
        if done {
            out.extend_from_slice(text.get(at..).unwrap_or(&[]));
            self.space = out;
            self.replaced = true;
            if s.print {
                self.write_space(cx);
            }
        }
        Ok(())
    }

    /// A line of input; `last` as far as it is known.
    fn feed(&mut self, cx: &mut Cx<'_>, line: Vec<u8>, ended: bool, last: bool) -> Flow {
        let from = match self.wait {
            Wait::Cycle => {
                self.space = line;
                self.replaced = false;
                0
            }
            Wait::Next(at) => {
                if !self.quiet {
                    self.write_space(cx);
                }
                self.dump_queue(cx);
                self.space = line;
                at
            }
            Wait::Append(at) => {
                self.dump_queue(cx);
                self.space.push(self.end);
                self.space.extend_from_slice(&line);
                at
            }
        };
        self.number += 1;
        self.ended = ended;
        self.last = last;
        match self.run(cx, from) {
            Ok(Done::Cycle | Done::Line) => Flow::Next,
            Ok(Done::Quit(status)) => Flow::Exit(if status == 0 { self.status } else { status }),
            Err(status) => Flow::Exit(status),
        }
    }
}

/// Adds a replacement.
fn replace(out: &mut Vec<u8>, parts: &[Part], text: &[u8], groups: &[Option<(usize, usize)>]) {
    let (mut all, mut one) = (b'E', b'E');
    for part in parts {
        let piece: &[u8] = match part {
            Part::Text(text) => text,
            Part::Group(n) => {
                groups.get(*n).copied().flatten().and_then(|(a, b)| text.get(a..b)).unwrap_or(&[])
            }
            Part::Case(c @ (b'u' | b'l')) => {
                one = *c;
                continue;
            }
            Part::Case(c) => {
                (all, one) = (*c, b'E');
                continue;
            }
        };
        for b in piece {
            let how = std::mem::replace(&mut one, b'E');
            out.push(match (how, all) {
                (b'u', _) | (b'E', b'U') => b.to_ascii_uppercase(),
                (b'l', _) | (b'E', b'L') => b.to_ascii_lowercase(),
                _ => *b,
            });
        }
    }
}

/// The script's parts, each with the name of its place in errors.
struct Script {
    text: Vec<u8>,
    /// Where each part ends, and what it is.
    parts: Vec<(usize, Option<String>)>,
}

impl Script {
    fn add(&mut self, text: &[u8], file: Option<String>) {
        if !self.parts.is_empty() {
            self.text.push(b'\n');
        }
        self.text.extend_from_slice(text);
        self.parts.push((self.text.len(), file));
    }

    /// The beginning of an error's text.
    fn place(&self, at: usize) -> String {
        if at == usize::MAX {
            return "-e expression #1, char 0".to_owned();
        }
        let part = self.parts.iter().position(|(end, _)| at <= *end).unwrap_or(0);
        let start = if part == 0 { 0 } else { self.parts.get(part - 1).map_or(0, |(end, _)| end + 1) };
        if let Some(file) = self.parts.get(part).and_then(|(_, file)| file.as_ref()) {
            let before = self.text.get(start..at.saturating_sub(1)).unwrap_or(&[]);
            format!("file {file} line {}", before.split(|b| *b == b'\n').count())
        } else {
            let number = self.parts.iter().take(part + 1).filter(|(_, f)| f.is_none()).count();
            format!("-e expression #{number}, char {}", at.saturating_sub(start))
        }
    }
}

impl Tool for Sed {
    fn separator(&self) -> u8 {
        self.end
    }

    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let parsed = SPEC.parse(cx)?;
        let (mut quiet, mut extended, mut end) = (false, false, b'\n');
        let mut script = Script { text: Vec::new(), parts: Vec::new() };
        for (key, value) in parsed.options {
            let value = value.unwrap_or_default();
            match key {
                "-n" => quiet = true,
                "-E" => extended = true,
                "-z" => end = 0,
                "-e" => script.add(&value, None),
                "-f" => {
                    let name = String::from_utf8_lossy(&value).into_owned();
                    match cx.read_file(&value) {
                        Ok(text) => script.add(text.strip_suffix(b"\n").unwrap_or(&text), Some(name)),
                        Err(error) => {
                            warn(cx, &format!("couldn't open file {name}: {}", error.text()));
                            return Err(4);
                        }
                    }
                }
                _ => {}
            }
        }
        let mut operands = parsed.operands;
        if script.parts.is_empty() {
            if operands.is_empty() {
                // Status 1, and the text of a call for help.
                cx.stderr.push(USAGE.as_bytes());
                return Err(1);
            }
            let text = operands.remove(0);
            script.add(&text, None);
        }
        quiet |= script.text == b"#n" || script.text.starts_with(b"#n\n");
        let program: Rc<[Command]> = match parse::parse(&script.text, extended) {
            Ok(program) => program.into(),
            Err(Wrong::At(at, text)) => {
                warn(cx, &format!("{}: {text}", script.place(at)));
                return Err(1);
            }
            Err(Wrong::Plain(text)) => {
                warn(cx, &text);
                return Err(4);
            }
            Err(Wrong::Refused(what)) => {
                let name = tool(cx);
                writeln!(cx.stderr, "packetwalk: {name}: {what} is not simulated");
                return Err(1);
            }
        };
        let zero = |c: &Command| matches!(c.lines.from, Some(Address::Line(0))).then_some(u64::MAX);
        let sed = Self {
            ranges: program.iter().map(zero).collect(),
            needs_last: program.iter().any(Command::asks_for_last),
            program,
            quiet,
            end,
            ahead: None,
            wait: Wait::Cycle,
            number: 0,
            last: false,
            space: Vec::new(),
            ended: true,
            hold: Vec::new(),
            queue: Vec::new(),
            replaced: false,
            last_regex: None,
            missing: false,
            status: 0,
        };
        Ok((sed, operands))
    }

    fn failed(&mut self, cx: &mut Cx<'_>, name: &[u8], error: Errno) -> Flow {
        let name = String::from_utf8_lossy(name);
        if error == Errno::IsDirectory {
            warn(cx, &format!("read error on {name}: {}", error.text()));
            return Flow::Exit(4);
        }
        warn(cx, &format!("can't read {name}: {}", error.text()));
        self.status = 2;
        Flow::Next
    }

    fn line(&mut self, cx: &mut Cx<'_>, line: &[u8], ended: bool) -> Flow {
        let line = (line.to_vec(), ended);
        if !self.needs_last {
            return self.feed(cx, line.0, line.1, false);
        }
        match self.ahead.replace(line) {
            // A line before another one has its end, whatever its file says.
            Some((line, _)) => self.feed(cx, line, true, false),
            None => Flow::Next,
        }
    }

    fn unused(&self) -> Option<usize> {
        // A line that was looked at ahead is put back, too.
        Some(self.ahead.as_ref().map_or(0, |(line, ended)| line.len() + usize::from(*ended)))
    }

    fn finish(&mut self, cx: &mut Cx<'_>) -> u8 {
        if let Some((line, ended)) = self.ahead.take()
            && let Flow::Exit(status) = self.feed(cx, line, ended, true)
        {
            return status;
        }
        if self.wait != Wait::Cycle {
            if !self.quiet {
                self.write_space(cx);
            }
            self.dump_queue(cx);
        }
        self.status
    }
}
