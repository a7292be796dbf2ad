//! Rules that the Docker engine hands over again and again, read once.
//!
//! It asks for a rule before it adds it, and gives every container the same ones. What a command line with a rule means
//! depends on its words, on the program, and on the names of sets alone; and the rule is the same whatever is done with it.

use std::rc::Rc;

use packetwalk_docker::Words;
use packetwalk_netfilter::xtables::Face;
use packetwalk_wire::Family;

use super::cli::{self, Context, Parsed, Read};
use super::command::Command;
use super::fail::Fail;
use super::program::World;

/// How many rules are remembered.
const MOST: usize = 64;

/// Rules that were read, the latest of each place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(Vec<Option<Rc<Rule>>>);

#[derive(Clone, Debug)]
struct Rule {
    program: (Face, Family),
    /// The chain and what follows.
    text: String,
    parsed: Parsed,
}

/// `-t TABLE ACTION CHAIN -…`: the table, what is done, and the rest.
fn parts(text: &str) -> Option<(&str, Command, &str)> {
    let (table, rest) = text.strip_prefix("-t ")?.split_once(' ')?;
    let (action, rest) = rest.split_once(' ')?;
    let command = match action {
        "-A" => Command::Append,
        "-C" => Command::Check,
        "-D" => Command::Delete,
        "-I" => Command::Insert,
        _ => return None,
    };
    // No number follows the chain.
    let (_, rule) = rest.split_once(' ')?;
    rule.starts_with(['-', '!']).then_some((table, command, rest))
}

fn place(text: &str) -> usize {
    let mix = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    text.as_bytes().iter().rev().take(24).fold(0x811c_9dc5, mix) as usize % MOST
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
        let program = (world.program.face, world.program.family);
        let Some((table, command, text)) = parts(words.text()).filter(|_| world.sets.is_empty()) else {
            return done(read(warn)?, warn);
        };
        self.0.resize(MOST, None);
        let Some(slot) = self.0.get_mut(place(text)) else { return done(read(warn)?, warn) };
        let same =
            |rule: &Rc<Rule>| rule.text == text && rule.parsed.table == table && rule.program == program;
        if !slot.as_ref().is_some_and(same) {
            let parsed = match read(warn)? {
                Read::Command(parsed) if warn.is_empty() && parsed.counters.is_none() => *parsed,
                other => return done(other, warn),
            };
            *slot = Some(Rc::new(Rule { program, text: text.to_owned(), parsed }));
        }
        let Some(rule) = slot.as_mut().map(Rc::make_mut) else { return Ok(()) };
        rule.parsed.commands.set(command);
        rule.parsed.number = usize::from(command == Command::Insert);
        run(&rule.parsed, warn)
    }
}

#[cfg(test)]
mod tests {
    use packetwalk_netfilter::Netfilter;

    use super::super::{OnlyLocalhost, run, succeeds};
    use super::*;

    /// What is known makes no difference to rules and statuses.
    #[test]
    fn a_rule_that_is_known_is_the_same() {
        let rules = [
            "OUTPUT -d 127.0.0.11 -p tcp --dport 53 -j DNAT --to-destination 127.0.0.11:4000",
            "OUTPUT -d 127.0.0.11 -p tcp --dport 53 -j DNAT --to-destination 127.0.0.11:4001",
            "POSTROUTING -s 10.0.0.0/24,10.1.0.0/24 ! -o br0 -j MASQUERADE",
            "OUTPUT -d 127.0.0.11 -p udp --dport 53 -c 1 2 -j ACCEPT",
            "OUTPUT --dport 53",
            "OUTPUT 1 -j ACCEPT",
            "NONE -j ACCEPT",
        ];
        let (mut plain, mut by_known, mut known) = (Netfilter::new(), Netfilter::new(), Known::default());
        for (round, action) in ["-C", "-I", "-A", "-C", "-I", "-D", "-C", "-D"].into_iter().enumerate() {
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
            for save in ["iptables-save", "ip6tables-save", "iptables-legacy-save"] {
                let [want, got] =
                    [&mut plain, &mut by_known].map(|nf| run(save, Vec::new(), Ok(&[]), nf, &OnlyLocalhost));
                assert_eq!(got, want, "{round}");
            }
        }
    }
}
