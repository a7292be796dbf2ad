//! `iptables-legacy-restore`: its lines take effect on the table in work at once.

use packetwalk_netfilter::xtables::{Counters, Ruleset};

use super::cli::{self, Context, Read};
use super::fail::{Fail, Kind};
use super::legacy::Handle;
use super::nft::{Stop, table_id};
use super::program::World;
use super::restore::{Failure, Options, arguments, bracketed, lines, tokens};

/// The kernel, as a restore sees it: something that changes its rules.
type Kernel<'k> = &'k mut dyn FnMut(&mut dyn FnMut(&mut Ruleset));

struct Reader<'a> {
    options: &'a Options,
    world: World<'a>,
    /// The table named last.
    current: String,
    work: Option<Handle<'a>>,
    context: Context,
}

/// Reads the input and commits each table.
///
/// # Errors
/// At the first line that fails; tables committed before stay.
///
/// # Source
/// iptables 1.8.9, `iptables/iptables-restore.c`: `ip46tables_restore_main`.
pub(super) fn run(
    input: &str,
    options: &Options,
    world: World<'_>,
    kernel: Kernel<'_>,
    out: &mut String,
    err: &mut String,
) -> Result<(), Failure> {
    let context = Context { restore: true, ..Context::default() };
    let mut r = Reader { options, world, current: String::new(), work: None, context };
    let mut line = 0;
    for text in lines(input) {
        line += 1;
        let done = r.line(text, line, kernel, out, err);
        if let Some(work) = &mut r.work {
            out.push_str(&std::mem::take(&mut work.out));
            err.push_str(&std::mem::take(&mut work.err));
        }
        done.map_err(|fail| Failure { fail, line })?;
    }
    if r.work.is_some() {
        let text = format!("{}: COMMIT expected at line {}\n", world.program.name, line + 1);
        return Err(Failure { fail: Fail::Plain { status: 1, text }, line });
    }
    Ok(())
}

impl<'a> Reader<'a> {
    fn wrong(&self, line: u32, what: &str) -> Fail {
        Fail::param(format!("{}: line {line} {what}", self.world.program.name))
    }

    fn failed(&self, line: u32) -> Fail {
        let text = format!("{}: line {line} failed\n", self.world.program.name);
        Fail::Plain { status: 1, text }
    }

    /// `-T` names another table than the current one.
    fn skips(&self) -> bool {
        self.options.table.as_deref().is_some_and(|t| t != self.current)
    }

    fn line(
        &mut self,
        text: &str,
        line: u32,
        kernel: Kernel<'_>,
        out: &mut String,
        err: &mut String,
    ) -> Result<(), Fail> {
        if text.starts_with('\n') {
            return Ok(());
        }
        if text.starts_with('#') {
            if self.options.verbose > 0 {
                out.push_str(text);
            }
            return Ok(());
        }
        let Some(mut work) = self.work.take() else {
            return match text.strip_prefix('*') {
                Some(rest) => self.begin(rest, line, kernel, out),
                None if self.skips() => Ok(()),
                None => Err(self.failed(line)),
            };
        };
        if text == "COMMIT\n" {
            if self.options.test {
                return Ok(());
            }
            return match work.commit() {
                Ok(Some(table)) => {
                    kernel(&mut |rules| rules.replace(table.clone()));
                    Ok(())
                }
                Ok(None) => Ok(()),
                Err(_) => Err(self.failed(line)),
            };
        }
        let done = match text.strip_prefix(':') {
            Some(rest) => self.chain(rest, line, &mut work),
            None => self.rule(text, line, &mut work, out, err),
        };
        self.work = Some(work);
        done
    }

    fn begin(&mut self, rest: &str, line: u32, kernel: Kernel<'_>, out: &mut String) -> Result<(), Fail> {
        let name = tokens(rest).next().ok_or_else(|| self.wrong(line, "table name invalid"))?;
        name.clone_into(&mut self.current);
        if self.skips() {
            return Ok(());
        }
        let id = table_id(name).ok_or_else(|| {
            let program = &self.world.program.name;
            Fail::param(format!("{program}: unable to initialize table '{name}'"))
        })?;
        let mut fetched = None;
        kernel(&mut |rules| fetched = Some(rules.table(id).clone()));
        let Some(table) = fetched else { return Err(self.failed(line)) };
        let mut work = Handle::new(table, self.world);
        if !self.options.noflush {
            // A flushed table's chains can all be deleted.
            let _ = work.restart(self.options.verbose > 0);
        }
        out.push_str(&std::mem::take(&mut work.out));
        self.work = Some(work);
        Ok(())
    }

    fn chain(&mut self, text: &str, line: u32, work: &mut Handle<'a>) -> Result<(), Fail> {
        let mut words = tokens(text);
        let name = words.next().ok_or_else(|| self.wrong(line, "chain name invalid"))?;
        if name.len() >= 29 {
            return Err(Fail::param(format!("Invalid chain name `{name}' (28 chars max)")));
        }
        let table = work.table();
        let builtin = table.find(name).and_then(|id| table.chain(id)).is_some_and(|c| c.base.is_some());
        if !builtin {
            let flushing = self.options.noflush && table.find(name).is_some();
            work.restore_chain(name, self.options.noflush).map_err(|why| {
                let what = if flushing { "flushing" } else { "creating" };
                Fail::param(format!("error {what} chain '{name}':{why}"))
            })?;
        }
        let policy = words.next().ok_or_else(|| self.wrong(line, "policy invalid"))?;
        if policy != "-" {
            let mut counters = Counters::ZERO;
            if self.options.counters {
                counters = words
                    .next()
                    .and_then(bracketed)
                    .ok_or_else(|| Fail::param(format!("invalid policy counters for chain '{name}'")))?;
            }
            work.policy(name, policy, Some(counters)).map_err(|stop| match stop {
                Stop::Fail(fail) => fail,
                Stop::Errno(why, _) => {
                    let text = format!("Can't set policy `{policy}' on `{name}' line {line}: {why}");
                    Fail::Error(Kind::Other, text)
                }
            })?;
        }
        self.context.chains.insert(name.to_owned(), ());
        Ok(())
    }

    fn rule(
        &mut self,
        text: &str,
        line: u32,
        work: &mut Handle<'a>,
        out: &mut String,
        err: &mut String,
    ) -> Result<(), Fail> {
        let args = arguments(text, &self.current, line, self.options, self.world.program)?;
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        match cli::parse(&args, self.world, &self.context, err)? {
            Read::Command(p) => match work.apply(&p) {
                Ok(()) => Ok(()),
                Err(Stop::Fail(fail)) => Err(fail),
                Err(Stop::Errno(..)) => Err(self.failed(line)),
            },
            Read::Ignored => Ok(()),
            Read::Print(text) => {
                out.push_str(&text);
                Err(Fail::Done)
            }
        }
    }
}
