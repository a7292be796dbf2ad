//! `ip addr add` and `replace`.

use packetwalk_wire::{Family, IfIndex};

use crate::Routing;
use crate::address::{Address, Label};
use crate::error::RouteError;

impl Routing {
    /// Adds an address to an interface, and the kernel's routes for it. An IPv6 address may begin as
    /// tentative: the caller runs duplicate address detection and ends with [`Routing::dad_done`].
    ///
    /// # Errors
    /// [`RouteError::AddressExists`], [`RouteError::AddressScope`], [`RouteError::NoDevice`],
    /// [`RouteError::Ipv6Disabled`], [`RouteError::BadAddress6`].
    pub fn add_address(&mut self, dev: IfIndex, mut address: Address) -> Result<(), RouteError> {
        let device = self.dev(dev).ok_or(RouteError::NoDevice)?;
        if address.label.is_empty() && address.family() == Family::V4 {
            address.label = Label::new(device.name.as_str()).unwrap_or_default();
        }
        address.added = self.generation;
        match address.family() {
            Family::V4 => self.add_address4(dev, address),
            Family::V6 => self.add_address6(dev, address),
        }
    }

    /// # Source
    /// Linux v6.18, `net/ipv4/devinet.c`: `__inet_insert_ifa`.
    fn add_address4(&mut self, dev: IfIndex, mut address: Address) -> Result<(), RouteError> {
        let device = self.dev_mut(dev).ok_or(RouteError::NoDevice)?;
        address.flags.secondary = false;
        let mut place = 0;
        for (at, old) in device.addrs4.iter().enumerate() {
            if !old.flags.secondary && address.scope <= old.scope {
                place = at + 1;
            }
            if old.same_subnet(&address) {
                if old.local == address.local {
                    return Err(RouteError::AddressExists);
                }
                if old.scope != address.scope {
                    return Err(RouteError::AddressScope);
                }
                address.flags.secondary = true;
            }
        }
        if address.flags.secondary {
            place = device.addrs4.len();
        }
        device.addrs4.insert(place, address);
        self.routes_for_address(dev, &address);
        Ok(())
    }

    /// Changes lifetimes, metric and flags of an address that is there (`ip addr change`, `replace`);
    /// `false` when it is not.
    pub fn change_address(&mut self, dev: IfIndex, address: &Address) -> bool {
        let Some(device) = self.dev_mut(dev) else { return false };
        let list = match address.family() {
            Family::V4 => &mut device.addrs4,
            Family::V6 => &mut device.addrs6,
        };
        let same = |a: &&mut Address| a.local == address.local && a.prefix_len == address.prefix_len;
        let Some(old) = list.iter_mut().find(same) else { return false };
        old.valid_lft = address.valid_lft;
        old.preferred_lft = address.preferred_lft;
        old.flags.deprecated = address.preferred_lft == Some(0);
        old.flags.permanent = address.valid_lft.is_none();
        true
    }
}
