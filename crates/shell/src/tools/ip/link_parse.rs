//! The words of `ip link add`, `set`, `del`, and of a veth's peer.

use packetwalk_trace::NsId;
use packetwalk_wire::{IfIndex, IfName, Mac};

use super::args::{
    Args, End, duparg, duparg2, get_mac, ifname, invarg, matches, not_modelled, number, on_off,
};
use super::link_show::Master;
use super::{Ip, help, names, netns};

/// What was asked of a link.
#[derive(Clone, Debug, Default)]
pub(super) struct LinkReq {
    /// `link DEV`: the device below.
    pub(super) lower: Option<String>,
    pub(super) up: Option<bool>,
    pub(super) name: Option<IfName>,
    pub(super) dev: Option<String>,
    pub(super) mac: Option<Mac>,
    pub(super) mtu: Option<u32>,
    pub(super) qlen: Option<u32>,
    pub(super) netns: Option<NsId>,
    pub(super) multicast: Option<bool>,
    pub(super) allmulti: Option<bool>,
    pub(super) promisc: Option<bool>,
    pub(super) arp: Option<bool>,
    pub(super) master: Option<Master>,
    pub(super) alias: Option<String>,
    pub(super) group: Option<u32>,
    pub(super) index: Option<IfIndex>,
    pub(super) addr_gen: Option<&'static str>,
    pub(super) kind: Option<String>,
}

fn integer(args: &mut Args<'_>, old: Option<u32>, key: &str) -> Result<u32, End> {
    let word = args.need()?;
    if old.is_some() {
        return Err(duparg(key, word));
    }
    number(word).ok_or_else(|| invarg(&format!("Invalid \"{key}\" value\n"), word))
}

