//! One namespace's interfaces.

use packetwalk_trace::NsId;
use packetwalk_wire::{Common, IfIndex, IfName, Mac, sorted::Map};

use crate::change::{Change, LinkError, NewDevice};
use crate::device::{Device, Kind, Stats};
use crate::enslave::{bridge_mac_changed, local_entry};
use crate::fdb::FdbFlag;
use crate::flags::Flags;

/// The interfaces of one namespace, by number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Devices {
    /// In the order of their numbers.
    pub(crate) all: Vec<(IfIndex, Common<Device>)>,
    /// Where the interfaces with small numbers stand, by number.
    places: Vec<u16>,
    names: Common<Map<IfName, IfIndex>>,
    pub(crate) bridges: Vec<IfIndex>,
    /// By bridge and the order in which they joined.
    pub(crate) ports: Common<Map<(IfIndex, u32), IfIndex>>,
    last: u32,
    pub(crate) joins: u32,
    nsids: Common<Vec<Option<NsId>>>,
}

/// Of a number that no interface has.
const NO_PLACE: u16 = u16::MAX;

/// Places are kept of numbers below this, of no more interfaces.
const MOST_PLACES: usize = 1 << 14;

impl Default for Devices {
    fn default() -> Self {
        Self::new()
    }
}

impl Devices {
    /// A namespace as it is born: `lo`, down.
    pub fn new() -> Self {
        let mut devices = Self {
            all: Vec::new(),
            places: Vec::new(),
            names: Common::default(),
            bridges: Vec::new(),
            ports: Common::default(),
            last: 0,
            joins: 0,
            nsids: Common::default(),
        };
        if let Some(name) = IfName::new("lo") {
            let new = NewDevice {
                name,
                kind: Kind::Loopback,
                mac: Mac::ZERO,
                mac_set: false,
                mtu: None,
                index: None,
            };
            let _ = devices.add(new);
        }
        devices
    }

    #[inline]
    fn position(&self, index: IfIndex) -> Option<usize> {
        match self.places.get(index.0 as usize) {
            Some(&place) => Some(usize::from(place)),
            None => self.search(index),
        }
    }

    /// An interface was put in or taken out at this place.
    fn find_places(&mut self, first: usize) {
        let known = first.checked_sub(1).and_then(|before| self.all.get(before)).map_or(0, |(i, _)| i.0 + 1);
        self.places.truncate(known as usize);
        if self.all.len() > MOST_PLACES {
            self.places.clear();
        }
        // None were kept while there were too many.
        let first = if self.places.is_empty() { 0 } else { first };
        for (place, (index, _)) in self.all.iter().enumerate().skip(first) {
            let index = index.0 as usize;
            if index >= MOST_PLACES || self.all.len() > MOST_PLACES {
                return;
            }
            self.places.resize(index, NO_PLACE);
            self.places.push(place as u16);
        }
    }

    #[cold]
    #[inline(never)]
    fn search(&self, index: IfIndex) -> Option<usize> {
        self.all.binary_search_by_key(&index, |(at, _)| *at).ok()
    }

    /// An interface by number.
    pub fn get(&self, index: IfIndex) -> Option<&Device> {
        self.all.get(self.position(index)?).map(|(_, device)| &**device)
    }

    /// Looks at what a veth stands on: the interface of this namespace that has its peer's number, though
    /// the peer be in another one. The kernel looks when the carrier changes, and once, up to a second after
    /// the interface was made; here that is when it is first set up.
    ///
    /// # Source
    /// Linux v6.18, `net/core/link_watch.c`: `default_operstate`.
    fn look_at_lower(&mut self, index: IfIndex) {
        let iflink = |d: &Device| d.peer().or(d.lower()).map(|(_, other)| other);
        let peer = self.get(index).and_then(iflink).filter(|peer| *peer != index);
        let lower = peer.and_then(|peer| self.get(peer));
        let is_peer = lower.and_then(Device::peer).is_some_and(|(_, back)| back == index);
        let down = lower.is_some_and(|d| is_peer || !d.carrier);
        if let Some(device) = self.get_mut(index) {
            device.lower_down = Some(down);
        }
    }

    /// An interface to change. What others depend on (flags, MAC, MTU, master, carrier) is changed by
    /// this type's own functions.
    pub fn get_mut(&mut self, index: IfIndex) -> Option<&mut Device> {
        let at = self.position(index)?;
        self.all.get_mut(at).map(|(_, device)| &mut **device)
    }

    /// An interface by name.
    pub fn by_name(&self, name: &str) -> Option<&Device> {
        self.get(*self.names.get(&IfName::new(name)?)?)
    }

