//! `iptables-restore`: the command line and the reading of its input.

use packetwalk_netfilter::xtables::{Counters, Ruleset};
use packetwalk_trace::Table as TableId;

use super::cli::{self, Context, Parsed, Read};
use super::command;
use super::ext::put;
use super::fail::Fail;
use super::getopt::{Arg, Getopt, Item, Long, among};
use super::nft::{Batch, Stop, table_id};
use super::program::{Program, World};
use super::{invalid_option, raw, rules};

/// The command line of `iptables-restore`.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    /// `-c`.
    pub(super) counters: bool,
    /// `-v`, so many times.
    pub(super) verbose: usize,
    /// `-t`: nothing is changed.
    pub(super) test: bool,
    /// `-n`.
    pub(super) noflush: bool,
    /// `-T`.
    pub(super) table: Option<String>,
    /// A file instead of standard input.
    pub(super) file: Option<String>,
}

const LONG: [Long<char>; 12] = [
    Long { name: "counters", arg: Arg::No, val: 'c' },
    Long { name: "verbose", arg: Arg::No, val: 'v' },
    Long { name: "version", arg: Arg::No, val: 'V' },
    Long { name: "test", arg: Arg::No, val: 't' },
    Long { name: "help", arg: Arg::No, val: 'h' },
    Long { name: "noflush", arg: Arg::No, val: 'n' },
    Long { name: "modprobe", arg: Arg::Required, val: 'M' },
    Long { name: "table", arg: Arg::Required, val: 'T' },
    Long { name: "ipv4", arg: Arg::No, val: '4' },
    Long { name: "ipv6", arg: Arg::No, val: '6' },
    Long { name: "wait", arg: Arg::Optional, val: 'w' },
    Long { name: "wait-interval", arg: Arg::Optional, val: 'W' },
];

/// Reads the command line.
///
/// # Errors
/// The real parser's.
pub(super) fn parse(args: &[&str], program: &Program, out: &mut String) -> Result<Options, Fail> {
    let mut opt = Getopt::new();
    let mut options = Options::default();
    let short = |c: char| match c {
        'b' | 'c' | 'v' | 'V' | 't' | 'h' | 'n' | 'w' | 'W' => Some((Arg::No, c)),
        'M' | 'T' => Some((Arg::Required, c)),
        _ => None,
    };
    let hint = format!("Try `{} -h' for more information.\n", program.name);
    let mut words = Vec::new();
    loop {
        let at = opt.at;
        let Some(item) = opt.next(args, short, |name| among(&LONG, name)) else { break };
        match item {
            Item::Option('c', _) => options.counters = true,
            Item::Option('v', _) => options.verbose += 1,
            Item::Option('t', _) => options.test = true,
            Item::Option('n', _) => options.noflush = true,
            Item::Option('T', table) => options.table = table.map(str::to_owned),
            Item::Option('V', _) => {
                put!(out, "{} v{}\n", program.name, program.version());
                return Err(Fail::Done);
            }
            Item::Option('h', _) => return Err(Fail::not_simulated(program, "option '-h'")),
            Item::Option('4' | '6', _) => return Err(Fail::Plain { status: 1, text: hint }),
            Item::Option('w' | 'W', None) => {
                opt.word(args);
            }
            Item::Option(..) => {}
            Item::Word(word) => words.push(word),
            Item::Missing | Item::Unknown => {
                return Err(invalid_option(args, at, item == Item::Missing, &hint));
            }
        }
    }
    words.extend(args.get(opt.at..).unwrap_or_default());
    if words.len() > 1 {
        let text = "Unknown arguments found on commandline\n".to_owned();
        return Err(Fail::Plain { status: 1, text });
    }
    options.file = words.pop().map(str::to_owned);
    Ok(options)
}

/// Something that a line asks for, done at COMMIT.
enum Todo {
    /// `*TABLE`: begin anew.
    Restart(TableId),
    /// `:CHAIN POLICY [..]` of a built-in chain.
    Policy(TableId, String, String, Counters),
    /// `:CHAIN -` of a user's.
    Chain(TableId, String),
    /// A rule's line.
    Command(Box<Parsed>),
}

/// How reading the input failed: at a line, if that is told.
pub(super) struct Failure {
    /// Why.
    pub(super) fail: Fail,
    /// The line that was read.
    pub(super) line: u32,
}

/// The longest line that is read at once; the rest counts as a line of its own.
const LINE: usize = 10239;

/// Lines of the input with their newlines, as `fgets` reads them.
pub(super) fn lines(input: &str) -> impl Iterator<Item = &str> {
    input.split_inclusive('\n').flat_map(|line| {
        let mut rest = line;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let mut end = rest.len().min(LINE);
            while !rest.is_char_boundary(end) {
                end -= 1;
            }
            let (one, more) = rest.split_at(end);
            rest = more;
            Some(one)
        })
    })
}

