//! Whether a new route's ways out are possible, and what the kernel fills in.

use std::net::IpAddr;

use packetwalk_trace::{RouteKind, SendError};
use packetwalk_wire::{Family, IfIndex};

use crate::Routing;
use crate::bits;
use crate::error::RouteError;
use crate::fib::Found;
use crate::result::Flow;
use crate::route::{NextHop, Scope};

impl Routing {
    /// Checks one way out of an IPv4 route, and fills in its interface and scope.
    ///
    /// # Errors
    /// [`RouteError`] as the kernel's.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/fib_semantics.c`: `fib_check_nh`, `fib_check_nh_v4_gw`, `fib_check_nh_nongw`.
    pub(crate) fn check_nh4(&self, nh: &mut NextHop, table: u32, scope: Scope) -> Result<(), RouteError> {
        match nh.via {
            Some(via) if Family::of(via) == Family::V6 => {
                if !nh.oif.is_some() && bits::is_link_local6(via) {
                    return Err(RouteError::EgressDevice);
                }
                self.check_nh6(nh)?;
                nh.scope = Scope::LINK;
                Ok(())
            }
            Some(via) => self.check_gateway4(nh, via, table, scope),
            None => {
                if nh.onlink {
                    return Err(RouteError::OnlinkFlags);
                }
                let dev = self.dev(nh.oif).ok_or(RouteError::NoDevice)?;
                if !dev.up {
                    return Err(RouteError::DeviceDown);
                }
                nh.scope = Scope::HOST;
                nh.linkdown = !dev.carrier;
                Ok(())
            }
        }
    }

    fn check_gateway4(
        &self,
        nh: &mut NextHop,
        via: IpAddr,
        table: u32,
        scope: Scope,
    ) -> Result<(), RouteError> {
        if nh.onlink {
            if scope >= Scope::LINK {
                return Err(RouteError::Scope);
            }
            let dev = self.dev(nh.oif).ok_or(RouteError::OnlinkDevice)?;
            if !dev.up {
                return Err(RouteError::GatewayDown);
            }
            if self.addr_type(via, Some(nh.oif)) != RouteKind::Unicast {
                return Err(RouteError::Gateway);
            }
            nh.scope = Scope::LINK;
            nh.linkdown = !dev.carrier;
            return Ok(());
        }
        let flow = Flow {
            scope: Scope(scope.0.saturating_add(1)).max(Scope::LINK),
            oif: nh.oif,
            ignore_linkstate: true,
            ..Flow::new(via)
        };
        let in_table = if table == 0 { Found::Nothing } else { self.gateway_table(table, &flow) };
        let (kind, found_scope, oif) = match in_table {
            Found::Way(route, at, _) => (route.kind, route.scope, route.nexthops.get(at).map(|n| n.oif)),
            _ => match self.fib_lookup(&flow) {
                Ok(hit) => (hit.route.kind, hit.route.scope, hit.route.nexthops.get(hit.nh).map(|n| n.oif)),
                Err(no) if no.error == SendError::NetUnreach => return Err(RouteError::NetUnreach),
                Err(_) => return Err(RouteError::Gateway),
            },
        };
        if !matches!(kind, RouteKind::Unicast | RouteKind::Local) {
            return Err(RouteError::Gateway);
        }
        nh.scope = found_scope;
        nh.oif = oif.unwrap_or_default();
        let dev = self.dev(nh.oif).ok_or(RouteError::NoDevice)?;
        nh.linkdown = !dev.carrier;
        if dev.up { Ok(()) } else { Err(RouteError::GatewayDown) }
    }

    /// Until rules are changed, main and local are one table.
    fn gateway_table(&self, table: u32, flow: &Flow) -> Found<'_> {
        use crate::route::table_id::{LOCAL, MAIN};
        if matches!(table, MAIN | LOCAL) && !self.rules4.custom {
            self.merged(flow)
        } else {
            self.table_lookup(table, flow)
        }
    }

    /// Checks one way out of an IPv6 route, and fills in its interface.
    ///
    /// # Errors
    /// [`RouteError`] as the kernel's.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/route.c`: `fib6_nh_init`, `ip6_validate_gw`, `ip6_route_check_nh`.
    pub(crate) fn check_nh6(&self, nh: &mut NextHop) -> Result<(), RouteError> {
        if nh.oif.is_some() {
            self.dev(nh.oif).ok_or(RouteError::NoDevice)?;
        }
        if let Some(via) = nh.via {
            let own = self.devs.iter().any(|d| {
                (!nh.oif.is_some() || !bits::is_link_local6(via) || d.index == nh.oif)
                    && d.addrs6.iter().any(|a| a.local == via)
            });
            if own {
                return Err(RouteError::GatewayLocal);
            }
            if via.is_multicast() || bits::is_zero(via) || via.is_loopback() {
                return Err(RouteError::GatewayType);
            }
            if bits::is_link_local6(via) {
                if !nh.oif.is_some() {
                    return Err(RouteError::EgressDevice);
                }
            } else if nh.onlink {
                if !nh.oif.is_some() {
                    return Err(RouteError::OnlinkDevice);
                }
            } else {
                let flow =
                    Flow { oif: nh.oif, strict: nh.oif.is_some(), ignore_linkstate: true, ..Flow::new(via) };
                let hit = self.fib_lookup(&flow).map_err(|_| RouteError::HostUnreach)?;
                let way = hit.route.nexthops.get(hit.nh).copied().unwrap_or_default();
                if way.via.is_some() || hit.route.kind != RouteKind::Unicast {
                    return Err(RouteError::HostUnreach);
                }
                nh.oif = way.oif;
            }
        }
        let dev = self.dev(nh.oif).ok_or(RouteError::NoDevice)?;
        if dev.conf.disable_ipv6 {
            return Err(RouteError::Ipv6Disabled);
        }
        if !dev.up {
            return Err(RouteError::DeviceDown6);
        }
        nh.linkdown = !dev.carrier && nh.oif != IfIndex::LO;
        Ok(())
    }
}
