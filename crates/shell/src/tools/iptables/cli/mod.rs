//! The command line of `iptables`, and of a rule's line in `iptables-restore`.

mod finish;
mod own;

use packetwalk_netfilter::matches::Match;
use packetwalk_netfilter::targets::Target;
use packetwalk_netfilter::xtables::{Base, Cond, Net};
use packetwalk_wire::{Family, sorted::Map};

use super::command::{self, Commands, Options};
use super::ext::{self, Found, put};
use super::fail::Fail;
use super::getopt::{Arg, Getopt, Item, Long, Search};
use super::names;
use super::option::{self, Call, Ty};
use super::program::World;

/// What a word stands for: a letter of the program's own, or an option of an extension.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Val {
    /// The program's option.
    Own(char),
    /// An extension (by name) and its option (by place).
    Ext(Slot, usize),
}

/// Which extension an option belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Slot {
    Match(&'static str),
    Target,
}

const LONG: [(&str, Arg, char); 37] = [
    ("append", Arg::Required, 'A'),
    ("delete", Arg::Required, 'D'),
    ("check", Arg::Required, 'C'),
    ("insert", Arg::Required, 'I'),
    ("replace", Arg::Required, 'R'),
    ("list", Arg::Optional, 'L'),
    ("list-rules", Arg::Optional, 'S'),
    ("flush", Arg::Optional, 'F'),
    ("zero", Arg::Optional, 'Z'),
    ("new-chain", Arg::Required, 'N'),
    ("delete-chain", Arg::Optional, 'X'),
    ("rename-chain", Arg::Required, 'E'),
    ("policy", Arg::Required, 'P'),
    ("source", Arg::Required, 's'),
    ("destination", Arg::Required, 'd'),
    ("src", Arg::Required, 's'),
    ("dst", Arg::Required, 'd'),
    ("protocol", Arg::Required, 'p'),
    ("in-interface", Arg::Required, 'i'),
    ("jump", Arg::Required, 'j'),
    ("table", Arg::Required, 't'),
    ("match", Arg::Required, 'm'),
    ("numeric", Arg::No, 'n'),
    ("out-interface", Arg::Required, 'o'),
    ("verbose", Arg::No, 'v'),
    ("wait", Arg::Optional, 'w'),
    ("wait-interval", Arg::Optional, 'W'),
    ("exact", Arg::No, 'x'),
    ("fragments", Arg::No, 'f'),
    ("version", Arg::No, 'V'),
    ("help", Arg::Optional, 'h'),
    ("line-numbers", Arg::No, '0'),
    ("modprobe", Arg::Required, 'M'),
    ("set-counters", Arg::Required, 'c'),
    ("goto", Arg::Required, 'g'),
    ("ipv4", Arg::No, '4'),
    ("ipv6", Arg::No, '6'),
];

fn short(c: char) -> Option<(Arg, Val)> {
    let arg = match c {
        'A' | 'C' | 'D' | 'E' | 'I' | 'M' | 'N' | 'P' | 'R' | 'c' | 'd' | 'g' | 'i' | 'j' | 'm' | 'o'
        | 'p' | 's' | 't' => Arg::Required,
        'F' | 'L' | 'S' | 'W' | 'X' | 'Z' | 'h' | 'w' => Arg::Optional,
        '4' | '6' | 'V' | 'f' | 'n' | 'v' | 'x' | 'b' => Arg::No,
        _ => return None,
    };
    Some((arg, Val::Own(c)))
}

/// A match with the options seen of it.
#[derive(Clone, Debug)]
struct Loaded {
    ext: Match,
    flags: u32,
    /// A later `-m` of the same name takes the options.
    completed: bool,
}

/// A target, or a chain's name.
#[derive(Clone, Debug, Default)]
pub(super) struct Jump {
    /// The name after `-j` or `-g`.
    pub(super) name: String,
    /// The target of that name; a chain otherwise.
    pub(super) target: Option<Target>,
    flags: u32,
    /// `-g`.
    pub(super) goto: bool,
}

/// A command line, read.
#[derive(Clone, Debug)]
pub(super) struct Parsed {
    /// The commands.
    pub(super) commands: Commands,
    /// `-t`.
    pub(super) table: String,
    /// The chain named.
    pub(super) chain: Option<String>,
    /// The rule's number, from 1; 0 without.
    pub(super) number: usize,
    /// `-E`'s new name.
    pub(super) new_name: String,
    /// `-P`'s policy.
    pub(super) policy: String,
    /// Options given.
    pub(super) options: Options,
    /// `-i -o -p -f`; addresses are apart.
    pub(super) base: Base,
    /// `-s`, one rule for each.
    pub(super) sources: Vec<Cond<Net>>,
    /// `-d`, one rule for each.
    pub(super) destinations: Vec<Cond<Net>>,
    /// `-m`.
    pub(super) matches: Vec<Match>,
    /// `-j`, `-g`.
    pub(super) jump: Jump,
    /// `-c`.
    pub(super) counters: Option<(u64, u64)>,
}

