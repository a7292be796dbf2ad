//! Captures as a pcapng file.
//!
//! Three block types and five options are all that is needed; a crate for the whole format would bring
//! more code to the page than it saves here.

use packetwalk_stack::Direction;
use packetwalk_wire::{Frame, Instant, Payloads, emit};

/// `LINKTYPE_ETHERNET`.
const ETHERNET: u16 = 1;
/// Bytes kept of each packet, as tcpdump's default: every packet is kept whole.
const SNAPLEN: u32 = 262_144;

/// A frame seen on an interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Captured {
    /// When.
    pub at: Instant,
    /// The interface's index in the list of names given to [`pcapng`].
    pub interface: u32,
    /// Which way.
    pub direction: Direction,
    /// The frame.
    pub frame: Frame,
}

/// A pcapng file: one interface block for each name (by custom `ns/eth0`), then one packet block for each
/// captured frame, in the order given. Time zero of the lab is the Unix epoch plus `epoch` nanoseconds.
/// A frame of an interface that has no name is left out.
///
/// # Source
/// draft-ietf-opsawg-pcapng: Section Header, Interface Description and Enhanced Packet Block.
pub fn pcapng(interfaces: &[String], captured: &[Captured], payloads: &Payloads, epoch: u64) -> Vec<u8> {
    let mut file = Vec::new();
    block(&mut file, 0x0a0d_0d0a, |b| {
        b.extend_from_slice(&0x1a2b_3c4d_u32.to_le_bytes());
        b.extend_from_slice(&1_u16.to_le_bytes());
        b.extend_from_slice(&0_u16.to_le_bytes());
        b.extend_from_slice(&u64::MAX.to_le_bytes());
        option(b, 4, b"packetwalk");
        option(b, 0, &[]);
    });
    for name in interfaces {
        block(&mut file, 1, |b| {
            b.extend_from_slice(&ETHERNET.to_le_bytes());
            b.extend_from_slice(&[0; 2]);
            b.extend_from_slice(&SNAPLEN.to_le_bytes());
            option(b, 2, name.as_bytes());
            option(b, 9, &[9]);
            option(b, 0, &[]);
        });
    }
    let mut bytes = Vec::new();
    for packet in captured {
        if usize::try_from(packet.interface).map_or(true, |i| i >= interfaces.len()) {
            continue;
        }
        bytes.clear();
        emit::frame(&packet.frame, payloads, &mut bytes);
        let at = packet.at.0.saturating_add(epoch);
        block(&mut file, 6, |b| {
            b.extend_from_slice(&packet.interface.to_le_bytes());
            b.extend_from_slice(&((at >> 32) as u32).to_le_bytes());
            b.extend_from_slice(&(at as u32).to_le_bytes());
            b.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
            b.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
            b.extend_from_slice(&bytes);
            pad(b, bytes.len());
            option(b, 2, &flags(packet).to_le_bytes());
            option(b, 0, &[]);
        });
    }
    file
}

/// `epb_flags`: direction in bits 0 and 1, kind of reception in bits 2 to 4.
fn flags(packet: &Captured) -> u32 {
    let dst = packet.frame.dst;
    let reception: u32 = match dst {
        packetwalk_wire::Mac::BROADCAST => 3,
        dst if dst.is_group() => 2,
        _ => 1,
    };
    match packet.direction {
        // A unicast frame may also be for somebody else: not specified.
        Direction::In if reception == 1 => 1,
        Direction::In => 1 | reception << 2,
        Direction::Out => 2,
    }
}

/// Appends a block; its length stands before and after the body.
fn block(file: &mut Vec<u8>, ty: u32, body: impl FnOnce(&mut Vec<u8>)) {
    let start = file.len();
    file.extend_from_slice(&ty.to_le_bytes());
    file.extend_from_slice(&[0; 4]);
    body(file);
    let len = ((file.len() - start + 4) as u32).to_le_bytes();
    file.extend_from_slice(&len);
    if let Some(field) = file.get_mut(start + 4..start + 8) {
        field.copy_from_slice(&len);
    }
}

/// Appends an option, cut at 65,535 bytes; code 0 ends the list.
fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let len = value.len().min(usize::from(u16::MAX));
    body.extend_from_slice(&code.to_le_bytes());
    body.extend_from_slice(&(len as u16).to_le_bytes());
    body.extend_from_slice(value.get(..len).unwrap_or_default());
    pad(body, len);
}

/// Pads what was `len` bytes to a multiple of four.
fn pad(body: &mut Vec<u8>, len: usize) {
    body.resize(body.len() + len.wrapping_neg() % 4, 0);
}
