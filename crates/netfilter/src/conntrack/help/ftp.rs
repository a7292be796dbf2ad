//! FTP: PORT, EPRT and the answers to PASV and EPSV tell where the data connection will be.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetwalk_wire::{CtInfo, Nfct, Skb, Transport, proto};

use super::{Around, drop};
use crate::conntrack::expect::{ExpectError, Follow};
use crate::conntrack::tcp_window::before;
use crate::conntrack::{Conntrack, Dir, HelperKind, Status, Tuple};
use crate::env::Verdict;
use crate::nat::MAX_ATTEMPTS;

/// So many line ends are remembered in each direction (`NUM_SEQ_TO_REMEMBER`).
const REMEMBERED: usize = 2;

/// Where lines ended (`struct nf_ct_ftp_master`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in super::super) struct Ftp {
    after_line: [[u32; REMEMBERED]; 2],
    known: [u8; 2],
}

impl Ftp {
    fn lines(&self, dir: Dir) -> &[u32] {
        let known = usize::from(self.known[dir.index()]).min(REMEMBERED);
        &self.after_line[dir.index()][..known]
    }

    /// Linux v6.18, `nf_conntrack_ftp.c`: `update_nl_seq`.
    fn line_ends(&mut self, dir: Dir, seq: u32) {
        if self.lines(dir).contains(&seq) {
            return;
        }
        let known = self.lines(dir).len();
        let [a, b] = self.after_line[dir.index()];
        let at = match known {
            REMEMBERED => usize::from(!before(a, b)),
            _ => known,
        };
        self.after_line[dir.index()][at] = seq;
        self.known[dir.index()] = (known + 1).min(REMEMBERED) as u8;
    }
}

/// How a command tells address and port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Port,
    Eprt,
    Pasv,
    Epsv,
}

/// What a line says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Found {
    No,
    /// It begins like a command, and does not go on like one.
    Partial,
    Yes(Match),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Match {
    kind: Kind,
    /// Where the numbers begin, and how many bytes they are.
    at: usize,
    len: usize,
    /// EPSV tells none.
    addr: Option<IpAddr>,
    port: u16,
}

/// Numbers with `sep` between them, up to `term`; any byte ends them where `term` is `None`.
///
/// # Source
/// Linux v6.18, `nf_conntrack_ftp.c`: `try_number`.
fn numbers<const N: usize>(data: &[u8], sep: u8, term: Option<u8>) -> Option<([u32; N], usize)> {
    let mut all = [0_u32; N];
    let mut i = 0;
    for (len, &byte) in data.iter().enumerate() {
        let slot = all.get_mut(i)?;
        if byte.is_ascii_digit() {
            *slot = slot.wrapping_mul(10).wrapping_add(u32::from(byte - b'0'));
        } else if byte == sep {
            i += 1;
        } else {
            let ends = term.is_none_or(|term| byte == term) && i == N - 1 && len > 0;
            return ends.then_some((all, len));
        }
    }
    None
}

const fn v4(n: [u32; 4]) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(n[0] << 24 | n[1] << 16 | n[2] << 8 | n[3]))
}

/// `192,168,1,1,5,6`
fn rfc959(data: &[u8], term: Option<u8>) -> Option<(IpAddr, u16, usize)> {
    let ([a, b, c, d, high, low], len) = numbers::<6>(data, b',', term)?;
    Some((v4([a, b, c, d]), (high << 8 | low) as u16, len))
}

/// A port up to `delim`, which counts.
///
/// # Source
/// Linux v6.18, `nf_conntrack_ftp.c`: `get_port`.
fn port(data: &[u8], from: usize, delim: u8) -> Option<(u16, usize)> {
    let mut port = 0_u16;
    for (i, &byte) in data.iter().enumerate().skip(from) {
        if byte == delim {
            return (port != 0).then_some((port, i + 1));
        }
        if !byte.is_ascii_digit() {
            return None;
        }
        port = port.wrapping_mul(10).wrapping_add(u16::from(byte - b'0'));
    }
    None
}

const fn is_delimiter(byte: u8) -> bool {
    !byte.is_ascii_digit() && byte >= 33 && byte <= 126
}

/// `|1|132.235.1.2|6275|` or `|2|3ffe::1|6275|`
fn eprt(data: &[u8], family_v4: bool) -> Option<(IpAddr, u16, usize)> {
    let &[delim, family, second, ..] = data else { return None };
    if !is_delimiter(delim) || second != delim || family != if family_v4 { b'1' } else { b'2' } {
        return None;
    }
    let rest = data.get(3..).filter(|rest| !rest.is_empty())?;
    let (addr, len) = if family_v4 {
        let (n, len) = numbers::<4>(rest, b'.', Some(delim))?;
        (v4(n), len)
    } else {
        let len = rest.iter().position(|&b| b == delim)?;
        let text = std::str::from_utf8(rest.get(..len)?).ok()?;
        (IpAddr::V6(text.parse::<Ipv6Addr>().ok()?), len)
    };
    let (port, len) = port(data, 3 + len + 1, delim)?;
    Some((addr, port, len))
}

