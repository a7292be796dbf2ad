//! `-m socket`.

use packetwalk_netfilter::matches::socket::Socket;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, put};

const TRANSPARENT: u8 = 0;
const NOWILDCARD: u8 = 1;
const RESTORE_SKMARK: u8 = 2;

const OPTS: &[Opt] = &[
    Opt::new("transparent", TRANSPARENT, Ty::None),
    Opt::new("nowildcard", NOWILDCARD, Ty::None),
    Opt::new("restore-skmark", RESTORE_SKMARK, Ty::None),
];

impl Ext for Socket {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        match call.opt.id {
            TRANSPARENT => self.transparent = true,
            NOWILDCARD => self.nowildcard = true,
            _ => self.restore_skmark = true,
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        for (opt, on) in OPTS.iter().zip([self.transparent, self.nowildcard, self.restore_skmark]) {
            if on {
                put!(out, " --{}", opt.name);
            }
        }
    }

    fn list(&self, out: &mut String, how: &Listing<'_>) {
        out.push_str(" socket");
        self.save(out, how.family);
    }
}
