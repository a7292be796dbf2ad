//! `grep`, `egrep`, `fgrep`; `-P` and `-r` are refused.

use std::collections::VecDeque;

use super::number::whole;
use super::opts::{Spec, complain, refuse};
use super::regex::{Extent, Regex, Syntax};
use super::stream::{Flow, Tool};
use crate::Cx;
use crate::sys::Errno;

const SPEC: Spec = Spec {
    options: "-E --extended-regexp
-F --fixed-strings
-G --basic-regexp
-P --perl-regexp !
-A --after-context =
-B --before-context =
-C --context =
-D --devices =
-H --with-filename
-I
-L --files-without-match
-R --dereference-recursive !
-T --initial-tab !
-U --binary
-V --version !
-Z --null !
-a --text
-b --byte-offset !
-c --count
-d --directories = !
-e --regexp =
-f --file =
-h --no-filename
-i --ignore-case
--no-ignore-case
-y
-l --files-with-matches
-m --max-count =
-n --line-number
-o --only-matching
-q --quiet --silent
-r --recursive !
-s --no-messages
-u --unix-byte-offsets !
-v --invert-match
-w --word-regexp
-x --line-regexp
-z --null-data !
--binary-files = !
--color --colour ?
--exclude = !
--exclude-from = !
--exclude-dir = !
--group-separator = !
--include = !
--label =
--line-buffered
--no-group-separator !",
    status: 2,
    after: "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n",
    permute: true,
};

/// Which of several outputs is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Show {
    Lines,
    Count,
    Names,
    NamesWithout,
    Nothing,
}

/// The state of a `grep`.
#[derive(Clone, Debug)]
pub(super) struct Grep {
    regex: Regex,
    show: Show,
    invert: bool,
    only: bool,
    number: bool,
    with_name: bool,
    text: bool,
    silent: bool,
    most: u64,
    before: usize,
    after: usize,
    label: Vec<u8>,
    /// The file that is read.
    name: Vec<u8>,
    line: u64,
    selected: u64,
    /// Lines before, that may be shown yet.
    kept: VecDeque<(u64, Vec<u8>)>,
    /// Lines after a match that are still shown.
    following: usize,
    /// The number of the last line that was shown; 0: none of this file.
    shown: u64,
    /// Anything was shown, so that a gap is marked.
    any_shown: bool,
    /// A byte of a binary file was seen.
    binary: bool,
    found: bool,
    failed: bool,
}

/// `-5` and the like are contexts: they become `-C 5`.
fn contexts(words: &mut Vec<Vec<u8>>) {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|w| *w != b"--") {
        if let Some(rest) = word.strip_prefix(b"-") {
            let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            if let Some((digits, letters)) = rest.split_at_checked(len).filter(|(d, _)| !d.is_empty()) {
                let context = [b"-C", digits].concat();
                let more = (!letters.is_empty()).then(|| [b"-", letters].concat());
                words.splice(at..=at, std::iter::once(context).chain(more));
            }
        }
        at += 1;
    }
}

struct Setup {
    syntax: Option<&'static str>,
    patterns: Vec<Vec<u8>>,
    given: bool,
    fold: bool,
    extent: Extent,
}

impl Setup {
    fn add(&mut self, text: &[u8]) {
        self.given = true;
        self.patterns.extend(text.split(|b| *b == b'\n').map(<[u8]>::to_vec));
    }

    fn compile(&self, cx: &mut Cx<'_>) -> Result<Regex, u8> {
        let texts: Vec<&[u8]> = self.patterns.iter().map(Vec::as_slice).collect();
        let made = match self.syntax {
            Some("-F") => Regex::fixed(&texts, self.fold, self.extent),
            Some("-E") => Regex::any(&texts, Syntax::GrepExtended, self.fold, self.extent),
            _ => Regex::any(&texts, Syntax::GrepBasic, self.fold, self.extent),
        };
        match made {
            Ok(regex) => {
                for text in &regex.warnings {
                    complain(cx, &format!("warning: {text}"));
                }
                Ok(regex)
            }
            Err(error) => {
                match error.0.strip_prefix("packetwalk: ") {
                    Some(text) => writeln!(cx.stderr, "packetwalk: grep: {text}"),
                    None => complain(cx, error.0),
                }
                Err(2)
            }
        }
    }
}

impl Grep {
    fn prefix(&self, cx: &mut Cx<'_>, line: u64, mark: &str) {
        if self.with_name {
            cx.stdout.push(&self.name);
            write!(cx.stdout, "{mark}");
        }
        if self.number {
            write!(cx.stdout, "{line}{mark}");
        }
    }

