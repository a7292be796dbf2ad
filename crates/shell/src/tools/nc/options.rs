//! nc's command line.

use packetwalk_wire::Family;

use super::{Done, fail};
use crate::Cx;
use crate::tools::clib::{Bad, Getopt, Item, port_of, strtol};

/// What was asked for.
///
/// # Source
/// netcat-openbsd 1.219-1, `netcat.c`: the flags of `main`.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub family: Option<Family>,
    pub broadcast: bool,
    pub crlf: bool,
    pub no_stdin: bool,
    /// `-i`, in seconds.
    pub interval: u64,
    pub keep: bool,
    pub listen: bool,
    pub ttl: Option<u8>,
    pub shut: bool,
    pub numeric: bool,
    pub source_port: Option<String>,
    /// `-q`, in seconds; `None` without.
    pub quit: Option<i64>,
    pub shuffle: bool,
    pub source: Option<String>,
    pub tos: Option<u8>,
    pub udp: bool,
    pub verbose: bool,
    /// `-W`; 0 is no limit.
    pub limit: i64,
    /// `-w`, in seconds.
    pub timeout: Option<u64>,
    pub scan: bool,
    pub host: Option<String>,
    pub ports: Vec<String>,
    /// An option that is not modelled.
    refused: Option<char>,
}

const SPEC: &str = "46bCDdFhI:i:klM:m:NnO:P:p:q:rSs:T:tUuV:vW:w:X:x:Zz";

/// `-T` by name.
const TOS: [(&str, u8); 28] = [
    ("af11", 0x28),
    ("af12", 0x30),
    ("af13", 0x38),
    ("af21", 0x48),
    ("af22", 0x50),
    ("af23", 0x58),
    ("af31", 0x68),
    ("af32", 0x70),
    ("af33", 0x78),
    ("af41", 0x88),
    ("af42", 0x90),
    ("af43", 0x98),
    ("critical", 0xa0),
    ("cs0", 0x00),
    ("cs1", 0x20),
    ("cs2", 0x40),
    ("cs3", 0x60),
    ("cs4", 0x80),
    ("cs5", 0xa0),
    ("cs6", 0xc0),
    ("cs7", 0xe0),
    ("ef", 0xb8),
    ("inetcontrol", 0xc0),
    ("lowcost", 0x02),
    ("lowdelay", 0x10),
    ("netcontrol", 0xe0),
    ("reliability", 0x04),
    ("throughput", 0x08),
];

impl Options {
    /// Reads the words of the command line.
    pub fn parse(cx: &mut Cx<'_>) -> Result<Self, Done> {
        let words = cx.strings();
        let mut options = Self::default();
        let mut getopt = Getopt::new(SPEC, &words);
        for item in getopt.by_ref() {
            let (message, letter) = match item {
                Item::Flag(c) => {
                    options.flag(cx, c)?;
                    continue;
                }
                Item::Value(c, value) => {
                    options.value(cx, c, &value)?;
                    continue;
                }
                Item::Unknown(c) => ("invalid option", c),
                Item::Missing(c) => ("option requires an argument", c),
            };
            let name = cx.args.first().cloned().unwrap_or_default();
            let line = [&name[..], format!(": {message} -- '{letter}'\n").as_bytes()].concat();
            let _ = cx.write_fd(2, &line);
            return Err(usage(cx));
        }
        options.place(cx, getopt.operands())?;
        Ok(options)
    }

    fn flag(&mut self, cx: &mut Cx<'_>, c: char) -> Result<(), Done> {
        match c {
            '4' => self.family = Some(Family::V4),
            '6' => self.family = Some(Family::V6),
            'b' => self.broadcast = true,
            'C' => self.crlf = true,
            // SO_DEBUG does not show.
            'D' => {}
            'd' => self.no_stdin = true,
            'h' => {
                let _ = cx.write_fd(2, include_bytes!("help.txt"));
                return Err(Done(0));
            }
            'k' => self.keep = true,
            'l' => self.listen = true,
            'N' => self.shut = true,
            'n' => self.numeric = true,
            'r' => self.shuffle = true,
            'u' => self.udp = true,
            'v' => self.verbose = true,
            'z' => self.scan = true,
            _ => self.refused = self.refused.or(Some(c)),
        }
        Ok(())
    }

