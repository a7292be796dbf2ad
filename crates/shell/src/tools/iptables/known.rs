//! Command lines that the Docker engine hands over again and again, read once.
//!
//! It asks for a rule before it adds it, and gives every container the same ones but for addresses and ports. What a
//! command line means depends on its words, on the program, and on the names of sets alone; and the rule is the same
//! whatever is done with it. So one that was read serves for all of its [`Shape`].

use std::net::IpAddr;
use std::rc::Rc;

use packetwalk_docker::Words;
use packetwalk_netfilter::matches::Match;
use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::targets::Target;
use packetwalk_netfilter::xtables::{Cond, Face, Net};
use packetwalk_wire::Family;

use super::cli::{self, Context, Parsed, Read};
use super::command::Command;
use super::fail::Fail;
use super::program::World;

/// How many command lines are remembered.
const MOST: usize = 128;

/// Command lines that were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// The latest two of each pair of places.
    lines: Vec<Option<Rc<Line>>>,
    last: Last,
}

/// The rule that was handed on last, word for word: it is asked for before it is added.
#[derive(Clone, Debug, Default)]
struct Last {
    table: String,
    /// Its chain and itself.
    text: String,
    /// The program, if there is such a rule, and the rule's place.
    at: Option<((Face, Family), usize)>,
}

#[derive(Clone, Debug)]
struct Line {
    program: (Face, Family),
    shape: Shape,
    parsed: Parsed,
}

impl Line {
    /// Another command with its rule.
    fn order(&mut self, command: Command) {
        self.parsed.commands.set(command);
        self.parsed.number = usize::from(command == Command::Insert);
    }
}

/// A command line, apart from what is done with its rule and from usual addresses and ports.
#[derive(Clone, Debug, Default)]
struct Shape {
    /// The table and the rule without them.
    words: String,
    values: Values,
}

/// The first usual value of each of these options.
#[derive(Clone, Copy, Debug, Default)]
struct Values {
    /// `-s`, a whole address.
    source: Option<IpAddr>,
    /// `-d`, the same.
    destination: Option<IpAddr>,
    /// `--sport`, one.
    sport: Option<u16>,
    /// `--dport`, one.
    dport: Option<u16>,
    /// `--to-destination`, one address and port.
    to: Option<(IpAddr, u16)>,
}

/// The text up to its first blank, and what follows.
fn cut(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.split_at_checked(text.bytes().position(|byte| byte == b' ')?)?;
    Some((word, rest.get(1..)?))
}

/// `-t TABLE ACTION CHAIN -…`: the table, what is done, and the rest.
fn parts(text: &str) -> Option<(&str, Command, &str)> {
    let (table, rest) = cut(text.strip_prefix("-t ")?)?;
    let (action, rest) = cut(rest)?;
    let command = match action {
        "-A" => Command::Append,
        "-C" => Command::Check,
        "-D" => Command::Delete,
        "-I" => Command::Insert,
        _ => return None,
    };
    // No number follows the chain.
    let (_, rule) = cut(rest)?;
    rule.starts_with(['-', '!']).then_some((table, command, rest))
}

/// A port as everybody writes it: others may be octal.
fn port(word: &str) -> Option<u16> {
    word.parse().ok().filter(|_| !word.starts_with(['0', '+']))
}

fn address(word: &str, family: Family) -> Option<IpAddr> {
    word.parse().ok().filter(|addr| Family::of(*addr) == family)
}

/// `ADDRESS:PORT`, with brackets for IPv6.
fn socket(word: &str, family: Family) -> Option<(IpAddr, u16)> {
    let (addr, number) = word.rsplit_once(':')?;
    let addr = match family {
        Family::V4 => addr,
        Family::V6 => addr.strip_prefix('[')?.strip_suffix(']')?,
    };
    Some((address(addr, family)?, port(number)?))
}

/// Takes a value that can be read, if it is the first; whether it did.
fn take<T>(to: &mut Option<T>, value: Option<T>) -> bool {
    let taken = to.is_none() && value.is_some();
    if taken {
        *to = value;
    }
    taken
}

