//! From text to a tree.

use super::set::{CharSet, class, is_word};
use super::{At, Extent, RegexError, Syntax};

/// Deepest nesting of groups and repetitions.
const DEEPEST: u32 = 60;
/// `RE_DUP_MAX` of glibc.
const MOST_REPEATS: usize = 32_767;

type Result<T> = std::result::Result<T, RegexError>;
/// How often something repeats: at least, at most.
type Bounds = (usize, Option<usize>);

/// A part of an expression.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Empty,
    Byte(u8),
    Set(Box<CharSet>),
    Cat(Vec<Node>),
    Alt(Vec<Node>),
    Repeat(Box<Node>, usize, Option<usize>),
    Group(usize, Box<Node>),
    At(At),
}

/// A whole expression.
pub(super) struct Parsed {
    pub node: Node,
    pub groups: usize,
    pub warnings: Vec<String>,
}

impl Parsed {
    /// Any of them; their groups are forgotten.
    pub fn any(all: Vec<Self>) -> Self {
        let mut out = Self { node: Node::Empty, groups: 1, warnings: Vec::new() };
        let mut nodes = Vec::new();
        for one in all {
            out.warnings.extend(one.warnings);
            out.groups = out.groups.max(one.groups);
            nodes.push(one.node);
        }
        out.node = Node::Alt(nodes);
        out
    }

    /// With bounds around it.
    pub fn within(mut self, extent: Extent) -> Self {
        let (before, after) = match extent {
            Extent::Part => return self,
            Extent::Words => (At::NoWordBefore, At::NoWordAfter),
            Extent::Line => (At::Start, At::End),
        };
        self.node = Node::Cat(vec![Node::At(before), self.node, Node::At(after)]);
        self
    }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    syntax: Syntax,
    fold: bool,
    groups: usize,
    depth: u32,
    warnings: Vec<String>,
}

/// Any of several texts.
pub(super) fn fixed(texts: &[&[u8]], fold: bool) -> Parsed {
    let one = |text: &&[u8]| {
        let mut p = Parser::new(text, Syntax::GrepBasic, fold);
        let mut nodes = Vec::new();
        while p.at < text.len() {
            nodes.push(p.literal());
        }
        Node::Cat(nodes)
    };
    Parsed { node: Node::Alt(texts.iter().map(one).collect()), groups: 1, warnings: Vec::new() }
}

pub(super) fn parse(text: &[u8], syntax: Syntax, fold: bool) -> Result<Parsed> {
    let mut p = Parser::new(text, syntax, fold);
    let node = p.alternatives()?;
    if p.at < text.len() {
        return Err(RegexError("Unmatched ) or \\)"));
    }
    Ok(Parsed { node, groups: p.groups, warnings: p.warnings })
}

impl<'a> Parser<'a> {
    const fn new(text: &'a [u8], syntax: Syntax, fold: bool) -> Self {
        Self { text, at: 0, syntax, fold, groups: 1, depth: 0, warnings: Vec::new() }
    }

    fn utf8(&self) -> bool {
        self.syntax != Syntax::Awk
    }