/// `|||6446|`
fn epsv(data: &[u8]) -> Option<(u16, usize)> {
    match *data {
        [a, b, c, _, ..] if is_delimiter(a) && a == b && b == c => port(data, 3, a),
        _ => None,
    }
}

/// Linux v6.18, `nf_conntrack_ftp.c`: `find_pattern`, `search`.
fn find(data: &[u8], dir: Dir, family_v4: bool) -> Found {
    let patterns: [(&[u8], Option<u8>, Kind); 2] = match dir {
        Dir::Original => [(b"PORT", Some(b' '), Kind::Port), (b"EPRT", Some(b' '), Kind::Eprt)],
        Dir::Reply => [(b"227 ", None, Kind::Pasv), (b"229 ", Some(b'('), Kind::Epsv)],
    };
    for (pattern, skip, kind) in patterns {
        let common = data.len().min(pattern.len());
        if data.is_empty() || !data[..common].eq_ignore_ascii_case(&pattern[..common]) {
            continue;
        }
        if data.len() <= pattern.len() {
            return Found::Partial;
        }
        let at = match skip {
            None => Some(pattern.len()),
            Some(skip) => {
                data.iter().skip(pattern.len()).position(|&b| b == skip).map(|n| pattern.len() + n + 1)
            }
        };
        let found = at.and_then(|at| {
            let rest = data.get(at..)?;
            Some(match kind {
                Kind::Port => {
                    let (addr, port, len) = rfc959(rest, Some(b'\r'))?;
                    Match { kind, at, len, addr: Some(addr), port }
                }
                Kind::Eprt => {
                    let (addr, port, len) = eprt(rest, family_v4)?;
                    Match { kind, at, len, addr: Some(addr), port }
                }
                Kind::Pasv => {
                    let digit = rest.iter().position(u8::is_ascii_digit)?;
                    let (addr, port, len) = rfc959(rest.get(digit..)?, None)?;
                    Match { kind, at: at + digit, len, addr: Some(addr), port }
                }
                Kind::Epsv => {
                    let (port, len) = epsv(rest)?;
                    Match { kind, at, len, addr: None, port }
                }
            })
        });
        return found.map_or(Found::Partial, Found::Yes);
    }
    Found::No
}

/// What NAT writes instead.
///
/// # Source
/// Linux v6.18, `nf_nat_ftp.c`: `nf_nat_ftp_fmt_cmd`.
fn rewritten(kind: Kind, addr: IpAddr, port: u16) -> String {
    match (kind, addr) {
        (Kind::Epsv, _) => format!("|||{port}|"),
        (Kind::Eprt, IpAddr::V4(addr)) => format!("|1|{addr}|{port}|"),
        (Kind::Eprt, IpAddr::V6(addr)) => {
            let words: Vec<String> = addr.segments().iter().map(|s| format!("{s:04x}")).collect();
            format!("|2|{}|{port}|", words.join(":"))
        }
        (Kind::Port | Kind::Pasv, IpAddr::V4(addr)) => {
            let [a, b, c, d] = addr.octets();
            format!("{a},{b},{c},{d},{},{}", port >> 8, port & 0xff)
        }
        (Kind::Port | Kind::Pasv, IpAddr::V6(_)) => format!("0,0,0,0,{},{}", port >> 8, port & 0xff),
    }
}

/// Linux v6.18, `nf_conntrack_ftp.c`: `help`.
pub(super) fn help(ct: &mut Conntrack, skb: &mut Skb, info: CtInfo, around: &mut Around<'_>) -> Verdict {
    let (Nfct::Tracked(r), Transport::Tcp(tcp)) = (skb.nfct, skb.packet.transport) else {
        return Verdict::Accept;
    };
    if !matches!(info, CtInfo::Established | CtInfo::EstablishedReply) || skb.packet.payload.is_empty() {
        return Verdict::Accept;
    }
    let (Some(slot), Some(conn)) = (ct.table.index_of(r), ct.get(r).cloned()) else { return Verdict::Accept };
    let dir = Conntrack::dir(info);
    let data = around.payloads.bytes(skb.packet.payload);
    let ends_in_newline = data.last() == Some(&b'\n');
    let next = tcp.seq.wrapping_add(u32::from(skb.packet.payload.len()));
    let mut verdict = Verdict::Accept;
    if ct.helps.at(slot).ftp.lines(dir).contains(&tcp.seq) {
        let (own, other) = (conn.tuple(dir), conn.tuple(dir.other()));
        match find(data, dir, own.src.is_ipv4()) {
            Found::No => {}
            Found::Partial => return drop(),
            // An address of somebody else's is not believed (`loose` is off).
            Found::Yes(m)
                if m.addr.is_some_and(|addr| addr.is_ipv4() == own.src.is_ipv4() && addr != own.src) => {}
            Found::Yes(m) => {
                let tuple =
                    Tuple { src: other.src, dst: other.dst, sport: 0, dport: m.port, protocol: proto::TCP };
                verdict = if conn.status.any(Status::NAT_MASK) {
                    let follow = Follow { dir: dir.other(), port: m.port };
                    mangle(ct, skb, tuple, follow, &m, around)
                } else if ct.expect_related(tuple, r, HelperKind::Ftp, None, around.now).is_ok() {
                    Verdict::Accept
                } else {
                    drop()
                };
            }
        }
    }
    if ends_in_newline {
        ct.helps.at(slot).ftp.line_ends(dir, next);
    }
    verdict
}

