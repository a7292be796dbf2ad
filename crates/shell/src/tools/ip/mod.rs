//! `ip` of iproute2 6.1.

mod addr_flush;
mod addr_set;
mod addr_show;
pub(crate) mod args;
mod bridge_opts;
mod help;
mod link_add;
mod link_parse;
pub(in crate::tools) mod link_set;
pub(crate) mod link_show;
mod link_stats;
pub(crate) mod names;
mod neigh;
mod neigh_show;
pub(crate) mod netns;
pub(crate) mod out;
mod route_filter;
mod route_get;
mod route_nh;
mod route_set;
mod route_show;
mod rule;
mod rule_show;

use packetwalk_link::Device;
use packetwalk_stack::Stack;
use packetwalk_trace::NsId;
use packetwalk_wire::{Family, IfIndex};

use crate::{Cx, Pid, Poll, Process};
use args::{Args, End, matches};
use out::Out;

/// What `-4`, `-6`, `-0` and `-f` choose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    /// Nothing.
    Any,
    /// A family.
    Family(Family),
    /// `-0`: links only.
    Link,
}

impl Wanted {
    /// The address family, if one was chosen.
    pub(crate) const fn family(self) -> Option<Family> {
        if let Self::Family(family) = self { Some(family) } else { None }
    }
}

impl Opt {
    /// No options.
    pub(crate) const NONE: Self = Self {
        family: Wanted::Any,
        brief: false,
        oneline: false,
        details: false,
        stats: 0,
        json: false,
        pretty: false,
        all: false,
        force: false,
        color: false,
    };
}

/// Options before the object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opt {
    pub(crate) family: Wanted,
    pub(crate) brief: bool,
    pub(crate) oneline: bool,
    pub(crate) details: bool,
    pub(crate) stats: u8,
    pub(crate) json: bool,
    pub(crate) pretty: bool,
    pub(crate) all: bool,
    pub(crate) force: bool,
    pub(crate) color: bool,
}

/// One run of `ip`: the machine, the namespace it looks at, options and output.
pub(crate) struct Ip<'c, 'a> {
    pub(crate) cx: &'c mut Cx<'a>,
    pub(crate) ns: NsId,
    pub(crate) opt: Opt,
    pub(crate) out: Out,
    /// `ip netns exec` was met: become this command there.
    exec: Option<(Option<NsId>, Vec<Vec<u8>>)>,
}

pub(crate) type Done = Result<(), End>;

impl<'c, 'a> Ip<'c, 'a> {
    /// A run on the namespace `ns`.
    pub(crate) fn new(cx: &'c mut Cx<'a>, ns: NsId, opt: Opt) -> Self {
        Self { ns, opt, out: Out::new(opt.oneline, opt.color), exec: None, cx }
    }
}

impl Ip<'_, '_> {
    /// The namespace. It exists as long as somebody is in it.
    pub(crate) fn stack(&mut self) -> Result<&mut Stack, End> {
        self.cx.lab.stack_mut(self.ns).ok_or_else(|| End::errno("No such device"))
    }

    /// An interface by name.
    pub(crate) fn dev(&mut self, name: &str) -> Option<IfIndex> {
        self.stack().ok()?.links.by_name(name).map(|d| d.index)
    }

    /// An interface by name, or `Cannot find device`.
    pub(crate) fn need_dev(&mut self, name: &str) -> Result<IfIndex, End> {
        self.dev(name).ok_or_else(|| End::nodev(name))
    }

    /// An interface's name; `ifN` when it is gone.
    pub(crate) fn dev_name(&mut self, index: IfIndex) -> String {
        let name = |s: &mut Stack| s.links.get(index).map(|d| d.name.as_str().to_owned());
        self.stack().ok().and_then(name).unwrap_or_else(|| format!("if{}", index.0))
    }

    /// Every interface, in order of number.
    pub(crate) fn devices(&mut self) -> Vec<Device> {
        self.stack().map(|s| s.links.iter().cloned().collect()).unwrap_or_default()
    }

