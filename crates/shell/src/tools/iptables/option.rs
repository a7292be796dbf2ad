//! Options of extensions, checked and read by their declared types.
//!
//! Models the option parser of libxtables, whose messages many extensions share.

use std::net::IpAddr;

use packetwalk_netfilter::xtables::Net;
use packetwalk_netfilter::xtables::condition::addr_bits;
use packetwalk_wire::{Family, Mac};

use super::fail::Fail;
use super::program::World;
use super::{addr, names, number, raw};
use crate::tools::clib::{float, may_be_name};

/// What an option's argument is (`enum xt_option_type`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ty {
    /// No argument.
    None,
    /// A number up to this.
    Uint(u64),
    /// Numbers up to this, separated by colons; at most so many.
    Uints(u64, usize),
    /// A part of one, from 0 to 1; read in units of 2⁻³¹.
    Probability,
    /// Text.
    Str,
    /// `VALUE[/MASK]` or a name; the mask of a name.
    TosMask(u8),
    /// `VALUE[/MASK]`.
    MarkMask,
    /// A log level.
    Syslog,
    /// A host.
    Host,
    /// A host with a mask.
    HostMask,
    /// The length of a prefix, or a mask.
    PrefixLen,
    /// A mask, or its length.
    PlenMask,
    /// One port.
    Port,
    /// A protocol.
    Proto,
    /// Ports, separated by colons.
    Ports,
    /// A MAC address.
    Mac,
    /// Parsed by the extension alone, without any check; with an argument or without.
    Old(bool),
}

/// An extension's option (`struct xt_option_entry`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Opt {
    /// After `--`.
    pub(super) name: &'static str,
    /// Number within the extension; synonyms share it.
    pub(super) id: u8,
    /// Its argument.
    pub(super) ty: Ty,
    mandatory: bool,
    invertible: bool,
    multi: bool,
    excl: u32,
    also: u32,
    min: u32,
    max: u32,
}

impl Opt {
    /// An option that may be given once and not negated.
    pub(super) const fn new(name: &'static str, id: u8, ty: Ty) -> Self {
        Self {
            name,
            id,
            ty,
            mandatory: false,
            invertible: false,
            multi: false,
            excl: 0,
            also: 0,
            min: 0,
            max: 0,
        }
    }

    /// `XTOPT_MAND`.
    pub(super) const fn mandatory(self) -> Self {
        Self { mandatory: true, ..self }
    }

    /// `XTOPT_INVERT`.
    pub(super) const fn invertible(self) -> Self {
        Self { invertible: true, ..self }
    }

    /// `XTOPT_MULTI`.
    pub(super) const fn multi(self) -> Self {
        Self { multi: true, ..self }
    }

    /// Not together with these (bits by id).
    pub(super) const fn excl(self, mask: u32) -> Self {
        Self { excl: mask, ..self }
    }

    /// Only together with these.
    pub(super) const fn also(self, mask: u32) -> Self {
        Self { also: mask, ..self }
    }

    /// Smallest number, or length of text.
    pub(super) const fn min(self, min: u32) -> Self {
        Self { min, ..self }
    }

    /// Greatest number, or length of text.
    pub(super) const fn max(self, max: u32) -> Self {
        Self { max, ..self }
    }
}

/// A parsed argument.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    /// No argument, or one that the extension reads itself.
    None,
    /// A number.
    Uint(u64),
    /// Numbers: those given, defaults in empty places.
    Uints(Vec<u64>),
    /// Value and mask.
    Masked(u32, u32),
    /// A log level, a protocol, or the length of a prefix: 255 for a mask that is none.
    Byte(u8),
    /// An address.
    Addr(IpAddr),
    /// A network.
    Net(Net),
    /// Ports: how many were given, and the range.
    Ports(u16, u16),
    /// A MAC address.
    Mac(Mac),
}

/// One option of an extension on the command line (`struct xt_option_call`).
pub(super) struct Call<'a> {
    /// The extension's name.
    pub(super) ext: &'static str,
    /// The option.
    pub(super) opt: Opt,
    /// Its argument, empty when there is none.
    pub(super) arg: &'a str,
    /// `!` stands before it.
    pub(super) invert: bool,
    /// Options seen so far, bits by id.
    pub(super) flags: &'a mut u32,
    /// `-p` so far: number, negated.
    pub(super) proto: Option<(u8, bool)>,
    /// The world.
    pub(super) world: World<'a>,
    /// The words and the reader, for options of two arguments.
    pub(super) next: &'a mut dyn FnMut() -> Option<String>,
    /// Warnings.
    pub(super) warn: &'a mut String,
}

