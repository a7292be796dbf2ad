//! Addresses of one subnet: the lowest free one is given.
//!
//! # Source
//! moby b985e231, `libnetwork/ipams/defaultipam/allocator.go`: `newPoolData`, `getAddress`; v20.10.24,
//! `libnetwork/ipam/allocator.go`: `insertBitMask`, `getAddress`.

use std::net::IpAddr;

use ipnet::IpNet;

/// Why there is no address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AddressError {
    /// It is outside the subnet.
    OutOfRange,
    /// It is given already.
    Taken,
    /// None is left.
    None,
}

impl AddressError {
    /// The engine's text.
    pub const fn text(self) -> &'static str {
        match self {
            Self::OutOfRange => "requested address is out of range",
            Self::Taken => "Address already in use",
            Self::None => "no available IPv4 addresses on this network's address pools",
        }
    }
}

/// A subnet and which of its addresses are given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Addresses {
    subnet: IpNet,
    /// Part of the subnet from which addresses without a wish are given.
    range: IpNet,
    /// Sorted.
    taken: Vec<u128>,
}

fn number(addr: IpAddr) -> u128 {
    match addr {
        IpAddr::V4(a) => u128::from(u32::from(a)),
        IpAddr::V6(a) => u128::from(a),
    }
}

fn address(like: IpAddr, number: u128) -> IpAddr {
    match like {
        IpAddr::V4(_) => IpAddr::V4((number as u32).into()),
        IpAddr::V6(_) => IpAddr::V6(number.into()),
    }
}

impl Addresses {
    /// All addresses of a subnet but the first, and the last of IPv4.
    pub fn new(subnet: IpNet, range: Option<IpNet>) -> Self {
        let subnet = subnet.trunc();
        let range = range.filter(|r| subnet.contains(r)).unwrap_or(subnet);
        let mut taken = Vec::new();
        let bits = subnet.max_prefix_len() - subnet.prefix_len();
        if subnet.addr().is_ipv6() || bits > 1 {
            taken.push(number(subnet.network()));
        }
        if subnet.addr().is_ipv4() && bits > 1 {
            taken.push(number(subnet.broadcast()));
        }
        Self { subnet, range, taken }
    }

    /// The subnet.
    pub const fn subnet(&self) -> IpNet {
        self.subnet
    }

    /// Takes an address: the one that is asked for, or the lowest free.
    ///
    /// # Errors
    /// [`AddressError`]; nothing is taken then.
    pub fn request(&mut self, wanted: Option<IpAddr>) -> Result<IpAddr, AddressError> {
        let found = match wanted {
            Some(addr) if !self.subnet.contains(&addr) => return Err(AddressError::OutOfRange),
            Some(addr) => number(addr),
            None => self.lowest().ok_or(AddressError::None)?,
        };
        match self.taken.binary_search(&found) {
            Ok(_) => Err(AddressError::Taken),
            Err(at) => {
                self.taken.insert(at, found);
                Ok(address(self.subnet.addr(), found))
            }
        }
    }

    fn lowest(&self) -> Option<u128> {
        let mut next = number(self.range.network());
        let last = number(self.range.broadcast());
        let from = self.taken.partition_point(|&t| t < next);
        for &taken in self.taken.get(from..).unwrap_or_default() {
            if taken != next {
                break;
            }
            next = next.checked_add(1)?;
        }
        (next <= last).then_some(next)
    }

    /// How many addresses of the subnet are taken, and how many may still be given without a wish.
    pub fn usage(&self) -> (u128, u128) {
        let (first, last) = (number(self.range.network()), number(self.range.broadcast()));
        let inside = self.taken.iter().filter(|t| (first..=last).contains(t)).count() as u128;
        (self.taken.len() as u128, (last - first).saturating_add(1).saturating_sub(inside))
    }

    /// Gives an address back.
    pub fn release(&mut self, addr: IpAddr) {
        if let Ok(at) = self.taken.binary_search(&number(addr)) {
            self.taken.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    /// Recorded of 20.10.24: c1 had .2, c2 .3; after c1 went, c3 got .2 and c4 .4.
    #[test]
    fn the_lowest_freed_address_is_given_again() {
        let mut all = Addresses::new(subnet("172.21.0.0/16"), None);
        let mut next = || all.request(None).unwrap().to_string();
        assert_eq!([next(), next(), next()], ["172.21.0.1", "172.21.0.2", "172.21.0.3"]);
        all.release("172.21.0.2".parse().unwrap());
        let mut next = || all.request(None).unwrap().to_string();
        assert_eq!([next(), next()], ["172.21.0.2", "172.21.0.4"]);
    }

    /// moby b985e231, `defaultipam/allocator.go`: `newPoolData`.
    #[test]
    fn the_ends_of_a_subnet_are_not_given() {
        let mut small = Addresses::new(subnet("10.0.0.0/30"), None);
        assert_eq!(small.request(None).unwrap().to_string(), "10.0.0.1");
        assert_eq!(small.request(None).unwrap().to_string(), "10.0.0.2");
        assert_eq!(small.request(None), Err(AddressError::None));
        let mut pair = Addresses::new(subnet("10.0.0.0/31"), None);
        assert_eq!(pair.request(None).unwrap().to_string(), "10.0.0.0");
        let mut part = Addresses::new(subnet("10.0.0.0/16"), Some(subnet("10.0.5.0/24")));
        assert_eq!(part.request(None).unwrap().to_string(), "10.0.5.0");
        assert_eq!(part.request("10.1.0.1".parse().ok()), Err(AddressError::OutOfRange));
    }
}
