//! `curl`: Debian 12's, 7.88.1, for HTTP.

mod options;

use core::time::Duration;
use std::net::SocketAddr;

use packetwalk_trace::SendError;
use packetwalk_wire::Instant;

use super::{BadUrl, Event, Fetch, Step, Url, status_of};
use crate::process::{OnSignal, Signal};
use crate::tools::clib::Want;
use crate::{Cx, Poll, Process};
use options::Options;

/// A curl that has not begun.
pub(in crate::tools) fn new() -> Box<dyn Process> {
    Box::new(Curl::default())
}

/// What is known of a transfer, for `-w`.
#[derive(Clone, Debug)]
struct Transfer {
    url: Url,
    text: String,
    fetch: Fetch,
    since: Instant,
    until: Option<Instant>,
    ends: Option<(SocketAddr, SocketAddr)>,
    sent: bool,
    status: u16,
    head: String,
    body: Vec<u8>,
    /// Nothing of the body is wanted (`-f` and an error).
    failed: bool,
    has_meter: bool,
}

#[derive(Clone, Debug, Default)]
struct Curl {
    options: Option<Box<Options>>,
    at: usize,
    transfer: Option<Box<Transfer>>,
    status: u8,
    count: usize,
}

/// How a transfer ended: the code and the message.
struct End(u8, String);

/// Header of the progress meter.
const METER: &str = "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
                                 Dload  Upload   Total   Spent    Left  Speed
";

/// A meter before anything came.
const NOTHING: &str = "\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0";

fn err(cx: &mut Cx<'_>, text: &str) {
    let _ = cx.write_fd(2, text.as_bytes());
}

impl Curl {
    /// Begins with the next address.
    fn next(&mut self, cx: &mut Cx<'_>) -> Option<Result<(), End>> {
        let options = self.options.as_ref()?;
        let text = options.urls.get(self.at)?.clone();
        self.at += 1;
        let url = match Url::parse(&text) {
            Ok(url) if url.scheme == "http" => url,
            Ok(url) => {
                err(cx, &format!("packetwalk: curl: {} is not simulated\n", url.scheme));
                return Some(Err(End(127, String::new())));
            }
            Err(BadUrl::Scheme(scheme)) => {
                let text = format!("Protocol \"{scheme}\" not supported or disabled in libcurl");
                return Some(Err(End(1, text)));
            }
            Err(BadUrl::Host) => {
                return Some(Err(End(3, "URL using bad/illegal format or missing URL".to_owned())));
            }
        };
        let want = options.family.map_or(Want::Any, Want::Only);
        let mut fetch = Fetch::new(cx, &url.host, url.port, want, options.request(&url));
        let given = options.resolve.iter().find(|(host, port, _)| *host == url.host && *port == url.port);
        if let Some((_, _, addrs)) = given {
            fetch.set_addresses(addrs.clone());
        }
        fetch.connect_timeout = options.connect_timeout;
        let until = options.max_time.map(|t| cx.now() + t);
        let has_meter = !options.silent && options.output.as_deref() != Some("-");
        if has_meter {
            err(cx, METER);
            err(cx, NOTHING);
        }
        self.transfer = Some(Box::new(Transfer {
            url,
            text,
            fetch,
            since: cx.now(),
            until,
            ends: None,
            sent: false,
            status: 0,
            head: String::new(),
            body: Vec::new(),
            failed: false,
            has_meter,
        }));
        Some(Ok(()))
    }