/// Reads the input and commits each table.
///
/// # Errors
/// At the first line that fails; tables committed before stay.
///
/// # Source
/// iptables 1.8.9, `iptables/xtables-restore.c`: `xtables_restore_parse_line`.
pub(super) fn run(
    input: &str,
    options: &Options,
    world: World<'_>,
    commit: &mut dyn FnMut(Ruleset),
    start: Ruleset,
    out: &mut String,
    warn: &mut String,
) -> Result<(), Failure> {
    let mut r = Reader {
        options,
        world,
        table: None,
        in_table: false,
        todo: Vec::new(),
        context: Context { restore: true, ..Context::default() },
        rules: start,
    };
    let mut line = 0;
    for text in lines(input) {
        line += 1;
        let step = r.line(text, line, out, warn).map_err(|fail| Failure { fail, line })?;
        match step {
            Next::Line => {}
            Next::Commit => {
                let done = r.commit(out).map_err(|fail| Failure { fail, line })?;
                commit(done.clone());
                r.rules = done;
            }
        }
    }
    if r.in_table {
        let text = format!("{}: COMMIT expected at line {}\n", world.program.name, line + 1);
        return Err(Failure { fail: Fail::Plain { status: 1, text }, line });
    }
    Ok(())
}

enum Next {
    Line,
    Commit,
}

struct Reader<'a> {
    options: &'a Options,
    world: World<'a>,
    table: Option<TableId>,
    in_table: bool,
    todo: Vec<(u32, Todo)>,
    context: Context,
    rules: Ruleset,
}

/// Words as `strtok(" \t\n")` finds them.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', '\n']).filter(|w| !w.is_empty())
}

impl Reader<'_> {
    fn wrong(&self, line: u32, what: &str) -> Fail {
        Fail::param(format!("{}: line {line} {what}", self.world.program.name))
    }

    /// `-T` names another table than this one.
    fn skips(&self, table: TableId) -> bool {
        self.options.table.as_deref().is_some_and(|t| t != table.name())
    }

    fn line(&mut self, text: &str, line: u32, out: &mut String, warn: &mut String) -> Result<Next, Fail> {
        if text.starts_with('\n') {
            return Ok(Next::Line);
        }
        if text.starts_with('#') {
            if self.options.verbose > 0 {
                out.push_str(text);
            }
            return Ok(Next::Line);
        }
        if self.in_table && matches!(text, "COMMIT" | "COMMIT\n") {
            self.in_table = false;
            if self.options.test {
                self.todo.clear();
                return Ok(Next::Line);
            }
            return Ok(Next::Commit);
        }
        if let Some(rest) = text.strip_prefix('*').filter(|_| !self.in_table) {
            let name = tokens(rest).next().ok_or_else(|| self.wrong(line, "table name invalid"))?;
            let id =
                table_id(name).ok_or_else(|| self.wrong(line, &format!("table name '{name}' invalid")))?;
            self.table = Some(id);
            if self.skips(id) {
                return Ok(Next::Line);
            }
            if !self.options.noflush {
                self.todo.push((line, Todo::Restart(id)));
            }
            self.in_table = true;
            return Ok(Next::Line);
        }
        let Some(table) = self.table.filter(|_| self.in_table) else {
            if self.table.is_some_and(|t| self.skips(t)) {
                return Ok(Next::Line);
            }
            let text = format!("{}: line {line} failed\n", self.world.program.name);
            return Err(Fail::Plain { status: 1, text });
        };
        if let Some(rest) = text.strip_prefix(':') {
            self.chain(rest, table, line)?;
        } else {
            self.rule(text, table, line, out, warn)?;
        }
        Ok(Next::Line)
    }

    fn chain(&mut self, text: &str, table: TableId, line: u32) -> Result<(), Fail> {
        let mut words = tokens(text);
        let name = words.next().ok_or_else(|| self.wrong(line, "chain name invalid"))?;
        self.context.chains.insert(name.to_owned(), ());
        command::valid_chain(name, false)?;
        let policy = words.next().ok_or_else(|| self.wrong(line, "policy invalid"))?;
        let builtin = packetwalk_netfilter::xtables::ruleset::table_hooks(table);
        if !builtin.iter().any(|h| h.name() == name) {
            self.todo.push((line, Todo::Chain(table, name.to_owned())));
            return Ok(());
        }
        let mut counters = Counters::ZERO;
        if self.options.counters {
            counters = words
                .next()
                .and_then(bracketed)
                .ok_or_else(|| Fail::param(format!("invalid policy counters for chain '{name}'")))?;
        }
        self.todo.push((line, Todo::Policy(table, name.to_owned(), policy.to_owned(), counters)));
        Ok(())
    }

    fn rule(
        &mut self,
        text: &str,
        table: TableId,
        line: u32,
        out: &mut String,
        warn: &mut String,
    ) -> Result<(), Fail> {
        let program = self.world.program;
        let args = arguments(text, table.name(), line, self.options, program)?;
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        match cli::parse(&args, self.world, &self.context, warn)? {
            Read::Command(p) => {
                rules::check_native(&p, program)?;
                self.todo.push((line, Todo::Command(p)));
                Ok(())
            }
            Read::Ignored => Ok(()),
            Read::Print(text) => {
                out.push_str(&text);
                Err(Fail::Done)
            }
        }
    }

    /// Does everything since the last COMMIT on a copy, and gives the copy back.
    fn commit(&mut self, out: &mut String) -> Result<Ruleset, Fail> {
        let mut rules = self.rules.clone();
        let mut batch = Batch {
            rules: &mut rules,
            world: self.world,
            out,
            err: String::new(),
            refused: Vec::new(),
            line: None,
        };
        let verbose = self.options.verbose > 0;
        for (line, todo) in self.todo.drain(..) {
            batch.line = Some(line);
            let done = match todo {
                Todo::Restart(table) => batch.restart(table, verbose),
                Todo::Policy(table, name, policy, counters) => batch.policy(table, &name, &policy, counters),
                Todo::Chain(table, name) => batch.restore_chain(table, &name),
                Todo::Command(p) => batch.apply(&p),
            };
            match done {
                Ok(()) => {}
                Err(Stop::Fail(fail)) => return Err(fail),
                Err(Stop::Errno(text, _)) => {
                    let text = format!("{}: line {line} failed: {text}.\n", self.world.program.name);
                    return Err(Fail::Plain { status: 1, text });
                }
            }
        }
        batch.verdict()?;
        Ok(rules)
    }
}

