//! The commands.

use packetwalk_netfilter::conntrack::{Conntrack, Dir, Expect, Tuple, Zone};
use packetwalk_wire::{CtRef, Family, Instant, proto};

use super::options::{Command, Parsed, Table};
use super::{Fail, VERSION, change, help};
use crate::Cx;
use crate::print::conntrack::{Entry, MOMENT, expect, line, save, xml};

/// Does what the options ask for; the exit status.
pub(super) fn run(cx: &mut Cx<'_>, parsed: &Parsed) -> Result<u8, Fail> {
    let now = cx.now();
    match parsed.command {
        None | Some(Command::Help) => {
            cx.stdout.push(help::TEXT.as_bytes());
            if let Some(protocol) = parsed.protocol {
                cx.stdout.line(&format!("Proto `{}' help:", parsed.protocol_name));
                cx.stdout.push(help::of_protocol(protocol).as_bytes());
            }
            return Ok(0);
        }
        Some(Command::Version) => {
            cx.stdout.line(VERSION);
            return Ok(0);
        }
        _ => {}
    }
    let portid = cx.pid.0;
    let Some(table) = cx.lab.stack_mut(cx.ns).map(|stack| &mut stack.nf.ct) else { return Ok(1) };
    let mut lines = String::new();
    let mut done = |n: usize, what: &str| {
        if !parsed.quiet {
            cx.stderr.line(&format!("{VERSION}: {n} {what}"));
        }
    };
    let mut status = 0;
    match parsed.command {
        Some(Command::List) if parsed.table == Table::Expect => {
            let found = table.expects(now);
            let found: Vec<Expect> = found
                .into_iter()
                .filter(|e| parsed.family.unwrap_or(Family::V4) == e.tuple.family())
                .collect();
            print_expects(table, &found, parsed, now, &mut lines);
            done(found.len(), "expectations have been shown.");
        }
        Some(Command::Get) if parsed.table == Table::Expect => {
            let tuple = tuple(parsed)?;
            let found = table.expects(now).into_iter().find(|e| Tuple { sport: 0, ..tuple } == e.tuple);
            let Some(found) = found else {
                return Err(Fail::Other("Operation failed: No such file or directory".into()));
            };
            print_expects(table, &[found], parsed, now, &mut lines);
        }
        Some(Command::Delete) if parsed.table == Table::Expect => {
            if !table.delete_expect(&tuple(parsed)?, now) {
                return Err(Fail::Other("Operation failed: No such file or directory".into()));
            }
            done(0, "expectations have been shown.");
            status = 1;
        }
        Some(Command::Create | Command::Add) if parsed.table == Table::Conntrack => {
            let add = parsed.command == Some(Command::Add);
            let created = change::create(table, parsed, add, portid, now);
            if table.overflows > 0 {
                cx.lab.tell_full(cx.ns);
            }
            let count = created?;
            let what = if add { "added" } else { "created" };
            done(count, &format!("flow entries have been {what}."));
            status = u8::from(count == 0 && !add);
        }
        Some(Command::Update) => {
            let (updated, end) = change::update(table, parsed, portid, now);
            for text in &updated.errors {
                cx.stderr.line(text);
            }
            if end.is_ok() && !parsed.quiet {
                cx.stderr.line(&format!("{VERSION}: {} flow entries have been updated.", updated.count));
            }
            cx.stdout.push(updated.lines.as_bytes());
            return end.map(|()| u8::from(updated.count == 0));
        }
        Some(Command::List) if parsed.table == Table::Passing => done(0, "flow entries have been shown."),
        Some(Command::List) => {
            refuse_status(parsed)?;
            let found = wanted(table, parsed, now);
            print(table, &found, Kind::List, parsed, now, &mut lines);
            if parsed.zero {
                for r in &found {
                    table.zero(*r);
                }
            }
            done(found.len(), "flow entries have been shown.");
        }
        Some(Command::Get) if parsed.table == Table::Conntrack => {
            let r = get(table, parsed, now)?;
            print(table, &[r], Kind::Get, parsed, now, &mut lines);
            done(1, "flow entries have been shown.");
        }
        Some(Command::Delete) if parsed.table == Table::Conntrack => {
            refuse_status(parsed)?;
            let found = wanted(table, parsed, now);
            print(table, &found, Kind::Delete, parsed, now, &mut lines);
            for r in &found {
                table.delete_by(*r, portid, now);
            }
            done(found.len(), "flow entries have been deleted.");
            status = u8::from(found.is_empty());
        }
        Some(Command::Flush) => {
            let what = if parsed.table == Table::Expect { "expectation" } else { "connection tracking" };
            if parsed.table == Table::Conntrack {
                // The kernel heeds `-f` only in a later version of the message.
                let all: Vec<CtRef> = table.iter(now).map(|(r, _)| r).collect();
                for r in all {
                    table.delete_by(r, portid, now);
                }
                table.flush();
            } else {
                table.flush_expects(now);
            }
            cx.stderr.line(&format!("{VERSION}: {what} table has been emptied."));
        }
        Some(Command::Count) => {
            let count = match parsed.table {
                Table::Expect => {
                    let v4 = |e: &&Expect| e.tuple.family() == Family::V4;
                    table.expects(now).iter().filter(v4).count() as u32
                }
                _ => table.count(now),
            };
            lines = format!("{count}\n");
        }
        Some(Command::Stats) if parsed.table == Table::Expect => {
            let [new, create, delete] = table.expect_stats();
            lines = format!("cpu=0   \texpect_new={new} expect_create={create} expect_delete={delete} \n");
        }
        Some(Command::Stats) => {
            // One CPU: what the others of a real machine would count, it counts too.
            let s = table.stats;
            lines = format!(
                "cpu=0   \tfound={} invalid={} insert=0 insert_failed={} drop={} early_drop={} error={} \
                 search_restart=0 clash_resolve={} chaintoolong=0 \n",
                s.found, s.invalid, s.insert_failed, s.drop, s.early_drop, s.error, s.clash_resolve
            );
        }
        _ => return Err(no_expectation(table, parsed, now)),
    }
    cx.stdout.push(lines.as_bytes());
    // The summary is the last thing that a terminal shows; the end of a document is sent before it too.
    let summary = core::mem::take(&mut cx.stderr);
    if parsed.style.xml && parsed.command == Some(Command::List) {
        cx.flush();
    } else {
        cx.end_line();
    }
    cx.stderr = summary;
    Ok(status)
}

