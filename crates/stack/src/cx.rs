//! What a namespace borrows from its lab while a packet runs.

use std::collections::VecDeque;
use std::time::Duration;

use packetwalk_trace::{NsId, Observer, SendError};
use packetwalk_wire::{Frame, IfIndex, Instant, PacketType, Pages, Payloads};

use crate::Gap;
use crate::path::{Content, Ether};

/// Which way a captured frame went.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Direction {
    /// Received.
    In,
    /// Sent.
    Out,
}

/// A frame as a packet socket sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Captured {
    /// When.
    pub at: Instant,
    /// Where.
    pub ns: NsId,
    /// By which interface.
    pub dev: IfIndex,
    /// In or out.
    pub direction: Direction,
    /// To whom it was addressed.
    pub pkt_type: PacketType,
    /// The frame.
    pub frame: Frame,
}

/// Frames that captures have seen, while any is on.
#[derive(Clone, Debug, Default)]
pub struct Captures {
    /// Whether everything is kept.
    pub on: bool,
    /// Packet sockets that are open: while there is one, everything is kept too.
    pub readers: u32,
    /// What was seen, oldest first.
    pub frames: Pages<Captured>,
}

impl Captures {
    /// Whether frames are kept.
    pub const fn wanted(&self) -> bool {
        self.on || self.readers > 0
    }
}

/// The number of a namespace's file: a machine has some that are no network's before these.
const FIRST_NS: u32 = 4_026_532_000;

/// A line of the kernel's log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// When.
    pub at: Instant,
    /// `KERN_*`, 0 to 7.
    pub level: u8,
    /// The text.
    pub text: String,
}

/// The machine's log, which `dmesg` prints.
#[derive(Clone, Debug, Default)]
pub struct KernelLog {
    /// `net.netfilter.nf_log_all_netns`: packets of all namespaces are logged, not those of the machine's
    /// own alone, which no lab is in.
    pub all_netns: bool,
    lines: Pages<LogLine>,
    /// So many of the first are no longer there.
    gone: usize,
    limit: Limit,
}

/// How many warnings were written of late (`net_ratelimit_state`).
#[derive(Clone, Copy, Debug, Default)]
struct Limit {
    since: Option<Instant>,
    written: u32,
    missed: u32,
}

impl Limit {
    /// As many go at once,
    const BURST: u32 = 10;
    /// in so much time.
    const INTERVAL: Duration = Duration::from_secs(5);
}

impl KernelLog {
    /// As many lines are kept at most.
    const ROOM: usize = 8192;

    /// What was written and not cleared, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &LogLine> {
        self.lines.iter().skip(self.gone)
    }

    /// Forgets what was written (`dmesg -C`).
    pub fn clear(&mut self) {
        self.lines.clear();
        self.gone = 0;
    }

    /// The table of connections was full, so many times.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/nf_conntrack_core.c`: `__nf_conntrack_alloc`; `lib/ratelimit.c`:
    /// `___ratelimit`, which `net_warn_ratelimited` asks.
    pub fn table_full(&mut self, ns: NsId, times: u32, now: Instant) {
        let warning = |text| LogLine { at: now, level: 4, text };
        for _ in 0..times {
            let since = *self.limit.since.get_or_insert(now);
            if now.since(since) > Limit::INTERVAL {
                let Limit { missed, .. } = core::mem::take(&mut self.limit);
                self.limit.since = Some(now);
                if missed > 0 {
                    self.write(warning(format!("net_ratelimit: {missed} callbacks suppressed")));
                }
            }
            if self.limit.written == Limit::BURST {
                self.limit.missed += 1;
                continue;
            }
            self.limit.written += 1;
            let inode = FIRST_NS + u32::from(ns.0);
            let text = format!("nf_conntrack: nf_conntrack: table full in netns {inode}, dropping packet");
            self.write(warning(text));
        }
    }

    pub(crate) fn write(&mut self, line: LogLine) {
        if self.lines.len() - self.gone == Self::ROOM {
            self.gone += 1;
        }
        if self.gone == Self::ROOM {
            self.lines = self.lines().cloned().collect();
            self.gone = 0;
        }
        self.lines.push(line);
    }
}

