//! The simulator's side.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use packetwalk_lab::{Captured, Direction, Lab, SockId, SocketKind, SplitMix};
use packetwalk_shell::{Apart, Line, Shell};
use packetwalk_trace::{DropReason, NsId, RuleEnd, SendError, Step as Happened};
use packetwalk_wire::{Body, Family, PacketType, emit, parse};

use super::case::{Case, Rules, Step};
use super::outcome::Outcome;
use super::topology::{Command, TCP_SERVICES, Topology, UDP_SERVICES, named};
use super::{reply, sets, told};

#[path = "../../../cli/src/replay/fragments.rs"]
mod fragments;

/// What is due later than this after a step belongs to the next one.
const WATCH: Duration = Duration::from_millis(80);
/// Nanoseconds of a tick.
const TICK: u64 = 4_000_000;
/// At least this passes.
const LEAST: Duration = Duration::from_millis(6);

/// Status, standard output and standard error of a command line.
fn line(shell: &mut Shell, ns: NsId, text: &str) -> (u8, String, String) {
    let mut out = Apart::default();
    let status = match shell.run_line(ns, text.as_bytes(), &mut out) {
        Line::Done(status) | Line::Exit(status) => status,
        Line::Incomplete => 255,
    };
    let (stdout, stderr) = out.texts();
    (status, stdout, stderr)
}

/// Topologies that were built once.
#[derive(Default)]
pub struct Simulator {
    built: BTreeMap<String, Shell>,
}

fn build(topology: &Topology) -> Result<Shell, String> {
    let mut script = String::from("set -e\n");
    for command in topology.commands(10) {
        script += &match command {
            Command::Add(ns) => format!("ip netns add {ns}\n"),
            Command::Ip(ns, words) => format!("ip -n {ns} {words}\n"),
            Command::Rule(ns, six, words) => {
                format!("ip -n {ns} {} {words}\n", if six { "-6" } else { "-4" })
            }
            Command::Bridge(ns, words) => format!("bridge -n {ns} {words}\n"),
            Command::Pair(pair) => {
                let [a, end, b, name, index, mac] = *pair;
                format!(
                    "ip link add name {end} netns {a} type veth peer name {name} netns {b} index {index} address {mac}\n"
                )
            }
            Command::Set(ns, key, value) => format!("ip netns exec {ns} sysctl -q -w {key}={value}\n"),
            Command::KernelSet(..) => String::new(),
        };
    }
    let mut shell = Shell::new(Lab::new(0));
    let mut out = Apart::default();
    let status = shell.run_script("topology", script.as_bytes(), &mut out);
    if status != 0 || !out.stderr.is_empty() {
        return Err(format!("{}: {status}: {}", topology.name, String::from_utf8_lossy(&out.stderr)));
    }
    let settled = shell.lab.now() + Duration::from_secs(2);
    shell.lab.run_until(settled);
    Ok(shell)
}

impl Simulator {
    fn shell(&mut self, name: &str) -> Result<(Shell, &'static Topology), String> {
        let topology = named(name).ok_or_else(|| format!("no topology {name}"))?;
        if !self.built.contains_key(name) {
            self.built.insert(name.to_owned(), build(topology)?);
        }
        let shell = self.built.get(name).cloned().ok_or("not built")?;
        Ok((shell, topology))
    }

    /// Builds a topology.
    ///
    /// # Errors
    /// What was refused.
    pub fn can_build(&mut self, topology: &str) -> Result<(), String> {
        self.shell(topology).map(drop)
    }

    /// Whether one rule is taken: what is said if not.
    pub fn takes(&mut self, case: &Case, rules: &Rules) -> Result<Option<String>, String> {
        let (mut shell, _) = self.shell(&case.topology)?;
        let ns = shell.lab.ns(&rules.host).ok_or("no host")?;
        Ok(restore(&mut shell, ns, case, rules).err())
    }

    /// Whether a setting is taken.
    pub fn sets(&mut self, topology: &str, host: &str, key: &str, value: &str) -> bool {
        let Ok((mut shell, _)) = self.shell(topology) else { return false };
        let Some(ns) = shell.lab.ns(host) else { return false };
        shell.lab.stack_mut(ns).is_some_and(|s| s.sysctl_write(key, value).is_ok())
    }

    /// Carries out the case.
    ///
    /// # Errors
    /// What refused rules or settings.
    pub fn run(&mut self, case: &Case) -> Result<Outcome, String> {
        self.run_otherwise(case, 0)
    }

    /// Carries out the case with other random numbers: what sockets choose for their sequence numbers.
    ///
    /// # Errors
    /// What refused rules or settings.
    pub fn run_otherwise(&mut self, case: &Case, chance: u32) -> Result<Outcome, String> {
        let (mut shell, topology) = self.shell(&case.topology)?;
        for (at, host) in topology.hosts.iter().enumerate().filter(|_| chance != 0) {
            let ns = shell.lab.ns(host).ok_or("no host")?;
            if let Some(stack) = shell.lab.stack_mut(ns) {
                stack.random = SplitMix::new(u64::from(chance) << 8 | at as u64);
            }
        }
        let mut run =
            Run { shell, topology, services: Vec::new(), clients: BTreeMap::new(), came: BTreeMap::new() };
        run.all(case)
    }
}

