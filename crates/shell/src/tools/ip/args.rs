//! Words of the command line, and how iproute2 complains about them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_wire::{Family, IfName, Mac};

/// Ends the command. What is to be said stands in `message` already, or was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct End {
    /// Exit status.
    pub(crate) status: u8,
    /// The whole process ends (`exit`), a batch too; else only this command.
    pub(crate) whole: bool,
    /// For standard error, with its newlines.
    pub(crate) message: String,
}

impl End {
    /// `exit(-1)` after a message.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { status: 255, whole: true, message: message.into() }
    }

    /// `exit(status)` after a message.
    pub(crate) fn exit(status: u8, message: impl Into<String>) -> Self {
        Self { status, whole: true, message: message.into() }
    }

    /// `return -status` after a message.
    pub(crate) fn fail(status: u8, message: impl Into<String>) -> Self {
        Self { status, whole: false, message: message.into() }
    }

    /// The kernel refused: its words, status 2.
    pub(crate) fn kernel(line: impl core::fmt::Display) -> Self {
        Self::fail(2, format!("{line}\n"))
    }

    /// The kernel refused by errno.
    pub(crate) fn errno(text: &str) -> Self {
        Self::kernel(format_args!("RTNETLINK answers: {text}"))
    }

    /// An interface that is not there.
    pub(crate) fn nodev(name: &str) -> Self {
        Self::fail(1, format!("Cannot find device \"{name}\"\n"))
    }
}

/// `invarg`.
pub(crate) fn invarg(why: &str, arg: &str) -> End {
    End::usage(format!("Error: argument \"{arg}\" is wrong: {why}\n"))
}

/// `duparg`.
pub(crate) fn duparg(key: &str, arg: &str) -> End {
    End::usage(format!("Error: duplicate \"{key}\": \"{arg}\" is the second value.\n"))
}

/// `duparg2`.
pub(crate) fn duparg2(key: &str, arg: &str) -> End {
    End::usage(format!("Error: either \"{key}\" is duplicate, or \"{arg}\" is a garbage.\n"))
}

/// An option of the real tool that this one does not model.
pub(crate) fn not_modelled(what: &str) -> End {
    End::fail(2, format!("packetwalk: {what} is not simulated\n"))
}

/// Whether `word` is an abbreviation of `full`.
pub(crate) fn matches(word: &str, full: &str) -> bool {
    !word.is_empty() && full.starts_with(word)
}

/// Words as [`Args`] takes them.
pub(crate) fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// The words not yet read.
#[derive(Clone, Debug)]
pub(crate) struct Args<'w> {
    words: &'w [&'w str],
}

impl<'w> Args<'w> {
    pub(crate) const fn new(words: &'w [&'w str]) -> Self {
        Self { words }
    }

    /// The next word, left in place.
    pub(crate) fn peek(&self) -> Option<&'w str> {
        self.words.first().copied()
    }

    /// The next word.
    pub(crate) fn next(&mut self) -> Option<&'w str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    /// The next word, which must be there (`NEXT_ARG`).
    pub(crate) fn need(&mut self) -> Result<&'w str, End> {
        self.next().ok_or_else(|| End::usage("Command line is not complete. Try option \"help\"\n"))
    }

    /// A number in the C library's notation.
    pub(crate) fn u32(&mut self, why: &str) -> Result<u32, End> {
        let word = self.need()?;
        number(word).ok_or_else(|| invarg(why, word))
    }

    /// What is left.
    pub(crate) const fn rest(&self) -> &'w [&'w str] {
        self.words
    }
}

/// `strtoul` with base 0 over the whole word.
pub(crate) fn number(word: &str) -> Option<u32> {
    let word = word.strip_prefix('+').unwrap_or(word);
    if let Some(hex) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        return u32::from_str_radix(hex, 16).ok();
    }
    if word.len() > 1 && word.starts_with('0') {
        return u32::from_str_radix(word, 8).ok();
    }
    word.parse().ok()
}

/// An address or prefix as iproute2 reads it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Prefix {
    /// `None` for `default`, `any` and `all` without a family.
    pub(crate) addr: Option<IpAddr>,
    /// Length; a whole address has its family's full length.
    pub(crate) len: u8,
    /// A length was written, or the word was `default`.
    pub(crate) explicit: bool,
    /// The word was `default`, `any` or `all`.
    pub(crate) all: bool,
}

