//! Options and elements of a command line, read into [`Data`].

use packetwalk_netfilter::ipset::{Kind, Part, Spec, With};
use packetwalk_wire::Family;

use super::data::{Data, Fam};
use super::keyword::Kw;
use super::parse::{Form, Parser, Which, separator};
use super::report::Fail;
use super::types::{CIDR, Families, PORTS, RANGE, RANGE2, Takes, Type};

/// Largest timeout: its jiffies must fit.
const MAX_TIMEOUT: u64 = (u32::MAX as u64 >> 1) / 1000;

/// A command that has options.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Command {
    Create,
    Add,
    Del,
    Test,
}

impl Command {
    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Add => "add",
            Self::Del => "del",
            Self::Test => "test",
        }
    }

    /// What it takes of a type.
    pub(super) const fn takes(self, of: &Type) -> &Takes {
        match self {
            Self::Create => &of.create,
            Self::Add => &of.add,
            Self::Del => &of.del,
            Self::Test => &of.test,
        }
    }
}

impl Parser<'_> {
    /// Takes one option.
    fn option(&mut self, kw: Kw, arg: &str, command: Command) -> Result<(), Fail> {
        if self.data.has(kw) {
            return Err(self.report.syntax(&format!("{} already specified", kw.name())));
        }
        match kw {
            Kw::Family | Kw::Inet | Kw::Inet6 => {
                self.data.fam = match arg {
                    "inet" | "ipv4" | "-4" => Fam::V4,
                    "inet6" | "ipv6" | "-6" => Fam::V6,
                    "any" | "unspec" => Fam::Unspec,
                    _ => return Err(self.report.syntax(&format!("unknown inet family {arg}"))),
                };
                self.data.fam_said = true;
            }
            Kw::Hashsize => self.data.create.hashsize = Some(self.uint(arg, u32::MAX.into())? as u32),
            Kw::Maxelem => self.data.create.maxelem = Some(self.uint(arg, u32::MAX.into())? as u32),
            Kw::Markmask => self.data.create.markmask = Some(self.uint(arg, u32::MAX.into())? as u32),
            Kw::Initval => self.data.create.initval = Some(self.uint(arg, u32::MAX.into())? as u32),
            Kw::Size => self.data.create.size = Some(self.uint(arg, u32::MAX.into())? as u32),
            Kw::Bucketsize => self.data.create.bucketsize = Some(self.uint(arg, 255)? as u8),
            Kw::Netmask | Kw::Bitmask => {
                if self.data.create.netmask.is_some() || self.data.create.bitmask.is_some() {
                    let text = "bitmask and netmask are mutually exclusive, provide only one";
                    return Err(self.report.syntax(text));
                }
                if kw == Kw::Netmask { self.netmask(arg)? } else { self.bitmask(arg)? }
            }
            Kw::Timeout => self.data.adt.timeout = Some(self.uint(arg, MAX_TIMEOUT)? as u32),
            Kw::Counters => self.data.create.counters = true,
            Kw::Comment => self.data.create.comment = true,
            Kw::Forceadd => self.data.create.forceadd = true,
            Kw::Skbinfo => self.data.create.skbinfo = true,
            Kw::Probes | Kw::Resize | Kw::Gc | Kw::IgnoredFrom | Kw::IgnoredTo | Kw::IgnoredNetwork => {
                // The library calls both kinds of addresses by the first one's name.
                let name = if kw == Kw::IgnoredNetwork { "from" } else { kw.name() };
                if !self.data.create.ignored.contains(&name) {
                    self.data.create.ignored.push(name);
                    self.report
                        .warn(&format!("Option '--{name} {arg}' is ignored. Please upgrade your syntax."));
                }
            }
            Kw::IpRange => self.ip(Which::First, arg, Form::NetOrRange)?,
            Kw::FromIp => self.ip(Which::First, arg, Form::Plain)?,
            Kw::ToIp => self.ip(Which::Last, arg, Form::Plain)?,
            Kw::Network => self.ip(Which::First, arg, Form::Net)?,
            Kw::PortRange => self.tcp_udp_port(arg, command.name())?,
            Kw::FromPort => self.data.adt.port = Some(self.port(arg, "tcp")?),
            Kw::ToPort => self.data.adt.port_to = Some(self.port(arg, "tcp")?),
            Kw::Packets => self.data.adt.packets = Some(self.uint(arg, u64::MAX - 1)?),
            Kw::Bytes => self.data.adt.bytes = Some(self.uint(arg, u64::MAX - 1)?),
            Kw::ElemComment => self.comment(arg)?,
            Kw::Skbmark => self.skbmark(arg)?,
            Kw::Skbprio => self.skbprio(arg)?,
            Kw::Skbqueue => self.data.adt.skbqueue = Some(self.uint(arg, u16::MAX.into())? as u16),
            Kw::Nomatch => self.data.adt.nomatch = true,
            Kw::Wildcard => self.data.adt.wildcard = true,
            Kw::Before | Kw::After => {
                self.setname(arg)?;
                self.data.adt.nameref = Some(arg.into());
                self.data.adt.before = kw == Kw::Before;
            }
        }
        Ok(())
    }

    /// Takes the options after a command's arguments: those that say the family, or the others.
    ///
    /// # Source
    /// ipset 7.17, `lib/ipset.c`: `call_parser`.
    pub(super) fn options(
        &mut self,
        words: &[String],
        of: &Type,
        command: Command,
        families: bool,
    ) -> Result<(), Fail> {
        let args = command.takes(of).args;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let name = word.strip_prefix("--").unwrap_or(word);
            let Some(kw) = args.iter().copied().find(|kw| kw.name() == name) else {
                return Err(Fail::Parameter(format!("Unknown argument: `{word}'")));
            };
            let arg = if kw.takes_argument() {
                words.next().ok_or_else(|| {
                    Fail::Parameter(format!("Missing mandatory argument of option `{}'", kw.name()))
                })?
            } else {
                word
            };
            if kw.is_family() == families {
                self.option(kw, arg, command)?;
            }
        }
        Ok(())
    }

    /// Takes an element.
    ///
    /// # Source
    /// ipset 7.17, `lib/parse.c`: `ipset_parse_elem`.
    pub(super) fn elem(&mut self, text: &str, of: &Type, command: Command) -> Result<(), Fail> {
        let (kind, name) = (of.kind, of.kind.name());
        let dimension = kind.dimension();
        let optional = kind == Kind::BitmapIpMac;
        let cut = |text: &str| {
            let at = separator(text, ',')?;
            Some((text.get(..at)?.to_owned(), text.get(at + 1..)?.to_owned()))
        };
        let mut parts = Vec::new();
        let mut rest = text.to_owned();
        let missing = [
            format!("Elem separator in {text}, but settype {name} supports none."),
            format!("Two elem separators in {text}, but settype {name} supports one."),
            format!("Three elem separators in {text}, but settype {name} supports two."),
        ];
        for n in 1..=3_u8 {
            let more = if parts.len() + 1 == usize::from(n) { cut(&rest) } else { None };
            match more {
                Some((part, tail)) if n < dimension => {
                    parts.push(part);
                    rest = tail;
                }
                Some(_) if kind == Kind::ListSet => return self.member(text),
                Some(_) => {
                    let text = missing.get(usize::from(n) - 1).map_or("", String::as_str);
                    return Err(self.report.syntax(text));
                }
                None if n < dimension && !optional => {
                    let which = if n == 1 { "Second" } else { "Third" };
                    return Err(self.report.syntax(&format!("{which} element is missing from {text}.")));
                }
                None => {}
            }
        }
        parts.push(rest);
        for (n, part) in parts.iter().enumerate() {
            self.part(n, part, kind, command)?;
        }
        Ok(())
    }

    fn part(&mut self, n: usize, text: &str, kind: Kind, command: Command) -> Result<(), Fail> {
        match (kind, n) {
            (Kind::ListSet, _) => {
                self.setname(text)?;
                self.data.adt.name = Some(text.into());
                Ok(())
            }
            (Kind::HashMac, _) | (Kind::BitmapIpMac | Kind::HashIpMac, 1) => self.mac(text),
            (Kind::BitmapPort, _) => self.tcp_udp_port(text, command.name()),
            (Kind::BitmapIp, _) => self.ip(Which::First, text, Form::Any),
            (Kind::BitmapIpMac, _) => self.ip(Which::First, text, Form::Plain),
            (Kind::HashIpMark, 1) => {
                self.data.adt.mark = Some(self.uint(text, u32::MAX.into())? as u32);
                Ok(())
            }
            (Kind::HashNetIface, 1) => self.iface(text),
            (Kind::HashNetNet, 1) => self.ip(Which::Second, text, Form::AnyOrNet6),
            (_, 1) => self.proto_port(text, command.name()),
            (_, 2) if kind.second() == Part::Ip => self.ip(Which::Second, text, Form::Plain),
            (_, 2) => self.ip(Which::Second, text, Form::AnyOrNet6),
            _ if kind.first() == Part::Net => self.ip(Which::First, text, Form::AnyOrNet6),
            _ => self.ip(Which::First, text, Form::AnyOrSingle6),
        }
    }

    /// What is missing of `create`, and what the element may not be.
    ///
    /// # Source
    /// ipset 7.17, `lib/ipset.c`: `check_mandatory`, `check_allowed`.
    pub(super) fn check(&self, of: &Type, command: Command) -> Result<(), Fail> {
        let adt = &self.data.adt;
        let takes = command.takes(of);
        if command == Command::Create && of.kind.is_bitmap() {
            let ports = of.kind == Kind::BitmapPort;
            let from = if ports { adt.port.is_some() } else { adt.ip.is_some() };
            let to = if ports { adt.port_to.is_some() } else { adt.ip_to.is_some() || adt.cidr.is_some() };
            let missing = if from { "to" } else { "range" };
            if !from || !to {
                return Err(Fail::Parameter(format!("Mandatory option `{missing}' is missing")));
            }
        }
        let has = |form| takes.forms & form != 0;
        let what = if adt.ip_to.is_some() && !has(RANGE) {
            "FROM-TO IP range"
        } else if adt.cidr.is_some() && !has(RANGE) && !has(CIDR) {
            "IP/CIDR range"
        } else if adt.port_to.is_some() && !has(PORTS) {
            "FROM-TO port range"
        } else if adt.ip2_to.is_some() && !has(RANGE2) {
            let text = "There are not allowed options (29) but can't resolve them. \
                        It's a bug, please report the problem.";
            return Err(Fail::Other(text.into()));
        } else {
            return Ok(());
        };
        Err(Fail::Other(format!(
            "{what} is not allowed in command {} with set type {} and family {}",
            command.name(),
            of.kind.name(),
            self.data.fam.name()
        )))
    }
}

