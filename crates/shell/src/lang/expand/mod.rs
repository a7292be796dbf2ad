//! Expansion of words, in bash's order: braces, tilde, parameters, commands and arithmetic, splitting,
//! paths, quote removal.
//!
//! A command substitution has to run before its word is known, and a running command waits. So an
//! expansion is tried from the start with the outputs that are known; where one is missing it stops with
//! [`Stop::Run`], the variables go back to what they were, and it is tried again when the output is there.

pub(crate) mod arith;
mod brace;
mod glob;
mod param;
pub(crate) mod pattern;
mod split;

use std::rc::Rc;

use super::ast::{List, Part, Word};
use super::parse::name_len;
use super::state::{ArithVars, State};
use super::vars::Vars;
use crate::Cx;
use pattern::Pattern;
use split::Field;

/// Why an expansion did not end.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// These commands have to run first.
    Run(Substitution),
    /// An error that ends the whole line: its message.
    Discard(String),
    /// An error that ends the shell.
    Fatal(String),
}

/// A command substitution's commands.
#[derive(Clone, Debug)]
pub(crate) enum Substitution {
    List(Rc<List>),
    Text(Rc<[u8]>, u32),
    /// `<( )`, or `>( )` when it does not read.
    Process {
        list: Rc<List>,
        reads: bool,
    },
}

/// What is known of an expansion that was tried already.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    outputs: Vec<Vec<u8>>,
    used: usize,
    /// Variables and random state before the first try.
    before: Option<(Vars, u32)>,
    /// Status of the last substitution.
    pub status: Option<u8>,
    /// Bytes that the command's words came to, and what they were before this expansion.
    size: usize,
    size_before: usize,
}

impl Log {
    /// A log for the next expansion of the same command.
    pub fn following(&self) -> Self {
        Self { size: self.size, size_before: self.size, ..Self::default() }
    }

    /// Bytes that the command's words came to.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether nothing was tried yet.
    pub fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// The path of a process substitution that was started.
    pub fn push_path(&mut self, path: Vec<u8>) {
        self.outputs.push(path);
    }

    /// The output of the substitution that the last try stopped at.
    pub fn push(&mut self, mut output: Vec<u8>, status: u8) {
        while output.last() == Some(&b'\n') {
            output.pop();
        }
        output.retain(|b| *b != 0);
        self.outputs.push(output);
        self.status = Some(status);
    }
}

/// How bytes of an expanded word came to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flag {
    /// Written in the script: pattern characters count, blanks do not split.
    Literal,
    /// From an expansion outside of quotes.
    Split,
    /// From quotes.
    Quoted,
}

/// A piece of an expanded word.
#[derive(Clone, Debug)]
pub(super) enum Run {
    Text(Vec<u8>, Flag),
    /// A new field begins: between the words of `"$@"`.
    Break,
    /// Quotes stood here: the field exists though it may be empty.
    Quotes,
}

/// Most bytes that the words of one command come to.
pub(super) const MOST_BYTES: usize = 32 << 20;

pub(crate) type Done<T> = Result<T, Stop>;

/// Expands the words of one command.
pub(crate) struct Expander<'a, 'b> {
    pub state: &'a mut State,
    pub log: &'a mut Log,
    pub cx: &'a mut Cx<'b>,
}

impl Expander<'_, '_> {
    /// Runs `f` as one try: after [`Stop::Run`] variables are as before.
    pub fn attempt<T>(&mut self, f: impl FnOnce(&mut Self) -> Done<T>) -> (Done<T>, Option<State>) {
        self.log.used = 0;
        self.log.size = self.log.size_before;
        let before =
            self.log.before.get_or_insert_with(|| (self.state.vars.clone(), self.state.random)).clone();
        let done = f(self);
        match done {
            Err(Stop::Run(_)) => {
                let at_stop = self.state.clone();
                (self.state.vars, self.state.random) = before;
                (done, Some(at_stop))
            }
            _ => (done, None),
        }
    }

    /// The fields of a command's words.
    pub fn fields(&mut self, words: &[Word]) -> Done<Vec<Vec<u8>>> {
        let mut out = Vec::new();
        for word in words {
            self.word_fields(word, &mut out)?;
        }
        Ok(out)
    }

