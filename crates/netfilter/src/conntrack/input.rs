//! A packet comes to connection tracking.

use std::cell::Cell;
use std::fmt;

use packetwalk_trace::{CtSeen, CtStep, DropReason, Hook, Observer, Step};
use packetwalk_wire::{CtInfo, CtRef, Instant, Nfct, Packet, Payloads, Skb, Transport, proto};

use super::conn::{Conn, Place};
use super::error::{self, About};
use super::event::What;
use super::proxied::Brought;
use super::time::Jiffies;
use super::{Conntrack, Dir, Status, Sysctls, Tuple, generic, gre, icmp, icmpv6, sctp, tcp, udp, udplite};
use crate::env::Verdict;
use crate::synproxy::Proxied;

/// What a protocol's tracker says of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Action {
    /// Fine: count it and renew the timeout.
    Refresh(Jiffies),
    /// Let it pass, but neither count it nor renew anything.
    Pass,
    /// INVALID.
    Invalid,
    /// It starts a new connection on the tuple of this dead one.
    Reopen,
    /// Fine; it ends the connection at once.
    Kill,
}

/// What an entry is now, for the trace.
fn seen_of(conn: Option<&Conn>) -> CtSeen {
    let status = conn.map_or(Status(0), Conn::status);
    CtSeen { replied: status.has(Status::SEEN_REPLY), assured: status.has(Status::ASSURED) }
}

/// What a tracker gets beside the connection.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) packet: &'a Packet,
    pub(super) dir: Dir,
    pub(super) now: Jiffies,
    pub(super) sysctls: &'a Sysctls,
    /// How far the acknowledged side's numbers were shifted.
    pub(super) ack_offset: i32,
    /// The payload's bytes: of a protocol that is not read elsewhere, everything behind the IP header.
    pub(super) body: &'a [u8],
    /// The connection is one of SYNPROXY's.
    pub(super) proxied: bool,
    /// Checksums are looked at here.
    pub(super) checks_sum: bool,
    /// What is wrong with the packet, if that is to be logged.
    pub(super) complaint: &'a Cell<Option<String>>,
}

impl Seen<'_> {
    /// Tells what is wrong with the packet.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_proto.c`: `nf_l4proto_log_invalid`.
    pub(super) fn complain(self, why: fmt::Arguments<'_>) {
        let protocol = self.packet.protocol();
        if wants_log(self.sysctls, protocol) {
            self.complaint.set(Some(format!("nf_ct_proto_{protocol}: {why} ")));
        }
    }
}

/// What is INVALID of a protocol is to be logged (`nf_conntrack_log_invalid`; 255 is every protocol).
fn wants_log(sysctls: &Sysctls, protocol: u8) -> bool {
    let log = sysctls.log_invalid;
    log == 255 || log != 0 && log == i32::from(protocol)
}

/// Why a packet got no connection.
enum NoConn {
    Invalid,
    TableFull,
}

impl Conntrack {
    /// Finds or makes the connection of a packet, and sets `skb.nfct`; call at PREROUTING and OUTPUT.
    ///
    /// A packet that has a connection already (it came through `lo`, or answers a tracked packet) is
    /// left as it is. One that makes no sense keeps `Nfct::None`, which rules see as INVALID. Datagrams
    /// are to be whole: a fragment that is not the first is INVALID.
    ///
    /// The verdict is a drop when the table is full.
    ///
    /// # Source
    /// Linux v6.18, `nf_conntrack_core.c`: `nf_conntrack_in`.
    pub fn packet_in<O: Observer>(
        &mut self,
        hook: Hook,
        skb: &mut Skb,
        payloads: &Payloads,
        now: Instant,
        obs: &mut O,
    ) -> Verdict {
        debug_assert!(matches!(hook, Hook::Prerouting | Hook::Output));
        let mut brought = Brought::default();
        self.reap(now, None);
        match skb.nfct {
            Nfct::Untracked => {
                obs.step(skb, Step::Conntrack(CtStep::Untracked));
                return Verdict::Accept;
            }
            Nfct::Tracked(r) => {
                match self.get(r) {
                    Some(conn) if conn.place == Place::Template => {
                        brought = Brought {
                            zone: conn.zone().for_mark(skb.mark),
                            helper: conn.helper,
                            proxied: self.is_synproxy(r),
                        };
                    }
                    Some(_) => return Verdict::Accept,
                    None => {}
                }
                skb.nfct = Nfct::None;
            }
            Nfct::None | Nfct::Nothing => {}
        }
        if skb.packet.ip.bad_csum && hook == Hook::Prerouting && self.sysctls.checksum != 0 {
            self.stats.error += 1;
            self.complain(
                &skb.packet,
                match skb.packet.protocol() {
                    proto::ICMP => "bad hw icmp checksum",
                    proto::ICMPV6 => "ICMPv6 checksum failed",
                    _ => "bad checksum",
                },
            );
            return self.invalid(skb, obs);
        }
        let verdict = self.track(hook, skb, payloads, brought, now, obs);
        self.reap(now, None);
        verdict
    }