impl Values {
    /// Takes the word after an option if it is the first usual value of one of these; whether it is.
    fn take(&mut self, option: &str, word: &str, family: Family) -> bool {
        match option {
            "-s" => take(&mut self.source, address(word, family)),
            "-d" => take(&mut self.destination, address(word, family)),
            "--sport" => take(&mut self.sport, port(word)),
            "--dport" => take(&mut self.dport, port(word)),
            "--to-destination" => take(&mut self.to, socket(word, family)),
            _ => false,
        }
    }

    /// Puts others in their place in what was read. `None` if they are not what stands there.
    fn change(&self, to: &Self, parsed: &mut Parsed) -> Option<()> {
        let whole = |addr| Net::prefix(addr, u8::MAX);
        let nets = [
            (self.source, to.source, &mut parsed.sources),
            (self.destination, to.destination, &mut parsed.destinations),
        ];
        for (old, new, nets) in nets {
            let (Some(old), Some(new)) = (old, new) else { continue };
            let [net] = nets.as_mut_slice() else { return None };
            replace(&mut net.is, whole(old), whole(new))?;
        }
        if self.sport.is_some() || self.dport.is_some() {
            let (source, destination) = parsed.matches.iter_mut().find_map(|m| match m {
                Match::Tcp(tcp) => Some((&mut tcp.sport, &mut tcp.dport)),
                Match::Udp(udp) => Some((&mut udp.sport, &mut udp.dport)),
                _ => None,
            })?;
            for (old, new, place) in [(self.sport, to.sport, source), (self.dport, to.dport, destination)] {
                let (Some(old), Some(new)) = (old, new) else { continue };
                let Cond { is, .. } = place.as_mut()?;
                replace(is, Range::one(old), Range::one(new))?;
            }
        }
        if let (Some(old), Some(new)) = (self.to, to.to) {
            let Some(Target::Dnat(dnat)) = &mut parsed.jump.target else { return None };
            let range = &mut dnat.range;
            replace(&mut range.min_addr, old.0, new.0)?;
            replace(&mut range.max_addr, old.0, new.0)?;
            replace(&mut range.min_proto, old.1, new.1)?;
            replace(&mut range.max_proto, old.1, new.1)?;
        }
        Some(())
    }
}

fn replace<T: PartialEq>(place: &mut T, old: T, new: T) -> Option<()> {
    (*place == old).then(|| *place = new)
}

impl Shape {
    /// Of a rule.
    fn of(table: &str, text: &str, family: Family) -> Self {
        let mut shape = Self { words: String::with_capacity(text.len() + 16), values: Values::default() };
        shape.words.push_str(table);
        shape.words.push(' ');
        let (mut option, mut rest, mut kept) = ("", text, 0);
        loop {
            let at = text.len() - rest.len();
            let (word, after) = cut(rest).unwrap_or((rest, ""));
            if shape.values.take(option, word, family) {
                shape.words.push_str(text.get(kept..at).unwrap_or_default());
                // No word has this.
                shape.words.push('\0');
                kept = at + word.len();
            }
            if after.is_empty() {
                break;
            }
            (option, rest) = (word, after);
        }
        shape.words.push_str(text.get(kept..).unwrap_or_default());
        shape
    }

    /// The first of the two places that such command lines share with others.
    fn place(&self) -> usize {
        let mix = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        let hash = self.words.as_bytes().iter().fold(0x811c_9dc5, mix);
        (hash as usize % (MOST / 2)) * 2
    }
}