/// What a line of `iptables-restore` brings along.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    /// In `iptables-restore`.
    pub(super) restore: bool,
    /// Chains that the input named: these are no targets.
    pub(super) chains: Map<String, ()>,
}

/// How reading ended.
pub(super) enum Read {
    /// A command.
    Command(Box<Parsed>),
    /// The line is for the other family.
    Ignored,
    /// Text for standard output, and no more.
    Print(String),
}

/// Reads a command line; `args` begins with the program's name.
///
/// # Errors
/// The real parser's; `warn` has what it printed before.
///
/// # Source
/// iptables 1.8.9, `iptables/xshared.c`: `do_parse`.
pub(super) fn parse(
    args: &[&str],
    world: World<'_>,
    context: &Context,
    warn: &mut String,
) -> Result<Read, Fail> {
    Reader::new(args, world, context, warn).run()
}

struct Reader<'a> {
    args: &'a [&'a str],
    opt: Getopt,
    world: World<'a>,
    context: &'a Context,
    warn: &'a mut String,
    out: Parsed,
    loaded: Vec<Loaded>,
    /// `-p`'s text in small letters, number and negation.
    proto: Option<(String, u8, bool)>,
    /// The protocol's match was loaded for an option of it.
    proto_used: bool,
    source: Option<&'a str>,
    destination: Option<&'a str>,
    source_not: bool,
    destination_not: bool,
    table_set: bool,
    wait: bool,
    wait_interval: bool,
    verbose: bool,
}