/// The family that `create` begins with.
pub(super) const fn first_family(of: &Type) -> Fam {
    match of.families {
        Families::V4 | Families::Both => Fam::V4,
        Families::Neutral => Fam::Unspec,
    }
}

impl Data {
    /// The set that `create` asks for; `initval` where none is given.
    pub(super) fn spec(&self, kind: Kind, initval: u32) -> Spec {
        let (a, c) = (&self.adt, &self.create);
        let range = |ip: u128| {
            let to = match (a.ip_to, a.cidr) {
                (Some(to), _) => Ok(to as u32),
                (None, cidr) => Err(cidr.unwrap_or(32)),
            };
            (ip as u32, to)
        };
        Spec {
            with: With {
                timeout: a.timeout,
                counters: c.counters,
                comment: c.comment,
                skbinfo: c.skbinfo,
                forceadd: c.forceadd,
            },
            hashsize: c.hashsize,
            maxelem: c.maxelem,
            bucketsize: c.bucketsize,
            netmask: c.netmask,
            bitmask: c.bitmask,
            markmask: c.markmask,
            range: a.ip.map(range),
            ports: a.port.map(|from| (from, a.port_to.unwrap_or(from))),
            size: c.size,
            ..Spec::new(kind, self.fam.family(), c.initval.unwrap_or(initval))
        }
    }

    /// IPv4 or IPv6.
    pub(super) fn family(&self) -> Family {
        self.fam.family().unwrap_or(Family::V4)
    }
}
