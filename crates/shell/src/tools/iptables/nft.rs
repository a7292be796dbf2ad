//! Commands of the nft face.

use packetwalk_netfilter::xtables::{
    ChainError, Cond, Counters, Face, Net, Policy, Rule, RuleError, Ruleset, TABLES, Table,
};
use packetwalk_trace::{ChainId, Table as TableId};

use super::base::{self, Format};
use super::cli::Parsed;
use super::command::Command;
use super::ext::{Listing, put};
use super::fail::{Fail, Kind};
use super::program::World;
use super::rules;

/// Why a command failed before the kernel was asked (`nft_prepare`): its text, and whether `dmesg` is
/// named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    /// The message, without the program's name.
    Errno(&'static str, bool),
    /// The program ends.
    Fail(Fail),
}

impl From<Fail> for Stop {
    fn from(fail: Fail) -> Self {
        Self::Fail(fail)
    }
}

const NO_CHAIN: Stop = Stop::Errno("No chain/target/match by that name", false);
const BAD_RULE: Stop = Stop::Errno("Bad rule (does a matching rule exist in that chain?)", false);
const TOO_BIG: Stop = Stop::Errno("Argument list too long", false);

/// A batch of commands on a rule set that the caller throws away on failure.
pub(super) struct Batch<'a> {
    /// The rules.
    pub(super) rules: &'a mut Ruleset,
    /// The world.
    pub(super) world: World<'a>,
    /// Standard output.
    pub(super) out: &'a mut String,
    /// For standard error.
    pub(super) err: String,
    /// What the kernel refused: the input's line, the operation and its errno, the object.
    pub(super) refused: Vec<(Option<u32>, String)>,
    /// The line that is worked on, in `iptables-restore`.
    pub(super) line: Option<u32>,
}

/// A table's id by name.
pub(super) fn table_id(name: &str) -> Option<TableId> {
    TABLES.into_iter().find(|t| t.name() == name)
}

/// The kernel's errno for a rule.
const fn errno(e: RuleError) -> &'static str {
    match e {
        RuleError::Loop => "Too many links",
        RuleError::Invalid => "Invalid argument",
        RuleError::OutOfRange => "Numerical result out of range",
        RuleError::NotSupported => "Operation not supported",
        _ => "No such file or directory",
    }
}

/// An expression of no length is refused: `! -s 0/0`.
fn compares(rule: &Rule) -> Result<(), RuleError> {
    let empty = |c: Option<Cond<Net>>| c.is_some_and(|c| c.is.mask == 0);
    if empty(rule.base.src) || empty(rule.base.dst) { Err(RuleError::Invalid) } else { Ok(()) }
}