/// Finds a port that is not yet expected, and writes it and the mapped address into the packet.
///
/// # Source
/// Linux v6.18, `nf_nat_ftp.c`: `nf_nat_ftp`; `nf_nat_helper.c`: `nf_nat_exp_find_port`,
/// `__nf_nat_mangle_tcp_packet`.
fn mangle(
    ct: &mut Conntrack,
    skb: &mut Skb,
    expected: Tuple,
    follow: Follow,
    m: &Match,
    around: &mut Around<'_>,
) -> Verdict {
    let (Nfct::Tracked(r), Transport::Tcp(tcp)) = (skb.nfct, skb.packet.transport) else { return drop() };
    let range = u32::from(u16::MAX - m.port);
    let mut attempts = range.min(MAX_ATTEMPTS);
    let mut port = m.port;
    loop {
        let tuple = Tuple { dport: port, ..expected };
        match ct.expect_related(tuple, r, HelperKind::Ftp, Some(follow), around.now) {
            Ok(()) => break,
            Err(ExpectError::Busy) if attempts > 0 => attempts -= 1,
            Err(_) => return drop(),
        }
        let step = (u64::from(around.random.next_u32()) * u64::from(range)) >> 32;
        port = m.port + step as u16;
    }
    let text = rewritten(m.kind, expected.dst, port);
    let old = around.payloads.bytes(skb.packet.payload);
    let (head, tail) = (old.get(..m.at).unwrap_or_default(), old.get(m.at + m.len..).unwrap_or_default());
    let new = [head, text.as_bytes(), tail].concat();
    skb.packet.payload = around.payloads.intern(&new);
    let grew = text.len() as i32 - m.len as i32;
    if grew != 0 {
        if let Some(slot) = ct.table.index_of(r) {
            ct.helps.at(slot).seqadj[follow.dir.other().index()].set(tcp.seq, grew);
        }
        if let Some(conn) = ct.get_mut(r) {
            conn.status.set(Status::SEQ_ADJUST);
        }
    }
    Verdict::Accept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linux v6.18, `nf_conntrack_ftp.c`: `find_pattern` and the readers of numbers.
    #[test]
    fn what_lines_say() {
        let yes = |kind, at, len, addr: &str, port| {
            Found::Yes(Match { kind, at, len, addr: addr.parse().ok(), port })
        };
        #[rustfmt::skip]
        let cases = [
            (Dir::Original, true,  "PORT 10,0,0,2,39,16\r\n",          yes(Kind::Port, 5, 14, "10.0.0.2", 10000)),
            (Dir::Original, true,  "port 10,0,0,2,39,16\r\n",          yes(Kind::Port, 5, 14, "10.0.0.2", 10000)),
            (Dir::Original, true,  "PORT 10,0,0,2,39,16\n",            Found::Partial),
            (Dir::Original, true,  "PORT 10,0,0,2,39\r\n",             Found::Partial),
            (Dir::Original, true,  "POR",                              Found::Partial),
            (Dir::Original, true,  "EPRT |1|10.0.0.2|10000|\r\n",      yes(Kind::Eprt, 5, 18, "10.0.0.2", 10000)),
            (Dir::Original, true,  "EPRT |2|fd00::2|10000|\r\n",       Found::Partial),
            (Dir::Original, false, "EPRT |2|fd00::2|10000|\r\n",       yes(Kind::Eprt, 5, 17, "fd00::2", 10000)),
            (Dir::Original, true,  "LIST\r\n",                         Found::No),
            (Dir::Original, true,  "227 (10,0,0,2,39,16)\r\n",         Found::No),
            (Dir::Reply,    true,  "227 Passive (10,0,0,2,39,16).\r\n", yes(Kind::Pasv, 13, 14, "10.0.0.2", 10000)),
            (Dir::Reply,    true,  "227 =10,0,0,2,39,16\r\n",          yes(Kind::Pasv, 5, 14, "10.0.0.2", 10000)),
            (Dir::Reply,    true,  "227 no\r\n",                       Found::Partial),
            (Dir::Reply,    true,  "229 Extended (|||10000|)\r\n",     yes(Kind::Epsv, 14, 9, "", 10000)),
            (Dir::Reply,    true,  "229 Extended (|||0|)\r\n",         Found::Partial),
            (Dir::Reply,    true,  "220 hello\r\n",                    Found::No),
        ];
        for (dir, v4, line, expect) in cases {
            assert_eq!(find(line.as_bytes(), dir, v4), expect, "{line:?}");
        }
    }
}