    /// An object's command.
    fn object(&mut self, name: &str, words: &[&str]) -> Done {
        let mut args = Args::new(words);
        let found = OBJECTS.iter().find(|(full, _)| matches(name, full));
        match found {
            Some((_, run)) => run(self, &mut args),
            None => Err(End::fail(1, format!("Object \"{name}\" is unknown, try \"ip help\".\n"))),
        }
    }
}

type Run = fn(&mut Ip<'_, '_>, &mut Args<'_>) -> Done;

/// Objects in iproute2's order, which settles what an abbreviation means.
const OBJECTS: &[(&str, Run)] = &[
    ("address", addr_show::main),
    ("addrlabel", |_, _| Err(args::not_modelled("ip addrlabel"))),
    ("maddress", |_, _| Err(args::not_modelled("ip maddress"))),
    ("route", route_set::main),
    ("rule", rule::main),
    ("neighbor", neigh::main),
    ("neighbour", neigh::main),
    ("ntable", |_, _| Err(args::not_modelled("ip ntable"))),
    ("ntbl", |_, _| Err(args::not_modelled("ip ntable"))),
    ("link", link_set::main),
    ("l2tp", |_, _| Err(args::not_modelled("ip l2tp"))),
    ("fou", |_, _| Err(args::not_modelled("ip fou"))),
    ("ila", |_, _| Err(args::not_modelled("ip ila"))),
    ("macsec", |_, _| Err(args::not_modelled("ip macsec"))),
    ("tunnel", |_, _| Err(args::not_modelled("ip tunnel"))),
    ("tunl", |_, _| Err(args::not_modelled("ip tunnel"))),
    ("tuntap", |_, _| Err(args::not_modelled("ip tuntap"))),
    ("tap", |_, _| Err(args::not_modelled("ip tuntap"))),
    ("token", |_, _| Err(args::not_modelled("ip token"))),
    ("tcpmetrics", |_, _| Err(args::not_modelled("ip tcpmetrics"))),
    ("tcp_metrics", |_, _| Err(args::not_modelled("ip tcpmetrics"))),
    ("monitor", |_, _| Err(args::not_modelled("ip monitor"))),
    ("xfrm", |_, _| Err(args::not_modelled("ip xfrm"))),
    ("mroute", |_, _| Err(args::not_modelled("ip mroute"))),
    ("mrule", |_, _| Err(args::not_modelled("ip mrule"))),
    ("netns", netns::main),
    ("netconf", |_, _| Err(args::not_modelled("ip netconf"))),
    ("vrf", |_, _| Err(args::not_modelled("ip vrf"))),
    ("sr", |_, _| Err(args::not_modelled("ip sr"))),
    ("nexthop", |_, _| Err(args::not_modelled("ip nexthop"))),
    ("mptcp", |_, _| Err(args::not_modelled("ip mptcp"))),
    ("ioam", |_, _| Err(args::not_modelled("ip ioam"))),
    ("help", |_, _| Err(End::usage(help::IP))),
    ("stats", |_, _| Err(args::not_modelled("ip stats"))),
];

/// A batch that is being run.
#[derive(Clone, Debug)]
struct Batch {
    name: String,
    lines: Vec<(usize, Vec<String>)>,
    at: usize,
    failed: bool,
    child: Option<Pid>,
}

#[derive(Clone, Debug, Default)]
struct Main {
    input: Vec<u8>,
    batch: Option<Batch>,
}

/// Runs a command's words in a namespace for another tool; what it says when it fails.
pub(in crate::tools) fn command(cx: &mut Cx<'_>, ns: NsId, words: &str) -> Result<(), String> {
    let words: Vec<&str> = words.split_ascii_whitespace().collect();
    Main::run(cx, Opt::NONE, ns, &words).map(|_| ()).map_err(|end| end.message)
}

/// The command.
pub(crate) fn new() -> Box<dyn Process> {
    Box::new(Main::default())
}

/// Options read: what is left is the object and its words.
struct Line {
    opt: Opt,
    ns: NsId,
    batch: Option<String>,
    words: Vec<String>,
}

fn options(cx: &mut Cx<'_>) -> Result<Line, End> {
    let words = cx.strings();
    let words = args::borrowed(&words);
    let mut args = Args::new(&words);
    let mut line = Line { opt: Opt::NONE, ns: cx.ns, batch: None, words: Vec::new() };
    let usage = || End::usage(help::IP);
    while let Some(word) = args.peek().filter(|w| w.starts_with('-')) {
        args.next();
        if word == "--" {
            break;
        }
        let opt = if word.starts_with("--") { &word[1..] } else { word };
        let o = &mut line.opt;
        match opt {
            _ if matches(opt, "-loops") => {
                args.next().ok_or_else(usage)?;
            }
            _ if matches(opt, "-family") => {
                let family = args.next().ok_or_else(usage)?;
                o.family = match family {
                    "help" => return Err(usage()),
                    "inet" => Wanted::Family(Family::V4),
                    "inet6" => Wanted::Family(Family::V6),
                    "link" => Wanted::Link,
                    "mpls" | "bridge" => return Err(args::not_modelled(&format!("ip -f {family}"))),
                    _ => return Err(args::invarg("invalid protocol family", family)),
                };
            }
            "-4" => o.family = Wanted::Family(Family::V4),
            "-6" => o.family = Wanted::Family(Family::V6),
            "-0" => o.family = Wanted::Link,
            "-M" | "-B" => return Err(args::not_modelled(&format!("ip {opt}"))),
            _ if matches(opt, "-human-readable") => return Err(args::not_modelled("ip -h")),
            _ if matches(opt, "-iec") => return Err(args::not_modelled("ip -iec")),
            _ if matches(opt, "-stats") || matches(opt, "-statistics") => o.stats += 1,
            _ if matches(opt, "-details") => o.details = true,
            _ if matches(opt, "-resolve") => {}
            _ if matches(opt, "-oneline") => o.oneline = true,
            _ if matches(opt, "-timestamp") || matches(opt, "-tshort") => {}
            _ if matches(opt, "-Version") => {
                return Err(End::exit(0, String::new()));
            }
            _ if matches(opt, "-force") => o.force = true,
            _ if matches(opt, "-batch") => line.batch = Some(args.next().ok_or_else(usage)?.to_owned()),
            _ if matches(opt, "-brief") => o.brief = true,
            _ if matches(opt, "-json") => o.json = true,
            _ if matches(opt, "-pretty") => o.pretty = true,
            _ if matches(opt, "-rcvbuf") => {
                args.next().ok_or_else(usage)?;
            }
            _ if color(opt).is_some() => o.color = color(opt) == Some(true),
            _ if matches(opt, "-help") => return Err(usage()),
            _ if matches(opt, "-netns") => {
                let name = args.need()?;
                line.ns = netns::find(cx, name).ok_or_else(|| {
                    End::usage(format!(
                        "Cannot open network namespace \"{name}\": No such file or directory\n"
                    ))
                })?;
            }
            _ if matches(opt, "-Numeric") => return Err(args::not_modelled("ip -N")),
            _ if matches(opt, "-all") => o.all = true,
            "-echo" => {}
            _ => {
                return Err(End::usage(format!("Option \"{opt}\" is unknown, try \"ip -help\".\n")));
            }
        }
    }
    line.opt.color &= !line.opt.json;
    line.words = args.rest().iter().map(|w| (*w).to_owned()).collect();
    Ok(line)
}

/// `-c`, `-color=always|auto|never`: whether to colour, where it is such a word. Output is never a
/// terminal here.
pub(crate) fn color(opt: &str) -> Option<bool> {
    let (name, when) = opt.split_once('=').unwrap_or((opt, "always"));
    if !matches(name, "-color") {
        return None;
    }
    match when {
        "always" => Some(true),
        "auto" | "never" => Some(false),
        _ => None,
    }
}

/// The lines of a batch file: comments and continued lines as `getcmdline` takes them.
fn batch_lines(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut lines = Vec::new();
    let mut pending = String::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or("");
        if let Some(more) = line.strip_suffix('\\') {
            pending.push_str(more);
            continue;
        }
        pending.push_str(line);
        let words: Vec<String> = words_of(&std::mem::take(&mut pending));
        if !words.is_empty() {
            lines.push((at + 1, words));
        }
    }
    lines
}

