//! `-m eui64`.

use packetwalk_netfilter::matches::eui64::Eui64;
use packetwalk_netfilter::xtables::Face;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt};
use super::{Ext, Listing};

impl Ext for Eui64 {
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

    /// The legacy face prints the name of a match that prints nothing itself.
    fn list(&self, out: &mut String, how: &Listing<'_>) {
        if how.face == Face::Legacy {
            out.push_str("eui64 ");
        }
    }
}