/// Words up to `type KIND`, which is read too.
pub(super) fn parse(ip: &mut Ip<'_, '_>, args: &mut Args<'_>, create: bool) -> Result<LinkReq, End> {
    let mut r = LinkReq::default();
    let mut named: Option<String> = None;
    let mut dev: Option<String> = None;
    while let Some(word) = args.next() {
        match word {
            "up" => r.up = Some(true),
            "down" => r.up = Some(false),
            "name" => {
                let word = args.need()?;
                if named.is_some() {
                    return Err(duparg("name", word));
                }
                r.name = Some(ifname(word).ok_or_else(|| invarg("\"name\" not a valid ifname", word))?);
                named = Some(word.to_owned());
                dev.get_or_insert_with(|| word.to_owned());
            }
            "index" => {
                let word = args.need()?;
                let index = number(word).filter(|&n| n > 0 && i32::try_from(n).is_ok());
                r.index = Some(IfIndex(index.ok_or_else(|| invarg("Invalid \"index\" value", word))?));
            }
            _ if matches(word, "link") => {
                r.lower = Some(args.need()?.to_owned());
            }
            _ if matches(word, "address") => {
                r.mac = Some(get_mac(args.need()?)?);
            }
            "brd" => return Err(not_modelled("ip link: \"broadcast\"")),
            _ if matches(word, "broadcast") => return Err(not_modelled("ip link: \"broadcast\"")),
            "qlen" => r.qlen = Some(integer(args, r.qlen, "txqueuelen")?),
            _ if matches(word, "txqueuelen") || matches(word, "txqlen") => {
                r.qlen = Some(integer(args, r.qlen, "txqueuelen")?);
            }
            "mtu" => r.mtu = Some(integer(args, r.mtu, "mtu")?),
            "xdp" | "xdpgeneric" | "xdpdrv" | "xdpoffload" | "vf" | "carrier" | "protodown"
            | "protodown_reason" | "parentdev" | "trailers" | "mode" | "state" => {
                return Err(not_modelled(&format!("ip link: \"{word}\"")));
            }
            "netns" => {
                let word = args.need()?;
                if r.netns.is_some() {
                    return Err(duparg("netns", word));
                }
                r.netns = match netns::find(ip.cx, word) {
                    Some(ns) => Some(ns),
                    None if number(word) == Some(1) => Some(NsId(0)),
                    None if number(word).is_some() => return Err(End::errno("No such process")),
                    None => return Err(invarg("Invalid \"netns\" value\n", word)),
                };
            }
            "multicast" => r.multicast = Some(on_off(word, args.need()?)?),
            "allmulticast" => r.allmulti = Some(on_off(word, args.need()?)?),
            "promisc" => r.promisc = Some(on_off(word, args.need()?)?),
            "arp" => r.arp = Some(on_off(word, args.need()?)?),
            _ if matches(word, "master") => {
                let word = args.need()?;
                let master = ip.dev(word).ok_or_else(|| invarg("Device does not exist\n", word))?;
                r.master = Some(Master::Is(master));
            }
            "vrf" => return Err(invarg("Not a valid VRF name\n", args.need()?)),
            _ if matches(word, "nomaster") => r.master = Some(Master::None),
            _ if matches(word, "dynamic") => return Err(not_modelled("ip link: \"dynamic\"")),
            _ if matches(word, "type") => {
                r.kind = Some(args.need()?.to_owned());
                break;
            }
            _ if matches(word, "alias") => {
                let word = args.need()?;
                if word.len() >= 256 {
                    return Err(invarg("alias too long\n", word));
                }
                r.alias = Some(word.to_owned());
            }
            "group" => {
                let word = args.need()?;
                if r.group.is_some() {
                    return Err(duparg("group", word));
                }
                let group = names::parse_group(word);
                r.group = Some(group.ok_or_else(|| invarg("Invalid \"group\" value\n", word))?);
            }
            _ if matches(word, "numtxqueues") || matches(word, "numrxqueues") => {
                integer(args, None, word)?;
            }
            _ if matches(word, "addrgenmode") => {
                r.addr_gen = Some(match args.need()? {
                    "eui64" => "0",
                    "none" => "1",
                    "stable_secret" | "random" => return Err(not_modelled("ip link: that addrgenmode")),
                    word => return Err(invarg("Invalid address generation mode\n", word)),
                });
            }
            "gso_max_size" | "gso_max_segs" | "gro_max_size" => {
                integer(args, None, word)?;
            }
            _ if matches(word, "link-netns") || matches(word, "link-netnsid") => {
                return Err(not_modelled("ip link: \"link-netns\""));
            }
            _ => {
                if matches(word, "help") {
                    return Err(End::usage(help::LINK));
                }
                let word = if word == "dev" { args.need()? } else { word };
                if dev != named {
                    return Err(duparg2("dev", word));
                }
                if word.is_empty() || word.len() >= 128 || word.contains('/') {
                    return Err(invarg("\"dev\" not a valid ifname", word));
                }
                dev = Some(word.to_owned());
            }
        }
    }
    let both = named.is_some() && dev.is_some() && named != dev;
    r.dev = dev.or(named);
    check(&mut r, create, both)?;
    Ok(r)
}

fn check(r: &mut LinkReq, create: bool, both: bool) -> Result<(), End> {
    if r.index.is_some() && !create && r.netns.is_none() {
        return Err(End::usage(
            "index can be used only when creating devices or when moving device to another netns.\n",
        ));
    }
    if r.group.is_some() && r.dev.is_none() && create {
        return Err(End::usage("group cannot be used when creating devices.\n"));
    }
    if !create {
        if r.dev.is_none() && r.group.is_none() {
            return Err(End::usage("Not enough information: \"dev\" argument is required.\n"));
        }
        return Ok(());
    }
    if both {
        return Err(End::usage("both \"name\" and \"dev\" cannot be used when creating devices.\n"));
    }
    if let Some(dev) = &r.dev
        && r.name.is_none()
    {
        r.name = Some(ifname(dev).ok_or_else(|| End::kernel("Error: Attribute failed policy validation."))?);
    }
    Ok(())
}
