//! Macvlan interfaces, whose lower interface may be in another namespace.
//!
//! # Source
//! Linux v6.18, `drivers/net/macvlan.c`: `macvlan_common_newlink`, `macvlan_device_event`.

use packetwalk_link::{Kind, LinkError, MacvlanMode, NewDevice, Upper};
use packetwalk_trace::NsId;
use packetwalk_wire::IfIndex;

use crate::{Lab, LinkOpError, VethEnd};

impl Lab {
    /// `ip link add link … type macvlan`.
    ///
    /// # Errors
    /// [`LinkOpError`]; nothing is made then.
    pub fn add_macvlan(
        &mut self,
        end: &VethEnd,
        lower: (NsId, IfIndex),
        mode: MacvlanMode,
    ) -> Result<IfIndex, LinkOpError> {
        let below = self.stack(lower.0).ok_or(LinkOpError::NoNamespace)?;
        let device = below.links.get(lower.1).ok_or(LinkError::NoDevice)?;
        // One that stands on another of its kind shares what that one shares.
        let lower = device.lower().unwrap_or(lower);
        let below = self.stack(lower.0).ok_or(LinkOpError::NoNamespace)?;
        let device = below.links.get(lower.1).ok_or(LinkError::NoDevice)?;
        if device.is_loopback() {
            return Err(LinkError::Inval.into());
        }
        if device.master.is_some() {
            return Err(LinkError::Busy.into());
        }
        let alone = |u: &Upper| u.mode == MacvlanMode::Passthru;
        if device.uppers.iter().any(alone) || (mode == MacvlanMode::Passthru && !device.uppers.is_empty()) {
            return Err(LinkError::Inval.into());
        }
        let (own, mtu) = (device.mac, device.mtu);
        let stack = self.stack_mut(end.ns).ok_or(LinkOpError::NoNamespace)?;
        let mac = match end.mac {
            _ if mode == MacvlanMode::Passthru => own,
            Some(mac) => mac,
            None => stack.random_mac(),
        };
        let kind = Kind::Macvlan { lower: Some(lower), mode };
        let new = NewDevice {
            name: end.name,
            kind,
            mac,
            mac_set: end.mac.is_some(),
            mtu: end.mtu.or(Some(mtu)),
            index: end.index,
        };
        let index = stack.add_link(new)?;
        self.macvlans = true;
        self.sync_macvlans();
        Ok(index)
    }

    /// What is true of the lower interfaces becomes true of those that stand on them: which there are, their
    /// MACs, their carrier. One whose lower interface is gone goes too.
    pub fn sync_macvlans(&mut self) {
        if !self.macvlans {
            return;
        }
        let mut all: Vec<((NsId, IfIndex), Upper)> = Vec::new();
        for (ns, space) in self.spaces() {
            for device in space.stack.links.iter() {
                if let Kind::Macvlan { lower: Some(lower), mode } = device.kind {
                    let up = device.is_up();
                    all.push((lower, Upper { at: (ns, device.index), mac: device.mac, mode, up }));
                }
            }
        }
        let shares = |d: &packetwalk_link::Device| !d.uppers.is_empty();
        if all.is_empty() && !self.spaces().any(|(_, s)| s.stack.links.iter().any(shares)) {
            return;
        }
        let ids: Vec<NsId> = self.spaces().map(|(id, _)| id).collect();
        for ns in ids {
            let Some(stack) = self.stack_mut(ns) else { continue };
            let indices: Vec<IfIndex> = stack.links.iter().map(|d| d.index).collect();
            for index in indices {
                let uppers: Vec<Upper> =
                    all.iter().filter(|(lower, _)| *lower == (ns, index)).map(|(_, u)| *u).collect();
                if let Some(device) = stack.links.get_mut(index)
                    && device.uppers != uppers
                {
                    device.uppers = uppers;
                }
            }
        }
        for (lower, upper) in all {
            let carrier = self.stack(lower.0).and_then(|s| s.links.get(lower.1)).map(|d| d.carrier);
            let Some(stack) = self.stack_mut(upper.at.0) else { continue };
            match carrier {
                None => {
                    let _ = stack.take_link(upper.at.1);
                }
                Some(on) => {
                    if let Ok(changes) = stack.links.set_carrier(upper.at.1, on) {
                        stack.follow(&changes);
                    }
                }
            }
        }
    }

    /// A lower interface has moved to another namespace.
    pub(crate) fn lower_moved(&mut self, from: (NsId, IfIndex), to: (NsId, IfIndex), uppers: &[Upper]) {
        for upper in uppers {
            let Some(stack) = self.stack_mut(upper.at.0) else { continue };
            if let Some(device) = stack.links.get_mut(upper.at.1)
                && let Kind::Macvlan { lower, .. } = &mut device.kind
                && *lower == Some(from)
            {
                *lower = Some(to);
            }
        }
    }
}
