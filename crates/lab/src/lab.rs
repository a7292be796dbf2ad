//! The laboratory: namespaces and time.

mod carry;

use std::collections::VecDeque;
use std::time::Duration;

use packetwalk_netfilter::Random;
use packetwalk_stack::{Captures, Cx, Flight, Gap, KernelLog, SplitMix, Stack, launch};
use packetwalk_trace::{Event, NsId, Observer, Recorder, Silent};
use packetwalk_wire::sorted::Map;
use packetwalk_wire::{Common, IfIndex, Instant, Payloads};

/// How long a frame takes through a veth pair: enough that a round trip is not zero.
const LATENCY: Duration = Duration::from_micros(5);

/// A namespace operation was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NsError {
    /// The name is taken (EEXIST).
    Exists,
    /// No namespace of that name (ENOENT).
    NotFound,
    /// A name with a slash, or one that is too long (EINVAL).
    BadName,
    /// 65,535 namespaces are there already.
    Full,
}

/// A namespace with its name.
#[derive(Clone, Debug)]
pub struct Space {
    /// As `ip netns add` named it, or the container's name; empty for the root namespace.
    pub name: String,
    /// Whether the name is one of `/run/netns`: a container's namespace has none there.
    pub listed: bool,
    /// What is in it.
    pub stack: Stack,
    /// When it next wants the clock, as [`Timers`] knows it; to be asked anew if it is in their list.
    due: Option<Instant>,
    asked: bool,
    /// It is in the list of those whose sockets got something.
    told: bool,
    /// It is in the list of those that are behind.
    behind: bool,
}

/// When which namespace wants the clock.
#[derive(Clone, Debug, Default)]
struct Timers {
    due: Map<(Instant, NsId), ()>,
    /// Those that may have changed: they are asked before the next look.
    ask: Vec<NsId>,
}

/// Every namespace of one machine, and its time. A clone is a snapshot, and shares what neither changes.
#[derive(Clone, Debug)]
pub struct Lab {
    now: Instant,
    seed: u64,
    /// Connections are hashed by keys of the seed's.
    flood_safe: bool,
    spaces: Vec<Option<Common<Space>>>,
    timers: Timers,
    arrived: Vec<NsId>,
    /// Where packets that took the shortcut are not counted yet ([`Stack::write_back`]): none between calls.
    behind: Vec<NsId>,
    /// There is or was a macvlan.
    pub(crate) macvlans: bool,
    /// Payload bytes of every packet.
    pub payloads: Payloads,
    last_id: u32,
    flights: VecDeque<Flight>,
    /// Room for flights.
    spare: VecDeque<Flight>,
    recorder: Option<Common<Recorder>>,
    /// What packet sockets see.
    pub captures: Captures,
    /// The kernel's log.
    pub log: KernelLog,
    /// Packets that ended at what is not modelled, and were not told of yet.
    pub gaps: Vec<Gap>,
}

/// A namespace to change.
fn of(spaces: &mut [Option<Common<Space>>], id: NsId) -> Option<&mut Space> {
    spaces.get_mut(usize::from(id.0))?.as_deref_mut()
}

impl Timers {
    fn ask(&mut self, ns: NsId, space: &mut Space) {
        if !space.asked {
            space.asked = true;
            self.ask.push(ns);
        }
    }
}

/// The key that a namespace's connections are hashed by.
fn key_of(seed: u64, id: NsId) -> [u64; 2] {
    let mut random = SplitMix::new(!seed ^ u64::from(id.0) << 32);
    let mut word = || u64::from(random.next_u32()) << 32 | u64::from(random.next_u32());
    [word(), word()]
}

impl Default for Lab {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Lab {
    /// A machine with nothing but its root namespace; the same seed gives the same bytes.
    pub fn new(seed: u64) -> Self {
        let mut lab = Self {
            now: Instant::ZERO,
            seed,
            flood_safe: false,
            spaces: Vec::new(),
            timers: Timers::default(),
            arrived: Vec::new(),
            behind: Vec::new(),
            macvlans: false,
            payloads: Payloads::default(),
            last_id: 0,
            flights: VecDeque::new(),
            spare: VecDeque::new(),
            recorder: None,
            captures: Captures::default(),
            log: KernelLog::default(),
            gaps: Vec::new(),
        };
        let _ = lab.push_ns("", true);
        lab
    }