impl<'a> Reader<'a> {
    fn new(args: &'a [&'a str], world: World<'a>, context: &'a Context, warn: &'a mut String) -> Self {
        let out = Parsed {
            commands: Commands::default(),
            table: "filter".to_owned(),
            chain: None,
            number: 0,
            new_name: String::new(),
            policy: String::new(),
            options: Options::default(),
            base: Base::default(),
            sources: Vec::new(),
            destinations: Vec::new(),
            matches: Vec::new(),
            jump: Jump::default(),
            counters: None,
        };
        Self {
            args,
            opt: Getopt::new(),
            world,
            context,
            warn,
            out,
            loaded: Vec::new(),
            proto: None,
            proto_used: false,
            source: None,
            destination: None,
            source_not: false,
            destination_not: false,
            table_set: false,
            wait: false,
            wait_interval: false,
            verbose: false,
        }
    }

    fn family(&self) -> Family {
        self.world.program.family
    }

    /// The option of a name among the program's options, then those of extensions, the newest first.
    fn long(&self, name: &str) -> Option<Long<Val>> {
        let mut search = Search::new(name);
        if LONG.iter().any(|&(name, arg, c)| search.look(name, arg, Val::Own(c))) {
            return search.found();
        }
        let mut of = |slot: Slot, opts: &'static [option::Opt]| {
            opts.iter().enumerate().any(|(i, opt)| {
                let arg = if matches!(opt.ty, Ty::None | Ty::Old(false)) { Arg::No } else { Arg::Required };
                search.look(opt.name, arg, Val::Ext(slot, i))
            })
        };
        let target = self.out.jump.target.as_ref().and_then(ext::of_target);
        let _ = target.is_some_and(|ext| of(Slot::Target, ext.opts()))
            || self
                .loaded
                .iter()
                .rev()
                .filter(|l| !l.completed)
                .any(|l| of(Slot::Match(l.ext.name()), ext::of_match(&l.ext).opts()));
        search.found()
    }

    fn next(&mut self) -> Option<Item<'a, Val>> {
        let mut opt = self.opt;
        let item = opt.next(self.args, short, |name| self.long(name));
        self.opt = opt;
        item
    }

    fn run(mut self) -> Result<Read, Fail> {
        let mut invert = false;
        while let Some(item) = self.next() {
            match item {
                Item::Option(Val::Own(c), arg) => {
                    match self.own(c, arg, invert)? {
                        Step::Next => {}
                        Step::End(read) => return Ok(read),
                    }
                    invert = false;
                }
                Item::Option(Val::Ext(slot, i), arg) => {
                    self.extension(slot, i, arg.unwrap_or_default(), invert)?;
                    invert = false;
                }
                Item::Word("!") => {
                    if invert {
                        return Err(Fail::param("multiple consecutive ! not allowed"));
                    }
                    invert = true;
                }
                Item::Word(word) => {
                    put!(self.warn, "Bad argument `{word}'\n");
                    return Err(Fail::TryHelp);
                }
                Item::Missing | Item::Unknown => {
                    if self.load_protocol()? {
                        self.opt.back();
                        continue;
                    }
                    let word = self.args.get(self.opt.at.saturating_sub(1)).copied().unwrap_or_default();
                    return Err(Fail::param(if item == Item::Missing {
                        format!("option \"{word}\" requires an argument")
                    } else {
                        format!("unknown option \"{word}\"")
                    }));
                }
            }
        }
        self.finish(invert)
    }

    /// Loads the protocol's match when an option is unknown: `-p tcp --dport`.
    ///
    /// # Source
    /// iptables 1.8.9, `iptables/xshared.c`: `load_proto`, `should_load_proto`.
    fn load_protocol(&mut self) -> Result<bool, Fail> {
        let Some((text, number, _)) = &self.proto else { return Ok(false) };
        let numeric = super::number::whole(text, 0, 255).is_some();
        let name = if numeric {
            names::protocol_name(*number, self.out.options.has('n'))
        } else {
            Some(text.as_str())
        };
        let Some(name) = name.map(canonical) else { return Ok(false) };
        if self.proto_used && self.loaded.iter().any(|l| l.ext.name() == name) {
            return Ok(false);
        }
        match ext::new_match(name, self.family()) {
            Found::Ext(m) => {
                self.push_match(m);
                self.proto_used = true;
                Ok(true)
            }
            Found::NotSimulated => Err(ext::refuse(self.world.program, "match", name)),
            Found::No => Ok(false),
        }
    }

    fn push_match(&mut self, ext: Match) {
        for l in &mut self.loaded {
            l.completed |= l.ext.name() == ext.name();
        }
        // Most rules have one.
        self.loaded.reserve_exact(1);
        self.loaded.push(Loaded { ext, flags: 0, completed: false });
    }

    fn extension(&mut self, slot: Slot, i: usize, arg: &str, invert: bool) -> Result<(), Fail> {
        let (args, opt) = (self.args, &mut self.opt);
        let mut next = || opt.word(args).map(str::to_owned);
        let proto = self.proto.as_ref().map(|(_, n, not)| (*n, *not));
        let (ext, flags, name): (&mut dyn ext::Ext, _, _) = match slot {
            Slot::Target => {
                let jump = &mut self.out.jump;
                let Some(target) = &mut jump.target else { return Ok(()) };
                let name = target.name().unwrap_or_default();
                let Some(ext) = ext::of_target_mut(target) else { return Ok(()) };
                (ext, &mut jump.flags, name)
            }
            Slot::Match(name) => {
                let found = self.loaded.iter_mut().find(|l| !l.completed && l.ext.name() == name);
                let Some(l) = found else { return Ok(()) };
                (ext::of_match_mut(&mut l.ext), &mut l.flags, name)
            }
        };
        let opts = ext.opts();
        let Some(id) = opts.get(i).map(|o| o.id) else { return Ok(()) };
        // Messages name the first of synonyms.
        let Some(opt) = opts.iter().find(|o| o.id == id).copied() else { return Ok(()) };
        let (world, warn) = (self.world, &mut *self.warn);
        let mut call = Call { ext: name, opt, arg, invert, flags, proto, world, next: &mut next, warn };
        ext.parse(&mut call)
    }

    /// A target exists under this name, and no chain was announced under it.
    fn is_target(&self, name: &str) -> bool {
        !self.context.chains.contains_key(name) && ext::new_target(name, self.family()).is_some()
    }

    fn jump(&mut self, name: &str) -> Result<(), Fail> {
        command::valid_target(name)?;
        let announced = self.context.chains.contains_key(name);
        self.out.jump.target = match ext::new_target(name, self.family()) {
            Some(target) if !announced => {
                if ext::known::lacks_module(name) {
                    put!(
                        self.warn,
                        "Warning: Extension {name} revision 0 not supported, missing kernel module?\n"
                    );
                }
                Some(target)
            }
            _ => None,
        };
        name.clone_into(&mut self.out.jump.name);
        Ok(())
    }

    fn load_match(&mut self, name: &str) -> Result<(), Fail> {
        if name.len() >= 29 {
            return Err(Fail::param(format!("Invalid match name \"{name}\" (28 chars max)")));
        }
        let name = canonical(name);
        match ext::new_match(name, self.family()) {
            Found::Ext(m) => {
                self.push_match(m);
                Ok(())
            }
            Found::NotSimulated => Err(ext::refuse(self.world.program, "match", name)),
            Found::No => {
                Err(Fail::param(format!("Couldn't load match `{name}':No such file or directory\n")))
            }
        }
    }
}

/// What an option of the program leads to.
enum Step {
    Next,
    End(Read),
}

/// The match that a protocol's name loads.
fn canonical(name: &str) -> &str {
    match name {
        "icmpv6" | "ipv6-icmp" => "icmp6",
        name => name,
    }
}

/// The number at the beginning of a text (`sscanf("%llu")`).
fn scan(text: &str) -> Option<u64> {
    let t = text.trim_start();
    let digits: String = t.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
