//! GNU `wget`: Debian 12's, 1.21.3, for HTTP.

use core::time::Duration;
use std::net::SocketAddr;

use packetwalk_trace::SendError;
use packetwalk_wire::Instant;

use super::{BadUrl, Event, Fetch, Step, Url, status_of};
use crate::process::{OnSignal, Signal};
use crate::tools::clib::{Want, aton};
use crate::{Cx, Poll, Process};

/// A wget that has not begun.
pub(in crate::tools) fn new() -> Box<dyn Process> {
    Box::new(Wget::default())
}

#[derive(Clone, Debug, Default)]
struct Options {
    quiet: bool,
    spider: bool,
    /// `-S`.
    server: bool,
    no_verbose: bool,
    output: Option<String>,
    timeout: Option<Duration>,
    tries: Option<u32>,
    headers: Vec<String>,
    agent: Option<String>,
    url: Option<String>,
}

#[derive(Clone, Debug)]
struct Transfer {
    url: Url,
    fetch: Fetch,
    head: String,
    body: Vec<u8>,
    since: Instant,
}

#[derive(Clone, Debug, Default)]
struct Wget {
    options: Options,
    transfer: Option<Box<Transfer>>,
    tried: u32,
    /// When the next try is.
    pause: Option<Instant>,
}

const USAGE: &str = "Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n";

fn say(cx: &mut Cx<'_>, text: &str) {
    let _ = cx.write_fd(2, text.as_bytes());
}

/// `2026-01-01 00:00:00`.
fn stamp(cx: &Cx<'_>) -> String {
    let text = crate::tools::docker::utc(cx);
    text.replacen('T', " ", 1).chars().take(19).collect()
}

impl Options {
    fn parse(cx: &mut Cx<'_>) -> Result<Self, u8> {
        let mut options = Self::default();
        let words = cx.strings();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if !word.starts_with('-') || word == "-" {
                if options.url.is_some() {
                    say(cx, "packetwalk: wget: more than one URL is not simulated\n");
                    return Err(127);
                }
                options.url = Some(word.clone());
                continue;
            }
            let (name, mut given) = match word.split_once('=') {
                Some((name, value)) if word.starts_with("--") => (name, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            if let Some(letters) = word.strip_prefix('-').filter(|w| !w.starts_with('-')) {
                let mut rest = letters;
                while let Some(letter) = rest.chars().next() {
                    rest = rest.get(letter.len_utf8()..).unwrap_or_default();
                    // `-nv` is one option of two letters.
                    let name = if letter == 'n' {
                        format!("-n{}", rest.chars().next().unwrap_or(' '))
                    } else {
                        format!("-{letter}")
                    };
                    if letter == 'n' {
                        rest = rest.get(1..).unwrap_or_default();
                    }
                    if takes(&name) {
                        given = if rest.is_empty() { words.next().cloned() } else { Some(rest.to_owned()) };
                        rest = "";
                    }
                    options.set(cx, &name, given.take())?;
                }
                continue;
            }
            if takes(name) && given.is_none() {
                given = words.next().cloned();
            }
            options.set(cx, name, given)?;
        }
        if options.url.is_none() {
            say(cx, &format!("wget: missing URL\n{USAGE}"));
            return Err(1);
        }
        Ok(options)
    }

    fn set(&mut self, cx: &mut Cx<'_>, name: &str, value: Option<String>) -> Result<(), u8> {
        if takes(name) && value.is_none() {
            let text = match name.strip_prefix("--") {
                Some(_) => format!("wget: option '{name}' requires an argument\n"),
                None => format!("wget: option requires an argument -- '{}'\n", name.trim_start_matches('-')),
            };
            say(cx, &format!("{text}{USAGE}"));
            return Err(2);
        }
        let value = value.unwrap_or_default();
        match name {
            "-q" | "--quiet" => self.quiet = true,
            "-nv" | "--no-verbose" => self.no_verbose = true,
            "-S" | "--server-response" => self.server = true,
            "--spider" => self.spider = true,
            "-O" | "--output-document" => self.output = Some(value),
            "-T" | "--timeout" | "--connect-timeout" => {
                self.timeout = super::curl::seconds(&value).filter(|t| !t.is_zero());
            }
            "-t" | "--tries" => self.tries = value.parse().ok(),
            "--header" => self.headers.push(value),
            "-U" | "--user-agent" => self.agent = Some(value),
            "--no-check-certificate" | "--no-proxy" | "--no-hsts" => {}
            _ => {
                say(cx, &format!("packetwalk: wget: {name} is not simulated\n"));
                return Err(127);
            }
        }
        Ok(())
    }

    fn request(&self, url: &Url) -> String {
        let method = if self.spider { "HEAD" } else { "GET" };
        let agent = self.agent.as_deref().unwrap_or("Wget/1.21.3");
        let own = super::fields(&self.headers);
        format!(
            "{method} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {agent}\r\nAccept: */*\r\n\
             Accept-Encoding: identity\r\nConnection: Keep-Alive\r\n{own}\r\n",
            url.path,
            url.authority()
        )
    }
}

/// Whether an option is followed by a value.
fn takes(name: &str) -> bool {
    [
        "-O",
        "-T",
        "-t",
        "-U",
        "--output-document",
        "--timeout",
        "--connect-timeout",
        "--tries",
        "--header",
        "--user-agent",
    ]
    .contains(&name)
}

impl Wget {
    fn note(&self, cx: &mut Cx<'_>, text: &str) {
        if !self.options.quiet && !self.options.no_verbose {
            say(cx, text);
        }
    }

