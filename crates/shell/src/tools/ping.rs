//! `ping`: iputils 20221126 as root, which speaks through a raw ICMP socket.

mod icmp;
mod options;
mod reply;
mod run;
mod stats;

use std::net::{IpAddr, Ipv6Addr};

use packetwalk_lab::{SockId, SocketKind};
use packetwalk_trace::SendError;
use packetwalk_wire::{Family, IfIndex, proto};

use super::clib::{Gai, Host, Lookup, Progress, Stdout, Want, resolve, reverse};
use crate::Cx;
use crate::process::{OnSignal, Poll, Process, Signal};
use options::{Discover, Done, Options, fail};
use run::Run;

/// A ping that has not begun.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Ping { begun: None, run: None, out: Stdout::default() })
}

#[derive(Clone, Debug)]
struct Ping {
    begun: Option<Box<Begun>>,
    run: Option<Box<Run>>,
    out: Stdout,
}

/// A ping that looks names up.
#[derive(Clone, Debug)]
struct Begun {
    options: Options,
    payload: Vec<u8>,
    lookup: Lookup,
    /// The target's addresses, once they are known: then the name of the address is looked for.
    hosts: Option<Vec<Host>>,
}

impl Process for Ping {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        while self.run.is_none() {
            match self.begin(cx) {
                Ok(None) => {}
                Ok(Some(poll)) => return poll,
                Err(Done(status)) => {
                    self.out.flush(cx);
                    return Poll::Exit(status);
                }
            }
        }
        let Some(run) = &mut self.run else { return Poll::Exit(2) };
        let poll = run.poll(cx, &mut self.out);
        if self.out.broken || matches!(poll, Poll::Exit(_)) {
            run.close(cx);
        }
        poll
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        if let (Some(begun), false) = (&mut self.begun, signal.ignored_by_default()) {
            begun.lookup.close(cx);
        }
        let Some(run) = &mut self.run else { return OnSignal::Default };
        match signal {
            Signal::INT | Signal::ALRM => run.exiting = true,
            Signal::QUIT => run.snapshot = true,
            _ => {
                if !signal.ignored_by_default() {
                    run.close(cx);
                }
                return OnSignal::Default;
            }
        }
        OnSignal::Taken
    }
}

impl Ping {
    /// One step of what comes before the first request: how to wait, or go on.
    fn begin(&mut self, cx: &mut Cx<'_>) -> Result<Option<Poll>, Done> {
        let out = &mut self.out;
        let Some(begun) = &mut self.begun else {
            let options = Options::parse(cx, out)?;
            let payload = options.fill(cx, out)?;
            if options.verbose {
                let text = verbose_sockets(options.family);
                out.error(cx, &text);
            }
            let target = options.operands.last().cloned().unwrap_or_default();
            let lookup = Lookup::new(cx, &target, options.family.map_or(Want::Any, Want::Only));
            self.begun = Some(Box::new(Begun { options, payload, lookup, hosts: None }));
            return Ok(None);
        };
        let found = match begun.lookup.poll(cx) {
            Progress::Wait(poll) => return Ok(Some(poll)),
            Progress::Done(found) => found,
        };
        let options = &begun.options;
        let target = options.operands.last().cloned().unwrap_or_default();
        let hosts = match begun.hosts.take() {
            None => {
                let hosts = found.map_err(|e| fail(cx, out, 2, &format!("{target}: {}", e.text())))?;
                let is_number = target.contains(':') || super::clib::aton(&target).is_some();
                let first = hosts.iter().find(|h| options.family.is_none_or(|f| f == Family::of(h.addr)));
                if let (Some(host), false) = (first, options.numeric || is_number) {
                    begun.lookup = Lookup::new(cx, "", Want::Name(host.addr));
                    begun.hosts = Some(hosts);
                    return Ok(None);
                }
                hosts
            }
            Some(hosts) => {
                for host in found.unwrap_or_default() {
                    super::clib::learn(cx, host.addr, host.name);
                }
                hosts
            }
        };
        let Some(begun) = self.begun.take() else { return Err(Done(2)) };
        self.run = Some(Box::new(begin(cx, out, begun.options, begun.payload, &hosts)?));
        Ok(None)
    }
}

