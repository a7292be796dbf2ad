//! Neighbour discovery (RFC 4861): solicitations and advertisements, through ip6tables like any packet.

use std::net::{IpAddr, Ipv6Addr};

use packetwalk_link::Solicit;
use packetwalk_route::Scope;
use packetwalk_trace::{Observer, RouteKind, Step};
use packetwalk_wire::{Family, Icmp, IfIndex, IpHeader, Mac, Packet, Skb, Transport, emit, icmp, proto};

use crate::path::Next;
use crate::{Cx, Dst, OutputKey, Stack};

/// Advertisement flags in the message's second word.
const ROUTER: u32 = 1 << 31;
const SOLICITED: u32 = 1 << 30;
const OVERRIDE: u32 = 1 << 29;

/// `ff02::1:ffXX:XXXX` (RFC 4291 section 2.7.1).
fn solicited_node(addr: Ipv6Addr) -> Ipv6Addr {
    let o = addr.octets();
    Ipv6Addr::from([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, o[13], o[14], o[15]])
}

impl Stack {
    /// # Source
    /// Linux v6.18, `net/ipv6/ndisc.c`: `ndisc_solicit`, `ndisc_send_ns`.
    pub(crate) fn nd_solicit<O: Observer>(&mut self, cx: &mut Cx<'_, O>, solicit: &Solicit) {
        let IpAddr::V6(target) = solicit.target else { return };
        let hint =
            solicit.src_hint.filter(|&a| self.routing.addr_type(a, Some(solicit.dev)) == RouteKind::Local);
        let to = if solicit.unicast.is_some() { target } else { solicited_node(target) };
        let usable = |a: &&packetwalk_route::Address| !a.flags.tentative;
        let own = || {
            let addrs = self.routing.dev(solicit.dev)?.addrs(Family::V6);
            let link = addrs.iter().filter(usable).find(|a| a.scope == Scope::LINK);
            link.or_else(|| addrs.iter().find(usable)).map(|a| a.local)
        };
        let Some(src) = hint.or_else(own) else { return };
        self.nd_send(cx, solicit.dev, (icmp::v6::NEIGHBOUR_SOLICIT, 0), src, IpAddr::V6(to), target, 1);
    }

    fn nd_send<O: Observer>(
        &mut self,
        cx: &mut Cx<'_, O>,
        dev: IfIndex,
        (ty, rest): (u8, u32),
        src: IpAddr,
        to: IpAddr,
        target: Ipv6Addr,
        option: u8,
    ) {
        let Some(own) = self.links.get(dev).map(|d| d.mac) else { return };
        let mut body = [0; 24];
        body[..16].copy_from_slice(&target.octets());
        body[16] = option;
        body[17] = 1;
        body[18..].copy_from_slice(&own.0);
        let payload = cx.payloads.intern(&body);
        let mut ip = IpHeader::new(src, to);
        ip.ttl = 255;
        let packet = Packet { ip, transport: Transport::Icmp(Icmp::Other { ty, code: 0, rest }), payload };
        let kind = if to.is_multicast() { RouteKind::Multicast } else { RouteKind::Unicast };
        let dst = Dst {
            kind,
            oif: dev,
            gateway: None,
            src: Some(src),
            mtu: None,
            redirect: false,
            probe: false,
            local: false,
            step: None,
        };
        let skb = Skb::new(cx.new_id(), packet);
        self.send_now(cx, skb, dst);
    }