    /// Connections of every namespace, those that come too, are hashed by keys that the seed gives, so that nobody can
    /// choose flows that slow each other down. Call before there are connections: a table with any stays as it is.
    pub fn set_flood_safe(&mut self) {
        self.flood_safe = true;
        for space in self.spaces.iter_mut().flatten() {
            let key = key_of(self.seed, space.stack.id);
            space.stack.nf.ct.set_flood_safe(Some(key));
        }
    }

    /// Whether a namespace is the very same as in another lab, of which this one was a clone: nothing touched it since.
    pub fn shares(&self, other: &Self, ns: NsId) -> bool {
        let at = usize::from(ns.0);
        matches!((self.spaces.get(at), other.spaces.get(at)), (Some(Some(own)), Some(Some(theirs))) if own.is(theirs))
    }

    /// How many packets there were so far.
    pub const fn packets(&self) -> u32 {
        self.last_id
    }

    /// What each clone of many would work out for itself is worked out now. Nothing that a packet meets changes.
    pub fn prepare(&mut self) {
        self.next_timer();
        for space in self.spaces.iter_mut().flatten().filter(|space| !space.stack.nf.is_compiled()) {
            space.stack.nf.compile();
        }
    }

    /// Becomes a clone of another lab. What both have in common already is not touched, which is nearly all if this one
    /// was a clone of it before.
    pub fn go_back(&mut self, to: &Self) {
        let mut spaces = core::mem::take(&mut self.spaces);
        spaces.truncate(to.spaces.len());
        for (own, other) in spaces.iter_mut().zip(&to.spaces) {
            match (&*own, other) {
                (Some(a), Some(b)) if a.is(b) => {}
                _ => own.clone_from(other),
            }
        }
        spaces.extend(to.spaces.iter().skip(spaces.len()).cloned());
        let Self {
            now,
            seed,
            flood_safe,
            spaces: _,
            timers,
            arrived,
            behind,
            macvlans,
            payloads,
            last_id,
            flights,
            spare,
            recorder,
            captures,
            log,
            gaps,
        } = to;
        *self = Self {
            now: *now,
            seed: *seed,
            flood_safe: *flood_safe,
            spaces,
            timers: timers.clone(),
            arrived: arrived.clone(),
            behind: behind.clone(),
            macvlans: *macvlans,
            payloads: payloads.clone(),
            last_id: *last_id,
            flights: flights.clone(),
            spare: spare.clone(),
            recorder: recorder.clone(),
            captures: captures.clone(),
            log: log.clone(),
            gaps: gaps.clone(),
        };
    }

    /// Virtual time.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Makes a namespace.
    ///
    /// # Errors
    /// [`NsError::Exists`], [`NsError::BadName`], [`NsError::Full`].
    pub fn add_ns(&mut self, name: &str) -> Result<NsId, NsError> {
        if name.is_empty() || name.contains('/') || name == "." || name == ".." || name.len() > 255 {
            return Err(NsError::BadName);
        }
        if self.listed_ns(name).is_some() {
            return Err(NsError::Exists);
        }
        self.push_ns(name, true)
    }

    /// Makes a namespace that is not in `/run/netns`: a container's, by the container's name.
    ///
    /// # Errors
    /// [`NsError::Full`].
    pub fn add_unlisted_ns(&mut self, name: &str) -> Result<NsId, NsError> {
        self.push_ns(name, false)
    }

    fn push_ns(&mut self, name: &str, listed: bool) -> Result<NsId, NsError> {
        let id = NsId(u16::try_from(self.spaces.len()).map_err(|_| NsError::Full)?);
        let mut stack = Stack::new(id, self.seed);
        if self.flood_safe {
            stack.nf.ct.set_flood_safe(Some(key_of(self.seed, id)));
        }
        let space = Space {
            name: name.to_owned(),
            listed,
            stack,
            due: None,
            asked: true,
            told: false,
            behind: false,
        };
        self.spaces.push(Some(space.into()));
        self.timers.ask.push(id);
        Ok(id)
    }

    /// Gives a namespace another name.
    pub fn rename_ns(&mut self, id: NsId, name: &str) {
        if let Some(space) = of(&mut self.spaces, id) {
            name.clone_into(&mut space.name);
        }
    }

    /// Ends a namespace; its interfaces go with it, and the other ends of its veth pairs.
    ///
    /// # Errors
    /// [`NsError::NotFound`].
    pub fn del_ns(&mut self, name: &str) -> Result<(), NsError> {
        let id = self.listed_ns(name).filter(|id| id.0 != 0).ok_or(NsError::NotFound)?;
        self.end_ns(id);
        Ok(())
    }