    fn extended(&self) -> bool {
        !matches!(self.syntax, Syntax::GrepBasic | Syntax::SedBasic)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Whether an operator is next: bare when extended, after a backslash when basic.
    fn operator(&self, op: u8) -> bool {
        if self.extended() {
            self.peek() == Some(op)
        } else {
            self.peek() == Some(b'\\') && self.text.get(self.at + 1) == Some(&op)
        }
    }

    fn skip_operator(&mut self) {
        self.at += if self.extended() { 1 } else { 2 };
    }

    /// The next character: its code point, or a byte that is none.
    fn character(&mut self) -> std::result::Result<char, u8> {
        let rest = self.text.get(self.at..).unwrap_or(&[]);
        let first = rest.first().copied().unwrap_or(0);
        let long = match first {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        let text = rest.get(..long).and_then(|b| std::str::from_utf8(b).ok());
        match text.and_then(|t| t.chars().next()) {
            Some(c) if self.utf8() => {
                self.at += long;
                Ok(c)
            }
            _ => {
                self.at += 1;
                Err(first)
            }
        }
    }

    /// The next character as itself.
    fn literal(&mut self) -> Node {
        match self.character() {
            Err(b) if !(self.fold && b.is_ascii_alphabetic()) => Node::Byte(b),
            Ok(c) if c.is_ascii() && !(self.fold && c.is_ascii_alphabetic()) => Node::Byte(c as u8),
            found => {
                let c = found.map_or_else(u32::from, |c| c as u32);
                let mut set = CharSet::empty();
                set.add_range(c, c, self.utf8());
                if self.fold {
                    set.fold();
                }
                Node::Set(Box::new(set))
            }
        }
    }

    fn alternatives(&mut self) -> Result<Node> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(RegexError("Regular expression too big"));
        }
        let mut nodes = vec![self.sequence()?];
        while self.operator(b'|') {
            self.skip_operator();
            nodes.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(if nodes.len() == 1 { nodes.pop().unwrap_or(Node::Empty) } else { Node::Alt(nodes) })
    }

    /// Whether `)` is an operator here.
    fn closes(&self) -> bool {
        // A lone `)` is text to grep -E and an error to the others.
        self.operator(b')') && (self.depth > 1 || self.syntax != Syntax::GrepExtended)
    }

    fn sequence(&mut self) -> Result<Node> {
        let mut nodes = Vec::new();
        // Where no operand precedes: the beginning, and after `^`.
        let mut begins = true;
        while self.at < self.text.len() && !self.operator(b'|') && !self.closes() {
            let atom = self.atom(begins)?;
            begins = begins && matches!(atom, Node::At(At::Start));
            let node = if begins && !self.extended() { atom } else { self.repeats(atom, begins)? };
            nodes.push(node);
        }
        Ok(Node::Cat(nodes))
    }

    fn atom(&mut self, begins: bool) -> Result<Node> {
        if self.operator(b'(') {
            self.skip_operator();
            let group = self.groups;
            self.groups += 1;
            let inner = self.alternatives()?;
            if !self.operator(b')') {
                return Err(RegexError("Unmatched ( or \\("));
            }
            self.skip_operator();
            return Ok(Node::Group(group, Box::new(inner)));
        }
        if begins && let Some(node) = self.repeat_of_nothing()? {
            return Ok(node);
        }
        match self.peek() {
            Some(b'.') => {
                self.at += 1;
                Ok(Node::Set(Box::new(CharSet::any(self.utf8()))))
            }
            Some(b'[') => self.bracket(),
            Some(b'^') if self.extended() || begins => {
                self.at += 1;
                Ok(Node::At(At::Start))
            }
            Some(b'$') if self.extended() || self.ends_after_one() => {
                self.at += 1;
                Ok(Node::At(At::End))
            }
            Some(b'\\') => self.escape(),
            _ => Ok(self.literal()),
        }
    }

    /// Whether a basic expression or group ends after the next byte, so that `$` is an anchor.
    fn ends_after_one(&self) -> bool {
        let rest = self.text.get(self.at + 1..).unwrap_or(&[]);
        rest.is_empty() || rest.starts_with(b"\\)") || rest.starts_with(b"\\|")
    }

    /// A repetition operator where nothing precedes.
    fn repeat_of_nothing(&mut self) -> Result<Option<Node>> {
        const BAD: RegexError = RegexError("Invalid preceding regular expression");
        let basic = !self.extended();
        let interval = self.syntax != Syntax::Awk && self.operator(b'{');
        if basic {
            if self.syntax == Syntax::SedBasic && interval {
                return Err(BAD);
            }
            if self.operator(b'+') || self.operator(b'?') || interval {
                self.at += 1;
                return Ok(Some(self.literal()));
            }
            return Ok((self.peek() == Some(b'*')).then(|| self.literal()));
        }
        let back = self.at;
        let name = match self.peek() {
            Some(b'*') => "*",
            Some(b'+') => "+",
            Some(b'?') => "?",
            Some(b'{') if interval => "{...}",
            _ => return Ok(None),
        };
        match self.syntax {
            Syntax::GrepExtended => {}
            Syntax::Awk => return Err(RegexError("missing operand")),
            _ => return Err(BAD),
        }
        self.at += 1;
        if interval {
            self.at = back;
            if self.interval()?.is_none() {
                return Ok(None);
            }
        }
        self.warnings.push(format!("{name} at start of expression"));
        Ok(Some(Node::Empty))
    }

    fn escape(&mut self) -> Result<Node> {
        self.at += 1;
        let Some(c) = self.peek() else { return Err(RegexError("Trailing backslash")) };
        let sed = matches!(self.syntax, Syntax::SedBasic | Syntax::SedExtended);
        if self.syntax == Syntax::Awk {
            self.at += 1;
            return Ok(match c {
                b'n' => Node::Byte(b'\n'),
                b't' => Node::Byte(b'\t'),
                b'r' => Node::Byte(b'\r'),
                b'f' => Node::Byte(0x0c),
                b'v' => Node::Byte(0x0b),
                b'a' => Node::Byte(0x07),
                b'b' => Node::Byte(0x08),
                b'/' | b'"' => Node::Byte(c),
                _ => {
                    self.at -= 1;
                    self.literal()
                }
            });
        }
        self.at += 1;
        let set = |is: &dyn Fn(u8) -> bool, not: bool| {
            let mut set = CharSet::empty();
            set.add_where(|b| b < 0x80 && is(b));
            if not {
                set.negate(true);
            }
            Node::Set(Box::new(set))
        };
        let space = |b: u8| matches!(b, b'\t'..=b'\r' | b' ');
        Ok(match c {
            b'w' | b'W' => set(&is_word, c == b'W'),
            b's' | b'S' => set(&space, c == b'S'),
            b'b' => Node::At(At::WordEdge),
            b'B' => Node::At(At::NotWordEdge),
            b'<' => Node::At(At::WordStart),
            b'>' => Node::At(At::WordEnd),
            b'`' => Node::At(At::Start),
            b'\'' => Node::At(At::End),
            b'1'..=b'9' => return self.back_reference(c),
            b'n' if sed => Node::Byte(b'\n'),
            b't' if sed => Node::Byte(b'\t'),
            b'r' if sed => Node::Byte(b'\r'),
            b'f' if sed => Node::Byte(0x0c),
            b'v' if sed => Node::Byte(0x0b),
            b'a' if sed => Node::Byte(0x07),
            b'{' if !self.extended() => return Err(RegexError("Invalid preceding regular expression")),
            _ => {
                self.at -= 1;
                self.literal()
            }
        })
    }

    fn back_reference(&self, digit: u8) -> Result<Node> {
        if usize::from(digit - b'0') >= self.groups {
            return Err(RegexError("Invalid back reference"));
        }
        Err(RegexError("packetwalk: back-references are not simulated"))
    }

    /// `*`, `+`, `?`, `{m,n}` after `node`.
    fn repeats(&mut self, node: Node, begins: bool) -> Result<Node> {
        let mut node = node;
        let mut deep = 0;
        loop {
            let star = self.peek() == Some(b'*');
            if deep > 0 && self.syntax == Syntax::SedBasic && (star || self.operator(b'{')) {
                return Err(RegexError("Invalid preceding regular expression"));
            }
            let back = self.at;
            let bounds = if star {
                self.at += 1;
                (0, None)
            } else if self.operator(b'+') {
                self.skip_operator();
                (1, None)
            } else if self.operator(b'?') {
                self.skip_operator();
                (0, Some(1))
            } else if self.syntax != Syntax::Awk && self.operator(b'{') {
                match self.interval()? {
                    Some(bounds) => bounds,
                    None => return Ok(node),
                }
            } else {
                return Ok(node);
            };
            if begins && matches!(node, Node::At(At::Start)) {
                // After `^` there is nothing to repeat.
                let at = std::mem::replace(&mut self.at, back);
                self.repeat_of_nothing()?;
                self.at = at;
                continue;
            }
            // A star of a star says nothing new.
            if bounds == (0, None) && matches!(node, Node::Repeat(_, 0, None)) {
                continue;
            }
            deep += 1;
            if deep > DEEPEST {
                return Err(RegexError("Regular expression too big"));
            }
            node = Node::Repeat(Box::new(node), bounds.0, bounds.1);
        }
    }

    /// `{2}`, `{2,}`, `{,3}`, `{2,3}`; `None`: text, and nothing was taken.
    fn interval(&mut self) -> Result<Option<Bounds>> {
        let back = self.at;
        self.skip_operator();
        let min = self.number();
        let bounds = if self.peek() == Some(b',') {
            self.at += 1;
            let max = self.number();
            Some((min.unwrap_or(0), max))
        } else {
            min.map(|n| (n, Some(n)))
        };
        let closed = self.operator(b'}');
        if self.syntax == Syntax::GrepExtended && (bounds.is_none() || !closed) {
            self.at = back;
            return Ok(None);
        }
        if !closed {
            let open = !self.text.get(self.at..).unwrap_or(&[]).contains(&b'}');
            return Err(RegexError(if open { "Unmatched \\{" } else { "Invalid content of \\{\\}" }));
        }
        let Some((min, max)) = bounds else { return Err(RegexError("Invalid content of \\{\\}")) };
        self.skip_operator();
        if max.is_some_and(|m| m < min) {
            return Err(RegexError("Invalid content of \\{\\}"));
        }
        if min.max(max.unwrap_or(0)) > MOST_REPEATS {
            return Err(RegexError("Regular expression too big"));
        }
        Ok(Some((min, max)))
    }

    fn number(&mut self) -> Option<usize> {
        let mut value = None;
        while let Some(b @ b'0'..=b'9') = self.peek() {
            self.at += 1;
            let digit = usize::from(b - b'0');
            value = Some(value.unwrap_or(0usize).saturating_mul(10).saturating_add(digit).min(1 << 20));
        }
        value
    }

    fn bracket(&mut self) -> Result<Node> {
        const OPEN: RegexError = RegexError("Unmatched [, [^, [:, [., or [=");
        let start = self.at;
        self.at += 1;
        let mut set = CharSet::empty();
        let negated = self.peek() == Some(b'^');
        self.at += usize::from(negated);
        let first = self.at;
        loop {
            let b = self.peek().ok_or(OPEN)?;
            if b == b']' && self.at > first {
                self.at += 1;
                break;
            }
            let kind = self.text.get(self.at + 1).copied();
            if b == b'[' && kind == Some(b':') {
                let name = self.named(b':').ok_or(OPEN)?;
                let is = class(name).ok_or(RegexError("Invalid character class name"))?;
                set.add_where(|b| b < 0x80 && is(b));
                if self.fold && matches!(name, b"upper" | b"lower") {
                    set.add_where(|b| b.is_ascii_alphabetic());
                }
                continue;
            }
            let low = self.bracket_character()?;
            let high = match (self.peek(), self.text.get(self.at + 1)) {
                (Some(b'-'), Some(&next)) if next != b']' => {
                    self.at += 1;
                    let high = self.bracket_character()?;
                    // glibc's C.UTF-8 has no order of characters beyond ASCII.
                    if self.utf8() && low.max(high) >= 0x80 {
                        return Err(RegexError("Invalid collation character"));
                    }
                    high
                }
                _ => low,
            };
            if high < low {
                return Err(RegexError("Invalid range end"));
            }
            set.add_range(low, high, self.utf8());
        }
        let inside = self.text.get(start + 1..self.at - 1).unwrap_or(&[]);
        if inside.len() > 2
            && inside.starts_with(b":")
            && inside.ends_with(b":")
            && self.syntax != Syntax::Awk
        {
            return Err(RegexError("character class syntax is [[:space:]], not [:space:]"));
        }
        if self.fold {
            set.fold();
        }
        if negated {
            set.negate(self.utf8());
        }
        Ok(Node::Set(Box::new(set)))
    }

    /// The name in `[:name:]`, `[.name.]` or `[=name=]`.
    fn named(&mut self, kind: u8) -> Option<&'a [u8]> {
        let rest = self.text.get(self.at + 2..)?;
        let len = rest.windows(2).position(|w| w == [kind, b']'])?;
        self.at += len + 4;
        rest.get(..len)
    }

