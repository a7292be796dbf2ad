//! traceroute's command line.

use std::net::IpAddr;

use packetwalk_wire::Family;

use super::{Done, say};
use crate::Cx;
use crate::tools::clib::{Gai, Host, float, port_of, resolve, strtod, strtoul};

/// How the way is probed (`-M`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Method {
    /// UDP to one port after the other.
    #[default]
    Default,
    /// `-U`: UDP to one port.
    Udp,
    /// `-I`.
    Icmp,
    /// `-T`.
    Tcp,
}

impl Method {
    /// Bytes of the header that the kernel makes behind the IP header.
    pub const fn header_len(self) -> usize {
        match self {
            Self::Default | Self::Udp => 8,
            Self::Icmp | Self::Tcp => 0,
        }
    }
}

/// What was asked for. Times are seconds.
#[derive(Clone, Debug)]
pub(super) struct Options {
    known: (String, Result<Vec<Host>, Gai>),
    pub family: Option<Family>,
    pub dont_fragment: bool,
    pub first: u32,
    pub method: Method,
    pub device: Option<String>,
    pub hops: u32,
    pub at_once: u32,
    pub numeric: bool,
    pub port: u32,
    pub tos: u32,
    pub wait: f64,
    pub here: f64,
    pub near: f64,
    pub queries: u32,
    pub source: Option<IpAddr>,
    pub sport: u32,
    pub pause: f64,
    pub mark: u32,
    pub mtu: bool,
    pub back: bool,
    pub flags_shown: bool,
    /// The full length asked for.
    pub length: Option<i64>,
    pub target: Option<(String, IpAddr)>,
    module: Option<String>,
    refused: Option<String>,
    debug: u32,
}

/// What an option does with its argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Takes {
    Nothing,
    /// An argument, with its name in the help.
    Argument(&'static str),
}

use Takes::{Argument, Nothing};

/// Letter (`\0` for none), long name, argument.
#[rustfmt::skip]
const OPTIONS: [(char, &str, Takes); 31] = [
    ('4', "", Nothing), ('6', "", Nothing), ('d', "debug", Nothing), ('F', "dont-fragment", Nothing),
    ('f', "first", Argument("first_ttl")), ('g', "gateway", Argument("gate,...")), ('I', "icmp", Nothing),
    ('T', "tcp", Nothing), ('i', "interface", Argument("device")), ('m', "max-hops", Argument("max_ttl")),
    ('N', "sim-queries", Argument("squeries")), ('n', "", Nothing), ('p', "port", Argument("port")),
    ('t', "tos", Argument("tos")), ('l', "flowlabel", Argument("flow_label")),
    ('w', "wait", Argument("MAX,HERE,NEAR")), ('q', "queries", Argument("nqueries")), ('r', "", Nothing),
    ('s', "source", Argument("src_addr")), ('z', "sendwait", Argument("sendwait")),
    ('e', "extensions", Nothing), ('A', "as-path-lookups", Nothing), ('M', "module", Argument("name")),
    ('O', "options", Argument("OPTS,...")), ('\0', "sport", Argument("num")),
    ('\0', "fwmark", Argument("num")), ('U', "udp", Nothing), ('D', "dccp", Nothing),
    ('P', "protocol", Argument("prot")), ('\0', "mtu", Nothing), ('\0', "back", Nothing),
];

/// Options whose long names may be cut, to three letters at least.
const CUT: [&str; 2] = ["dont-fragment", "extensions"];

impl Default for Options {
    fn default() -> Self {
        Self {
            known: (String::new(), Err(Gai::NoName)),
            family: None,
            dont_fragment: false,
            first: 1,
            method: Method::Default,
            device: None,
            hops: 30,
            at_once: 16,
            numeric: false,
            port: 0,
            tos: 0,
            wait: 5.0,
            here: 3.0,
            near: 10.0,
            queries: 3,
            source: None,
            sport: 0,
            pause: 0.0,
            mark: 0,
            mtu: false,
            back: false,
            flags_shown: false,
            length: None,
            target: None,
            module: None,
            refused: None,
            debug: 0,
        }
    }
}

