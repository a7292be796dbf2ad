//! The core alone: packets, routes, netfilter, conntrack and the trace, without a shell or Docker.
//!
//! A container's ping through a router that masquerades. `cargo xtask test wasm` builds it for wasm and weighs it.

use std::hint::black_box;
use std::net::IpAddr;
use std::process::ExitCode;
use std::time::Duration;

use ipnet::IpNet;
use packetwalk_lab::{Lab, SocketKind, VethEnd};
use packetwalk_netfilter::nat::NatRange;
use packetwalk_netfilter::targets::{Target, masquerade::Masquerade};
use packetwalk_netfilter::xtables::{Base, Counters, Face, Rule};
use packetwalk_route::{Address, NextHop, NlFlags, Route};
use packetwalk_trace::{NsId, Table};
use packetwalk_wire::{Family, Icmp, IfName, Transport, icmp, proto};

fn main() -> ExitCode {
    match ping(black_box(IpAddr::from([198, 51, 100, 2]))) {
        Some((1, 1..)) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// How many replies came, and of how many events the way there and back was made. None if the kernel would have
/// refused something.
fn ping(to: IpAddr) -> Option<(usize, usize)> {
    let mut lab = Lab::new(1);
    let router = NsId(0);
    let container = lab.add_ns("container").ok()?;
    let internet = lab.add_ns("internet").ok()?;
    cable(&mut lab, (router, "veth1", [172, 17, 0, 1], 16), (container, "eth0", [172, 17, 0, 2], 16))?;
    cable(&mut lab, (router, "eth0", [198, 51, 100, 1], 24), (internet, "eth0", [198, 51, 100, 2], 24))?;
    let mut route = Route::new(IpNet::new(IpAddr::from([0, 0, 0, 0]), 0).ok()?);
    route.nexthops.push(NextHop { via: Some(IpAddr::from([172, 17, 0, 1])), ..NextHop::default() });
    lab.stack_mut(container)?.routing.change_route(route, NlFlags::Add).ok()?;
    let stack = lab.stack_mut(router)?;
    stack.sysctl_write("net.ipv4.ip_forward", "1").ok()?;
    let ruled = stack.nf.change(Face::Nft, Family::V4, |rules| {
        let table = rules.table(Table::Nat);
        let chain = table.find("POSTROUTING")?;
        table.materialize(chain);
        let target = Target::Masquerade(Masquerade { range: NatRange::empty(Family::V4) });
        let (base, counters) = (Base::default(), Counters::default());
        table.append(chain, Rule { base, matches: Vec::new(), target, counters, handle: 0 }).ok()
    });
    ruled?;

    lab.start_trace();
    let socket =
        lab.stack_mut(container)?.sock_open(Family::of(to), SocketKind::Raw { protocol: proto::ICMP });
    let echo = Transport::Icmp(Icmp::Query { ty: icmp::v4::ECHO, code: 0, id: 7, seq: 1 });
    lab.raw_send(container, socket, echo, &[0; 56], to).ok()?;
    lab.run_until(lab.now() + Duration::from_secs(4));
    let stack = lab.stack_mut(container)?;
    let replies = std::iter::from_fn(|| stack.sock_recv(socket)).count();
    Some((replies, lab.stop_trace().len()))
}

/// An interface with its address.
type End = (NsId, &'static str, [u8; 4], u8);

/// Two interfaces, joined.
fn cable(lab: &mut Lab, a: End, b: End) -> Option<()> {
    let end = |(ns, name, ..): End| {
        Some(VethEnd { ns, name: IfName::new(name)?, mac: None, mtu: None, index: None })
    };
    lab.add_veth(&end(a)?, &end(b)?).ok()?;
    for (ns, name, address, prefix) in [a, b] {
        let index = lab.stack_mut(ns)?.links.by_name(name)?.index;
        lab.set_up(ns, index, true).ok()?;
        let address = Address::new(IpAddr::from(address), prefix);
        lab.stack_mut(ns)?.routing.add_address(index, address).ok()?;
    }
    Some(())
}
