//! `packetwalk walk`: the way of one command's packets.

use std::io::Write as _;
use std::path::PathBuf;

use packetwalk_lab::Lab;
use packetwalk_shell::print::walk::{Explained, Language, Place, Say, Style, Walk, explain, text};
use packetwalk_shell::{Collect, Line, Shell};
use serde_json::{Value, json};

use crate::lab::Console;
use crate::{Failure, lab};

/// Arguments.
#[derive(clap::Args)]
pub struct Args {
    /// The lab: a script of Linux commands
    lab: PathBuf,
    /// Namespace that the command runs in; the root namespace unless given
    #[arg(long, default_value = "")]
    from: String,
    /// Run the lab only as far as this line
    #[arg(long, value_name = "N")]
    until_line: Option<usize>,
    /// Most packets of which the way is told
    #[arg(long, value_name = "N", default_value_t = 100)]
    packets: u32,
    /// Tell everything: rules that did not match and why, routes that were looked at, empty hooks
    #[arg(short = 'v', long)]
    all: bool,
    /// Language that the walk is told in: en or zh
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = language)]
    lang: Language,
    /// Print the walk as JSON
    #[arg(long)]
    json: bool,
    /// Write every frame of the walk to a pcapng file, one interface block each
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
    /// Seed of every random choice
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The command, as `ping 203.0.113.10`
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

fn language(tag: &str) -> Result<Language, String> {
    Language::of(tag).ok_or_else(|| "walks are told in en and zh".to_owned())
}

/// Words as a command line of the lab's shell; `ping` without a count pings once.
fn command_line(words: &[String]) -> String {
    let plain =
        |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&b));
    let mut words: Vec<String> = words
        .iter()
        .map(|w| if plain(w) { w.clone() } else { format!("'{}'", w.replace('\'', r"'\''")) })
        .collect();
    if words.first().is_some_and(|w| w == "ping") && !words.iter().any(|w| w.starts_with("-c")) {
        words.insert(1, "-c1".into());
    }
    words.join(" ")
}

/// Runs the lab, of which only complaints are printed, then the command under observation.
pub fn walk(args: &Args) -> Result<u8, Failure> {
    let script = lab::read(&args.lab)?;
    let script = args.until_line.map_or(Ok(script.as_slice()), |line| beginning(&script, line))?;
    let mut shell = Shell::new(Lab::new(args.seed));
    let name = args.lab.to_string_lossy();
    shell.run_script(&name, script, &mut Console::complaints(&name));
    let ns = lab::namespace(&shell.lab, &args.from)?;
    let line = command_line(&args.command);
    // What the lab's last commands have on their way is no part of this walk.
    shell.land(&mut Collect::default());
    shell.lab.start_trace_of(args.packets);
    shell.lab.captures.on = args.pcap.is_some();
    let mut said = Collect::default();
    let status = match shell.run_line(ns, line.as_bytes(), &mut said) {
        Line::Done(status) | Line::Exit(status) => status,
        Line::Incomplete => return Err(Failure(format!("not a whole command: {line}"))),
    };
    shell.land(&mut said);
    let left_out = shell.lab.left_out();
    let events = shell.lab.stop_trace();
    if let Some(file) = &args.pcap {
        lab::write_pcap(&shell.lab, file)?;
    }
    let mut walk = explain(&events, &shell.lab, ns, args.lang);
    if args.all || args.json {
        walk.look(&events, &shell.lab);
    }
    if args.json {
        let text = format!("{}\n", json(&walk, &shell.lab, &said, left_out));
        return lab::print(text.as_bytes()).map(|()| status);
    }
    let name = |id| shell.lab.label(id).to_owned();
    let mut text = text(&walk, Style { color: true, details: args.all }, &name);
    if left_out > 0 {
        let say = if left_out == 1 { Say::OneMorePacket } else { Say::MorePackets };
        text.push_str(&format!("  {}\n", args.lang.say(say, &[&left_out])));
    }
    text.push('\n');
    let mut out = anstream::stdout().lock();
    lab::written(out.write_all(text.as_bytes()).and_then(|()| out.write_all(&said.bytes)))?;
    Ok(status)
}

/// A lab as far as the end of a line.
fn beginning(script: &[u8], line: usize) -> Result<&[u8], Failure> {
    let lines = script.split_inclusive(|&b| b == b'\n').count();
    if !(1..=lines).contains(&line) {
        return Err(Failure(format!("the lab has no line {line}: it has {lines}")));
    }
    let end = script.split_inclusive(|&b| b == b'\n').take(line).map(<[u8]>::len).sum();
    let text = script.get(..end).unwrap_or(script);
    if packetwalk_shell::is_incomplete(text) {
        return Err(Failure(format!("line {line} of the lab is in the middle of a command")));
    }
    Ok(text)
}

/// The walk as data: every step, details included, and what the command printed.
fn json(walk: &Walk, lab: &Lab, said: &Collect, left_out: u32) -> Value {
    let step = |s: &Explained| {
        let fields: Vec<Value> = s
            .fields
            .iter()
            .map(|f| json!({ "name": f.name, "value": f.value, "before": f.before }))
            .collect();
        let decided = s.decided.as_ref().map(
            |d| json!({ "table": format!("{:?}", d.table).to_lowercase(), "key": d.key, "row": d.text }),
        );
        json!({
            "ns": lab.ns_name(s.ns),
            "packet": s.packet,
            "time_ns": s.at.0,
            "leg": format!("{:?}", s.leg).to_lowercase(),
            "place": place(&s.place),
            "title": s.title,
            "line": s.line,
            "sentence": s.sentence,
            "why": s.why,
            "tried": s.tried.iter().map(|t| json!({ "row": t.text, "why": t.why, "won": t.won })).collect::<Vec<_>>(),
            "detail": s.detail,
            "tone": format!("{:?}", s.tone).to_lowercase(),
            "decided": decided,
            "header": fields,
        })
    };
    json!({
        "verdict": format!("{:?}", walk.outcome.verdict).to_lowercase(),
        "sentence": walk.outcome.sentence,
        "decisive_step": walk.outcome.step,
        "steps": walk.steps.iter().map(step).collect::<Vec<_>>(),
        "packets_left_out": left_out,
        "output": said.text(),
    })
}

fn place(place: &Place) -> Value {
    match place {
        Place::Socket => json!({ "kind": "socket" }),
        Place::Device(name) => json!({ "kind": "device", "name": name }),
        Place::Bridge(name) => json!({ "kind": "bridge", "name": name }),
        Place::Hook(hook) => json!({ "kind": "hook", "name": hook.name() }),
        Place::Route => json!({ "kind": "route" }),
    }
}
