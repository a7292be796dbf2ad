//! A run of the program: its command line, or the lines of `restore`.
//!
//! # Source
//! ipset 7.17, `lib/ipset.c`: `ipset_parser`, `ipset_parse_stream`; `lib/session.c`: `ipset_cmd`.

use packetwalk_netfilter::Netfilter;
use packetwalk_netfilter::ipset::{Adt, Body, Op, Set, SetError};
use packetwalk_wire::{Family, Instant};

use super::data::{Data, Fam};
use super::errors::message;
use super::line::{MAX_WORDS, wire_size, words_of};
use super::options::{Command, first_family};
use super::parse::Parser;
use super::print::{self, Mode};
use super::report::{Fail, Grade, Report};
use super::{help, sort, types};
use crate::tools::iptables::Hosts;

/// The program's name and version.
pub(super) const VERSION: &str = "ipset v7.17";
/// Bytes of a message to the kernel.
const MESSAGE: usize = 4096;

/// Names of each command, in the order in which their beginnings are tried.
const COMMANDS: [(Verb, [&str; 3]); 14] = [
    (Verb::Element(Command::Create), ["create", "new", "-N"]),
    (Verb::Element(Command::Add), ["add", "-A", ""]),
    (Verb::Element(Command::Del), ["del", "-D", ""]),
    (Verb::Element(Command::Test), ["test", "-T", ""]),
    (Verb::Destroy, ["destroy", "x", "-X"]),
    (Verb::List, ["list", "-L", ""]),
    (Verb::Save, ["save", "-S", ""]),
    (Verb::Restore, ["restore", "-R", ""]),
    (Verb::Flush, ["flush", "-F", ""]),
    (Verb::Rename, ["rename", "e", "-E"]),
    (Verb::Swap, ["swap", "w", "-W"]),
    (Verb::Help, ["help", "-h", "-H"]),
    (Verb::Version, ["version", "-v", "-V"]),
    (Verb::Quit, ["quit", "", ""]),
];

/// Names of each option of the program, and whether it has an argument.
const OPTIONS: [(char, [&str; 2], bool); 8] = [
    ('o', ["-o", "-output"], true),
    ('s', ["-s", "-sorted"], false),
    ('q', ["-q", "-quiet"], false),
    ('r', ["-r", "-resolve"], false),
    ('!', ["-!", "-exist"], false),
    ('n', ["-n", "-name"], false),
    ('t', ["-t", "-terse"], false),
    ('f', ["-f", "-file"], true),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verb {
    Element(Command),
    Destroy,
    List,
    Save,
    Restore,
    Flush,
    Rename,
    Swap,
    Help,
    Version,
    Quit,
}

/// What a run reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Input {
    None,
    Stdin,
    File(String),
}

/// Commands about elements of one set that go to the kernel together.
struct Batch {
    op: Op,
    set: String,
    size: usize,
    elements: Vec<(u32, Adt)>,
}

/// The run.
pub(super) struct Session<'a> {
    pub(super) nf: &'a mut Netfilter,
    pub(super) hosts: &'a dyn Hosts,
    pub(super) now: Instant,
    /// Where the hash functions of new sets begin.
    pub(super) initval: u32,
    pub(super) out: String,
    pub(super) err: String,
    /// `-file`.
    pub(super) file: Option<String>,
    options: Vec<char>,
    mode: Option<Mode>,
    report: Report,
    line: u32,
    batch: Option<Batch>,
}

fn verb(word: &str) -> Option<(Verb, &'static str)> {
    let begin = word.strip_prefix("--").unwrap_or(word);
    if begin.is_empty() || word == "-" {
        return None;
    }
    let found = COMMANDS.iter().find(|(_, names)| names.iter().any(|n| n.starts_with(begin)));
    found.map(|(verb, names)| (*verb, names[0]))
}