impl Known {
    /// Reads a command line, as [`cli::parse`] does, and hands it on.
    ///
    /// # Errors
    /// The real parser's, and those of `run`.
    pub(super) fn parse(
        &mut self,
        words: &Words,
        world: World<'_>,
        warn: &mut String,
        mut run: impl FnMut(&Parsed, &mut String) -> Result<(), Fail>,
    ) -> Result<(), Fail> {
        let read = |warn: &mut String| {
            cli::parse(&super::argv(&world.program.name, words), world, &Context::default(), warn)
        };
        let mut done = |read: Read, warn: &mut String| match read {
            Read::Command(parsed) => run(&parsed, warn),
            Read::Ignored | Read::Print(_) => Ok(()),
        };
        if !world.sets.is_empty() {
            return done(read(warn)?, warn);
        }
        let program = (world.program.face, world.program.family);
        let parts = parts(words.text());
        let mut last = std::mem::take(&mut self.last);
        if let (Some((table, command, text)), Some((by, at))) = (parts, last.at)
            && by == program
            && last.table == table
            && last.text == text
            && let Some(line) = self.lines.get_mut(at).and_then(Option::as_mut).map(Rc::make_mut)
        {
            self.last = last;
            line.order(command);
            return run(&line.parsed, warn);
        }
        let shape = match parts {
            Some((table, _, text)) => Shape::of(table, text, program.1),
            // Such a one begins with a blank, as no table's name does.
            None => Shape { words: [" ", words.text()].concat(), values: Values::default() },
        };
        self.lines.resize(MOST, None);
        let at = shape.place();
        let Some([slot, other]) = self.lines.get_mut(at..at + 2) else { return done(read(warn)?, warn) };
        let same = |line: &Rc<Line>| line.shape.words == shape.words && line.program == program;
        let mut is_known = slot.as_ref().is_some_and(same);
        if !is_known {
            // The one that served last stands first.
            std::mem::swap(slot, other);
            is_known = slot.as_ref().is_some_and(same);
        }
        let known = slot.as_mut().filter(|_| is_known);
        let known = known.map(Rc::make_mut).and_then(|line| {
            line.shape.values.change(&shape.values, &mut line.parsed)?;
            line.shape.values = shape.values;
            Some(())
        });
        if known.is_none() {
            *slot = None;
            let mut parsed = match read(warn)? {
                Read::Command(parsed) if warn.is_empty() && parsed.counters.is_none() => *parsed,
                other => return done(other, warn),
            };
            if shape.values.change(&shape.values, &mut parsed).is_none() {
                return run(&parsed, warn);
            }
            *slot = Some(Rc::new(Line { program, shape, parsed }));
        }
        let Some(line) = slot.as_mut().map(Rc::make_mut) else { return Ok(()) };
        if let Some((table, command, text)) = parts {
            line.order(command);
            for (old, new) in [(&mut last.table, table), (&mut last.text, text)] {
                old.clear();
                old.push_str(new);
            }
            last.at = Some((program, at));
            self.last = last;
        }
        run(&line.parsed, warn)
    }
}

#[cfg(test)]
mod tests {
    use packetwalk_netfilter::Netfilter;

    use super::super::{OnlyLocalhost, run, succeeds};
    use super::*;

    /// What each program saves.
    fn saved(nf: &mut Netfilter) -> impl PartialEq + std::fmt::Debug + use<> {
        ["iptables-save", "ip6tables-save", "iptables-legacy-save"]
            .map(|save| run(save, Vec::new(), Ok(&[]), nf, &OnlyLocalhost))
    }

