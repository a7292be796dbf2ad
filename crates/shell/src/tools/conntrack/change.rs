//! `-I`, `-A` and `-U`: entries made and changed by hand.

use std::collections::VecDeque;

use packetwalk_netfilter::conntrack::{
    ByHand, Change, ChangeError, Conn, Conntrack, Dir, NewConn, SctpState, Status, TcpState, Tuple, Zone,
    ZoneDir,
};
use packetwalk_wire::{CtRef, Instant, proto};

use super::Fail;
use super::options::{Nat, Parsed};
use crate::print::conntrack::{Entry, Style, line};

/// `-I` and `-A`: how many were made.
pub(super) fn create(
    table: &mut Conntrack,
    parsed: &Parsed,
    add: bool,
    portid: u32,
    now: Instant,
) -> Result<usize, Fail> {
    if is_invalid(parsed) {
        let text = if add { "Invalid argument" } else { "invalid parameters" };
        return Err(Fail::Other(format!("Operation failed: {text}")));
    }
    match table.create(&wanted(parsed)?, portid, now) {
        Ok(_) => Ok(1),
        Err(ChangeError::Exists) if add => Ok(0),
        Err(ChangeError::Exists) => {
            Err(Fail::Other("Operation failed: Such conntrack exists, try -U to update".into()))
        }
        Err(error) => Err(Fail::Other(format!("Operation failed: {}", error.text()))),
    }
}

/// Whether the reply tuple, or the zone, is told in a way that the kernel cannot take.
fn is_invalid(parsed: &Parsed) -> bool {
    let [_, _, r, q] = parsed.addrs;
    let [_, _, from, to] = parsed.ports;
    let ports =
        matches!(parsed.protocol, Some(proto::TCP | proto::UDP | proto::UDPLITE | proto::GRE | proto::SCTP));
    let reply = r.is_some() || q.is_some();
    let whole = r.is_some() && q.is_some() && (!ports || from.is_some() && to.is_some());
    let [both, original, other] = parsed.zones;
    reply && !whole || both.is_some() && (original.is_some() || other.is_some())
}

/// The entry that the options tell.
fn wanted(parsed: &Parsed) -> Result<NewConn, Fail> {
    let invalid = || Fail::Other("Operation failed: invalid parameters".into());
    let protocol = parsed.protocol.ok_or_else(invalid)?;
    let ports = |at: usize| match (parsed.icmp, parsed.ports.get(at), parsed.ports.get(at + 1)) {
        // The kernel knows no ports of DCCP.
        _ if protocol == proto::DCCP => (0, 0),
        ([Some(ty), Some(code), id], ..) => (id.unwrap_or(0), ty << 8 | code),
        (_, Some(Some(source)), Some(Some(target))) => (*source, *target),
        _ => (0, 0),
    };
    let [s, d, r, q] = parsed.addrs.map(|net| net.map(|net| net.addr));
    let tuple = |src: Option<_>, dst: Option<_>, at| {
        let (sport, dport) = ports(at);
        Some(Tuple { src: src?, dst: dst?, sport, dport, protocol })
    };
    let (original, reply) = match (tuple(s, d, 0), tuple(r, q, 2)) {
        (Some(original), None) => (original, original.invert().ok_or_else(invalid)?),
        (None, Some(reply)) => (reply.invert().ok_or_else(invalid)?, reply),
        (Some(original), Some(reply)) => (original, reply),
        (None, None) => return Err(invalid()),
    };
    let mut status = parsed.status.unwrap_or_default();
    let reply = mapped(parsed, reply, &mut status);
    let state = by_hand(parsed, protocol).map_err(|_| invalid())?;
    let [both, from, to] = parsed.zones;
    let zone = match (both, from, to) {
        (Some(id), ..) => Zone { id, dir: ZoneDir::Both, mark: false },
        (None, Some(id), _) => Zone { id, dir: ZoneDir::Original, mark: false },
        (None, None, Some(id)) => Zone { id, dir: ZoneDir::Reply, mark: false },
        _ => Zone::DEFAULT,
    };
    Ok(NewConn {
        tuples: [original, reply],
        zone,
        timeout: parsed.timeout.unwrap_or(0),
        status,
        mark: parsed.mark.map_or(0, |(value, _)| value),
        state,
    })
}

/// The state that the options tell of a protocol.
///
/// # Source
/// Linux v6.18, `nf_conntrack_proto_sctp.c`: `nlattr_to_sctp`, which asks for both tags.
fn by_hand(parsed: &Parsed, protocol: u8) -> Result<Option<ByHand>, ChangeError> {
    let Some(name) = parsed.state.as_deref() else { return Ok(None) };
    match (protocol, parsed.vtags) {
        (proto::TCP, _) => Ok(TcpState::of(name).map(ByHand::Tcp)),
        (proto::SCTP, [Some(original), Some(reply)]) => {
            Ok(SctpState::of(name).map(|state| ByHand::Sctp(state, [original, reply])))
        }
        (proto::SCTP, _) => Err(ChangeError::Invalid),
        _ => Ok(None),
    }
}

