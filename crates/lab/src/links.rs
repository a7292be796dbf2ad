//! Interfaces across namespaces: veth pairs, their carrier, moves and deletion.

use packetwalk_link::{Kind, LinkError, NewDevice};
use packetwalk_trace::NsId;
use packetwalk_wire::{IfIndex, IfName, Mac};

use crate::Lab;

/// One end of a veth pair to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VethEnd {
    /// Where.
    pub ns: NsId,
    /// Name.
    pub name: IfName,
    /// MAC, if chosen.
    pub mac: Option<Mac>,
    /// MTU, if chosen.
    pub mtu: Option<u32>,
    /// Number, if chosen.
    pub index: Option<IfIndex>,
}

/// Why an operation across namespaces was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkOpError {
    /// By the table of one namespace.
    Link(LinkError),
    /// There is no such namespace.
    NoNamespace,
}

impl From<LinkError> for LinkOpError {
    fn from(e: LinkError) -> Self {
        Self::Link(e)
    }
}

impl Lab {
    fn new_end(&mut self, end: &VethEnd) -> Result<IfIndex, LinkOpError> {
        let stack = self.stack_mut(end.ns).ok_or(LinkOpError::NoNamespace)?;
        let mac = match end.mac {
            Some(mac) => mac,
            None => stack.random_mac(),
        };
        let new = NewDevice {
            name: end.name,
            kind: Kind::Veth { peer: None },
            mac,
            mac_set: end.mac.is_some(),
            mtu: end.mtu,
            index: end.index,
        };
        Ok(stack.add_link(new)?)
    }

    /// `ip link add … type veth peer …`: the peer is made first, as the kernel does. Both are down.
    ///
    /// # Errors
    /// [`LinkOpError`]; nothing is made then.
    ///
    /// # Source
    /// Linux v6.18, `drivers/net/veth.c`: `veth_newlink`.
    pub fn add_veth(&mut self, end: &VethEnd, peer: &VethEnd) -> Result<(IfIndex, IfIndex), LinkOpError> {
        let taken = |lab: &Self, e: &VethEnd| {
            lab.stack(e.ns).is_some_and(|s| s.links.by_name(e.name.as_str()).is_some())
        };
        if taken(self, end) {
            return Err(LinkError::Exists.into());
        }
        let b = self.new_end(peer)?;
        let a = match self.new_end(end) {
            Ok(a) => a,
            Err(error) => {
                if let Some(stack) = self.stack_mut(peer.ns) {
                    let _ = stack.take_link(b);
                }
                return Err(error);
            }
        };
        self.set_peer((end.ns, a), (peer.ns, b));
        self.set_peer((peer.ns, b), (end.ns, a));
        Ok((a, b))
    }

    fn set_peer(&mut self, of: (NsId, IfIndex), to: (NsId, IfIndex)) {
        if let Some(device) = self.stack_mut(of.0).and_then(|s| s.links.get_mut(of.1)) {
            device.kind = Kind::Veth { peer: Some(to) };
        }
    }

    /// The other end of a veth pair.
    pub fn peer(&self, ns: NsId, dev: IfIndex) -> Option<(NsId, IfIndex)> {
        self.stack(ns)?.links.get(dev)?.peer()
    }

    /// `ip link set … up|down`.
    ///
    /// # Errors
    /// [`LinkOpError`].
    pub fn set_up(&mut self, ns: NsId, dev: IfIndex, up: bool) -> Result<(), LinkOpError> {
        let stack = self.stack_mut(ns).ok_or(LinkOpError::NoNamespace)?;
        let changes = stack.links.set_up(dev, up)?;
        stack.follow(&changes);
        self.sync_carrier(ns, dev);
        self.sync_macvlans();
        Ok(())
    }

    /// A veth has carrier when both ends are up.
    ///
    /// # Source
    /// Linux v6.18, `drivers/net/veth.c`: `veth_open`, `veth_close`.
    fn sync_carrier(&mut self, ns: NsId, dev: IfIndex) {
        let Some((pns, pdev)) = self.peer(ns, dev) else { return };
        let is_up = |lab: &Self, ns, dev| {
            lab.stack(ns).and_then(|s| s.links.get(dev)).is_some_and(packetwalk_link::Device::is_up)
        };
        let on = is_up(self, ns, dev) && is_up(self, pns, pdev);
        for (ns, dev) in [(ns, dev), (pns, pdev)] {
            if let Some(stack) = self.stack_mut(ns)
                && let Ok(changes) = stack.links.set_carrier(dev, on)
            {
                stack.follow(&changes);
            }
        }
    }

    /// `ip link del`: a veth takes its other end with it.
    ///
    /// # Errors
    /// [`LinkOpError`].
    pub fn del_link(&mut self, ns: NsId, dev: IfIndex) -> Result<(), LinkOpError> {
        let peer = self.peer(ns, dev);
        self.take_end(ns, dev)?;
        if let Some((pns, pdev)) = peer {
            self.take_end(pns, pdev)?;
        }
        self.sync_macvlans();
        Ok(())
    }

    fn take_end(&mut self, ns: NsId, dev: IfIndex) -> Result<(), LinkOpError> {
        let stack = self.stack_mut(ns).ok_or(LinkOpError::NoNamespace)?;
        if dev == IfIndex::LO {
            return Err(LinkError::NotSupported.into());
        }
        stack.take_link(dev)?;
        Ok(())
    }

    /// `ip link set … netns NS [name NAME]`: the interface arrives down, without addresses. Its number
    /// in the new namespace.
    ///
    /// # Errors
    /// [`LinkOpError`]; nothing is moved then.
    pub fn move_link(
        &mut self,
        ns: NsId,
        dev: IfIndex,
        to: NsId,
        name: Option<IfName>,
    ) -> Result<IfIndex, LinkOpError> {
        let source = self.stack(ns).ok_or(LinkOpError::NoNamespace)?;
        let device = source.links.get(dev).ok_or(LinkError::NoDevice)?;
        let name = name.unwrap_or(device.name);
        if device.is_loopback() || device.bridge().is_some() {
            return Err(LinkError::Inval.into());
        }
        let target = self.stack(to).ok_or(LinkOpError::NoNamespace)?;
        if ns == to {
            return Ok(dev);
        }
        if target.links.by_name(name.as_str()).is_some() {
            return Err(LinkError::Exists.into());
        }
        self.set_up(ns, dev, false)?;
        let peer = self.peer(ns, dev);
        let stack = self.stack_mut(ns).ok_or(LinkOpError::NoNamespace)?;
        let mut device = stack.take_link(dev)?;
        device.name = name;
        let uppers = std::mem::take(&mut device.uppers);
        let stack = self.stack_mut(to).ok_or(LinkOpError::NoNamespace)?;
        let index = stack.adopt_link(device)?;
        if let Some(peer) = peer {
            self.set_peer(peer, (to, index));
        }
        self.lower_moved((ns, dev), (to, index), &uppers);
        self.sync_macvlans();
        Ok(index)
    }
}