/// Takes an option of the program out of the words, with its argument.
fn take(words: &mut Vec<String>, names: [&str; 2], argument: bool) -> Option<Result<Option<String>, Fail>> {
    let is = |w: &String| names.contains(&w.strip_prefix('-').filter(|w| w.starts_with('-')).unwrap_or(w));
    let at = words.iter().position(is)?;
    words.remove(at);
    if !argument {
        return Some(Ok(None));
    }
    if at >= words.len() {
        let text = format!("Missing mandatory argument to option {}", names[0]);
        return Some(Err(Fail::Parameter(text)));
    }
    Some(Ok(Some(words.remove(at))))
}

/// What a command line reads.
pub(super) fn input(words: &[String]) -> Input {
    let mut words = words.to_vec();
    let mut file = None;
    for (c, names, argument) in OPTIONS {
        while let Some(taken) = take(&mut words, names, argument) {
            if let ('f', Ok(Some(name))) = (c, taken) {
                file = Some(name);
            }
        }
    }
    match words.first().and_then(|w| verb(w)) {
        Some((Verb::Restore, _)) if words.len() == 1 => file.map_or(Input::Stdin, Input::File),
        _ => Input::None,
    }
}

impl<'a> Session<'a> {
    /// A run in a namespace.
    pub(super) const fn new(nf: &'a mut Netfilter, hosts: &'a dyn Hosts, now: Instant, initval: u32) -> Self {
        Self {
            nf,
            hosts,
            now,
            initval,
            out: String::new(),
            err: String::new(),
            file: None,
            options: Vec::new(),
            mode: None,
            report: Report { grade: Grade::None, text: String::new(), line: 0 },
            line: 0,
            batch: None,
        }
    }

    fn has(&self, option: char) -> bool {
        self.options.contains(&option)
    }

    /// Does what a command line asks; the exit status.
    pub(super) fn run(&mut self, words: &[String], input: Result<&[u8], &str>) -> u8 {
        match self.command_line(words, input) {
            Ok(()) => 0,
            Err(fail) => self.end(fail),
        }
    }

    fn end(&mut self, fail: Fail) -> u8 {
        let quiet = self.has('q');
        let mut say = |text: &str| {
            if !quiet {
                self.err += text;
            }
        };
        match fail {
            Fail::Parameter(text) => {
                say(&format!("{VERSION}: {text}\nTry `ipset help' for more information.\n"));
                2
            }
            Fail::Other(text) => {
                say(&format!("{VERSION}: {text}\n"));
                1
            }
            Fail::Exit(status) => status,
            Fail::Report => {
                let text = std::mem::take(&mut self.report.text);
                match self.report.grade {
                    Grade::Error => say(&format!("{VERSION}: {text}")),
                    Grade::Warning => say(&format!("Warning: {text}")),
                    Grade::Notice => say(&text),
                    Grade::None => {}
                }
                u8::from(self.report.grade > Grade::Warning)
            }
        }
    }

    /// Ends the program if something was said.
    fn heed(&self) -> Result<(), Fail> {
        if self.report.grade == Grade::None { Ok(()) } else { Err(Fail::Report) }
    }

    fn command_line(&mut self, words: &[String], input: Result<&[u8], &str>) -> Result<(), Fail> {
        if self.parse(words)? != Some(Verb::Restore) {
            return Ok(());
        }
        let input = input.map_err(|why| {
            let name = self.file.as_deref().unwrap_or_default();
            // The program forgets to tell of it.
            self.report.error(&format!("Cannot open {name} for reading: {why}"));
            Fail::Exit(255)
        })?;
        for line in String::from_utf8_lossy(input).split_inclusive('\n') {
            self.line += 1;
            let text = line.trim_start();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            if matches!(text, "COMMIT\n" | "COMMIT\r\n") {
                self.commit()?;
                continue;
            }
            let words = words_of(text)?;
            self.parse(&words)?;
            self.heed()?;
        }
        self.commit()
    }

