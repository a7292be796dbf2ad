//! The machine as the engine sees it: its operations, carried out by the lab's own tools.

use std::net::IpAddr;

use ipnet::IpNet;
use packetwalk_docker::ports::{Bound, Proto};
use packetwalk_docker::{Host, LinkOp, Op, Place, Proxy, Words};
use packetwalk_lab::{LinkOpError, SocketKind, VethEnd};
use packetwalk_link::LinkError;
use packetwalk_trace::NsId;
use packetwalk_wire::{Family, IfName};

use super::state::State;
use super::{proxy, resolver};
use crate::Cx;
use crate::tools::ip::link_set::Wish;
use crate::tools::{ip, iptables, proc_sys};

/// The machine of a command that the engine's operations are done for.
pub(super) struct Machine<'m, 'a> {
    pub cx: &'m mut Cx<'a>,
    pub state: &'m mut State,
}

/// What Go's netlink library says of what `ip` says: the error's number as a text, in small letters. What the
/// kernel adds to it is lost.
///
/// # Source
/// vishvananda/netlink, `nl/nl_linux.go`: `NetlinkRequest.Execute`; Go, `syscall`: `Errno.Error`.
fn errno(said: &str) -> String {
    let said = said.trim();
    let said = said.lines().next().unwrap_or_default();
    if let Some(text) = said.strip_prefix("RTNETLINK answers: ") {
        return text.to_lowercase();
    }
    match said {
        "Error: Attribute failed policy validation." => "numerical result out of range".to_owned(),
        "Error: Unknown device type." => "operation not supported".to_owned(),
        said if said.starts_with("Cannot find device") => "no such device".to_owned(),
        said if said.starts_with("Error: ") => "invalid argument".to_owned(),
        said => said.to_owned(),
    }
}

/// The same of a refusal of the link tables.
fn link_errno(error: LinkOpError) -> String {
    match error {
        LinkOpError::NoNamespace => "no such network namespace",
        LinkOpError::Link(LinkError::Exists) => "file exists",
        LinkOpError::Link(LinkError::NoDevice) => "no such device",
        LinkOpError::Link(LinkError::Busy) => "device or resource busy",
        LinkOpError::Link(LinkError::BridgeLoop) => "too many levels of symbolic links",
        LinkOpError::Link(LinkError::NotSupported) => "operation not supported",
        LinkOpError::Link(LinkError::BadMac) => "cannot assign requested address",
        LinkOpError::Link(_) => "invalid argument",
    }
    .to_owned()
}

/// Bytes that a container takes on average.
const EACH: usize = 32 << 10;

/// A WebAssembly memory grows page by page otherwise, for each of which V8 takes longer than for what is put there: with
/// each doubling there is room for as many containers again.
fn make_room(containers: usize) {
    if cfg!(target_family = "wasm") && containers >= 64 && containers.is_power_of_two() {
        let mut room = Vec::<u8>::new();
        // Where it is not to be had, memory grows as before.
        room.try_reserve_exact(containers * EACH).ok();
        std::hint::black_box(room);
    }
}

/// Whether an address is the host's own.
fn is_local(stack: &packetwalk_stack::Stack, addr: IpAddr) -> bool {
    let of = |name: &str| super::addresses(stack, name).iter().any(|a| a.addr() == addr);
    let names: Vec<String> = stack.links.iter().map(|d| d.name.to_string()).collect();
    addr.is_loopback() || names.iter().any(|name| of(name))
}

impl Machine<'_, '_> {
    fn ns(&self, at: Place) -> Result<NsId, String> {
        let key = match at {
            Place::Host => None,
            Place::Sandbox(key) => Some(key),
        };
        self.state.sandbox_ns(key).ok_or_else(|| "no such network namespace".to_owned())
    }

    fn rules(&mut self, ns: NsId, family: Family, args: Words) -> Result<(), String> {
        let name = if family == Family::V4 { "iptables" } else { "ip6tables" };
        let name = crate::tools::control::alternatives::program(self.cx, name);
        let now = self.cx.now();
        let stack = self.cx.lab.stack_mut(ns).ok_or_else(|| "no such network namespace".to_owned())?;
        stack.nf.shared.now = now;
        match iptables::succeeds(&name, &args, &mut stack.nf, &mut self.state.known) {
            Some(true) => Ok(()),
            // The engine looks at no more than this.
            Some(false) => Err("exit status 1".to_owned()),
            None => Err(format!("{name} not found")),
        }
    }

    fn ip(&mut self, ns: NsId, words: &str) -> Result<(), String> {
        ip::command(self.cx, ns, words).map_err(|said| errno(&said))
    }

    fn set(&mut self, ns: NsId, dev: &str, wish: Wish<'_>) -> Result<(), String> {
        ip::link_set::wish(self.cx, ns, dev, wish).map_err(|said| errno(&said))
    }

