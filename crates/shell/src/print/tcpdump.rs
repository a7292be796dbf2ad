//! Packets as `tcpdump -n` prints them.
//!
//! What is printed follows from the bytes that [`emit`] makes, so a line is what the real tool prints of
//! a capture of the same packet.
//!
//! # Source
//! tcpdump 4.99.3 (Debian 12), `print-*.c`; one file here for one there. Payloads are decoded on the
//! ports of DNS, mDNS, HTTP, FTP, SMTP, WHOIS, RTSP, SIP, SSH, RESP, NTP, syslog and TFTP; the other
//! decoders of tcpdump are not here: their payloads print as of any port. Without `-n` tcpdump asks
//! DNS and `/etc/services` for names: not here.

mod arp;
mod dissect;
mod domain;
mod ether;
pub mod filter;
mod gre;
mod hex;
mod icmp;
mod icmp6;
mod igmp;
mod ip;
mod ip6;
mod nd;
mod resp;
mod sctp;
mod ssh;
mod syslog;
mod tcp;
mod tftp;
mod time;
mod txtproto;
mod udp;

use packetwalk_wire::{Frame, IfIndex, IfName, Payloads, emit};

use dissect::{Cut, Dissect};

/// How much of the payload is printed below the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Dump {
    /// Nothing.
    #[default]
    None,
    /// `-x`, or `-xx` with the link header.
    Hex {
        /// With the link header.
        link: bool,
    },
    /// `-X`, or `-XX` with the link header.
    HexAscii {
        /// With the link header.
        link: bool,
    },
    /// `-A`, or `-AA` with the link header.
    Ascii {
        /// With the link header.
        link: bool,
    },
}

/// tcpdump's options on what is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// `-e`: the link header.
    pub link: bool,
    /// Number of `-v`.
    pub verbose: u8,
    /// Number of `-q`.
    pub quiet: u8,
    /// Number of `-t`: 0 the time of day, 1 nothing, 2 seconds since the epoch, 3 since the line before,
    /// 4 date and time, 5 since the first line.
    pub time: u8,
    /// `--nano`: nine digits of a second instead of six.
    pub nano: bool,
    /// `-S`: absolute TCP sequence numbers.
    pub absolute: bool,
    /// `-#`: number the packets.
    pub number: bool,
    /// `-K`: do not verify checksums.
    pub no_checksums: bool,
    /// `-s`: bytes captured of each packet.
    pub snaplen: u32,
    /// `-x`, `-X`, `-A`.
    pub dump: Dump,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            link: false,
            verbose: 0,
            quiet: 0,
            time: 0,
            nano: false,
            absolute: false,
            number: false,
            no_checksums: false,
            snaplen: 262_144,
            dump: Dump::None,
        }
    }
}

/// To whom a packet went, as `-i any` prints it (`sll_pkttype_values`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// To us: `In`.
    In,
    /// To all: `B`.
    Broadcast,
    /// To a group: `M`.
    Multicast,
    /// To another host: `P`.
    OtherHost,
    /// From us: `Out`.
    Out,
}

/// Where `-i any` saw a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cooked {
    /// The interface's name.
    pub name: IfName,
    /// Its number.
    pub index: IfIndex,
    /// To whom.
    pub way: Way,
}

/// Puts a `LINUX_SLL2` header in the place of a frame's Ethernet header: the bytes that `-i any` sees.
pub fn cook(cooked: &Cooked, frame: &mut Vec<u8>) {
    ether::cook(cooked, frame);
}

/// One run of tcpdump: what it remembers from line to line.
#[derive(Clone, Debug, Default)]
pub struct Printer {
    style: Style,
    flows: tcp::Flows,
    clock: time::Clock,
    count: u32,
    bytes: Vec<u8>,
}

impl Printer {
    /// A run with these options.
    pub fn new(style: Style) -> Self {
        Self { style, ..Self::default() }
    }

    /// Appends what is printed of `frame`, line end included. `at` is in nanoseconds since the epoch;
    /// `cooked` tells the interface of a packet seen by `-i any`.
    pub fn print(
        &mut self,
        at: u64,
        frame: &Frame,
        cooked: Option<&Cooked>,
        payloads: &Payloads,
        out: &mut String,
    ) {
        self.bytes.clear();
        emit::frame(frame, payloads, &mut self.bytes);
        if let Some(cooked) = cooked {
            ether::cook(cooked, &mut self.bytes);
        }
        let bytes = core::mem::take(&mut self.bytes);
        self.bytes(at, &bytes, cooked, out);
        self.bytes = bytes;
    }

    /// As [`print`](Self::print), of the bytes of a frame; with `cooked`, they begin with a
    /// `LINUX_SLL2` header.
    pub fn bytes(&mut self, at: u64, bytes: &[u8], cooked: Option<&Cooked>, out: &mut String) {
        self.count += 1;
        if self.style.number {
            put!(out, "{:5}  ", self.count);
        }
        self.clock.print(at, &self.style, out);
        let seen = bytes.get(..self.style.snaplen as usize).unwrap_or(bytes);
        let mut dissect = Dissect::new(&self.style, &mut self.flows, out);
        let printed = match cooked {
            None => ether::ethernet(&mut dissect, seen, bytes.len()),
            Some(cooked) => ether::cooked(&mut dissect, cooked, seen, bytes.len()),
        };
        if printed.is_err() {
            dissect.truncated();
        }
        let header = if cooked.is_some() { ether::COOKED_LEN } else { ether::ETHERNET_LEN };
        // tcpdump forgets the header's length when it jumps out of the line.
        let header = if printed == Err(Cut::Line) { 0 } else { header };
        hex::dump(self.style.dump, seen, header, out);
        out.push('\n');
    }
}

/// `write!` to a `String`, which cannot fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => {{
        let _ = core::fmt::Write::write_fmt(&mut *$out, format_args!($($arg)*));
    }};
}
use put;
