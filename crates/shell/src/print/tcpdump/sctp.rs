//! SCTP. Parameters of chunks, which `-v` shows, are not printed.
//!
//! # Source
//! tcpdump 4.99.3, `print-sctp.c`: `sctp_print`.

use packetwalk_wire::{proto, sctp::chunk};

use super::dissect::{Cut, Dissect, Fields, Print, name};
use super::ip::Network;
use super::put;

const NAMES: [(u8, &str); 17] = [
    (chunk::DATA, "DATA"),
    (chunk::INIT, "INIT"),
    (chunk::INIT_ACK, "INIT ACK"),
    (SACK, "SACK"),
    (chunk::HEARTBEAT, "HB REQ"),
    (chunk::HEARTBEAT_ACK, "HB ACK"),
    (chunk::ABORT, "ABORT"),
    (chunk::SHUTDOWN, "SHUTDOWN"),
    (chunk::SHUTDOWN_ACK, "SHUTDOWN ACK"),
    (chunk::ERROR, "OP ERR"),
    (chunk::COOKIE_ECHO, "COOKIE ECHO"),
    (chunk::COOKIE_ACK, "COOKIE ACK"),
    (12, "ECN ECHO"),
    (13, "ECN CWR"),
    (chunk::SHUTDOWN_COMPLETE, "SHUTDOWN COMPLETE"),
    (192, "FOR CUM TSN"),
    (193, "REL CTRL"),
];

/// Selective acknowledgement.
const SACK: u8 = 3;

pub(super) fn print(d: &mut Dissect<'_>, network: &Network, b: &[u8], len: usize) -> Print {
    d.protocol = "sctp";
    if let Some(missing) = 12_usize.checked_sub(len).filter(|missing| *missing > 0) {
        put!(d.out, "truncated-sctp - {missing} bytes missing!");
        return Ok(());
    }
    let (src, dst, sport, dport) = (network.src, network.dst, b.u16(0)?, b.u16(2)?);
    if network.next == proto::SCTP {
        put!(d.out, "{src}.{sport} > {dst}.{dport}: sctp");
    } else {
        put!(d.out, "{sport} > {dport}: sctp");
    }
    let mut b = b.from(12)?;
    let mut left = len - 12;
    let mut count = 0;
    while left > 0 {
        let between = if count > 0 { "," } else { "" };
        count += 1;
        if left < 4 {
            put!(d.out, "{between} ({count}) [chunk descriptor cut off at end of packet]");
            return Ok(());
        }
        let told = b.u16(2)?;
        let whole = usize::from(told).next_multiple_of(4);
        if told < 4 {
            put!(d.out, "{between} ({count}) [Bad chunk length {told}, < size of chunk descriptor]");
            return Ok(());
        }
        let Some(body) = b.get(..usize::from(told)).filter(|_| b.len() >= whole) else {
            return Err(Cut::Line);
        };
        put!(d.out, "{between} ({count}) ");
        if !one(d, body) {
            put!(d.out, "bogus chunk length {told}]");
            return Ok(());
        }
        b = b.from(whole)?;
        left = left.saturating_sub(whole);
    }
    Ok(())
}

/// Prints a chunk; false when it is too short for what it is.
fn one(d: &mut Dissect<'_>, b: &[u8]) -> bool {
    let ty = b.u8(0).unwrap_or(0);
    match name(&NAMES, ty) {
        Some(name) => put!(d.out, "[{name}] "),
        None => put!(d.out, "[Unknown chunk type: 0x{ty:x}] "),
    }
    match ty {
        chunk::DATA => data(d, b),
        chunk::INIT | chunk::INIT_ACK => init(d, b),
        SACK => sack(d, b),
        _ => Ok(()),
    }
    .is_ok()
}

fn data(d: &mut Dissect<'_>, b: &[u8]) -> Print {
    let flags = b.u8(1)?;
    for (bit, letter) in [(4, 'U'), (2, 'B'), (1, 'E')] {
        if flags & bit != 0 {
            put!(d.out, "({letter})");
        }
    }
    if flags & 7 != 0 {
        d.text(" ");
    }
    let (tsn, stream, seq, payload) = (b.u32(4)?, b.u16(8)?, b.u16(10)?, b.u32(12)?);
    put!(d.out, "[TSN: {tsn}] [SID: {stream}] [SSEQ {seq}] [PPID 0x{payload:x}] ");
    Ok(())
}

fn init(d: &mut Dissect<'_>, b: &[u8]) -> Print {
    let (tag, window, out, most, tsn) = (b.u32(4)?, b.u32(8)?, b.u16(12)?, b.u16(14)?, b.u32(16)?);
    put!(d.out, "[init tag: {tag}] [rwnd: {window}] [OS: {out}] [MIS: {most}] [init TSN: {tsn}] ");
    Ok(())
}

fn sack(d: &mut Dissect<'_>, b: &[u8]) -> Print {
    let (ack, window, gaps, twice) = (b.u32(4)?, b.u32(8)?, b.u16(12)?, b.u16(14)?);
    put!(d.out, "[cum ack {ack}] [a_rwnd {window}] [#gap acks {gaps}] [#dup tsns {twice}] ");
    for gap in 0..usize::from(gaps) {
        let (start, end) = (b.u16(16 + 4 * gap)?, b.u16(18 + 4 * gap)?);
        let after = |offset: u16| ack.wrapping_add(offset.into());
        put!(d.out, "\n\t\t[gap ack block #{}: start = {}, end = {}] ", gap + 1, after(start), after(end));
    }
    for dup in 0..usize::from(twice) {
        let tsn = b.u32(16 + 4 * (usize::from(gaps) + dup))?;
        put!(d.out, "\n\t\t[dup TSN #{}: {tsn}] ", dup + 1);
    }
    Ok(())
}
