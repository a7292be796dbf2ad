//! Addresses and numbers in texts: where the lab tells one address, or one port, from another.

use std::net::IpAddr;
use std::net::{Ipv4Addr, Ipv6Addr};

use packetwalk_wire::{Mac, Order};

/// An address as a number that sorts within its family.
pub type Point = (bool, u128);

pub fn point(addr: IpAddr) -> Point {
    match addr {
        IpAddr::V4(a) => (false, u128::from(a.to_bits())),
        IpAddr::V6(a) => (true, a.to_bits()),
    }
}

/// Addresses from the first to the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    pub first: Point,
    pub last: Point,
}

impl Span {
    pub fn one(addr: IpAddr) -> Self {
        Self { first: point(addr), last: point(addr) }
    }

    pub fn of_prefix(addr: IpAddr, len: u8) -> Self {
        let (six, number) = point(addr);
        let (bits, all) = if six { (128, u128::MAX) } else { (32, u128::from(u32::MAX)) };
        let host = all.checked_shr(u32::from(len)).unwrap_or(0);
        let host = if u32::from(len) >= bits { 0 } else { host };
        Self { first: (six, number & !host), last: (six, number | host) }
    }

    pub fn has(&self, at: Point) -> bool {
        (self.first..=self.last).contains(&at)
    }
}

/// What a piece of a text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    Span(Span),
    Mac(Mac),
    /// A mask with holes: not a span.
    Odd,
}

/// The runs of characters that addresses and numbers consist of.
pub fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/' | '-')))
        .map(|run| run.trim_matches('-'))
        .filter(|run| !run.is_empty())
}

/// An address, with a port after it or without.
fn address(text: &str) -> Option<IpAddr> {
    let whole = text.parse().ok();
    whole.or_else(|| text.rsplit_once(':')?.0.parse::<Ipv4Addr>().ok().map(IpAddr::V4))
}

/// What addresses a text speaks of.
pub fn pieces(text: &str) -> Vec<Piece> {
    runs(text).filter_map(piece).collect()
}

fn piece(run: &str) -> Option<Piece> {
    if let Some((addr, len)) = run.split_once('/') {
        let addr: IpAddr = addr.parse().ok()?;
        return Some(len.parse().map_or(Piece::Odd, |len| Piece::Span(Span::of_prefix(addr, len))));
    }
    if let Some((first, last)) = run.split_once('-')
        && let Ok(first) = first.parse::<IpAddr>()
    {
        let last = address(last)?;
        return Some(Piece::Span(Span { first: point(first), last: point(last) }));
    }
    if let Ok(mac) = run.parse::<Mac>() {
        return Some(Piece::Mac(mac));
    }
    let addr = address(run)?;
    // `12` and `abc` are no addresses; `::` is any.
    let is_any = addr == IpAddr::V6(Ipv6Addr::UNSPECIFIED) || addr == IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    (!is_any).then(|| Piece::Span(Span::one(addr)))
}

/// Every number that could be a port.
pub fn numbers(text: &str) -> Vec<u16> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
}

/// Points at which something begins or ends: what lies between two neighbours is alike.
#[derive(Clone, Debug)]
pub struct Cuts<T>(Vec<T>);

impl<T> Default for Cuts<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord + Copy> Cuts<T> {
    pub fn add(&mut self, at: T) {
        self.0.push(at);
    }

    pub fn done(&mut self) {
        self.0.order();
        self.0.dedup();
    }

    /// The number of the part that something is in.
    pub fn part(&self, of: T) -> usize {
        self.0.partition_point(|&cut| cut <= of)
    }
}

impl Cuts<Point> {
    /// What lies in a span is not like what lies beside it, nor like the two ends, which have their names in a text.
    pub fn span(&mut self, span: Span) {
        for (six, at) in [span.first, span.last] {
            self.add((six, at));
            if let Some(after) = at.checked_add(1) {
                self.add((six, after));
            }
        }
    }
}

/// Ports that something speaks of: each alone, and ranges.
#[derive(Clone, Debug, Default)]
pub struct Ports {
    single: Vec<u16>,
    cuts: Cuts<u32>,
}

impl Ports {
    pub fn port(&mut self, port: u16) {
        self.single.push(port);
    }

    /// What a word of an option that takes ports, or has one after an address, says.
    pub fn word(&mut self, word: &str) {
        for part in word.split(',') {
            let all = numbers(part);
            self.single.extend(&all);
            for port in all {
                self.cuts_at(part, port);
            }
        }
    }

    fn cuts_at(&mut self, part: &str, port: u16) {
        if part.contains([':', '-']) {
            self.cuts.add(u32::from(port));
            self.cuts.add(u32::from(port) + 1);
        }
    }

    pub fn done(&mut self) {
        self.single.order();
        self.single.dedup();
        self.cuts.done();
    }

    /// Two ports with one answer are alike.
    pub fn kind(&self, port: u16) -> (Option<u16>, usize) {
        let known = self.single.binary_search(&port).is_ok();
        (known.then_some(port), self.cuts.part(u32::from(port)))
    }
}

/// The text with own things by other names.
pub fn renamed(text: &str, name: &dyn Fn(&str) -> Option<String>) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '_' | '-');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len =
            if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, after) = rest.split_at(len);
        rest = after;
        if !is_word(first) {
            out.push(first);
            continue;
        }
        out.push_str(&word_renamed(word, name));
    }
    out
}

/// A word, or what stands before its last colon or full stop.
fn word_renamed(word: &str, name: &dyn Fn(&str) -> Option<String>) -> String {
    if let Some(new) = name(word) {
        return new;
    }
    for mark in [':', '.'] {
        if let Some((head, tail)) = word.rsplit_once(mark)
            && let Some(new) = name(head)
        {
            return format!("{new}{mark}{tail}");
        }
    }
    if let Some((first, last)) = word.split_once('-')
        && (name(first).is_some() || name(last).is_some())
    {
        let new = |word: &str| name(word).unwrap_or_else(|| word.to_owned());
        return format!("{}-{}", new(first), new(last));
    }
    word.to_owned()
}