    /// The fields of one word.
    pub fn word_fields(&mut self, word: &Word, out: &mut Vec<Vec<u8>>) -> Done<()> {
        if let Some(text) = word.as_literal()
            && !text.iter().any(|b| b"{*?[~\\".contains(b))
        {
            out.push(text.to_vec());
            return Ok(());
        }
        let words = if self.state.dash {
            vec![word.clone()]
        } else {
            brace::expand(word).map_err(|_| {
                self.cx.sys.gave_up = true;
                Stop::Discard("brace expansion: too many words".to_owned())
            })?
        };
        for word in &words {
            let runs = self.runs(word)?;
            for field in split::split(&runs, &self.separators()) {
                self.paths(field, out);
            }
        }
        Ok(())
    }

    /// A word that stays one: an assignment's value, `case`'s word, a here-string.
    pub fn single(&mut self, word: &Word) -> Done<Vec<u8>> {
        let runs = self.runs(word)?;
        Ok(flat(&runs).0)
    }

    /// The value of an assignment: like [`Self::single`], with tildes after colons.
    pub fn assigned(&mut self, word: &Word) -> Done<Vec<u8>> {
        if let Some(Part::Literal(text)) = word.parts.first()
            && text.windows(2).any(|w| w == b":~")
        {
            let mut parts = word.parts.clone();
            if let Some(Part::Literal(text)) = parts.first_mut() {
                let tried: Vec<Vec<u8>> = text.split(|b| *b == b':').map(|t| self.tilde(t)).collect();
                *text = tried.join(&b':');
            }
            return self.single(&Word { parts });
        }
        self.single(word)
    }

    /// A word as a pattern.
    pub fn pattern(&mut self, word: &Word) -> Done<Pattern> {
        let runs = self.runs(word)?;
        let (text, quoted) = flat(&runs);
        Ok(Pattern::new(&text, |at| quoted.get(at) == Some(&true)))
    }

    /// A word as a regular expression, with backslashes before what was quoted.
    pub fn regex(&mut self, word: &Word) -> Done<Vec<u8>> {
        let runs = self.runs(word)?;
        let mut out = Vec::new();
        for run in &runs {
            if let Run::Text(text, flag) = run {
                for &b in text {
                    if *flag == Flag::Quoted && b.is_ascii_punctuation() {
                        out.push(b'\\');
                    }
                    out.push(b);
                }
            }
        }
        Ok(out)
    }

    /// The value of an arithmetic expression.
    pub fn arithmetic(&mut self, word: &Word) -> Done<i64> {
        let text = self.arithmetic_text(word)?;
        self.evaluate(&text)
    }

    /// An arithmetic expression after the expansions in it.
    pub fn arithmetic_text(&mut self, word: &Word) -> Done<Vec<u8>> {
        let mut runs = Vec::new();
        self.parts(&word.parts, true, &mut runs)?;
        Ok(flat(&runs).0)
    }

    /// Evaluates arithmetic.
    pub fn evaluate(&mut self, text: &[u8]) -> Done<i64> {
        let now = self.cx.now();
        let mut vars = ArithVars { state: self.state, now };
        arith::evaluate(text, &mut vars).map_err(|e| match e {
            arith::ArithError::Unbound(_) => Stop::Fatal(e.to_string()),
            _ => Stop::Discard(e.to_string()),
        })
    }

    /// Counts bytes of a word: without a limit a few doublings would fill a browser's memory.
    pub(super) fn weigh(&mut self, bytes: usize) -> Done<()> {
        self.log.size = self.log.size.saturating_add(bytes);
        if self.log.size > MOST_BYTES {
            self.cx.sys.gave_up = true;
            return Err(Stop::Discard(format!("packetwalk: words of more than {} MiB", MOST_BYTES >> 20)));
        }
        Ok(())
    }

    fn runs(&mut self, word: &Word) -> Done<Vec<Run>> {
        let mut runs = Vec::new();
        if let Some(Part::Literal(text)) = word.parts.first() {
            // After `name=` too.
            let from = match name_len(text) {
                0 => 0,
                len if text.get(len) == Some(&b'=') => len + 1,
                _ => text.len(),
            };
            if text.get(from) == Some(&b'~') {
                let expanded = self.tilde(&text[from..]);
                let flag = if expanded == text[from..] { Flag::Literal } else { Flag::Quoted };
                runs.push(Run::Text(text[..from].to_vec(), Flag::Literal));
                runs.push(Run::Text(expanded, flag));
                self.parts(&word.parts[1..], false, &mut runs)?;
                return Ok(runs);
            }
        }
        self.parts(&word.parts, false, &mut runs)?;
        Ok(runs)
    }

