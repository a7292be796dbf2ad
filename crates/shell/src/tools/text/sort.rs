//! `sort`; the locale is C.UTF-8, whose order is that of the bytes.

mod compare;
mod key;

use std::collections::VecDeque;

use super::opts::{Spec, TRY, complain, curly, refuse, shown};
use super::stream::{Gather, Input};
use crate::Cx;
use crate::sys::Errno;
use key::{Key, Order};
use packetwalk_wire::Order as _;

const SPEC: Spec = Spec {
    options: "-b --ignore-leading-blanks
-d --dictionary-order
-f --ignore-case
-g --general-numeric-sort !
-i --ignore-nonprinting !
-M --month-sort !
-h --human-numeric-sort
-n --numeric-sort
-R --random-sort !
--random-source = !
--sort = !
-V --version-sort
-r --reverse
--batch-size = !
-c
--check ?
-y =
-C
--compress-program = !
--debug !
--files0-from = !
-k --key =
-m --merge
-o --output =
-s --stable
-S --buffer-size =
-t --field-separator =
-T --temporary-directory =
--parallel =
-u --unique
-z --zero-terminated",
    status: 2,
    after: TRY,
    permute: true,
};

/// The state of a `sort`.
#[derive(Clone, Debug, Default)]
pub(super) struct Sort {
    keys: Vec<Key>,
    global: Order,
    tab: Option<u8>,
    unique: bool,
    stable: bool,
    /// Only look whether it is sorted; quietly.
    check: Option<bool>,
    output: Option<Vec<u8>>,
    zero: bool,
    /// Each file is sorted already.
    merge: bool,
}

impl Sort {
    fn compare_keys(&self, a: &[u8], b: &[u8]) -> std::cmp::Ordering {
        for key in &self.keys {
            let order = key.order.unwrap_or(self.global);
            let found = compare::by(order, key.part(a, self.tab, order), key.part(b, self.tab, order));
            if found.is_ne() {
                return if order.reverse { found.reverse() } else { found };
            }
        }
        std::cmp::Ordering::Equal
    }

    fn compare(&self, a: &[u8], b: &[u8]) -> std::cmp::Ordering {
        let found = self.compare_keys(a, b);
        if found.is_ne() || self.unique || self.stable {
            return found;
        }
        if self.global.reverse { b.cmp(a) } else { a.cmp(b) }
    }

    /// The lines of sorted files: always the least of their first ones.
    fn merge<'a>(&self, input: &'a [Input], end: u8) -> Vec<&'a [u8]> {
        let texts = input.iter().filter_map(|(_, read)| read.as_ref().ok()).filter(|t| !t.is_empty());
        let mut files: Vec<VecDeque<&[u8]>> =
            texts.map(|t| t.strip_suffix(&[end]).unwrap_or(t).split(|b| *b == end).collect()).collect();
        let mut out = Vec::new();
        while let Some(least) = files.iter_mut().filter(|f| !f.is_empty()).min_by(|a, b| {
            a.front().zip(b.front()).map_or(std::cmp::Ordering::Equal, |(a, b)| self.compare(a, b))
        }) {
            out.extend(least.pop_front());
        }
        out
    }

    fn options(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let parsed = SPEC.parse(cx)?;
        let mut sort = Self::default();
        for (key, value) in parsed.options {
            let value = value.unwrap_or_default();
            let text = match key {
                "-c" | "--check" => match value.as_slice() {
                    b"" | b"diagnose-first" => {
                        sort.check = Some(false);
                        continue;
                    }
                    b"quiet" | b"silent" => {
                        sort.check = Some(true);
                        continue;
                    }
                    _ => {
                        refuse(cx, "--check with this argument");
                        return Err(2);
                    }
                },
                "-C" => {
                    sort.check = Some(true);
                    continue;
                }
                "-k" => match Key::parse(&value) {
                    Ok(key) => {
                        sort.keys.push(key);
                        continue;
                    }
                    Err(text) => text,
                },
                "-t" => match value.as_slice() {
                    [] => "empty tab".to_owned(),
                    [b'\\', b'0'] => {
                        sort.tab = Some(0);
                        continue;
                    }
                    [one] => {
                        if sort.tab.is_some_and(|t| t != *one) {
                            "incompatible tabs".to_owned()
                        } else {
                            sort.tab = Some(*one);
                            continue;
                        }
                    }
                    _ => format!("multi-character tab {}", curly(&value)),
                },
                "-m" => {
                    sort.merge = true;
                    continue;
                }
                "-o" => {
                    sort.output = Some(value);
                    continue;
                }
                "-u" => {
                    sort.unique = true;
                    continue;
                }
                "-s" => {
                    sort.stable = true;
                    continue;
                }
                "-z" => {
                    sort.zero = true;
                    continue;
                }
                _ => {
                    if let Some(letter) = key.as_bytes().get(1) {
                        sort.global.add(*letter, true);
                    }
                    continue;
                }
            };
            complain(cx, &text);
            return Err(2);
        }
        if sort.keys.is_empty() {
            sort.keys.push(Key::whole());
        }
        let orders = sort.keys.iter().filter_map(|k| k.order).chain([sort.global]);
        if let Some(bad) = orders.into_iter().find_map(Order::conflict) {
            complain(cx, &format!("options '-{bad}' are incompatible"));
            return Err(2);
        }
        Ok((sort, parsed.operands))
    }
}