    fn value(&mut self, cx: &mut Cx<'_>, c: char, value: &str) -> Result<(), Done> {
        match c {
            'i' => {
                let message = |e| format!("interval {e}: {value}");
                self.interval =
                    number(value, 0, i64::from(u32::MAX)).map_err(|e| fail(cx, &message(e)))? as u64;
            }
            'M' => {
                self.ttl = Some(number(value, 0, 255).map_err(|e| fail(cx, &format!("ttl is {e}")))? as u8);
            }
            'm' => {
                number(value, 0, 255).map_err(|e| fail(cx, &format!("minttl is {e}")))?;
                self.refused = self.refused.or(Some(c));
            }
            'p' => self.source_port = Some(value.to_owned()),
            'q' => {
                let message = |e| format!("quit timer {e}: {value}");
                let seconds = number(value, i64::from(i32::MIN), i64::from(i32::MAX))
                    .map_err(|e| fail(cx, &message(e)))?;
                self.quit = Some(seconds);
                self.shut |= seconds >= 0;
            }
            's' => self.source = Some(value.to_owned()),
            'V' => return Err(fail(cx, "no alternate routing table support available")),
            'W' => {
                let message = |e| format!("receive limit {e}: {value}");
                self.limit = number(value, 1, i64::from(i32::MAX)).map_err(|e| fail(cx, &message(e)))?;
            }
            'w' => {
                let message = |e| format!("timeout {e}: {value}");
                let seconds =
                    number(value, 0, i64::from(i32::MAX / 1000)).map_err(|e| fail(cx, &message(e)))?;
                self.timeout = Some(seconds as u64);
            }
            'I' | 'O' => {
                let what = if c == 'I' { "receive" } else { "send" };
                let message = |e| format!("TCP {what} window {e}: {value}");
                number(value, 1, 65536 << 14).map_err(|e| fail(cx, &message(e)))?;
            }
            'T' => {
                let named = TOS.iter().find(|(name, _)| *name == value).map(|(_, tos)| i64::from(*tos));
                let tos = named.or_else(|| match value.strip_prefix("0x") {
                    Some(hex) => i64::from_str_radix(hex, 16).ok(),
                    None => number(value, 0, 255).ok(),
                });
                let tos = tos.and_then(|t| u8::try_from(t).ok());
                self.tos = Some(tos.ok_or_else(|| fail(cx, &format!("illegal tos value {value}")))?);
            }
            'X' if !matches!(value, "4" | "5") && !value.eq_ignore_ascii_case("connect") => {
                return Err(fail(cx, "unsupported proxy protocol"));
            }
            _ => self.refused = self.refused.or(Some(c)),
        }
        Ok(())
    }

    /// What the operands mean.
    fn place(&mut self, cx: &mut Cx<'_>, operands: Vec<String>) -> Result<(), Done> {
        let mut words = operands.into_iter();
        match words.len() {
            0 if self.listen => {
                self.host.clone_from(&self.source);
                self.ports.extend(self.source_port.clone());
            }
            1 if self.source_port.is_none() && self.source.is_none() => {
                if self.listen {
                    self.ports.extend(words.next());
                }
            }
            n if n >= 2 => {
                if self.listen && (self.source_port.is_some() || self.source.is_some() || n > 2) {
                    return Err(usage(cx));
                }
                self.host = words.next();
                self.ports.extend(words);
            }
            _ => return Err(usage(cx)),
        }
        if self.ports.is_empty() {
            return Err(fail(cx, "missing port number"));
        }
        if self.listen && self.scan {
            return Err(fail(cx, "cannot use -z and -l"));
        }
        if !self.listen && self.keep {
            return Err(fail(cx, "must use -l with -k"));
        }
        match self.refused {
            Some(c) => Err(not_simulated(cx, c)),
            None => Ok(()),
        }
    }

    /// The protocol's name.
    pub const fn protocol(&self) -> &'static str {
        if self.udp { "udp" } else { "tcp" }
    }

    /// Every port to try, in order.
    ///
    /// # Source
    /// netcat-openbsd 1.219-1, `netcat.c`: `build_ports`.
    pub fn port_list(&self, cx: &mut Cx<'_>) -> Result<Vec<u16>, Done> {
        let mut list = Vec::new();
        for word in &self.ports {
            if let Some(port) = port_of(word, self.protocol()) {
                list.push(port);
                continue;
            }
            let range = word.split_once('-').filter(|_| word.starts_with(|c: char| c.is_ascii_digit()));
            match range {
                Some((low, high)) => {
                    let high = port(cx, high)?;
                    let low = port(cx, low)?;
                    list.extend(low.min(high)..=low.max(high));
                }
                None => list.push(port(cx, word)?),
            }
        }
        if self.shuffle {
            for i in (1..list.len()).rev() {
                list.swap(i, usize::from(cx.sys.random()) % (i + 1));
            }
        }
        Ok(list)
    }
}

/// `strtonum`.
fn number(text: &str, min: i64, max: i64) -> Result<i64, &'static str> {
    match strtol(text) {
        Ok(n) if n < min => Err("too small"),
        Ok(n) if n > max => Err("too large"),
        Ok(n) => Ok(n),
        Err(Bad::Range) if text.trim_start().starts_with('-') => Err("too small"),
        Err(Bad::Range) => Err("too large"),
        Err(Bad::Garbage) => Err("invalid"),
    }
}

fn port(cx: &mut Cx<'_>, text: &str) -> Result<u16, Done> {
    match number(text, 1, 65535) {
        Ok(port) => Ok(port as u16),
        Err(e) => Err(fail(cx, &format!("port number {e}: {text}"))),
    }
}

fn usage(cx: &mut Cx<'_>) -> Done {
    let _ = cx.write_fd(2, include_bytes!("usage.txt"));
    Done(1)
}

/// Refuses what is not modelled.
fn not_simulated(cx: &mut Cx<'_>, c: char) -> Done {
    let _ = cx.write_fd(2, format!("packetwalk: nc -{c} is not simulated\n").as_bytes());
    Done(1)
}
