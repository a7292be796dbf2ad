//! The kernel's side: namespaces of its own, raw sockets, packet sockets.
//!
//! Everything here runs in a network and mount namespace that the worker was started in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrIn, SockaddrIn6,
    SockaddrLike, bind, connect, recvfrom, sendto, setsockopt, socket, sockopt,
};

use super::destroy::{destroy_sets, leaves};
use crate::kernel_case::case::{Case, Rules, Step};
use crate::kernel_case::outcome::Outcome;
use crate::kernel_case::topology::{Command, TCP_SERVICES, Topology, UDP_SERVICES, named};
use crate::kernel_case::{hide, reply, sets, told};

/// Nothing more comes after so long a silence.
const QUIET: u8 = 2;
/// An ARP request that nobody answers fails after this.
const ARP: Duration = Duration::from_millis(80);
/// A topology is built anew after so many cases.
const MOST_USES: u32 = 40;

/// What a case came to.
pub enum Ran {
    /// To an outcome.
    Done(Box<Outcome>),
    /// Rules of a host were refused, by this message.
    Refused(Rules, String),
}

/// Every topology that is built.
pub struct Linux {
    root: File,
    built: BTreeMap<String, Built>,
    index: u32,
    serial: u32,
}

struct Built {
    topology: &'static Topology,
    spaces: Vec<Space>,
    uses: u32,
    /// Things were left that would show in another case.
    dirty: bool,
}

struct Space {
    host: &'static str,
    /// Its name for `ip netns`.
    name: String,
    file: File,
    capture: OwnedFd,
    names: BTreeMap<usize, String>,
}