    /// Every interface by number, as `ip link` lists them.
    pub fn iter(&self) -> impl Iterator<Item = &Device> {
        self.all.iter().map(|(_, device)| &**device)
    }

    /// Every bridge, in the order in which they were made.
    pub fn bridges(&self) -> impl Iterator<Item = &Device> {
        self.bridges.iter().filter_map(|index| self.get(*index))
    }

    /// The ports of a bridge, the one that joined last first (`br->port_list`).
    pub fn ports(&self, bridge: IfIndex) -> impl Iterator<Item = IfIndex> + '_ {
        self.ports.range((bridge, 0)..=(bridge, u32::MAX)).iter().rev().map(|(_, port)| *port)
    }

    /// A free name of a kind: `veth0`, `bridge0` (`dev_alloc_name`).
    pub fn free_name(&self, prefix: &str) -> Option<IfName> {
        (0..u32::MAX)
            .map(|n| format!("{prefix}{n}"))
            .find(|n| self.by_name(n).is_none())
            .and_then(|n| IfName::new(&n))
    }

    /// The number by which this namespace knows another (`link-netnsid`), given on first use.
    ///
    /// # Source
    /// Linux v6.18, `net/core/net_namespace.c`: `peernet2id_alloc`.
    pub fn nsid(&mut self, other: NsId) -> u32 {
        if let Some(known) = self.known_nsid(other) {
            return known;
        }
        let free = self.nsids.iter().position(Option::is_none).unwrap_or(self.nsids.len());
        match self.nsids.get_mut(free) {
            Some(slot) => *slot = Some(other),
            None => self.nsids.push(Some(other)),
        }
        free as u32
    }

    /// The number by which this namespace knows another, if it has one.
    pub fn known_nsid(&self, other: NsId) -> Option<u32> {
        self.nsids.iter().position(|id| *id == Some(other)).map(|at| at as u32)
    }

    /// Another namespace is gone: its number is free.
    pub fn forget_ns(&mut self, other: NsId) {
        self.nsids.iter_mut().filter(|id| **id == Some(other)).for_each(|id| *id = None);
    }

    /// The number that the next interface gets.
    pub const fn next_index(&self) -> IfIndex {
        IfIndex(self.last + 1)
    }

    /// Makes an interface; it is down.
    ///
    /// # Errors
    /// [`LinkError::Exists`] for a name or number that is taken; [`LinkError::MtuTooSmall`],
    /// [`LinkError::MtuTooLarge`]; [`LinkError::BadMac`].
    pub fn add(&mut self, new: NewDevice) -> Result<IfIndex, LinkError> {
        if self.by_name(new.name.as_str()).is_some() {
            return Err(LinkError::Exists);
        }
        let loopback = matches!(new.kind, Kind::Loopback);
        if !loopback && (new.mac.is_group() || new.mac == Mac::ZERO) {
            return Err(LinkError::BadMac);
        }
        if let Some(mtu) = new.mtu {
            check_mtu(&new.kind, mtu)?;
        }
        let index = self.reserve(new.index)?;
        let set_flags = match new.kind {
            Kind::Loopback => Flags::LOOPBACK,
            Kind::Dummy => Flags::BROADCAST.with(Flags::NOARP),
            Kind::Veth { .. } | Kind::Bridge(_) | Kind::Macvlan { .. } => {
                Flags::BROADCAST.with(Flags::MULTICAST)
            }
        };
        // The driver tells of the carrier: that of another interface.
        let veth = matches!(new.kind, Kind::Veth { .. } | Kind::Macvlan { .. });
        let mut device = Device {
            index,
            name: new.name,
            mac: new.mac,
            mac_set: new.mac_set,
            mtu: new.mtu.unwrap_or(if loopback { 65536 } else { 1500 }),
            mtu_set: new.mtu.is_some(),
            set_flags,
            carrier: !veth,
            carrier_known: veth,
            lower_down: None,
            opened: false,
            kind: new.kind,
            master: None,
            port: None,
            group: 0,
            alias: None,
            txqlen: 1000,
            carrier_changes: u32::from(veth),
            promiscuity: 0,
            allmulti: 0,
            groups: Vec::new(),
            uppers: Vec::new(),
            stats: Stats::default(),
        };
        if new.mac_set {
            let mac = device.mac;
            if let Some(bridge) = device.bridge_mut() {
                bridge.fdb.insert(local_entry(mac, index));
                device.tell_carrier(false);
            }
        }
        self.put(device);
        Ok(index)
    }

    fn reserve(&mut self, wanted: Option<IfIndex>) -> Result<IfIndex, LinkError> {
        if let Some(index) = wanted.filter(|i| i.is_some()) {
            return if self.get(index).is_some() { Err(LinkError::Exists) } else { Ok(index) };
        }
        loop {
            self.last = self.last.wrapping_add(1).max(1);
            if self.get(IfIndex(self.last)).is_none() {
                return Ok(IfIndex(self.last));
            }
        }
    }

    fn put(&mut self, device: Device) {
        let at = self.all.partition_point(|(index, _)| *index < device.index);
        self.names.insert(device.name, device.index);
        if device.bridge().is_some() {
            self.bridges.push(device.index);
        }
        self.all.insert(at, (device.index, device.into()));
        self.find_places(at);
    }

    /// Takes an interface out, to delete it or to move it to another namespace: it goes down and leaves
    /// its bridge first; a bridge's ports leave it.
    ///
    /// # Errors
    /// [`LinkError::NoDevice`].
    pub fn take(&mut self, index: IfIndex) -> Result<(Device, Vec<Change>), LinkError> {
        let mut changes = self.set_up(index, false)?;
        changes.extend(self.set_master(index, None)?);
        let ports: Vec<IfIndex> = self.ports(index).collect();
        for port in ports {
            changes.extend(self.set_master(port, None)?);
        }
        let at = self.position(index).filter(|at| *at < self.all.len()).ok_or(LinkError::NoDevice)?;
        let (_, device) = self.all.remove(at);
        self.names.remove(&device.name);
        self.bridges.retain(|bridge| *bridge != index);
        self.find_places(at);
        Ok((device.into_inner(), changes))
    }

    /// Takes in an interface from another namespace: it keeps its number if that is free.
    ///
    /// # Errors
    /// [`LinkError::Exists`] if its name is taken here; the interface is lost then, so ask first.
    ///
    /// # Source
    /// Linux v6.18, `net/core/dev.c`: `__dev_change_net_namespace`.
    pub fn adopt(&mut self, mut device: Device) -> Result<IfIndex, LinkError> {
        if self.by_name(device.name.as_str()).is_some() {
            return Err(LinkError::Exists);
        }
        if self.get(device.index).is_some() {
            device.index = self.reserve(None)?;
        }
        let index = device.index;
        self.put(device);
        Ok(index)
    }

    /// `ip link set … name`. Since Linux 6.x an interface that is up can be renamed too.
    ///
    /// # Errors
    /// [`LinkError::NoDevice`], [`LinkError::Exists`].
    pub fn rename(&mut self, index: IfIndex, name: IfName) -> Result<(), LinkError> {
        if self.by_name(name.as_str()).is_some_and(|d| d.index != index) {
            return Err(LinkError::Exists);
        }
        let device = self.get_mut(index).ok_or(LinkError::NoDevice)?;
        let old = std::mem::replace(&mut device.name, name);
        self.names.remove(&old);
        self.names.insert(name, index);
        Ok(())
    }

    /// `ip link set … up|down`. A veth's carrier follows its peer, in another namespace perhaps: call
    /// [`Devices::set_carrier`] for both ends after this.
    ///
    /// # Errors
    /// [`LinkError::NoDevice`].
    pub fn set_up(&mut self, index: IfIndex, up: bool) -> Result<Vec<Change>, LinkError> {
        let device = self.get_mut(index).ok_or(LinkError::NoDevice)?;
        if device.is_up() == up {
            return Ok(Vec::new());
        }
        device.set_flags.set(Flags::UP, up);
        device.opened |= up;
        let first = device.lower_down.is_none();
        let master = device.master;
        let is_bridge = device.bridge().is_some();
        if first {
            self.look_at_lower(index);
        }
        let mut changes = vec![if up { Change::Up(index) } else { Change::Down(index) }];
        if let Some(bridge) = master {
            self.select_states(bridge, false, &mut changes);
        }
        if is_bridge {
            self.select_states(index, false, &mut changes);
        }
        Ok(changes)
    }

    /// Sets an interface's carrier, where it is not the namespace's own business (veth).
    ///
    /// # Errors
    /// [`LinkError::NoDevice`].
    pub fn set_carrier(&mut self, index: IfIndex, on: bool) -> Result<Vec<Change>, LinkError> {
        let device = self.get_mut(index).ok_or(LinkError::NoDevice)?;
        if device.carrier == on {
            return Ok(Vec::new());
        }
        device.tell_carrier(on);
        let (up, master) = (device.is_up(), device.master);
        self.look_at_lower(index);
        let mut changes = Vec::new();
        if up {
            changes.push(Change::Carrier(index, on));
        }
        if let Some(bridge) = master {
            self.select_states(bridge, false, &mut changes);
        }
        Ok(changes)
    }

    /// `ip link set … address`.
    ///
    /// # Errors
    /// [`LinkError::NoDevice`], [`LinkError::BadMac`].
    pub fn set_mac(&mut self, index: IfIndex, mac: Mac) -> Result<Vec<Change>, LinkError> {
        let device = self.get_mut(index).ok_or(LinkError::NoDevice)?;
        if !device.is_loopback() && (mac.is_group() || mac == Mac::ZERO) {
            return Err(LinkError::BadMac);
        }
        let old = device.mac;
        (device.mac, device.mac_set) = (mac, true);
        let master = device.master;
        let mut changes = Vec::new();
        if old != mac {
            changes.push(Change::Mac(index));
        }
        if let Some(bridge) = device.bridge_mut() {
            bridge_mac_changed(bridge, index, old, mac);
            self.select_states(index, true, &mut changes);
        }
        if let Some(bridge) = master {
            if let Some(dev) = self.get_mut(bridge).and_then(Device::bridge_mut) {
                dev.fdb.retain(|e| !(e.port == index && e.flag == FdbFlag::Local));
                dev.fdb.insert(local_entry(mac, index));
            }
            self.recalculate(bridge, &mut changes);
        }
        Ok(changes)
    }

    /// `ip link set … mtu`.
    ///
    /// # Errors
    /// [`LinkError::NoDevice`], [`LinkError::MtuTooSmall`], [`LinkError::MtuTooLarge`].
    pub fn set_mtu(&mut self, index: IfIndex, mtu: u32) -> Result<Vec<Change>, LinkError> {
        let device = self.get_mut(index).ok_or(LinkError::NoDevice)?;
        check_mtu(&device.kind, mtu)?;
        device.mtu_set = true;
        let mut changes = Vec::new();
        if device.mtu != mtu {
            device.mtu = mtu;
            changes.push(Change::Mtu(index));
        }
        if let Some(bridge) = device.master {
            self.adjust_mtu(bridge, &mut changes);
        }
        Ok(changes)
    }
}

