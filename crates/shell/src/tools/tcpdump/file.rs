//! Capture files: `-w` and `-r`, the classic pcap format.

use super::options::Options;
use super::{Done, compile, fail, plural};
use crate::Cx;
use crate::print::tcpdump::filter::{Filter, Link};
use crate::print::tcpdump::{Cooked, Printer, Way};
use crate::process::Poll;
use crate::tools::clib::Stdout;
use packetwalk_wire::{IfIndex, IfName};

/// `LINKTYPE_ETHERNET`.
const ETHERNET: u32 = 1;
/// `LINKTYPE_LINUX_SLL2`.
const SLL2: u32 = 276;
/// Microseconds; the other way round it tells the other byte order.
const MICRO: u32 = 0xa1b2_c3d4;
/// Nanoseconds.
const NANO: u32 = 0xa1b2_3c4d;

/// A file that is written.
///
/// # Source
/// draft-ietf-opsawg-pcap; libpcap 1.10.3, `sf-pcap.c`.
#[derive(Clone, Debug)]
pub(super) struct File {
    path: Vec<u8>,
    snaplen: u32,
    nano: bool,
    bytes: Vec<u8>,
}

impl File {
    /// Makes the file.
    pub fn create(cx: &mut Cx<'_>, path: &[u8], snaplen: u32, link: Link, nano: bool) -> Result<Self, Done> {
        if path != b"-"
            && let Err(e) = cx.write_file(path, b"")
        {
            let text = format!("{}: {}", String::from_utf8_lossy(path), e.text());
            return Err(fail(cx, &text));
        }
        let link = match link {
            Link::Ethernet => ETHERNET,
            Link::Cooked => SLL2,
        };
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&if nano { NANO } else { MICRO }.to_le_bytes());
        bytes.extend_from_slice(&[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend_from_slice(&snaplen.to_le_bytes());
        bytes.extend_from_slice(&link.to_le_bytes());
        Ok(Self { path: path.to_vec(), snaplen, nano, bytes })
    }

    /// Adds a packet; `at` in nanoseconds since the epoch.
    pub fn packet(&mut self, at: u64, bytes: &[u8]) {
        let kept = bytes.get(..self.snaplen as usize).unwrap_or(bytes);
        let part = at % 1_000_000_000;
        let fields = [
            (at / 1_000_000_000) as u32,
            if self.nano { part } else { part / 1000 } as u32,
            kept.len() as u32,
            bytes.len() as u32,
        ];
        self.bytes.extend(fields.iter().flat_map(|f| f.to_le_bytes()));
        self.bytes.extend_from_slice(kept);
    }

    /// Writes everything.
    pub fn finish(&self, cx: &mut Cx<'_>, out: &mut Stdout) {
        if self.path == b"-" {
            out.push(&self.bytes);
        } else {
            let _ = cx.write_file(&self.path, &self.bytes);
        }
    }
}

/// A file that is read.
#[derive(Clone, Debug)]
pub(super) struct Saved {
    options: Options,
    bytes: Vec<u8>,
}

impl Saved {
    pub const fn new(options: Options) -> Self {
        Self { options, bytes: Vec::new() }
    }

    pub fn poll(&mut self, cx: &mut Cx<'_>, out: &mut Stdout) -> Poll {
        let path = self.options.read.clone().unwrap_or_default();
        if path == b"-" {
            let mut bytes = core::mem::take(&mut self.bytes);
            let ended = cx.read_all(&mut bytes);
            self.bytes = bytes;
            if !ended {
                return Poll::Wait;
            }
        } else {
            match cx.read_file(&path) {
                Ok(bytes) => self.bytes = bytes,
                Err(e) => {
                    let Done(status) = fail(cx, &format!("{}: {}", String::from_utf8_lossy(&path), e.text()));
                    return Poll::Exit(status);
                }
            }
        }
        let status = match self.print(cx, out, &path) {
            Ok(()) => 0,
            Err(Done(status)) => status,
        };
        out.flush(cx);
        Poll::Exit(status)
    }

