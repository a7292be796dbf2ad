//! Subnets of networks that ask for none.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};
use packetwalk_wire::Family;

use crate::Version;

/// Why there is no subnet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PoolError {
    /// It overlaps with another network's.
    Overlap,
    /// None is left.
    None,
}

/// Every network's subnet, and those that may be given.
#[derive(Clone, Debug)]
pub struct Pools {
    version: Version,
    predefined: Vec<(IpNet, u8)>,
    /// Sorted by address.
    taken: Vec<IpNet>,
    /// Subnets of the predefined pools that are passed over: those before the last given.
    start: usize,
}

const fn net4(a: u8, b: u8, len: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, 0, 0), len))
}

/// The pools of a daemon without `--default-address-pool`: base, and length of each subnet's prefix.
///
/// # Source
/// moby b985e231, `libnetwork/ipamutils/utils.go`: `localScopeDefaultNetworks`; the same in v20.10.24.
pub fn default_pools() -> Vec<(IpNet, u8)> {
    let many = [(17, 16), (18, 16), (19, 16), (20, 14), (24, 14), (28, 14)];
    let mut pools: Vec<_> = many.iter().map(|&(b, len)| (net4(172, b, len), 16)).collect();
    pools.push((net4(192, 168, 16), 20));
    pools
}

/// Whether two prefixes have an address in common.
pub(crate) fn overlaps(a: &IpNet, b: &IpNet) -> bool {
    a.contains(b) || b.contains(a)
}

impl Pools {
    /// Nothing is given yet.
    pub fn new(version: Version, pools: &[(IpNet, u8)]) -> Self {
        let predefined = if pools.is_empty() { default_pools() } else { pools.to_vec() };
        Self { version, predefined, taken: Vec::new(), start: 0 }
    }

    /// Other pools to choose from; what is given stays.
    pub fn predefine(&mut self, pools: &[(IpNet, u8)]) {
        self.predefined = pools.to_vec();
        self.start = 0;
    }

    fn add(&mut self, subnet: IpNet) -> IpNet {
        let at = self.taken.partition_point(|t| *t < subnet);
        self.taken.insert(at, subnet);
        subnet
    }

    /// Takes a subnet by name.
    ///
    /// # Errors
    /// [`PoolError::Overlap`].
    pub fn request(&mut self, subnet: IpNet) -> Result<IpNet, PoolError> {
        let subnet = subnet.trunc();
        if self.taken.iter().any(|t| overlaps(t, &subnet)) {
            return Err(PoolError::Overlap);
        }
        Ok(self.add(subnet))
    }

    /// Takes a free subnet of the predefined pools; `in_use` are prefixes of the host.
    ///
    /// # Errors
    /// [`PoolError::None`].
    ///
    /// # Source
    /// moby b985e231, `defaultipam/address_space.go`: `allocatePredefinedPool`; v20.10.24,
    /// `ipam/allocator.go`: `getPredefinedPool`, which begins after the subnet that it gave last.
    /// Differs: the simulator looks at each subnet of a pool in turn, and gives what both give.
    pub fn any(&mut self, family: Family, in_use: &[IpNet]) -> Result<IpNet, PoolError> {
        let free = |subnet: &IpNet| !self.taken.iter().chain(in_use).any(|t| overlaps(t, subnet));
        let of_family = |(base, _): &&(IpNet, u8)| Family::of(base.addr()) == family;
        let pools = self.predefined.iter().filter(of_family);
        let all = || pools.clone().flat_map(|(base, len)| base.subnets(*len).into_iter().flatten());
        let found = if self.version >= Version::V29 {
            all().find(free).map(|subnet| (subnet, 0))
        } else {
            let rotated = all().enumerate().skip(self.start).chain(all().enumerate().take(self.start));
            rotated.map(|(at, subnet)| (subnet, at + 1)).find(|(subnet, _)| free(subnet))
        };
        let (subnet, start) = found.ok_or(PoolError::None)?;
        self.start = start;
        Ok(self.add(subnet))
    }

    /// Every IPv4 subnet of the predefined pools, in order.
    pub fn candidates(&self) -> impl Iterator<Item = Ipv4Net> + '_ {
        let of = |(base, len): &(IpNet, u8)| base.subnets(*len).into_iter().flatten();
        self.predefined.iter().flat_map(of).filter_map(|net| match net {
            IpNet::V4(net) => Some(net),
            IpNet::V6(_) => None,
        })
    }

    /// Gives a subnet back.
    pub fn release(&mut self, subnet: IpNet) {
        self.taken.retain(|t| *t != subnet.trunc());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(version: Version) -> Vec<String> {
        let mut pools = Pools::new(version, &[]);
        pools.request("172.17.0.0/16".parse().unwrap()).unwrap();
        let any = |pools: &mut Pools| pools.any(Family::V4, &[]).unwrap().to_string();
        let mut all = vec![any(&mut pools), any(&mut pools), any(&mut pools)];
        pools.release("172.19.0.0/16".parse().unwrap());
        all.push(any(&mut pools));
        all
    }

    /// Recorded of 20.10.24 (a subnet that was given back is not the next); moby b985e231,
    /// `defaultipam/address_space_test.go`.
    #[test]
    fn the_next_subnet() {
        let first = ["172.18.0.0/16", "172.19.0.0/16", "172.20.0.0/16"];
        assert_eq!(given(Version::V20_10)[..3], first);
        assert_eq!(given(Version::V20_10)[3], "172.21.0.0/16");
        assert_eq!(given(Version::V29)[3], "172.19.0.0/16");
    }

    #[test]
    fn a_pool_runs_out() {
        let pool = "10.200.0.0/23".parse().unwrap();
        let mut pools = Pools::new(Version::V29, &[(pool, 24)]);
        assert!(
            pools
                .any(Family::V4, &["10.200.0.7/32".parse().unwrap()])
                .is_ok_and(|p| p.addr().to_string() == "10.200.1.0")
        );
        assert_eq!(pools.any(Family::V4, &["10.200.0.7/32".parse().unwrap()]), Err(PoolError::None));
    }
}