impl Call<'_> {
    /// Whether option `id` was given.
    pub(super) const fn seen(&self, id: u8) -> bool {
        *self.flags & (1 << id) != 0
    }

    /// IPv4 or IPv6.
    pub(super) const fn family(&self) -> Family {
        self.world.program.family
    }

    /// Checks the option and reads its argument.
    ///
    /// # Errors
    /// The real parser's.
    ///
    /// # Source
    /// iptables 1.8.9, `libxtables/xtoptions.c`: `xtables_option_parse`.
    pub(super) fn value(&mut self) -> Result<Value, Fail> {
        let (ext, opt) = (self.ext, self.opt);
        let bit = 1 << opt.id;
        if *self.flags & bit != 0 && !opt.multi {
            return Err(Fail::param(format!("{ext}: option \"--{}\" can only be used once.\n", opt.name)));
        }
        if self.invert && !opt.invertible {
            return Err(Fail::param(format!("{ext}: option \"--{}\" cannot be inverted.\n", opt.name)));
        }
        let value = self.read()?;
        *self.flags |= bit;
        Ok(value)
    }

    fn read(&self) -> Result<Value, Fail> {
        let (ext, opt, arg) = (self.ext, self.opt, self.arg);
        Ok(match opt.ty {
            Ty::None | Ty::Old(_) => Value::None,
            Ty::Uint(top) => {
                let max = if opt.max != 0 { u64::from(opt.max) } else { top };
                let min = u64::from(opt.min);
                let n = number::whole(arg, min, max).ok_or_else(|| {
                    Fail::param(format!(
                        "{ext}: bad value for option \"--{}\", or out of range ({min}-{max}).\n",
                        opt.name
                    ))
                })?;
                Value::Uint(n)
            }
            Ty::Uints(top, most) => Value::Uints(self.uints(top, most)?),
            Ty::Probability => {
                let p = float::parse(arg).filter(|p| (0.0..=1.0).contains(p)).ok_or_else(|| {
                    Fail::param(format!(
                        "{ext}: bad value for option \"--{}\", or out of range (0-1).\n",
                        opt.name
                    ))
                })?;
                Value::Uint((p * f64::from(1_u32 << 31)).round() as u64)
            }
            Ty::Str => {
                if opt.min != 0 && raw::len(arg) < opt.min as usize {
                    return Err(Fail::param(format!(
                        "Argument must have a minimum length of {} characters\n",
                        opt.min
                    )));
                }
                if opt.max != 0 && raw::len(arg) > opt.max as usize {
                    return Err(Fail::param(format!(
                        "Argument must have a maximum length of {} characters\n",
                        opt.max
                    )));
                }
                Value::None
            }
            Ty::TosMask(mask) => tos(arg, mask)?,
            Ty::MarkMask => mark_mask(ext, opt.name, arg)?,
            Ty::Syslog => Value::Byte(syslog(arg)?),
            Ty::Host => Value::Addr(self.host(self.arg)?),
            Ty::HostMask => self.host_mask()?,
            Ty::PrefixLen => Value::Byte(self.prefix_len(self.arg)?),
            Ty::PlenMask => Value::Net(Net::prefix(self.family().unspecified(), self.prefix_len(self.arg)?)),
            Ty::Port => {
                let port = if self.arg.is_empty() { 0 } else { any_port(self.arg)? };
                Value::Ports(port, port)
            }
            Ty::Proto => Value::Byte(names::protocol(arg)?),
            Ty::Ports => self.ports()?,
            Ty::Mac => Value::Mac(mac(arg)?),
        })
    }

    fn uints(&self, top: u64, most: usize) -> Result<Vec<u64>, Fail> {
        let (ext, name) = (self.ext, self.opt.name);
        let mut all = Vec::new();
        let mut rest = self.arg;
        loop {
            if all.len() == most {
                return Err(Fail::param(format!(
                    "{ext}: Too many components for option \"--{name}\" (max: {most})\n"
                )));
            }
            let (n, end) = if rest.is_empty() || rest.starts_with(':') {
                (if all.len() == 1 { top } else { 0 }, rest)
            } else {
                let read = number::prefix(rest, 0, top).ok_or_else(|| {
                    Fail::param(format!(
                        "{ext}: bad value for option \"--{name}\" near \"{rest}\", or out of range (0-{top}).\n"
                    ))
                })?;
                if !read.1.is_empty() && !read.1.starts_with(':') {
                    return Err(Fail::param(format!(
                        "{ext}: Argument to \"--{name}\" has unexpected characters near \"{}\".\n",
                        read.1
                    )));
                }
                read
            };
            all.push(n);
            match end.strip_prefix(':') {
                Some(next) => rest = next,
                None => return Ok(all),
            }
        }
    }

    fn ports(&self) -> Result<Value, Fail> {
        let mut range = (0, u16::MAX);
        let mut count = 0;
        for part in self.arg.split(':') {
            if count == 2 {
                return Err(Fail::param(format!(
                    "{}: Too many components for option \"--{}\" (max: 2)\n",
                    self.ext, self.opt.name
                )));
            }
            if !part.is_empty() {
                let port = any_port(part)?;
                if count == 0 {
                    range.0 = port;
                } else {
                    range.1 = port;
                }
            }
            count += 1;
        }
        if count == 1 {
            range.1 = range.0;
        }
        Ok(Value::Ports(range.0, range.1))
    }

    fn host(&self, name: &str) -> Result<IpAddr, Fail> {
        let family = self.family();
        if let Some(addr) = addr::inet_aton(name, family) {
            return Ok(addr);
        }
        let found = self.world.hosts.addrs(name, family);
        match found.as_slice() {
            [] if name.parse::<IpAddr>().is_ok() || addr::inet_aton(name, Family::V4).is_some() => {
                Err(Fail::param("getaddrinfo: Address family for hostname not supported\n"))
            }
            [] if may_be_name(name) && (family == Family::V6 || !only_digits(name)) => {
                Err(Fail::param("getaddrinfo: Temporary failure in name resolution\n"))
            }
            [] => Err(Fail::param("getaddrinfo: Name or service not known\n")),
            [first, rest @ ..] if rest.iter().all(|a| a == first) => Ok(*first),
            _ => Err(Fail::param(format!("{name} resolves to more than one address\n"))),
        }
    }

    /// `xtopt_parse_plen`: 255 for a mask that is no prefix.
    fn prefix_len(&self, text: &str) -> Result<u8, Fail> {
        let family = self.family();
        let bits = family.bits();
        if let Some(len) = number::whole(text, 0, bits.into()) {
            return Ok(len as u8);
        }
        let mask = addr::inet_aton(text, family).ok_or_else(|| {
            Fail::param(format!(
                "{}: bad value for option \"--{}\", neither a valid network mask nor valid CIDR ({}-{bits}).\n",
                self.ext, self.opt.name, 0
            ))
        })?;
        Ok(Net { addr: 0, mask: addr_bits(mask) }.prefix_len(family).unwrap_or(u8::MAX))
    }

    fn host_mask(&self) -> Result<Value, Fail> {
        let bits = self.family().bits();
        let Some((host, mask)) = self.arg.split_once('/') else {
            let addr = self.host(self.arg)?;
            return Ok(Value::Net(Net::prefix(addr, bits)));
        };
        let addr = self.host(host)?;
        // Of a mask that is no prefix the tool keeps nothing: it becomes all ones.
        let mask = Net::prefix(addr, self.prefix_len(mask)?).mask;
        Ok(Value::Net(Net { addr: addr_bits(addr), mask }))
    }
}

