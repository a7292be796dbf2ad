//! Routes kept once for all prefixes that have the same ones, as the kernel shares its `fib_info`.

use ipnet::IpNet;
use packetwalk_wire::Family;

use crate::bits;
use crate::route::Route;

const NONE: u32 = u32::MAX;

/// All routes of a prefix; their `dst` is the family's default, whatever the prefix is.
#[derive(Clone, Debug)]
struct Set {
    routes: Vec<Route>,
    /// Prefixes that have it.
    uses: u32,
    hash: u32,
    /// The next of its bucket.
    next: u32,
}

/// Route sets by number.
#[derive(Clone, Debug, Default)]
pub struct Sets {
    list: Vec<Set>,
    free: Vec<u32>,
    buckets: Vec<u32>,
}

/// `dst` as a set has it.
pub fn bare(family: Family) -> IpNet {
    bits::net(family.unspecified(), 0)
}

/// Of how many there are, the first and the last.
fn hash(routes: &[Route]) -> u32 {
    let mut hash = routes.len() as u64;
    let mut mix = |part: u64| hash = (hash.rotate_left(23) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for route in routes.first().into_iter().chain(routes.last()) {
        mix(u64::from(route.metric) << 32 | u64::from(route.tos) << 8 | route.kind as u64);
        for nh in &route.nexthops {
            let via = nh.via.map_or(0, bits::of);
            mix((via >> 64) as u64 ^ u64::from(nh.oif.0));
            mix(via as u64 ^ u64::from(nh.weight));
        }
    }
    (hash >> 32) as u32
}

impl Sets {
    /// The routes of a number.
    pub(crate) fn get(&self, id: u32) -> &[Route] {
        self.list.get(id as usize).map_or(&[], |set| &set.routes)
    }

    /// The number of these routes, for one more prefix.
    pub(crate) fn take(&mut self, routes: Vec<Route>) -> u32 {
        let hash = hash(&routes);
        let mut at = self.bucket(hash).copied().unwrap_or(NONE);
        while let Some(set) = self.list.get_mut(at as usize) {
            if set.hash == hash && set.routes == routes {
                set.uses += 1;
                return at;
            }
            at = set.next;
        }
        let set = Set { routes, uses: 1, hash, next: NONE };
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(at) = self.list.get_mut(id as usize) {
                    *at = set;
                }
                id
            }
            None => {
                self.list.push(set);
                self.list.len() as u32 - 1
            }
        };
        if self.list.len() > self.buckets.len() {
            self.rehash();
        } else {
            self.link(id, hash);
        }
        id
    }

    /// A prefix less has these routes: they themselves, when it was the last.
    pub(crate) fn give(&mut self, id: u32) -> Vec<Route> {
        let Some(set) = self.list.get_mut(id as usize) else { return Vec::new() };
        set.uses = set.uses.saturating_sub(1);
        if set.uses != 0 {
            return set.routes.clone();
        }
        let routes = std::mem::take(&mut set.routes);
        let (hash, after) = (set.hash, set.next);
        self.free.push(id);
        self.unlink(id, hash, after);
        routes
    }

    fn unlink(&mut self, id: u32, hash: u32, after: u32) {
        let Some(first) = self.bucket_mut(hash) else { return };
        if *first == id {
            *first = after;
            return;
        }
        let mut at = *first;
        while let Some(set) = self.list.get_mut(at as usize) {
            if set.next == id {
                set.next = after;
                return;
            }
            at = set.next;
        }
    }

    /// Other routes for the prefixes of a number. Two numbers may have the same ones then.
    pub(crate) fn replace(&mut self, changed: Vec<(u32, Vec<Route>)>) {
        for (id, routes) in changed {
            if let Some(set) = self.list.get_mut(id as usize) {
                set.hash = hash(&routes);
                set.routes = routes;
            }
        }
        self.rehash();
    }

    /// Every number in use.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &[Route])> {
        let used = |(id, set): (u32, &'_ Set)| (set.uses != 0).then_some(id);
        (0..).zip(&self.list).filter_map(move |(id, set)| Some((used((id, set))?, &set.routes[..])))
    }

    fn bucket(&self, hash: u32) -> Option<&u32> {
        self.buckets.get(hash as usize & self.buckets.len().wrapping_sub(1))
    }

    fn bucket_mut(&mut self, hash: u32) -> Option<&mut u32> {
        let at = hash as usize & self.buckets.len().wrapping_sub(1);
        self.buckets.get_mut(at)
    }

    fn link(&mut self, id: u32, hash: u32) {
        let Some(first) = self.bucket_mut(hash) else { return };
        let next = std::mem::replace(first, id);
        if let Some(set) = self.list.get_mut(id as usize) {
            set.next = next;
        }
    }

    fn rehash(&mut self) {
        self.buckets.clear();
        self.buckets.resize(self.list.len().next_power_of_two().max(4), NONE);
        for id in 0..self.list.len() as u32 {
            let hash = self.list.get(id as usize).filter(|set| set.uses != 0).map(|set| set.hash);
            if let Some(hash) = hash {
                self.link(id, hash);
            }
        }
    }

    /// Bytes of memory on the heap.
    pub(crate) fn bytes(&self) -> usize {
        let ways = |route: &Route| route.nexthops.capacity() * size_of::<crate::NextHop>();
        let of = |set: &Set| {
            set.routes.capacity() * size_of::<Route>() + set.routes.iter().map(ways).sum::<usize>()
        };
        self.list.capacity() * size_of::<Set>()
            + self.list.iter().map(of).sum::<usize>()
            + (self.free.capacity() + self.buckets.capacity()) * 4
    }
}