    /// What is known makes no difference to rules and statuses.
    #[test]
    fn a_rule_that_is_known_is_the_same() {
        let rules = [
            "OUTPUT -d 127.0.0.11 -p tcp --dport 53 -j DNAT --to-destination 127.0.0.11:4000",
            "OUTPUT -d 127.0.0.11 -p tcp --dport 53 -j DNAT --to-destination 127.0.0.11:4001",
            "OUTPUT -d 127.0.0.12 -p tcp --dport 53 -j DNAT --to-destination 10.0.0.1:4001",
            "OUTPUT -d 127.0.0.12 -p tcp --dport 053 -j DNAT --to-destination 10.0.0.1:04001",
            "OUTPUT -d 127.0.0.12 -p tcp --dport 70000 -j DNAT --to-destination 10.0.0.1:70000",
            "OUTPUT -d 127.0.0.12 -p tcp --dport 54 --dport 55 -j DNAT --to-destination [10.0.0.1]:1",
            "OUTPUT -d fd00::2 -p tcp --dport 53 -j DNAT --to-destination [fd00::3]:4001",
            "OUTPUT -d fd00::4 -p tcp --dport 54 -j DNAT --to-destination [fd00::5]:4002",
            "OUTPUT -d fd00::4 -p tcp --dport 54 -j DNAT --to-destination fd00::5:4002",
            "DOCKER",
            "DOCKER ! -s 10.0.0.1 -d 10.0.0.1 -p udp --sport 4 --dport 5 -j ACCEPT",
            "DOCKER ! -s 10.0.0.2 -d 10.0.0.3 -p udp --sport 6 --dport 7 -j ACCEPT",
            "DOCKER ! -s 10.0.0.2 -d 10.0.0.3 -p udp --sport 0 --dport 7 -j ACCEPT",
            "DOCKER -d 10.0.0.2 -m tcp -p tcp -m tcp --dport 7 -j ACCEPT",
            "DOCKER -d 10.0.0.3 -m tcp -p tcp -m tcp --dport 8 -j ACCEPT",
            "DOCKER -i -d 10.0.0.3 -j ACCEPT",
            "DOCKER -i -d 10.0.0.4 -j ACCEPT",
            "DOCKER -d 0.0.0.0 -j ACCEPT",
            "POSTROUTING -s 10.0.0.0/24,10.1.0.0/24 ! -o br0 -j MASQUERADE",
            "OUTPUT -d 127.0.0.11 -p udp --dport 53 -c 1 2 -j ACCEPT",
            "OUTPUT --dport 53",
            "OUTPUT 1 -j ACCEPT",
            "NONE -j ACCEPT",
        ];
        let (mut plain, mut by_known, mut known) = (Netfilter::new(), Netfilter::new(), Known::default());
        for (round, action) in
            ["-N", "-C", "-I", "-A", "-C", "-I", "-D", "-C", "-D", "-N", "-F", "-X"].into_iter().enumerate()
        {
            for rule in rules {
                for name in ["iptables", "ip6tables", "iptables-legacy"] {
                    for table in ["nat", "filter"] {
                        let words = Words::new(format!("-t {table} {action} {rule}"));
                        let want = run(name, words.clone(), Ok(&[]), &mut plain, &OnlyLocalhost);
                        let got = succeeds(name, &words, &mut by_known, &mut known);
                        assert_eq!(got, want.map(|o| o.status == 0), "{round} {name} {words:?}");
                    }
                }
            }
            assert_eq!(saved(&mut by_known), saved(&mut plain), "{round}");
        }
    }

    /// Nor does that it was handed on just before.
    #[test]
    fn a_rule_that_is_asked_for_first_is_the_same() {
        let (mut plain, mut by_known, mut known) = (Netfilter::new(), Netfilter::new(), Known::default());
        let actions = ["-C", "-A", "-C", "-I", "-N", "-D", "-D", "-C", "-D", "-A"];
        for (round, name) in ["iptables", "ip6tables", "iptables-legacy", "iptables"].into_iter().enumerate()
        {
            for (table, chain) in [("nat", "OUTPUT"), ("filter", "OUTPUT"), ("filter", "INPUT")] {
                for action in actions {
                    let words =
                        Words::new(format!("-t {table} {action} {chain} -p tcp --dport 80 -j ACCEPT"));
                    let want = run(name, words.clone(), Ok(&[]), &mut plain, &OnlyLocalhost);
                    let got = succeeds(name, &words, &mut by_known, &mut known);
                    assert_eq!(got, want.map(|o| o.status == 0), "{round} {name} {words:?}");
                }
            }
            assert_eq!(saved(&mut by_known), saved(&mut plain), "{round}");
        }
    }
}
