//! ping's command line.

use crate::Cx;
use crate::tools::clib::{Bad, Getopt, Item, Stdout, strtod, strtol};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_wire::Family;

/// Path MTU discovery (`-M`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Discover {
    Do,
    Dont,
    Want,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub family: Option<Family>,
    pub broadcast: bool,
    pub ident: Option<u16>,
    pub audible: bool,
    pub adaptive: bool,
    pub strict_source: bool,
    /// `-c`; 0 is no end.
    pub count: i64,
    pub timestamps: bool,
    /// `-i`, in milliseconds.
    pub interval: i64,
    pub interval_set: bool,
    pub device: Option<String>,
    pub source4: Option<Ipv4Addr>,
    pub source6: Option<Ipv6Addr>,
    pub preload: i64,
    pub mark: Option<u32>,
    pub discover: Option<Discover>,
    pub numeric: bool,
    pub outstanding: bool,
    pub flood: bool,
    pub pattern: Option<Vec<u8>>,
    pub quiet: bool,
    pub tos: u8,
    /// `-s`, in bytes.
    pub size: usize,
    pub ttl: Option<u8>,
    pub verbose: bool,
    /// `-w`, in seconds; 0 is none.
    pub deadline: i64,
    /// `-W`, in milliseconds.
    pub linger: i64,
    pub operands: Vec<String>,
}

const SPEC: &str = "h?4bRT:6F:N:aABc:CdDe:fi:I:l:Lm:M:nOp:qQ:rs:S:t:UvVw:W:";

/// Why ping ends before it begins: its status; what it says is said already.
pub(super) struct Done(pub u8);

impl Options {
    const fn new(family: Option<Family>) -> Self {
        Self {
            family,
            broadcast: false,
            ident: None,
            audible: false,
            adaptive: false,
            strict_source: false,
            count: 0,
            timestamps: false,
            interval: 1000,
            interval_set: false,
            device: None,
            source4: None,
            source6: None,
            preload: 1,
            mark: None,
            discover: None,
            numeric: false,
            outstanding: false,
            flood: false,
            pattern: None,
            quiet: false,
            tos: 0,
            size: 56,
            ttl: None,
            verbose: false,
            deadline: 0,
            linger: 10_000,
            operands: Vec::new(),
        }
    }

    /// Reads the words of the command line.
    ///
    /// # Source
    /// iputils 20221126, `ping/ping.c`: `main`.
    pub fn parse(cx: &mut Cx<'_>, out: &mut Stdout) -> Result<Self, Done> {
        let family = match cx.args.first().and_then(|n| n.last()) {
            Some(b'4') => Some(Family::V4),
            Some(b'6') => Some(Family::V6),
            _ => None,
        };
        let words = cx.strings();
        let mut options = Self::new(family);
        let mut getopt = Getopt::new(SPEC, &words);
        for item in getopt.by_ref() {
            match item {
                Item::Flag(c) => options.flag(cx, out, c)?,
                Item::Value(c, value) => options.value(cx, out, c, &value)?,
                Item::Unknown(c) => {
                    out.error(cx, &format!("invalid option -- '{c}'"));
                    return Err(usage(cx));
                }
                Item::Missing(c) => {
                    out.error(cx, &format!("option requires an argument -- '{c}'"));
                    return Err(usage(cx));
                }
            }
        }
        options.operands = getopt.operands();
        if options.operands.is_empty() {
            return Err(fail(cx, out, 1, "usage error: Destination address required"));
        }
        if options.flood && !options.interval_set {
            options.interval = 0;
        }
        Ok(options)
    }

