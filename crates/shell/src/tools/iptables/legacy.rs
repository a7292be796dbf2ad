//! Commands of the legacy face: a table is fetched, changed and put back whole.

use packetwalk_netfilter::targets::Target;
use packetwalk_netfilter::xtables::{Counters, Face, Policy, Rule, RuleError, Table};
use packetwalk_trace::ChainId;

use super::base::{self, Format};
use super::cli::Parsed;
use super::command::Command;
use super::ext::{Listing, put};
use super::fail::Fail;
use super::nft::{Stop, list, list_rules};
use super::program::World;
use super::rules;

/// A table in work.
///
/// # Source
/// iptables 1.8.9, `libiptc/libiptc.c`; `iptables/iptables.c`: `do_command4`.
pub(super) struct Handle<'a> {
    table: Table,
    world: World<'a>,
    /// Standard output.
    pub(super) out: String,
    /// Standard error.
    pub(super) err: String,
    /// What the kernel will say when the table is put back.
    refused: Option<RuleError>,
    /// Something was changed.
    changed: bool,
    /// Policies whose counters a command set.
    counted: Vec<ChainId>,
}

const NO_CHAIN: Stop = Stop::Errno("No chain/target/match by that name", false);
const BAD_RULE: Stop = Stop::Errno("Bad rule (does a matching rule exist in that chain?)", false);
const EXISTS: Stop = Stop::Errno("Chain already exists", false);

impl<'a> Handle<'a> {
    /// Begins with a copy of the kernel's table.
    pub(super) const fn new(table: Table, world: World<'a>) -> Self {
        Self {
            table,
            world,
            out: String::new(),
            err: String::new(),
            refused: None,
            changed: false,
            counted: Vec::new(),
        }
    }

    /// The table.
    pub(super) const fn table(&self) -> &Table {
        &self.table
    }

    /// The table to put back; `None` when nothing was changed. Policies count from 0 again, except those
    /// whose counters a command set.
    ///
    /// # Errors
    /// What the kernel refuses.
    pub(super) fn commit(&mut self) -> Result<Option<Table>, Stop> {
        match self.refused {
            Some(RuleError::Loop) => return Err(Stop::Errno("Too many levels of symbolic links", false)),
            Some(RuleError::OutOfRange) => return Err(Stop::Errno("Numerical result out of range", false)),
            Some(RuleError::Missing) => return Err(NO_CHAIN),
            Some(_) => return Err(Stop::Errno("Invalid argument", true)),
            None if !self.changed => return Ok(None),
            None => {}
        }
        for (id, _) in self.names(true) {
            let policy = self.table.chain(id).and_then(|c| c.base).map(|b| b.policy);
            if let Some(policy) = policy.filter(|_| !self.counted.contains(&id)) {
                let _ = self.table.set_policy(id, policy, Some(Counters::ZERO));
            }
        }
        self.table.renew();
        Ok(Some(self.table.clone()))
    }

    fn find(&self, name: &str) -> Result<ChainId, Stop> {
        self.table.find(name).ok_or(NO_CHAIN)
    }

    fn len(&self, id: ChainId) -> usize {
        self.table.chain(id).map_or(0, |c| c.rules.len())
    }

    fn is_builtin(&self, id: ChainId) -> bool {
        self.table.chain(id).is_some_and(|c| c.base.is_some())
    }

    /// A change; what the kernel alone finds wrong is told at the end.
    fn note(&mut self, done: Result<(), RuleError>) {
        self.changed = true;
        if let Err(e) = done {
            self.refused.get_or_insert(e);
        }
    }