    /// Shows lines that come before a match, a mark where some are left out.
    fn gap(&mut self, cx: &mut Cx<'_>, next: u64) {
        if (self.before > 0 || self.after > 0) && self.any_shown && (self.shown == 0 || next > self.shown + 1)
        {
            cx.stdout.push(b"--\n");
        }
    }

    fn select(&mut self, cx: &mut Cx<'_>, line: &[u8]) -> Flow {
        self.found = true;
        self.selected += 1;
        match self.show {
            Show::Nothing => return Flow::Exit(0),
            Show::Names | Show::NamesWithout => return Flow::Skip,
            Show::Count => {}
            Show::Lines => {
                if !self.text && (self.binary || std::str::from_utf8(line).is_err()) {
                    write!(cx.stdout, "grep: ");
                    cx.stdout.push(&self.name);
                    cx.stdout.push(b": binary file matches\n");
                    return Flow::Skip;
                }
                self.show_lines(cx, line);
            }
        }
        self.following = self.after;
        // With context still to come the file is read on.
        if self.selected >= self.most && (self.following == 0 || self.show != Show::Lines) {
            return Flow::Skip;
        }
        Flow::Next
    }

    fn show_lines(&mut self, cx: &mut Cx<'_>, line: &[u8]) {
        let first = self.kept.front().map_or(self.line, |(n, _)| *n);
        self.gap(cx, first);
        for (n, text) in std::mem::take(&mut self.kept) {
            if !self.only {
                self.prefix(cx, n, "-");
                cx.stdout.push(&text);
                cx.stdout.push(b"\n");
            }
        }
        self.shown = self.line;
        self.any_shown = true;
        if !self.only {
            self.prefix(cx, self.line, ":");
            cx.stdout.push(line);
            cx.stdout.push(b"\n");
            return;
        }
        if self.invert {
            return;
        }
        let mut at = 0;
        while let Some((from, to)) = self.regex.bounds(line, at) {
            if from == to {
                at = to + 1;
                continue;
            }
            self.prefix(cx, self.line, ":");
            cx.stdout.push(line.get(from..to).unwrap_or(&[]));
            cx.stdout.push(b"\n");
            at = to;
        }
    }
}

