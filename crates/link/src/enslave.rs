//! Ports join bridges and leave them.

use packetwalk_wire::{IfIndex, Instant, Mac};

use crate::bridge::Bridge;
use crate::change::{Change, LinkError};
use crate::device::Device;
use crate::devices::Devices;
use crate::fdb::{FdbEntry, FdbFlag};
use crate::port::{PortConfig, PortState};

impl Devices {
    /// `ip link set … master BRIDGE` and `nomaster`.
    ///
    /// # Errors
    /// [`LinkError::NoDevice`]; [`LinkError::NotSupported`] when `master` is no bridge;
    /// [`LinkError::BridgeLoop`]; [`LinkError::Inval`] for `lo`.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_if.c`: `br_add_if`, `br_del_if`.
    pub fn set_master(&mut self, index: IfIndex, master: Option<IfIndex>) -> Result<Vec<Change>, LinkError> {
        let device = self.get(index).ok_or(LinkError::NoDevice)?;
        let mut changes = Vec::new();
        if let Some(bridge) = master {
            let target = self.get(bridge).ok_or(LinkError::NoDevice)?;
            if target.bridge().is_none() {
                return Err(LinkError::NotSupported);
            }
            if device.is_loopback() {
                return Err(LinkError::Inval);
            }
            if !device.uppers.is_empty() {
                return Err(LinkError::Busy);
            }
            if device.bridge().is_some() {
                return Err(LinkError::BridgeLoop);
            }
        }
        if device.master == master && master.is_some() {
            return Ok(changes);
        }
        if let Some(old) = device.master {
            self.leave_bridge(index, old, &mut changes);
        }
        if let Some(bridge) = master {
            self.join_bridge(index, bridge, &mut changes);
        }
        Ok(changes)
    }

    pub(crate) fn join_bridge(&mut self, index: IfIndex, bridge: IfIndex, changes: &mut Vec<Change>) {
        let taken: Vec<u16> = self.ports(bridge).filter_map(|p| self.get(p)?.port).map(|p| p.no).collect();
        let no = (1..=1023).find(|no| !taken.contains(no)).unwrap_or(1023);
        self.joins += 1;
        let joined = self.joins;
        let Some(device) = self.get_mut(index) else { return };
        device.master = Some(bridge);
        device.port = Some(PortConfig { no, joined, ..PortConfig::default() });
        device.promiscuity += 1;
        device.allmulti += 1;
        let mac = device.mac;
        self.ports.insert((bridge, joined), index);
        if let Some(dev) = self.get_mut(bridge).and_then(Device::bridge_mut)
            && dev.fdb.get(mac).is_none_or(|e| e.flag != FdbFlag::Local)
        {
            dev.fdb.insert(local_entry(mac, index));
        }
        self.recalculate(bridge, changes);
        self.select_states(bridge, false, changes);
        self.adjust_mtu(bridge, changes);
    }

    pub(crate) fn leave_bridge(&mut self, index: IfIndex, bridge: IfIndex, changes: &mut Vec<Change>) {
        let Some(device) = self.get_mut(index) else { return };
        let port = device.port.take();
        device.master = None;
        device.promiscuity = device.promiscuity.saturating_sub(1);
        device.allmulti = device.allmulti.saturating_sub(1);
        if let Some(port) = port {
            self.ports.remove(&(bridge, port.joined));
        }
        if let Some(dev) = self.get_mut(bridge) {
            let (mac, set) = (dev.mac, dev.mac_set);
            if let Some(dev) = dev.bridge_mut() {
                dev.fdb.retain(|e| e.port != index);
                if set && dev.fdb.get(mac).is_none() {
                    dev.fdb.insert(local_entry(mac, bridge));
                }
            }
        }
        self.recalculate(bridge, changes);
        self.select_states(bridge, port.is_some_and(|p| p.state != PortState::Disabled), changes);
        self.adjust_mtu(bridge, changes);
    }

    /// Port states and the bridge's carrier. `force` sets the carrier even when no state changed.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_stp.c`: `br_port_state_selection`.
    pub(crate) fn select_states(&mut self, bridge: IfIndex, force: bool, changes: &mut Vec<Change>) {
        let Some(up) = self.get(bridge).map(Device::is_up) else { return };
        let (mut changed, mut live) = (force, false);
        for port in self.ports(bridge).collect::<Vec<_>>() {
            let Some(device) = self.get_mut(port) else { continue };
            let running = device.is_running() && up;
            let state = if running { PortState::Forwarding } else { PortState::Disabled };
            if let Some(port) = &mut device.port {
                changed |= port.state != state;
                port.state = state;
                live |= running;
            }
        }
        let Some(device) = self.get_mut(bridge) else { return };
        if changed && device.carrier != live {
            device.tell_carrier(live);
            if device.is_up() {
                changes.push(Change::Carrier(bridge, live));
            }
        }
        if !live && let Some(bridge) = device.bridge_mut() {
            bridge.fdb.retain(|e| e.flag != FdbFlag::Dynamic);
        }
    }

    /// The bridge's own MAC: the lowest of its ports', unless the user set it.
    ///
    /// # Source
    /// Linux v6.18, `net/bridge/br_stp_if.c`: `br_stp_recalculate_bridge_id`, `br_stp_change_bridge_id`.
    pub(crate) fn recalculate(&mut self, bridge: IfIndex, changes: &mut Vec<Change>) {
        let lowest = self.ports(bridge).filter_map(|port| self.get(port)).map(|d| d.mac).min();
        let Some(device) = self.get_mut(bridge) else { return };
        let mac = lowest.unwrap_or(Mac::ZERO);
        if device.mac_set || device.mac == mac {
            return;
        }
        let old = std::mem::replace(&mut device.mac, mac);
        if let Some(dev) = device.bridge_mut() {
            bridge_mac_changed(dev, bridge, old, mac);
        }
        changes.push(Change::Mac(bridge));
        self.select_states(bridge, true, changes);
    }

    /// # Source
    /// Linux v6.18, `net/bridge/br_if.c`: `br_mtu_auto_adjust`.
    pub(crate) fn adjust_mtu(&mut self, bridge: IfIndex, changes: &mut Vec<Change>) {
        let lowest = self.ports(bridge).filter_map(|port| self.get(port)).map(|d| d.mtu).min();
        let Some(device) = self.get_mut(bridge) else { return };
        let mtu = lowest.unwrap_or(1500);
        if !device.mtu_set && device.mtu != mtu {
            device.mtu = mtu;
            changes.push(Change::Mtu(bridge));
        }
    }
}

pub(crate) fn local_entry(mac: Mac, port: IfIndex) -> FdbEntry {
    FdbEntry { mac, port, flag: FdbFlag::Local, updated: Instant::ZERO, used: Instant::ZERO, by_user: false }
}

/// # Source
/// Linux v6.18, `net/bridge/br_fdb.c`: `br_fdb_change_mac_address`.
pub(crate) fn bridge_mac_changed(bridge: &mut Bridge, index: IfIndex, old: Mac, new: Mac) {
    if bridge.fdb.get(old).is_some_and(|e| e.port == index && e.flag == FdbFlag::Local) {
        bridge.fdb.remove(old);
    }
    if new != Mac::ZERO && bridge.fdb.get(new).is_none_or(|e| e.flag != FdbFlag::Local) {
        bridge.fdb.insert(local_entry(new, index));
    }
}
