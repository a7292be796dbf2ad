//! tcpdump's command line.

use super::Done;
use crate::Cx;
use crate::print::tcpdump::{Dump, Style};
use crate::tools::clib::{Getopt, Item, strtol};

/// Which packets by direction (`-Q`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Ways {
    #[default]
    Both,
    In,
    Out,
}

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub style: Style,
    pub device: Option<String>,
    /// `-c`; 0 is no end.
    pub count: u32,
    /// `--count`: the number alone.
    pub only_count: bool,
    pub ways: Ways,
    pub immediate: bool,
    /// `-U`, `-l`: each line at once.
    pub flush: bool,
    pub write: Option<Vec<u8>>,
    /// `--print`: also with `-w`.
    pub print: bool,
    pub read: Option<Vec<u8>>,
    pub list_types: bool,
    pub numeric: bool,
    pub expression: String,
}

/// Short options; the letters from U+E000 on stand for long ones without a short form.
const SPEC: &str = "aAbB:c:C:dDeE:fF:G:hHi:Ij:JKlLm:M:nNOpqQ:r:s:StT:uUvV:w:W:xXy:Yz:Z:#\
    \u{e000}\u{e001}\u{e002}\u{e003}\u{e004}\u{e005}:\u{e006}";

/// Long options and what they stand for.
const LONG: [(&str, char); 24] = [
    ("buffer-size", 'B'),
    ("list-interfaces", 'D'),
    ("help", 'h'),
    ("interface", 'i'),
    ("monitor-mode", 'I'),
    ("time-stamp-type", 'j'),
    ("list-time-stamp-types", 'J'),
    ("micro", '\u{e003}'),
    ("nano", '\u{e004}'),
    ("time-stamp-precision", '\u{e005}'),
    ("dont-verify-checksums", 'K'),
    ("list-data-link-types", 'L'),
    ("no-optimize", 'O'),
    ("no-promiscuous-mode", 'p'),
    ("direction", 'Q'),
    ("snapshot-length", 's'),
    ("absolute-tcp-sequence-numbers", 'S'),
    ("packet-buffered", 'U'),
    ("linktype", 'y'),
    ("immediate-mode", '\u{e002}'),
    ("relinquish-privileges", 'Z'),
    ("count", '\u{e000}'),
    ("print", '\u{e001}'),
    ("version", '\u{e006}'),
];

/// Other link types that an interface could be asked for.
const LINK_TYPES: [&str; 7] = ["DOCSIS", "LINUX_SLL", "LINUX_SLL2", "NULL", "RAW", "PPP", "IEEE802_11"];

impl Options {
    /// Reads the words of the command line.
    ///
    /// # Source
    /// tcpdump 4.99.3, `tcpdump.c`: `main`.
    pub fn parse(cx: &mut Cx<'_>) -> Result<Self, Done> {
        let words = shorten(cx)?;
        let mut options = Self::default();
        let mut getopt = Getopt::new(SPEC, &words);
        for item in getopt.by_ref() {
            match item {
                Item::Flag(c) => options.flag(cx, c)?,
                Item::Value(c, value) => options.value(cx, c, &value)?,
                Item::Unknown(c) => {
                    return Err(misused(cx, &format!("invalid option -- '{c}'")));
                }
                Item::Missing(c) => {
                    return Err(misused(cx, &format!("option requires an argument -- '{c}'")));
                }
            }
        }
        let words = getopt.operands().join(" ");
        if !words.is_empty() {
            options.expression = words;
        }
        Ok(options)
    }

    fn flag(&mut self, cx: &mut Cx<'_>, c: char) -> Result<(), Done> {
        let style = &mut self.style;
        match c {
            'A' => style.dump = Dump::Ascii { link: matches!(style.dump, Dump::Ascii { .. }) },
            'x' => style.dump = Dump::Hex { link: matches!(style.dump, Dump::Hex { .. }) },
            'X' => style.dump = Dump::HexAscii { link: matches!(style.dump, Dump::HexAscii { .. }) },
            'e' => style.link = true,
            'v' => style.verbose = style.verbose.saturating_add(1),
            'q' => style.quiet = style.quiet.saturating_add(1),
            't' => style.time = style.time.saturating_add(1),
            'S' => style.absolute = true,
            '#' => style.number = true,
            'K' => style.no_checksums = true,
            '\u{e003}' => style.nano = false,
            '\u{e004}' => style.nano = true,
            '\u{e000}' => self.only_count = true,
            '\u{e001}' => self.print = true,
            '\u{e002}' => self.immediate = true,
            'l' | 'U' => self.flush = true,
            'L' => self.list_types = true,
            'n' => self.numeric = true,
            // The optimizer, promiscuous mode and what -f and -N leave out show nowhere with -n.
            'O' | 'p' | 'f' | 'N' => {}
            'h' => {
                let _ = cx.write_fd(1, include_bytes!("usage.txt"));
                return Err(Done(0));
            }
            '\u{e006}' => {
                let _ = cx.write_fd(1, include_bytes!("version.txt"));
                return Err(Done(0));
            }
            _ => return Err(not_simulated(cx, &format!("-{c}"))),
        }
        Ok(())
    }