impl Tool for Grep {
    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let mut words: Vec<Vec<u8>> = cx.args.iter().skip(1).cloned().collect();
        // `egrep` and `fgrep` are scripts that run `grep`.
        let base = cx.args.first().and_then(|n| n.rsplit(|b| *b == b'/').next()).unwrap_or(b"grep").to_vec();
        match base.as_slice() {
            b"egrep" => words.insert(0, b"-E".to_vec()),
            b"fgrep" => words.insert(0, b"-F".to_vec()),
            _ => {}
        }
        let args: std::rc::Rc<[Vec<u8>]> =
            std::iter::once(b"grep".to_vec()).chain(words.iter().cloned()).collect();
        if let Some(proc) = cx.sys.proc_mut(cx.pid) {
            proc.args = std::rc::Rc::clone(&args);
        }
        cx.args = args;
        contexts(&mut words);
        let parsed = SPEC.parse_words(cx, words)?;
        let mut setup =
            Setup { syntax: None, patterns: Vec::new(), given: false, fold: false, extent: Extent::Part };
        let mut show = Show::Lines;
        let (mut invert, mut only, mut number, mut text, mut silent) = (false, false, false, false, false);
        let (mut name, mut most, mut label) = (None, u64::MAX, b"(standard input)".to_vec());
        let (mut before, mut after, mut both) = (None, None, None);
        for (key, value) in parsed.options {
            let value = value.unwrap_or_default();
            match key {
                "-E" | "-F" | "-G" => {
                    if setup.syntax.is_some_and(|s| s != key) {
                        complain(cx, "conflicting matchers specified");
                        return Err(2);
                    }
                    setup.syntax = Some(key);
                }
                "-e" => setup.add(&value),
                "-f" => match cx.read_file(&value) {
                    Ok(bytes) if bytes.is_empty() => setup.given = true,
                    Ok(bytes) => setup.add(bytes.strip_suffix(b"\n").unwrap_or(&bytes)),
                    Err(error) => {
                        complain(cx, &format!("{}: {}", String::from_utf8_lossy(&value), error.text()));
                        return Err(2);
                    }
                },
                "-i" | "-y" => setup.fold = true,
                "--no-ignore-case" => setup.fold = false,
                "-x" => setup.extent = Extent::Line,
                "-w" if setup.extent != Extent::Line => setup.extent = Extent::Words,
                "-c" => show = Show::Count,
                "-q" => show = Show::Nothing,
                "-l" if show != Show::Nothing => show = Show::Names,
                "-L" if show != Show::Nothing => show = Show::NamesWithout,
                "-v" => invert = true,
                "-o" => only = true,
                "-n" => number = true,
                "-a" => text = true,
                "-s" => silent = true,
                "-H" => name = Some(true),
                "-h" => name = Some(false),
                "--label" => label = value,
                "--color" if value.as_slice() == b"always" => {
                    refuse(cx, "--color=always");
                    return Err(2);
                }
                "-m" => match value.strip_prefix(b"-").map_or_else(|| whole(&value), |_| None) {
                    Some(n) => most = n,
                    None if value.starts_with(b"-") && whole(value.get(1..).unwrap_or(&[])).is_some() => {}
                    None => {
                        complain(cx, "invalid max count");
                        return Err(2);
                    }
                },
                "-A" | "-B" | "-C" => {
                    let Some(n) = whole(&value) else {
                        let text = String::from_utf8_lossy(&value).into_owned();
                        complain(cx, &format!("{text}: invalid context length argument"));
                        return Err(2);
                    };
                    let n = Some(usize::try_from(n).unwrap_or(usize::MAX));
                    match key {
                        "-A" => after = n,
                        "-B" => before = n,
                        _ => both = n,
                    }
                }
                _ => {}
            }
        }
        let mut operands = parsed.operands;
        if !setup.given {
            if operands.is_empty() {
                cx.stderr.push(SPEC.after.as_bytes());
                return Err(2);
            }
            let first = operands.remove(0);
            setup.add(&first);
        }
        let regex = setup.compile(cx)?;
        let grep = Self {
            regex,
            show,
            invert,
            only,
            number,
            with_name: name.unwrap_or(operands.len() > 1),
            text,
            silent,
            most,
            before: before.or(both).unwrap_or(0),
            after: after.or(both).unwrap_or(0),
            label,
            name: Vec::new(),
            line: 0,
            selected: 0,
            kept: VecDeque::new(),
            following: 0,
            shown: 0,
            any_shown: false,
            binary: false,
            found: false,
            failed: false,
        };
        if grep.most == 0 && show == Show::Lines {
            return Err(1);
        }
        Ok((grep, operands))
    }

    fn open(&mut self, _: &mut Cx<'_>, name: &[u8]) -> Flow {
        self.name = if name == b"-" { self.label.clone() } else { name.to_vec() };
        (self.line, self.selected, self.following, self.shown, self.binary) = (0, 0, 0, 0, false);
        self.kept.clear();
        if self.most == 0 { Flow::Skip } else { Flow::Next }
    }

    fn failed(&mut self, cx: &mut Cx<'_>, name: &[u8], error: Errno) -> Flow {
        self.failed = true;
        if !self.silent {
            complain(cx, &format!("{}: {}", String::from_utf8_lossy(name), error.text()));
        }
        Flow::Next
    }

    fn line(&mut self, cx: &mut Cx<'_>, line: &[u8], _: bool) -> Flow {
        self.line += 1;
        self.binary |= line.contains(&0);
        if self.selected < self.most && self.regex.is_match(line) != self.invert {
            return self.select(cx, line);
        }
        if self.following > 0 {
            self.following -= 1;
            if self.show == Show::Lines && !self.only {
                self.prefix(cx, self.line, "-");
                cx.stdout.push(line);
                cx.stdout.push(b"\n");
                self.shown = self.line;
            }
            if self.following == 0 && self.selected >= self.most {
                return Flow::Skip;
            }
        } else if self.before > 0 {
            if self.kept.len() >= self.before {
                self.kept.pop_front();
            }
            self.kept.push_back((self.line, line.to_vec()));
        }
        Flow::Next
    }

    fn close(&mut self, cx: &mut Cx<'_>) -> Flow {
        match self.show {
            Show::Count => {
                if self.with_name {
                    cx.stdout.push(&self.name);
                    cx.stdout.push(b":");
                }
                writeln!(cx.stdout, "{}", self.selected);
            }
            Show::Names | Show::NamesWithout if (self.selected > 0) == (self.show == Show::Names) => {
                cx.stdout.push(&self.name);
                cx.stdout.push(b"\n");
            }
            _ => {}
        }
        Flow::Next
    }

    fn unused(&self) -> Option<usize> {
        (self.selected >= self.most).then_some(0)
    }

    fn finish(&mut self, _: &mut Cx<'_>) -> u8 {
        if self.failed { 2 } else { u8::from(!self.found) }
    }
}