/// A program with text for its standard input; standard output.
pub(super) fn run(program: &str, args: &[&str], input: &str) -> Result<String> {
    let mut command = Process::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("PATH", crate::kernel::PATH);
    let mut child = command.spawn().with_context(|| program.to_owned())?;
    if let Some(mut pipe) = child.stdin.take() {
        // A program that ended early says so itself.
        let _ = pipe.write_all(input.as_bytes());
    }
    let out = child.wait_with_output()?;
    if !out.status.success() {
        bail!("{program} {}: {}", args.join(" "), String::from_utf8_lossy(&out.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

fn sysctl(key: &str) -> String {
    format!("/proc/sys/{}", key.replace('.', "/"))
}

impl Linux {
    /// With nothing built.
    pub fn new() -> Result<Self> {
        let root = File::open("/proc/thread-self/ns/net")?;
        Ok(Self { root, built: BTreeMap::new(), index: 100, serial: 0 })
    }

    fn home(&self) -> Result<()> {
        setns(self.root.as_fd(), CloneFlags::CLONE_NEWNET).context("setns")
    }

    /// Ends a topology.
    fn destroy(&mut self, name: &str) -> Result<()> {
        let Some(built) = self.built.remove(name) else { return Ok(()) };
        let names: Vec<String> = built.spaces.iter().map(|s| s.name.clone()).collect();
        drop(built);
        let batch: Vec<String> = names.iter().map(|n| format!("netns del {n}\n")).collect();
        run("ip", &["-batch", "-"], &batch.concat()).map(drop)
    }

    fn build(&mut self, topology: &'static Topology) -> Result<Built> {
        self.home()?;
        self.serial += 1;
        let name = |host: &str| format!("n{}-{host}", self.serial);
        let mut files: BTreeMap<String, File> = BTreeMap::new();
        let mut batch: Vec<(String, String, &'static str)> = Vec::new();
        for command in topology.commands(self.index) {
            let (ns, words, tool) = match command {
                Command::Add(ns) => (String::new(), format!("netns add {}", name(&ns)), "ip"),
                Command::Ip(ns, words) => (ns, words, "ip"),
                Command::Rule(ns, six, words) => (ns, words, if six { "ip -6" } else { "ip" }),
                Command::Bridge(ns, words) => (ns, words, "bridge"),
                Command::Pair(pair) => {
                    let [a, end, b, other, index, mac] = *pair;
                    let (a, b) = (name(&a), name(&b));
                    let words = format!(
                        "link add name {end} netns {a} type veth peer name {other} netns {b} index {index} address {mac}"
                    );
                    (String::new(), words, "ip")
                }
                Command::Set(ns, key, value) | Command::KernelSet(ns, key, value) => {
                    self.flush(&mut batch, &name)?;
                    if !files.contains_key(&ns) {
                        files.insert(ns.clone(), File::open(format!("/run/netns/{}", name(&ns)))?);
                    }
                    let file = files.get(&ns).context("opened")?;
                    setns(file.as_fd(), CloneFlags::CLONE_NEWNET)?;
                    let done = fs::write(sysctl(&key), &value).with_context(|| format!("{key}={value}"));
                    self.home()?;
                    done?;
                    continue;
                }
            };
            if batch.first().is_some_and(|(was, _, t)| *was != ns || *t != tool) {
                self.flush(&mut batch, &name)?;
            }
            batch.push((ns, words, tool));
        }
        self.flush(&mut batch, &name)?;
        self.index += 2 * topology.pairs.len() as u32 + 10;
        self.wait_up(topology, &name)?;
        let mut spaces = Vec::new();
        for host in topology.hosts {
            let file = File::open(format!("/run/netns/{}", name(host)))?;
            setns(file.as_fd(), CloneFlags::CLONE_NEWNET)?;
            let made = capture();
            let names = fs::read_to_string("/proc/thread-self/net/dev");
            let indices = run("ip", &["-o", "link"], "");
            self.home()?;
            let (capture, _, indices) = (made?, names?, indices?);
            let names = indices.lines().filter_map(|line| {
                let mut words = line.split(": ");
                let index = words.next()?.parse().ok()?;
                Some((index, words.next()?.split('@').next()?.to_owned()))
            });
            spaces.push(Space { host, name: name(host), file, capture, names: names.collect() });
        }
        let built = Built { topology, spaces, uses: 0, dirty: false };
        // What IPv6 says of itself when it comes up.
        std::thread::sleep(Duration::from_millis(30));
        Ok(built)
    }

    fn flush(
        &self,
        batch: &mut Vec<(String, String, &'static str)>,
        name: &dyn Fn(&str) -> String,
    ) -> Result<()> {
        let Some((ns, _, tool)) = batch.first().cloned() else { return Ok(()) };
        let text: Vec<String> = batch.iter().map(|(_, words, _)| format!("{words}\n")).collect();
        let text = text.concat();
        batch.clear();
        let ns = if ns.is_empty() { None } else { Some(name(&ns)) };
        match &ns {
            None => run(tool, &["-batch", "-"], &text),
            Some(ns) if tool == "ip -6" => run("ip", &["-6", "-n", ns, "-batch", "-"], &text),
            Some(ns) => run(tool, &["-n", ns, "-batch", "-"], &text),
        }
        .map(drop)
    }

    fn wait_up(&self, topology: &Topology, name: &dyn Fn(&str) -> String) -> Result<()> {
        for host in topology.hosts {
            let mut tries = 0;
            loop {
                let text = run("ip", &["-n", &name(host), "-o", "link"], "")?;
                let waits = |line: &str| line.contains("state DOWN") || line.contains("LOWERLAYERDOWN");
                if !text.lines().any(waits) {
                    break;
                }
                tries += 1;
                if tries > 400 {
                    bail!("{}: links do not come up: {text}", topology.name);
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Ok(())
    }

    /// Whether one set of rules is taken, outside any topology: what is said if not.
    pub fn takes(&self, case: &Case, rules: &Rules) -> Result<Option<String>> {
        self.home()?;
        if rules.name_sets() {
            run("ipset", &["restore"], sets::text(rules.six))?;
        }
        let text = rules.lines.join("\n") + "\n";
        let said = run(&rules.tool(case.face, "restore"), &[], &text).err().map(|error| error.to_string());
        if case.face == crate::kernel_case::case::Face::Nft {
            run("nft", &["flush", "ruleset"], "")?;
        } else {
            let empty: String =
                ["raw", "mangle", "nat", "filter"].map(|t| format!("*{t}\nCOMMIT\n")).concat();
            run(&rules.tool(case.face, "restore"), &[], &empty)?;
        }
        if rules.name_sets() {
            destroy_sets()?;
        }
        Ok(said)
    }

    /// Carries out the case; in a topology of its own if `fresh`.
    pub fn run(&mut self, case: &Case, fresh: bool) -> Result<Ran> {
        let topology = named(&case.topology).ok_or_else(|| anyhow!("no topology {}", case.topology))?;
        // The legacy tool's tables, once there, stay.
        let legacy = case.face == crate::kernel_case::case::Face::Legacy;
        let spent = self.built.get(topology.name).is_some_and(|b| b.dirty || b.uses >= MOST_USES);
        if fresh || legacy || spent {
            self.destroy(topology.name)?;
        }
        let mut built = match self.built.remove(topology.name) {
            Some(built) => built,
            None => self.build(topology)?,
        };
        built.uses += 1;
        built.dirty |= legacy || leaves(case);
        let done = self.carry_out(&mut built, case);
        self.home()?;
        // After an error nobody knows what is left.
        built.dirty |= !matches!(done, Ok(Ran::Done(_)));
        self.built.insert(topology.name.to_owned(), built);
        done
    }

    fn enter(&self, built: &Built, host: &str) -> Result<()> {
        let space =
            built.spaces.iter().find(|s| s.host == host).with_context(|| format!("no host {host}"))?;
        setns(space.file.as_fd(), CloneFlags::CLONE_NEWNET).context("setns")
    }

    fn carry_out(&self, built: &mut Built, case: &Case) -> Result<Ran> {
        let mut old = Vec::new();
        for (host, key, value) in &case.settings {
            self.enter(built, host)?;
            let path = sysctl(key);
            old.push((host, path.clone(), fs::read_to_string(&path)?));
            fs::write(&path, value).with_context(|| format!("{key}={value}"))?;
        }
        for rules in &case.rules {
            self.enter(built, &rules.host)?;
            if rules.name_sets() {
                run("ipset", &["restore"], sets::text(rules.six))?;
            }
            let text = rules.lines.join("\n") + "\n";
            if let Err(error) = run(&rules.tool(case.face, "restore"), &[], &text) {
                return Ok(Ran::Refused(rules.clone(), error.to_string()));
            }
        }
        let mut life = Life { linux: self, built, sockets: Sockets::default(), came: BTreeMap::new() };
        life.open_services()?;
        life.collect(&mut Vec::new())?;
        let mut outcome = Outcome::default();
        for (at, step) in case.steps.iter().enumerate() {
            if let Err(error) = life.step(at, step)? {
                outcome.error(at, &error);
            }
            life.tell(at, &mut outcome)?;
        }
        for rules in &case.rules {
            self.enter(life.built, &rules.host)?;
            let place = format!("{} {}", rules.host, if rules.six { 6 } else { 4 });
            outcome.save(place.clone(), &run(&rules.tool(case.face, "save"), &["-c"], "")?);
            if rules.name_sets() {
                outcome.save(sets::place(&place), &run("ipset", &["save", "-s"], "")?);
            }
            let family = if rules.six { "ipv6" } else { "ipv4" };
            outcome.list(place, &run("conntrack", &["-L", "-f", family], "")?);
        }
        life.sockets.close();
        life.collect(&mut Vec::new())?;
        drop(life);
        let hosts: BTreeSet<&String> = case.rules.iter().map(|r| &r.host).collect();
        for host in hosts.into_iter().filter(|_| !built.dirty) {
            self.enter(built, host)?;
            run("nft", &["flush", "ruleset"], "")?;
            run("conntrack", &["-F"], "")?;
            if case.rules.iter().any(|r| r.host == *host && r.name_sets()) {
                destroy_sets()?;
            }
        }
        for (host, path, value) in old.into_iter().rev().filter(|_| !built.dirty) {
            self.enter(built, host)?;
            fs::write(path, value.trim())?;
        }
        built.dirty |=
            outcome.story.iter().filter(|line| line.contains(" out: ") && line.contains(" icmp 3/")).count()
                > 2;
        hide::hide(case, &mut outcome);
        Ok(Ran::Done(Box::new(outcome)))
    }
}

fn capture() -> Result<OwnedFd> {
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let fd = socket(AddressFamily::Packet, SockType::Raw, flags, SockProtocol::EthAll)?;
    setsockopt(&fd, sockopt::RcvBuf, &(4 << 20))?;
    Ok(fd)
}

#[derive(Default)]
struct Sockets {
    udp: Vec<UdpSocket>,
    tcp: Vec<TcpListener>,
    accepted: Vec<TcpStream>,
    clients: BTreeMap<(String, IpAddr, u16), UdpSocket>,
    connecting: Vec<OwnedFd>,
    raw: BTreeMap<(String, bool), OwnedFd>,
}

impl Sockets {
    /// Ends TCP without a word more than an RST.
    fn close(&mut self) {
        let linger = nix::libc::linger { l_onoff: 1, l_linger: 0 };
        for stream in &self.accepted {
            let _ = setsockopt(stream, sockopt::Linger, &linger);
        }
        for fd in &self.connecting {
            let _ = setsockopt(fd, sockopt::Linger, &linger);
        }
        *self = Self::default();
    }
}

/// A case under way.
struct Life<'a> {
    linux: &'a Linux,
    built: &'a mut Built,
    sockets: Sockets,
    came: BTreeMap<String, Vec<u8>>,
}

/// A captured frame: host, interface, whether inwards.
type Seen = (&'static str, String, bool, Vec<u8>);

fn sockaddr(addr: IpAddr, port: u16) -> Box<dyn SockaddrLike> {
    match addr {
        IpAddr::V4(a) => Box::new(SockaddrIn::from(SocketAddrV4::new(a, port))),
        IpAddr::V6(a) => Box::new(SockaddrIn6::from(SocketAddrV6::new(a, port, 0, 0))),
    }
}

fn name(error: Errno) -> String {
    format!("{error:?}")
}

fn io_name(error: &std::io::Error) -> String {
    error.raw_os_error().map_or_else(|| error.to_string(), |n| name(Errno::from_raw(n)))
}

impl Life<'_> {
    fn open_services(&mut self) -> Result<()> {
        let topology = self.built.topology;
        for host in topology.hosts {
            self.linux.enter(self.built, host)?;
            for addr in [false, true].into_iter().flat_map(|six| topology.addresses(host, six)) {
                for port in UDP_SERVICES {
                    let udp =
                        UdpSocket::bind((addr, port)).with_context(|| format!("{host} {addr} {port}"))?;
                    udp.set_nonblocking(true)?;
                    udp.set_broadcast(true)?;
                    self.sockets.udp.push(udp);
                }
                for port in TCP_SERVICES {
                    let tcp =
                        TcpListener::bind((addr, port)).with_context(|| format!("{host} {addr} {port}"))?;
                    tcp.set_nonblocking(true)?;
                    self.sockets.tcp.push(tcp);
                }
            }
        }
        Ok(())
    }

    /// Does the step; the inner error is the case's own.
    fn step(&mut self, at: usize, step: &Step) -> Result<Result<(), String>> {
        match step {
            Step::Send { host, mark, bytes } => self.send(host, *mark, bytes),
            Step::Reply { host, how } => {
                let id = told::OUR_IDS | (at as u16 & 0xff);
                match self.came.get(host).and_then(|came| reply::to(came, how, id)) {
                    Some(bytes) => self.send(host, 0, &bytes),
                    None => Ok(Err("nothing to answer".to_owned())),
                }
            }
            Step::Udp { host, from, to, size } => {
                let key = (host.clone(), from.0, from.1);
                if !self.sockets.clients.contains_key(&key) {
                    self.linux.enter(self.built, host)?;
                    match UdpSocket::bind(*from) {
                        Ok(udp) => {
                            udp.set_nonblocking(true)?;
                            udp.set_broadcast(true)?;
                            self.sockets.clients.insert(key.clone(), udp);
                        }
                        Err(error) => return Ok(Err(io_name(&error))),
                    }
                }
                let mut data = vec![b'x'; usize::from(*size).max(1)];
                data[0] = b'Q';
                let Some(udp) = self.sockets.clients.get(&key) else { return Ok(Ok(())) };
                Ok(udp.send_to(&data, SocketAddr::from(*to)).map(drop).map_err(|e| io_name(&e)))
            }
            Step::Tcp { host, from, to } => {
                self.linux.enter(self.built, host)?;
                let family = if from.0.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
                let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
                let fd = socket(family, SockType::Stream, flags, None)?;
                setsockopt(&fd, sockopt::ReuseAddr, &true)?;
                let bound = bind(fd.as_raw_fd(), &*sockaddr(from.0, from.1));
                let done = bound.and_then(|()| connect(fd.as_raw_fd(), &*sockaddr(to.0, to.1)));
                self.sockets.connecting.push(fd);
                match done {
                    Ok(()) | Err(Errno::EINPROGRESS) => Ok(Ok(())),
                    Err(error) => Ok(Err(name(error))),
                }
            }
            Step::Wait(ms) => {
                std::thread::sleep(Duration::from_millis(*ms));
                Ok(Ok(()))
            }
        }
    }

    fn send(&mut self, host: &str, mark: u32, bytes: &[u8]) -> Result<Result<(), String>> {
        let six = bytes.first().is_some_and(|b| b >> 4 == 6);
        let key = (host.to_owned(), six);
        if !self.sockets.raw.contains_key(&key) {
            self.linux.enter(self.built, host)?;
            let family = if six { AddressFamily::Inet6 } else { AddressFamily::Inet };
            let fd = socket(family, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::Raw)?;
            setsockopt(&fd, sockopt::Broadcast, &true)?;
            self.sockets.raw.insert(key.clone(), fd);
        }
        let Some(fd) = self.sockets.raw.get(&key) else { return Ok(Ok(())) };
        setsockopt(fd, sockopt::Mark, &mark)?;
        let to = if six {
            <[u8; 16]>::try_from(bytes.get(24..40).context("a header")?).map(IpAddr::from)?
        } else {
            <[u8; 4]>::try_from(bytes.get(16..20).context("a header")?).map(IpAddr::from)?
        };
        let sent = sendto(fd.as_raw_fd(), bytes, &*sockaddr(to, 0), MsgFlags::empty());
        Ok(sent.map(drop).map_err(name))
    }

    /// Reads what came, serves, and waits until it is quiet.
    fn collect(&mut self, seen: &mut Vec<Seen>) -> Result<()> {
        let mut asked: BTreeMap<[u8; 4], Instant> = BTreeMap::new();
        let begin = Instant::now();
        loop {
            let mut more = self.read(seen, &mut asked)?;
            more |= self.serve();
            if more {
                continue;
            }
            let pending = asked.values().any(|at| at.elapsed() < ARP);
            let fds: Vec<_> =
                self.built.spaces.iter().map(|s| PollFd::new(s.capture.as_fd(), PollFlags::POLLIN)).collect();
            let mut fds = fds;
            for udp in &self.sockets.udp {
                fds.push(PollFd::new(udp.as_fd(), PollFlags::POLLIN));
            }
            for tcp in &self.sockets.tcp {
                fds.push(PollFd::new(tcp.as_fd(), PollFlags::POLLIN));
            }
            if poll(&mut fds, PollTimeout::from(QUIET))? == 0 && !pending {
                return Ok(());
            }
            if begin.elapsed() > Duration::from_secs(3) {
                bail!("it is never quiet");
            }
        }
    }

    fn read(&self, seen: &mut Vec<Seen>, asked: &mut BTreeMap<[u8; 4], Instant>) -> Result<bool> {
        let mut buffer = vec![0; 70_000];
        let mut did = false;
        for space in &self.built.spaces {
            loop {
                let (len, from) = match recvfrom::<LinkAddr>(space.capture.as_raw_fd(), &mut buffer) {
                    Ok((len, Some(from))) => (len, from),
                    Ok((_, None)) => continue,
                    Err(Errno::EAGAIN) => break,
                    // An interface went down: not a frame.
                    Err(Errno::ENETDOWN) => continue,
                    Err(error) => return Err(error.into()),
                };
                did = true;
                let frame = buffer.get(..len).unwrap_or_default();
                let Some(interface) = space.names.get(&from.ifindex()) else { continue };
                if frame.get(12..14) == Some(&[8, 6]) {
                    let field =
                        |at: usize| frame.get(14 + at..18 + at).and_then(|b| <[u8; 4]>::try_from(b).ok());
                    match (frame.get(21), field(14), field(24)) {
                        (Some(1), _, Some(target)) => {
                            asked.entry(target).or_insert_with(Instant::now);
                        }
                        (Some(2), Some(sender), _) => {
                            asked.remove(&sender);
                        }
                        _ => {}
                    }
                    continue;
                }
                // PACKET_OTHERHOST is 3, PACKET_OUTGOING 4.
                let kind = from.pkttype();
                if kind == 3 && !self.built.topology.is_port(space.host, interface) {
                    continue;
                }
                seen.push((space.host, interface.clone(), kind != 4, frame.to_vec()));
            }
        }
        Ok(did)
    }

    fn serve(&mut self) -> bool {
        let mut did = false;
        let mut buffer = vec![0; 70_000];
        for udp in &self.sockets.udp {
            loop {
                match udp.recv_from(&mut buffer) {
                    Ok((len, from)) => {
                        did = true;
                        if buffer.first() == Some(&b'Q') && len > 0 {
                            buffer[0] = b'R';
                            // An answer that cannot be sent is an answer that is not seen.
                            let _ = udp.send_to(buffer.get(..len).unwrap_or_default(), from);
                        }
                    }
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                    // An ICMP error that came for an answer.
                    Err(_) => {}
                }
            }
        }
        for tcp in &self.sockets.tcp {
            while let Ok((stream, _)) = tcp.accept() {
                did = true;
                self.sockets.accepted.push(stream);
            }
        }
        did
    }

    fn tell(&mut self, at: usize, outcome: &mut Outcome) -> Result<()> {
        let mut seen = Vec::new();
        self.collect(&mut seen)?;
        for (host, interface, inwards, frame) in seen {
            let Some(packet) = told::packet(&frame).filter(|p| !told::is_housekeeping(p)) else { continue };
            if inwards && interface != "lo" && told::is_first(packet) {
                self.came.insert(host.to_owned(), packet.to_vec());
            }
            let place = format!("{host} {interface} {}", if inwards { "in" } else { "out" });
            outcome.carry(at, &place, told::line(packet));
        }
        Ok(())
    }
}
