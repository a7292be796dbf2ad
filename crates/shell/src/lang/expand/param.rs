//! `$x` and `${x…}`.

use super::{Done, Expander, Flag, MOST_BYTES, Run, Stop, flat};
use crate::lang::ast::{Name, Param, ParamOp, Place, Word};
use crate::lang::escape;
use crate::lang::parse::name_len;
use crate::lang::vars::Value;

/// The value of a parameter.
#[derive(Clone, Debug)]
enum Val {
    Unset,
    One(Vec<u8>),
    /// All words, with `@` or `*`.
    Many(Vec<Vec<u8>>, u8),
}

impl Param {
    /// `$@`, `${a[@]}` and what is made of each of their words.
    pub(super) fn is_all_words(&self) -> bool {
        matches!(self.name, Name::Special(b'@') | Name::All(_, b'@'))
            && !matches!(self.op, ParamOp::Length | ParamOp::Alternative { .. })
    }
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// A parameter as messages print it.
fn label(name: &Name) -> String {
    match name {
        Name::Variable(name) => lossy(name),
        Name::Element(name, index) => format!("{}[{}]", lossy(name), lossy(index)),
        Name::All(name, all) => format!("{}[{}]", lossy(name), char::from(*all)),
        Name::Positional(n) => n.to_string(),
        Name::Special(c) => char::from(*c).to_string(),
    }
}

impl Expander<'_, '_> {
    /// Expands one parameter.
    pub(super) fn param(&mut self, param: &Param, quoted: bool, out: &mut Vec<Run>) -> Done<()> {
        let mut value = self.value(&param.name)?;
        let mut name = param.name.clone();
        if param.indirect {
            let Val::One(target) = &value else {
                return Err(Stop::Discard(format!("{}: invalid indirect expansion", label(&param.name))));
            };
            name = match target.as_slice() {
                digits if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
                    Name::Positional(lossy(digits).parse().unwrap_or(usize::MAX))
                }
                text if name_len(text) == text.len() && !text.is_empty() => Name::Variable(text.to_vec()),
                text => return Err(Stop::Discard(format!("{}: invalid variable name", lossy(text)))),
            };
            value = self.value(&name)?;
        }
        match &param.op {
            ParamOp::Alternative { kind, colon, word } => {
                return self.alternative(&name, value, (*kind, *colon), word, quoted, out);
            }
            ParamOp::Bad => return Err(Stop::Discard(format!("{}: bad substitution", lossy(&param.text)))),
            _ => {}
        }
        let is_many = matches!(value, Val::Many(..));
        if matches!(value, Val::Unset) && self.state.options.nounset && !is_many {
            return Err(Stop::Fatal(format!("{}: unbound variable", label(&name))));
        }
        let value = match &param.op {
            ParamOp::Plain | ParamOp::Alternative { .. } | ParamOp::Bad => value,
            ParamOp::Length => {
                let length = match value {
                    Val::Unset => 0,
                    Val::One(text) => length(&text),
                    Val::Many(words, _) => words.len(),
                };
                Val::One(length.to_string().into_bytes())
            }
            ParamOp::Indices => Val::Many(self.indices(&name), b'@'),
            ParamOp::Substring { offset, length } => {
                let offset = self.arithmetic(offset)?;
                let length = length.as_ref().map(|w| self.arithmetic(w)).transpose()?;
                self.substring(&name, value, offset, length)?
            }
            op => self.map(value, op)?,
        };
        self.emit(value, quoted, out)
    }

