//! A capture that runs.

use std::time::Duration;

use packetwalk_lab::{Captured, Direction, EPOCH};
use packetwalk_trace::NsId;
use packetwalk_wire::{Family, IfIndex, IfName, Instant, PacketType, emit};

use super::file::File;
use super::options::{Options, Ways, not_simulated};
use super::{Done, compile, fail, plural};
use crate::Cx;
use crate::print::tcpdump::filter::{Filter, Link};
use crate::print::tcpdump::{Cooked, Printer, Way, cook};
use crate::process::{Poll, Signal};
use crate::tools::clib::Stdout;

/// The kernel hands packets over this often (`pcap_set_timeout`).
const TICK: Duration = Duration::from_secs(1);
/// What tcpdump needs from its start until it listens.
const START: Duration = Duration::from_millis(20);

/// A capture on one interface, or on all.
///
/// A packet socket with a ring hands a block of packets over when it is full or when the timer of the
/// block runs out: tcpdump sees nothing of what came since. What the filter let into the ring is
/// counted at once.
///
/// # Source
/// Linux v6.18, `net/packet/af_packet.c`: `prb_retire_rx_blk_timer_expired`. libpcap 1.10.3,
/// `pcap-linux.c`.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub interrupted: bool,
    options: Options,
    ns: NsId,
    /// The interface; `None` for `any`.
    device: Option<IfIndex>,
    filter: Filter,
    printer: Printer,
    /// The lab's frames looked at.
    at: usize,
    /// Frames that wait in the ring.
    ring: Vec<Captured>,
    received: u32,
    captured: u32,
    began: Instant,
    file: Option<File>,
    closed: bool,
    /// What `-v` with `-w` said last of its progress, and when it may say more.
    told: Option<u32>,
    tells_at: Instant,
}

impl Live {
    /// Opens the interface and says so.
    pub fn open(cx: &mut Cx<'_>, options: Options) -> Result<Self, Done> {
        if let Some(proc) = cx.sys.proc_mut(cx.pid) {
            proc.ignores &= !(1 << Signal::INT.0 | 1 << Signal::TERM.0);
        }
        let name = match &options.device {
            Some(name) => name.clone(),
            None => {
                // By itself tcpdump takes `any` with another link type than by name.
                first_device(cx).ok_or_else(|| not_simulated(cx, "without -i, where only lo is up,"))?
            }
        };
        let device = if name == "any" { None } else { Some(find(cx, &name)?) };
        if options.list_types {
            let text = format!(
                "Data link types for {name} (use option -y to set):\n  EN10MB (Ethernet)\n  DOCSIS (DOCSIS) \
                 (printing not supported)\n"
            );
            let _ = cx.write_fd(1, text.as_bytes());
            return Err(Done(0));
        }
        if device.is_none() {
            let _ = cx.write_fd(2, b"tcpdump: data link type LINUX_SLL2\n");
        }
        let link = if device.is_some() { Link::Ethernet } else { Link::Cooked };
        let mask = device.map_or(0, |d| netmask(cx, d));
        let filter = compile(cx, &options.expression, link, Some(mask))?;
        let file = match &options.write {
            None => None,
            Some(path) => Some(File::create(cx, path, options.style.snaplen, link, options.style.nano)?),
        };
        let kind = match link {
            Link::Ethernet => "EN10MB (Ethernet)",
            Link::Cooked => "LINUX_SLL2 (Linux cooked v2)",
        };
        let head = if file.is_some() || options.style.verbose > 0 {
            "tcpdump: "
        } else {
            "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n"
        };
        let snaplen = options.style.snaplen;
        let text = format!("{head}listening on {name}, link-type {kind}, snapshot length {snaplen} bytes\n");
        let _ = cx.write_fd(2, text.as_bytes());
        let captures = &mut cx.lab.captures;
        captures.readers += 1;
        let at = captures.frames.len();
        let now = cx.now();
        Ok(Self {
            interrupted: false,
            ns: cx.ns,
            device,
            filter,
            printer: Printer::new(options.style),
            options,
            at,
            ring: Vec::new(),
            received: 0,
            captured: 0,
            began: now + START,
            file,
            closed: false,
            told: None,
            tells_at: now + START + TICK + START,
        })
    }

    /// The packet socket is closed; the last one forgets what was kept for it.
    pub fn close(&mut self, cx: &mut Cx<'_>) {
        if self.closed {
            return;
        }
        self.closed = true;
        let captures = &mut cx.lab.captures;
        captures.readers = captures.readers.saturating_sub(1);
        if captures.readers == 0 && !captures.on {
            captures.frames.clear();
        }
    }

    pub fn poll(&mut self, cx: &mut Cx<'_>, out: &mut Stdout) -> Poll {
        self.fill(cx);
        let now = cx.now();
        if self.options.immediate || self.tick().is_some_and(|at| at <= now) {
            for captured in core::mem::take(&mut self.ring) {
                self.take(cx, out, &captured);
                if self.is_full() {
                    break;
                }
            }
        }
        if self.is_full() || self.interrupted {
            return self.end(cx, out);
        }
        let told = self.progress(cx, now);
        match self.tick().into_iter().chain(told).min() {
            Some(at) => Poll::WaitUntil(at),
            None => Poll::Wait,
        }
    }

    fn is_full(&self) -> bool {
        self.options.count != 0 && self.captured >= self.options.count
    }

    /// When the ring's first packet is handed over.
    fn tick(&self) -> Option<Instant> {
        let first = self.ring.first()?.at;
        let periods = first.since(self.began).as_nanos() / TICK.as_nanos() + 1;
        Some(self.began + TICK * u32::try_from(periods).unwrap_or(u32::MAX))
    }