/// `-I expect`: the connection must be there and have a helper. With one, the real tool makes an expectation of a
/// protocol that is a byte of the port, which no packet meets.
///
/// # Source
/// conntrack-tools 1.4.7, `extensions/libct_proto_tcp.c`: `parse_options`; Linux v6.18, `nf_conntrack_netlink.c`:
/// `ctnetlink_create_expect`.
fn no_expectation(table: &mut Conntrack, parsed: &Parsed, now: Instant) -> Fail {
    let master = match tuple(parsed) {
        Ok(tuple) => table.find(&tuple, Zone::DEFAULT, now),
        Err(fail) => return fail,
    };
    match master.map(|(r, _)| table.helper(r)) {
        None => Fail::Other("Operation failed: master conntrack not found".into()),
        Some(None) => Fail::Other("Operation failed: Operation not supported".into()),
        Some(Some(_)) => Fail::NotSimulated("-I expect of a connection with a helper".into()),
    }
}

/// The kernel's dump does not take every status.
fn refuse_status(parsed: &Parsed) -> Result<(), Fail> {
    if parsed.bad_status { Err(Fail::Other("Operation failed: invalid parameters".into())) } else { Ok(()) }
}

fn wanted(table: &Conntrack, parsed: &Parsed, now: Instant) -> Vec<CtRef> {
    table.iter(now).filter(|(_, conn)| parsed.wants(conn)).map(|(r, _)| r).collect()
}

/// For what entries are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    List,
    Get,
    Delete,
}

fn print(table: &Conntrack, found: &[CtRef], kind: Kind, parsed: &Parsed, now: Instant, out: &mut String) {
    let style = parsed.style;
    let framed = style.xml && !style.save && kind != Kind::Delete && !found.is_empty();
    if framed {
        out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<conntrack>\n");
    }
    for entry in found.iter().filter_map(|r| Entry::of(table, *r)) {
        let more = u32::from(kind == Kind::Get);
        let entry = Entry { uses: entry.uses.map(|uses| uses + more), ..entry };
        if style.save {
            save(&entry, if kind == Kind::Delete { "-D" } else { "-A" }, now, out);
        } else if style.xml {
            xml(&entry, None, now, style, out);
        } else {
            line(&entry, now, style, out);
        }
        out.push('\n');
    }
    if framed && kind == Kind::List {
        out.push_str("</conntrack>\n");
    }
}

fn print_expects(table: &Conntrack, found: &[Expect], parsed: &Parsed, now: Instant, out: &mut String) {
    let framed = parsed.style.xml && !found.is_empty();
    if framed {
        out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<expect>\n");
    }
    for found in found {
        let Some(master) = table.get(found.master).map(|c| c.tuple(Dir::Original)) else { continue };
        let left = found.expires_in(now + MOMENT);
        expect(found, &master, left, None, now, parsed.style, out);
        out.push('\n');
    }
    if framed && parsed.command == Some(Command::List) {
        out.push_str("</expect>\n");
    }
}

/// The original tuple that the options tell.
fn tuple(parsed: &Parsed) -> Result<Tuple, Fail> {
    let invalid = || Fail::Other("Operation failed: invalid parameters".into());
    let [Some(src), Some(dst), _, _] = parsed.addrs else { return Err(invalid()) };
    let protocol = parsed.protocol.unwrap_or(proto::TCP);
    let (sport, dport) = match (parsed.ports, parsed.icmp) {
        (_, [Some(ty), Some(code), Some(id)]) => (id, ty << 8 | code),
        ([Some(sport), Some(dport), _, _], _) => (sport, dport),
        _ if matches!(protocol, proto::TCP | proto::UDP | proto::UDPLITE) => return Err(invalid()),
        _ => (0, 0),
    };
    Ok(Tuple { src: src.addr, dst: dst.addr, sport, dport, protocol })
}

/// The one entry whose original tuple the options tell.
fn get(table: &mut Conntrack, parsed: &Parsed, now: Instant) -> Result<CtRef, Fail> {
    let tuple = tuple(parsed)?;
    let zone = Zone { id: parsed.zones[0].unwrap_or(0), ..Zone::DEFAULT };
    match table.find(&tuple, zone, now) {
        Some((r, Dir::Original | Dir::Reply)) => Ok(r),
        None => Err(Fail::Other("Operation failed: such conntrack doesn't exist".into())),
    }
}
