//! `wget` of Busybox, for HTTP.
//!
//! # Source
//! busybox 1.35.0, `networking/wget.c`: `download_one_url`, `open_socket`.

use core::time::Duration;
use std::net::SocketAddr;

use packetwalk_wire::Instant;

use crate::cx::Place;
use crate::process::{OnSignal, Signal};
use crate::tools::clib::{Getopt, Item, Want, strtoul};
use crate::tools::http::{Event, Fetch, Step, Url, fields, shown, status_of};
use crate::{Cx, Poll, Process};

/// A wget that has not begun.
pub(in crate::tools) fn new() -> Box<dyn Process> {
    Box::new(Wget::default())
}

#[derive(Clone, Debug, Default)]
struct Options {
    quiet: bool,
    spider: bool,
    server: bool,
    output: Option<String>,
    timeout: Option<u64>,
    headers: Vec<String>,
    agent: Option<String>,
    url: String,
}

#[derive(Clone, Debug, Default)]
struct Wget {
    options: Option<Box<Options>>,
    url: Url,
    fetch: Option<Box<Fetch>>,
    body: Vec<u8>,
    /// Nothing came since.
    since: Instant,
}

fn say(cx: &mut Cx<'_>, text: &str) {
    cx.flush();
    let _ = cx.write_fd(2, text.as_bytes());
}

fn usage(cx: &mut Cx<'_>, first: &str) -> u8 {
    let text = super::usage(include_str!("wget.txt"));
    say(cx, &format!("{first}{text}"));
    1
}

/// `-q -O-`, `--spider` and the rest as getopt's letters: long names first.
fn letters(words: &[String]) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    for word in words {
        let Some(name) = word.strip_prefix("--").filter(|n| !n.is_empty()) else {
            out.push(word.clone());
            continue;
        };
        let (name, value) = name.split_once('=').map_or((name, None), |(n, v)| (n, Some(v.to_owned())));
        out.push(
            match name {
                "spider" => "-Z",
                "quiet" => "-q",
                "server-response" => "-S",
                "output-document" => "-O",
                "header" => "-H",
                "timeout" => "-T",
                "tries" => "-t",
                "user-agent" => "-U",
                "no-check-certificate" => continue,
                other => return Err(other.to_owned()),
            }
            .to_owned(),
        );
        out.extend(value);
    }
    Ok(out)
}

impl Options {
    fn parse(cx: &mut Cx<'_>) -> Result<Self, u8> {
        let words = letters(&cx.strings()).map_err(|name| {
            if ["post-data", "post-file", "continue", "directory-prefix", "proxy"].contains(&name.as_str()) {
                say(cx, &format!("packetwalk: wget: --{name} is not simulated\n"));
                return 127;
            }
            usage(cx, &format!("wget: unrecognized option '--{name}'\n"))
        })?;
        let mut options = Self::default();
        let mut getopt = Getopt::new("cqSZO:o:H:P:U:Y:T:t:", &words);
        for item in getopt.by_ref() {
            match item {
                Item::Flag('q') => options.quiet = true,
                Item::Flag('S') => options.server = true,
                Item::Flag('Z') => options.spider = true,
                Item::Value('O', value) => options.output = Some(value),
                Item::Value('H', value) => options.headers.push(value),
                Item::Value('U', value) => options.agent = Some(value),
                Item::Value('T', value) => {
                    let (seconds, rest) = strtoul(&value);
                    if !rest.is_empty() || value.is_empty() {
                        say(cx, &format!("wget: invalid number '{value}'\n"));
                        return Err(1);
                    }
                    options.timeout = Some(seconds);
                }
                Item::Value('t' | 'Y', _) => {}
                Item::Flag(letter) | Item::Value(letter, _) => {
                    say(cx, &format!("packetwalk: wget: -{letter} is not simulated\n"));
                    return Err(127);
                }
                Item::Unknown(letter) => {
                    return Err(usage(cx, &format!("wget: invalid option -- '{letter}'\n")));
                }
                Item::Missing(letter) => {
                    return Err(usage(cx, &format!("wget: option requires an argument -- '{letter}'\n")));
                }
            }
        }
        let operands = getopt.operands();
        match operands.as_slice() {
            [] => Err(usage(cx, "")),
            [url] => {
                options.url.clone_from(url);
                Ok(options)
            }
            _ => {
                say(cx, "packetwalk: wget: more than one URL is not simulated\n");
                Err(127)
            }
        }
    }
}