    fn track<O: Observer>(
        &mut self,
        hook: Hook,
        skb: &mut Skb,
        payloads: &Payloads,
        brought: Brought,
        now: Instant,
        obs: &mut O,
    ) -> Verdict {
        let Some(tuple) = Tuple::of_packet(&skb.packet, payloads) else {
            return self.invalid(skb, obs);
        };
        let about = match skb.packet.transport {
            Transport::Icmp(message) => error::about(&skb.packet, &message),
            _ => About::Nothing,
        };
        match about {
            About::Nothing => {}
            About::Untracked => {
                skb.nfct = Nfct::Untracked;
                obs.step(skb, Step::Conntrack(CtStep::Untracked));
                return Verdict::Accept;
            }
            About::Invalid => {
                self.stats.error += 1;
                if error::is_unknown(&skb.packet) {
                    self.complain(&skb.packet, "invalid icmp type");
                }
                return self.invalid(skb, obs);
            }
            About::Packet(quoted) => {
                let Some(r) = self.related(&skb.packet, &quoted, payloads, brought.zone, now) else {
                    self.stats.error += 1;
                    return self.invalid(skb, obs);
                };
                skb.nfct = Nfct::Tracked(r);
                obs.step(skb, Step::Conntrack(CtStep::Found(r, seen_of(self.get(r)))));
                return Verdict::Accept;
            }
        }
        // A connection is reopened once at most: the second look finds a new entry.
        for _ in 0..2 {
            match self.resolve(&tuple, brought, now) {
                Err(NoConn::Invalid) => return self.invalid(skb, obs),
                Err(NoConn::TableFull) => {
                    self.stats.drop += 1;
                    return Verdict::Drop(DropReason::NetfilterDrop);
                }
                Ok((slot, info)) => {
                    if let Some(verdict) = self.handle(hook, slot, info, skb, payloads, now, obs) {
                        return verdict;
                    }
                }
            }
        }
        self.invalid(skb, obs)
    }

    /// Tells what is wrong with a packet that has no connection yet.
    pub(super) fn complain(&mut self, packet: &Packet, why: &str) {
        let protocol = packet.protocol();
        if wants_log(&self.sysctls, protocol) {
            self.complaint = Some(format!("nf_ct_proto_{protocol}: {why} "));
        }
    }

    fn invalid<O: Observer>(&mut self, skb: &Skb, obs: &mut O) -> Verdict {
        self.stats.invalid += 1;
        obs.step(skb, Step::Conntrack(CtStep::Invalid));
        Verdict::Accept
    }

    /// Linux v6.18, `nf_conntrack_core.c`: `resolve_normal_ct`, `init_conntrack`.
    fn resolve(
        &mut self,
        tuple: &Tuple,
        Brought { zone, helper, proxied }: Brought,
        now: Instant,
    ) -> Result<(usize, CtInfo), NoConn> {
        let tick = Jiffies::at(now);
        if let Some((slot, dir)) = self.table.find(tuple, zone, tick) {
            let status = self.table.slots[slot].status;
            let info = match dir {
                Dir::Reply => CtInfo::EstablishedReply,
                Dir::Original if status.has(Status::SEEN_REPLY) => CtInfo::Established,
                Dir::Original if status.has(Status::EXPECTED) => CtInfo::Related,
                Dir::Original => CtInfo::New,
            };
            return Ok((slot, info));
        }
        let reply = tuple.invert().ok_or(NoConn::Invalid)?;
        self.tidy(tick);
        if !self.make_room(tuple, zone, tick) {
            return Err(NoConn::TableFull);
        }
        self.reap(now, None);
        let mut conn = Conn::new([*tuple, reply], zone, Place::Unconfirmed);
        let expected = self.find_expectation(tuple, zone, now);
        if let Some(master) = expected.and_then(|e| self.get(e.master)) {
            conn.status.set(Status::EXPECTED);
            conn.mark = master.mark;
        } else if let Some(helper) = helper {
            conn.helper = Some(helper);
            conn.status.set(Status::HELPER);
        }
        let slot = self.table.insert(conn);
        self.exts.begin(slot, self.sysctls.acct != 0, self.labels_used, self.collects());
        self.helps.begin(slot);
        if proxied {
            self.helps.at(slot).proxied = Some(Proxied::default());
        }
        let Some(expected) = expected else { return Ok((slot, CtInfo::New)) };
        let help = self.helps.at(slot);
        help.master = Some(expected.master);
        help.follow = expected.follow;
        Ok((slot, CtInfo::Related))
    }

