//! Commands, and which options go with which.

use super::fail::Fail;
use super::number;

/// What is to be done (`CMD_*`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Command {
    /// `-I`.
    Insert,
    /// `-D CHAIN SPEC`.
    Delete,
    /// `-D CHAIN N`.
    DeleteNum,
    /// `-R`.
    Replace,
    /// `-A`.
    Append,
    /// `-L`.
    List,
    /// `-F`.
    Flush,
    /// `-Z`.
    Zero,
    /// `-N`.
    NewChain,
    /// `-X`.
    DeleteChain,
    /// `-P`.
    SetPolicy,
    /// `-E`.
    RenameChain,
    /// `-S`.
    ListRules,
    /// `-Z CHAIN N`.
    ZeroNum,
    /// `-C`.
    Check,
}

impl Command {
    const ALL: [Self; 15] = [
        Self::Insert,
        Self::Delete,
        Self::DeleteNum,
        Self::Replace,
        Self::Append,
        Self::List,
        Self::Flush,
        Self::Zero,
        Self::NewChain,
        Self::DeleteChain,
        Self::SetPolicy,
        Self::RenameChain,
        Self::ListRules,
        Self::ZeroNum,
        Self::Check,
    ];

    const fn bit(self) -> u32 {
        1 << self as u32
    }

    /// Its option letter.
    const fn letter(self) -> char {
        match self {
            Self::Insert => 'I',
            Self::Delete | Self::DeleteNum => 'D',
            Self::Replace => 'R',
            Self::Append => 'A',
            Self::List => 'L',
            Self::Flush => 'F',
            Self::Zero | Self::ZeroNum => 'Z',
            Self::NewChain => 'N',
            Self::DeleteChain => 'X',
            Self::SetPolicy => 'P',
            Self::RenameChain => 'E',
            Self::ListRules => 'S',
            Self::Check => 'C',
        }
    }

    /// Options that may not stand with it, by letter (`0` is `--line-numbers`).
    const fn illegal(self) -> &'static str {
        match self {
            Self::Insert | Self::Replace | Self::Append => "nx0",
            Self::Delete | Self::Check => "nx0c",
            Self::List => "sdpjiocf",
            Self::SetPolicy => "nsdpjxio0f",
            _ => "nsdpjxio0cf",
        }
    }

    /// It takes a rule.
    pub(super) const fn has_rule(self) -> bool {
        matches!(self, Self::Insert | Self::Delete | Self::Replace | Self::Append | Self::Check)
    }
}

/// The commands given: one, or `-L`/`-S` with `-Z`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Commands(u32);

impl Commands {
    /// Adds a command that may stand with `others`.
    ///
    /// # Errors
    /// Two commands that do not go together.
    pub(super) fn add(&mut self, new: Command, others: &[Command], invert: bool) -> Result<(), Fail> {
        if invert {
            return Err(Fail::param("unexpected '!' flag"));
        }
        let allowed = others.iter().fold(0, |bits, c| bits | c.bit());
        let clash = self.0 & !allowed;
        if clash != 0 {
            let highest = Command::ALL.iter().rev().find(|c| clash & c.bit() != 0);
            let other = highest.map_or(' ', |c| c.letter());
            return Err(Fail::param(format!("Cannot use -{} with -{other}", new.letter())));
        }
        self.0 |= new.bit();
        Ok(())
    }

    /// Puts one command in the place of all.
    pub(super) const fn set(&mut self, only: Command) {
        self.0 = only.bit();
    }

    /// Whether a command is given.
    pub(super) const fn has(self, command: Command) -> bool {
        self.0 & command.bit() != 0
    }

    /// None is given.
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The first given.
    pub(super) fn first(self) -> Option<Command> {
        Command::ALL.into_iter().find(|c| self.has(*c))
    }

    /// One of them takes a rule.
    pub(super) fn has_rule(self) -> bool {
        Command::ALL.iter().any(|c| self.has(*c) && c.has_rule())
    }

    /// Every option must be legal with one of the commands.
    ///
    /// # Errors
    /// The first that is not.
    ///
    /// # Source
    /// iptables 1.8.9, `iptables/xshared.c`: `generic_opt_check`.
    pub(super) fn check(self, options: &Options) -> Result<(), Fail> {
        for letter in "nsdpjvxio0cf".chars().filter(|c| options.has(*c)) {
            let mut given = Command::ALL.iter().filter(|c| self.has(**c));
            if given.all(|c| c.illegal().contains(letter)) {
                return Err(Fail::param(format!("Illegal option `-{letter}' with this command")));
            }
        }
        Ok(())
    }
}

/// The options given, by letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Options(u128);

impl Options {
    /// Whether it was given.
    pub(super) const fn has(self, letter: char) -> bool {
        self.0 & (1 << (letter as u32 & 127)) != 0
    }

    /// Adds one.
    ///
    /// # Errors
    /// Given twice, or negated where that means nothing.
    ///
    /// # Source
    /// iptables 1.8.9, `iptables/xshared.c`: `set_option`.
    pub(super) fn add(&mut self, letter: char, invert: bool) -> Result<(), Fail> {
        if self.has(letter) {
            return Err(Fail::param(format!("multiple -{letter} flags not allowed")));
        }
        self.0 |= 1 << (letter as u32 & 127);
        if invert && !"sdpiof".contains(letter) {
            return Err(Fail::param(format!("cannot have ! before -{letter}")));
        }
        Ok(())
    }
}

/// A rule's number, from 1.
///
/// # Errors
/// What is not a number.
pub(super) fn rule_number(text: &str) -> Result<usize, Fail> {
    number::whole(text, 1, i32::MAX as u64)
        .map(|n| n as usize)
        .ok_or_else(|| Fail::param(format!("Invalid rule number `{text}'")))
}

/// White space as C sees it.
fn is_space(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\x0b'
}

/// A chain's name must be short and no option, target or several words.
///
/// # Errors
/// The first rule that it breaks.
///
/// # Source
/// iptables 1.8.9, `iptables/xshared.c`: `assert_valid_chain_name`.
pub(super) fn valid_chain(name: &str, is_target: bool) -> Result<(), Fail> {
    if name.len() >= 29 {
        return Err(too_long(name));
    }
    if let Some(c) = name.chars().next().filter(|c| matches!(c, '-' | '!')) {
        return Err(Fail::param(format!("chain name not allowed to start with `{c}'")));
    }
    if is_target || name.is_empty() {
        return Err(Fail::param("chain name may not clash with target name"));
    }
    if name.contains(is_space) {
        return Err(Fail::param(format!("Invalid chain name `{name}'")));
    }
    Ok(())
}

/// The name is longer than a chain's may be.
pub(super) fn too_long(name: &str) -> Fail {
    Fail::param(format!("chain name `{name}' too long (must be under 29 chars)"))
}

/// `xt_parse_target`: what follows `-j` or `-g`.
///
/// # Errors
/// An empty name, one too long, or with white space.
pub(super) fn valid_target(name: &str) -> Result<(), Fail> {
    if name.is_empty() {
        return Err(Fail::param("Invalid target name (too short)"));
    }
    if name.len() >= 29 {
        return Err(Fail::param(format!("Invalid target name `{name}' (28 chars max)")));
    }
    if name.contains(is_space) {
        return Err(Fail::param(format!("Invalid target name `{name}'")));
    }
    Ok(())
}