/// Words of a line; quotes keep blanks.
fn words_of(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = if first == '"' || first == '\'' {
            rest[1..].split_once(first).unwrap_or((&rest[1..], ""))
        } else {
            rest.split_once(char::is_whitespace).unwrap_or((rest, ""))
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

impl Main {
    /// Runs one command line; `Ok(None)` when it went well.
    fn run(cx: &mut Cx<'_>, opt: Opt, ns: NsId, words: &[&str]) -> Result<Option<Exec>, End> {
        let mut ip = Ip::new(cx, ns, opt);
        let done = match words.split_first() {
            Some((name, words)) => ip.object(name, words),
            None => Err(End::usage(help::IP)),
        };
        let text = ip.out.take();
        let exec = ip.exec.take();
        cx.stdout.push(text.as_bytes());
        done.map(|()| exec)
    }

    fn start(&mut self, cx: &mut Cx<'_>) -> Result<Poll, End> {
        let line = options(cx)?;
        let Some(name) = line.batch else {
            let exec = Self::run(cx, line.opt, line.ns, &args::borrowed(&line.words))?;
            return match exec {
                None => Ok(Poll::Exit(0)),
                Some((ns, words)) => cx.exec(ns, words.clone()).map_err(|_| no_command(&words)),
            };
        };
        if name == "-" {
            if !cx.read_all(&mut self.input) {
                return Ok(Poll::Wait);
            }
        } else {
            self.input = cx.read_file(name.as_bytes()).map_err(|_| {
                End::fail(1, format!("Cannot open file \"{name}\" for reading: No such file or directory\n"))
            })?;
        }
        let lines = batch_lines(&String::from_utf8_lossy(&self.input));
        let mut batch = Batch { name, lines, at: 0, failed: false, child: None };
        let poll = batch.poll(cx, line.opt, line.ns)?;
        self.batch = Some(batch);
        Ok(poll)
    }
}

type Exec = (Option<NsId>, Vec<Vec<u8>>);

fn no_command(words: &[Vec<u8>]) -> End {
    let name = words.first().map(|w| String::from_utf8_lossy(w).into_owned()).unwrap_or_default();
    End::exit(1, format!("exec of \"{name}\" failed: No such file or directory\n"))
}

impl Batch {
    fn poll(&mut self, cx: &mut Cx<'_>, opt: Opt, ns: NsId) -> Result<Poll, End> {
        if let Some(child) = self.child {
            match cx.reap(child) {
                None => return Ok(Poll::Wait),
                Some(status) => {
                    self.child = None;
                    if status.code() != 0 {
                        self.complain(cx);
                        if !opt.force {
                            return Ok(Poll::Exit(1));
                        }
                    }
                    self.at += 1;
                }
            }
        }
        while let Some((_, words)) = self.lines.get(self.at) {
            match Main::run(cx, opt, ns, &args::borrowed(words)) {
                Ok(None) => {}
                Ok(Some((ns, args))) => {
                    let spawn = crate::Spawn { args: args.clone(), ns, no_stdin: false };
                    self.child = Some(cx.spawn(spawn).map_err(|_| no_command(&args))?);
                    return Ok(Poll::Wait);
                }
                Err(end) if end.whole => return Err(end),
                Err(end) => {
                    cx.stderr.push(end.message.as_bytes());
                    self.complain(cx);
                    if !opt.force {
                        break;
                    }
                }
            }
            self.at += 1;
        }
        Ok(Poll::Exit(u8::from(self.failed)))
    }

    fn complain(&mut self, cx: &mut Cx<'_>) {
        self.failed = true;
        if let Some((line, _)) = self.lines.get(self.at) {
            writeln!(cx.stderr, "Command failed {}:{line}", self.name);
        }
    }
}

impl Process for Main {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        let result = match &mut self.batch {
            None => self.start(cx),
            Some(batch) => match options(cx) {
                Ok(line) => batch.poll(cx, line.opt, line.ns),
                Err(end) => Err(end),
            },
        };
        match result {
            Ok(poll) => poll,
            Err(end) if end.status == 0 && end.message.is_empty() => {
                cx.stdout.line("ip utility, iproute2-6.1.0, libbpf 1.1.2");
                Poll::Exit(0)
            }
            Err(end) => {
                cx.stderr.push(end.message.as_bytes());
                Poll::Exit(end.status)
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }
}
