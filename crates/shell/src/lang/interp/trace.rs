//! `set -x`.

use super::Interp;
use crate::Cx;
use crate::lang::escape::quote_if_needed;

impl Interp {
    /// Prints a line after `$PS4`, whose first character shows the level of command substitution.
    pub(super) fn trace(&self, cx: &mut Cx<'_>, text: &[u8]) {
        let ps4 = self.state.vars.get(b"PS4").and_then(|v| v.scalar()).unwrap_or(b"+ ");
        let mut line = vec![ps4.first().copied().unwrap_or(b'+'); self.substitution as usize];
        line.extend_from_slice(ps4);
        line.extend_from_slice(text);
        line.push(b'\n');
        let _ = cx.write_fd(2, &line);
    }

    pub(super) fn trace_words(&self, cx: &mut Cx<'_>, words: &[Vec<u8>]) {
        let words: Vec<Vec<u8>> = words.iter().map(|w| quote_if_needed(w)).collect();
        self.trace(cx, &words.join(&b' '));
    }

    /// `NAME=VALUE`; an empty value is printed as nothing.
    pub(crate) fn trace_assign(&self, cx: &mut Cx<'_>, name: &[u8], append: bool, value: &[u8]) {
        let value = if value.is_empty() { Vec::new() } else { quote_if_needed(value) };
        let sign: &[u8] = if append { b"+=" } else { b"=" };
        self.trace(cx, &[name, sign, &value].concat());
    }
}
