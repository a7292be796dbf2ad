//! `tr`, on bytes as GNU's.

use super::opts::{Spec, complain, curly, quoted, spec};
use super::regex::class;
use super::stream::{Flow, Tool};
use crate::Cx;
use crate::sys::Errno;

const SPEC: Spec = Spec {
    permute: false,
    ..spec(
        "-c -C --complement
-d --delete
-s --squeeze-repeats
-t --truncate-set1",
    )
};

/// Bytes of a set in order, and what a set says about itself.
#[derive(Clone, Debug, Default)]
struct Set {
    bytes: Vec<u8>,
    /// Where `[c*]` stands, with its byte.
    fill: Option<(usize, u8)>,
    /// Where `[:upper:]` and `[:lower:]` stand.
    cases: Vec<(usize, bool)>,
    /// Another class is in it.
    class: bool,
}

/// The state of a `tr`.
#[derive(Clone, Debug)]
pub(super) struct Tr {
    map: Option<Vec<u8>>,
    delete: Option<Vec<bool>>,
    squeeze: Option<Vec<bool>>,
    last: Option<u8>,
}

/// A byte of a set, an escape read; how long it was.
fn byte(text: &[u8]) -> Option<(u8, usize)> {
    let (&first, rest) = text.split_first()?;
    if first != b'\\' {
        return Some((first, 1));
    }
    let Some(&c) = rest.first() else { return Some((b'\\', 1)) };
    if matches!(c, b'0'..=b'7') {
        let mut value = 0u32;
        let mut len = 0;
        for b in rest.iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')) {
            let next = value * 8 + u32::from(b - b'0');
            if next > 255 {
                break;
            }
            value = next;
            len += 1;
        }
        return Some((value as u8, len + 1));
    }
    let value = match c {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        _ => c,
    };
    Some((value, 2))
}

/// A set as it is written.
fn set(text: &[u8]) -> Result<Set, String> {
    let mut out = Set::default();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        if let Some(inner) = rest.strip_prefix(b"[")
            && let Some(&kind @ (b':' | b'=')) = inner.first()
            && let Some(len) = inner.get(1..).and_then(|t| t.windows(2).position(|w| w == [kind, b']']))
            && let Some(name) = inner.get(1..=len)
            && !(kind == b'=' && len == 0)
        {
            at += len + 4;
            if kind == b'=' {
                let (b, used) = byte(name).unwrap_or((0, 0));
                if used != name.len() {
                    let name = String::from_utf8_lossy(name);
                    return Err(format!("{name}: equivalence class operand must be a single character"));
                }
                out.bytes.push(b);
                continue;
            }
            let Some(is) = class(name) else {
                return Err(format!("invalid character class {}", curly(name)));
            };
            match name {
                b"upper" => out.cases.push((out.bytes.len(), true)),
                b"lower" => out.cases.push((out.bytes.len(), false)),
                _ => out.class = true,
            }
            out.bytes.extend((0..=127u8).filter(|b| is(*b)));
            continue;
        }
        if rest.first() == Some(&b'[')
            && let Some((b, used)) = rest.get(1..).and_then(byte)
            && rest.get(1 + used) == Some(&b'*')
            && let Some(len) = rest.get(2 + used..).and_then(|t| t.iter().position(|c| *c == b']'))
            && let Some(number) = rest.get(2 + used..2 + used + len)
        {
            at += used + len + 3;
            let radix = if number.first() == Some(&b'0') { 8 } else { 10 };
            let text = String::from_utf8_lossy(number);
            let count = if number.is_empty() { Some(0) } else { usize::from_str_radix(&text, radix).ok() };
            match count {
                None => return Err(format!("invalid repeat count {} in [c*n] construct", curly(number))),
                Some(0) => out.fill = Some((out.bytes.len(), b)),
                Some(n) => out.bytes.extend(std::iter::repeat_n(b, n.min(1 << 16))),
            }
            continue;
        }
        let Some((low, used)) = byte(rest) else { break };
        let after = rest.get(used..).unwrap_or(&[]);
        if after.first() == Some(&b'-')
            && let Some((high, more)) = after.get(1..).and_then(byte)
        {
            if high < low {
                let range = rest.get(..used + 1 + more).unwrap_or(rest);
                return Err(format!(
                    "range-endpoints of {} are in reverse collating sequence order",
                    quoted(range)
                ));
            }
            out.bytes.extend(low..=high);
            at += used + 1 + more;
            continue;
        }
        out.bytes.push(low);
        at += used;
    }
    Ok(out)
}

fn table(bytes: &[u8], complement: bool) -> Vec<bool> {
    let mut out = vec![complement; 256];
    for b in bytes {
        if let Some(on) = out.get_mut(usize::from(*b)) {
            *on = !complement;
        }
    }
    out
}