    fn flag(&mut self, cx: &mut Cx<'_>, out: &mut Stdout, c: char) -> Result<(), Done> {
        match c {
            '4' | '6' => {
                let family = if c == '4' { Family::V4 } else { Family::V6 };
                if self.family.is_some_and(|f| f != family) {
                    return Err(fail(cx, out, 2, "only one -4 or -6 option may be specified"));
                }
                self.family = Some(family);
            }
            'b' => self.broadcast = true,
            'a' => self.audible = true,
            'A' => self.adaptive = true,
            'B' => self.strict_source = true,
            'D' => self.timestamps = true,
            'n' => self.numeric = true,
            'O' => self.outstanding = true,
            'f' => (self.flood, self.numeric) = (true, true),
            'q' => self.quiet = true,
            'v' => self.verbose = true,
            // Nothing of these shows here: connect(), SO_DEBUG, no copy of multicast, clock of -U.
            'C' | 'd' | 'L' | 'U' => {}
            'V' => {
                let version = "ping from iputils 20221126\n\
                    libcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n";
                out.push(version.as_bytes());
                out.flush(cx);
                return Err(Done(0));
            }
            'R' | 'r' => return Err(not_simulated(cx, c)),
            _ => return Err(usage(cx)),
        }
        Ok(())
    }

    fn value(&mut self, cx: &mut Cx<'_>, out: &mut Stdout, c: char, value: &str) -> Result<(), Done> {
        match c {
            'c' => self.count = long(cx, out, value, 1, i64::MAX)?,
            'e' => self.ident = Some(long(cx, out, value, 0, 0xffff)? as u16),
            'i' => {
                let seconds = seconds(cx, out, value, "bad timing interval")?;
                if seconds > f64::from(i32::MAX) / 1000.0 {
                    return Err(fail(cx, out, 2, &format!("bad timing interval: {value}")));
                }
                self.interval = (seconds * 1000.0) as i64;
                self.interval_set = true;
            }
            'W' => {
                let seconds = seconds(cx, out, value, "bad linger time")?;
                if seconds < 0.0 || seconds > f64::from(i32::MAX) / 1000.0 {
                    return Err(fail(cx, out, 2, &format!("bad linger time: {value}")));
                }
                self.linger = (seconds * 1000.0) as i64;
            }
            'I' => self.interface(cx, out, value)?,
            'l' => self.preload = long(cx, out, value, 1, 0x10000)?,
            'm' => self.mark = Some(long(cx, out, value, 0, i64::from(u32::MAX))? as u32),
            'M' => {
                self.discover = Some(match value {
                    "do" => Discover::Do,
                    "dont" => Discover::Dont,
                    "want" => Discover::Want,
                    _ => return Err(fail(cx, out, 2, &format!("invalid -M argument: {value}"))),
                });
            }
            'p' => self.pattern = Some(value.as_bytes().to_vec()),
            'Q' => self.tos = tos(cx, out, value)?,
            's' => self.size = long(cx, out, value, 0, i64::from(i32::MAX))? as usize,
            'S' => {
                long(cx, out, value, 1, i64::from(i32::MAX))?;
            }
            't' => self.ttl = Some(long(cx, out, value, 0, 255)? as u8),
            'w' => self.deadline = long(cx, out, value, 0, i64::from(i32::MAX))?,
            _ => return Err(not_simulated(cx, c)),
        }
        Ok(())
    }

    fn interface(&mut self, cx: &mut Cx<'_>, out: &mut Stdout, value: &str) -> Result<(), Done> {
        if value.contains(':') {
            let (addr, device) = value.split_once('%').map_or((value, None), |(a, d)| (a, Some(d)));
            if let Some(device) = device {
                self.device = Some(device.to_owned());
            }
            let Ok(addr) = addr.parse() else {
                return Err(fail(cx, out, 2, &format!("invalid source address: {value}")));
            };
            self.source6 = Some(addr);
            self.strict_source = true;
        } else if let Ok(addr) = value.parse() {
            self.source4 = Some(addr);
            self.strict_source = true;
        } else {
            self.device = Some(value.to_owned());
        }
        Ok(())
    }