    /// Reads a command line and does what it asks, but for `restore`.
    fn parse(&mut self, words: &[String]) -> Result<Option<Verb>, Fail> {
        if words.len() + 1 > MAX_WORDS {
            return Err(Fail::Parameter("Line is too long to parse.".into()));
        }
        self.report.line = self.line;
        let mut words = words.to_vec();
        for (c, names, argument) in OPTIONS {
            while let Some(taken) = take(&mut words, names, argument) {
                self.program_option(c, taken?)?;
            }
        }
        let Some((verb, name)) = words.first().and_then(|w| verb(w)) else {
            return Err(match words.first().map(String::as_str) {
                Some("-") => {
                    self.err += "packetwalk: ipset's interactive mode is not simulated\n";
                    Fail::Exit(127)
                }
                Some(word) => Fail::Parameter(format!("No command specified: unknown argument {word}")),
                None => Fail::Parameter("No command specified.".into()),
            });
        };
        if self.line != 0 && matches!(verb, Verb::Restore | Verb::Version | Verb::Help) {
            return Err(Fail::Parameter(format!("Command `{name}' is invalid in restore mode.")));
        }
        words.remove(0);
        let (needs, most) = match verb {
            Verb::Element(_) | Verb::Rename | Verb::Swap => (2, 2),
            Verb::Restore | Verb::Version | Verb::Quit => (0, 0),
            _ => (0, 1),
        };
        if words.len() < needs {
            let which = if words.is_empty() { "" } else { "second " };
            let missing = if words.is_empty() { "Missing" } else { "Missing " };
            let space = if words.is_empty() { " " } else { "" };
            return Err(Fail::Parameter(format!(
                "{missing}{space}{which}mandatory argument to command {name}"
            )));
        }
        let rest = words.split_off(most.min(words.len()));
        self.act(verb, &words, &rest)?;
        Ok(Some(verb))
    }

    fn program_option(&mut self, option: char, argument: Option<String>) -> Result<(), Fail> {
        let argument = argument.unwrap_or_default();
        match option {
            'f' if self.file.is_some() => {
                let text = "-file option cannot be used when full io is activated";
                return Err(Fail::Parameter(text.into()));
            }
            'f' => self.file = Some(argument),
            'o' => {
                self.mode = Some(match argument.as_str() {
                    "plain" => Mode::Plain,
                    "xml" => Mode::Xml,
                    "save" => Mode::Save,
                    other => return Err(self.report.syntax(&format!("unknown output mode '{other}'"))),
                });
            }
            c => self.options.push(c),
        }
        Ok(())
    }

    fn act(&mut self, verb: Verb, args: &[String], rest: &[String]) -> Result<(), Fail> {
        let first = args.first().map(String::as_str);
        let (a, b) = (first.unwrap_or_default(), args.get(1).map_or("", String::as_str));
        match verb {
            Verb::Version => {
                self.out += &format!("{VERSION}, protocol version: 7\n");
                return Ok(());
            }
            Verb::Help => return self.help(first),
            Verb::Quit => return Err(Fail::Exit(0)),
            Verb::Element(command) => return self.element(command, a, b, rest),
            _ => {}
        }
        for name in args {
            self.parser(&mut Data::new(Fam::Unspec)).setname(name)?;
        }
        if let Some(word) = rest.first() {
            return Err(Fail::Parameter(format!("Unknown argument {word}")));
        }
        if verb == Verb::Restore {
            return Ok(());
        }
        self.commit()?;
        let named = self.nf.named_sets();
        let users = |id| named.iter().filter(|n| **n == id).count() as u32;
        let sets = &mut self.nf.shared.sets;
        let done = match verb {
            Verb::Destroy => sets.destroy(first, users),
            Verb::Flush => sets.flush(first),
            Verb::Rename => sets.rename(a, b, users),
            Verb::Swap => sets.swap(a, b),
            _ => return self.list(first, verb == Verb::Save),
        };
        let what = match verb {
            Verb::Rename => "rename",
            Verb::Swap => "swap",
            _ => "",
        };
        done.map_err(|e| self.report.error(message(e, what)))
    }

