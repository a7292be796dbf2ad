//! Why a rule did not match: the first condition that was not met, and what the packet has in its place.

use core::fmt::Display;

use packetwalk_netfilter::conntrack::{Conn, Conntrack, Dir, Status};
use packetwalk_netfilter::matches::conntrack::States;
use packetwalk_netfilter::matches::range::Range;
use packetwalk_netfilter::matches::{Match, addrtype, multiport};
use packetwalk_netfilter::xtables::condition::{Field, addr_bits};
use packetwalk_netfilter::xtables::{Cond, Rule};
use packetwalk_trace::{CtStep, NsId};
use packetwalk_wire::{Body, CtInfo, Family, IfIndex, Packet, Transport};

use super::language::Say;
use super::phrase;
use super::scene::Scene;
use crate::iptables;
use crate::print::conntrack;

/// The packet that was asked about, where it is.
pub(super) struct Asked<'a> {
    pub scene: &'a Scene<'a>,
    pub ns: NsId,
    pub id: u32,
    pub body: &'a Body,
}

/// A condition that was not met.
pub(super) struct Miss {
    /// As `iptables -S` prints it: `-i docker0`.
    pub condition: String,
    /// What the packet has in its place: `it came in by eth0`; none where the trace does not tell.
    pub has: Option<String>,
}

/// The condition of this number, and what the packet has.
pub(super) fn miss(asked: &Asked<'_>, family: Family, rule: &Rule, n: u8) -> Miss {
    let n = usize::from(n);
    let Some(whole) = iptables::conditions(rule, family).into_iter().nth(n) else {
        return Miss { condition: asked.scene.text(Say::Condition).to_owned(), has: None };
    };
    let base = rule.base.fields().nth(n);
    let found = match base {
        Some(field) => asked.base(field).map(|has| (None, has)),
        None => {
            let m = n.checked_sub(rule.base.fields().count()).and_then(|n| rule.matches.get(n));
            m.and_then(|m| asked.extension(m))
        }
    };
    let Some((option, has)) = found else { return Miss { condition: whole, has: None } };
    let condition = option.and_then(|option| one_option(&whole, option)).unwrap_or(whole);
    Miss { condition, has: Some(has) }
}

/// An option and its value out of a condition: `--dport 80` of `-m tcp --sport 53 --dport 80`.
#[inline(never)]
fn one_option(condition: &str, option: &str) -> Option<String> {
    let at = condition.find(option)?;
    let begin = if condition.get(..at)?.ends_with("! ") { at - 2 } else { at };
    let rest = condition.get(at..)?;
    let ends = [rest.find(" --"), rest.find(" ! ")].into_iter().flatten().min();
    condition.get(begin..at + ends.unwrap_or(rest.len())).map(str::to_owned)
}