impl Batch<'_> {
    /// The table for looking: empty when it is not there.
    fn look(&self, id: TableId) -> std::borrow::Cow<'_, Table> {
        match self.rules.get(id) {
            Some(table) => std::borrow::Cow::Borrowed(table),
            None => std::borrow::Cow::Owned(Table::new(Face::Nft, self.rules.family(), id)),
        }
    }

    /// A chain that is in the kernel.
    fn live(&self, id: TableId, name: &str) -> Option<ChainId> {
        let table = self.rules.get(id)?;
        table
            .find(name)
            .filter(|c| table.chain(*c).is_some_and(packetwalk_netfilter::xtables::Chain::is_live))
    }

    fn refuse(&mut self, operation: &str, errno: &str, object: &str) {
        self.refused.push((self.line, format!("{operation} failed ({errno}): {object}")));
    }

    /// What the kernel refused, as the end of the program.
    pub(super) fn verdict(&self) -> Result<(), Fail> {
        let mut text = String::new();
        for (line, what) in &self.refused {
            match line {
                Some(line) => put!(text, "\nline {line}: {what}"),
                None if text.is_empty() => put!(text, " {what}"),
                None => {}
            }
        }
        if text.is_empty() { Ok(()) } else { Err(Fail::Error(Kind::Resource, text)) }
    }

    /// Does what a command line asks.
    ///
    /// # Errors
    /// What the tool finds out before it asks the kernel.
    pub(super) fn apply(&mut self, p: &Parsed) -> Result<(), Stop> {
        let Some(table) = table_id(&p.table) else {
            let text = format!("table '{}' does not exist", p.table);
            return Err(Fail::Error(Kind::Version, text).into());
        };
        let chain = p.chain.as_deref();
        let verbose = p.options.has('v');
        let name = chain.unwrap_or_default();
        match p.commands.first() {
            Some(Command::Append) => self.append(p, table, name)?,
            Some(Command::Insert) => self.insert(p, table, name)?,
            Some(Command::Replace) => self.replace(p, table, name)?,
            Some(Command::Delete | Command::Check) => self.delete(p, table, name)?,
            Some(Command::DeleteNum) => {
                let id = self.live(table, name).ok_or(NO_CHAIN)?;
                let deleted = self.rules.table(table).delete(id, p.number - 1);
                deleted.map_err(|_| Stop::Errno("Index of deletion too big", false))?;
            }
            Some(Command::Flush) => self.flush(table, chain, verbose)?,
            Some(Command::NewChain) => {
                self.rules.table(table).new_chain(name).map_err(|e| match e {
                    ChainError::TooMany => TOO_BIG,
                    _ => Stop::Errno("Chain already exists", false),
                })?;
            }
            Some(Command::DeleteChain) => self.delete_chains(table, chain, verbose)?,
            Some(Command::RenameChain) => self.rename(p, table, name)?,
            Some(Command::SetPolicy) => self.policy(table, name, &p.policy, Counters::ZERO)?,
            Some(Command::List | Command::ListRules) => {
                if p.commands.has(Command::List) {
                    self.list(p, table)?;
                } else {
                    self.list_rules(p, table)?;
                }
                if p.commands.has(Command::Zero) {
                    self.zero(table, chain, verbose)?;
                }
                if p.commands.has(Command::ZeroNum) {
                    self.zero_rule(table, name, p.number)?;
                }
            }
            Some(Command::Zero) => self.zero(table, chain, verbose)?,
            Some(Command::ZeroNum) => self.zero_rule(table, name, p.number)?,
            None => {}
        }
        Ok(())
    }

    /// The command's rules, once its chain is there.
    fn build(&mut self, p: &Parsed, table: TableId) -> Result<Vec<Rule>, Stop> {
        let find = |name: &str| match self.rules.get(table) {
            Some(table) => table.find(name),
            None => Table::find_in_new(table, name),
        };
        rules::build(p, (Face::Nft, self.rules.family()), find)
            .ok_or_else(|| Stop::Fail(Fail::param(format!("Chain '{}' does not exist", p.jump.name))))
    }

    /// The table and, if it is a built-in one, the chain come into being.
    fn begin(&mut self, table: TableId, name: &str) -> Option<ChainId> {
        let table = self.rules.table(table);
        let id = table.find(name)?;
        table.materialize(id);
        Some(id)
    }

    fn echo(&mut self, p: &Parsed, table: TableId, rule: &Rule) {
        if !p.options.has('v') {
            return;
        }
        let how = Listing {
            numeric: true,
            family: self.rules.family(),
            proto: 0,
            face: Face::Nft,
            hosts: self.world.hosts,
        };
        let f = Format { verbose: true, exact: true, numbers: false, columns: false, how };
        let mut text = String::new();
        base::list(&mut text, rule, rule.counters, 0, &self.look(table), &f);
        self.out.push_str(&text);
    }

    fn append(&mut self, p: &Parsed, table: TableId, name: &str) -> Result<(), Stop> {
        for rule in self.build(p, table)? {
            let id = self.begin(table, name).ok_or(NO_CHAIN)?;
            self.echo(p, table, &rule);
            if let Err(e) = compares(&rule).and_then(|()| self.rules.table(table).append(id, rule)) {
                self.refuse("RULE_APPEND", errno(e), &format!("rule in chain {name}"));
            }
        }
        Ok(())
    }

    fn insert(&mut self, p: &Parsed, table: TableId, name: &str) -> Result<(), Stop> {
        for rule in self.build(p, table)? {
            let id = self.begin(table, name).ok_or(NO_CHAIN)?;
            let len = self.rules.table(table).chain(id).map_or(0, |c| c.rules.len());
            let at = p.number - 1;
            if at > len {
                return Err(Stop::Errno("Index of insertion too big", false));
            }
            self.echo(p, table, &rule);
            if let Err(e) = compares(&rule).and_then(|()| self.rules.table(table).insert(id, at, rule)) {
                let operation = if at > 0 && at == len { "RULE_APPEND" } else { "RULE_INSERT" };
                self.refuse(operation, errno(e), &format!("rule in chain {name}"));
            }
        }
        Ok(())
    }

    fn replace(&mut self, p: &Parsed, table: TableId, name: &str) -> Result<(), Stop> {
        for rule in self.build(p, table)? {
            let id = self.live(table, name).ok_or(NO_CHAIN)?;
            let at = p.number - 1;
            if at >= self.look(table).chain(id).map_or(0, |c| c.rules.len()) {
                return Err(Stop::Errno("Index of replacement too big", false));
            }
            self.echo(p, table, &rule);
            if let Err(e) = compares(&rule).and_then(|()| self.rules.table(table).replace(id, at, rule)) {
                self.refuse("RULE_REPLACE", errno(e), &format!("rule in chain {name}"));
            }
        }
        Ok(())
    }

    /// `-D` with a rule, and `-C`.
    fn delete(&mut self, p: &Parsed, table: TableId, name: &str) -> Result<(), Stop> {
        for rule in self.build(p, table)? {
            let id = self.live(table, name).ok_or(BAD_RULE)?;
            let at = self.look(table).position(id, &rule).map_err(|_| BAD_RULE)?;
            self.echo(p, table, &rule);
            if p.commands.has(Command::Delete) {
                self.rules.table(table).delete(id, at).map_err(|_| BAD_RULE)?;
            }
        }
        Ok(())
    }

    fn flush(&mut self, table: TableId, chain: Option<&str>, verbose: bool) -> Result<(), Stop> {
        if let Some(name) = chain {
            let id = self.begin(table, name).ok_or(NO_CHAIN)?;
            if verbose {
                put!(self.out, "Flushing chain `{name}'\n");
            }
            return self.rules.table(table).flush(id).map_err(|_| NO_CHAIN);
        }
        if !verbose && self.rules.get(table).is_none() {
            return Ok(());
        }
        let table = self.rules.table(table);
        let all: Vec<(ChainId, String)> =
            table.listed().into_iter().map(|(id, c)| (id, c.name.to_string())).collect();
        for (id, name) in all {
            if verbose {
                table.materialize(id);
                put!(self.out, "Flushing chain `{name}'\n");
            }
            table.flush(id).map_err(|_| NO_CHAIN)?;
        }
        Ok(())
    }

    /// The table is flushed and its chains deleted, as `iptables-restore` without `-n` begins one.
    pub(super) fn restart(&mut self, table: TableId, verbose: bool) -> Result<(), Stop> {
        if verbose {
            self.flush(table, None, true)?;
            return self.delete_chains(table, None, true);
        }
        self.rules.remove(table);
        Ok(())
    }

    /// A user's chain of `iptables-restore`: made, or emptied.
    pub(super) fn restore_chain(&mut self, table: TableId, name: &str) -> Result<(), Stop> {
        let table = self.rules.table(table);
        match table.find(name) {
            Some(id) => table.flush(id).map_err(|_| NO_CHAIN),
            None => table.new_chain(name).map(|_| ()).map_err(|_| TOO_BIG),
        }
    }

    fn delete_chains(&mut self, table: TableId, chain: Option<&str>, verbose: bool) -> Result<(), Stop> {
        if let Some(name) = chain {
            let id = self.live(table, name).ok_or(NO_CHAIN)?;
            let t = self.rules.table(table);
            let base = t.chain(id).and_then(|c| c.base);
            if verbose && base.is_none() {
                put!(self.out, "Deleting chain `{name}'\n");
            }
            let gone = match base {
                Some(base) if base.policy != Policy::Accept => {
                    return Err(Stop::Errno("Directory not empty", false));
                }
                Some(_) => t.dematerialize(id),
                None => t.delete_chain(id).is_ok(),
            };
            if !gone {
                self.refuse("CHAIN_DEL", "Device or resource busy", &format!("chain {name}"));
            }
            return Ok(());
        }
        let Some(t) = self.rules.get(table) else { return Ok(()) };
        let listed: Vec<ChainId> = t.listed().iter().map(|(id, _)| *id).collect();
        let users: Vec<(ChainId, String)> = if verbose { t.listed() } else { t.user_chains() }
            .into_iter()
            .filter(|(_, c)| c.base.is_none())
            .map(|(id, c)| (id, c.name.to_string()))
            .collect();
        let t = self.rules.table(table);
        for id in listed {
            t.dematerialize(id);
        }
        for (id, name) in users {
            if verbose {
                put!(self.out, "Deleting chain `{name}'\n");
            }
            if self.rules.table(table).delete_chain(id).is_err() {
                self.refuse("CHAIN_DEL", "Device or resource busy", &format!("chain {name}"));
            }
        }
        Ok(())
    }

    fn rename(&mut self, p: &Parsed, table: TableId, name: &str) -> Result<(), Stop> {
        if self.look(table).find(&p.new_name).is_some() {
            return Err(Stop::Errno("File exists", false));
        }
        let id = self.live(table, name).ok_or(NO_CHAIN)?;
        if self.look(table).chain(id).is_some_and(|c| c.base.is_some()) {
            let what = "renaming a built-in chain";
            return Err(Fail::not_simulated(self.world.program, what).into());
        }
        self.rules.table(table).rename_chain(id, &p.new_name).map_err(|_| NO_CHAIN)
    }

    /// Sets a policy and its counters, which count from then on.
    pub(super) fn policy(
        &mut self,
        table: TableId,
        name: &str,
        policy: &str,
        counters: Counters,
    ) -> Result<(), Stop> {
        let policy = match policy {
            "ACCEPT" => Some(Policy::Accept),
            "DROP" => Some(Policy::Drop),
            "-" => None,
            _ => return Err(Stop::Errno("Bad policy name", true)),
        };
        let table = self.rules.table(table);
        let found = table.find(name).and_then(|id| Some((id, table.chain(id)?.base?)));
        let (id, base) = found.ok_or(Stop::Errno("Bad built-in chain name", false))?;
        let policy = policy.unwrap_or(base.policy);
        table.set_policy(id, policy, Some(counters)).map_err(|_| NO_CHAIN)
    }

    fn zero(&mut self, table: TableId, chain: Option<&str>, verbose: bool) -> Result<(), Stop> {
        let chains: Vec<(ChainId, String)> = if let Some(name) = chain {
            vec![(self.live(table, name).ok_or(NO_CHAIN)?, name.to_owned())]
        } else {
            let Some(t) = self.rules.get(table) else { return Ok(()) };
            let live = t.listed().into_iter().filter(|(_, c)| c.is_live());
            live.map(|(id, c)| (id, c.name.to_string())).collect()
        };
        for (id, name) in chains {
            if verbose {
                put!(self.out, "Zeroing chain `{name}'\n");
            }
            self.rules.table(table).zero(id, None).map_err(|_| NO_CHAIN)?;
        }
        Ok(())
    }

    fn zero_rule(&mut self, table: TableId, name: &str, number: usize) -> Result<(), Stop> {
        let id = self.live(table, name).ok_or(BAD_RULE)?;
        // A number beyond the last rule is no error.
        let _ = self.rules.table(table).zero(id, Some(number - 1));
        Ok(())
    }

    fn list(&mut self, p: &Parsed, table: TableId) -> Result<(), Stop> {
        let numeric = p.options.has('n');
        let how = Listing {
            numeric,
            family: self.rules.family(),
            proto: 0,
            face: Face::Nft,
            hosts: self.world.hosts,
        };
        let f = Format {
            verbose: p.options.has('v'),
            exact: p.options.has('x'),
            numbers: p.options.has('0'),
            columns: true,
            how,
        };
        let mut text = String::new();
        let t = self.look(table);
        let err = list(&mut text, &t, &listed(p, &t)?, p.number, &f);
        self.out.push_str(&text);
        self.err.push_str(&err);
        Ok(())
    }

    fn list_rules(&mut self, p: &Parsed, table: TableId) -> Result<(), Stop> {
        let mut text = String::new();
        let t = self.look(table);
        let err = list_rules(&mut text, &t, &listed(p, &t)?, p.number, p.options.has('v'));
        self.out.push_str(&text);
        self.err.push_str(&err);
        Ok(())
    }
}

