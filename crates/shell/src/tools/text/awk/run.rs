//! Runs an `awk` program.

use std::collections::BTreeMap;

use std::rc::Rc;

use packetwalk_wire::sorted::Map;

use super::super::regex::{Regex, Syntax};
use super::tree::{Expr, Pattern, Place, Program, Statement};
use super::value::{Value, print};
use crate::Cx;

/// Most steps of a whole run: a program that does not end is no reason to hang.
const MOST_STEPS: u64 = 20_000_000;
/// Highest field.
const MOST_FIELDS: usize = 1 << 16;

/// Variables with a meaning, by their number.
pub(super) const NF: usize = 0;
const NR: usize = 1;
const FNR: usize = 2;
pub(super) const FS: usize = 3;
const OFS: usize = 4;
const ORS: usize = 5;
pub(super) const FILENAME: usize = 6;
const SUBSEP: usize = 7;
pub(super) const CONVFMT: usize = 8;
const OFMT: usize = 9;
pub(super) const RSTART: usize = 10;
pub(super) const RLENGTH: usize = 11;

/// Why a statement did not end as usual.
#[derive(Debug)]
pub(super) enum Stop {
    Next,
    Exit,
    Break,
    Continue,
    /// An error that is printed.
    Failed(String),
}

/// What a step gives, or why the program does not go on as usual.
pub(super) type Run<T> = Result<T, Stop>;

/// The state of a program.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub program: Rc<Program>,
    variables: Vec<Value>,
    pub(super) arrays: Map<usize, BTreeMap<Vec<u8>, Value>>,
    record: Vec<u8>,
    fields: Option<Vec<Vec<u8>>>,
    /// The record must be made anew from its fields.
    stale: bool,
    ranges: Vec<bool>,
    regexes: Map<Vec<u8>, Regex>,
    steps: u64,
    pub status: u8,
    /// An error ended it.
    pub broken: bool,
}

impl Machine {
    pub fn new(program: Program) -> Self {
        let mut variables = vec![Value::Unset; program.names.len()];
        for (n, text) in [
            (FS, &b" "[..]),
            (OFS, b" "),
            (ORS, b"\n"),
            (SUBSEP, b"\x1c"),
            (CONVFMT, b"%.6g"),
            (OFMT, b"%.6g"),
            (FILENAME, b""),
        ] {
            if let Some(v) = variables.get_mut(n) {
                *v = Value::Text(text.to_vec());
            }
        }
        for n in [NF, NR, FNR, RSTART, RLENGTH] {
            if let Some(v) = variables.get_mut(n) {
                *v = Value::Number(if n == RLENGTH { -1.0 } else { 0.0 });
            }
        }
        Self {
            ranges: vec![false; program.rules.len()],
            program: Rc::new(program),
            variables,
            arrays: Map::new(),
            record: Vec::new(),
            fields: Some(Vec::new()),
            stale: false,
            regexes: Map::new(),
            steps: 0,
            status: 0,
            broken: false,
        }
    }

    /// Sets a variable by name, as `-v` and an operand do; a name that the program does not use is nothing.
    pub fn assign(&mut self, name: &str, value: &[u8]) {
        if let Some(n) = self.program.names.iter().position(|have| have == name) {
            let _ = self.put_variable(n, Value::input(&super::lex::escaped(value)));
        }
    }

    /// A file begins.
    pub fn file(&mut self, name: &[u8]) {
        self.set(FILENAME, Value::Text(name.to_vec()));
        self.set(FNR, Value::Number(0.0));
    }

    pub(super) fn set(&mut self, n: usize, value: Value) {
        if let Some(place) = self.variables.get_mut(n) {
            *place = value;
        }
    }

    pub(super) fn variable_text(&self, n: usize) -> Vec<u8> {
        self.variables.get(n).map(|v| v.text(b"%.6g")).unwrap_or_default()
    }