/// What each byte becomes.
fn translation(one: &Set, two: &Set, complement: bool, truncate: bool) -> Result<(Vec<u8>, Vec<u8>), String> {
    let from: Vec<u8> =
        if complement { (0..=255).filter(|b| !one.bytes.contains(b)).collect() } else { one.bytes.clone() };
    let mut to = two.bytes.clone();
    if let Some((at, b)) = two.fill {
        let missing = from.len().saturating_sub(to.len());
        to.splice(at..at, std::iter::repeat_n(b, missing));
    }
    if two.class || two.cases.iter().any(|c| !one.cases.iter().any(|o| o.0 == c.0)) {
        return Err("when translating, the only character classes that may appear in\n\
                    string2 are 'upper' and 'lower'"
            .into());
    }
    let mut map: Vec<u8> = (0..=255).collect();
    if to.is_empty() && !truncate {
        return Err("when not truncating set1, string2 must be non-empty".into());
    }
    if complement
        && to.len() > 1
        && (one.class || !one.cases.is_empty())
        && to.iter().any(|b| Some(b) != to.first())
    {
        return Err("when translating with complemented character classes,\n\
                    string2 must map all characters in the domain to one"
            .into());
    }
    for (n, b) in from.iter().enumerate() {
        let new = to.get(n).or(if truncate { None } else { to.last() });
        if let (Some(place), Some(new)) = (map.get_mut(usize::from(*b)), new) {
            *place = *new;
        }
    }
    Ok((map, to))
}

impl Tool for Tr {
    fn pieces(&self) -> bool {
        true
    }

    fn start(cx: &mut Cx<'_>) -> Result<(Self, Vec<Vec<u8>>), u8> {
        let parsed = SPEC.parse(cx)?;
        let has = |key: &str| parsed.options.iter().any(|(k, _)| *k == key);
        let (complement, delete, squeeze, truncate) = (has("-c"), has("-d"), has("-s"), has("-t"));
        let words = &parsed.operands;
        let (least, most) = match (delete, squeeze) {
            (true, false) => (1, 1),
            (false, true) => (1, 2),
            _ => (2, 2),
        };
        if words.len() < least {
            let text = match words.first() {
                None => "missing operand".to_owned(),
                Some(first) => {
                    let why = if squeeze {
                        "Two strings must be given when both deleting and squeezing repeats."
                    } else {
                        "Two strings must be given when translating."
                    };
                    format!("missing operand after {}\n{why}", curly(first))
                }
            };
            return Err(SPEC.fail(cx, &text));
        }
        if let Some(extra) = words.get(most) {
            let mut text = format!("extra operand {}", curly(extra));
            if words.len() == 2 {
                text.push_str("\nOnly one string may be given when deleting without squeezing repeats.");
            }
            return Err(SPEC.fail(cx, &text));
        }
        let made = (|| {
            let one = set(words.first().map_or(&[][..], Vec::as_slice))?;
            let two = words.get(1).map(|w| set(w)).transpose()?;
            if one.fill.is_some() {
                return Err("the [c*] repeat construct may not appear in string1".to_owned());
            }
            let mut tr = Self { map: None, delete: None, squeeze: None, last: None };
            if delete {
                tr.delete = Some(table(&one.bytes, complement));
                if let (true, Some(two)) = (squeeze, &two) {
                    tr.squeeze = Some(table(&two.bytes, false));
                }
            } else if let Some(two) = &two {
                let (map, to) = translation(&one, two, complement, truncate)?;
                tr.map = Some(map);
                if squeeze {
                    tr.squeeze = Some(table(&to, false));
                }
            } else {
                tr.squeeze = Some(table(&one.bytes, complement));
            }
            Ok(tr)
        })();
        match made {
            Ok(tr) => Ok((tr, Vec::new())),
            Err(text) => {
                complain(cx, &text);
                Err(1)
            }
        }
    }

    fn failed(&mut self, cx: &mut Cx<'_>, _: &[u8], error: Errno) -> Flow {
        complain(cx, &format!("read error: {}", error.text()));
        Flow::Exit(1)
    }

    fn line(&mut self, cx: &mut Cx<'_>, piece: &[u8], _: bool) -> Flow {
        let is = |set: &Option<Vec<bool>>, b: u8| {
            set.as_ref().is_some_and(|set| set.get(usize::from(b)) == Some(&true))
        };
        let mut out = Vec::with_capacity(piece.len());
        for &b in piece {
            if is(&self.delete, b) {
                continue;
            }
            let b = self.map.as_ref().and_then(|m| m.get(usize::from(b))).copied().unwrap_or(b);
            if self.last == Some(b) && is(&self.squeeze, b) {
                continue;
            }
            self.last = Some(b);
            out.push(b);
        }
        cx.stdout.push(&out);
        Flow::Next
    }

    fn finish(&mut self, _: &mut Cx<'_>) -> u8 {
        0
    }
}