fn restore(shell: &mut Shell, ns: NsId, case: &Case, rules: &Rules) -> Result<(), String> {
    if rules.name_sets() {
        let (status, _, said) = line(
            shell,
            ns,
            &format!("ipset restore <<'END-OF-SETS'\n{}END-OF-SETS\n", sets::text(rules.six)),
        );
        if status != 0 {
            return Err(said);
        }
    }
    let tool = rules.tool(case.face, "restore");
    let (status, _, said) =
        line(shell, ns, &format!("{tool} <<'END-OF-RULES'\n{}\nEND-OF-RULES\n", rules.lines.join("\n")));
    if status == 0 { Ok(()) } else { Err(said) }
}

struct Run {
    shell: Shell,
    topology: &'static Topology,
    /// Namespace, socket, whether TCP.
    services: Vec<(NsId, SockId, bool)>,
    /// UDP sockets by host, address and port.
    clients: BTreeMap<(String, IpAddr, u16), SockId>,
    /// The last packet that came to each host.
    came: BTreeMap<String, Vec<u8>>,
}

impl Run {
    fn ns(&self, host: &str) -> Result<NsId, String> {
        self.shell.lab.ns(host).ok_or_else(|| format!("no host {host}"))
    }

    fn all(&mut self, case: &Case) -> Result<Outcome, String> {
        for (host, key, value) in &case.settings {
            let ns = self.ns(host)?;
            let stack = self.shell.lab.stack_mut(ns).ok_or("no stack")?;
            stack.sysctl_write(key, value).map_err(|e| format!("{key}={value}: {e:?}"))?;
        }
        for rules in &case.rules {
            let ns = self.ns(&rules.host)?;
            restore(&mut self.shell, ns, case, rules)?;
        }
        self.open_services()?;
        self.shell.lab.captures.on = true;
        self.shell.lab.start_trace();
        self.next_tick();
        let mut outcome = Outcome::default();
        for (at, step) in case.steps.iter().enumerate() {
            self.shell.lab.captures.frames.clear();
            if let Err(error) = self.step(at, step) {
                outcome.error(at, &error);
            }
            self.watch(step);
            self.tell(at, &mut outcome);
        }
        self.shell.lab.captures.on = false;
        let events = self.shell.lab.stop_trace();
        outcome.not_modelled = events.iter().find_map(|event| match (event.step, event.body) {
            (Happened::Drop(DropReason::NotModelled), Body::Ip(p)) => {
                Some(format!("protocol {}", p.protocol()))
            }
            (Happened::Rule { end: RuleEnd::NotModelled, table, .. }, _) => {
                Some(format!("a rule of {}", table.name()))
            }
            _ => None,
        });
        for rules in &case.rules {
            let ns = self.ns(&rules.host)?;
            let place = format!("{} {}", rules.host, if rules.six { 6 } else { 4 });
            let (_, text, _) = line(&mut self.shell, ns, &format!("{} -c\n", rules.tool(case.face, "save")));
            outcome.save(place.clone(), &text);
            if rules.name_sets() {
                let (_, text, _) = line(&mut self.shell, ns, "ipset save -s\n");
                outcome.save(sets::place(&place), &text);
            }
            let family = if rules.six { "ipv6" } else { "ipv4" };
            let (_, text, _) = line(&mut self.shell, ns, &format!("conntrack -L -f {family}\n"));
            outcome.list(place, &text);
        }
        super::hide::hide(case, &mut outcome);
        Ok(outcome)
    }

    fn open_services(&mut self) -> Result<(), String> {
        for host in self.topology.hosts {
            let ns = self.ns(host)?;
            for six in [false, true] {
                for addr in self.topology.addresses(host, six) {
                    let udp = UDP_SERVICES.map(|p| (p, false));
                    for (port, tcp) in udp.into_iter().chain(TCP_SERVICES.map(|p| (p, true))) {
                        let kind = if tcp { SocketKind::TcpIdle } else { SocketKind::Udp };
                        let id = self.socket(ns, kind, addr, port).map_err(|e| e.name().to_owned())?;
                        if let Some(stack) = self.shell.lab.stack_mut(ns).filter(|_| tcp) {
                            stack.tcp_listen(id, 64);
                        }
                        self.services.push((ns, id, tcp));
                    }
                }
            }
        }
        Ok(())
    }

    fn socket(&mut self, ns: NsId, kind: SocketKind, addr: IpAddr, port: u16) -> Result<SockId, SendError> {
        let stack = self.shell.lab.stack_mut(ns).ok_or(SendError::NoDev)?;
        let udp = matches!(kind, SocketKind::Udp);
        let id = stack.sock_open(Family::of(addr), kind);
        if let Some(socket) = stack.sockets.get_mut(id) {
            socket.opts.reuse = !udp;
            socket.opts.v6only = true;
            // The kernel's default: path MTU discovery as the route wants it.
            socket.opts.df = udp && addr.is_ipv4();
            socket.opts.broadcast = udp;
        }
        stack.sock_bind(id, Some(addr), port)?;
        Ok(id)
    }

