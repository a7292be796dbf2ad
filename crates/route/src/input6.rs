//! IPv6: the route of a packet that came in.

use packetwalk_trace::{DropReason, RouteKind, SendError};
use packetwalk_wire::Family;

use crate::Routing;
use crate::bits;
use crate::input::{Input, InputKey};
use crate::output6::{needs_strict, settle};
use crate::result::RouteResult;

impl Routing {
    pub(crate) fn input6(&self, key: &InputKey) -> Input {
        let Some(dev) = self.dev(key.dev) else { return Input::Drop(DropReason::DevReady) };
        if key.src.is_multicast() {
            return Input::Drop(DropReason::IpInvalidSource);
        }
        if (key.src.is_loopback() || key.dst.is_loopback()) && !dev.loopback {
            return Input::Drop(DropReason::IpInvalidSource);
        }
        if key.dst.is_multicast() {
            if !self.is_member(key.dev, key.dst) {
                return Input::Drop(DropReason::NotJoined);
            }
            let mut result = RouteResult::direct(RouteKind::Multicast, key.dev, key.dst, None);
            result.local = true;
            return Input::Local(result);
        }
        let mut flow = self.input_flow(key, Family::V6);
        flow.oif = key.dev;
        flow.strict = needs_strict(key.dst);
        let hit = match self.fib_lookup_input6(&flow) {
            Ok(hit) => hit,
            Err(no) => {
                let by = no.by.map(|hit| hit.result());
                let silent = match no.error {
                    SendError::Inval => Some(DropReason::Blackhole),
                    _ => None,
                };
                return Input::Error { error: no.error, by, silent };
            }
        };
        flow.oif = packetwalk_wire::IfIndex::NONE;
        let result = settle(self.select_path(hit, &flow), key.dst);
        if result.local {
            return Input::Local(result);
        }
        if !dev.conf.forwarding6 {
            return Input::Error {
                error: SendError::NetUnreach,
                by: Some(result),
                silent: Some(DropReason::ForwardingOff),
            };
        }
        if bits::is_link_local6(key.src) && result.oif != key.dev {
            return Input::Drop(DropReason::IpInvalidSource);
        }
        Input::Forward(result)
    }

    /// The rules see the interface that the packet came in by as `iif` only, the routes prefer it.
    fn fib_lookup_input6<'a>(
        &'a self,
        flow: &crate::Flow,
    ) -> Result<crate::result::Hit<'a>, crate::result::NoRoute<'a>> {
        self.fib_lookup(flow)
    }
}