    /// Ends a namespace by number.
    pub fn end_ns(&mut self, id: NsId) {
        let devices: Vec<IfIndex> = self
            .stack(id)
            .map(|s| s.links.iter().map(|d| d.index).filter(|&i| i != IfIndex::LO).collect())
            .unwrap_or_default();
        for dev in devices {
            // A pair with both ends here is gone with its first.
            let _ = self.del_link(id, dev);
        }
        if let Some(space) = self.spaces.get_mut(usize::from(id.0)).and_then(Option::take)
            && let Some(due) = space.due
        {
            self.timers.due.remove(&(due, id));
        }
    }

    /// A namespace by name, a container's where none is listed; the root namespace has the empty name.
    pub fn ns(&self, name: &str) -> Option<NsId> {
        let unlisted = || self.spaces().find(|(_, s)| s.name == name).map(|(id, _)| id);
        self.listed_ns(name).or_else(unlisted)
    }

    /// A namespace that `ip netns` knows by this name.
    pub fn listed_ns(&self, name: &str) -> Option<NsId> {
        self.spaces().find(|(_, s)| s.listed && s.name == name).map(|(id, _)| id)
    }

    /// Every namespace, in order of creation.
    pub fn spaces(&self) -> impl Iterator<Item = (NsId, &Space)> {
        self.spaces.iter().enumerate().filter_map(|(n, s)| Some((NsId(n as u16), s.as_deref()?)))
    }

    /// A namespace's name; empty for the root namespace.
    pub fn ns_name(&self, id: NsId) -> &str {
        self.space(id).map_or("", |s| &s.name)
    }

    /// What people call a namespace: its name, and the root namespace `host`.
    pub fn label(&self, id: NsId) -> &str {
        match self.ns_name(id) {
            "" => "host",
            name => name,
        }
    }

    fn space(&self, id: NsId) -> Option<&Space> {
        self.spaces.get(usize::from(id.0))?.as_deref()
    }

    pub(crate) fn space_mut(&mut self, id: NsId) -> Option<&mut Space> {
        of(&mut self.spaces, id)
    }

    /// A namespace's stack.
    pub fn stack(&self, id: NsId) -> Option<&Stack> {
        self.space(id).map(|s| &s.stack)
    }

    /// A namespace's stack, to change.
    pub fn stack_mut(&mut self, id: NsId) -> Option<&mut Stack> {
        let space = of(&mut self.spaces, id)?;
        self.timers.ask(id, space);
        space.stack.touch();
        Some(&mut space.stack)
    }

    /// The log is told how often a namespace's table of connections was found full.
    pub fn tell_full(&mut self, ns: NsId) {
        let now = self.now;
        if let Some(space) = of(&mut self.spaces, ns) {
            let times = core::mem::take(&mut space.stack.nf.ct.overflows);
            self.log.table_full(ns, times, now);
        }
    }

    /// From now on every step of every packet is kept.
    pub fn start_trace(&mut self) {
        self.recorder = Some(Recorder::new().into());
    }

    /// The same without the rules that packets do not meet: long chains cost hardly anything then.
    pub fn start_trace_of_hits(&mut self) {
        self.recorder = Some(Recorder::hits().into());
    }

    /// The same of the first packets only, with the ARP before and between them.
    pub fn start_trace_of(&mut self, most: u32) {
        self.recorder = Some(Recorder::first(most).into());
    }

    /// How many packets there were after the first ones.
    pub fn left_out(&self) -> u32 {
        self.recorder.as_ref().map_or(0, |r| r.left_out())
    }

    /// Whether steps are kept.
    pub const fn is_tracing(&self) -> bool {
        self.recorder.is_some()
    }

    /// The steps so far; keeping goes on.
    pub fn trace(&self) -> &[Event] {
        self.recorder.as_ref().map_or(&[], |r| &r.events)
    }

    /// The steps since [`Lab::start_trace`]; keeping ends.
    pub fn stop_trace(&mut self) -> Vec<Event> {
        self.recorder.take().map(|r| r.into_inner().events).unwrap_or_default()
    }

    /// Keeping steps ends, and what was kept is not wanted.
    pub fn forget_trace(&mut self) {
        self.recorder = None;
    }