/// A rule's line as a command line.
///
/// # Errors
/// The real parser's.
pub(super) fn arguments(
    text: &str,
    table: &str,
    line: u32,
    options: &Options,
    program: &Program,
) -> Result<Vec<String>, Fail> {
    let mut args = vec![program.name.to_string(), "-t".to_owned(), table.to_owned()];
    if !options.noflush {
        args.extend(std::iter::repeat_n("-v".to_owned(), options.verbose));
    }
    let mut rest = text;
    if let Some(inner) = text.strip_prefix('[') {
        let need = |c: char| Fail::param(format!("Bad line {line}: need {c}"));
        let (_, after) = text.split_once(']').ok_or_else(|| need(']'))?;
        let inner = inner.trim_start_matches(':');
        if inner.is_empty() {
            return Err(need(':'));
        }
        let (packets, more) = inner.split_once(':').ok_or_else(|| need(']'))?;
        let bytes = more.trim_start_matches(']').split(']').next().unwrap_or_default();
        if bytes.is_empty() {
            return Err(need(']'));
        }
        if options.counters {
            args.extend(["--set-counters".to_owned(), packets.to_owned(), bytes.to_owned()]);
        }
        rest = after;
    }
    words(rest, &mut args)?;
    Ok(args)
}

/// `[PACKETS:BYTES]`; what follows is not looked at.
pub(super) fn bracketed(text: &str) -> Option<Counters> {
    let number = |t: &str| {
        let digits = t.bytes().take_while(u8::is_ascii_digit).count();
        t.get(..digits).and_then(|n| n.parse().ok())
    };
    let (packets, bytes) = text.strip_prefix('[')?.split_once(':')?;
    Some(Counters { packets: number(packets)?, bytes: number(bytes)? })
}

/// Splits a line into words, with double quotes and, inside of them, backslashes.
///
/// # Errors
/// Too many words, or one too long.
///
/// # Source
/// iptables 1.8.9, `iptables/xshared.c`: `add_param_to_argv`.
fn words(text: &str, args: &mut Vec<String>) -> Result<(), Fail> {
    const MOST_WORDS: usize = 255;
    const LONGEST: usize = 1024;
    let mut word = String::new();
    let (mut quoted, mut escaped) = (false, false);
    let push = |args: &mut Vec<String>, word: &mut String| {
        if args.len() + 1 >= MOST_WORDS {
            return Err(Fail::param("Parser cannot handle more arguments"));
        }
        args.push(std::mem::take(word));
        Ok(())
    };
    for c in text.chars() {
        let plain = if quoted && escaped {
            escaped = false;
            true
        } else if quoted {
            match c {
                '\\' => {
                    escaped = true;
                    continue;
                }
                '"' => {
                    quoted = false;
                    push(args, &mut word)?;
                    continue;
                }
                _ => true,
            }
        } else {
            match c {
                '"' => {
                    quoted = true;
                    continue;
                }
                ' ' | '\t' | '\n' => {
                    if !word.is_empty() {
                        push(args, &mut word)?;
                    }
                    continue;
                }
                _ => true,
            }
        };
        if plain {
            word.push(c);
            if word.len() >= LONGEST && raw::len(&word) >= LONGEST {
                return Err(Fail::param("Parameter too long!"));
            }
        }
    }
    if !word.is_empty() {
        push(args, &mut word)?;
    }
    Ok(())
}
