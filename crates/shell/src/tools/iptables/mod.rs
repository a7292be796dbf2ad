//! `iptables`, `ip6tables`, and their `-save` and `-restore`, over one namespace's netfilter.
//!
//! Output, errors and exit statuses are those of iptables 1.8.9 as Debian 12 has it.

pub(in crate::tools) mod addr;
mod base;
mod cli;
mod command;
mod ext;
mod fail;
mod getopt;
mod known;
mod legacy;
mod monitor;
pub(in crate::tools) mod names;
mod nft;
pub(in crate::tools) mod number;
mod option;
mod program;
pub(in crate::tools) mod raw;
mod restore;
mod restore_legacy;
mod rules;
mod save;
#[cfg(test)]
mod tests;
pub(in crate::tools) mod tool;

use packetwalk_netfilter::Netfilter;
use packetwalk_netfilter::xtables::{Chain, Face, Rule, Ruleset, Table};
use packetwalk_trace::Table as TableId;
use packetwalk_wire::Family;

use cli::{Context, Parsed, Read};
use command::Command;
use fail::{Fail, Kind};
pub(crate) use known::Known;
use legacy::Handle;
pub(crate) use monitor::new as monitor;
use nft::{Batch, Stop};
pub use program::{Hosts, OnlyLocalhost};
use program::{Program, Role, World};
pub(crate) use tool::new;

/// What a run printed, and its exit status.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Output {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Exit status.
    pub status: u8,
}

/// What a program reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// Nothing.
    None,
    /// Standard input.
    Stdin,
    /// A file.
    File(String),
}

/// What the program of this name, so called, reads.
pub fn input(name: &str, args: &[String]) -> Input {
    let Some(program) = Program::named(name).filter(|p| p.role == Role::Restore) else { return Input::None };
    match restore::parse(&argv(name, &args), &program, &mut String::new()) {
        Ok(options) => options.file.map_or(Input::Stdin, Input::File),
        Err(_) => Input::None,
    }
}

/// Runs a program of the family: `name` as it was called, without directories; `args` without the name;
/// `input` what [`input`] asks for, or why it cannot be had (`strerror`). `None` when there is no program
/// of that name.
pub fn run(
    name: &str,
    args: impl Words,
    input: Result<&[u8], &str>,
    nf: &mut Netfilter,
    hosts: &dyn Hosts,
) -> Option<Output> {
    let program = Program::named(name)?;
    let sets = nf.shared.sets.names();
    let world = World { program: &program, hosts, sets: &sets };
    let argv = argv(name, &args);
    let mut output = Output::default();
    let (mut out, mut err) = (String::new(), String::new());
    let mut line = None;
    let done = match program.role {
        Role::Command => one_command(&argv, world, nf, &mut out, &mut err),
        Role::Save => save(&argv, world, nf, &mut out, &mut err),
        Role::Restore => restore(&argv, input, world, nf, &mut out, &mut err).map_err(|f| {
            line = f.1;
            f.0
        }),
    };
    if let Err(fail) = done {
        let (status, text) = fail.report(&program, line);
        output.status = status;
        err.push_str(&text);
    }
    (output.stdout, output.stderr) = (out, err);
    Some(output)
}

/// The same for a command whose output nobody reads: whether it went well. `None` as there.
pub(in crate::tools) fn succeeds(
    name: &str,
    words: &packetwalk_docker::Words,
    nf: &mut Netfilter,
    known: &mut Known,
) -> Option<bool> {
    let program = Program::named(name)?;
    if program.role != Role::Command {
        return run(name, words.clone(), Ok(&[]), nf, &OnlyLocalhost).map(|output| output.status == 0);
    }
    let sets = nf.shared.sets.names();
    let world = World { program: &program, hosts: &OnlyLocalhost, sets: &sets };
    let (mut out, mut err) = (String::new(), String::new());
    let done = known.parse(words, world, &mut err, |p, err| command(p, world, nf, &mut out, err));
    Some(matches!(done, Ok(()) | Err(Fail::Done)))
}

/// The conditions of a rule as `iptables -S` prints each, in the order in which
/// [`packetwalk_trace::RuleEnd::NoMatch`] counts them.
pub fn conditions(rule: &Rule, family: Family) -> Vec<String> {
    base::conditions(rule, family)
}

/// A rule's line of `iptables -S`: `-A CHAIN ...`.
pub fn rule_text(rule: &Rule, chain: &str, table: &Table) -> String {
    format!("-A {chain}{}", base::save(rule, table, None))
}

