//! What is checked once every word was read.

use packetwalk_netfilter::xtables::{Cond, Net};

use super::super::command::{self, Command};
use super::super::ext;
use super::super::fail::Fail;
use super::super::{addr, option, raw};
use super::{Read, Reader};

impl Reader<'_> {
    /// The checks once every word was read.
    pub(super) fn finish(mut self, invert: bool) -> Result<Read, Fail> {
        let out = &mut self.out;
        if out.table == "nat" && (out.policy == "DROP" || out.jump.name == "DROP") {
            return Err(Fail::param(
                "\nThe \"nat\" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n",
            ));
        }
        if !self.wait && self.wait_interval {
            return Err(Fail::param("--wait-interval only makes sense with --wait\n"));
        }
        for l in &mut self.loaded {
            let name = l.ext.name();
            let ext = ext::of_match_mut(&mut l.ext);
            ext.check(l.flags)?;
            option::check(name, l.flags, ext.opts())?;
        }
        let flags = out.jump.flags;
        if let Some(target) = &mut out.jump.target {
            let name = target.name().unwrap_or_default();
            if let Some(ext) = ext::of_target_mut(target) {
                self.warn.push_str(ext.warning(flags));
                ext.check(flags)?;
                option::check(name, flags, ext.opts())?;
            }
        }
        if self.opt.at < self.args.len() {
            return Err(Fail::param("unknown arguments found on commandline"));
        }
        if out.commands.is_empty() {
            return Err(Fail::param("no command specified"));
        }
        if invert {
            return Err(Fail::param("nothing appropriate following !"));
        }
        self.addresses()?;
        let out = &mut self.out;
        if out.commands.has(Command::Replace) && (out.sources.len() != 1 || out.destinations.len() != 1) {
            return Err(Fail::param("Replacement rule does not specify a unique address"));
        }
        out.commands.check(&out.options)?;
        let chain = out.chain.as_deref().unwrap_or_default();
        if raw::len(chain) >= 29 {
            return Err(command::too_long(chain));
        }
        if out.commands.has_rule() || out.commands.has(Command::DeleteNum) {
            for (letter, chains) in [('o', ["PREROUTING", "INPUT"]), ('i', ["POSTROUTING", "OUTPUT"])] {
                if chains.contains(&chain) && out.options.has(letter) {
                    return Err(Fail::param(format!("Can't use -{letter} with {chain}\n")));
                }
            }
        }
        out.matches = self.loaded.into_iter().map(|l| l.ext).collect();
        Ok(Read::Command(Box::new(self.out)))
    }

    fn addresses(&mut self) -> Result<(), Fail> {
        let read = |text: Option<&str>, not: bool, rule: bool| -> Result<Vec<Cond<Net>>, Fail> {
            match text {
                Some(text) => {
                    let nets = addr::parse_multiple(text, self.world)?;
                    Ok(nets.into_iter().map(|is| Cond { not, is }).collect())
                }
                None if rule => Ok(vec![Cond::new(Net { addr: 0, mask: 0 })]),
                None => Ok(Vec::new()),
            }
        };
        let rule = self.out.commands.has_rule();
        let sources = read(self.source, self.source_not, rule)?;
        let destinations = read(self.destination, self.destination_not, rule)?;
        let many = sources.len() > 1 || destinations.len() > 1;
        if many && (self.source_not || self.destination_not) {
            let text = "! not allowed with multiple source or destination IP addresses";
            return Err(Fail::param(text));
        }
        (self.out.sources, self.out.destinations) = (sources, destinations);
        Ok(())
    }
}
