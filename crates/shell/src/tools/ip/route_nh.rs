//! Ways out of a route on the command line: `via`, `dev`, `weight`, `onlink`, `nexthop …`.

use std::net::IpAddr;

use packetwalk_route::NextHop;
use packetwalk_wire::Family;

use super::Ip;
use super::args::{Args, End, get_addr, invarg, matches, not_modelled, number};

/// An address after `via`, which may name its family.
pub(super) fn via(args: &mut Args<'_>, family: &mut Option<Family>) -> Result<IpAddr, End> {
    let word = args.need()?;
    let (own, word) = match word {
        "inet" => (Some(Family::V4), args.need()?),
        "inet6" => (Some(Family::V6), args.need()?),
        "mpls" | "link" | "bridge" => return Err(not_modelled(&format!("via {word}"))),
        _ => (*family, word),
    };
    let addr = get_addr(word, own)?.addr.unwrap_or_else(|| Family::V4.unspecified());
    family.get_or_insert(Family::of(addr));
    Ok(addr)
}

/// One `nexthop …`: its words up to the next.
fn one(ip: &mut Ip<'_, '_>, args: &mut Args<'_>, family: &mut Option<Family>) -> Result<NextHop, End> {
    let mut nh = NextHop { weight: 1, ..NextHop::default() };
    while let Some(word) = args.peek() {
        match word {
            "via" => {
                args.next();
                nh.via = Some(via(args, family)?);
            }
            "dev" => {
                args.next();
                let name = args.need()?;
                nh.oif = ip.dev(name).ok_or_else(|| {
                    End::usage(format!("Cannot find device \"{name}\"\nError: cannot parse nexthop\n"))
                })?;
            }
            "weight" => {
                args.next();
                let word = args.need()?;
                let weight = number(word).and_then(|n| u16::try_from(n).ok());
                nh.weight = weight
                    .filter(|w| (1..=256).contains(w))
                    .ok_or_else(|| invarg("\"weight\" is invalid\n", word))?;
            }
            "onlink" => {
                args.next();
                nh.onlink = true;
            }
            _ if matches(word, "realms") || word == "encap" || word == "as" => {
                return Err(not_modelled(&format!("nexthop {word}")));
            }
            _ => break,
        }
    }
    Ok(nh)
}

/// All that follows the first `nexthop`, which is read.
pub(super) fn all(
    ip: &mut Ip<'_, '_>,
    args: &mut Args<'_>,
    family: &mut Option<Family>,
) -> Result<Vec<NextHop>, End> {
    let mut ways = Vec::new();
    let mut first = true;
    loop {
        if !first {
            match args.next() {
                None => return Ok(ways),
                Some("nexthop") => {}
                Some(word) => {
                    return Err(End::usage(format!(
                        "Error: \"nexthop\" or end of line is expected instead of \"{word}\"\n"
                    )));
                }
            }
        }
        first = false;
        if args.peek().is_none() {
            return Err(End::usage("Error: unexpected end of line after \"nexthop\"\n"));
        }
        ways.push(one(ip, args, family)?);
    }
}