    fn begin(&mut self, cx: &mut Cx<'_>) -> Result<(), u8> {
        let text = self.options.url.clone().unwrap_or_default();
        let url = match Url::parse(&text) {
            Ok(url) if url.scheme == "http" => url,
            Ok(url) => {
                say(cx, &format!("packetwalk: wget: {} is not simulated\n", url.scheme));
                return Err(127);
            }
            Err(BadUrl::Scheme(scheme)) => {
                say(cx, &format!("{text}: Unsupported scheme ‘{scheme}’.\n"));
                return Err(1);
            }
            Err(BadUrl::Host) => {
                say(cx, &format!("{text}: Bad port number.\n"));
                return Err(1);
            }
        };
        if self.options.spider {
            self.note(cx, "Spider mode enabled. Check if remote file exists.\n");
        }
        let tries = if self.tried > 0 { format!("(try:{:2})", self.tried + 1) } else { String::new() };
        let shown = format!("http://{}{}", url.authority(), url.path);
        let head = format!("--{}--  {tries}{}{shown}\n", stamp(cx), if tries.is_empty() { "" } else { "  " });
        self.note(cx, &head);
        let is_number = aton(&url.host).is_some() || url.host.contains(':');
        if !is_number {
            self.note(cx, &format!("Resolving {0} ({0})... ", url.host));
        }
        let mut fetch = Fetch::new(cx, &url.host, url.port, Want::Any, self.options.request(&url));
        fetch.connect_timeout = self.options.timeout;
        self.tried += 1;
        let since = cx.now();
        self.transfer = Some(Box::new(Transfer { url, fetch, head: String::new(), body: Vec::new(), since }));
        Ok(())
    }