/// A frame on its way to another namespace.
#[derive(Clone, Copy, Debug)]
pub struct Flight {
    /// When it arrives.
    pub at: Instant,
    /// Where.
    pub to: (NsId, IfIndex),
    /// Who sends it by that interface; none when it comes in by it.
    pub upper: Option<(NsId, IfIndex)>,
    /// What.
    pub ether: Ether,
}

impl Flight {
    /// The frame flies on from a namespace to a veth's other end.
    pub fn go_on(&mut self, from: NsId, to: (NsId, IfIndex), at: Instant) {
        (self.at, self.to, self.upper) = (at, to, None);
        if let Content::Ip(skb) = &mut self.ether.content {
            skb.scrub(from != to.0);
        }
    }

    /// The frame has come to an end.
    pub const fn end(&mut self) {
        self.at = Instant::MAX;
    }

    /// Whether the frame is still on its way.
    pub fn is_on_its_way(&self) -> bool {
        self.at != Instant::MAX
    }
}

/// The lab, as a namespace may use it.
pub struct Cx<'a, O: Observer> {
    /// Virtual time.
    pub now: Instant,
    /// Who watches.
    pub obs: &'a mut O,
    /// Payload bytes.
    pub payloads: &'a mut Payloads,
    /// The last packet number given.
    pub last_id: &'a mut u32,
    /// Frames to other namespaces.
    pub flights: &'a mut VecDeque<Flight>,
    /// How long a frame flies.
    pub latency: Duration,
    /// Captures.
    pub captures: &'a mut Captures,
    /// The kernel's log.
    pub log: &'a mut KernelLog,
    /// Packets that ended at what is not modelled, until somebody tells of them.
    pub gaps: &'a mut Vec<Gap>,
    /// The packet whose sender waits to be told how it went.
    pub sending: u32,
    /// What that sender is told.
    pub errno: Option<SendError>,
}

impl<O: Observer> Cx<'_, O> {
    /// A number for a new packet.
    pub fn new_id(&mut self) -> u32 {
        new_id(self.last_id)
    }

    /// Remembers an error about a packet, if it is the one whose sender waits.
    pub fn fail(&mut self, id: u32, error: SendError) {
        if id == self.sending {
            self.errno.get_or_insert(error);
        }
    }

    #[inline]
    pub(crate) fn capture(
        &mut self,
        ns: NsId,
        dev: IfIndex,
        direction: Direction,
        pkt_type: PacketType,
        ether: &Ether,
    ) {
        if self.captures.wanted() {
            let frame = ether.frame();
            self.captures.frames.push(Captured { at: self.now, ns, dev, direction, pkt_type, frame });
        }
    }

    /// A frame crosses to a veth's peer; what the kernel keeps beside the bytes stays behind.
    ///
    /// # Source
    /// Linux v6.18, `net/core/skbuff.c`: `skb_scrub_packet`.
    pub(crate) fn emit(&mut self, from: NsId, to: (NsId, IfIndex), ether: &Ether) {
        self.fly(from, to, None, ether);
    }

    /// Sends a frame by the interface that `upper` shares.
    pub(crate) fn emit_below(
        &mut self,
        from: NsId,
        to: (NsId, IfIndex),
        upper: (NsId, IfIndex),
        ether: &Ether,
    ) {
        self.fly(from, to, Some(upper), ether);
    }

    fn fly(&mut self, from: NsId, to: (NsId, IfIndex), upper: Option<(NsId, IfIndex)>, ether: &Ether) {
        // What stands on another interface takes no wire to it.
        let at = if upper.is_some() { self.now } else { self.now + self.latency };
        let flight = launch(self.flights, Flight { at, to, upper, ether: *ether });
        if let Some(Content::Ip(skb)) = flight.map(|flight| &mut flight.ether.content) {
            skb.scrub(from != to.0);
        }
    }
}

/// The number after the last one: never 0.
#[inline]
pub fn new_id(last: &mut u32) -> u32 {
    *last = last.wrapping_add(1).max(1);
    *last
}

/// A frame sets out, behind those that arrive no later.
#[inline]
pub fn launch(flights: &mut VecDeque<Flight>, flight: Flight) -> Option<&mut Flight> {
    match flights.back() {
        Some(last) if last.at > flight.at => {
            let place = flights.iter().rposition(|f| f.at <= flight.at).map_or(0, |n| n + 1);
            flights.insert(place, flight);
            flights.get_mut(place)
        }
        _ => {
            flights.push_back(flight);
            flights.back_mut()
        }
    }
}