/// Arguments of a program.
pub trait Words {
    /// Them, in order.
    fn words(&self) -> impl Iterator<Item = &str>;
}

impl Words for Vec<String> {
    fn words(&self) -> impl Iterator<Item = &str> {
        self.iter().map(String::as_str)
    }
}

impl Words for &[String] {
    fn words(&self) -> impl Iterator<Item = &str> {
        self.iter().map(String::as_str)
    }
}

impl Words for packetwalk_docker::Words {
    fn words(&self) -> impl Iterator<Item = &str> {
        self.iter()
    }
}

fn argv<'a>(name: &'a str, args: &'a impl Words) -> Vec<&'a str> {
    let mut argv = Vec::with_capacity(MANY);
    argv.push(name);
    argv.extend(args.words());
    argv
}

/// As many words as most command lines have.
const MANY: usize = 24;

/// glibc's message for an option that `getopt_long` does not know, and the program's own hint.
fn invalid_option(argv: &[&str], at: usize, missing: bool, hint: &str) -> Fail {
    let name = argv.first().copied().unwrap_or_default();
    let word = argv.get(at).copied().unwrap_or_default();
    let text = match (word.strip_prefix("--"), missing) {
        (Some(long), false) => format!("{name}: unrecognized option '--{long}'\n"),
        (Some(long), true) => format!("{name}: option '--{long}' requires an argument\n"),
        (None, false) => {
            let c = word.chars().nth(1).unwrap_or_default();
            format!("{name}: invalid option -- '{c}'\n")
        }
        (None, true) => {
            let c = word.chars().last().unwrap_or_default();
            format!("{name}: option requires an argument -- '{c}'\n")
        }
    };
    Fail::Plain { status: 1, text: text + hint }
}

/// `nft_check_xt_legacy`: tells of tables that the other face holds.
fn warn_legacy(nf: &Netfilter, program: &Program, suffix: &str, err: &mut String) {
    let legacy = nf.rules(Face::Legacy, program.family).created().next().is_some();
    if program.face == Face::Nft && legacy {
        let base = if program.family == Family::V4 { "iptables" } else { "ip6tables" };
        ext::put!(err, "# Warning: {base}-legacy tables present, use {base}-legacy{suffix} to see them\n");
    }
}

fn save(
    argv: &[&str],
    world: World<'_>,
    nf: &mut Netfilter,
    out: &mut String,
    err: &mut String,
) -> Result<(), Fail> {
    let program = world.program;
    let options = save::parse(argv, program, out)?;
    if let Some(id) = options.table.as_deref().and_then(nft::table_id) {
        legacy_table(nf, program, id);
    }
    let mut said = String::new();
    save::run(&options, nf.rules(program.face, program.family), world, out, &mut said)?;
    warn_legacy(nf, program, "-save", err);
    err.push_str(&said);
    Ok(())
}

/// The legacy face brings a table into being by looking at it.
fn legacy_table(nf: &mut Netfilter, program: &Program, id: TableId) {
    if program.face == Face::Legacy && nf.rules(program.face, program.family).get(id).is_none() {
        nf.change(program.face, program.family, |rules| {
            rules.table(id);
        });
    }
}

fn one_command(
    argv: &[&str],
    world: World<'_>,
    nf: &mut Netfilter,
    out: &mut String,
    err: &mut String,
) -> Result<(), Fail> {
    match cli::parse(argv, world, &Context::default(), err)? {
        Read::Command(p) => command(&p, world, nf, out, err),
        Read::Ignored => Ok(()),
        Read::Print(text) => {
            out.push_str(&text);
            Ok(())
        }
    }
}

fn command(
    p: &Parsed,
    world: World<'_>,
    nf: &mut Netfilter,
    out: &mut String,
    err: &mut String,
) -> Result<(), Fail> {
    let program = world.program;
    rules::check_native(p, program)?;
    if program.face == Face::Legacy {
        return legacy_command(p, world, nf, out, err);
    }
    let lists = p.commands.has(Command::List) || p.commands.has(Command::ListRules);
    if lists {
        warn_legacy(nf, program, "", err);
    }
    let mut apply = |rules: &mut Ruleset, out: &mut String| -> Result<(), Fail> {
        let mut batch = Batch { rules, world, out, err: String::new(), refused: Vec::new(), line: None };
        batch.apply(p).map_err(|stop| match stop {
            Stop::Fail(fail) => fail,
            Stop::Errno(text, dmesg) => Fail::Errno(text, dmesg),
        })?;
        err.push_str(&batch.err);
        batch.verdict()
    };
    if p.commands.first() == Some(Command::Check) {
        return apply(&mut nf.rules(program.face, program.family).clone(), out);
    }
    nf.change(program.face, program.family, |rules| {
        if one_step(p, rules) {
            return apply(rules, out);
        }
        let mut copy = rules.clone();
        apply(&mut copy, out)?;
        *rules = copy;
        Ok(())
    })
}