    fn value(&mut self, name: &Name) -> Done<Val> {
        let number = |n: u64| Val::One(n.to_string().into_bytes());
        Ok(match name {
            Name::Variable(name) if name == b"RANDOM" => number(u64::from(self.state.next_random())),
            Name::Variable(name) => match self.state.variable(name, self.cx.now()) {
                Some(text) => Val::One(text),
                None => Val::Unset,
            },
            Name::Positional(n) => match n.checked_sub(1).and_then(|n| self.state.positional.get(n)) {
                Some(text) => Val::One(text.clone()),
                None => Val::Unset,
            },
            Name::Element(name, index) => {
                let index = self.index(index)?;
                match self.state.vars.get(name).map(|v| &v.value) {
                    Some(Value::Array(map)) => {
                        let end = map.last_key_value().map_or(0, |(k, _)| k.saturating_add(1));
                        let index = if index < 0 { index.saturating_add(end) } else { index };
                        map.get(&index).map_or(Val::Unset, |t| Val::One(t.clone()))
                    }
                    Some(Value::Scalar(text)) if index == 0 || index == -1 => Val::One(text.clone()),
                    None if name == b"PIPESTATUS" => usize::try_from(index)
                        .ok()
                        .and_then(|n| self.state.pipe_status.get(n))
                        .map_or(Val::Unset, |s| number(u64::from(*s))),
                    _ => Val::Unset,
                }
            }
            Name::All(name, all) => Val::Many(
                match self.state.vars.get(name).map(|v| &v.value) {
                    Some(Value::Array(map)) => map.values().cloned().collect(),
                    Some(Value::Scalar(text)) => vec![text.clone()],
                    None if name == b"FUNCNAME" => self.state.calls.iter().rev().cloned().collect(),
                    None if name == b"PIPESTATUS" => {
                        self.state.pipe_status.iter().map(|s| s.to_string().into_bytes()).collect()
                    }
                    _ => Vec::new(),
                },
                *all,
            ),
            Name::Special(c) => match c {
                b'@' | b'*' => Val::Many(self.state.positional.to_vec(), *c),
                b'#' => number(self.state.positional.len() as u64),
                b'?' => number(u64::from(self.state.status)),
                b'-' => Val::One(self.state.flags()),
                b'$' => number(u64::from(self.state.shell_pid.0)),
                b'!' => self.state.last_background.map_or(Val::Unset, |p| number(u64::from(p.0))),
                _ => Val::One(self.state.name.to_vec()),
            },
        })
    }

    /// The value of an array's index as written.
    fn index(&mut self, text: &[u8]) -> Done<i64> {
        let mut parser = crate::lang::parse::Parser::new(text.into(), self.state.line);
        let word = parser
            .index_word()
            .map_err(|_| Stop::Discard(format!("{}: bad array subscript", lossy(text))))?;
        self.arithmetic(&word)
    }

    fn indices(&self, name: &Name) -> Vec<Vec<u8>> {
        let Name::All(name, _) = name else { return Vec::new() };
        match self.state.vars.get(name).map(|v| &v.value) {
            Some(Value::Array(map)) => map.keys().map(|k| k.to_string().into_bytes()).collect(),
            Some(Value::Scalar(_)) => vec![b"0".to_vec()],
            _ => Vec::new(),
        }
    }

