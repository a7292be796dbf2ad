//! `ip addr show`, and the object's commands.

use packetwalk_link::Device;
use packetwalk_route::{Address, Scope};
use packetwalk_wire::{Family, IfIndex};

use super::args::{Args, End, Prefix, get_prefix, invarg, matches, not_modelled};
use super::link_show::{self, Face, LinkFilter};
use super::out::Color;
use super::{Done, Ip, Wanted, addr_flush, addr_set, help, names};

/// `ip address`.
pub(super) fn main(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let Some(word) = args.next() else { return show(ip, args) };
    match word {
        _ if matches(word, "add") => addr_set::modify(ip, args, addr_set::Verb::Add),
        "chg" => addr_set::modify(ip, args, addr_set::Verb::Change),
        _ if matches(word, "change") => addr_set::modify(ip, args, addr_set::Verb::Change),
        _ if matches(word, "replace") => addr_set::modify(ip, args, addr_set::Verb::Replace),
        _ if matches(word, "delete") => addr_set::modify(ip, args, addr_set::Verb::Delete),
        _ if matches(word, "list") || matches(word, "show") || matches(word, "lst") => show(ip, args),
        _ if matches(word, "flush") => addr_flush::flush(ip, args),
        _ if matches(word, "save") || matches(word, "showdump") || matches(word, "restore") => {
            Err(not_modelled(&format!("ip address {word}")))
        }
        _ if matches(word, "help") => Err(End::usage(help::ADDRESS)),
        _ => Err(End::usage(format!("Command \"{word}\" is unknown, try \"ip address help\".\n"))),
    }
}

/// Which addresses are shown or flushed.
#[derive(Clone, Debug, Default)]
pub(super) struct AddrFilter {
    pub(super) link: LinkFilter,
    pub(super) family: Option<Family>,
    to: Option<Prefix>,
    scope: Option<Scope>,
    label: Option<String>,
    flags: Vec<(Flag, bool)>,
}

/// Flags that a filter can name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flag {
    Secondary,
    NoDad,
    Optimistic,
    DadFailed,
    Home,
    Deprecated,
    Tentative,
    Permanent,
    MngTmpAddr,
    NoPrefixRoute,
    AutoJoin,
    StablePrivacy,
}

/// Keyword, flag, read-only, IPv6 only; in the order they are printed.
pub(super) const FLAGS: &[(&str, Flag, bool, bool)] = &[
    ("secondary", Flag::Secondary, true, false),
    ("temporary", Flag::Secondary, true, false),
    ("nodad", Flag::NoDad, false, true),
    ("optimistic", Flag::Optimistic, false, true),
    ("dadfailed", Flag::DadFailed, true, true),
    ("home", Flag::Home, false, true),
    ("deprecated", Flag::Deprecated, true, true),
    ("tentative", Flag::Tentative, true, true),
    ("permanent", Flag::Permanent, true, true),
    ("mngtmpaddr", Flag::MngTmpAddr, false, true),
    ("noprefixroute", Flag::NoPrefixRoute, false, false),
    ("autojoin", Flag::AutoJoin, false, false),
    ("stable-privacy", Flag::StablePrivacy, true, true),
];

const fn has(a: &Address, flag: Flag) -> bool {
    match flag {
        Flag::Secondary => a.flags.secondary,
        Flag::NoDad => a.flags.nodad,
        Flag::DadFailed => a.flags.dadfailed,
        Flag::Home => a.flags.home,
        Flag::Deprecated => a.flags.deprecated,
        Flag::Tentative => a.flags.tentative,
        Flag::Permanent => a.flags.permanent,
        Flag::NoPrefixRoute => a.flags.noprefixroute,
        Flag::Optimistic | Flag::MngTmpAddr | Flag::AutoJoin | Flag::StablePrivacy => false,
    }
}

impl AddrFilter {
    pub(super) fn shows(&self, device: &Device, a: &Address) -> bool {
        let label = a.label.as_str();
        let label = if label.is_empty() { device.name.as_str() } else { label };
        let inside = |p: &Prefix| match p.addr {
            None => true,
            Some(net) => packetwalk_route::bits::same_net(net, a.local, p.len),
        };
        self.family.is_none_or(|f| f == a.family())
            && self.scope.is_none_or(|s| s == a.scope)
            && self.flags.iter().all(|&(flag, wanted)| has(a, flag) == wanted)
            && self.label.as_ref().is_none_or(|l| glob(l, label))
            && self.to.as_ref().is_none_or(inside)
    }
}

/// `fnmatch` with `*` and `?`.
fn glob(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            let rest = &pattern[1..];
            text.char_indices().map(|(at, _)| &text[at..]).chain([""]).any(|tail| glob(rest, tail))
        }
        (Some(p), Some(t)) if p == '?' || p == t => glob(&pattern[p.len_utf8()..], &text[t.len_utf8()..]),
        _ => false,
    }
}

