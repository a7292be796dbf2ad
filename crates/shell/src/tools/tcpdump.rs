//! `tcpdump`: 4.99.3 with libpcap 1.10.3.

mod file;
mod live;
mod options;

use std::net::IpAddr;

use super::clib::{Stdout, host_table, port_of, protocol_of};
use crate::Cx;
use crate::print::tcpdump::filter::{Filter, Link, Names};
use crate::process::{OnSignal, Poll, Process, Signal};
use file::Saved;
use live::Live;
use options::{Options, not_simulated};

/// A tcpdump that has not begun.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Tcpdump { out: Stdout::default(), job: Job::Start })
}

/// It ends with this status; what it says is said already.
struct Done(u8);

#[derive(Clone, Debug)]
struct Tcpdump {
    out: Stdout,
    job: Job,
}

#[derive(Clone, Debug)]
enum Job {
    Start,
    /// `-i`.
    Live(Box<Live>),
    /// `-r`.
    File(Box<Saved>),
}

impl Process for Tcpdump {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        if matches!(self.job, Job::Start) {
            match begin(cx) {
                Ok(job) => self.job = job,
                Err(Done(status)) => return Poll::Exit(status),
            }
        }
        let poll = match &mut self.job {
            Job::Start => Poll::Exit(1),
            Job::File(saved) => saved.poll(cx, &mut self.out),
            Job::Live(live) => live.poll(cx, &mut self.out),
        };
        if cx.is_terminal() {
            self.out.flush(cx);
        }
        if self.out.broken {
            self.close(cx);
        }
        poll
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }

    fn signal(&mut self, cx: &mut Cx<'_>, signal: Signal) -> OnSignal {
        if let (Job::Live(live), Signal::INT | Signal::TERM | Signal::HUP) = (&mut self.job, signal) {
            live.interrupted = true;
            return OnSignal::Taken;
        }
        if !signal.ignored_by_default() {
            self.close(cx);
        }
        OnSignal::Default
    }
}

impl Tcpdump {
    fn close(&mut self, cx: &mut Cx<'_>) {
        if let Job::Live(live) = &mut self.job {
            live.close(cx);
        }
    }
}

fn begin(cx: &mut Cx<'_>) -> Result<Job, Done> {
    let options = Options::parse(cx)?;
    let prints = options.write.is_none() || options.print;
    if prints && !options.numeric && !options.only_count && !options.list_types {
        // It would ask a name server for every address.
        return Err(not_simulated(cx, "without -n"));
    }
    if options.read.is_some() {
        return Ok(Job::File(Box::new(Saved::new(options))));
    }
    Ok(Job::Live(Box::new(Live::open(cx, options)?)))
}

/// Compiles the filter, or says what is wrong with it.
fn compile(cx: &mut Cx<'_>, text: &str, link: Link, netmask: Option<u32>) -> Result<Filter, Done> {
    let names = Book { hosts: host_table(cx) };
    Filter::new(text, link, netmask, &names).map_err(|e| fail(cx, &e.to_string()))
}

/// Names in a filter.
struct Book {
    hosts: Vec<(String, IpAddr)>,
}

impl Names for Book {
    fn host(&self, name: &str) -> Vec<IpAddr> {
        self.hosts.iter().filter(|(n, _)| n == name).map(|&(_, addr)| addr).collect()
    }
    fn service(&self, name: &str, protocol: &str) -> Option<u16> {
        port_of(name, protocol)
    }
    fn protocol(&self, name: &str) -> Option<u8> {
        protocol_of(name)
    }
}

/// Says what is wrong; status 1.
fn fail(cx: &mut Cx<'_>, message: &str) -> Done {
    let _ = cx.write_fd(2, format!("tcpdump: {message}\n").as_bytes());
    Done(1)
}

/// `s` unless it is one.
const fn plural(n: u32) -> &'static str {
    if n == 1 { "" } else { "s" }
}