    /// The bytes after the ICMP header, and what `-p` prints about them.
    ///
    /// # Source
    /// iputils 20221126, `ping/ping_common.c`: `fill`, `setup`.
    pub fn fill(&self, cx: &mut Cx<'_>, out: &mut Stdout) -> Result<Vec<u8>, Done> {
        // What is larger cannot be sent: its bytes are never looked at.
        let size = self.size.min(0xffff);
        let Some(pattern) = &self.pattern else { return Ok((0..size).map(|i| i as u8).collect()) };
        if let Some(bad) = pattern.iter().position(|b| !b.is_ascii_hexdigit()) {
            let rest = String::from_utf8_lossy(pattern.get(bad..).unwrap_or_default()).into_owned();
            return Err(fail(cx, out, 2, &format!("patterns must be specified as hex digits: {rest}")));
        }
        let digit = |b: &u8| (*b as char).to_digit(16).unwrap_or(0) as u8;
        let bytes: Vec<u8> =
            pattern.chunks(2).take(16).map(|pair| pair.iter().fold(0, |n, b| n << 4 | digit(b))).collect();
        if !self.quiet {
            write!(out, "PATTERN: 0x");
            for byte in &bytes {
                write!(out, "{byte:02x}");
            }
            writeln!(out);
        }
        Ok(bytes.iter().copied().cycle().chain(core::iter::repeat(0)).take(size).collect())
    }

    /// The source address that was asked for.
    pub fn source(&self, family: Family) -> Option<IpAddr> {
        match family {
            Family::V4 => self.source4.filter(|a| !a.is_unspecified()).map(IpAddr::V4),
            Family::V6 => self.source6.filter(|a| !a.is_unspecified()).map(IpAddr::V6),
        }
    }
}

/// Says what is wrong.
pub(super) fn fail(cx: &mut Cx<'_>, out: &mut Stdout, status: u8, message: &str) -> Done {
    out.error(cx, message);
    Done(status)
}

/// Refuses what is not modelled.
fn not_simulated(cx: &mut Cx<'_>, c: char) -> Done {
    writeln!(cx.stderr, "packetwalk: ping -{c} is not simulated");
    Done(2)
}

fn long(cx: &mut Cx<'_>, out: &mut Stdout, value: &str, min: i64, max: i64) -> Result<i64, Done> {
    let message = match strtol(value) {
        Ok(n) if (min..=max).contains(&n) => return Ok(n),
        Ok(_) => format!("invalid argument: '{value}': out of range: {min} <= value <= {max}"),
        Err(Bad::Range) => format!("invalid argument: '{value}': Numerical result out of range"),
        Err(Bad::Garbage) => format!("invalid argument: '{value}'"),
    };
    Err(fail(cx, out, 1, &message))
}

/// iputils 20221126, `ping/ping.c`: `ping_strtod`.
fn seconds(cx: &mut Cx<'_>, out: &mut Stdout, value: &str, what: &str) -> Result<f64, Done> {
    if value.is_empty() {
        return Err(fail(cx, out, 2, &format!("{what}: ")));
    }
    let (number, rest) = strtod(value);
    if !rest.is_empty() {
        out.error(cx, &format!("option argument contains garbage: {rest}"));
        out.error(cx, "this will become fatal error in the future");
    }
    if !number.is_normal() && number != 0.0 {
        return Err(fail(cx, out, 2, &format!("{what}: {value}: Numerical result out of range")));
    }
    Ok(number)
}

/// iputils 20221126, `ping/ping.c`: `parsetos`.
fn tos(cx: &mut Cx<'_>, out: &mut Stdout, value: &str) -> Result<u8, Done> {
    let hex = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X"));
    let parsed = match hex {
        Some("") => Some(0),
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None if value.is_empty() => Some(0),
        None => strtol(value).ok(),
    };
    let message = match parsed {
        None => format!("bad TOS value: {value}"),
        Some(n) if n > 255 => format!("the decimal value of TOS bits must be in range 0-255: {n}"),
        Some(n) => return Ok(n as u8),
    };
    Err(fail(cx, out, 2, &message))
}

/// The text of `ping -h`.
pub(super) fn usage(cx: &mut Cx<'_>) -> Done {
    let _ = cx.write_fd(2, include_bytes!("usage.txt"));
    Done(2)
}