/// The reply tuple after `-n` and `-g`.
fn mapped(parsed: &Parsed, reply: Tuple, status: &mut Status) -> Tuple {
    let mut mapped = reply;
    let half = |nat: Option<Nat>| nat.and_then(|nat| Some((nat.addr?, nat.port)));
    let (source, target) = (half(parsed.src_nat), half(parsed.dst_nat));
    if let Some((addr, port)) = source {
        mapped.dst = addr;
        mapped.dport = port.unwrap_or(mapped.dport);
    }
    if let Some((addr, port)) = target {
        mapped.src = addr;
        mapped.sport = port.unwrap_or(mapped.sport);
    }
    if source.is_some() || target.is_some() {
        status.set(Status::NAT_DONE_MASK);
    }
    if (mapped.dst, mapped.dport) != (reply.dst, reply.dport) {
        status.set(Status::SRC_NAT);
    }
    if (mapped.src, mapped.sport) != (reply.src, reply.sport) {
        status.set(Status::DST_NAT);
    }
    mapped
}

/// What the kernel sends back.
enum Answer {
    Ack,
    Entry(String),
    Error(&'static str),
}

/// What `-U` says.
#[derive(Default)]
pub(super) struct Updated {
    pub count: usize,
    pub lines: String,
    pub errors: Vec<String>,
}

/// `-U`. The tool asks the kernel twice for each entry, and reads one answer each time; what is asked
/// last has two answers, so that from the second entry on it reads answers to what it asked before.
///
/// # Source
/// conntrack-tools 1.4.7, `src/conntrack.c`: `mnl_nfct_update_cb`.
pub(super) fn update(
    table: &mut Conntrack,
    parsed: &Parsed,
    portid: u32,
    now: Instant,
) -> (Updated, Result<(), Fail>) {
    let mut done = Updated::default();
    let mut answers = VecDeque::new();
    let found: Vec<(CtRef, Conn)> =
        table.iter(now).filter(|(_, conn)| parsed.updates(conn)).map(|(r, conn)| (r, conn.clone())).collect();
    for (r, conn) in found {
        let Some(change) = change(parsed, &conn) else { continue };
        let state = by_hand(parsed, conn.protocol());
        if parsed.family.is_none() {
            answers.push_back(Answer::Error("Operation not supported"));
        } else {
            // The zone is not sent.
            let there = table.find(&conn.tuple(Dir::Original), Zone::DEFAULT, now).is_some();
            let changed = match state {
                _ if !there => Err(ChangeError::NotFound),
                Ok(state) => table.change(r, &Change { state, ..change }, portid, now),
                Err(error) => Err(error),
            };
            answers.push_back(match changed {
                Ok(()) => Answer::Ack,
                Err(error) => Answer::Error(error.text()),
            });
        }
        if let Some(Answer::Error(text)) = answers.pop_front() {
            done.errors.push(format!("Operation failed: {text}"));
        }
        if parsed.family.is_none() {
            answers.push_back(Answer::Error("Operation not supported"));
        } else if table.find(&conn.tuple(Dir::Original), Zone::DEFAULT, now).is_some() {
            let mut text = String::new();
            if let Some(entry) = Entry::of(table, r) {
                let uses = entry.uses.map(|uses| uses + 1);
                let style =
                    Style { extended: parsed.style.extended, id: parsed.style.id, ..Style::default() };
                line(&Entry { uses, ..entry }, now, style, &mut text);
            }
            answers.push_back(Answer::Entry(text));
            answers.push_back(Answer::Ack);
        } else {
            answers.push_back(Answer::Error(ChangeError::NotFound.text()));
        }
        match answers.pop_front() {
            Some(Answer::Error(text)) if text == ChangeError::NotFound.text() => continue,
            Some(Answer::Error(text)) => {
                return (done, Err(Fail::Other(format!("Operation failed: {text}"))));
            }
            Some(Answer::Entry(text)) => {
                done.lines.push_str(&text);
                done.lines.push('\n');
            }
            Some(Answer::Ack) | None => {}
        }
        done.count += 1;
    }
    (done, Ok(()))
}

/// What is to be changed of an entry, but for its state; `None` when it is so already.
fn change(parsed: &Parsed, conn: &Conn) -> Option<Change> {
    let mark = parsed.mark.map(|(value, mask)| (conn.mark & !mask) ^ value);
    let status = parsed.status.unwrap_or_default();
    let same = mark.is_none_or(|mark| mark == conn.mark)
        && conn.status().has(status)
        && parsed.state.as_deref().is_none_or(|state| conn.state_name() == Some(state))
        && parsed.timeout.is_none();
    (!same).then_some(Change { timeout: parsed.timeout, status, mark, state: None })
}