    fn help(&mut self, name: Option<&str>) -> Result<(), Fail> {
        self.out += &help::general();
        if self.has('q') {
            return Ok(());
        }
        self.out += &match name {
            None => help::types(),
            Some(name) => match types::find(name) {
                Some(of) => help::of_type(of),
                None => return Err(Fail::Parameter(format!("Unknown settype: `{name}'"))),
            },
        };
        Ok(())
    }

    fn parser<'b>(&'b mut self, data: &'b mut Data) -> Parser<'b> {
        Parser { data, report: &mut self.report, hosts: self.hosts }
    }

    /// `create`, `add`, `del` and `test`.
    fn element(&mut self, command: Command, name: &str, second: &str, rest: &[String]) -> Result<(), Fail> {
        let mut data = Data::new(Fam::Unspec);
        self.parser(&mut data).setname(name)?;
        if command == Command::Create {
            return self.create(name, second, rest, data);
        }
        let found = self.nf.shared.sets.find(name).and_then(|id| self.nf.shared.sets.get(id));
        let Some((kind, family)) = found.map(|s| (s.kind(), s.family())) else {
            return Err(self.report.error(message(SetError::Missing, "")));
        };
        let Some(of) = types::of(kind) else { return Err(Fail::Exit(1)) };
        data.fam = match family {
            Some(Family::V4) => Fam::V4,
            Some(Family::V6) => Fam::V6,
            None => Fam::Unspec,
        };
        let mut parser = self.parser(&mut data);
        parser.elem(second, of, command)?;
        let takes = command.takes(of);
        if let Some(word) = rest.first().filter(|_| takes.args.is_empty()) {
            return Err(Fail::Parameter(format!("Unknown argument: `{word}'")));
        }
        parser.options(rest, of, command, false)?;
        parser.check(of, command)?;
        let op = match command {
            Command::Add => Op::Add,
            Command::Del => Op::Del,
            _ => Op::Test,
        };
        if op != Op::Test && self.line != 0 {
            return self.queue(op, name, data.adt);
        }
        self.commit()?;
        let exist = self.has('!');
        let done = self.nf.shared.sets.change(name, op, &data.adt, exist, self.now);
        let found = done.map_err(|e| self.report.error(message(e, command.name())))?;
        if op == Op::Test {
            return self.tested(found, name, &print::elem(kind, data.family(), &data.adt, None));
        }
        self.heed()
    }

    fn tested(&mut self, found: bool, name: &str, elem: &str) -> Result<(), Fail> {
        if self.has('q') {
            return if found { Ok(()) } else { Err(Fail::Exit(1)) };
        }
        if found {
            self.report.warn(&format!("{elem} is in set {name}."));
        } else {
            self.report.notice(&format!("{elem} is NOT in set {name}."));
        }
        Err(Fail::Report)
    }

    fn create(&mut self, name: &str, kind: &str, rest: &[String], mut data: Data) -> Result<(), Fail> {
        let Some(of) = types::find(kind) else {
            let text = if kind.len() > 31 {
                format!("typename '{kind}' is longer than 31 characters")
            } else {
                format!("typename '{kind}' is unknown")
            };
            return Err(self.report.syntax(&text));
        };
        data.fam = first_family(of);
        let mut parser = self.parser(&mut data);
        parser.options(rest, of, Command::Create, true)?;
        parser.options(rest, of, Command::Create, false)?;
        parser.check(of, Command::Create)?;
        self.commit()?;
        let error = if data.fam == Fam::Unspec && !of.kind.is_neutral() {
            Err(SetError::InvalidFamily)
        } else {
            let spec = data.spec(of.kind, self.initval);
            self.initval = self.initval.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
            let exist = self.has('!');
            self.nf.shared.sets.create(name, &spec, exist, self.now)
        };
        error.map_err(|e| self.report.error(message(e, "create")))?;
        self.heed()
    }