    fn step(&mut self, at: usize, step: &Step) -> Result<(), String> {
        let name = |e: SendError| e.name().to_owned();
        match step {
            Step::Send { host, mark, bytes } => self.send(host, *mark, bytes),
            Step::Reply { host, how } => {
                let made = self
                    .came
                    .get(host)
                    .and_then(|came| reply::to(came, how, told::OUR_IDS | (at as u16 & 0xff)));
                made.map_or_else(|| Err("nothing to answer".to_owned()), |bytes| self.send(host, 0, &bytes))
            }
            Step::Udp { host, from, to, size } => {
                let ns = self.ns(host)?;
                let key = (host.clone(), from.0, from.1);
                let id = match self.clients.get(&key) {
                    Some(&id) => id,
                    None => self.socket(ns, SocketKind::Udp, from.0, from.1).map_err(name)?,
                };
                self.clients.insert(key, id);
                let mut data = vec![b'x'; usize::from(*size).max(1)];
                data[0] = b'Q';
                self.shell.lab.udp_send(ns, id, &data, Some(*to), None).map_err(name)
            }
            Step::Tcp { host, from, to } => {
                let ns = self.ns(host)?;
                let id = self.socket(ns, SocketKind::TcpIdle, from.0, from.1).map_err(name)?;
                self.shell.lab.tcp_connect(ns, id, *to).map_err(name)
            }
            Step::Wait(_) => Ok(()),
        }
    }

    fn send(&mut self, host: &str, mark: u32, bytes: &[u8]) -> Result<(), String> {
        let ns = self.ns(host)?;
        let packet =
            parse::packet(bytes, &mut self.shell.lab.payloads).map_err(|e| format!("not modelled: {e}"))?;
        self.shell.lab.send_hdrincl(ns, packet, mark).map_err(|e| e.name().to_owned())
    }

    /// Lets happen what follows from a step.
    fn watch(&mut self, step: &Step) {
        let start = self.shell.lab.now();
        let (watch, least) = match step {
            Step::Wait(ms) => (Duration::from_millis(*ms), Duration::from_millis(*ms)),
            _ => (WATCH, LEAST),
        };
        loop {
            while self.shell.lab.next_due().is_some_and(|at| at <= start + watch) {
                self.shell.lab.step(start + watch);
                self.serve();
            }
            if !self.serve() {
                break;
            }
        }
        self.shell.lab.run_until(start + least);
        self.next_tick();
    }

    /// A step begins with a tick of the kernel's clock, so that what it does falls into one: `-m connlimit` clears away
    /// once a tick.
    fn next_tick(&mut self) {
        let over = self.shell.lab.now().0 % TICK;
        if over != 0 {
            let next = self.shell.lab.now() + Duration::from_nanos(TICK - over);
            self.shell.lab.run_until(next);
        }
    }

    /// The services answer; true if one did.
    fn serve(&mut self) -> bool {
        let mut did = false;
        for (ns, id, tcp) in self.services.clone() {
            let lab = &mut self.shell.lab;
            if tcp {
                while lab.stack_mut(ns).and_then(|s| s.tcp_accept(id)).is_some() {
                    did = true;
                }
                continue;
            }
            while let Some(datagram) = lab.sock_recv(ns, id) {
                let packet = datagram.packet;
                let mut data = lab.payloads.bytes(packet.payload).to_vec();
                let (Some((sport, _)), Some(b'Q')) = (packet.ports(), data.first()) else { continue };
                data[0] = b'R';
                // An answer that cannot be sent is an answer that is not seen.
                let _ = lab.udp_send(ns, id, &data, Some((packet.ip.src, sport)), None);
                did = true;
            }
        }
        did
    }

    fn tell(&mut self, at: usize, outcome: &mut Outcome) {
        fragments::share(&mut self.shell.lab);
        let lab = &self.shell.lab;
        for captured in &lab.captures.frames {
            let Captured { ns, dev, direction, pkt_type, frame, .. } = captured;
            let Some(device) = lab.stack(*ns).and_then(|s| s.links.get(*dev)) else { continue };
            if *pkt_type == PacketType::OtherHost && device.master.is_none() {
                continue;
            }
            let mut bytes = Vec::new();
            emit::frame(frame, &lab.payloads, &mut bytes);
            let Some(packet) = told::packet(&bytes).filter(|p| !told::is_housekeeping(p)) else { continue };
            let (host, interface) = (lab.ns_name(*ns), device.name.as_str());
            let inwards = *direction == Direction::In;
            if inwards && interface != "lo" && told::is_first(packet) {
                self.came.insert(host.to_owned(), packet.to_vec());
            }
            let place = format!("{host} {interface} {}", if inwards { "in" } else { "out" });
            outcome.carry(at, &place, told::line(packet));
        }
    }
}
