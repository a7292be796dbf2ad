//! The commands.

use packetwalk_netfilter::conntrack::{Conntrack, Dir, Tuple, Zone};
use packetwalk_wire::{CtRef, Instant, proto};

use super::options::{Command, Parsed, Table};
use super::{Fail, VERSION, help};
use crate::Cx;
use crate::print::conntrack::{Entry, line};

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
        Some(Command::Other(letter)) => return Err(Fail::NotSimulated(format!("-{letter}"))),
        _ => {}
    }
    let Some(table) = cx.lab.stack_mut(cx.ns).map(|stack| &mut stack.nf.ct) else { return Ok(1) };
    let mut lines = String::new();
    let mut done = |n: usize, what: &str| cx.stderr.line(&format!("{VERSION}: {n} {what}"));
    let mut status = 0;
    match parsed.command {
        Some(Command::List) if parsed.table == Table::Expect => done(0, "expectations have been shown."),
        Some(Command::List) if parsed.table == Table::Passing => done(0, "flow entries have been shown."),
        Some(Command::List) => {
            refuse_status(parsed)?;
            let found = wanted(table, parsed, now);
            print(table, &found, 1, parsed, now, &mut lines);
            done(found.len(), "flow entries have been shown.");
        }
        Some(Command::Get) if parsed.table == Table::Conntrack => {
            let r = get(table, parsed, now)?;
            print(table, &[r], 2, parsed, now, &mut lines);
            done(1, "flow entries have been shown.");
        }
        Some(Command::Delete) if parsed.table == Table::Conntrack => {
            refuse_status(parsed)?;
            let found = wanted(table, parsed, now);
            print(table, &found, 1, parsed, now, &mut lines);
            for r in &found {
                table.delete(*r);
            }
            done(found.len(), "flow entries have been deleted.");
            status = u8::from(found.is_empty());
        }
        Some(Command::Flush) => {
            let what = if parsed.table == Table::Expect { "expectation" } else { "connection tracking" };
            if parsed.table == Table::Conntrack {
                match parsed.family {
                    None => table.flush(),
                    Some(_) => {
                        for r in wanted(table, parsed, now) {
                            table.delete(r);
                        }
                    }
                }
            }
            cx.stderr.line(&format!("{VERSION}: {what} table has been emptied."));
        }
        Some(Command::Count) => {
            let count = if parsed.table == Table::Expect { 0 } else { table.count(now) };
            lines = format!("{count}\n");
        }
        Some(Command::Stats) if parsed.table == Table::Conntrack => {
            // One CPU: what the others of a real machine would count, it counts too.
            let s = table.stats;
            lines = format!(
                "cpu=0   \tfound={} invalid={} insert=0 insert_failed={} drop={} early_drop={} error={} \
                 search_restart=0 clash_resolve={} chaintoolong=0 \n",
                s.found, s.invalid, s.insert_failed, s.drop, s.early_drop, s.error, s.clash_resolve
            );
        }
        _ => return Err(Fail::NotSimulated("of the table 'expect'".into())),
    }
    cx.stdout.push(lines.as_bytes());
    Ok(status)
}

/// The kernel's dump does not take every status.
fn refuse_status(parsed: &Parsed) -> Result<(), Fail> {
    if parsed.bad_status { Err(Fail::Other("Operation failed: invalid parameters".into())) } else { Ok(()) }
}

fn wanted(table: &Conntrack, parsed: &Parsed, now: Instant) -> Vec<CtRef> {
    table.iter(now).filter(|(_, conn)| parsed.wants(conn)).map(|(r, _)| r).collect()
}

fn print(table: &Conntrack, found: &[CtRef], uses: u8, parsed: &Parsed, now: Instant, out: &mut String) {
    for entry in found.iter().filter_map(|r| Entry::of(table, *r)) {
        line(&Entry { uses, ..entry }, now, parsed.style, out);
        out.push('\n');
    }
}

/// The one entry whose original tuple the options tell.
fn get(table: &mut Conntrack, parsed: &Parsed, now: Instant) -> Result<CtRef, Fail> {
    let invalid = || Fail::Other("Operation failed: invalid parameters".into());
    let [Some(src), Some(dst), _, _] = parsed.addrs else { return Err(invalid()) };
    let protocol = parsed.protocol.unwrap_or(proto::TCP);
    let (sport, dport) = match (parsed.ports, parsed.icmp) {
        (_, [Some(ty), Some(code), Some(id)]) => (id, ty << 8 | code),
        ([Some(sport), Some(dport), _, _], _) => (sport, dport),
        _ if matches!(protocol, proto::TCP | proto::UDP | proto::UDPLITE) => return Err(invalid()),
        _ => (0, 0),
    };
    let tuple = Tuple { src: src.addr, dst: dst.addr, sport, dport, protocol };
    let zone = Zone { id: parsed.zones[0].unwrap_or(0), ..Zone::DEFAULT };
    match table.find(&tuple, zone, now) {
        Some((r, Dir::Original | Dir::Reply)) => Ok(r),
        None => Err(Fail::Other("Operation failed: such conntrack doesn't exist".into())),
    }
}