/// A name that no name server is asked for an IPv4 address of (glibc's `__nss_hostname_digits_dots`).
fn only_digits(name: &str) -> bool {
    name.bytes().all(|c| c.is_ascii_digit() || c == b'.')
}

/// A decimal number, of which the low 16 bits count, or any protocol's service name
/// (`xtables_getportbyname` by way of `getaddrinfo`, which keeps `strtoul`'s answer as an `int`).
fn any_port(text: &str) -> Result<u16, Fail> {
    let (number, rest) = number::long(text);
    let number = (rest.is_empty() && !text.is_empty()).then_some(number as i32).filter(|n| *n >= 0);
    number
        .map(|n| n as u16)
        .or_else(|| names::port(text, None))
        .ok_or_else(|| Fail::param(format!("Port \"{text}\" does not resolve to anything.\n")))
}

fn mac(text: &str) -> Result<Mac, Fail> {
    let bad = || Fail::param("Invalid MAC address specified.");
    let parts: Vec<&str> = text.split(':').collect();
    let mut mac = [0; 6];
    if parts.len() != 6 {
        return Err(bad());
    }
    for (to, part) in mac.iter_mut().zip(parts) {
        if part.is_empty() || part.len() > 2 {
            return Err(bad());
        }
        *to = u8::from_str_radix(part, 16).map_err(|_| bad())?;
    }
    Ok(Mac(mac))
}