fn ipv4(word: &str) -> Option<IpAddr> {
    let mut octets = [0; 4];
    let mut parts = word.split('.');
    for octet in &mut octets {
        match parts.next() {
            Some(part) => *octet = u8::try_from(number(part)?).ok()?,
            None => break,
        }
    }
    parts.next().is_none().then(|| IpAddr::V4(Ipv4Addr::from(octets)))
}

fn address(word: &str, family: Option<Family>) -> Option<Prefix> {
    if matches!(word, "default" | "all" | "any") {
        let addr = family.map(Family::unspecified);
        return Some(Prefix { addr, len: 0, explicit: word == "default", all: true });
    }
    let addr = if word.contains(':') { IpAddr::V6(word.parse::<Ipv6Addr>().ok()?) } else { ipv4(word)? };
    if family.is_some_and(|f| f != Family::of(addr)) {
        return None;
    }
    Some(Prefix { addr: Some(addr), len: Family::of(addr).bits(), explicit: false, all: false })
}

/// A prefix length: a number, or an IPv4 netmask.
fn netmask(word: &str) -> Option<u8> {
    if let Some(len) = number(word) {
        return u8::try_from(len).ok();
    }
    let IpAddr::V4(mask) = ipv4(word).filter(|_| word.contains('.'))? else { return None };
    let bits = mask.to_bits();
    (bits.leading_ones() + bits.trailing_zeros() == 32 || bits == 0).then(|| bits.leading_ones() as u8)
}

fn prefix_of(word: &str, family: Option<Family>) -> Option<Prefix> {
    let Some((addr, len)) = word.split_once('/') else { return address(word, family) };
    let prefix = address(addr, family)?;
    let len = netmask(len)?;
    if prefix.all || len > prefix.len {
        return None;
    }
    Some(Prefix { len, explicit: true, ..prefix })
}

const fn family_name(family: Option<Family>) -> &'static str {
    match family {
        None => "any valid",
        Some(Family::V4) => "inet",
        Some(Family::V6) => "inet6",
    }
}

/// `get_addr`.
pub(crate) fn get_addr(word: &str, family: Option<Family>) -> Result<Prefix, End> {
    address(word, family).ok_or_else(|| {
        let family = family_name(family);
        End::exit(1, format!("Error: {family} address is expected rather than \"{word}\".\n"))
    })
}

/// `get_prefix`.
pub(crate) fn get_prefix(word: &str, family: Option<Family>) -> Result<Prefix, End> {
    prefix_of(word, family).ok_or_else(|| {
        let family = family_name(family);
        End::exit(1, format!("Error: {family} prefix is expected rather than \"{word}\".\n"))
    })
}

/// `ll_addr_a2n` for Ethernet.
pub(crate) fn get_mac(word: &str) -> Result<Mac, End> {
    let bad =
        || End::fail(1, format!("\"{}\" is invalid lladdr.\n", word.split(':').next_back().unwrap_or("")));
    if word.contains('.') {
        return Err(End::fail(1, format!("\"{word}\" is invalid lladdr.\n")));
    }
    let mut octets = Vec::new();
    for part in word.split(':') {
        let digits: String = part.chars().take_while(char::is_ascii_hexdigit).collect();
        let value = u8::from_str_radix(&digits, 16)
            .map_err(|_| End::fail(1, format!("\"{part}\" is invalid lladdr.\n")))?;
        octets.push(value);
    }
    match <[u8; 6]>::try_from(octets.as_slice()) {
        Ok(octets) => Ok(Mac(octets)),
        Err(_) if octets.len() > 32 => Err(bad()),
        Err(_) => Err(End::fail(1, format!("Invalid address length {} - must be 6 bytes\n", octets.len()))),
    }
}

/// `check_ifname`: a word that can be an interface's name.
pub(crate) fn ifname(word: &str) -> Option<IfName> {
    let printable = |c: char| c != '/' && !c.is_ascii_whitespace();
    if word.is_empty() || word.len() >= 16 || !word.chars().all(printable) {
        return None;
    }
    IfName::new(word)
}

/// `on` and `off`.
pub(crate) fn on_off(key: &str, word: &str) -> Result<bool, End> {
    match word {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(End::fail(
            1,
            format!("Error: argument of \"{key}\" must be \"on\" or \"off\", not \"{word}\"\n"),
        )),
    }
}