    fn event(&mut self, cx: &mut Cx<'_>, event: Event) -> Option<End> {
        let (Some(options), Some(t)) = (&self.options, &mut self.transfer) else { return None };
        let note = |cx: &mut Cx<'_>, text: String| {
            if options.verbose {
                err(cx, &text);
            }
        };
        let spent = || (cx.now() - t.since).as_millis();
        match event {
            Event::Resolved(_) | Event::Sent => {}
            Event::Unresolved(_) => {
                note(
                    cx,
                    format!(
                        "* Could not resolve host: {}\n* Closing connection {}\n",
                        t.url.host, self.count
                    ),
                );
                return Some(End(6, format!("Could not resolve host: {}", t.url.host)));
            }
            Event::Trying(addr) => {
                let place = SocketAddr::new(addr, t.url.port);
                note(cx, format!("*   Trying {place}...\n"));
            }
            Event::Failed(addr, error) => {
                let port = t.url.port;
                if error != SendError::TimedOut || options.connect_timeout.is_none() {
                    note(cx, format!("* connect to {addr} port {port} failed: {}\n", error.text()));
                }
            }
            Event::NoneLeft(error) => {
                let (host, port, ms) = (t.url.host.clone(), t.url.port, spent());
                let late = error == SendError::TimedOut && options.connect_timeout.is_some();
                let (code, why) =
                    if late { (28, "Timeout was reached") } else { (7, "Couldn't connect to server") };
                let text = format!("Failed to connect to {host} port {port} after {ms} ms: {why}");
                note(cx, format!("* {text}\n* Closing connection {}\n", self.count));
                return Some(End(code, text));
            }
            Event::Connected(own, there) => {
                t.ends = Some((own, there));
                t.sent = true;
                let place = format!("{} ({}) port {}", t.url.host, there.ip(), there.port());
                note(cx, format!("* Connected to {place} (#{})\n", self.count));
                let request = options.request(&t.url);
                note(cx, super::lines(request.split_inclusive('\n'), "> ", ""));
            }
            Event::Head(head) => {
                t.status = status_of(&head);
                note(cx, super::lines(head.split_inclusive('\n'), "< ", ""));
                if options.include {
                    t.body.extend(head.as_bytes());
                }
                t.failed = options.fail && t.status >= 400;
                t.head = head;
            }
            Event::Body(bytes) => {
                if !t.failed {
                    note(cx, format!("{{ [{} bytes data]\n", bytes.len()));
                    t.body.extend(bytes);
                }
            }
            Event::Over { whole, stays, reset } => {
                let closing = if stays {
                    format!("* Connection #{} to host {} left intact\n", self.count, t.url.host)
                } else {
                    format!("* Closing connection {}\n", self.count)
                };
                if t.head.is_empty() {
                    let end = if reset {
                        End(56, "Recv failure: Connection reset by peer".to_owned())
                    } else {
                        End(52, "Empty reply from server".to_owned())
                    };
                    note(cx, format!("* {}\n* Closing connection {}\n", end.1, self.count));
                    return Some(end);
                }
                note(cx, closing);
                if t.failed {
                    return Some(End(22, format!("The requested URL returned error: {}", t.status)));
                }
                if !whole {
                    return Some(End(18, "transfer closed with outstanding read data remaining".to_owned()));
                }
                return Some(End(0, String::new()));
            }
        }
        None
    }

    /// One transfer is over.
    fn finish(&mut self, cx: &mut Cx<'_>, end: &End) {
        let Some(mut t) = self.transfer.take() else {
            self.complain(cx, end);
            return;
        };
        t.fetch.close(cx);
        self.count += usize::from(t.sent);
        if t.has_meter {
            let all = t.body.len() as u64;
            let spent = u64::try_from((cx.now() - t.since).as_micros()).unwrap_or(u64::MAX).max(1);
            let speed = short(all.saturating_mul(1_000_000) / spent);
            let line = if all == 0 {
                NOTHING.to_owned()
            } else {
                let five = short(all);
                format!(
                    "\r100 {five:>5}  100 {five:>5}    0     0 {speed:>6}      0 --:--:-- --:--:-- --:--:-- {speed:>5}"
                )
            };
            err(cx, &(line + "\n"));
        }
        let Some(options) = &self.options else { return };
        let written = match options.output.as_deref() {
            None | Some("-") => cx.write_fd(1, &t.body),
            Some(_) if t.body.is_empty() => Ok(()),
            Some(path) => cx.write_file(path.as_bytes(), &t.body),
        };
        self.complain(cx, end);
        if written.is_err() && end.0 == 0 {
            self.complain(cx, &End(23, "Failure writing output to destination".to_owned()));
        }
        if let Some(format) = self.options.as_ref().and_then(|o| o.write_out.clone()) {
            let text = options::write_out(&format, |name| variable(cx, &t, name, end));
            let _ = cx.write_fd(1, text.as_bytes());
        }
    }

    fn complain(&mut self, cx: &mut Cx<'_>, end: &End) {
        self.status = end.0;
        let says = self.options.as_ref().is_some_and(|o| !o.silent || o.show_error);
        if says && end.0 != 0 && !end.1.is_empty() {
            err(cx, &format!("curl: ({}) {}\n", end.0, end.1));
        }
    }
}

