//! The scheduler: polls every process; when all wait, lets the lab's time pass.

use core::time::Duration;

use packetwalk_lab::Lab;
use packetwalk_wire::Instant;

use super::proc::When;
use super::{Sink, Sys};
use crate::Cx;
use crate::process::{OnSignal, Pid, Poll, Process, Signal, Status};

/// When nothing happened for this long and no process has a date, nothing ever will: longer than
/// any retransmission of the kernel.
const PATIENCE: Duration = Duration::from_hours(1);

/// Most bytes that a script or line writes, into pipes and files too: more would take longer than anybody waits.
const MOST_WRITTEN: u64 = 64 << 20;

/// So many packets a script or line may send: more is taken for a flood without end.
const MOST_PACKETS: u32 = 200_000;

/// Why [`run`] came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stopped {
    /// The process ended.
    Ended(Status),
    /// The interactive shell waits for a line; its status.
    Idle(u8),
    /// The limit of time is reached.
    Time,
    /// Every process waits for something that will not come.
    Stuck,
    /// There are too many processes.
    Full,
    /// More than [`MOST_WRITTEN`] was written.
    Much,
    /// More packets were sent than a script or line may send.
    Busy,
}

/// Runs every process until `main` ends or `limit` is reached.
pub(crate) fn run(
    lab: &mut Lab,
    sys: &mut Sys,
    main: Option<Pid>,
    limit: Instant,
    sink: &mut dyn Sink,
) -> Stopped {
    let mut stuck_at = lab.now() + PATIENCE;
    loop {
        let before = sys.changes;
        let again = round(lab, sys);
        sys.tell_gaps(lab);
        sys.output.drain(sink);
        if std::mem::take(&mut sys.full) {
            return Stopped::Full;
        }
        if sys.written > MOST_WRITTEN {
            sys.written = 0;
            return Stopped::Much;
        }
        if lab.packets().wrapping_sub(sys.packets) > MOST_PACKETS {
            sys.packets = lab.packets();
            return Stopped::Busy;
        }
        if let Some(main) = main
            && sink.interrupted()
        {
            sys.interrupt(main);
        }
        if let Some(main) = main
            && let Some(status) = sys.proc(main).map_or(Some(Status::Exited(0)), |p| p.ended)
        {
            return Stopped::Ended(status);
        }
        if let Some(main) = main
            && let Some(status) = sys.proc(main).and_then(|p| p.idle)
        {
            return Stopped::Idle(status);
        }
        if again || sys.changes != before {
            stuck_at = lab.now() + PATIENCE;
            continue;
        }
        let now = lab.now();
        let date = date(sys);
        let target = match date {
            Some(at) => at.max(now).min(limit),
            None if main.is_some() => stuck_at.min(limit),
            None => limit,
        };
        if now >= target && date.is_none_or(|at| at > now) {
            return if now >= limit { Stopped::Time } else { Stopped::Stuck };
        }
        lab.step(target);
        if date.is_some() {
            stuck_at = lab.now() + PATIENCE;
        }
    }
}

/// When the next process goes on by itself.
pub(crate) fn date(sys: &Sys) -> Option<Instant> {
    let awake = sys.awake.keys().filter_map(|pid| sys.procs.get(pid));
    let dates = awake.filter(|p| p.ended.is_none()).filter_map(|p| match p.when {
        When::At(at) | When::Start(at) => Some(at),
        _ => None,
    });
    dates.min()
}

/// How long a program takes to start: what is on its way in the network arrives meanwhile.
pub(crate) const EXEC_TIME: core::time::Duration = core::time::Duration::from_millis(1);

/// Polls each living process once; whether one wants to go on at once.
fn round(lab: &mut Lab, sys: &mut Sys) -> bool {
    sys.wake(&lab.take_arrived());
    let mut again = false;
    let mut at = Pid(0);
    // A process that another one started in this round has its turn in it.
    while let Some(&(pid, ())) = sys.awake.range(at..).first() {
        at = Pid(pid.0 + 1);
        if sys.procs.get(&pid).is_some_and(|p| p.ended.is_none() && !p.starts_after(lab.now())) {
            again |= poll(lab, sys, pid);
        }
    }
    again
}

/// One turn of one process; whether it wants another at once.
fn poll(lab: &mut Lab, sys: &mut Sys, pid: Pid) -> bool {
    let Some(proc) = sys.procs.get_mut(&pid) else { return false };
    let Some(mut body) = proc.body.take() else { return false };
    let signals = std::mem::take(&mut proc.signals);
    let (ignores, init) = (proc.ignores, proc.init);
    let mut cx = Cx::new(lab, sys, pid);
    for signal in signals {
        if let Some(status) = deliver(&mut cx, body.as_mut(), signal, (ignores, init)) {
            drop(cx);
            sys.end(pid, status);
            return false;
        }
    }
    let poll = body.poll(&mut cx);
    let broken = cx.finish();
    if broken && ignores & (1 << Signal::PIPE.0) == 0 {
        sys.end(pid, Status::Killed(Signal::PIPE));
        return false;
    }
    let (when, body, again) = match poll {
        Poll::Exit(code) => {
            sys.end(pid, Status::Exited(code));
            return false;
        }
        Poll::WaitUntil(at) => (When::At(at), body, false),
        Poll::Wait => (When::Change, body, false),
        Poll::WaitForSockets(ns) => (When::Sockets(ns), body, false),
        Poll::Again => (When::Now, body, true),
        Poll::Exec(other) => {
            let held = sys.procs.get_mut(&pid).map(|p| p.fds.release_all()).unwrap_or_default();
            for open in held {
                sys.close(open);
            }
            (When::Start(lab.now() + EXEC_TIME), other, false)
        }
    };
    if let Some(proc) = sys.procs.get_mut(&pid) {
        proc.when = when;
        proc.body = Some(body);
        if let When::Sockets(ns) = when {
            sys.sleep(pid, ns);
        }
    }
    again
}

/// Hands a signal to a process; its status when that ends it.
fn deliver(
    cx: &mut Cx<'_>,
    body: &mut dyn Process,
    signal: Signal,
    (ignores, init): (u64, bool),
) -> Option<Status> {
    if signal != Signal::KILL && ignores & (1u64 << (signal.0 & 63)) != 0 {
        return None;
    }
    if signal == Signal::KILL
        || body.signal(cx, signal) == OnSignal::Default && !signal.ignored_by_default() && !init
    {
        cx.finish();
        return Some(Status::Killed(signal));
    }
    None
}
