//! The program's own options.

use packetwalk_netfilter::xtables::Cond;
use packetwalk_wire::Family;

use super::super::command::{self, Command};
use super::super::ext::put;
use super::super::fail::Fail;
use super::super::{base, names};
use super::{Read, Reader, Step, scan};

impl<'a> Reader<'a> {
    fn word(&mut self) -> Option<&'a str> {
        self.opt.word(self.args)
    }

    /// `-L`, `-S`, `-F`, `-Z`, `-X`: the chain may follow as a word.
    fn optional_chain(&mut self, arg: Option<&str>) {
        let word = arg.or_else(|| self.word());
        if word.is_some() {
            self.out.chain = word.map(str::to_owned);
        }
    }

    fn optional_number(&mut self) -> Result<bool, Fail> {
        let Some(word) = self.word() else { return Ok(false) };
        self.out.number = command::rule_number(word)?;
        Ok(true)
    }

    /// Takes one of the program's own options.
    ///
    /// # Errors
    /// The real parser's.
    pub(super) fn own(&mut self, c: char, arg: Option<&'a str>, invert: bool) -> Result<Step, Fail> {
        use Command as C;
        const NONE: &[Command] = &[];
        // These take the whole last word, also where the value stands in one word with the option.
        let last = || self.args.get(self.opt.at.saturating_sub(1)).copied().unwrap_or_default();
        let arg = if matches!(c, 'p' | 's' | 'd' | 'j' | 'i' | 'o') { Some(last()) } else { arg };
        let text = arg.unwrap_or_default();
        let owned = || arg.map(str::to_owned);
        match c {
            'A' | 'C' => {
                let command = if c == 'A' { C::Append } else { C::Check };
                self.out.commands.add(command, NONE, invert)?;
                self.out.chain = owned();
            }
            'D' => {
                self.out.commands.add(C::Delete, NONE, invert)?;
                self.out.chain = owned();
                if self.optional_number()? {
                    self.out.commands.set(C::DeleteNum);
                }
            }
            'R' => {
                self.out.commands.add(C::Replace, NONE, invert)?;
                self.out.chain = owned();
                if !self.optional_number()? {
                    return Err(Fail::param("-R requires a rule number"));
                }
            }
            'I' => {
                self.out.commands.add(C::Insert, NONE, invert)?;
                self.out.chain = owned();
                if !self.optional_number()? {
                    self.out.number = 1;
                }
            }
            'L' | 'S' => {
                let command = if c == 'L' { C::List } else { C::ListRules };
                self.out.commands.add(command, &[C::Zero, C::ZeroNum], invert)?;
                self.optional_chain(arg);
                self.optional_number()?;
            }
            'F' => {
                self.out.commands.add(C::Flush, NONE, invert)?;
                self.optional_chain(arg);
            }
            'Z' => {
                self.out.commands.add(C::Zero, &[C::List, C::ListRules], invert)?;
                self.optional_chain(arg);
                if self.optional_number()? {
                    self.out.commands.set(C::ZeroNum);
                }
            }
            'N' => {
                command::valid_chain(text, self.is_target(text))?;
                self.out.commands.add(C::NewChain, NONE, invert)?;
                self.out.chain = owned();
            }
            'X' => {
                self.out.commands.add(C::DeleteChain, NONE, invert)?;
                self.optional_chain(arg);
            }
            'E' => {
                self.out.commands.add(C::RenameChain, NONE, invert)?;
                self.out.chain = owned();
                let name = self.word();
                let missing = || Fail::param("-E requires old-chain-name and new-chain-name");
                self.out.new_name = name.ok_or_else(missing)?.to_owned();
            }
            'P' => {
                self.out.commands.add(C::SetPolicy, NONE, invert)?;
                self.out.chain = owned();
                let policy = self.word();
                let missing = || Fail::param("-P requires a chain and a policy");
                self.out.policy = policy.ok_or_else(missing)?.to_owned();
            }
            'h' => return Err(Fail::not_simulated(self.world.program, "option '-h'")),
            'p' => {
                self.out.options.add('p', invert)?;
                let text = text.to_ascii_lowercase();
                let n = names::protocol(&text)?;
                if n == 0 && invert {
                    return Err(Fail::param("rule would never match protocol"));
                }
                if self.family() == Family::V6 && matches!(n, 43 | 44 | 51 | 60) && !invert {
                    put!(
                        self.warn,
                        "Warning: never matched protocol: {text}. use extension match instead.\n"
                    );
                }
                self.proto = Some((text, n, invert));
                self.out.base.proto = (n != 0).then_some(Cond { not: invert, is: n });
            }
            's' => {
                self.out.options.add('s', invert)?;
                (self.source, self.source_not) = (arg, invert);
            }
            'd' => {
                self.out.options.add('d', invert)?;
                (self.destination, self.destination_not) = (arg, invert);
            }
            'g' => {
                self.out.options.add('j', invert)?;
                command::valid_target(text)?;
                text.clone_into(&mut self.out.jump.name);
                self.out.jump.goto = true;
            }
            'j' => {
                self.out.options.add('j', invert)?;
                self.jump(text)?;
            }
            'i' | 'o' => {
                if text.is_empty() {
                    return Err(Fail::param("Empty interface is likely to be undesired"));
                }
                self.out.options.add(c, invert)?;
                let pattern = base::interface(text, self.warn)?
                    .filter(|p| invert || !p.is_any())
                    .map(|is| Cond { not: invert, is });
                if c == 'i' {
                    self.out.base.iif = pattern;
                } else {
                    self.out.base.oif = pattern;
                }
            }
            'f' => {
                if self.family() == Family::V6 {
                    return Err(Fail::param("`-f' is not supported in IPv6, use -m frag instead"));
                }
                self.out.options.add('f', invert)?;
                self.out.base.fragment = Some(Cond { not: invert, is: () });
            }
            'v' => {
                if !self.verbose {
                    self.out.options.add('v', invert)?;
                }
                self.verbose = true;
            }
            'm' => {
                if invert {
                    return Err(Fail::param("unexpected ! flag before --match"));
                }
                self.load_match(text)?;
            }
            'n' | 'x' | '0' => self.out.options.add(c, invert)?,
            't' => {
                if invert {
                    return Err(Fail::param("unexpected ! flag before --table"));
                }
                if self.context.restore && self.table_set {
                    let name = &self.world.program.name;
                    return Err(Fail::param(format!("The -t option cannot be used in {name}.\n")));
                }
                text.clone_into(&mut self.out.table);
                self.table_set = true;
            }
            'V' => {
                let program = self.world.program;
                let text = if invert {
                    format!("Not {} ;-)\n", program.version())
                } else {
                    format!("{} v{}\n", program.name, program.version())
                };
                return Ok(Step::End(Read::Print(text)));
            }
            'w' => {
                if self.context.restore {
                    return Err(Fail::param("You cannot use `-w' from iptables-restore"));
                }
                let word = arg.or_else(|| self.word());
                if word.is_some_and(|w| scan(w).is_none()) {
                    return Err(Fail::param("wait seconds not numeric"));
                }
                self.wait = true;
            }
            'W' => {
                if self.context.restore {
                    return Err(Fail::param("You cannot use `-W' from iptables-restore"));
                }
                let word =
                    arg.or_else(|| self.word()).ok_or_else(|| Fail::param("wait interval value required"))?;
                let n = scan(word).ok_or_else(|| Fail::param("wait interval not numeric"))?;
                if n > 999_999 {
                    return Err(Fail::param(format!("too long usec wait {n} > 999999 usec")));
                }
                self.warn.push_str("Ignoring deprecated --wait-interval option.\n");
                self.wait_interval = true;
            }
            'c' => {
                self.out.options.add('c', invert)?;
                let (packets, bytes) = match text.split_once(',') {
                    Some((p, b)) => (p, Some(b)),
                    None => (text, self.word()),
                };
                let bytes = bytes.ok_or_else(|| Fail::param("-c requires packet and byte counter"))?;
                let p = scan(packets).ok_or_else(|| Fail::param("-c packet counter not numeric"))?;
                let b = scan(bytes).ok_or_else(|| Fail::param("-c byte counter not numeric"))?;
                self.out.counters = Some((p, b));
            }
            '4' | '6' => {
                let own = (c == '4') == (self.family() == Family::V4);
                if !own && self.context.restore {
                    return Ok(Step::End(Read::Ignored));
                }
                if !own {
                    return Err(Fail::TryHelp);
                }
            }
            // `-M` and what else has no effect.
            _ => {}
        }
        Ok(Step::Next)
    }
}