    /// There is a better way for this packet's sender: its own link's.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/ndisc.c`: `ndisc_send_redirect`, `ndisc_fill_redirect_hdr_option`.
    pub(crate) fn nd_redirect<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb, dst: &Dst) {
        let (to, wanted) = (skb.packet.ip.src, skb.packet.ip.dst);
        let IpAddr::V6(about) = wanted else { return };
        let IpAddr::V6(target) = dst.gateway.unwrap_or(wanted) else { return };
        let own = self.routing.dev(skb.iif).and_then(|dev| {
            let addrs = dev.addrs(Family::V6);
            addrs.iter().find(|a| a.scope == Scope::LINK && !a.flags.tentative).map(|a| a.local)
        });
        let Some(own) = own else { return };
        if target != about && !target.is_unicast_link_local() {
            return;
        }
        let key =
            OutputKey { src: Some(own), oif: Some(skb.iif), protocol: proto::ICMPV6, ..OutputKey::to(to) };
        let Ok(way) = self.lookup_output(&key) else { return };
        if way.gateway.is_some() || !self.limits.redirect(to, cx.now) {
            return;
        }
        let mut body = [target.octets(), about.octets()].concat();
        let neigh = self.neigh.get(dst.oif, IpAddr::V6(target)).filter(|n| n.state.is_valid());
        if let Some(neigh) = neigh {
            body.extend([2, 1]);
            body.extend(neigh.mac.0);
        }
        let mut about = Vec::new();
        emit::packet(&skb.packet, cx.payloads, &mut about);
        // From its own header on the message is no longer than the smallest MTU.
        let room = 1280 - 40 - 8 - body.len();
        let len = (about.len() + 8).min(room) & !7;
        body.extend([4, (len / 8) as u8, 0, 0, 0, 0, 0, 0]);
        body.extend(about.iter().take(len - 8));
        let payload = cx.payloads.intern(&body);
        let mut ip = IpHeader::new(own, to);
        ip.ttl = 255;
        let transport = Transport::Icmp(Icmp::Other { ty: icmp::v6::REDIRECT, code: 0, rest: 0 });
        let answer = Skb::new(cx.new_id(), Packet { ip, transport, payload });
        cx.obs.step(skb, Step::Answer);
        self.send_now(cx, answer, way);
    }

    /// # Source
    /// Linux v6.18, `net/ipv6/ndisc.c`: `ndisc_recv_ns`, `ndisc_recv_na`.
    pub(crate) fn nd_receive<O: Observer>(&mut self, cx: &mut Cx<'_, O>, skb: &Skb) -> Next {
        cx.obs.step(skb, Step::Deliver);
        let Transport::Icmp(Icmp::Other { ty, rest, .. }) = skb.packet.transport else { return Next::Done };
        let body = cx.payloads.bytes(skb.packet.payload);
        let Some(target) = body.get(..16).and_then(|b| <[u8; 16]>::try_from(b).ok()).map(Ipv6Addr::from)
        else {
            return Next::Done;
        };
        if skb.packet.ip.ttl != 255 || target.is_multicast() {
            return Next::Done;
        }
        let wanted = if ty == icmp::v6::NEIGHBOUR_SOLICIT { 1 } else { 2 };
        let mac = link_layer_option(body.get(16..).unwrap_or(&[]), wanted);
        let (dev, from) = (skb.iif, skb.packet.ip.src);
        if ty == icmp::v6::NEIGHBOUR_ADVERT {
            let flags = (rest & ROUTER != 0, rest & SOLICITED != 0, rest & OVERRIDE != 0);
            let heard =
                self.neigh.advertised(dev, IpAddr::V6(target), mac, flags.1, flags.2, flags.0, cx.now);
            if let Some(released) = heard {
                self.release(cx, released);
            }
            return Next::Done;
        }
        if self.routing.addr_type(IpAddr::V6(target), Some(dev)) != RouteKind::Local {
            return Next::Done;
        }
        if let (Some(mac), false) = (mac, from.is_unspecified())
            && let Some(released) = self.neigh.asked(dev, from, mac, cx.now)
        {
            self.release(cx, released);
        }
        let solicited = if from.is_unspecified() { 0 } else { SOLICITED };
        let router = if self.sysctl.forwards6() { ROUTER } else { 0 };
        let to =
            if from.is_unspecified() { IpAddr::V6(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1)) } else { from };
        let rest = router | solicited | OVERRIDE;
        let source = IpAddr::V6(target);
        self.nd_send(cx, dev, (icmp::v6::NEIGHBOUR_ADVERT, rest), source, to, target, 2);
        Next::Done
    }
}

/// The link-layer address option of a kind: 1 is the source's, 2 the target's (RFC 4861 section 4.6.1).
fn link_layer_option(mut options: &[u8], kind: u8) -> Option<Mac> {
    while let [ty, len, rest @ ..] = options {
        let bytes = usize::from(*len) * 8;
        if bytes == 0 || options.len() < bytes {
            return None;
        }
        if *ty == kind {
            return rest.get(..6).and_then(|b| b.try_into().ok()).map(Mac);
        }
        options = &options[bytes..];
    }
    None
}
