//! What every printer works with: the bytes, the options and the line.

use std::net::{Ipv4Addr, Ipv6Addr};

use packetwalk_wire::Mac;

use super::tcp::Flows;
use super::{Style, put};

/// The captured bytes end here: the line ends with `[|protocol]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cut {
    /// The whole line ends (`nd_trunc_longjmp`).
    Line,
    /// This printer ends (`goto trunc`).
    Printer,
}

impl Cut {
    /// For a field that the printer looks for before it reads it (`ND_TCHECK`).
    pub fn printer<T>(print: Print<T>) -> Print<T> {
        print.map_err(|_| Self::Printer)
    }
}

/// The outcome of a printer.
pub(super) type Print<T = ()> = Result<T, Cut>;

/// A line in the making.
pub(super) struct Dissect<'a> {
    pub style: &'a Style,
    pub flows: &'a mut Flows,
    pub out: &'a mut String,
    /// What is being printed, for `[|protocol]`.
    pub protocol: &'static str,
}

impl<'a> Dissect<'a> {
    pub fn new(style: &'a Style, flows: &'a mut Flows, out: &'a mut String) -> Self {
        Self { style, flows, out, protocol: "" }
    }

    pub fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// `nd_print_trunc`.
    pub fn truncated(&mut self) {
        put!(self.out, " [|{}]", self.protocol);
    }

    /// `nd_print_invalid`.
    pub fn invalid(&mut self) {
        self.text(" (invalid)");
    }

    pub fn verbose(&self, at_least: u8) -> bool {
        self.style.verbose >= at_least
    }

    /// `fn_print_char`: what is not printable as `^X` and `M-X`.
    pub fn char(&mut self, c: u8) {
        let mut c = c;
        if c & 0x80 != 0 {
            c &= 0x7f;
            self.text("M-");
        }
        if !is_print(c) {
            c ^= 0x40;
            self.text("^");
        }
        self.out.push(char::from(c));
    }

    /// `nd_printn`: false when the captured bytes end before `n`.
    pub fn chars(&mut self, bytes: &[u8], n: usize) -> bool {
        for &c in bytes.iter().take(n) {
            self.char(c);
        }
        bytes.len() >= n
    }
}

/// `ND_ASCII_ISPRINT`.
pub(super) const fn is_print(c: u8) -> bool {
    c >= 0x20 && c < 0x7f
}

/// `tok2str`: the name of a number in a table.
pub(super) fn name<'t, N: Copy + PartialEq>(table: &[(N, &'t str)], number: N) -> Option<&'t str> {
    table.iter().find(|(n, _)| *n == number).map(|(_, name)| *name)
}

/// `bittok2str`: the names of the bits that are set; `none` when there is no name.
pub(super) fn bits(table: &[(u32, &str)], value: u32, between: &str, none: &str) -> String {
    let names: Vec<&str> = table.iter().filter(|(bit, _)| value & bit == *bit).map(|(_, n)| *n).collect();
    if names.is_empty() { none.to_owned() } else { names.join(between) }
}

/// The fields of a header, each a [`Cut`] when it was not captured.
pub(super) trait Fields {
    fn from(&self, at: usize) -> Print<&[u8]>;
    fn array<const N: usize>(&self, at: usize) -> Print<[u8; N]>;

    fn u8(&self, at: usize) -> Print<u8> {
        self.array::<1>(at).map(|[b]| b)
    }
    fn u16(&self, at: usize) -> Print<u16> {
        self.array(at).map(u16::from_be_bytes)
    }
    fn u32(&self, at: usize) -> Print<u32> {
        self.array(at).map(u32::from_be_bytes)
    }
    fn ipv4(&self, at: usize) -> Print<Ipv4Addr> {
        self.array::<4>(at).map(Ipv4Addr::from)
    }
    fn ipv6(&self, at: usize) -> Print<Ipv6Addr> {
        self.array::<16>(at).map(Ipv6Addr::from)
    }
    fn mac(&self, at: usize) -> Print<Mac> {
        self.array(at).map(Mac)
    }
}

impl Fields for [u8] {
    fn from(&self, at: usize) -> Print<&[u8]> {
        self.get(at..).ok_or(Cut::Line)
    }
    fn array<const N: usize>(&self, at: usize) -> Print<[u8; N]> {
        self.get(at..).and_then(<[u8]>::first_chunk).copied().ok_or(Cut::Line)
    }
}

/// The first `len` bytes, or all when there are fewer.
pub(super) fn first(bytes: &[u8], len: usize) -> &[u8] {
    bytes.get(..len).unwrap_or(bytes)
}