    /// Puts a line's element to those that go to the kernel together.
    fn queue(&mut self, op: Op, set: &str, adt: Adt) -> Result<(), Fail> {
        let size = wire_size(&adt);
        let fits = |b: &Batch| b.op == op && b.set == set;
        if !self.batch.as_ref().is_some_and(|b| fits(b) && b.size + size + 20 <= MESSAGE) {
            self.commit()?;
        }
        let batch = self.batch.get_or_insert_with(|| Batch {
            op,
            set: set.to_owned(),
            size: 20 + 8 + 4 + (set.len() + 4) / 4 * 4 + 8 + 4,
            elements: Vec::new(),
        });
        batch.size += size;
        batch.elements.push((self.line, adt));
        self.heed()
    }

    /// Gives the kernel what is queued.
    fn commit(&mut self) -> Result<(), Fail> {
        let Some(batch) = self.batch.take() else { return Ok(()) };
        let exist = self.has('!');
        for (line, adt) in &batch.elements {
            if let Err(e) = self.nf.shared.sets.change(&batch.set, batch.op, adt, exist, self.now) {
                self.report.line = *line;
                let what = if batch.op == Op::Add { "add" } else { "del" };
                return Err(self.report.error(message(e, what)));
            }
        }
        Ok(())
    }

    /// `list` and `save`.
    fn list(&mut self, name: Option<&str>, save: bool) -> Result<(), Fail> {
        let mode = self.mode.unwrap_or(if save { Mode::Save } else { Mode::Plain });
        self.mode = Some(mode);
        let only = match name {
            None => None,
            Some(name) => match self.nf.shared.sets.find(name) {
                Some(id) => Some(id),
                None => return Err(self.report.error(message(SetError::Missing, ""))),
            },
        };
        let named = self.nf.named_sets();
        self.nf.shared.sets.catch_up(self.now);
        let sets = &self.nf.shared.sets;
        let mut out = String::new();
        if mode == Mode::Xml {
            out += "<ipsets>\n";
        }
        let (names, terse) = (self.has('n') && mode != Mode::Save, self.has('t') && mode != Mode::Save);
        // `save` asks the kernel for everything.
        let whole = save || !terse;
        let mut first = true;
        for id in sets.listed().into_iter().filter(|id| only.is_none_or(|o| o == *id)) {
            let Some(set) = sets.get(id) else { continue };
            if names {
                out += &match mode {
                    Mode::Xml => format!("<ipset name=\"{}\"/>\n", set.name()),
                    _ => format!("{}\n", set.name()),
                };
                continue;
            }
            let Some(of) = types::of(set.kind()) else { continue };
            let rules = named.iter().filter(|n| **n == id).count() as u32;
            let facts = (rules + sets.list_users(id), set.entries(self.now));
            out += &print::head(of, set, mode, facts, terse, first);
            first = false;
            if whole {
                out += &self.members(of, set, mode);
            }
            if mode == Mode::Xml {
                out += if terse { "</ipset>\n" } else { "</members>\n</ipset>\n" };
            }
        }
        if mode == Mode::Xml {
            out += "</ipsets>\n";
        }
        self.out += &out;
        Ok(())
    }

    fn members(&self, of: &types::Type, set: &Set, mode: Mode) -> String {
        let names = self.has('r').then_some(self.hosts);
        let lines: Vec<String> = if let Body::List(list) = set.body() {
            let members = self.nf.shared.sets.list_members(list, self.now);
            let line = |(name, ext, left): (&str, _, _)| {
                let adt = Adt { name: Some(name.into()), ..Adt::default() };
                print::line(of, set, &adt, &ext, left, mode, names)
            };
            members.into_iter().map(line).collect()
        } else {
            let line = |v| print::line(of, set, &print::told(of.kind, &v), v.ext, v.left, mode, names);
            set.members(self.now).into_iter().map(line).collect()
        };
        if !self.has('s') || !set.kind().is_hash() {
            return lines.concat();
        }
        let skip = match mode {
            Mode::Plain => 0,
            Mode::Save => set.name().len() + 5,
            Mode::Xml => "<member><elem>".len(),
        };
        sort::sort(lines, Some(skip).filter(|_| !self.has('r'))).concat()
    }
}
