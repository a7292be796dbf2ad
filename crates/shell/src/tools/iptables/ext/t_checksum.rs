//! `-j CHECKSUM`.

use packetwalk_netfilter::targets::checksum::Checksum;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing};

const OPTS: &[Opt] = &[Opt::new("checksum-fill", 0, Ty::None).mandatory()];

impl Ext for Checksum {
    fn new(_: Family) -> Self {
        Self { fill: false }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        self.fill = true;
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        out.push_str(if self.fill { " --checksum-fill" } else { "" });
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        out.push_str(if self.fill { " CHECKSUM fill" } else { " CHECKSUM" });
    }
}
