//! `ip neigh show`, `get` and `flush`.

use packetwalk_link::{Neigh, NudState};
use packetwalk_wire::{Family, IfIndex};

use super::args::{Args, End, Prefix, duparg, duparg2, get_addr, get_prefix, invarg, matches, not_modelled};
use super::link_show::Master;
use super::neigh::nud;
use super::out::Color;
use super::{Done, Ip, help, names};

#[derive(Default)]
struct Filter {
    family: Option<Family>,
    dev: Option<IfIndex>,
    /// States shown; empty is the default choice.
    states: Vec<NudState>,
    all: bool,
    proxy: bool,
    to: Option<Prefix>,
    master: Option<Master>,
    unused: bool,
}

impl Filter {
    fn shows(&self, n: &Neigh, flush: bool) -> bool {
        let default = match n.state {
            NudState::None => flush,
            NudState::NoArp => false,
            NudState::Permanent => !flush,
            _ => true,
        };
        let state = if self.all {
            !(flush && n.state == NudState::NoArp)
        } else if self.states.is_empty() {
            default
        } else {
            self.states.contains(&n.state)
        };
        let inside = |p: &Prefix| p.addr.is_none_or(|a| packetwalk_route::bits::same_net(a, n.addr, p.len));
        state
            && self.family.is_none_or(|f| f == Family::of(n.addr))
            && self.dev.is_none_or(|d| d == n.dev)
            && self.to.as_ref().is_none_or(inside)
    }
}