    /// The text of a run time error.
    pub(super) fn failed(&self, text: &str) -> Stop {
        let name = String::from_utf8_lossy(&self.variable_text(FILENAME)).into_owned();
        let number = |n: usize| self.variables.get(n).map_or(0.0, Value::number) as i64;
        let (fnr, nr) = (number(FNR), number(NR));
        Stop::Failed(format!("awk: run time error: {text}\n\tFILENAME=\"{name}\" FNR={fnr} NR={nr}\n"))
    }

    /// Runs the rules of one kind; `true`: the program is to end.
    pub fn rules(&mut self, cx: &mut Cx<'_>, which: fn(&Pattern) -> bool) -> bool {
        let program = Rc::clone(&self.program);
        for (n, rule) in program.rules.iter().enumerate().filter(|(_, r)| which(&r.pattern)) {
            let run = match self.fits(n, &rule.pattern) {
                Ok(true) => self.block(cx, &rule.action),
                Ok(false) => Ok(()),
                Err(stop) => Err(stop),
            };
            match run {
                Ok(()) | Err(Stop::Break | Stop::Continue) => {}
                Err(Stop::Next) => return false,
                Err(Stop::Exit) => return true,
                Err(Stop::Failed(text)) => {
                    cx.stderr.push(text.as_bytes());
                    self.status = 2;
                    self.broken = true;
                    return true;
                }
            }
        }
        false
    }

    /// A record of input; `true`: the program is to end.
    pub fn record(&mut self, cx: &mut Cx<'_>, line: &[u8]) -> bool {
        for n in [NR, FNR] {
            let value = self.variables.get(n).map_or(0.0, Value::number) + 1.0;
            self.set(n, Value::Number(value));
        }
        self.set_record(line.to_vec());
        self.rules(cx, |p| !matches!(p, Pattern::Begin | Pattern::End))
    }

    fn fits(&mut self, n: usize, pattern: &Pattern) -> Run<bool> {
        match pattern {
            Pattern::Begin | Pattern::End | Pattern::Always => Ok(true),
            Pattern::If(expr) => Ok(self.value(expr)?.truth()),
            Pattern::Range(from, to) => {
                let open = self.ranges.get(n).copied().unwrap_or(false);
                if !open && !self.value(from)?.truth() {
                    return Ok(false);
                }
                let closes = self.value(to)?.truth();
                if let Some(place) = self.ranges.get_mut(n) {
                    *place = !closes;
                }
                Ok(true)
            }
        }
    }

    fn set_record(&mut self, line: Vec<u8>) {
        self.record = line;
        self.fields = None;
        self.stale = false;
    }

    /// Splits a text as fields.
    pub(super) fn split(&mut self, text: &[u8], separator: &[u8]) -> Run<Vec<Vec<u8>>> {
        if text.is_empty() {
            return Ok(Vec::new());
        }
        Ok(match separator {
            b" " => {
                let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n');
                text.split(blank).filter(|f| !f.is_empty()).map(<[u8]>::to_vec).collect()
            }
            [] => text.iter().map(|b| vec![*b]).collect(),
            [one] => text.split(|b| b == one).map(<[u8]>::to_vec).collect(),
            _ => {
                let regex = self.regex(separator)?;
                let (mut out, mut at, mut from) = (Vec::new(), 0, 0);
                while let Some((a, b)) = regex.bounds(text, from) {
                    if a == b {
                        from = b + 1;
                        continue;
                    }
                    out.push(text.get(at..a).unwrap_or(&[]).to_vec());
                    (at, from) = (b, b);
                }
                out.push(text.get(at..).unwrap_or(&[]).to_vec());
                out
            }
        })
    }

    fn fields(&mut self) -> Run<&mut Vec<Vec<u8>>> {
        if self.fields.is_none() {
            let separator = self.variable_text(FS);
            let record = std::mem::take(&mut self.record);
            let fields = self.split(&record, &separator);
            self.record = record;
            let fields = fields?;
            self.set(NF, Value::Number(fields.len() as f64));
            self.fields = Some(fields);
        }
        Ok(self.fields.get_or_insert_default())
    }