/// What follows the lookup of the target.
fn begin(
    cx: &mut Cx<'_>,
    out: &mut Stdout,
    options: Options,
    payload: Vec<u8>,
    hosts: &[Host],
) -> Result<Run, Done> {
    let target = options.operands.last().cloned().unwrap_or_default();
    let mut found = None;
    for (i, host) in hosts.iter().enumerate() {
        let family = Family::of(host.addr);
        if options.verbose {
            let family = if family == Family::V4 { "AF_INET" } else { "AF_INET6" };
            writeln!(out, "ai->ai_family: {family}, ai->ai_canonname: '{}'", host.name);
        }
        if options.family.is_some_and(|f| f != family) {
            continue;
        }
        let last = i + 1 == hosts.len();
        if let Some(sock) = open(cx, out, &options, host, last)? {
            found = Some((host, sock));
            break;
        }
    }
    let Some((host, opened)) = found else {
        return Err(fail(cx, out, 2, &format!("{target}: {}", Gai::AddrFamily.text())));
    };
    let name = if target.contains(':') || host.addr.is_ipv6() { target.clone() } else { host.name.clone() };
    let numeric = options.numeric || target.contains(':') || super::clib::aton(&target).is_some();
    if options.interval >= i64::from(i32::MAX) / options.preload {
        cx.lab.sock_close(cx.ns, opened.sock);
        let text = format!("illegal preload and/or interval: {}", options.interval);
        return Err(fail(cx, out, 2, &text));
    }
    let mut run = Run::new(cx, options, payload, &opened, name, numeric);
    run.greet(cx, out);
    Ok(run)
}

fn verbose_sockets(family: Option<Family>) -> String {
    let (four, six, wanted) = match family {
        None => ("3 (socktype: SOCK_RAW)", "4 (socktype: SOCK_RAW)", "AF_UNSPEC"),
        Some(Family::V4) => ("3 (socktype: SOCK_RAW)", "-1 (socktype: 0)", "AF_INET"),
        Some(Family::V6) => ("-1 (socktype: 0)", "3 (socktype: SOCK_RAW)", "AF_INET6"),
    };
    format!("sock4.fd: {four}, sock6.fd: {six}, hints.ai_family: {wanted}\n")
}

/// The socket and whom it speaks to.
struct Opened {
    sock: SockId,
    dst: IpAddr,
    scope: Option<IfIndex>,
    source: IpAddr,
    multicast: bool,
}

/// Chooses the source and opens the socket; `None` when the next address should be tried.
///
/// # Source
/// iputils 20221126, `ping/ping.c`: `ping4_run`; `ping/ping6_common.c`: `ping6_run`.
fn open(
    cx: &mut Cx<'_>,
    out: &mut Stdout,
    options: &Options,
    host: &Host,
    last: bool,
) -> Result<Option<Opened>, Done> {
    let family = Family::of(host.addr);
    let (source, mut dst) = (options.source(family), host.addr);
    if family == Family::V6 && options.operands.len() > 1 {
        return Err(options::usage(cx));
    }
    if options.operands.len() > 10 {
        return Err(options::usage(cx));
    }
    let device = match &options.device {
        None => None,
        Some(name) => {
            let index = cx.lab.stack(cx.ns).and_then(|s| s.links.by_name(name)).map(|d| d.index);
            let unknown = match family {
                Family::V4 if !dst.is_multicast() => format!("SO_BINDTODEVICE {name}: No such device"),
                _ => format!("unknown iface: {name}"),
            };
            Some(index.ok_or_else(|| fail(cx, out, 2, &unknown))?)
        }
    };
    let bound = device.or(host.scope);
    let source = match source {
        Some(source) => source,
        None => match probe(cx, out, options, dst, bound, last)? {
            Some(source) => source,
            None => return Ok(None),
        },
    };
    if let (Some(name), Some(device), None) = (&options.device, device, options.source(family)) {
        let ours = cx
            .lab
            .stack(cx.ns)
            .and_then(|s| s.routing.dev(device))
            .is_some_and(|d| d.addrs(family).iter().any(|a| a.local == source));
        if !ours {
            let text = format!("Warning: source address might be selected on device other than: {name}");
            out.error(cx, &text);
        }
    }
    if dst == IpAddr::from([0, 0, 0, 0]) {
        dst = source;
    }
    let multicast = dst.is_multicast() || options.broadcast && family == Family::V4;
    let discover = options.discover.or(multicast.then_some(Discover::Do)).unwrap_or(Discover::Want);
    let protocol = if family == Family::V4 { proto::ICMP } else { proto::ICMPV6 };
    let refused = || format!("record route: {}", SendError::Perm.text());
    if options.operands.len() > 1 {
        // A loose source route, which the kernel takes from CAP_NET_RAW only: ping has dropped it.
        return Err(fail(cx, out, 2, &refused()));
    }
    let ns = cx.ns;
    let Some(stack) = cx.lab.stack_mut(ns) else { return Err(Done(2)) };
    let sock = stack.sock_open(family, SocketKind::Raw { protocol });
    if let Some(socket) = stack.sockets.get_mut(sock) {
        let opts = &mut socket.opts;
        opts.recverr = true;
        opts.device = bound;
        opts.tos = options.tos;
        opts.mark = options.mark.unwrap_or(0);
        opts.df = discover != Discover::Dont;
        opts.pmtu_strict = discover == Discover::Do;
        opts.broadcast = options.broadcast;
        opts.ttl = options.ttl;
    }
    let error = if options.strict_source { stack.sock_bind(sock, Some(source), 0).err() } else { None };
    let text = match error {
        Some(e) if family == Family::V4 => format!("bind: {}", e.text()),
        Some(e) => format!("bind icmp socket: {}", e.text()),
        None if options.ttl == Some(0) && family == Family::V4 => {
            "cannot set unicast time-to-live: Invalid argument".to_owned()
        }
        None => return Ok(Some(Opened { sock, dst, scope: host.scope, source, multicast })),
    };
    cx.lab.sock_close(ns, sock);
    Err(fail(cx, out, 2, &text))
}