impl Wget {
    fn begin(&mut self, cx: &mut Cx<'_>) -> Result<(), u8> {
        let options = Options::parse(cx)?;
        let url = match Url::parse(&options.url) {
            Ok(url) if url.scheme == "http" => url,
            Ok(url) => {
                say(cx, &format!("packetwalk: wget: {} is not simulated\n", url.scheme));
                return Err(127);
            }
            Err(_) => {
                say(cx, &format!("wget: not an http or ftp url: {}\n", options.url));
                return Err(1);
            }
        };
        let agent = options.agent.as_deref().unwrap_or("Wget");
        let method = if options.spider { "HEAD" } else { "GET" };
        let own = fields(&options.headers);
        let request = format!(
            "{method} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {agent}\r\nConnection: close\r\n{own}\r\n",
            url.path,
            url.authority()
        );
        self.fetch = Some(Box::new(Fetch::new(cx, &url.host, url.port, Want::Any, request)));
        (self.url, self.options, self.since) = (url, Some(Box::new(options)), cx.now());
        Ok(())
    }

    fn event(&mut self, cx: &mut Cx<'_>, event: Event) -> Option<u8> {
        let options = self.options.as_ref()?;
        let url = &self.url;
        let (quiet, output) = (options.quiet, options.output.clone());
        match event {
            Event::Unresolved(_) => {
                say(cx, &format!("wget: bad address '{}'\n", url.host));
                return Some(1);
            }
            Event::Trying(addr) => {
                let place = SocketAddr::new(addr, url.port);
                if !quiet {
                    say(cx, &format!("Connecting to {} ({place})\n", url.authority()));
                }
            }
            Event::Failed(addr, error) => {
                // It does not call another address.
                let shown = if addr.is_ipv6() { format!("[{addr}]") } else { addr.to_string() };
                say(cx, &format!("wget: can't connect to remote host ({shown}): {}\n", error.text()));
                return Some(1);
            }
            Event::Head(head) => {
                if options.server {
                    say(cx, &shown(&head));
                }
                if status_of(&head) >= 400 || status_of(&head) == 0 {
                    let first = head.lines().next().unwrap_or_default();
                    say(cx, &format!("wget: server returned error: {first}\n"));
                    return Some(1);
                }
                if options.spider {
                    if !quiet {
                        say(cx, "remote file exists\n");
                    }
                    return Some(0);
                }
                let path = output.unwrap_or_else(|| url.file());
                if options.output.is_none() && cx.place(path.as_bytes()) != Err(crate::Errno::NoEntry) {
                    let there = cx.place(path.as_bytes()) == Ok(Place::Directory);
                    let why = if there { "Is a directory" } else { "File exists" };
                    say(cx, &format!("wget: can't open '{path}': {why}\n"));
                    return Some(1);
                }
                if !quiet {
                    let text = if path == "-" {
                        "writing to stdout".to_owned()
                    } else {
                        format!("saving to '{path}'")
                    };
                    say(cx, &(text + "\n"));
                }
            }
            Event::Body(bytes) => self.body.extend(bytes),
            Event::Over { whole, .. } => {
                let path = output.unwrap_or_else(|| url.file());
                let body = std::mem::take(&mut self.body);
                let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
                let done =
                    if path == "-" { "written to stdout".to_owned() } else { format!("'{path}' saved") };
                let written =
                    if path == "-" { cx.write_fd(1, &body) } else { cx.write_file(path.as_bytes(), &body) };
                if let Err(error) = written {
                    say(cx, &format!("wget: can't open '{path}': {}\n", error.text()));
                    return Some(1);
                }
                if !whole {
                    say(cx, "wget: error getting response\n");
                    return Some(1);
                }
                if !quiet {
                    let stars = "*".repeat(32);
                    say(cx, &format!("{name:<20} 100% |{stars}| {:>5}  0:00:00 ETA\n{done}\n", body.len()));
                }
                return Some(0);
            }
            Event::Resolved(_) | Event::NoneLeft(_) | Event::Connected(..) | Event::Sent => {}
        }
        None
    }
}

impl Process for Wget {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if self.fetch.is_none()
            && let Err(status) = self.begin(cx)
        {
            return Poll::Exit(status);
        }
        loop {
            let Some(fetch) = &mut self.fetch else { return Poll::Exit(1) };
            let end = match fetch.step(cx) {
                Step::Event(event) => {
                    self.since = cx.now();
                    self.event(cx, event)
                }
                Step::Wait(poll) => {
                    let seconds = self.options.as_ref().and_then(|o| o.timeout).filter(|s| *s > 0);
                    let Some(until) = seconds.map(|s| self.since + Duration::from_secs(s)) else {
                        return poll;
                    };
                    if cx.now() < until {
                        return Poll::WaitUntil(match poll {
                            Poll::WaitUntil(at) => at.min(until),
                            _ => until,
                        });
                    }
                    say(cx, "wget: download timed out\n");
                    Some(1)
                }
            };
            if let Some(status) = end {
                if let Some(fetch) = &mut self.fetch {
                    fetch.close(cx);
                }
                return Poll::Exit(status);
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        if let (Some(fetch), false) = (&mut self.fetch, signal.ignored_by_default()) {
            fetch.close(cx);
        }
        OnSignal::Default
    }
}