/// # Source
/// Linux v6.18, `net/core/dev.c`: `dev_validate_mtu`; the drivers' `min_mtu` and `max_mtu`.
fn check_mtu(kind: &Kind, mtu: u32) -> Result<(), LinkError> {
    let (min, max) = match kind {
        Kind::Loopback | Kind::Dummy => (0, u32::MAX),
        Kind::Veth { .. } | Kind::Bridge(_) | Kind::Macvlan { .. } => (68, 65535),
    };
    match mtu {
        _ if mtu < min => Err(LinkError::MtuTooSmall),
        _ if mtu > max => Err(LinkError::MtuTooLarge),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dummy(name: &str, index: Option<u32>) -> NewDevice {
        NewDevice {
            name: IfName::new(name).unwrap(),
            kind: Kind::Dummy,
            mac: Mac([2, 0, 0, 0, 0, 1]),
            mac_set: false,
            mtu: None,
            index: index.map(IfIndex),
        }
    }

    #[test]
    fn an_interface_is_found_by_the_name_and_number_that_it_has_now() {
        let mut devices = Devices::new();
        for (name, index) in [("c", Some(7)), ("a", Some(3)), ("b", None), ("d", Some(40_000))] {
            devices.add(dummy(name, index)).unwrap();
        }
        devices.rename(IfIndex(3), IfName::new("e").unwrap()).unwrap();
        devices.take(IfIndex(7)).unwrap();
        let by_name = |name| devices.by_name(name).map(|d| d.index.0);
        assert_eq!(["a", "b", "c", "d", "e"].map(by_name), [None, Some(2), None, Some(40_000), Some(3)]);
        for (index, name) in [(1, Some("lo")), (2, Some("b")), (3, Some("e")), (7, None), (40_000, Some("d"))]
        {
            assert_eq!(devices.get(IfIndex(index)).map(|d| d.name.as_str()), name, "{index}");
        }
    }

    #[test]
    fn numbers_are_found_after_there_were_too_many_to_keep_their_places() {
        let mut devices = Devices::new();
        for n in 0..MOST_PLACES {
            devices.add(dummy(&format!("d{n}"), None)).unwrap();
        }
        devices.take(IfIndex(9000)).unwrap();
        for index in [1, 2, 8999, 9001, MOST_PLACES as u32 + 1] {
            assert!(devices.get(IfIndex(index)).is_some(), "{index}");
        }
        assert!(devices.get(IfIndex(9000)).is_none());
    }
}