    fn alternative(
        &mut self,
        name: &Name,
        value: Val,
        (kind, colon): (u8, bool),
        word: &Word,
        quoted: bool,
        out: &mut Vec<Run>,
    ) -> Done<()> {
        let missing = match &value {
            Val::Unset => true,
            Val::One(text) => colon && text.is_empty(),
            Val::Many(words, _) => {
                words.is_empty() || colon && words.iter().all(Vec::is_empty) && words.len() == 1
            }
        };
        match kind {
            b'+' => {
                if !missing {
                    self.parts_as(&word.parts, quoted, Flag::Split, out)?;
                }
                Ok(())
            }
            _ if !missing => self.emit(value, quoted, out),
            b'-' => {
                if let Some(crate::lang::ast::Part::Literal(text)) = word.parts.first()
                    && text.first() == Some(&b'~')
                    && !quoted
                {
                    out.push(Run::Text(self.tilde(text), Flag::Quoted));
                    return self.parts_as(&word.parts[1..], quoted, Flag::Split, out);
                }
                self.parts_as(&word.parts, quoted, Flag::Split, out)
            }
            b'=' => {
                let mut runs = Vec::new();
                self.parts(&word.parts, quoted, &mut runs)?;
                let text = flat(&runs).0;
                let Name::Variable(name) = name else {
                    return Err(Stop::Discard(format!("${}: cannot assign in this way", label(name))));
                };
                if self.state.vars.set(name, text.clone()).is_err() {
                    return Err(Stop::Discard(format!("{}: readonly variable", lossy(name))));
                }
                self.emit(Val::One(text), quoted, out)
            }
            _ => {
                let text = self.single(word)?;
                let text = match (text.is_empty(), colon) {
                    (false, _) => lossy(&text),
                    (true, true) => "parameter null or not set".to_owned(),
                    (true, false) => "parameter not set".to_owned(),
                };
                Err(Stop::Fatal(format!("{}: {text}", label(name))))
            }
        }
    }

    fn substring(&mut self, name: &Name, value: Val, offset: i64, length: Option<i64>) -> Done<Val> {
        let bounds = |size: usize, length: Option<i64>| -> Option<(usize, usize)> {
            let size = size as i64;
            let start = if offset < 0 { size.saturating_add(offset) } else { offset };
            if start < 0 || start > size {
                return Some((0, 0));
            }
            let end = match length {
                None => size,
                Some(n) if n < 0 => size.saturating_add(n),
                Some(n) => (start.saturating_add(n)).min(size),
            };
            (end >= start).then_some((start as usize, end as usize))
        };
        let negative = || Stop::Discard(format!("{}: substring expression < 0", length.unwrap_or(0)));
        Ok(match value {
            Val::Unset => Val::Unset,
            Val::One(text) => {
                let chars = boundaries(&text);
                let (start, end) = bounds(chars.len() - 1, length).ok_or_else(negative)?;
                let at = |n: usize| chars.get(n).copied().unwrap_or(text.len());
                Val::One(text.get(at(start)..at(end)).unwrap_or(&[]).to_vec())
            }
            Val::Many(mut words, all) => {
                if matches!(name, Name::Special(_)) {
                    words.insert(0, self.state.name.to_vec());
                    if offset == 0 {
                        let end = length.map_or(words.len(), |n| (n.max(0) as usize).min(words.len()));
                        return Ok(Val::Many(words[..end].to_vec(), all));
                    }
                }
                if let Name::All(array, _) = name
                    && let Some(Value::Array(map)) = self.state.vars.get(array).map(|v| &v.value)
                {
                    // An array is cut by its indices.
                    let end = map.last_key_value().map_or(0, |(k, _)| k.saturating_add(1));
                    let start = if offset < 0 { offset.saturating_add(end) } else { offset };
                    let count = match length {
                        Some(n) if n < 0 => return Err(negative()),
                        Some(n) => n as usize,
                        None => usize::MAX,
                    };
                    let words = if start < 0 {
                        Vec::new()
                    } else {
                        map.range(start..).iter().take(count).map(|(_, v)| v.clone()).collect()
                    };
                    return Ok(Val::Many(words, all));
                }
                let (start, end) = bounds(words.len(), length).ok_or_else(negative)?;
                Val::Many(words.get(start..end).unwrap_or(&[]).to_vec(), all)
            }
        })
    }