    fn event(&mut self, cx: &mut Cx<'_>, event: Event) -> Option<u8> {
        let t = self.transfer.as_mut()?;
        let (host, port) = (t.url.host.clone(), t.url.port);
        let is_number = aton(&host).is_some() || host.contains(':');
        match event {
            Event::Resolved(addrs) => {
                let all: Vec<String> = addrs.iter().map(ToString::to_string).collect();
                if !is_number {
                    self.note(cx, &(all.join(", ") + "\n"));
                }
            }
            Event::Unresolved(error) => {
                self.note(cx, &format!("failed: {}.\n", error.text()));
                if !self.options.quiet {
                    say(cx, &format!("wget: unable to resolve host address ‘{host}’\n"));
                }
                return Some(4);
            }
            Event::Trying(addr) => {
                let place = if is_number {
                    SocketAddr::new(addr, port).to_string()
                } else {
                    format!("{host} ({host})|{addr}|:{port}")
                };
                self.note(cx, &format!("Connecting to {place}... "));
            }
            Event::Failed(_, error) => self.note(cx, &format!("failed: {}.\n", error.text())),
            Event::NoneLeft(error) => {
                // What may pass by itself is tried again.
                if matches!(error, SendError::TimedOut) {
                    if self.tried < self.options.tries.unwrap_or(20) {
                        self.note(cx, "Retrying.\n\n");
                        self.transfer = None;
                        self.pause = Some(cx.now() + Duration::from_secs(u64::from(self.tried.min(10))));
                        return None;
                    }
                    self.note(cx, "Giving up.\n\n");
                }
                return Some(4);
            }
            Event::Connected(..) => self.note(cx, "connected.\n"),
            Event::Sent => self.note(cx, "HTTP request sent, awaiting response... "),
            Event::Head(head) => {
                let first = head.lines().next().unwrap_or_default().to_owned();
                let shown = first.split_once(' ').map_or("", |(_, rest)| rest).to_owned();
                let status = status_of(&head);
                t.head.clone_from(&head);
                let body_path = self.options.output.clone().unwrap_or_else(|| t.url.file());
                if self.options.server {
                    let lines = super::shown(&head);
                    self.note(cx, &format!("\n{}", lines.trim_end_matches("  \n")));
                } else {
                    self.note(cx, &(shown.clone() + "\n"));
                }
                if status >= 400 {
                    if !self.options.quiet {
                        let shown = shown.split_once(' ').map_or("", |(_, text)| text);
                        if self.options.spider {
                            self.note(cx, "Remote file does not exist -- broken link!!!\n\n");
                        } else {
                            say(cx, &format!("{} ERROR {status}: {shown}.\n\n", stamp(cx)));
                        }
                    }
                    return Some(8);
                }
                let field = |name: &str| {
                    let of = |l: &'_ str| {
                        l.split_once(':')
                            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
                            .map(|(_, v)| v.trim().to_owned())
                    };
                    head.lines().find_map(of)
                };
                let kind = field("Content-Type").unwrap_or_default();
                let kind = kind.split(';').next().unwrap_or_default().to_owned();
                let length = field("Content-Length").unwrap_or_else(|| "unspecified".to_owned());
                self.note(cx, &format!("Length: {length} [{kind}]\n"));
                if self.options.spider {
                    self.note(cx, "Remote file exists.\n\n");
                    return Some(0);
                }
                let name = if body_path == "-" { "STDOUT" } else { &body_path };
                self.note(cx, &format!("Saving to: ‘{name}’\n\n"));
            }
            Event::Body(bytes) => t.body.extend(bytes),
            Event::Over { whole, .. } => {
                let all = t.body.len();
                let path = self.options.output.clone().unwrap_or_else(|| t.url.file());
                let micros = (cx.now() - t.since).as_micros().max(1);
                let speed = format!("{} KB/s", all as u128 * 1_000_000 / 1024 / micros);
                let body = std::mem::take(&mut t.body);
                let empty = t.head.is_empty();
                let written =
                    if path == "-" { cx.write_fd(1, &body) } else { cx.write_file(path.as_bytes(), &body) };
                if written.is_err() {
                    return Some(3);
                }
                if empty || !whole {
                    self.note(cx, if empty { "No data received.\n" } else { "\n" });
                    return Some(4);
                }
                let end =
                    if path == "-" { "written to stdout".to_owned() } else { format!("‘{path}’ saved") };
                let text = format!(
                    "     0K {:58} 100% {speed}=0s\n\n{} ({speed}) - {end} [{all}/{all}]\n\n",
                    "",
                    stamp(cx)
                );
                self.note(cx, &text);
                return Some(0);
            }
        }
        None
    }
}

impl Process for Wget {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if self.options.url.is_none() {
            match Options::parse(cx) {
                Ok(options) => self.options = options,
                Err(status) => return Poll::Exit(status),
            }
        }
        loop {
            if let Some(at) = self.pause {
                if cx.now() < at {
                    return Poll::WaitUntil(at);
                }
                self.pause = None;
            }
            let Some(t) = &mut self.transfer else {
                match self.begin(cx) {
                    Ok(()) => continue,
                    Err(status) => return Poll::Exit(status),
                }
            };
            let end = match t.fetch.step(cx) {
                Step::Wait(poll) => return poll,
                Step::Event(event) => self.event(cx, event),
            };
            if let Some(status) = end {
                if let Some(t) = &mut self.transfer {
                    t.fetch.close(cx);
                }
                return Poll::Exit(status);
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        if let (Some(t), false) = (&mut self.transfer, signal.ignored_by_default()) {
            t.fetch.close(cx);
        }
        OnSignal::Default
    }
}