/// A number in five characters.
///
/// # Source
/// curl 7.88.1, `lib/progress.c`: `max5data`.
fn short(bytes: u64) -> String {
    match bytes {
        0..100_000 => bytes.to_string(),
        100_000..10_240_000 => format!("{}k", bytes >> 10),
        _ => format!("{}M", bytes >> 20),
    }
}

/// A variable of `-w`.
fn variable(cx: &Cx<'_>, t: &Transfer, name: &str, end: &End) -> Option<String> {
    let (own, there) = t.ends.map_or((None, None), |(o, t)| (Some(o), Some(t)));
    let ip = |place: Option<SocketAddr>| place.map(|p| p.ip().to_string()).unwrap_or_default();
    let port = |place: Option<SocketAddr>| place.map_or(0, |p| p.port()).to_string();
    let time = || {
        let micros = (cx.now() - t.since).as_micros();
        format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
    };
    Some(match name {
        "http_code" | "response_code" => format!("{:03}", t.status),
        "remote_ip" => ip(there),
        "remote_port" => port(there),
        "local_ip" => ip(own),
        "local_port" => port(own),
        "size_download" => if t.body.is_empty() { 0 } else { t.body.len() }.to_string(),
        "size_header" => t.head.len().to_string(),
        "num_connects" => u8::from(t.ends.is_some()).to_string(),
        "time_total" => time(),
        "url" => t.text.clone(),
        "url_effective" if t.text.contains("://") && t.url.path != "/" => t.text.clone(),
        "url_effective" => format!("http://{}{}", t.url.authority(), t.url.path),
        "scheme" => "HTTP".to_owned(),
        "exitcode" => end.0.to_string(),
        "errormsg" => end.1.clone(),
        "method" => t.fetch.method(),
        _ => return None,
    })
}

impl Process for Curl {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if self.options.is_none() {
            match Options::parse(cx) {
                Ok(options) => self.options = Some(Box::new(options)),
                Err(status) => return Poll::Exit(status),
            }
        }
        loop {
            let Some(t) = &mut self.transfer else {
                match self.next(cx) {
                    None => return Poll::Exit(self.status),
                    Some(Ok(())) => {}
                    Some(Err(end)) => self.finish(cx, &end),
                }
                continue;
            };
            let end = match t.fetch.step(cx) {
                Step::Event(event) => self.event(cx, event),
                Step::Wait(poll) => {
                    let due = match (t.until, &poll) {
                        (Some(until), _) if until <= cx.now() => None,
                        (Some(until), Poll::WaitUntil(at)) => Some(until.min(*at)),
                        (Some(until), _) => Some(until),
                        (None, _) => return poll,
                    };
                    if let Some(at) = due {
                        return Poll::WaitUntil(at);
                    }
                    let ms = (cx.now() - t.since).as_millis();
                    let text = if t.ends.is_some() {
                        let got = t.body.len();
                        format!("Operation timed out after {ms} milliseconds with {got} bytes received")
                    } else {
                        format!("Connection timed out after {ms} milliseconds")
                    };
                    if self.options.as_ref().is_some_and(|o| o.verbose) {
                        err(cx, &format!("* {text}\n* Closing connection {}\n", self.count));
                    }
                    Some(End(28, text))
                }
            };
            if let Some(end) = end {
                self.finish(cx, &end);
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

/// Seconds with a fraction.
pub(super) fn seconds(text: &str) -> Option<Duration> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    let digits: String = part.chars().take(3).collect();
    if !part.bytes().all(|b| b.is_ascii_digit()) || whole > 4_000_000 {
        return None;
    }
    let millis = format!("{digits:0<3}").parse::<u64>().ok()?;
    Some(Duration::from_millis(whole * 1000 + millis))
}