    /// A character of a bracket expression, or one end of a range.
    fn bracket_character(&mut self) -> Result<u32> {
        let next = self.text.get(self.at + 1).copied();
        if let (Some(b'['), Some(kind @ (b'.' | b'='))) = (self.peek(), next) {
            let name = self.named(kind).ok_or(RegexError("Unmatched [, [^, [:, [., or [="))?;
            let mut chars = std::str::from_utf8(name).unwrap_or("").chars();
            return match (chars.next(), chars.next()) {
                (Some(c), None) => Ok(c as u32),
                _ => Err(RegexError("Invalid collation character")),
            };
        }
        if self.peek() == Some(b'\\') && !matches!(self.syntax, Syntax::GrepBasic | Syntax::GrepExtended) {
            let special = match next {
                Some(b'n') => Some(b'\n'),
                Some(b't') => Some(b'\t'),
                Some(b'r') => Some(b'\r'),
                Some(b'f') => Some(0x0c),
                Some(b'v') => Some(0x0b),
                Some(b @ (b'/' | b'\\' | b']' | b'"' | b'-' | b'^')) if self.syntax == Syntax::Awk => Some(b),
                _ => None,
            };
            if let Some(b) = special {
                self.at += 2;
                return Ok(u32::from(b));
            }
        }
        Ok(self.character().map_or_else(u32::from, |c| c as u32))
    }
}