/// The chain that `-L` or `-S` names; all of them for `None`.
fn listed(p: &Parsed, table: &Table) -> Result<Vec<ChainId>, Stop> {
    let Some(name) = p.chain.as_deref() else {
        return Ok(table.listed().into_iter().map(|(id, _)| id).collect());
    };
    let id = table.find(name).ok_or_else(|| {
        let text =
            format!("chain `{name}' in table `{}' is incompatible, use 'nft' tool.", table.id().name());
        Stop::Fail(Fail::Error(Kind::Other, text))
    })?;
    Ok(vec![id])
}

/// `-L`: chains, or the rule of a number alone. What extensions say meanwhile on standard error.
pub(super) fn list(
    out: &mut String,
    table: &Table,
    chains: &[ChainId],
    number: usize,
    f: &Format<'_>,
) -> String {
    let mut err = String::new();
    for (i, id) in chains.iter().enumerate() {
        let Some(chain) = table.chain(*id) else { continue };
        if number != 0 {
            if let Some(rule) = chain.rules.get(number - 1) {
                base::list(out, rule, chain.counters(number - 1), number, table, f);
                err.extend(base::grumbles(rule));
            }
            continue;
        }
        if i != 0 {
            out.push('\n');
        }
        base::header(out, *id, table, f);
        for (n, rule) in chain.rules.iter().enumerate() {
            base::list(out, rule, chain.counters(n), n + 1, table, f);
            err.extend(base::grumbles(rule));
        }
    }
    err
}

/// `-S`: policies and chains first, then the rules; or the rule of a number alone. What extensions say
/// meanwhile on standard error.
pub(super) fn list_rules(
    out: &mut String,
    table: &Table,
    chains: &[ChainId],
    number: usize,
    counters: bool,
) -> String {
    let mut err = String::new();
    let named: Vec<_> = chains.iter().filter_map(|id| table.chain(*id)).collect();
    if number == 0 {
        for chain in &named {
            if let Some(base) = &chain.base {
                put!(out, "-P {} {}", chain.name, base.policy.name());
                if counters {
                    put!(out, " -c {} {}", base.counters.packets, base.counters.bytes);
                }
                out.push('\n');
            } else {
                put!(out, "-N {}\n", chain.name);
            }
        }
    }
    for chain in named {
        for (n, rule) in chain.rules.iter().enumerate() {
            if number == 0 || number == n + 1 {
                let counters = counters.then(|| chain.counters(n));
                put!(out, "-A {}{}\n", chain.name, base::save(rule, table, counters));
                err.extend(base::grumbles(rule));
            }
        }
    }
    err
}