    /// Asks the protocol's tracker; `None` when the connection is to be looked up again.
    fn handle<O: Observer>(
        &mut self,
        hook: Hook,
        slot: usize,
        info: CtInfo,
        skb: &mut Skb,
        payloads: &Payloads,
        now: Instant,
        obs: &mut O,
    ) -> Option<Verdict> {
        let dir = Self::dir(info);
        let ack_offset = self.ack_offset(slot, dir, &skb.packet);
        let told = self.exts.get(slot).is_some_and(|ext| ext.events.is_some());
        let complaint = Cell::new(None);
        let seen = Seen {
            packet: &skb.packet,
            dir,
            now: Jiffies::at(now),
            sysctls: &self.sysctls,
            ack_offset,
            proxied: self.helps.get(slot).is_some_and(|help| help.proxied.is_some()),
            body: payloads.bytes(skb.packet.payload),
            checks_sum: hook == Hook::Prerouting && self.sysctls.checksum != 0,
            complaint: &complaint,
        };
        let conn = &mut self.table.slots[slot];
        let before = told.then(|| conn.clone());
        let old = conn.timeout;
        let fresh = !conn.is_confirmed();
        let action = match conn.protocol() {
            proto::TCP => tcp::packet(conn, seen),
            proto::UDP => udp::packet(conn, seen),
            proto::UDPLITE => udplite::packet(conn, seen),
            proto::SCTP => sctp::packet(conn, seen),
            proto::GRE => gre::packet(conn, seen),
            proto::ICMP => icmp::packet(conn, seen),
            proto::ICMPV6 => icmpv6::packet(conn, seen),
            _ => generic::packet(seen),
        };
        let tick = seen.now;
        let r = CtRef { index: slot as u32, generation: conn.serial, info };
        if let Action::Refresh(timeout) = action {
            conn.refresh(tick, timeout);
        }
        let sooner = conn.timeout.until(old) < 0;
        let replies = info == CtInfo::EstablishedReply;
        if replies && matches!(action, Action::Pass | Action::Refresh(_)) {
            conn.status.set(Status::SEEN_REPLY);
        }
        let mut known = seen_of(Some(conn));
        known.replied |= replies;
        let step = if fresh { CtStep::New(r) } else { CtStep::Found(r, known) };
        let changed = before.map(|before| (before, conn.clone()));
        self.complaint = complaint.into_inner();
        if sooner {
            self.table.rearm(slot, tick);
        }
        let bytes = u64::from(skb.packet.len());
        match action {
            Action::Invalid => {
                self.table.discard(slot);
                return Some(self.invalid(skb, obs));
            }
            Action::Reopen => {
                self.table.kill(slot);
                obs.step(skb, Step::Conntrack(CtStep::Destroyed(r)));
                return None;
            }
            Action::Pass => {}
            Action::Refresh(_) => self.exts.count(slot, dir, bytes),
            Action::Kill => {
                self.exts.count(slot, dir, bytes);
                self.table.kill(slot);
                // Its end is told as of one without an answer.
                self.reap(now, None);
                if replies {
                    self.table.slots[slot].status.set(Status::SEEN_REPLY);
                }
            }
        }
        if let Some((before, after)) = changed {
            self.cache_changes(slot, &before, &after);
        }
        skb.nfct = Nfct::Tracked(r);
        obs.step(skb, Step::Conntrack(step));
        if action == Action::Kill {
            obs.step(skb, Step::Conntrack(CtStep::Destroyed(r)));
        }
        Some(Verdict::Accept)
    }

    /// What a packet changed is to be told.
    fn cache_changes(&mut self, slot: usize, before: &Conn, after: &Conn) {
        let came = |bit| after.status.has(bit) && !before.status.has(bit);
        let mut what = What::default();
        if before.state_name() != after.state_name() {
            what.0 |= What::PROTO.0;
        }
        if came(Status::ASSURED) {
            what.0 |= What::ASSURED.0;
        }
        if came(Status::SEEN_REPLY) {
            what.0 |= What::REPLY.0;
        }
        if what != What::default() {
            self.cache(slot, what);
        }
    }

    /// How far the numbers that a segment acknowledges were shifted.
    fn ack_offset(&self, slot: usize, dir: Dir, packet: &Packet) -> i32 {
        let shifted = self.table.slots.get(slot).is_some_and(|c| c.status.has(Status::SEQ_ADJUST));
        match (packet.transport, self.helps.get(slot)) {
            (Transport::Tcp(tcp), Some(help)) if shifted => {
                help.seqadj[dir.other().index()].offset(tcp.ack.wrapping_sub(1))
            }
            _ => 0,
        }
    }

    /// The mapping that a new connection is to get from its master; once.
    pub(crate) fn take_follow(&mut self, r: packetwalk_wire::CtRef) -> Option<(super::Follow, Conn)> {
        let slot = self.table.index_of(r)?;
        let help = self.helps.get(slot)?;
        let (follow, master) = (help.follow?, help.master?);
        let master = self.get(master)?.clone();
        self.helps.at(slot).follow = None;
        Some((follow, master))
    }
}