    /// Does what a command line asks.
    ///
    /// # Errors
    /// What the tool finds out before it asks the kernel.
    pub(super) fn apply(&mut self, p: &Parsed) -> Result<(), Stop> {
        let chain = p.chain.as_deref();
        let name = chain.unwrap_or_default();
        let verbose = p.options.has('v');
        let rules = if p.commands.has_rule() { self.build(p)? } else { Vec::new() };
        match p.commands.first() {
            Some(Command::Append | Command::Insert) => {
                for rule in rules {
                    self.echo(p, &rule);
                    let id = self.find(name)?;
                    let len = self.len(id);
                    let at = if p.commands.has(Command::Append) { len } else { p.number - 1 };
                    if at > len {
                        return Err(Stop::Errno("Index of insertion too big", false));
                    }
                    let done = self.table.insert(id, at, rule);
                    self.note(done);
                }
            }
            Some(Command::Replace) => {
                for rule in rules {
                    self.echo(p, &rule);
                    let id = self.find(name)?;
                    if p.number > self.len(id) {
                        return Err(Stop::Errno("Index of replacement too big", false));
                    }
                    let done = self.table.replace(id, p.number - 1, rule);
                    self.note(done);
                }
            }
            Some(Command::Delete | Command::Check) => {
                let mut wrong = None;
                for rule in rules {
                    self.echo(p, &rule);
                    let Some(id) = self.table.find(name) else {
                        wrong = Some(BAD_RULE);
                        continue;
                    };
                    let Ok(at) = self.table.position(id, &rule) else {
                        // Looking up a target or chain changes what the errno is taken to mean.
                        use Target::{Accept, Drop, None, Return};
                        let plain = matches!(rule.target, None | Accept | Drop | Return);
                        wrong = Some(if plain { BAD_RULE } else { NO_CHAIN });
                        continue;
                    };
                    if p.commands.has(Command::Delete) {
                        let done = self.table.delete(id, at);
                        self.note(done);
                    }
                }
                if let Some(stop) = wrong {
                    return Err(stop);
                }
            }
            Some(Command::DeleteNum) => {
                let id = self.find(name)?;
                let done = self.table.delete(id, p.number - 1);
                done.map_err(|_| Stop::Errno("Index of deletion too big", false))?;
                self.changed = true;
            }
            Some(Command::Flush) => self.flush(chain, verbose)?,
            Some(Command::Zero) => self.zero(chain, verbose)?,
            Some(Command::ZeroNum) => self.zero_rule(name, p.number)?,
            Some(Command::List | Command::ListRules) => {
                self.list(p)?;
                if p.commands.has(Command::Zero) {
                    self.zero(chain, verbose)?;
                }
                if p.commands.has(Command::ZeroNum) {
                    self.zero_rule(name, p.number)?;
                }
            }
            Some(Command::NewChain) => {
                self.table.new_chain(name).map_err(|_| EXISTS)?;
                self.changed = true;
            }
            Some(Command::DeleteChain) => self.delete_chains(chain, verbose)?,
            Some(Command::RenameChain) => {
                if self.table.find(&p.new_name).is_some() {
                    return Err(Stop::Errno("File exists", false));
                }
                let id = self.find(name)?;
                self.table.rename_chain(id, &p.new_name).map_err(|_| NO_CHAIN)?;
                self.changed = true;
            }
            Some(Command::SetPolicy) => {
                let counters = p.counters.map(|(packets, bytes)| Counters { packets, bytes });
                self.policy(name, &p.policy, counters)?;
            }
            None => {}
        }
        Ok(())
    }

    /// The command's rules.
    fn build(&mut self, p: &Parsed) -> Result<Vec<Rule>, Stop> {
        let name = &p.jump.name;
        let (kind, chain) = ((self.table.face(), self.table.family()), self.table.find(name));
        let find = |_: &str| chain;
        if p.jump.target.is_some() && chain.is_some() {
            put!(self.err, "Warning: using chain {name}, not extension\n");
            let mut p = p.clone();
            p.jump.target = None;
            return Ok(rules::build(&p, kind, find).unwrap_or_default());
        }
        rules::build(p, kind, find).ok_or_else(|| {
            Stop::Fail(Fail::param(if p.jump.goto {
                format!("goto '{name}' is not a chain")
            } else {
                format!("Couldn't load target `{name}':No such file or directory\n")
            }))
        })
    }

    fn echo(&mut self, p: &Parsed, rule: &Rule) {
        if !p.options.has('v') {
            return;
        }
        let how = Listing {
            numeric: true,
            family: self.table.family(),
            proto: 0,
            face: Face::Legacy,
            hosts: self.world.hosts,
        };
        let f = Format { verbose: true, exact: true, numbers: false, columns: false, how };
        base::list(&mut self.out, rule, rule.counters, 0, &self.table, &f);
    }

    fn names(&self, builtin: bool) -> Vec<(ChainId, String)> {
        let all = self.table.listed().into_iter().filter(|(_, c)| builtin || c.base.is_none());
        all.map(|(id, c)| (id, c.name.to_string())).collect()
    }

    fn flush(&mut self, chain: Option<&str>, verbose: bool) -> Result<(), Stop> {
        let chains = match chain {
            Some(name) => vec![(self.table.find(name), name.to_owned())],
            None => self.names(true).into_iter().map(|(id, name)| (Some(id), name)).collect(),
        };
        for (id, name) in chains {
            if verbose {
                put!(self.out, "Flushing chain `{name}'\n");
            }
            self.table.flush(id.ok_or(NO_CHAIN)?).map_err(|_| NO_CHAIN)?;
            self.changed = true;
        }
        Ok(())
    }