/// The option that fails, and what the packet has.
type Found = Option<(Option<&'static str>, String)>;

impl Asked<'_> {
    const fn packet(&self) -> Option<&Packet> {
        match self.body {
            Body::Ip(packet) => Some(packet),
            Body::Arp(_) => None,
        }
    }

    fn say(&self, say: Say, values: &[&dyn Display]) -> String {
        self.scene.say(say, values)
    }

    fn port(&self, c: Option<Cond<Range<u16>>>, port: u16, option: &'static str) -> Found {
        c.filter(|c| (c.is.min <= port && port <= c.is.max) == c.not)
            .map(|_| (Some(option), self.say(Say::ItIs, &[&port])))
    }

    fn base(&self, field: Field) -> Option<String> {
        let packet = self.packet()?;
        let at = self.scene.at.get(&self.ns)?;
        let dev = |dev: IfIndex, by: Say, none: Say| {
            if dev.is_some() { self.say(by, &[&self.scene.dev(self.ns, dev)]) } else { self.say(none, &[]) }
        };
        Some(match field {
            Field::Src => self.say(Say::ComesFrom, &[&packet.ip.src]),
            Field::Dst => self.say(Say::GoesTo, &[&packet.ip.dst]),
            Field::In => dev(at.iif, Say::CameInBy, Say::MadeHere),
            Field::Out => dev(at.oif, Say::LeavesBy, Say::ForHost),
            Field::Proto => self.say(Say::ItIs, &[&conntrack::protocol_name(packet.protocol())]),
            Field::Fragment => {
                let later = packet.ip.frag.is_some_and(|frag| frag.offset != 0);
                self.say(if later { Say::LaterFragment } else { Say::NoLaterFragment }, &[])
            }
        })
    }

    #[inline(never)]
    fn extension(&self, m: &Match) -> Found {
        let packet = self.packet()?;
        let ports = packet.ports();
        match m {
            Match::Tcp(tcp) => {
                let Transport::Tcp(header) = packet.transport else { return None };
                if tcp.ports_together {
                    return None;
                }
                self.port(tcp.sport, header.sport, "--sport")
                    .or_else(|| self.port(tcp.dport, header.dport, "--dport"))
                    .or_else(|| {
                        let c = tcp.flags.filter(|c| (header.flags.0 & c.is.0 == c.is.1) == c.not)?;
                        // Printed as --tcp-flags, or as --syn, which is the whole then.
                        let names = super::fields::flags(header.flags);
                        let say = if names.is_empty() { Say::NoFlag } else { Say::ItHas };
                        let option = if c.not { None } else { Some("--tcp-flags") };
                        Some((option, self.say(say, &[&names])))
                    })
            }
            Match::Udp(udp) if !udp.ports_together => {
                let (sport, dport) = ports?;
                self.port(udp.sport, sport, "--sport").or_else(|| self.port(udp.dport, dport, "--dport"))
            }
            Match::Conntrack(asked) => {
                if let Some(c) = asked.state {
                    let (states, text) = self.state(c.is)?;
                    if c.is.meets(states) == c.not {
                        return Some((Some("--ctstate"), text));
                    }
                }
                self.connection(asked)
            }
            Match::State(asked) => self.state(asked.state.is).map(|(_, text)| (Some("--state"), text)),
            Match::Addrtype(asked) => self.addrtype(asked, packet),
            _ => self.rare(m, packet),
        }
    }

    /// Matches that few rules have: apart, so that a page need not load this to come up.
    #[inline(never)]
    fn rare(&self, m: &Match, packet: &Packet) -> Found {
        // What is said of a condition as a whole.
        let bare = |has: String| Some((None, has));
        let ports = packet.ports();
        match m {
            Match::Multiport(multi) => {
                let (sport, dport) = ports?;
                let has = match multi.which {
                    multiport::Which::Source => self.say(Say::FromPort, &[&sport]),
                    multiport::Which::Destination => self.say(Say::ItIs, &[&dport]),
                    multiport::Which::Either => self.say(Say::BothPorts, &[&sport, &dport]),
                };
                bare(has)
            }
            Match::Icmp(_) | Match::Icmp6(_) => {
                let (ty, code) = packet.icmp()?.type_code();
                let what = phrase::what(self.scene.language, self.body);
                bare(self.say(Say::IcmpIs, &[&what, &ty, &code]))
            }
            Match::Physdev(asked) => {
                let port = self.scene.ports.get(&(self.ns, self.id)).copied();
                let has = |port: Option<IfIndex>| {
                    port.map_or_else(
                        || self.say(Say::ByNoPort, &[]),
                        |port| self.say(Say::ByPort, &[&self.scene.dev(self.ns, port)]),
                    )
                };
                let others = [asked.is_in.is_some(), asked.is_out.is_some(), asked.dev_out.is_some()];
                match (asked.dev_in, asked.is_bridged, others.contains(&true)) {
                    (Some(_), None, false) => Some((Some("--physdev-in"), has(port))),
                    (None, Some(c), false) => {
                        let text = self.say(if c.not { Say::Bridged } else { Say::NotBridged }, &[]);
                        Some((Some("--physdev-is-bridged"), text))
                    }
                    _ => None,
                }
            }
            Match::Iprange(asked) => {
                let misses = |c: Option<Cond<Range<u128>>>, addr| {
                    c.is_some_and(|c| c.is.has(addr_bits(addr)) == c.not)
                };
                if misses(asked.src, packet.ip.src) {
                    return Some((Some("--src-range"), self.say(Say::ComesFrom, &[&packet.ip.src])));
                }
                misses(asked.dst, packet.ip.dst)
                    .then(|| (Some("--dst-range"), self.say(Say::GoesTo, &[&packet.ip.dst])))
            }
            Match::Length(_) => bare(self.say(Say::Bytes, &[&packet.len()])),
            Match::Ttl(_) | Match::Hl(_) => bare(self.say(Say::ItIs, &[&packet.ip.ttl])),
            Match::Set(asked) if asked.not => bare(self.say(Say::InSet, &[])),
            Match::Set(_) => bare(self.say(Say::NotInSet, &[])),
            Match::Limit(_) | Match::Hashlimit(_) => bare(self.say(Say::RateUsed, &[])),
            Match::Statistic(_) => bare(self.say(Say::NoneOfThose, &[])),
            _ => None,
        }
    }

    /// The state that rules see, with what it is called; `wanted` says whether rewriting is of interest.
    #[inline(never)]
    fn state(&self, wanted: States) -> Option<(States, String)> {
        let seen = self.scene.tracked.get(&(self.ns, self.id))?;
        let (mut states, name, entry) = match *seen {
            CtStep::Untracked => (States::UNTRACKED, "UNTRACKED", None),
            CtStep::Invalid => (States::INVALID, "INVALID", None),
            CtStep::New(r)
            | CtStep::Confirmed(r)
            | CtStep::Found(r, _)
            | CtStep::Clash(r)
            | CtStep::Destroyed(r) => match r.info {
                CtInfo::New => (States::NEW, "NEW", Some(r)),
                CtInfo::Established | CtInfo::EstablishedReply => {
                    (States::ESTABLISHED, "ESTABLISHED", Some(r))
                }
                CtInfo::Related | CtInfo::RelatedReply => (States::RELATED, "RELATED", Some(r)),
            },
        };
        let status = entry.and_then(|r| self.conntrack()?.get(r)).map(Conn::status);
        let mut text = self.say(Say::ItIs, &[&name]);
        for (state, bit, what) in
            [(States::SNAT, Status::SRC_NAT, Say::Source), (States::DNAT, Status::DST_NAT, Say::Destination)]
        {
            let rewritten = status.is_some_and(|status| status.has(bit));
            if rewritten {
                states = states.with(state);
            }
            if wanted.meets(state) {
                let how = if rewritten { Say::Rewritten } else { Say::NotRewritten };
                text += &self.say(how, &[&self.scene.text(what)]);
            }
        }
        Some((states, text))
    }

    fn conntrack(&self) -> Option<&Conntrack> {
        self.scene.stack(self.ns).map(|stack| &stack.nf.ct)
    }

    /// What `-m conntrack` asks of the connection besides its state.
    #[inline(never)]
    fn connection(&self, asked: &packetwalk_netfilter::matches::conntrack::Conntrack) -> Found {
        let (CtStep::New(r) | CtStep::Found(r, _)) = *self.scene.tracked.get(&(self.ns, self.id))? else {
            return None;
        };
        let conn = self.conntrack()?.get(r)?;
        let (orig, repl) = (conn.tuple(Dir::Original), conn.tuple(Dir::Reply));
        let addresses = [
            (asked.orig_src, orig.src, "--ctorigsrc"),
            (asked.orig_dst, orig.dst, "--ctorigdst"),
            (asked.repl_src, repl.src, "--ctreplsrc"),
            (asked.repl_dst, repl.dst, "--ctrepldst"),
        ];
        for (c, addr, option) in addresses {
            if c.is_some_and(|c| c.is.has(addr_bits(addr)) == c.not) {
                return Some((Some(option), self.say(Say::ConnectionHas, &[&addr])));
            }
        }
        let ports = [
            (asked.orig_sport, orig.sport, "--ctorigsrcport"),
            (asked.orig_dport, orig.dport, "--ctorigdstport"),
            (asked.repl_sport, repl.sport, "--ctreplsrcport"),
            (asked.repl_dport, repl.dport, "--ctrepldstport"),
        ];
        let miss = ports.into_iter().find(|(c, port, _)| c.is_some_and(|c| c.is.has(*port) == c.not));
        if let Some((_, port, option)) = miss {
            return Some((Some(option), self.say(Say::ConnectionHas, &[&port])));
        }
        let dir = Conntrack::dir(r.info);
        let name = if dir == Dir::Reply { "REPLY" } else { "ORIGINAL" };
        asked.dir.filter(|wanted| *wanted != dir).map(|_| (Some("--ctdir"), self.say(Say::ItIs, &[&name])))
    }

    #[inline(never)]
    fn addrtype(&self, asked: &addrtype::Addrtype, packet: &Packet) -> Found {
        let routing = &self.scene.stack(self.ns)?.routing;
        let at = self.scene.at.get(&self.ns)?;
        let dev = match asked.limit {
            None => None,
            Some(addrtype::LimitIface::In) => Some(at.iif),
            Some(addrtype::LimitIface::Out) => Some(at.oif),
        };
        let dev = dev.filter(|dev| dev.is_some());
        let ends = [(asked.src, packet.ip.src, "--src-type"), (asked.dst, packet.ip.dst, "--dst-type")];
        ends.into_iter().find_map(|(c, addr, option)| {
            let c = c?;
            let name = format!("{:?}", routing.addr_type(addr, dev)).to_ascii_uppercase();
            let bit = addrtype::NAMES.iter().position(|n| *n == name)?;
            let has = c.is.0 & (1 << bit) != 0;
            (has == c.not).then(|| (Some(option), self.say(Say::AddressIs, &[&addr, &name])))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::one_option;

    #[test]
    fn an_option_of_many() {
        #[rustfmt::skip]
        let cases = [
            ("-m tcp --sport 53 --dport 80",             "--dport",   Some("--dport 80")),
            ("-m tcp --sport 53 ! --dport 80 --syn",     "--dport",   Some("! --dport 80")),
            ("-m tcp ! --sport 53 ! --dport 80",         "--sport",   Some("! --sport 53")),
            ("-m conntrack --ctstate RELATED,ESTABLISHED", "--ctstate", Some("--ctstate RELATED,ESTABLISHED")),
            ("-m tcp --dport 80",                        "--sport",   None),
        ];
        for (condition, option, want) in cases {
            assert_eq!(one_option(condition, option).as_deref(), want, "{condition}");
        }
    }
}