    /// Does to each word what `op` says.
    fn map(&mut self, value: Val, op: &ParamOp) -> Done<Val> {
        enum How {
            Prefix(super::Pattern, bool),
            Suffix(super::Pattern, bool),
            Replace(super::Pattern, Vec<u8>, Place),
            Case(bool, bool),
            Quote,
        }
        let how = match op {
            ParamOp::RemovePrefix { longest, pattern } => How::Prefix(self.pattern(pattern)?, *longest),
            ParamOp::RemoveSuffix { longest, pattern } => How::Suffix(self.pattern(pattern)?, *longest),
            ParamOp::Replace { place, pattern, with } => {
                How::Replace(self.pattern(pattern)?, self.single(with)?, *place)
            }
            ParamOp::Case { upper, all } => How::Case(*upper, *all),
            _ => How::Quote,
        };
        let one = |text: &[u8]| match &how {
            How::Prefix(p, longest) => text[p.prefix(text, *longest).unwrap_or(0)..].to_vec(),
            How::Suffix(p, longest) => text[..text.len() - p.suffix(text, *longest).unwrap_or(0)].to_vec(),
            How::Replace(p, with, place) => replace(text, p, with, *place),
            How::Case(upper, all) => {
                let n = if *all { text.len() } else { text.len().min(1) };
                let mut text = text.to_vec();
                if *upper {
                    text[..n].make_ascii_uppercase();
                } else {
                    text[..n].make_ascii_lowercase();
                }
                text
            }
            How::Quote => escape::quote(text),
        };
        Ok(match value {
            Val::Unset => Val::Unset,
            Val::One(text) => Val::One(one(&text)),
            Val::Many(words, all) => Val::Many(words.iter().map(|w| one(w)).collect(), all),
        })
    }

    fn emit(&mut self, value: Val, quoted: bool, out: &mut Vec<Run>) -> Done<()> {
        self.weigh(match &value {
            Val::Unset => 0,
            Val::One(text) => text.len(),
            Val::Many(words, _) => words.iter().map(|w| w.len() + 16).sum(),
        })?;
        let flag = if quoted { Flag::Quoted } else { Flag::Split };
        match value {
            Val::Unset => {}
            Val::One(text) => out.push(Run::Text(text, flag)),
            Val::Many(words, b'*') if quoted => {
                let separators = self.separators();
                let between = separators.get(..1).unwrap_or(&[]).to_vec();
                out.push(Run::Text(words.join(&between[..]), flag));
            }
            Val::Many(words, _) => {
                for (n, word) in words.into_iter().enumerate() {
                    if n > 0 {
                        out.push(Run::Break);
                    }
                    if quoted {
                        out.push(Run::Quotes);
                    }
                    out.push(Run::Text(word, flag));
                }
            }
        }
        Ok(())
    }
}

/// Where characters begin, and the end: UTF-8 as far as it is, else bytes.
fn boundaries(text: &[u8]) -> Vec<usize> {
    match std::str::from_utf8(text) {
        Ok(text) => text.char_indices().map(|(at, _)| at).chain([text.len()]).collect(),
        Err(_) => (0..=text.len()).collect(),
    }
}

fn length(text: &[u8]) -> usize {
    std::str::from_utf8(text).map_or(text.len(), |t| t.chars().count())
}

fn replace(text: &[u8], pattern: &super::Pattern, with: &[u8], place: Place) -> Vec<u8> {
    match place {
        Place::Prefix => match pattern.prefix(text, true) {
            Some(n) => [with, &text[n..]].concat(),
            None => text.to_vec(),
        },
        Place::Suffix => match pattern.suffix(text, true) {
            Some(n) => [&text[..text.len() - n], with].concat(),
            None => text.to_vec(),
        },
        Place::First | Place::All => {
            let (mut out, mut at) = (Vec::new(), 0);
            while at < text.len()
                && let Some((from, to)) = pattern.find(text, at)
            {
                out.extend_from_slice(&text[at..from]);
                if from == to {
                    // An empty match replaces nothing.
                    out.extend_from_slice(text.get(from..=from).unwrap_or(&[]));
                    at = (from + 1).min(text.len());
                    continue;
                }
                out.extend_from_slice(with);
                at = to;
                if place == Place::First || out.len() > MOST_BYTES {
                    break;
                }
            }
            out.extend_from_slice(&text[at..]);
            out
        }
    }
}