    fn zero(&mut self, chain: Option<&str>, verbose: bool) -> Result<(), Stop> {
        let chains = match chain {
            Some(name) => vec![(self.table.find(name), name.to_owned())],
            None => self.names(true).into_iter().map(|(id, name)| (Some(id), name)).collect(),
        };
        for (id, name) in chains {
            if verbose {
                put!(self.out, "Zeroing chain `{name}'\n");
            }
            self.table.zero(id.ok_or(NO_CHAIN)?, None).map_err(|_| NO_CHAIN)?;
            self.changed = true;
        }
        Ok(())
    }

    fn zero_rule(&mut self, name: &str, number: usize) -> Result<(), Stop> {
        let id = self.find(name)?;
        let done = self.table.zero(id, Some(number - 1));
        done.map_err(|_| Stop::Errno("Index of counter too big", false))?;
        self.changed = true;
        Ok(())
    }

    fn delete_chains(&mut self, chain: Option<&str>, verbose: bool) -> Result<(), Stop> {
        let chains = match chain {
            Some(name) => vec![(self.table.find(name), name.to_owned())],
            None => self.names(false).into_iter().map(|(id, name)| (Some(id), name)).collect(),
        };
        let mut last = Ok(());
        for (id, name) in chains {
            if verbose {
                put!(self.out, "Deleting chain `{name}'\n");
            }
            match self.delete_chain(id) {
                Ok(()) => self.changed = true,
                Err(stop) => last = Err(stop),
            }
        }
        last
    }

    fn delete_chain(&mut self, id: Option<ChainId>) -> Result<(), Stop> {
        let id = id.ok_or(NO_CHAIN)?;
        if self.is_builtin(id) {
            return Err(Stop::Errno("Invalid argument", true));
        }
        if self.table.references(id) != 0 {
            return Err(Stop::Errno("Too many links", false));
        }
        self.table.delete_chain(id).map_err(|_| Stop::Errno("Directory not empty", false))
    }

    /// Sets a policy, and its counters if given.
    pub(super) fn policy(
        &mut self,
        name: &str,
        policy: &str,
        counters: Option<Counters>,
    ) -> Result<(), Stop> {
        let bad = Stop::Errno("Bad built-in chain name", false);
        let id = self.table.find(name).filter(|id| self.is_builtin(*id)).ok_or(bad)?;
        let policy = match policy {
            "ACCEPT" => Policy::Accept,
            "DROP" => Policy::Drop,
            _ => return Err(Stop::Errno("Bad policy name", true)),
        };
        self.table.set_policy(id, policy, counters).map_err(|_| NO_CHAIN)?;
        if counters.is_some() {
            self.counted.push(id);
        }
        self.changed = true;
        Ok(())
    }

    /// `iptables-restore` begins a table: no rules, no chains of the user's.
    pub(super) fn restart(&mut self, verbose: bool) -> Result<(), Stop> {
        self.flush(None, verbose)?;
        self.delete_chains(None, verbose)
    }

    /// A chain of `iptables-restore` that is not built in: emptied if it may be there, or made.
    ///
    /// # Errors
    /// The C library's text.
    pub(super) fn restore_chain(&mut self, name: &str, noflush: bool) -> Result<(), &'static str> {
        self.changed = true;
        match self.table.find(name) {
            Some(id) if noflush => self.table.flush(id).map_err(|_| "No such file or directory"),
            Some(_) => Err("File exists"),
            None => self.table.new_chain(name).map(|_| ()).map_err(|_| "File exists"),
        }
    }

    fn list(&mut self, p: &Parsed) -> Result<(), Stop> {
        let chains = match p.chain.as_deref() {
            Some(name) => vec![self.find(name)?],
            None => self.names(true).into_iter().map(|(id, _)| id).collect(),
        };
        let verbose = p.options.has('v');
        if p.commands.has(Command::ListRules) {
            let err = list_rules(&mut self.out, &self.table, &chains, p.number, verbose);
            self.err.push_str(&err);
            return Ok(());
        }
        let numeric = p.options.has('n');
        let how = Listing {
            numeric,
            family: self.table.family(),
            proto: 0,
            face: Face::Legacy,
            hosts: self.world.hosts,
        };
        let (exact, numbers) = (p.options.has('x'), p.options.has('0'));
        let f = Format { verbose, exact, numbers, columns: true, how };
        let err = list(&mut self.out, &self.table, &chains, p.number, &f);
        self.err.push_str(&err);
        Ok(())
    }
}