    pub(super) fn whole(&mut self) -> Vec<u8> {
        if std::mem::take(&mut self.stale) {
            let separator = self.variable_text(OFS);
            self.record = self.fields.as_ref().map(|f| f.join(separator.as_slice())).unwrap_or_default();
        }
        self.record.clone()
    }

    fn index(&mut self, expr: &Expr) -> Run<usize> {
        let n = self.value(expr)?.number();
        if n < 0.0 {
            return Err(self.failed(&format!("negative field index ${}", n as i64)));
        }
        let n = n as usize;
        if n > MOST_FIELDS {
            return Err(
                self.failed(&format!("program limit exceeded: maximum number of fields size={MOST_FIELDS}"))
            );
        }
        Ok(n)
    }

    fn key(&mut self, keys: &[Expr]) -> Run<Vec<u8>> {
        let mut out = Vec::new();
        for (n, key) in keys.iter().enumerate() {
            if n > 0 {
                out.extend(self.variable_text(SUBSEP));
            }
            let value = self.value(key)?;
            out.extend(self.text(&value));
        }
        Ok(out)
    }

    pub(super) fn text(&self, value: &Value) -> Vec<u8> {
        match value {
            Value::Number(_) => value.text(&self.variable_text(CONVFMT)),
            other => other.text(b"%.6g"),
        }
    }

    pub(super) fn get(&mut self, place: &Place) -> Run<Value> {
        Ok(match place {
            Place::Variable(NF) => {
                self.fields()?;
                self.variables.first().cloned().unwrap_or_default()
            }
            Place::Variable(n) => self.variables.get(*n).cloned().unwrap_or_default(),
            Place::Field(expr) => match self.index(expr)? {
                0 => Value::input(&self.whole()),
                n => self.fields()?.get(n - 1).map(|f| Value::input(f)).unwrap_or_default(),
            },
            Place::Item(array, keys) => {
                let key = self.key(keys)?;
                self.arrays.or_insert_with(*array, BTreeMap::new).entry(key).or_default().clone()
            }
        })
    }

    fn put_variable(&mut self, n: usize, value: Value) -> Run<()> {
        if n == NF {
            let count = value.number().max(0.0) as usize;
            if count > MOST_FIELDS {
                return Err(self.failed("program limit exceeded: maximum number of fields size=65536"));
            }
            self.fields()?.resize(count, Vec::new());
            self.stale = true;
        }
        if n == FS {
            // The record that is there keeps its fields.
            self.fields()?;
        }
        self.set(n, value);
        Ok(())
    }

    pub(super) fn put(&mut self, place: &Place, value: Value) -> Run<()> {
        match place {
            Place::Variable(n) => self.put_variable(*n, value)?,
            Place::Field(expr) => {
                let n = self.index(expr)?;
                let text = self.text(&value);
                if n == 0 {
                    self.set_record(text);
                } else {
                    let fields = self.fields()?;
                    if fields.len() < n {
                        fields.resize(n, Vec::new());
                    }
                    if let Some(field) = fields.get_mut(n - 1) {
                        *field = text;
                    }
                    let count = fields.len();
                    self.set(NF, Value::Number(count as f64));
                    self.stale = true;
                }
            }
            Place::Item(array, keys) => {
                let key = self.key(keys)?;
                self.arrays.or_insert_with(*array, BTreeMap::new).insert(key, value);
            }
        }
        Ok(())
    }

    pub(super) fn regex(&mut self, text: &[u8]) -> Run<Regex> {
        if let Some(regex) = self.regexes.get(text) {
            return Ok(regex.clone());
        }
        match Regex::new(text, Syntax::Awk, false) {
            Ok(regex) => {
                self.regexes.insert(text.to_vec(), regex.clone());
                Ok(regex)
            }
            Err(error) => {
                let shown = String::from_utf8_lossy(text);
                Err(Stop::Failed(format!("awk: regular expression compile failed ({})\n{shown}\n", error.0)))
            }
        }
    }