    fn print(&mut self, cx: &mut Cx<'_>, out: &mut Stdout, path: &[u8]) -> Result<(), Done> {
        let name = String::from_utf8_lossy(path).into_owned();
        let Some(magic) = self.word(0, false) else {
            let text = match self.bytes.len() {
                n if n < 4 => format!("truncated dump file; tried to read 4 file header bytes, only got {n}"),
                n => format!("truncated dump file; tried to read 24 file header bytes, only got {n}"),
            };
            return Err(fail(cx, &text));
        };
        let (swapped, nano) = match (magic, magic.swap_bytes()) {
            (MICRO, _) => (false, false),
            (NANO, _) => (false, true),
            (_, MICRO) => (true, false),
            (_, NANO) => (true, true),
            _ => return Err(fail(cx, "unknown file format")),
        };
        let (Some(snaplen), Some(link)) = (self.word(16, swapped), self.word(20, swapped)) else {
            let n = self.bytes.len();
            let text = format!("truncated dump file; tried to read 24 file header bytes, only got {n}");
            return Err(fail(cx, &text));
        };
        let (link, kind) = match link & 0xffff {
            ETHERNET => (Link::Ethernet, "EN10MB (Ethernet)"),
            SLL2 => (Link::Cooked, "LINUX_SLL2 (Linux cooked v2)"),
            other => return Err(super::not_simulated(cx, &format!("-r of link type {other}"))),
        };
        let text = format!("reading from file {name}, link-type {kind}, snapshot length {snaplen}\n");
        let _ = cx.write_fd(2, text.as_bytes());
        let filter = compile(cx, &self.options.expression, link, None)?;
        let file = match self.options.write.clone() {
            None => None,
            Some(path) => Some(File::create(cx, &path, snaplen, link, nano)?),
        };
        // What the file has not is not printed.
        self.options.style.snaplen = snaplen;
        self.packets(cx, out, (swapped, nano), link, &filter, file)
    }

    fn packets(
        &self,
        cx: &mut Cx<'_>,
        out: &mut Stdout,
        (swapped, nano): (bool, bool),
        link: Link,
        filter: &Filter,
        mut file: Option<File>,
    ) -> Result<(), Done> {
        let mut printer = Printer::new(self.options.style);
        let (mut at, mut count) = (24, 0);
        while at < self.bytes.len() && (self.options.count == 0 || count < self.options.count) {
            let header = [0, 4, 8, 12].map(|o| self.word(at + o, swapped));
            let [Some(seconds), Some(part), Some(len), Some(full)] = header else {
                out.flush(cx);
                let got = self.bytes.len() - at;
                let text = format!("truncated dump file; tried to read 16 header bytes, only got {got}");
                return Err(fail(cx, &text));
            };
            at += 16;
            let Some(bytes) = self.bytes.get(at..at + len as usize) else {
                out.flush(cx);
                let got = self.bytes.len() - at;
                let text = format!("truncated dump file; tried to read {len} captured bytes, only got {got}");
                return Err(fail(cx, &text));
            };
            at += len as usize;
            let out_way = link == Link::Cooked && bytes.get(10) == Some(&4);
            if !filter.takes(bytes, out_way) {
                continue;
            }
            count += 1;
            let nanos = u64::from(seconds) * 1_000_000_000 + u64::from(part) * if nano { 1 } else { 1000 };
            if let Some(file) = &mut file {
                file.packet(nanos, bytes);
            }
            if (file.is_none() || self.options.print) && !self.options.only_count {
                let mut text = String::new();
                let cooked = (link == Link::Cooked).then(|| seen_by(cx, bytes));
                let mut whole = bytes.to_vec();
                whole.resize((full as usize).min(0x1_0000).max(bytes.len()), 0);
                let shown = if whole.len() == bytes.len() { bytes } else { &whole };
                printer.bytes(nanos, shown, cooked.as_ref(), &mut text);
                out.push(text.as_bytes());
            }
        }
        if let Some(file) = file {
            file.finish(cx, out);
        }
        if self.options.only_count {
            writeln!(out, "{count} packet{}", plural(count));
        }
        Ok(())
    }

    fn word(&self, at: usize, swapped: bool) -> Option<u32> {
        let bytes: [u8; 4] = self.bytes.get(at..at + 4)?.try_into().ok()?;
        Some(if swapped { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

/// What a `LINUX_SLL2` header says of the interface: its number alone, which may have a name here.
fn seen_by(cx: &Cx<'_>, bytes: &[u8]) -> Cooked {
    let index = bytes.get(4..8).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes);
    let way = match bytes.get(10) {
        Some(0) => Way::In,
        Some(1) => Way::Broadcast,
        Some(2) => Way::Multicast,
        Some(3) => Way::OtherHost,
        _ => Way::Out,
    };
    let device = cx.lab.stack(cx.ns).and_then(|s| s.links.get(IfIndex(index)));
    let name = device.map(|d| d.name).or_else(|| IfName::new("?")).unwrap_or_default();
    Cooked { name, index: IfIndex(index), way }
}