    /// Takes into the ring what the filter takes.
    fn fill(&mut self, cx: &mut Cx<'_>) {
        let frames = &cx.lab.captures.frames;
        if frames.len() < self.at {
            self.at = 0;
        }
        let mut bytes = Vec::new();
        let Some(stack) = cx.lab.stack(self.ns) else { return };
        for captured in frames.iter_from(self.at) {
            if captured.ns != self.ns || self.device.is_some_and(|d| d != captured.dev) {
                continue;
            }
            bytes.clear();
            emit::frame(&captured.frame, &cx.lab.payloads, &mut bytes);
            if self.device.is_none() {
                let name = stack.links.get(captured.dev).map_or(IfName::EMPTY, |d| d.name);
                cook(&cooked(captured, name), &mut bytes);
            }
            let out = captured.direction == Direction::Out;
            if !self.filter.takes(&bytes, out) {
                continue;
            }
            self.received += 1;
            let wanted = match self.options.ways {
                Ways::Both => true,
                Ways::In => !out,
                Ways::Out => out,
            };
            // What lo sends it also receives: libpcap shows it once.
            if wanted && !(out && captured.dev == IfIndex::LO) {
                self.ring.push(*captured);
            }
        }
        self.at = frames.len();
    }

    fn take(&mut self, cx: &mut Cx<'_>, out: &mut Stdout, captured: &Captured) {
        self.captured += 1;
        let at = EPOCH * 1_000_000_000 + captured.at.0;
        let name =
            cx.lab.stack(self.ns).and_then(|s| s.links.get(captured.dev)).map_or(IfName::EMPTY, |d| d.name);
        let cooked = self.device.is_none().then(|| cooked(captured, name));
        if let Some(file) = &mut self.file {
            let mut bytes = Vec::new();
            emit::frame(&captured.frame, &cx.lab.payloads, &mut bytes);
            if let Some(cooked) = &cooked {
                cook(cooked, &mut bytes);
            }
            file.packet(at, &bytes);
        }
        let prints = self.file.is_none() || self.options.print;
        if prints && !self.options.only_count {
            let mut text = String::new();
            self.printer.print(at, &captured.frame, cooked.as_ref(), &cx.lab.payloads, &mut text);
            out.push(text.as_bytes());
            if self.options.flush {
                out.flush(cx);
            }
        }
    }

    /// `-v` with `-w`: the number of packets, once a second when it has changed.
    fn progress(&mut self, cx: &mut Cx<'_>, now: Instant) -> Option<Instant> {
        if self.file.is_none() || self.options.style.verbose == 0 {
            return None;
        }
        while self.tells_at <= now {
            self.tells_at += TICK;
            if self.told != Some(self.captured) {
                self.told = Some(self.captured);
                let _ = cx.write_fd(2, format!("Got {}\r", self.captured).as_bytes());
            }
        }
        Some(self.tells_at)
    }

    fn end(&mut self, cx: &mut Cx<'_>, out: &mut Stdout) -> Poll {
        if self.file.is_none() {
            if !self.is_full() {
                out.push(b"\n");
            }
            out.flush(cx);
        }
        let (captured, received) = (self.captured, self.received);
        let text = format!(
            "{captured} packet{} captured\n{received} packet{} received by filter\n0 packets dropped by kernel\n",
            plural(captured),
            plural(received)
        );
        let _ = cx.write_fd(2, text.as_bytes());
        if let Some(file) = &self.file {
            file.finish(cx, out);
        }
        out.flush(cx);
        self.close(cx);
        Poll::Exit(0)
    }
}

/// What `-i any` knows of a packet's interface.
fn cooked(captured: &Captured, name: IfName) -> Cooked {
    let way = match (captured.direction, captured.pkt_type) {
        (Direction::Out, _) => Way::Out,
        (Direction::In, PacketType::Broadcast) => Way::Broadcast,
        (Direction::In, PacketType::Multicast) => Way::Multicast,
        (Direction::In, PacketType::OtherHost) => Way::OtherHost,
        (Direction::In, _) => Way::In,
    };
    Cooked { name, index: captured.dev, way }
}

/// The interface that tcpdump takes by itself: the first that works and is not `lo`.
fn first_device(cx: &Cx<'_>) -> Option<String> {
    let devices = cx.lab.stack(cx.ns).into_iter().flat_map(|s| s.links.iter());
    let mut good = devices.filter(|d| d.is_up() && d.carrier && !d.is_loopback());
    good.next().map(|d| d.name.to_string())
}

fn find(cx: &mut Cx<'_>, name: &str) -> Result<IfIndex, Done> {
    let device = cx.lab.stack(cx.ns).and_then(|s| s.links.by_name(name));
    let message = match device {
        Some(device) if device.is_up() => return Ok(device.index),
        Some(_) => format!("{name}: That device is not up"),
        None if !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()) => {
            "Invalid adapter index".to_owned()
        }
        None => format!("{name}: No such device exists\n(No such device exists)"),
    };
    Err(fail(cx, &message))
}

/// The mask of an interface's first IPv4 address.
fn netmask(cx: &Cx<'_>, device: IfIndex) -> u32 {
    let dev = cx.lab.stack(cx.ns).and_then(|s| s.routing.dev(device));
    let length = dev.and_then(|d| d.addrs(Family::V4).first()).map_or(0, |a| u32::from(a.prefix_len));
    u32::MAX.checked_shl(32 - length).unwrap_or(0)
}
