//! `ip neigh`.

use std::net::IpAddr;

use packetwalk_link::NudState;
use packetwalk_wire::{Family, IfIndex, Mac};

use super::args::{Args, End, duparg, duparg2, get_addr, get_mac, invarg, matches, not_modelled};
use super::{Done, Ip, help, neigh_show};

/// `ip neighbour`.
pub(super) fn main(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let Some(word) = args.next() else { return neigh_show::show(ip, args) };
    match word {
        _ if matches(word, "add") => modify(ip, args, Verb::Add),
        "chg" => modify(ip, args, Verb::Change),
        _ if matches(word, "change") => modify(ip, args, Verb::Change),
        _ if matches(word, "replace") => modify(ip, args, Verb::Replace),
        _ if matches(word, "delete") => modify(ip, args, Verb::Delete),
        _ if matches(word, "get") => neigh_show::get(ip, args),
        _ if matches(word, "show") || matches(word, "lst") || matches(word, "list") => {
            neigh_show::show(ip, args)
        }
        _ if matches(word, "flush") => neigh_show::flush(ip, args),
        _ if matches(word, "help") => Err(End::usage(help::NEIGH)),
        _ => Err(End::usage(format!("Command \"{word}\" is unknown, try \"ip neigh help\".\n"))),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verb {
    Add,
    Change,
    Replace,
    Delete,
}

/// A state by name.
pub(super) fn nud(word: &str) -> Option<NudState> {
    Some(match word {
        "noarp" => NudState::NoArp,
        "none" => NudState::None,
        "stale" => NudState::Stale,
        "incomplete" => NudState::Incomplete,
        "delay" => NudState::Delay,
        "probe" => NudState::Probe,
        _ if matches(word, "permanent") => NudState::Permanent,
        _ if matches(word, "reachable") => NudState::Reachable,
        _ if matches(word, "failed") => NudState::Failed,
        _ => return None,
    })
}

struct Req {
    dst: Option<IpAddr>,
    dev: Option<String>,
    dev_ok: bool,
    mac: Option<String>,
    state: NudState,
    proxy: bool,
    router: bool,
    wanted: bool,
}

fn parse(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Result<Req, End> {
    let family: Option<Family> = ip.opt.family.family();
    let mut r = Req {
        dst: None,
        dev: None,
        dev_ok: false,
        mac: None,
        state: NudState::Permanent,
        proxy: false,
        router: false,
        wanted: false,
    };
    while let Some(word) = args.next() {
        match word {
            _ if matches(word, "lladdr") => {
                let word = args.need()?;
                if r.mac.is_some() {
                    return Err(duparg("lladdr", word));
                }
                r.mac = Some(word.to_owned());
            }
            "nud" => {
                let word = args.need()?;
                r.state = nud(word).ok_or_else(|| invarg("nud state is bad", word))?;
            }
            _ if matches(word, "proxy") => {
                let word = args.need()?;
                if matches(word, "help") {
                    return Err(End::usage(help::NEIGH));
                }
                if r.dst.is_some() {
                    return Err(duparg("address", word));
                }
                r.dst = get_addr(word, family)?.addr;
                (r.proxy, r.dev_ok) = (true, true);
            }
            "router" => r.router = true,
            "use" => r.wanted = true,
            "managed" => return Err(not_modelled("ip neigh: \"managed\"")),
            _ if matches(word, "extern_learn") => return Err(not_modelled("ip neigh: \"extern_learn\"")),
            "dev" => {
                r.dev = Some(args.need()?.to_owned());
                r.dev_ok = true;
            }
            _ if matches(word, "protocol") => return Err(not_modelled("ip neigh: \"protocol\"")),
            _ => {
                let word = if word == "to" || matches(word, "help") { args.need()? } else { word };
                if r.dst.is_some() {
                    return Err(duparg2("to", word));
                }
                r.dst = get_addr(word, family)?.addr;
            }
        }
    }
    Ok(r)
}

fn modify(ip: &mut Ip<'_, '_>, args: &mut Args<'_>, verb: Verb) -> Done {
    let r = parse(ip, args)?;
    let (Some(dst), true) = (r.dst, r.dev_ok) else {
        return Err(End::usage("Device and destination are required arguments.\n"));
    };
    let mac = match r.mac.as_deref() {
        None | Some("null") => None,
        Some(word) => Some(get_mac(word)?),
    };
    let dev = r.dev.as_ref().map(|name| ip.need_dev(name)).transpose()?;
    let whole = |end: End| End { whole: true, ..end };
    if r.proxy {
        return proxy(ip, dst, dev, verb).map_err(whole);
    }
    let Some(dev) = dev else { return Err(whole(End::errno("Invalid argument"))) };
    set(ip, dst, dev, mac, &r, verb).map_err(whole)
}

fn proxy(ip: &mut Ip<'_, '_>, dst: IpAddr, dev: Option<IfIndex>, verb: Verb) -> Done {
    let proxies = &mut ip.stack()?.neigh.proxies;
    let at = proxies.iter().position(|p| *p == (dev, dst));
    match (verb, at) {
        (Verb::Delete, None) => return Err(End::errno("No such file or directory")),
        (Verb::Delete, Some(at)) => {
            proxies.remove(at);
        }
        (_, None) => proxies.push((dev, dst)),
        (_, Some(_)) => {}
    }
    Ok(())
}

/// # Source
/// Linux v6.18, `net/core/neighbour.c`: `neigh_add`, `neigh_delete`.
fn set(ip: &mut Ip<'_, '_>, dst: IpAddr, dev: IfIndex, mac: Option<Mac>, r: &Req, verb: Verb) -> Done {
    let now = ip.cx.now();
    let stack = ip.stack()?;
    let there = stack.neigh.get(dev, dst).is_some();
    if verb == Verb::Delete {
        return match stack.neigh.remove(dev, dst) {
            Some(_) => Ok(()),
            None => Err(End::errno("No such file or directory")),
        };
    }
    if there && verb == Verb::Add {
        return Err(End::errno("File exists"));
    }
    if !there && verb == Verb::Change {
        return Err(End::errno("No such file or directory"));
    }
    if r.wanted {
        return Err(not_modelled("ip neigh: \"use\""));
    }
    let known = stack.neigh.get(dev, dst).is_some_and(|n| n.state.is_valid());
    if mac.is_none() && r.state.is_valid() && !known {
        stack.neigh.set(dev, dst, None, NudState::None, false, false, now);
        return Err(End::kernel("Error: No link layer address given."));
    }
    let replace = verb != Verb::Add;
    match stack.neigh.set(dev, dst, mac, r.state, r.router, replace, now) {
        None => Ok(()),
        Some(_) => Err(not_modelled("ip neigh for an address that packets wait for")),
    }
}