/// The words of `show` and `flush`.
pub(super) fn filter_words(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Result<AddrFilter, End> {
    let mut f = AddrFilter { family: ip.opt.family.family(), ..AddrFilter::default() };
    let mut dev = None;
    while let Some(word) = args.next() {
        let (bare, wanted) = match word.strip_prefix('-') {
            Some(bare) => (bare, false),
            None => (word, true),
        };
        let special = match bare {
            "dynamic" => Some((Flag::Permanent, !wanted)),
            "primary" => Some((Flag::Secondary, !wanted)),
            _ => FLAGS.iter().find(|(name, ..)| *name == bare).map(|(_, flag, ..)| (*flag, wanted)),
        };
        match word {
            "to" => {
                let prefix = get_prefix(args.need()?, f.family)?;
                f.family = f.family.or(prefix.addr.map(Family::of));
                f.to = Some(prefix);
            }
            "scope" => {
                let word = args.need()?;
                f.scope = match names::parse_scope(word) {
                    None if word == "all" => None,
                    None => return Err(invarg("invalid \"scope\"\n", word)),
                    scope => scope,
                };
            }
            "label" => f.label = Some(args.need()?.to_owned()),
            _ if special.is_some() => f.flags.extend(special),
            _ => {
                if !link_show::link_word(ip, &mut f.link, word, args)? {
                    link_show::dev_word(word, args, &mut dev, help::ADDRESS)?;
                }
            }
        }
    }
    f.link.dev = link_show::resolve(ip, dev)?;
    Ok(f)
}

/// `ip addr show`.
fn show(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let filter = filter_words(ip, args)?;
    let link_only = ip.opt.family == Wanted::Link;
    ip.out.begin(ip.opt.json, ip.opt.pretty);
    for device in ip.devices().into_iter().filter(|d| filter.link.shows(d)) {
        let all = addresses(ip, device.index);
        let shown: Vec<Address> = all.iter().copied().filter(|a| filter.shows(&device, a)).collect();
        let bare = all.is_empty() && filter.family.is_none();
        if !link_only && shown.is_empty() && !bare {
            continue;
        }
        ip.out.open_object(None);
        let face = match filter.family {
            _ if filter.link.dev.is_none() && ip.opt.family.family() == Some(Family::V6) => Face::Inet6,
            Some(_) => Face::Family,
            None => Face::Addr,
        };
        let shows_link = (ip.opt.brief || !ip.opt.oneline || link_only) && filter.label.is_none();
        if shows_link {
            link_show::print(ip, &device, face);
        }
        if !link_only {
            ip.out.open_array("addr_info");
            for address in &shown {
                ip.out.open_object(None);
                print(ip, &device, address);
                ip.out.close_object();
            }
            ip.out.close_array();
        }
        if ip.opt.brief {
            ip.out.fp("\n");
        } else if ip.opt.stats > 0 && shows_link {
            super::link_stats::print(ip, &device);
            ip.out.nl();
        }
        ip.out.close_object();
    }
    ip.out.end();
    Ok(())
}

/// An interface's addresses, IPv4's first.
pub(super) fn addresses(ip: &mut Ip<'_, '_>, index: IfIndex) -> Vec<Address> {
    let Ok(stack) = ip.stack() else { return Vec::new() };
    let Some(dev) = stack.routing.dev(index) else { return Vec::new() };
    dev.addrs4.iter().chain(&dev.addrs6).copied().collect()
}

/// One address.
pub(super) fn print(ip: &mut Ip<'_, '_>, device: &Device, a: &Address) {
    let v4 = a.family() == Family::V4;
    if !ip.opt.brief {
        if ip.opt.oneline {
            ip.out.fp(&format!("{}: {}", device.index.0, device.name));
            if ip.out.is_json() {
                ip.out.number("index", u64::from(device.index.0), "");
                ip.out.json_string("dev", device.name.as_str());
            }
        }
        let family = if v4 { "inet" } else { "inet6" };
        ip.out.string("family", family, &format!("    {family} "));
    }
    let color = Color::of(a.local);
    let local = a.local.to_string();
    ip.out.colored(color, "local", &local, &local);
    if let Some(peer) = a.peer.filter(|p| *p != a.local) {
        let peer = peer.to_string();
        ip.out.fp(" peer ");
        ip.out.colored(color, "address", &peer, &peer);
    }
    ip.out.number("prefixlen", u64::from(a.prefix_len), &format!("/{} ", a.prefix_len));
    if a.metric != 0 {
        ip.out.number("metric", u64::from(a.metric), &format!("metric {} ", a.metric));
    }
    if ip.opt.brief {
        return;
    }
    if let Some(broadcast) = a.broadcast {
        let broadcast = broadcast.to_string();
        ip.out.fp("brd ");
        ip.out.colored(color, "broadcast", &broadcast, &format!("{broadcast} "));
    }
    let scope = names::scope(a.scope);
    ip.out.string("scope", &scope, &format!("scope {scope} "));
    for &(name, flag, ..) in FLAGS.iter().filter(|(name, ..)| *name != "temporary") {
        if flag == Flag::Permanent {
            if !a.flags.permanent {
                ip.out.flag("dynamic", "dynamic ");
            }
        } else if has(a, flag) {
            ip.out.flag(name, &format!("{name} "));
        }
    }
    if v4 {
        let label = a.label.as_str();
        ip.out.string("label", label, label);
    }
    ip.out.nl();
    let mut life = |key: &str, word: &str, value: Option<u32>| {
        let text = value.map_or("forever".to_owned(), |v| format!("{v}sec"));
        ip.out.number(key, u64::from(value.unwrap_or(u32::MAX)), &format!("{word} {text}"));
    };
    life("valid_life_time", "       valid_lft", a.valid_lft);
    life("preferred_life_time", " preferred_lft", a.preferred_lft);
    ip.out.fp("\n");
}
