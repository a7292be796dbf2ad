//! `ip addr add`, `change`, `replace`, `del`.

use std::net::IpAddr;

use packetwalk_route::{Address, Label, RouteError, Scope, bits};
use packetwalk_wire::Family;

use super::addr_show::{FLAGS, Flag};
use super::args::{
    Args, End, Prefix, duparg, duparg2, get_addr, get_prefix, invarg, matches, not_modelled, number,
};
use super::{Done, Ip, help, names};

/// What is done with the address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verb {
    Add,
    Change,
    Replace,
    Delete,
}

enum Brd {
    Plus,
    Minus,
    Addr(IpAddr),
}

#[derive(Default)]
struct Req {
    family: Option<Family>,
    local: Option<(Prefix, String)>,
    peer: Option<Prefix>,
    brd: Option<Brd>,
    scope: Option<Scope>,
    dev: Option<String>,
    label: Option<String>,
    metric: u32,
    valid: Option<Life>,
    preferred: Option<Life>,
    noprefixroute: bool,
    nodad: bool,
    home: bool,
}

/// Seconds; `None` is forever.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Life(Option<u32>);

fn lifetime(key: &str, word: &str) -> Result<Life, End> {
    if word == "forever" {
        return Ok(Life(None));
    }
    let seconds = number(word).ok_or_else(|| invarg(&format!("{key} value"), word))?;
    Ok(Life(Some(seconds).filter(|s| *s != u32::MAX)))
}

