//! `-m comment`.

use packetwalk_netfilter::matches::comment::Comment;
use packetwalk_wire::Family;

use super::super::fail::Fail;
use super::super::option::{Call, Opt, Ty};
use super::{Ext, Listing, put, quoted};

const OPTS: &[Opt] = &[Opt::new("comment", 0, Ty::Str).mandatory()];

impl Ext for Comment {
    fn new(_: Family) -> Self {
        Self { text: "".into() }
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        call.value()?;
        self.text = cut(call.arg, 255).into();
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        out.push_str(" --comment");
        quoted(out, &self.text);
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        put!(out, " /* {} */", self.text);
    }
}

/// At most `most` bytes, ending at a whole character.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
