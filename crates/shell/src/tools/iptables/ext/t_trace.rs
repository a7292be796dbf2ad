//! `-j TRACE`.

use packetwalk_netfilter::targets::trace::Trace;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt};
use super::{Ext, Listing};

impl Ext for Trace {
    fn new(_: Family) -> Self {
        Self
    }

    fn opts(&self) -> &'static [Opt] {
        &[]
    }

    fn parse(&mut self, _: &mut Call<'_>) -> Result<(), Fail> {
        Ok(())
    }

    fn save(&self, _: &mut String, _: Family) {}

    fn list(&self, _: &mut String, _: &Listing<'_>) {}
}
