//! Host ports that containers hold.
//!
//! # Source
//! moby b985e231, `libnetwork/portallocator/portallocator.go`: `RequestPortsInRange`; v20.10.24 has it for
//! one address at a time.

use std::net::IpAddr;

use packetwalk_wire::Family;

use super::Proto;
use crate::{Refused, Version};

/// The kernel's `ip_local_port_range`.
const DYNAMIC: (u16, u16) = (32768, 60999);

/// Which ports are taken, and which a range gave last.
#[derive(Clone, Debug, Default)]
pub struct Allocator {
    /// In order of protocol and port, the oldest first.
    taken: Vec<(Proto, u16, IpAddr)>,
    last: Vec<(IpAddr, Proto, (u16, u16), u16)>,
    /// An address and all addresses are two things: before 28.
    apart: bool,
}

impl Allocator {
    /// One of an engine.
    pub fn new(version: Version) -> Self {
        Self { apart: version != Version::V29, ..Self::default() }
    }

    /// The address on whose account a port cannot be had.
    fn conflict(&self, addrs: &[IpAddr], proto: Proto, port: u16) -> Option<IpAddr> {
        let clash = |addr: IpAddr, other: IpAddr| {
            Family::of(addr) == Family::of(other)
                && (addr == other || !self.apart && (addr.is_unspecified() || other.is_unspecified()))
        };
        let before = self.taken.partition_point(|(p, n, _)| (*p, *n) < (proto, port));
        let held = self.taken.iter().skip(before).take_while(|(p, n, _)| (*p, *n) == (proto, port));
        let held = held.map(|(.., ip)| *ip);
        addrs.iter().find_map(|&addr| held.clone().find(|&other| clash(addr, other)))
    }

    /// Takes one port for all of these addresses; of a range, the first that is free after the last given.
    ///
    /// # Errors
    /// As the engine says it.
    pub fn request(
        &mut self,
        addrs: &[IpAddr],
        proto: Proto,
        range: Option<(u16, u16)>,
    ) -> Result<u16, Refused> {
        let Some(&first) = addrs.first() else { return Err(Refused::new("no IP addresses specified")) };
        let port = match range {
            Some((from, to)) if from == to => {
                if let Some(ip) = self.conflict(addrs, proto, from) {
                    let text = format!("Bind for {ip}:{from} failed: port is already allocated");
                    return Err(Refused::new(text));
                }
                from
            }
            range => {
                let range = range.unwrap_or(DYNAMIC);
                let known = self.last.iter().position(|l| l.0 == first && l.1 == proto && l.2 == range);
                let last = known.and_then(|at| self.last.get(at)).map_or(range.1, |l| l.3);
                let after = (last.saturating_add(1)..=range.1).chain(range.0..=last.min(range.1));
                let free = |&port: &u16| self.conflict(addrs, proto, port).is_none();
                let all_taken = || Refused::new("all ports are allocated");
                let port = after.into_iter().find(free).ok_or_else(all_taken)?;
                match known.and_then(|at| self.last.get_mut(at)) {
                    Some(entry) => entry.3 = port,
                    None => self.last.push((first, proto, range, port)),
                }
                port
            }
        };
        let after = self.taken.partition_point(|(p, n, _)| (*p, *n) <= (proto, port));
        self.taken.splice(after..after, addrs.iter().map(|&addr| (proto, port, addr)));
        Ok(port)
    }

    /// Gives a port back.
    pub fn release(&mut self, addr: IpAddr, proto: Proto, port: u16) {
        if let Some(at) = self.taken.iter().position(|t| *t == (proto, port, addr)) {
            self.taken.remove(at);
        }
    }
}
