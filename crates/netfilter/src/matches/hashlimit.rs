//! `-m hashlimit`.

use packetwalk_wire::{Family, Packet, Payloads};

use crate::context::{Cx, Met};
use crate::env::Host;
use crate::raw;
use crate::shared::hashlimit::{Config, Key, Mode, byte_credits, credits};
use crate::shared::{Named, Wanted};
use crate::xtables::RuleError;
use crate::xtables::condition::addr_bits;

/// A limit for each address, network or port.
#[derive(Clone, Debug)]
pub struct Hashlimit {
    /// `--hashlimit-name`.
    pub name: Box<str>,
    /// Everything else.
    pub config: Config,
    /// The unit of the rate in seconds, as it was given; no part of the rule.
    pub unit: u32,
}

impl PartialEq for Hashlimit {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.config) == (&other.name, other.config)
    }
}

/// `HASHLIMIT_MAX_SIZE`.
pub const MOST: u32 = 1_048_576;

impl Hashlimit {
    pub(crate) fn wants(&self, family: Family, wanted: &mut Wanted) {
        wanted.hashlimits.push((family, self.name.clone(), self.config));
    }

    /// Whether the kernel takes it.
    ///
    /// # Source
    /// Linux v6.18, `net/netfilter/xt_hashlimit.c`: `hashlimit_mt_check_common`.
    pub(crate) fn check(&self, family: Family, named: &Named) -> Result<(), RuleError> {
        let c = &self.config;
        let rate = c.mode.has(Mode::RATE_MATCH);
        let bits = family.bits();
        let refused = !super::is_proc_name(&self.name)
            || c.gc_interval == 0
            || c.expire == 0
            || c.src_mask > bits
            || c.dst_mask > bits
            || rate && c.interval == 0
            || !rate && c.mode.has(Mode::BYTES) && byte_credits(c.avg) == 0
            || named.hashlimit(family, &self.name).is_some_and(|r| r != rate);
        if refused {
            return Err(RuleError::Invalid);
        }
        let overflow = if rate {
            c.avg == 0 || c.avg > u64::from(u32::MAX)
        } else {
            !c.mode.has(Mode::BYTES)
                && (c.burst == 0 || credits(c.avg.wrapping_mul(c.burst)) < credits(c.avg))
        };
        if overflow { Err(RuleError::OutOfRange) } else { Ok(()) }
    }

    /// # Source
    /// Linux v6.18, `net/netfilter/xt_hashlimit.c`: `hashlimit_mt`.
    pub fn met<H: Host>(&self, cx: &mut Cx<'_, '_, H>) -> Met {
        let (family, now) = (cx.state.family, cx.env.now);
        let Some(table) = cx.shared.hashlimit(family, &self.name) else { return Met::NotModelled };
        let Some(key) = key(&table.config, &cx.skb.packet, cx.env.payloads) else { return Met::Hotdrop };
        let mode = self.config.mode;
        match table.count(key, mode, u32::from(cx.skb.packet.len()), now) {
            Ok(within) => Met::from(within != mode.has(Mode::INVERT)),
            Err(_) => Met::Hotdrop,
        }
    }
}

/// What tells the packet's bucket; `None` when its ports are cut off.
///
/// # Source
/// Linux v6.18, `net/netfilter/xt_hashlimit.c`: `hashlimit_init_dst`.
fn key(c: &Config, packet: &Packet, payloads: &Payloads) -> Option<Key> {
    let bits = packet.family().bits();
    let under = |addr, len: u8| {
        let all = u128::MAX >> (128 - u32::from(bits));
        if len == 0 { 0 } else { addr_bits(addr) & (all << bits.saturating_sub(len)) }
    };
    let mut key = Key::default();
    if c.mode.has(Mode::DST_IP) {
        key.dst = under(packet.ip.dst, c.dst_mask);
    }
    if c.mode.has(Mode::SRC_IP) {
        key.src = under(packet.ip.src, c.src_mask);
    }
    if !c.mode.any(Mode::SRC_PORT.with(Mode::DST_PORT)) {
        return Some(key);
    }
    let (sport, dport) = raw::ports(packet, payloads)?;
    if c.mode.has(Mode::SRC_PORT) {
        key.sport = sport;
    }
    if c.mode.has(Mode::DST_PORT) {
        key.dport = dport;
    }
    Some(key)
}
