//! IPv6: which of the routes to one prefix.

use packetwalk_trace::RouteKind;
use packetwalk_wire::IfIndex;

use crate::Routing;
use crate::fib::{Found, refusal};
use crate::result::Flow;
use crate::route::NextHop;
use crate::table::Node;

impl Routing {
    /// The way with the best score among the routes of the lowest metric that has one.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv6/route.c`: `find_rr_leaf`, `rt6_score_route`.
    /// Differs: the reachability of routers does not count.
    pub(crate) fn ask6<'a>(&self, node: Node<'a>, flow: &Flow) -> Found<'a> {
        let score = |nh: &NextHop, pref: u8| -> Option<u32> {
            let down = nh.linkdown && !flow.ignore_linkstate && self.ignores_linkdown6(nh.oif);
            if nh.dead || down {
                return None;
            }
            let match_oif = flow.oif == IfIndex::NONE || nh.oif == flow.oif;
            if flow.strict && !match_oif {
                return None;
            }
            let rank = match pref {
                1 => 2,
                3 => 0,
                _ => 1,
            };
            Some(u32::from(match_oif) * 2 + rank * 4)
        };
        let mut rest = node.routes;
        while let Some(first) = rest.first() {
            let group = rest.iter().take_while(|r| r.metric == first.metric).count();
            let mut best = None;
            for route in &rest[..group] {
                for (at, nh) in route.nexthops.iter().enumerate() {
                    let Some(score) = score(nh, route.pref) else { continue };
                    if best.is_none_or(|(top, _, _)| score > top) {
                        best = Some((score, route, at));
                    }
                }
            }
            match best {
                Some((_, route, _)) if route.kind == RouteKind::Throw => return Found::Throw,
                Some((_, route, _)) if refusal(route.kind).is_some() => {
                    return Found::Refused(route, node.len);
                }
                Some((_, route, at)) => return Found::Way(route, at, node.len),
                None => rest = &rest[group..],
            }
        }
        Found::Nothing
    }

    fn ignores_linkdown6(&self, dev: IfIndex) -> bool {
        self.dev(dev).is_some_and(|d| d.conf.ignore_linkdown6)
    }
}
