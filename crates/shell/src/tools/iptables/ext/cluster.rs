//! `-m cluster`.

use packetwalk_netfilter::matches::cluster::Cluster;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty, Value};
use super::{Ext, Listing, bang, put};

const TOTAL: u8 = 0;
const NODE: u8 = 1;
const MASK: u8 = 2;
const SEED: u8 = 3;
const TOP: u64 = u32::MAX as u64;

const OPTS: &[Opt] = &[
    Opt::new("cluster-total-nodes", TOTAL, Ty::Uint(TOP)).min(1).max(32).mandatory(),
    Opt::new("cluster-local-node", NODE, Ty::Uint(TOP)).min(1).max(32).excl(1 << MASK).invertible(),
    Opt::new("cluster-local-nodemask", MASK, Ty::Uint(TOP)).min(1).max(32).excl(1 << NODE).invertible(),
    Opt::new("cluster-hash-seed", SEED, Ty::Uint(TOP)).mandatory(),
];

impl Ext for Cluster {
    fn new(_: Family) -> Self {
        Self { not: false, nodes: 0, total: 0, seed: 0 }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        let Value::Uint(n) = call.value()? else { return Ok(()) };
        let n = n as u32;
        match call.opt.id {
            TOTAL => self.total = n,
            NODE => (self.nodes, self.not) = (1_u32.wrapping_shl(n.wrapping_sub(1)), call.invert),
            MASK => (self.nodes, self.not) = (n, call.invert),
            _ => self.seed = n,
        }
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        let has = |ids: [u8; 3]| ids.iter().all(|id| flags & (1 << id) != 0);
        let fail = |text: &str| Err(Fail::param(format!("cluster match: {text}")));
        let large = u64::from(self.nodes) >= 1 << self.total.min(63);
        if has([TOTAL, NODE, SEED]) {
            if large {
                return fail("`--cluster-local-node' must be <= `--cluster-total-nodes'");
            }
        } else if has([TOTAL, MASK, SEED]) {
            if large {
                return fail("`--cluster-local-nodemask' too big for `--cluster-total-nodes'");
            }
        } else if flags & (1 << NODE | 1 << MASK) == 0 {
            return fail("`--cluster-local-node' or`--cluster-local-nodemask' is missing");
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        put!(out, "{} --cluster-local-nodemask 0x{:08x}", bang(self.not), self.nodes);
        put!(out, " --cluster-total-nodes {} --cluster-hash-seed 0x{:08x}", self.total, self.seed);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " cluster {}node_mask=0x{:08x}", if self.not { "!" } else { "" }, self.nodes);
        put!(out, " total_nodes={} hash_seed=0x{:08x}", self.total, self.seed);
    }
}