    fn value(&mut self, cx: &mut Cx<'_>, c: char, value: &str) -> Result<(), Done> {
        match c {
            'i' => self.device = Some(value.to_owned()),
            'c' => match strtol(value) {
                Ok(n) if n > 0 => self.count = u32::try_from(n).unwrap_or(u32::MAX),
                _ => return Err(super::fail(cx, &format!("invalid packet count {value}"))),
            },
            's' => match strtol(value) {
                Ok(0) => self.style.snaplen = 262_144,
                Ok(n) if (1..=262_144).contains(&n) => self.style.snaplen = n as u32,
                _ => {
                    let text = format!("invalid snaplen {value} (must be >= 0 and <= 262144)");
                    return Err(super::fail(cx, &text));
                }
            },
            'B' => {
                if !strtol(value).is_ok_and(|n| n > 0) {
                    return Err(super::fail(cx, &format!("invalid packet buffer size {value}")));
                }
            }
            'Q' => {
                self.ways = match value.to_ascii_lowercase().as_str() {
                    "in" => Ways::In,
                    "out" => Ways::Out,
                    "inout" => Ways::Both,
                    _ => return Err(super::fail(cx, &format!("unknown capture direction `{value}'"))),
                };
            }
            '\u{e005}' => {
                self.style.nano = match value {
                    "micro" => false,
                    "nano" => true,
                    _ => return Err(super::fail(cx, "unable to parse time stamp precision")),
                };
            }
            'F' => match cx.read_file(value.as_bytes()) {
                Ok(bytes) => self.expression = String::from_utf8_lossy(&bytes).into_owned(),
                Err(e) => return Err(super::fail(cx, &format!("can't open {value}: {}", e.text()))),
            },
            'r' => self.read = Some(value.as_bytes().to_vec()),
            'w' => self.write = Some(value.as_bytes().to_vec()),
            'y' if value.eq_ignore_ascii_case("EN10MB") => {}
            'y' if !LINK_TYPES.iter().any(|t| value.eq_ignore_ascii_case(t)) => {
                return Err(super::fail(cx, &format!("invalid data link type {value}")));
            }
            // There is one user, and nothing encrypted.
            'Z' | 'E' => {}
            _ => return Err(not_simulated(cx, &format!("-{c}"))),
        }
        Ok(())
    }
}

/// The words with every long option in its short form.
fn shorten(cx: &mut Cx<'_>) -> Result<Vec<String>, Done> {
    let mut words = Vec::new();
    let mut rest = cx.strings().into_iter();
    while let Some(word) = rest.next() {
        let Some(long) = word.strip_prefix("--").filter(|l| !l.is_empty()) else {
            let end = word == "--";
            words.push(word);
            if end {
                words.extend(rest);
                break;
            }
            continue;
        };
        let (name, value) = long.split_once('=').map_or((long, None), |(n, v)| (n, Some(v)));
        let exact = LONG.iter().find(|(l, _)| *l == name);
        let mut like = LONG.iter().filter(|(l, _)| l.starts_with(name));
        let found = exact.or_else(|| like.next().filter(|_| like.next().is_none()));
        // "--number" stands for -#, which is no letter of a long name's own.
        let letter = if name == "number" { Some('#') } else { found.map(|(_, c)| *c) };
        let Some(letter) = letter else {
            return Err(misused(cx, &format!("unrecognized option '--{name}'")));
        };
        words.push(format!("-{letter}"));
        words.extend(value.map(str::to_owned));
    }
    Ok(words)
}

/// A wrong option: what getopt says, and the usage.
fn misused(cx: &mut Cx<'_>, message: &str) -> Done {
    let name = cx.args.first().cloned().unwrap_or_default();
    let text = [&name[..], b": ", message.as_bytes(), b"\n", include_bytes!("usage.txt")].concat();
    let _ = cx.write_fd(2, &text);
    Done(1)
}

/// Refuses what is not modelled.
pub(super) fn not_simulated(cx: &mut Cx<'_>, what: &str) -> Done {
    let _ = cx.write_fd(2, format!("packetwalk: tcpdump {what} is not simulated\n").as_bytes());
    Done(1)
}