fn parse(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Result<Req, End> {
    let mut r = Req { family: ip.opt.family.family(), ..Req::default() };
    while let Some(word) = args.next() {
        match word {
            "peer" | "remote" => {
                let word = args.need()?;
                if r.peer.is_some() {
                    return Err(duparg("peer", word));
                }
                let peer = get_prefix(word, r.family)?;
                r.family = r.family.or(peer.addr.map(Family::of));
                r.peer = Some(peer);
            }
            "anycast" => return Err(not_modelled("ip address: \"anycast\"")),
            "scope" => {
                let word = args.need()?;
                let scope = names::parse_scope(word);
                r.scope = Some(scope.ok_or_else(|| invarg("invalid scope value.", word))?);
            }
            "dev" => r.dev = Some(args.need()?.to_owned()),
            "label" => r.label = Some(args.need()?.to_owned()),
            _ if word == "brd" || matches(word, "broadcast") => {
                let word = args.need()?;
                if r.brd.is_some() {
                    return Err(duparg("broadcast", word));
                }
                r.brd = Some(match word {
                    "+" => Brd::Plus,
                    "-" => Brd::Minus,
                    _ => {
                        let addr = get_addr(word, r.family)?.addr;
                        r.family = r.family.or(addr.map(Family::of));
                        Brd::Addr(addr.unwrap_or(Family::V4.unspecified()))
                    }
                });
            }
            _ if matches(word, "metric") || matches(word, "priority") || matches(word, "preference") => {
                r.metric = args.u32("\"metric\" value is invalid\n")?;
            }
            _ if matches(word, "valid_lft") => {
                if r.valid.is_some() {
                    return Err(duparg("valid_lft", word));
                }
                r.valid = Some(lifetime("valid_lft", args.need()?)?);
            }
            _ if matches(word, "preferred_lft") => {
                if r.preferred.is_some() {
                    return Err(duparg("preferred_lft", word));
                }
                r.preferred = Some(lifetime("preferred_lft", args.need()?)?);
            }
            _ => {
                if let Some(&(name, flag, readonly, v6only)) = FLAGS.iter().find(|(n, ..)| *n == word) {
                    set_flag(ip, &mut r, name, flag, readonly, v6only)?;
                    continue;
                }
                local(&mut r, word, args)?;
            }
        }
    }
    Ok(r)
}

fn set_flag(ip: &mut Ip<'_, '_>, r: &mut Req, name: &str, flag: Flag, readonly: bool, v6only: bool) -> Done {
    if readonly {
        writeln!(ip.cx.stderr, "Warning: {name} option is not mutable from userspace");
        return Ok(());
    }
    if v6only && r.family != Some(Family::V6) {
        writeln!(ip.cx.stderr, "Warning: {name} option can be set only for IPv6 addresses");
        return Ok(());
    }
    match flag {
        Flag::NoDad => r.nodad = true,
        Flag::Home => r.home = true,
        Flag::NoPrefixRoute => r.noprefixroute = true,
        _ => return Err(not_modelled(&format!("ip address: \"{name}\""))),
    }
    Ok(())
}

fn local(r: &mut Req, word: &str, args: &mut Args<'_>) -> Done {
    let word = if word == "local" { args.need()? } else { word };
    if matches(word, "help") {
        return Err(End::usage(help::ADDRESS));
    }
    if r.local.is_some() {
        return Err(duparg2("local", word));
    }
    let prefix = get_prefix(word, r.family)?;
    r.family = r.family.or(prefix.addr.map(Family::of));
    r.local = Some((prefix, word.to_owned()));
    Ok(())
}

fn seconds(life: Option<Life>) -> Option<u32> {
    life.and_then(|life| life.0)
}

/// Does it.
pub(super) fn modify(ip: &mut Ip<'_, '_>, args: &mut Args<'_>, verb: Verb) -> Done {
    let r = parse(ip, args)?;
    let Some(name) = r.dev.clone() else {
        return Err(End::fail(1, "Not enough information: \"dev\" argument is required.\n"));
    };
    let local_prefix = r.local.as_ref().map(|(p, _)| *p);
    let mut wildcard = false;
    if let (None, Some((prefix, word)), Verb::Delete) = (&r.peer, &r.local, verb)
        && prefix.addr.is_some_and(|a| a.is_ipv4())
        && !prefix.explicit
    {
        wildcard = true;
        writeln!(
            ip.cx.stderr,
            "Warning: Executing wildcard deletion to stay compatible with old scripts.\n         \
             Explicitly specify the prefix length ({word}/32) to avoid this warning.\n         \
             This special behaviour is likely to disappear in further releases,\n         \
             fix your scripts!"
        );
    }
    let brd = match r.brd {
        Some(Brd::Plus | Brd::Minus) if verb != Verb::Delete && r.family != Some(Family::V4) => {
            return Err(End::fail(1, "Broadcast can be set only for IPv4 addresses\n"));
        }
        _ => broadcast(&r),
    };
    let dev = ip.need_dev(&name)?;
    if r.valid.is_some() || r.preferred.is_some() {
        let (valid, preferred) = (seconds(r.valid), seconds(r.preferred));
        if valid == Some(0) {
            return Err(End::fail(1, "valid_lft is zero\n"));
        }
        if valid.unwrap_or(u32::MAX) < preferred.unwrap_or(u32::MAX) {
            return Err(End::fail(1, "preferred_lft is greater than valid_lft\n"));
        }
    }
    let Some(local) = local_prefix.and_then(|p| p.addr).or(r.peer.and_then(|p| p.addr)) else {
        return Err(End::errno("Operation not supported"));
    };
    let peer = r.peer.and_then(|p| p.addr);
    let len = r.peer.map(|p| p.len).filter(|l| *l != 0).or(local_prefix.map(|p| p.len)).unwrap_or(0);
    if verb == Verb::Delete {
        let len = Some(len).filter(|_| !wildcard);
        let stack = ip.stack()?;
        return stack.routing.del_address(dev, local, len, peer).map_err(End::kernel);
    }
    if local.is_ipv4() && len == 0 && local_prefix.is_some_and(|p| p.all) {
        return Err(End::errno("Invalid argument"));
    }
    let mut address = Address::new(local, len);
    address.peer = peer.filter(|p| *p != local);
    address.broadcast = brd;
    if let Some(scope) = r.scope.filter(|_| local.is_ipv4()) {
        address.scope = scope;
    } else if local.is_ipv4() {
        address.scope = if local.is_loopback() { Scope::HOST } else { Scope::UNIVERSE };
    }
    if let Some(label) = &r.label {
        address.label = Label::new(label).ok_or_else(|| End::errno("Numerical result out of range"))?;
    }
    address.metric = r.metric;
    address.valid_lft = seconds(r.valid);
    address.preferred_lft = seconds(r.preferred);
    address.flags.permanent = address.valid_lft.is_none();
    address.flags.deprecated = address.preferred_lft == Some(0);
    address.flags.noprefixroute = r.noprefixroute;
    address.flags.nodad = r.nodad;
    address.flags.home = r.home;
    put(ip, dev, address, verb)
}

fn put(ip: &mut Ip<'_, '_>, dev: packetwalk_wire::IfIndex, address: Address, verb: Verb) -> Done {
    let routing = &mut ip.stack()?.routing;
    if verb == Verb::Add {
        return routing.add_address(dev, address).map_err(End::kernel);
    }
    if routing.change_address(dev, &address) {
        return Ok(());
    }
    if verb == Verb::Change && !address.local.is_ipv4() {
        return Err(End::kernel(RouteError::NoEntry));
    }
    routing.add_address(dev, address).map_err(End::kernel)
}

fn broadcast(r: &Req) -> Option<IpAddr> {
    let base = r.peer.or(r.local.as_ref().map(|(p, _)| *p))?;
    let addr = base.addr?;
    match r.brd.as_ref()? {
        Brd::Addr(addr) => Some(*addr),
        _ if base.len > 30 => None,
        Brd::Plus => Some(bits::last(addr, base.len)),
        Brd::Minus => Some(bits::net(addr, base.len).addr()),
    }
}