impl Options {
    /// Reads the words of the command line.
    ///
    /// # Source
    /// traceroute 2.1.2, `libsupp/clif.c`: `CLIF_parse`; `traceroute/traceroute.c`: `main`.
    /// `known` is the host as it was looked up before.
    pub fn parse(cx: &mut Cx<'_>, known: (String, Result<Vec<Host>, Gai>)) -> Result<Self, Done> {
        let mut options = Self { known, ..Self::default() };
        let name = cx.args.first().cloned().unwrap_or_default();
        match name.last() {
            Some(b'6') => options.family = Some(Family::V6),
            Some(b'4') => options.family = Some(Family::V4),
            _ => {}
        }
        let words = cx.strings();
        if words.is_empty() {
            say(cx, include_str!("help.txt"));
            return Err(Done(0));
        }
        let mut operands: Vec<usize> = Vec::new();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            if word == "--" {
                operands.extend(at + 1..words.len());
                break;
            }
            if let Some(long) = word.strip_prefix("--").filter(|l| !l.starts_with('-')) {
                options.long(cx, word, long, at + 1)?;
            } else if let Some(group) =
                word.strip_prefix('-').filter(|g| !g.is_empty() && !g.starts_with('-'))
            {
                at = options.group(cx, &words, group, at)?;
            } else {
                operands.push(at);
            }
            at += 1;
        }
        options.operands(cx, &words, &operands)?;
        options.check(cx)?;
        Ok(options)
    }

    fn long(&mut self, cx: &mut Cx<'_>, word: &str, long: &str, position: usize) -> Result<(), Done> {
        match long {
            "help" => {
                say(cx, include_str!("help.txt"));
                return Err(Done(0));
            }
            "version" => return Err(version(cx)),
            _ => {}
        }
        let (name, value) = long.split_once('=').map_or((long, None), |(n, v)| (n, Some(v)));
        let exact = OPTIONS.iter().find(|(_, l, _)| !l.is_empty() && *l == name);
        let cut = |o: &&(char, &str, Takes)| name.len() >= 3 && CUT.contains(&o.1) && o.1.starts_with(name);
        let found = exact.or_else(|| OPTIONS.iter().find(cut));
        match (found, value) {
            (Some(&(letter, name, Nothing)), None) => {
                self.set(cx, letter, name, "", &format!("--{name}"), position)
            }
            (Some(&(letter, name, Argument(_))), Some(value)) => {
                self.set(cx, letter, name, value, &format!("--{name}"), position)
            }
            (Some(&(_, name, Argument(what))), None) => {
                let text =
                    format!("Option `--{name}' (argc {position}) requires an argument: `--{name}={what}'");
                Err(bad(cx, &text))
            }
            (_, Some(value)) => {
                Err(bad(cx, &format!("Bad option `{word}' (with arg `{value}') (argc {position})")))
            }
            (None, None) => Err(bad(cx, &format!("Bad option `{word}' (argc {position})"))),
        }
    }

    /// One word of short options; gives the place of the last word taken.
    fn group(
        &mut self,
        cx: &mut Cx<'_>,
        words: &[String],
        group: &str,
        mut at: usize,
    ) -> Result<usize, Done> {
        if group == "UL" {
            self.refused.get_or_insert_with(|| "-UL".to_owned());
            return Ok(at);
        }
        for (i, letter) in group.char_indices() {
            if letter == 'V' {
                return Err(version(cx));
            }
            let found = OPTIONS.iter().find(|(c, ..)| *c == letter && letter != '\0');
            let Some(&(_, name, takes)) = found else {
                return Err(bad(cx, &format!("Bad option `-{letter}' (argc {})", at + 1)));
            };
            let shown = format!("-{letter}");
            let Argument(what) = takes else {
                self.set(cx, letter, name, "", &shown, at + 1)?;
                continue;
            };
            let rest = group.get(i + letter.len_utf8()..).unwrap_or_default();
            let missing =
                format!("Option `{shown}' (argc {}) requires an argument: `{shown} {what}'", at + 1);
            if rest.is_empty() {
                let Some(value) = words.get(at + 1) else { return Err(bad(cx, &missing)) };
                at += 1;
                self.set(cx, letter, name, value, &shown, at + 1)?;
            } else if i == 0 {
                self.set(cx, letter, name, rest, &shown, at + 1)?;
            } else {
                return Err(bad(cx, &missing));
            }
            break;
        }
        Ok(at)
    }

    fn set(
        &mut self,
        cx: &mut Cx<'_>,
        letter: char,
        long: &str,
        value: &str,
        shown: &str,
        position: usize,
    ) -> Result<(), Done> {
        let fine = match letter {
            '4' => put(&mut self.family, Some(Family::V4)),
            '6' => put(&mut self.family, Some(Family::V6)),
            // SO_DEBUG does not show, nor do extensions that nobody sends.
            'd' | 'e' => put(&mut self.debug, 1),
            'F' => put(&mut self.dont_fragment, true),
            'f' => number(&mut self.first, value),
            'I' => put(&mut self.method, Method::Icmp) && put(&mut self.module, None),
            'T' => put(&mut self.method, Method::Tcp) && put(&mut self.module, None),
            'U' => put(&mut self.method, Method::Udp) && put(&mut self.module, None),
            'i' => put(&mut self.device, Some(value.to_owned())),
            'm' => number(&mut self.hops, value),
            'N' => number(&mut self.at_once, value),
            'n' => put(&mut self.numeric, true),
            'p' => port(&mut self.port, value),
            't' => number(&mut self.tos, value),
            'w' => self.wait(value),
            'q' => number(&mut self.queries, value),
            's' => return self.source(cx, value, shown, position),
            'z' => {
                let (seconds, rest) = strtod(value);
                put(&mut self.pause, seconds) && rest.is_empty() && !value.is_empty()
            }
            'M' => put(&mut self.module, Some(value.to_owned())),
            'O' if value == "info" => put(&mut self.flags_shown, true),
            '\0' => match long {
                "sport" => port(&mut self.sport, value),
                "fwmark" => number(&mut self.mark, value),
                "mtu" => put(&mut self.mtu, true),
                _ => put(&mut self.back, true),
            },
            _ => {
                self.refused.get_or_insert_with(|| shown.to_owned());
                true
            }
        };
        if fine { Ok(()) } else { Err(unhandled(cx, shown, value, position)) }
    }

    /// `MAX,HERE,NEAR`: any byte stands between them.
    fn wait(&mut self, value: &str) -> bool {
        (self.here, self.near) = (0.0, 0.0);
        let mut text = value;
        for place in [&mut self.wait, &mut self.here, &mut self.near] {
            let (number, rest) = strtod(text);
            if rest.len() == text.len() {
                return false;
            }
            *place = number;
            let mut rest = rest.chars();
            if rest.next().is_none() {
                return true;
            }
            text = rest.as_str();
        }
        false
    }

    fn source(&mut self, cx: &mut Cx<'_>, value: &str, shown: &str, position: usize) -> Result<(), Done> {
        match self.address(cx, value) {
            Ok(addr) => {
                self.source = Some(addr);
                Ok(())
            }
            Err(e) => {
                say(cx, &format!("{value}: {}\n", e.text()));
                Err(unhandled(cx, shown, value, position))
            }
        }
    }

    /// traceroute 2.1.2, `traceroute/traceroute.c`: `getaddr`.
    fn address(&self, cx: &mut Cx<'_>, name: &str) -> Result<IpAddr, Gai> {
        let hosts = if name == self.known.0 { self.known.1.clone() } else { resolve(cx, name) };
        let found: Vec<IpAddr> = hosts?.into_iter().map(|h| h.addr).collect();
        let wanted = self.family.unwrap_or(Family::V4);
        let fit = found.iter().copied().find(|a| Family::of(*a) == wanted);
        match (fit, self.family) {
            (Some(addr), _) => Ok(addr),
            (None, None) => found.first().copied().ok_or(Gai::NoName),
            (None, Some(_)) => Err(Gai::AddrFamily),
        }
    }

    fn operands(&mut self, cx: &mut Cx<'_>, words: &[String], operands: &[usize]) -> Result<(), Done> {
        let Some(&host) = operands.first() else { return Err(bad(cx, "Specify \"host\" missing argument.")) };
        let word = |at: usize| words.get(at).cloned().unwrap_or_default();
        if let Some(&extra) = operands.get(2) {
            return Err(bad(cx, &format!("Extra arg `{}' (position 3, argc {})", word(extra), extra + 1)));
        }
        let name = word(host);
        match self.address(cx, &name) {
            Ok(addr) => {
                self.family = self.family.or(Some(Family::of(addr)));
                self.target = Some((name, addr));
            }
            Err(e) => {
                say(cx, &format!("{name}: {}\n", e.text()));
                let text =
                    format!("Cannot handle \"host\" cmdline arg `{name}' on position 1 (argc {})", host + 1);
                return Err(bad(cx, &text));
            }
        }
        if let Some(&at) = operands.get(1) {
            let text = word(at);
            let (value, rest) = strtoul(&text);
            if text.is_empty() || !rest.is_empty() {
                let place = format!("on position 2 (argc {})", at + 1);
                return Err(bad(cx, &format!("Cannot handle \"packetlen\" cmdline arg `{text}' {place}")));
            }
            self.length = Some(i64::from(value as i32));
        }
        Ok(())
    }

    fn check(&mut self, cx: &mut Cx<'_>) -> Result<(), Done> {
        if let Some(module) = self.module.clone() {
            match module.to_ascii_lowercase().as_str() {
                "default" => self.method = Method::Default,
                "udp" => self.method = Method::Udp,
                "icmp" => self.method = Method::Icmp,
                "tcp" => self.method = Method::Tcp,
                "raw" | "dccp" | "udplite" | "tcpconn" => {
                    self.refused.get_or_insert_with(|| format!("-M {module}"));
                }
                _ => return Err(bad(cx, &format!("Unknown traceroute module {module}"))),
            }
        }
        if let Some(what) = &self.refused {
            let text = format!("packetwalk: traceroute {what} is not simulated");
            return Err(bad(cx, &text));
        }
        let (wait, here, near) = (self.wait, self.here, self.near);
        let family = self.family;
        let problem = if self.first == 0 || self.first > self.hops {
            "first hop out of range".to_owned()
        } else if self.hops > 255 {
            "max hops cannot be more than 255".to_owned()
        } else if self.queries == 0 || self.queries > 10 {
            "no more than 10 probes per hop".to_owned()
        } else if wait < 0.0 || here < 0.0 || near < 0.0 {
            let [wait, here, near] = [wait, here, near].map(float::text);
            format!("bad wait specifications `{wait},{here},{near}' used")
        } else if self.length.is_some_and(|n| n > 65000) {
            format!("too big packetlen {} specified", self.length.unwrap_or(0))
        } else if self.source.is_some_and(|s| Some(Family::of(s)) != family) {
            "IP version mismatch in addresses specified".to_owned()
        } else if self.pause < 0.0 {
            format!("bad sendtime `{}' specified", float::text(self.pause))
        } else {
            if self.pause >= 10.0 {
                self.pause /= 1000.0;
            }
            if self.sport != 0 {
                (self.at_once, self.here, self.near) = (1, 0.0, 0.0);
            }
            if self.mtu {
                (self.dont_fragment, self.at_once) = (true, 1);
                self.length = self.length.filter(|&n| n >= 0).or(Some(65000));
            }
            return Ok(());
        };
        Err(bad(cx, &problem))
    }
}

fn put<T>(place: &mut T, value: T) -> bool {
    *place = value;
    true
}

fn number(place: &mut u32, value: &str) -> bool {
    let (number, rest) = strtoul(value);
    *place = number as u32;
    rest.is_empty() && !value.is_empty()
}

fn port(place: &mut u32, value: &str) -> bool {
    let (number, rest) = strtoul(value);
    if rest.len() < value.len() {
        *place = number as u32;
        return true;
    }
    let found = port_of(value, "tcp").or_else(|| port_of(value, "udp"));
    *place = u32::from(found.unwrap_or(0));
    found.is_some()
}

fn unhandled(cx: &mut Cx<'_>, shown: &str, value: &str, position: usize) -> Done {
    bad(cx, &format!("Cannot handle `{shown}' option with arg `{value}' (argc {position})"))
}

fn bad(cx: &mut Cx<'_>, message: &str) -> Done {
    say(cx, &format!("{message}\n"));
    Done(2)
}

fn version(cx: &mut Cx<'_>) -> Done {
    say(
        cx,
        "Modern traceroute for Linux, version 2.1.2\nCopyright (c) 2016  Dmitry Butskoy,   License: GPL v2 or any later\n",
    );
    Done(0)
}