    /// Where something came to a socket since this was asked last.
    pub fn take_arrived(&mut self) -> Vec<NsId> {
        let all = core::mem::take(&mut self.arrived);
        for ns in &all {
            if let Some(space) = of(&mut self.spaces, *ns) {
                space.told = false;
            }
        }
        all
    }

    /// Whether a frame is on its way between namespaces.
    pub fn has_flights(&self) -> bool {
        !self.flights.is_empty()
    }

    /// When the next thing is due.
    pub fn next_due(&mut self) -> Option<Instant> {
        let flight = self.flights.front().map(|f| f.at);
        let timer = self.next_timer().map(|(at, _)| at);
        [flight, timer].into_iter().flatten().min()
    }

    fn next_timer(&mut self) -> Option<(Instant, NsId)> {
        while let Some(ns) = self.timers.ask.pop() {
            let Some(space) = of(&mut self.spaces, ns) else {
                continue;
            };
            space.asked = false;
            let due = space.stack.next_deadline();
            if due != space.due {
                if let Some(old) = space.due {
                    self.timers.due.remove(&(old, ns));
                }
                if let Some(new) = due {
                    self.timers.due.insert((new, ns), ());
                }
                space.due = due;
            }
        }
        self.timers.due.first_key_value().map(|(&first, ())| first)
    }

    /// Does the next thing that is due at or before `limit` and moves the clock to it; `false` when
    /// nothing is: then the clock stands at `limit`.
    pub fn step(&mut self, limit: Instant) -> bool {
        let done = self.next(limit);
        self.write_back();
        done
    }

    fn next(&mut self, limit: Instant) -> bool {
        let flight = self.flights.front().map(|f| f.at);
        let timer = self.next_timer().filter(|&(at, _)| flight.is_none_or(|f| at < f));
        let Some(at) = timer.map(|(at, _)| at).or(flight).filter(|&at| at <= limit) else {
            self.now = self.now.max(limit);
            return false;
        };
        self.now = self.now.max(at);
        if let Some((_, ns)) = timer {
            self.act(ns, Timer);
        } else if let Some(mut flight) = self.flights.pop_front() {
            self.arrive(flight.to.0, core::slice::from_mut(&mut flight));
            if flight.is_on_its_way() {
                launch(&mut self.flights, flight);
            }
        }
        true
    }

    /// Runs an action in a namespace, under the observer that is on.
    pub(crate) fn with<A: Action>(&mut self, ns: NsId, action: A) -> Option<A::Output> {
        let output = self.act(ns, action);
        self.write_back();
        output
    }

    /// The same, if somebody else writes back.
    fn act<A: Action>(&mut self, ns: NsId, action: A) -> Option<A::Output> {
        let space = of(&mut self.spaces, ns)?;
        let stack = &mut space.stack;
        macro_rules! cx {
            ($obs:expr) => {
                Cx {
                    now: self.now,
                    obs: $obs,
                    payloads: &mut self.payloads,
                    last_id: &mut self.last_id,
                    flights: &mut self.flights,
                    latency: LATENCY,
                    captures: &mut self.captures,
                    log: &mut self.log,
                    gaps: &mut self.gaps,
                    sending: 0,
                    errno: None,
                }
            };
        }
        let output = match &mut self.recorder {
            Some(recorder) => {
                let recorder: &mut Recorder = recorder;
                recorder.at(ns, self.now);
                action.run(stack, &mut cx!(recorder))
            }
            // The page's module is for loading: there the packet path is instantiated once.
            None if cfg!(target_family = "wasm") => action.run(stack, &mut cx!(&mut Recorder::deaf())),
            None => action.run(stack, &mut cx!(&mut Silent)),
        };
        if !core::mem::take(&mut space.stack.settled) {
            self.timers.ask(ns, space);
        }
        if core::mem::take(&mut space.stack.arrived) && !core::mem::replace(&mut space.told, true) {
            self.arrived.push(ns);
        }
        if space.stack.is_behind() && !core::mem::replace(&mut space.behind, true) {
            self.behind.push(ns);
        }
        Some(output)
    }
}

/// Something done in a namespace, whoever watches.
pub(crate) trait Action {
    /// What it gives.
    type Output;
    /// Does it.
    fn run<O: Observer>(self, stack: &mut Stack, cx: &mut Cx<'_, O>) -> Self::Output;
}

struct Timer;

impl Action for Timer {
    type Output = ();
    fn run<O: Observer>(self, stack: &mut Stack, cx: &mut Cx<'_, O>) {
        stack.on_timer(cx);
    }
}