    fn link(&mut self, ns: NsId, op: LinkOp) -> Result<(), String> {
        // `dev_valid_name`, before a name becomes a word of a command.
        if let LinkOp::AddBridge(name, _) | LinkOp::Rename(_, name) = &op
            && name.contains(char::is_whitespace)
        {
            return Err("invalid argument".to_owned());
        }
        let words = match op {
            LinkOp::AddBridge(name, mac) => format!("link add {name} txqueuelen 0 address {mac} type bridge"),
            LinkOp::AddVeth(name, peer, place) => return self.veth(ns, &name, &peer, place),
            LinkOp::AddMacvlan(name, parent, mode) => {
                format!("link add link {parent} name {name} type macvlan mode {mode}")
            }
            LinkOp::Move(name, place) => return self.carry(ns, &name, place),
            LinkOp::Rename(name, new) => return self.set(ns, &name, Wish::Name(&new)),
            LinkOp::Mac(name, mac) => return self.set(ns, &name, Wish::Mac(mac)),
            LinkOp::Mtu(name, mtu) => return self.set(ns, &name, Wish::Mtu(mtu)),
            LinkOp::Master(name, bridge) => return self.set(ns, &name, Wish::Master(&bridge)),
            LinkOp::Hairpin(name) => format!("link set {name} type bridge_slave hairpin on"),
            LinkOp::Up(name) => return self.set(ns, &name, Wish::Up),
            LinkOp::Del(name) => format!("link del {name}"),
            LinkOp::AddAddr(name, addr, nodad) => {
                let more = match addr {
                    IpNet::V4(_) => "brd +",
                    IpNet::V6(_) if nodad => "nodad",
                    IpNet::V6(_) => "",
                };
                format!("addr add {addr} {more} dev {name}")
            }
            LinkOp::DelAddr(name, addr) => format!("addr del {addr} dev {name}"),
            LinkOp::AddRoute(name, prefix) => format!("route add {prefix} dev {name}"),
            LinkOp::AddDefault(name, gateway) => format!("route add default via {gateway} dev {name}"),
            LinkOp::DelDefault(family) => {
                let zero = if family == Family::V4 { "0.0.0.0/0" } else { "::/0" };
                format!("route del {zero}")
            }
        };
        self.ip(ns, &words)
    }

    fn veth(&mut self, ns: NsId, name: &str, peer: &str, place: Place) -> Result<(), String> {
        let there = self.ns(place)?;
        let end = |ns, name: &str| {
            let name = IfName::new(name).ok_or_else(|| format!("bad name {name}"))?;
            Ok::<_, String>(VethEnd { ns, name, mac: None, mtu: None, index: None })
        };
        let (a, b) = (end(ns, name)?, end(there, peer)?);
        self.cx.lab.add_veth(&a, &b).map_err(link_errno)?;
        ip::link_set::know_each_other(self.cx, ns, there);
        self.set(ns, name, Wish::QueueLen(0))?;
        self.set(there, peer, Wish::QueueLen(0))
    }

    fn carry(&mut self, ns: NsId, name: &str, place: Place) -> Result<(), String> {
        let there = self.ns(place)?;
        let dev = self.cx.lab.stack(ns).and_then(|s| s.links.by_name(name)).map(|d| d.index);
        let dev = dev.ok_or_else(|| format!("could not find interface {name}"))?;
        let other = self.cx.lab.peer(ns, dev).map(|(ns, _)| ns);
        self.cx.lab.move_link(ns, dev, there, None).map_err(link_errno)?;
        if let Some(other) = other {
            ip::link_set::know_each_other(self.cx, there, other);
        }
        Ok(())
    }

    fn add_sandbox(&mut self, key: u32, name: &str) -> Result<(), String> {
        let ns = self.cx.lab.add_unlisted_ns(name).map_err(|_| "too many network namespaces".to_owned())?;
        self.state.sandboxes.insert(key, ns);
        make_room(self.state.sandboxes.len());
        self.set(ns, "lo", Wish::Up)
    }

    fn del_sandbox(&mut self, key: u32) {
        let Some(ns) = self.state.sandboxes.remove(&key) else { return };
        if let Some(at) = self.state.resolvers.iter().position(|(k, _)| *k == key) {
            let (_, pid) = self.state.resolvers.swap_remove(at);
            self.cx.kill(pid, crate::process::Signal::TERM);
        }
        self.cx.lab.end_ns(ns);
        ip::netns::forget(self.cx, ns);
    }

    fn start_proxy(&mut self, proxy: Proxy) {
        if let Some((pid, sock)) = proxy::start(self.cx, self.state.ns, proxy) {
            self.state.proxies.push((proxy, pid, sock));
        }
    }