fn parse(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Result<Filter, End> {
    let mut f = Filter { family: ip.opt.family.family(), ..Filter::default() };
    let mut dev: Option<String> = None;
    while let Some(word) = args.next() {
        match word {
            "dev" => {
                let word = args.need()?;
                if dev.is_some() {
                    return Err(duparg("dev", word));
                }
                dev = Some(word.to_owned());
            }
            "master" => {
                let word = args.need()?;
                let master = ip.dev(word).ok_or_else(|| invarg("Device does not exist\n", word))?;
                f.master = Some(Master::Is(master));
            }
            "vrf" => return Err(invarg("Not a valid VRF name\n", args.need()?)),
            "nomaster" => f.master = Some(Master::None),
            "unused" => f.unused = true,
            "nud" => match args.need()? {
                "all" => f.all = true,
                word => f.states.push(nud(word).ok_or_else(|| invarg("nud state is bad", word))?),
            },
            "proxy" => f.proxy = true,
            _ if matches(word, "protocol") => {
                let word = args.need()?;
                if names::parse_protocol(word).is_none() && word != "all" {
                    return Err(invarg("invalid \"protocol\"\n", word));
                }
                return Err(not_modelled("ip neigh show: \"protocol\""));
            }
            _ => {
                let word = if word == "to" { args.need()? } else { word };
                if matches(word, "help") {
                    return Err(End::usage(help::NEIGH));
                }
                let prefix = get_prefix(word, f.family)?;
                f.family = f.family.or(prefix.addr.map(Family::of));
                f.to = Some(prefix);
            }
        }
    }
    f.dev = dev.map(|name| ip.need_dev(&name)).transpose()?;
    Ok(f)
}

fn selected(ip: &mut Ip<'_, '_>, f: &Filter, flush: bool) -> Vec<Neigh> {
    let Ok(stack) = ip.stack() else { return Vec::new() };
    let master =
        |n: &Neigh| f.master.is_none_or(|m| stack.links.get(n.dev).is_some_and(|d| d.master == m.index()));
    let of = |family: Family| stack.neigh.iter().filter(move |n| Family::of(n.addr) == family);
    of(Family::V4).chain(of(Family::V6)).filter(|n| f.shows(n, flush) && master(n)).cloned().collect()
}

/// `ip neigh show`.
pub(super) fn show(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let filter = parse(ip, args)?;
    ip.out.begin(ip.opt.json, ip.opt.pretty);
    if filter.proxy {
        let proxies = ip.stack()?.neigh.proxies.clone();
        for (dev, addr) in proxies {
            if filter.dev.is_some_and(|d| dev != Some(d))
                || filter.family.is_some_and(|f| f != Family::of(addr))
            {
                continue;
            }
            ip.out.open_object(None);
            head(ip, addr, dev.filter(|_| filter.dev.is_none()));
            ip.out.null("proxy", "proxy ");
            ip.out.fp("\n");
            ip.out.close_object();
        }
    } else {
        for n in selected(ip, &filter, false) {
            ip.out.open_object(None);
            print(ip, &n, filter.dev.is_none());
            ip.out.close_object();
        }
    }
    ip.out.end();
    Ok(())
}

/// `ip neigh get`.
pub(super) fn get(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    let (mut dst, mut dev): (Option<std::net::IpAddr>, Option<String>) = (None, None);
    while let Some(word) = args.next() {
        match word {
            "dev" => dev = Some(args.need()?.to_owned()),
            _ if matches(word, "proxy") => return Err(not_modelled("ip neigh get proxy")),
            _ => {
                let word = if word == "to" { args.need()? } else { word };
                if matches(word, "help") {
                    return Err(End::usage(help::NEIGH));
                }
                if dst.is_some() {
                    return Err(duparg2("to", word));
                }
                dst = get_addr(word, ip.opt.family.family())?.addr;
            }
        }
    }
    let (Some(dst), Some(dev)) = (dst, dev) else {
        return Err(End::fail(1, "Device and address are required arguments.\n"));
    };
    let dev = ip.need_dev(&dev)?;
    match ip.stack()?.neigh.get(dev, dst).cloned() {
        Some(n) => {
            print(ip, &n, true);
            Ok(())
        }
        None => Err(End::kernel("Error: Neighbour entry not found.")),
    }
}

/// `ip neigh flush`.
pub(super) fn flush(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    if args.peek().is_none() {
        return Err(End::fail(1, "Flush requires arguments.\n"));
    }
    let filter = parse(ip, args)?;
    let gone = selected(ip, &filter, true);
    if ip.opt.stats > 0 {
        let text = if gone.is_empty() {
            "Nothing to flush.\n".to_owned()
        } else {
            format!(
                "\n*** Round 1, deleting {} entries ***\n*** Flush is complete after 1 round ***\n",
                gone.len()
            )
        };
        ip.out.fp(&text);
    }
    let neigh = &mut ip.stack()?.neigh;
    for n in gone {
        neigh.remove(n.dev, n.addr);
    }
    Ok(())
}

fn head(ip: &mut Ip<'_, '_>, addr: std::net::IpAddr, dev: Option<IfIndex>) {
    let text = addr.to_string();
    let padded = if ip.opt.brief { format!("{text:<39} ") } else { format!("{text} ") };
    ip.out.colored(Color::of(addr), "dst", &text, &padded);
    if let Some(dev) = dev {
        let name = ip.dev_name(dev);
        let padded = if ip.opt.brief {
            format!("{name:<16} ")
        } else {
            ip.out.fp("dev ");
            format!("{name} ")
        };
        ip.out.colored(Color::IfName, "dev", &name, &padded);
    }
}

fn print(ip: &mut Ip<'_, '_>, n: &Neigh, show_dev: bool) {
    head(ip, n.addr, Some(n.dev).filter(|_| show_dev));
    let mac = n.mac.to_string();
    let known = n.state.is_valid();
    if ip.opt.brief {
        if known {
            ip.out.colored(Color::Mac, "lladdr", &mac, &mac);
        }
        ip.out.fp("\n");
        return;
    }
    if known {
        ip.out.fp("lladdr ");
        ip.out.colored(Color::Mac, "lladdr", &mac, &format!("{mac} "));
    }
    if n.router {
        ip.out.null("router", "router ");
    }
    if ip.opt.stats > 0 {
        let now = ip.cx.now();
        let age = |at| now.since(at).as_secs();
        let (used, confirmed, updated) = (age(n.used), age(n.confirmed), age(n.updated));
        ip.out.number("used", used, &format!(" used {used}"));
        ip.out.number("confirmed", confirmed, &format!("/{confirmed}"));
        ip.out.number("updated", updated, &format!("/{updated}"));
        ip.out.number("probes", u64::from(n.probes), &format!("probes {} ", n.probes));
    }
    if n.state != NudState::None {
        ip.out.open_array("state");
        ip.out.item(n.state.name(), &format!("{} ", n.state.name()));
        ip.out.close_array();
    }
    ip.out.fp("\n");
}