    /// `~` and `~/…` with the home directory.
    fn tilde(&self, text: &[u8]) -> Vec<u8> {
        match text {
            [b'~'] | [b'~', b'/', ..] => {
                let home = self.state.vars.get(b"HOME").and_then(|v| v.scalar()).unwrap_or(b"/root");
                [home, &text[1..]].concat()
            }
            [b'~', b'r', b'o', b'o', b't', rest @ ..] if matches!(rest, [] | [b'/', ..]) => {
                [b"/root", rest].concat()
            }
            _ => text.to_vec(),
        }
    }

    /// Expands parts; `quoted`: they stand in double quotes.
    fn parts(&mut self, parts: &[Part], quoted: bool, out: &mut Vec<Run>) -> Done<()> {
        self.parts_as(parts, quoted, Flag::Literal, out)
    }

    /// The same; `bare`: what unquoted text counts as.
    fn parts_as(&mut self, parts: &[Part], quoted: bool, bare: Flag, out: &mut Vec<Run>) -> Done<()> {
        let expanded = if quoted { Flag::Quoted } else { Flag::Split };
        for part in parts {
            match part {
                Part::Literal(text) => {
                    self.weigh(text.len())?;
                    out.push(Run::Text(text.clone(), if quoted { Flag::Quoted } else { bare }));
                }
                Part::Quoted(text) => {
                    out.push(Run::Quotes);
                    out.push(Run::Text(text.clone(), Flag::Quoted));
                }
                Part::Double(inner) => {
                    // "$@" without words is no field at all.
                    let vanishes = matches!(inner.as_slice(), [Part::Param(p)] if p.is_all_words());
                    if !vanishes {
                        out.push(Run::Quotes);
                    }
                    self.parts(inner, true, out)?;
                }
                Part::Param(param) => self.param(param, quoted, out)?,
                Part::Command(list) => {
                    let text = self.substitute(Substitution::List(Rc::clone(list)))?;
                    out.push(Run::Text(text, expanded));
                }
                Part::Process(list, reads) => {
                    let what = Substitution::Process { list: Rc::clone(list), reads: *reads };
                    out.push(Run::Text(self.substitute(what)?, Flag::Quoted));
                }
                Part::Backquote(text, line) => {
                    let text = self.substitute(Substitution::Text(Rc::clone(text), *line))?;
                    out.push(Run::Text(text, expanded));
                }
                Part::Arithmetic(word) => {
                    let value = self.arithmetic(word)?;
                    out.push(Run::Text(value.to_string().into_bytes(), expanded));
                }
            }
        }
        Ok(())
    }

    fn substitute(&mut self, what: Substitution) -> Done<Vec<u8>> {
        match self.log.outputs.get(self.log.used) {
            Some(output) => {
                self.log.used += 1;
                let output = output.clone();
                self.weigh(output.len())?;
                Ok(output)
            }
            None => Err(Stop::Run(what)),
        }
    }

    /// The characters of `$IFS`.
    fn separators(&self) -> Vec<u8> {
        self.state
            .vars
            .get(b"IFS")
            .map_or_else(|| b" \t\n".to_vec(), |v| v.scalar().unwrap_or(b" \t\n").to_vec())
    }

    /// A field's paths if it is a pattern that some path matches; else the field itself.
    fn paths(&mut self, field: Field, out: &mut Vec<Vec<u8>>) {
        if self.state.options.noglob || !field.is_pattern() {
            out.push(field.text);
            return;
        }
        let cwd = self.cx.cwd();
        let mut found = glob::glob(&self.cx.sys.vfs, &cwd, &field);
        if found.is_empty() {
            if !self.state.options.nullglob {
                out.push(field.text);
            }
        } else {
            out.append(&mut found);
        }
    }
}

/// The bytes of all runs, and for each whether it was quoted. Words of `"$@"` are joined by blanks.
fn flat(runs: &[Run]) -> (Vec<u8>, Vec<bool>) {
    let (mut text, mut quoted) = (Vec::new(), Vec::new());
    for run in runs {
        match run {
            Run::Text(bytes, flag) => {
                text.extend_from_slice(bytes);
                quoted.resize(text.len(), *flag == Flag::Quoted);
            }
            Run::Break => {
                text.push(b' ');
                quoted.push(true);
            }
            Run::Quotes => {}
        }
    }
    (text, quoted)
}