    fn stop_proxy(&mut self, proxy: Proxy) {
        let Some(at) = self.state.proxies.iter().position(|(p, ..)| *p == proxy) else { return };
        let (_, pid, sock) = self.state.proxies.swap_remove(at);
        self.cx.lab.sock_close(self.state.ns, sock);
        self.cx.kill(pid, crate::process::Signal::TERM);
    }

    fn forget_flows(&mut self, addrs: &[IpAddr], udp: &[u16]) {
        let (ns, now) = (self.state.ns, self.cx.now());
        let Some(stack) = self.cx.lab.stack_mut(ns) else { return };
        let conntrack = &mut stack.nf.ct;
        let gone: Vec<_> = conntrack
            .iter(now)
            .filter(|(_, conn)| {
                let (src, dst, protocol, port) = super::flow(conn);
                addrs.contains(&src) || addrs.contains(&dst) || (protocol == 17 && udp.contains(&port))
            })
            .map(|(r, _)| r)
            .collect();
        for r in gone {
            conntrack.delete(r);
        }
    }
}

impl Host for Machine<'_, '_> {
    fn apply(&mut self, at: Place, op: Op) -> Result<(), String> {
        let ns = self.ns(at)?;
        match op {
            Op::Rules(family, args) => self.rules(ns, family, args),
            Op::Sysctl(path, value) => {
                let path = format!("/proc/sys/{path}");
                proc_sys::write(self.cx.lab, ns, path.as_bytes(), value.as_bytes())
                    .map_err(|e| e.text().to_lowercase())
            }
            Op::Link(op) => self.link(ns, op),
            Op::AddSandbox(key, name) => self.add_sandbox(key, &name),
            Op::DelSandbox(key) => {
                self.del_sandbox(key);
                Ok(())
            }
            Op::StartResolver(tcp, udp) => {
                if let Place::Sandbox(key) = at {
                    let pid = resolver::start(self.cx, ns, key, (tcp, udp));
                    self.state.resolvers.extend(pid.map(|pid| (key, pid)));
                }
                Ok(())
            }
            Op::StartProxy(proxy) => {
                self.start_proxy(proxy);
                Ok(())
            }
            Op::StopProxy(proxy) => {
                self.stop_proxy(proxy);
                Ok(())
            }
            Op::ForgetFlows(addrs, udp) => {
                self.forget_flows(&addrs, &udp);
                Ok(())
            }
        }
    }

    fn sysctl(&mut self, at: Place, path: &str) -> Option<String> {
        let ns = self.ns(at).ok()?;
        let text = proc_sys::read(self.cx.lab, ns, format!("/proc/sys/{path}").as_bytes()).ok()?;
        String::from_utf8(text).ok()
    }

    fn has_link(&self, at: Place, name: &str) -> bool {
        let stack = self.ns(at).ok().and_then(|ns| self.cx.lab.stack(ns));
        stack.is_some_and(|s| s.links.by_name(name).is_some())
    }

    fn addresses(&self, at: Place, name: &str) -> Vec<IpNet> {
        let stack = self.ns(at).ok().and_then(|ns| self.cx.lab.stack(ns));
        stack.map(|stack| super::addresses(stack, name)).unwrap_or_default()
    }

    fn in_use(&self) -> Vec<IpNet> {
        self.cx.lab.stack(self.state.ns).map(super::prefixes).unwrap_or_default()
    }

    fn busy(&self, bound: &Bound) -> Option<&'static str> {
        let stack = self.cx.lab.stack(self.state.ns)?;
        let kind = match bound.proto {
            Proto::Tcp => SocketKind::TcpIdle,
            Proto::Udp => SocketKind::Udp,
            Proto::Sctp => return None,
        };
        let addr = Some(bound.host_ip).filter(|a| !a.is_unspecified());
        if addr.is_some_and(|a| !a.is_multicast() && !is_local(stack, a)) {
            return Some("cannot assign requested address");
        }
        let mut socket = packetwalk_stack::Socket::new(Family::of(bound.host_ip), kind);
        (socket.opts.v6only, socket.opts.reuse) = (true, bound.proto == Proto::Tcp);
        let taken = bound.host_port != 0 && stack.sockets.in_the_way_of(&socket, addr, bound.host_port);
        taken.then_some("address already in use")
    }

    fn is_bridge(&self, name: &str) -> bool {
        let dev = self.cx.lab.stack(self.state.ns).and_then(|s| s.links.by_name(name));
        dev.is_some_and(|d| matches!(d.kind, packetwalk_link::Kind::Bridge(_)))
    }

    fn resolv_conf(&mut self) -> String {
        let text = self.cx.read_file(b"/etc/resolv.conf").unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }
}