    /// The expression that something stands for in the place of one.
    pub(super) fn pattern(&mut self, expr: &Expr) -> Run<Regex> {
        if let Expr::Regex(regex) = expr {
            return Ok((**regex).clone());
        }
        let value = self.value(expr)?;
        let text = self.text(&value);
        self.regex(&text)
    }

    fn step(&mut self) -> Run<()> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(Stop::Failed("packetwalk: awk: the program runs too long\n".to_owned()));
        }
        Ok(())
    }

    fn block(&mut self, cx: &mut Cx<'_>, statements: &[Statement]) -> Run<()> {
        statements.iter().try_for_each(|s| self.statement(cx, s))
    }

    fn statement(&mut self, cx: &mut Cx<'_>, statement: &Statement) -> Run<()> {
        self.step()?;
        match statement {
            Statement::Expr(expr) => {
                self.value(expr)?;
            }
            Statement::Print(values, format, to_stderr) => {
                let out = self.printed(values, *format, cx)?;
                if *to_stderr { cx.stderr.push(&out) } else { cx.stdout.push(&out) }
            }
            Statement::If(condition, yes, no) => {
                let which = if self.value(condition)?.truth() { yes } else { no };
                self.block(cx, which)?;
            }
            Statement::Loop(condition, step, body, body_first) => {
                let mut first = *body_first;
                loop {
                    self.step()?;
                    let go = match condition {
                        Some(expr) if !first => self.value(expr)?.truth(),
                        _ => true,
                    };
                    first = false;
                    if !go {
                        break;
                    }
                    match self.block(cx, body) {
                        Err(Stop::Break) => break,
                        Ok(()) | Err(Stop::Continue) => {}
                        other => return other,
                    }
                    if let Some(step) = step {
                        self.value(step)?;
                    }
                }
            }
            Statement::Delete(array, keys) => {
                if keys.is_empty() {
                    self.arrays.remove(array);
                } else {
                    let key = self.key(keys)?;
                    if let Some(array) = self.arrays.get_mut(array) {
                        array.remove(&key);
                    }
                }
            }
            Statement::Next => return Err(Stop::Next),
            Statement::Break => return Err(Stop::Break),
            Statement::Continue => return Err(Stop::Continue),
            Statement::Exit(code) => {
                if let Some(expr) = code {
                    self.status = self.value(expr)?.number() as i64 as u8;
                }
                return Err(Stop::Exit);
            }
        }
        Ok(())
    }

    fn printed(&mut self, values: &[Expr], format: bool, cx: &mut Cx<'_>) -> Run<Vec<u8>> {
        let mut list = Vec::with_capacity(values.len());
        for expr in values {
            list.push(self.value(expr)?);
        }
        let mut out = Vec::new();
        if format {
            let Some((first, rest)) = list.split_first() else { return Ok(out) };
            let form = self.text(first);
            if print(&mut out, &form, rest, &self.variable_text(CONVFMT)).is_err() {
                cx.stdout.push(&out);
                return Err(self.short(&form, "printf"));
            }
            return Ok(out);
        }
        if values.is_empty() {
            out = self.whole();
        }
        let (between, form) = (self.variable_text(OFS), self.variable_text(OFMT));
        for (n, value) in list.iter().enumerate() {
            if n > 0 {
                out.extend(&between);
            }
            out.extend(value.text(&form));
        }
        out.extend(self.variable_text(ORS));
        Ok(out)
    }

    pub(super) fn short(&self, format: &[u8], name: &str) -> Stop {
        self.failed(&format!(
            "not enough arguments passed to {name}(\"{}\")",
            String::from_utf8_lossy(format)
        ))
    }

    pub(super) fn value(&mut self, expr: &Expr) -> Run<Value> {
        self.step()?;
        Ok(match expr {
            Expr::Number(n) => Value::Number(*n),
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Regex(regex) => {
                let record = self.whole();
                flag(regex.is_match(&record))
            }
            Expr::Get(place) => self.get(place)?,
            Expr::Set(place, op, value) => {
                let mut value = self.value(value)?;
                if !op.is_empty() {
                    let old = self.get(place)?.number();
                    value = Value::Number(arithmetic(op, old, value.number())?);
                }
                self.put(place, value.clone())?;
                value
            }
            Expr::Step(place, before, by) => {
                let old = self.get(place)?.number();
                self.put(place, Value::Number(old + by))?;
                Value::Number(if *before { old + by } else { old })
            }
            Expr::Not(inner) => flag(!self.value(inner)?.truth()),
            Expr::Negative(inner) => Value::Number(-self.value(inner)?.number()),
            Expr::Positive(inner) => Value::Number(self.value(inner)?.number()),
            Expr::If(parts) => {
                let which = if self.value(&parts.0)?.truth() { &parts.1 } else { &parts.2 };
                self.value(which)?
            }
            Expr::In(keys, array) => {
                let key = self.key(keys)?;
                flag(self.arrays.get(array).is_some_and(|a| a.contains_key(&key)))
            }
            Expr::Binary(op, a, b) => return self.binary(op, a, b),
            Expr::Call(which, args) => return self.call(*which, args),
        })
    }

    fn binary(&mut self, op: &'static str, a: &Expr, b: &Expr) -> Run<Value> {
        Ok(match op {
            "&&" => flag(self.value(a)?.truth() && self.value(b)?.truth()),
            "||" => flag(self.value(a)?.truth() || self.value(b)?.truth()),
            "~" | "!~" => {
                let value = self.value(a)?;
                let text = self.text(&value);
                let regex = self.pattern(b)?;
                flag(regex.is_match(&text) == (op == "~"))
            }
            " " => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                let mut text = self.text(&a);
                text.extend(self.text(&b));
                Value::Text(text)
            }
            "<" | "<=" | "==" | "!=" | ">" | ">=" => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                let order = if a.numeric() && b.numeric() {
                    a.number().partial_cmp(&b.number())
                } else {
                    Some(self.text(&a).cmp(&self.text(&b)))
                };
                flag(match op {
                    "<" => order.is_some_and(std::cmp::Ordering::is_lt),
                    "<=" => order.is_some_and(std::cmp::Ordering::is_le),
                    "==" => order.is_some_and(std::cmp::Ordering::is_eq),
                    "!=" => !order.is_some_and(std::cmp::Ordering::is_eq),
                    ">" => order.is_some_and(std::cmp::Ordering::is_gt),
                    _ => order.is_some_and(std::cmp::Ordering::is_ge),
                })
            }
            _ => {
                let (a, b) = (self.value(a)?.number(), self.value(b)?.number());
                Value::Number(arithmetic(op, a, b)?)
            }
        })
    }
}

fn flag(is: bool) -> Value {
    Value::Number(f64::from(u8::from(is)))
}

fn arithmetic(op: &str, a: f64, b: f64) -> Run<f64> {
    Ok(match op {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "%" => a % b,
        _ => return power(a, b),
    })
}

/// Whole powers by multiplication, the same on every platform; others would not be.
fn power(base: f64, exponent: f64) -> Run<f64> {
    if exponent.fract().abs() > 0.0 || !exponent.is_finite() || exponent.abs() > 1_000_000.0 {
        return Err(Stop::Failed("packetwalk: awk: a power that is not whole is not simulated\n".to_owned()));
    }
    let (mut left, mut square, mut out) = (exponent.abs() as u64, base, 1.0);
    while left > 0 {
        if left % 2 == 1 {
            out *= square;
        }
        square *= square;
        left /= 2;
    }
    Ok(if exponent < 0.0 { 1.0 / out } else { out })
}