fn legacy_command(
    p: &Parsed,
    world: World<'_>,
    nf: &mut Netfilter,
    out: &mut String,
    err: &mut String,
) -> Result<(), Fail> {
    let program = world.program;
    let Some(id) = nft::table_id(&p.table) else {
        let text = format!(
            "can't initialize {} table `{}': Table does not exist (do you need to insmod?)",
            program.name, p.table
        );
        return Err(Fail::Error(Kind::Version, text));
    };
    legacy_table(nf, program, id);
    let rules = nf.rules(program.face, program.family);
    let table = rules.get(id).cloned().unwrap_or_else(|| Table::new(program.face, program.family, id));
    let mut work = Handle::new(table, world);
    let done = work.apply(p).and_then(|()| work.commit());
    out.push_str(&work.out);
    err.push_str(&work.err);
    match done {
        Ok(Some(table)) => nf.change(program.face, program.family, |rules| rules.replace(table)),
        Ok(None) => {}
        Err(Stop::Fail(fail)) => return Err(fail),
        Err(Stop::Errno(text, dmesg)) => return Err(Fail::Errno(text, dmesg)),
    }
    Ok(())
}

/// The command changes one thing, or nothing: when it fails, nothing has changed, not even a table or
/// chain that would have come into being for it.
fn one_step(p: &Parsed, rules: &Ruleset) -> bool {
    let many = p.sources.len() * p.destinations.len() > 1;
    let several = matches!(p.commands.first(), Some(Command::DeleteChain | Command::Flush | Command::Zero));
    if many || several && p.chain.is_none() {
        return false;
    }
    let table = nft::table_id(&p.table).and_then(|id| rules.get(id));
    let Some(name) = &p.chain else { return true };
    let new = p.commands.has(Command::NewChain);
    table.is_some_and(|t| new || t.find(name).and_then(|id| t.chain(id)).is_some_and(Chain::is_live))
}

fn restore(
    argv: &[&str],
    input: Result<&[u8], &str>,
    world: World<'_>,
    nf: &mut Netfilter,
    out: &mut String,
    err: &mut String,
) -> Result<(), (Fail, Option<u32>)> {
    let program = world.program;
    let options = restore::parse(argv, program, out).map_err(|f| (f, None))?;
    let bytes = input.map_err(|why| {
        let path = options.file.as_deref().unwrap_or("-");
        (Fail::Plain { status: 1, text: format!("Can't open {path}: {why}\n") }, None)
    })?;
    let input = raw::decode(bytes);
    if program.face == Face::Legacy {
        let mut kernel = |change: &mut dyn FnMut(&mut Ruleset)| {
            nf.change(program.face, program.family, |rules| change(rules));
        };
        return restore_legacy::run(&input, &options, world, &mut kernel, out, err)
            .map_err(|f| (f.fail, Some(f.line)));
    }
    let start = nf.rules(program.face, program.family).clone();
    let mut commit = |rules: Ruleset| nf.change(program.face, program.family, |now| *now = rules);
    restore::run(&input, &options, world, &mut commit, start, out, err).map_err(|f| (f.fail, Some(f.line)))
}

/// Options of a match, of either family.
pub(crate) fn match_options(name: &str) -> Vec<&'static str> {
    let of = |family| match ext::new_match(name, family) {
        ext::Found::Ext(m) => ext::of_match(&m).opts().iter().map(|opt| opt.name).collect(),
        _ => Vec::new(),
    };
    [Family::V4, Family::V6].into_iter().map(of).find(|found| !found.is_empty()).unwrap_or_default()
}

/// Options of a target, of either family.
pub(crate) fn target_options(name: &str) -> Vec<&'static str> {
    let of = |family| {
        let target = ext::new_target(name, family)?;
        Some(ext::of_target(&target)?.opts().iter().map(|opt| opt.name).collect())
    };
    [Family::V4, Family::V6].into_iter().find_map(of).unwrap_or_default()
}