impl Gather for Sort {
    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let (sort, operands) = Self::options(cx)?;
        if let (Some(quiet), Some(extra)) = (sort.check, operands.get(1)) {
            let letter = if quiet { 'C' } else { 'c' };
            complain(cx, &format!("extra operand {} not allowed with -{letter}", super::opts::quoted(extra)));
            return Err(2);
        }
        Ok((sort, operands))
    }

    fn finish(&mut self, cx: &mut Cx<'_>, input: Vec<Input>) -> u8 {
        // Files that cannot be opened are found first.
        let failed = |error: Errno| if error == Errno::IsDirectory { "read failed" } else { "cannot read" };
        let errors: Vec<(&Vec<u8>, Errno)> =
            input.iter().filter_map(|(n, r)| r.as_ref().err().map(|e| (n, *e))).collect();
        let first = errors.iter().find(|(_, e)| *e != Errno::IsDirectory).or(errors.first());
        if let Some((name, error)) = first {
            complain(cx, &format!("{}: {}: {}", failed(*error), shown(name), error.text()));
            return 2;
        }
        let end = if self.zero { 0 } else { b'\n' };
        let mut lines: Vec<&[u8]> = Vec::new();
        for text in input.iter().filter_map(|(_, read)| read.as_ref().ok()) {
            if !text.is_empty() {
                lines.extend(text.strip_suffix(&[end]).unwrap_or(text).split(|b| *b == end));
            }
        }
        if let Some(quiet) = self.check {
            for (n, pair) in lines.windows(2).enumerate() {
                let [a, b] = pair else { continue };
                let order = self.compare(a, b);
                if order.is_gt() || self.unique && order.is_eq() {
                    if !quiet {
                        let name = input.first().map_or(&b"-"[..], |(name, _)| name);
                        write!(cx.stderr, "sort: {}:{}: disorder: ", shown(name), n + 2);
                        cx.stderr.push(b);
                        cx.stderr.push(b"\n");
                    }
                    return 1;
                }
            }
            return 0;
        }
        if self.merge {
            lines = self.merge(&input, end);
        } else {
            lines.order_by(|a, b| self.compare(a, b));
        }
        if self.unique {
            lines.dedup_by(|b, a| self.compare_keys(a, b).is_eq());
        }
        let mut out = Vec::new();
        for line in lines {
            out.extend_from_slice(line);
            out.push(end);
        }
        match &self.output {
            None => cx.stdout.push(&out),
            Some(name) => {
                if let Err(error) = cx.write_file(name, &out) {
                    complain(cx, &format!("open failed: {}: {}", shown(name), error.text()));
                    return 2;
                }
            }
        }
        0
    }
}