/// `xtables_parse_mark_mask`.
fn mark_mask(ext: &str, name: &str, arg: &str) -> Result<Value, Fail> {
    let bad = || Fail::param(format!("{ext}: bad integer value for option \"--{name}\", or out of range.\n"));
    let garbage = || Fail::param(format!("{ext}: trailing garbage after value for option \"--{name}\".\n"));
    let top = u64::from(u32::MAX);
    let (mark, rest) = number::prefix(arg, 0, top).ok_or_else(bad)?;
    if rest.is_empty() {
        return Ok(Value::Masked(mark as u32, u32::MAX));
    }
    let rest = rest.strip_prefix('/').ok_or_else(garbage)?;
    let (mask, rest) = number::prefix(rest, 0, top).ok_or_else(bad)?;
    if rest.is_empty() { Ok(Value::Masked(mark as u32, mask as u32)) } else { Err(garbage()) }
}

/// Names of TOS values, as `-j TOS -h` lists them.
pub(super) const TOS_NAMES: [(u8, &str); 5] = [
    (0x10, "Minimize-Delay"),
    (0x08, "Maximize-Throughput"),
    (0x04, "Maximize-Reliability"),
    (0x02, "Minimize-Cost"),
    (0x00, "Normal-Service"),
];

fn tos(arg: &str, named: u8) -> Result<Value, Fail> {
    let illegal = || Fail::param(format!("Illegal value: \"{arg}\""));
    if let Some((value, rest)) = number::prefix(arg, 0, 255) {
        if rest.is_empty() {
            return Ok(Value::Masked(value as u32, 255));
        }
        let mask = rest.strip_prefix('/').ok_or_else(illegal)?;
        let (mask, rest) = number::prefix(mask, 0, 255).ok_or_else(illegal)?;
        return if rest.is_empty() { Ok(Value::Masked(value as u32, mask as u32)) } else { Err(illegal()) };
    }
    match TOS_NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(arg)) {
        Some((value, _)) => Ok(Value::Masked(u32::from(*value), u32::from(named))),
        None => Err(Fail::param(format!("Symbolic name \"{arg}\" is unknown"))),
    }
}

fn syslog(arg: &str) -> Result<u8, Fail> {
    const NAMES: [(&str, u8); 9] = [
        ("alert", 1),
        ("crit", 2),
        ("debug", 7),
        ("emerg", 0),
        ("error", 3),
        ("info", 6),
        ("notice", 5),
        ("panic", 0),
        ("warning", 4),
    ];
    if let Some(n) = number::whole(arg, 0, 7) {
        return Ok(n as u8);
    }
    NAMES
        .iter()
        .find(|(name, _)| *name == arg)
        .map(|(_, n)| *n)
        .ok_or_else(|| Fail::param(format!("log level \"{arg}\" unknown\n")))
}

/// What was demanded or excluded, once every option was read.
///
/// # Errors
/// The real parser's.
///
/// # Source
/// iptables 1.8.9, `libxtables/xtoptions.c`: `xtables_options_fcheck`.
pub(super) fn check(ext: &str, flags: u32, opts: &[Opt]) -> Result<(), Fail> {
    let has = |id: u8| flags & (1 << id) != 0;
    for opt in opts.iter().filter(|o| !matches!(o.ty, Ty::Old(_))) {
        if opt.mandatory && !has(opt.id) {
            return Err(Fail::param(format!("{ext}: option \"--{}\" must be specified\n", opt.name)));
        }
        if !has(opt.id) {
            continue;
        }
        for id in (0..32).filter(|id| (opt.also | opt.excl) & (1 << id) != 0 && *id != opt.id) {
            let Some(other) = opts.iter().find(|o| o.id == id) else { continue };
            if opt.also & (1 << id) != 0 && !has(id) {
                return Err(Fail::param(format!(
                    "{ext}: option \"--{}\" also requires \"--{}\".\n",
                    opt.name, other.name
                )));
            }
            if opt.excl & (1 << id) != 0 && has(id) {
                return Err(Fail::param(format!(
                    "{ext}: option \"--{}\" cannot be used together with \"--{}\".\n",
                    opt.name, other.name
                )));
            }
        }
    }
    Ok(())
}
