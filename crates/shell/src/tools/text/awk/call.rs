//! The functions of `awk`.

use super::run::{CONVFMT, FS, Machine, RLENGTH, RSTART, Run};
use super::tree::{Builtin, Expr, Place};
use super::value::{Value, print};

impl Machine {
    /// An argument as text.
    fn argument(&mut self, args: &[Expr], n: usize) -> Run<Vec<u8>> {
        match args.get(n) {
            Some(expr) => {
                let value = self.value(expr)?;
                Ok(self.text(&value))
            }
            None => Ok(self.whole()),
        }
    }

    /// Calls a function.
    pub(super) fn call(&mut self, which: Builtin, args: &[Expr]) -> Run<Value> {
        Ok(match which {
            Builtin::Length => {
                if let Some(Expr::Get(Place::Variable(n))) = args.first()
                    && let Some(array) = self.arrays.get(n)
                {
                    return Ok(Value::Number(array.len() as f64));
                }
                Value::Number(self.argument(args, 0)?.len() as f64)
            }
            Builtin::Substr => {
                let text = self.argument(args, 0)?;
                let number =
                    |m: &mut Self, n: usize| args.get(n).map(|e| m.value(e).map(|v| v.number())).transpose();
                let start = number(self, 1)?.unwrap_or(1.0);
                let length = number(self, 2)?;
                // mawk 1.3.4 makes the part longer by what lies before the text.
                let length =
                    length.map_or(f64::INFINITY, |l| if start < 0.0 { l - start } else { l }).trunc();
                let from = start.trunc().max(1.0);
                let clamp = |n: f64| (n - 1.0).clamp(0.0, text.len() as f64) as usize;
                let (from, to) = (clamp(from), clamp(from + length));
                Value::Text(text.get(from..to.max(from)).unwrap_or(&[]).to_vec())
            }
            Builtin::Index => {
                let (text, part) = (self.argument(args, 0)?, self.argument(args, 1)?);
                let at =
                    if part.is_empty() { None } else { text.windows(part.len()).position(|w| w == part) };
                Value::Number(at.map_or(0.0, |n| n as f64 + 1.0))
            }
            Builtin::ToLower => Value::Text(self.argument(args, 0)?.to_ascii_lowercase()),
            Builtin::ToUpper => Value::Text(self.argument(args, 0)?.to_ascii_uppercase()),
            Builtin::Int => Value::Number(self.number_of(args)?.trunc()),
            Builtin::Sprintf => {
                let mut values = Vec::new();
                for expr in args.iter().skip(1) {
                    values.push(self.value(expr)?);
                }
                let form = self.argument(args, 0)?;
                let mut out = Vec::new();
                if print(&mut out, &form, &values, &self.variable_text(CONVFMT)).is_err() {
                    return Err(self.short(&form, "sprintf"));
                }
                Value::Text(out)
            }
            Builtin::Match => {
                let text = self.argument(args, 0)?;
                let found = match args.get(1) {
                    Some(expr) => self.pattern(expr)?.bounds(&text, 0),
                    None => None,
                };
                let (start, length) = found.map_or((0.0, -1.0), |(a, b)| (a as f64 + 1.0, (b - a) as f64));
                self.set(RSTART, Value::Number(start));
                self.set(RLENGTH, Value::Number(length));
                Value::Number(start)
            }
            Builtin::Split => {
                let text = self.argument(args, 0)?;
                let Some(Expr::Get(Place::Variable(array))) = args.get(1) else {
                    return Err(self.failed("type error in arg(2) in call to split"));
                };
                let parts = match args.get(2) {
                    Some(Expr::Regex(regex)) => {
                        let (mut out, mut at, mut from) = (Vec::new(), 0, 0);
                        while let Some((a, b)) = regex.bounds(&text, from) {
                            if a == b {
                                from = b + 1;
                                continue;
                            }
                            out.push(text.get(at..a).unwrap_or(&[]).to_vec());
                            (at, from) = (b, b);
                        }
                        if !text.is_empty() {
                            out.push(text.get(at..).unwrap_or(&[]).to_vec());
                        }
                        out
                    }
                    Some(_) => {
                        let separator = self.argument(args, 2)?;
                        self.split(&text, &separator)?
                    }
                    None => {
                        let separator = self.variable_text(FS);
                        self.split(&text, &separator)?
                    }
                };
                let count = parts.len();
                let items = parts
                    .iter()
                    .enumerate()
                    .map(|(n, p)| ((n + 1).to_string().into_bytes(), Value::input(p)));
                self.arrays.insert(*array, items.collect());
                Value::Number(count as f64)
            }
            Builtin::Sub | Builtin::Gsub => self.substitute(which == Builtin::Gsub, args)?,
        })
    }

    fn number_of(&mut self, args: &[Expr]) -> Run<f64> {
        args.first().map_or(Ok(0.0), |e| self.value(e).map(|v| v.number()))
    }

    fn substitute(&mut self, all: bool, args: &[Expr]) -> Run<Value> {
        let regex = match args.first() {
            Some(expr) => self.pattern(expr)?,
            None => return Ok(Value::Number(0.0)),
        };
        let with = self.argument(args, 1)?;
        let record = Place::Field(Box::new(Expr::Number(0.0)));
        let place = match args.get(2) {
            None => &record,
            Some(Expr::Get(place)) => place,
            Some(_) => return Err(self.failed("type error in arg(3) in call to sub")),
        };
        let value = self.get(place)?;
        let text = self.text(&value);
        let (mut out, mut at, mut count, mut before) = (Vec::new(), 0, 0u64, None);
        while at <= text.len()
            && let Some((from, to)) = regex.bounds(&text, at)
        {
            out.extend_from_slice(text.get(at..from).unwrap_or(&[]));
            if from < to || before != Some(from) {
                count += 1;
                let found = text.get(from..to).unwrap_or(&[]);
                let mut bytes = with.iter().copied().peekable();
                while let Some(b) = bytes.next() {
                    match b {
                        b'\\' if bytes.next_if_eq(&b'&').is_some() => out.push(b'&'),
                        b'\\' if bytes.next_if_eq(&b'\\').is_some() => out.push(b'\\'),
                        b'&' => out.extend_from_slice(found),
                        b => out.push(b),
                    }
                }
            }
            (at, before) = (to, Some(to));
            if !all {
                break;
            }
            if from == to {
                out.extend(text.get(at));
                at += 1;
            }
        }
        if count > 0 {
            out.extend_from_slice(text.get(at..).unwrap_or(&[]));
            self.put(place, Value::Text(out))?;
        }
        Ok(Value::Number(count as f64))
    }
}