/// The source that the kernel would choose: what a connected UDP socket is bound to.
fn probe(
    cx: &mut Cx<'_>,
    out: &mut Stdout,
    options: &Options,
    dst: IpAddr,
    device: Option<IfIndex>,
    last: bool,
) -> Result<Option<IpAddr>, Done> {
    let mut to = dst;
    if let (Some(first), 2..) = (options.operands.first(), options.operands.len()) {
        let found = resolve(cx, first).map_err(|e| fail(cx, out, 2, &format!("{first}: {}", e.text())))?;
        to = found.first().map_or(dst, |h| h.addr);
    }
    to = match to {
        IpAddr::V4(a) if a.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(a) if a.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    };
    let ns = cx.ns;
    let Some(stack) = cx.lab.stack_mut(ns) else { return Err(Done(2)) };
    let sock = stack.sock_open(Family::of(dst), SocketKind::Udp);
    if let Some(socket) = stack.sockets.get_mut(sock) {
        socket.opts.device = device;
        socket.opts.mark = options.mark.unwrap_or(0);
        socket.opts.tos = options.tos;
    }
    let mut result = stack.sock_connect_datagram(sock, (to, 1025));
    let mut warned = false;
    if result == Err(SendError::Access) && dst.is_ipv4() && options.broadcast {
        warned = true;
        if let Some(socket) = stack.sockets.get_mut(sock) {
            socket.opts.broadcast = true;
        }
        result = stack.sock_connect_datagram(sock, (to, 1025));
    }
    let source = stack.sockets.get(sock).and_then(|s| s.local);
    cx.lab.sock_close(ns, sock);
    if warned {
        let _ = cx.write_fd(2, b"WARNING: pinging broadcast address\n");
    }
    match result {
        Ok(()) => Ok(source),
        Err(SendError::Access) if dst.is_ipv4() && !options.broadcast => {
            let text = "Do you want to ping broadcast? Then -b. If not, check your local firewall rules";
            Err(fail(cx, out, 2, text))
        }
        Err(SendError::HostUnreach | SendError::NetUnreach) if !last => Ok(None),
        Err(e) => Err(fail(cx, out, 2, &format!("connect: {}", e.text()))),
    }
}

/// An address as ping prints it, with its name unless only numbers are wanted.
fn show(cx: &mut Cx<'_>, addr: IpAddr, scope: Option<IfIndex>, numeric: bool) -> String {
    let local = matches!(addr, IpAddr::V6(a) if a.segments()[0] & 0xffc0 == 0xfe80 || a.segments()[0] & 0xff0f == 0xff02);
    let text = match scope.filter(|_| local) {
        Some(index) => {
            let name = cx.lab.stack(cx.ns).and_then(|s| s.links.get(index)).map(|d| d.name.to_string());
            format!("{addr}%{}", name.unwrap_or_else(|| index.0.to_string()))
        }
        None => addr.to_string(),
    };
    match if numeric { None } else { reverse(cx, addr) } {
        Some(name) => format!("{name} ({text})"),
        None => text,
    }
}
