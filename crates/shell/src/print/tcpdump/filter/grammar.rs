//! The grammar: `and` and `or` bind alike, to the left; `not` binds closer.
//!
//! # Source
//! libpcap 1.10.3, `grammar.y.in`.

use super::arith::{Arith, Guarded, Op, both};
use super::code::{At, Code, Relation};
use super::lex::Token;
use super::primitive::{Context, Direction, Kind, Mask, Qualifiers};
use super::{FilterError, Link};

type Result<T = Code> = core::result::Result<T, FilterError>;

/// A test, and the qualifiers that an identifier after it takes over.
type Term = (Code, Option<Qualifiers>);

/// Reads a whole expression; `None` for an empty one.
pub(super) fn parse(tokens: &[Token], context: Context<'_>) -> Result<Option<Code>> {
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { tokens, at: 0, context, depth: 0 };
    let (code, _) = parser.expression(None)?;
    if parser.at == tokens.len() { Ok(Some(code)) } else { Err(FilterError::syntax()) }
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    context: Context<'t>,
    depth: u16,
}

/// Parentheses and negations that may be open at once.
const DEPTH: u16 = 200;

const PROTOCOLS: [&str; 36] = [
    "ether", "ip", "arp", "rarp", "sctp", "tcp", "udp", "icmp", "igmp", "igrp", "pim", "vrrp", "carp",
    "atalk", "aarp", "decnet", "lat", "sca", "mopdl", "moprc", "ip6", "icmp6", "ah", "esp", "iso", "esis",
    "isis", "l1", "l2", "iih", "lsp", "snp", "psnp", "csnp", "clnp", "stp",
];

/// Keywords of other link types and of what is not simulated.
const NOT_MODELLED: [&str; 44] = [
    "ipx",
    "netbeui",
    "radio",
    "byte",
    "ifindex",
    "vlan",
    "mpls",
    "pppoed",
    "pppoes",
    "geneve",
    "type",
    "subtype",
    "dir",
    "llc",
    "lane",
    "metac",
    "bcc",
    "oam",
    "oamf4",
    "oamf4ec",
    "oamf4sc",
    "sc",
    "ilmic",
    "vpi",
    "vci",
    "connectmsg",
    "metaconnect",
    "ifname",
    "rset",
    "rnr",
    "srnr",
    "reason",
    "action",
    "fisu",
    "lssu",
    "msu",
    "hfisu",
    "hlssu",
    "hmsu",
    "sio",
    "opc",
    "dpc",
    "sls",
    "protochain",
];

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn key(&self, ahead: usize) -> Option<&'static str> {
        match self.tokens.get(self.at + ahead) {
            Some(Token::Key(key)) => Some(key),
            _ => None,
        }
    }

    fn take(&mut self, key: &str) -> bool {
        let found = self.key(0) == Some(key);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, key: &str) -> Result<()> {
        if self.take(key) { Ok(()) } else { Err(FilterError::syntax()) }
    }

    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(FilterError::new("can't parse filter expression: memory exhausted"));
        }
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// `expr`; `before` are the qualifiers in front of an enclosing parenthesis.
    fn expression(&mut self, before: Option<Qualifiers>) -> Result<Term> {
        let (mut code, mut q) = self.term(before)?;
        loop {
            let and = match self.key(0) {
                Some("and") => true,
                Some("or") => false,
                _ => return Ok((code, q)),
            };
            self.at += 1;
            let (other, other_q) = self.operand(q)?;
            q = other_q;
            code = if and { code.and(other) } else { code.or(other) };
        }
    }

    /// What follows `and` or `or`: a term, or an identifier with the qualifiers before.
    fn operand(&mut self, q: Option<Qualifiers>) -> Result<Term> {
        if self.is_identifier(0) {
            let q = q.ok_or_else(|| FilterError::new("syntax error in filter expression"));
            return self.identifier(q).map(|(code, q)| (code, Some(q)));
        }
        self.term(q)
    }

    /// Whether an identifier begins here, and not an arithmetic expression or a term.
    fn is_identifier(&self, mut ahead: usize) -> bool {
        while matches!(self.key(ahead), Some("!" | "(")) {
            ahead += 1;
        }
        let mut after = ahead + 1;
        match self.tokens.get(self.at + ahead) {
            Some(Token::Number(_)) => {
                while self.key(after) == Some(")") {
                    after += 1;
                }
                !matches!(
                    self.key(after),
                    Some(
                        "+" | "-"
                            | "*"
                            | "/"
                            | "%"
                            | "&"
                            | "|"
                            | "^"
                            | "<<"
                            | ">>"
                            | "="
                            | "<"
                            | ">"
                            | "<="
                            | ">="
                            | "!="
                    )
                )
            }
            Some(Token::Key(_)) | None => false,
            Some(_) => true,
        }
    }

    /// `id`. An error in `q` is told once the identifier itself is read.
    fn identifier(&mut self, q: Result<Qualifiers>) -> Result<(Code, Qualifiers)> {
        if self.take("!") {
            return self.deeper(|p| p.identifier(q)).map(|(code, q)| (code.not(), q));
        }
        if self.take("(") {
            let mut inner = self.deeper(|p| p.identifier(q.clone()))?;
            loop {
                let and = match self.key(0) {
                    Some("and") => true,
                    Some("or") => false,
                    _ => break,
                };
                self.at += 1;
                let other = self.deeper(|p| p.identifier(q.clone()))?.0;
                inner.0 = if and { inner.0.and(other) } else { inner.0.or(other) };
            }
            self.expect(")")?;
            return Ok(inner);
        }
        let token = self.peek().ok_or_else(FilterError::syntax)?;
        self.at += 1;
        let context = self.context;
        let code = match token {
            Token::Key(_) => return Err(FilterError::syntax()),
            Token::Number(number) => context.number(*number, q.clone()?)?,
            Token::Name(name) => context.name(name, q.clone()?)?,
            Token::Mac(mac) => context.ether(*mac, q.clone()?)?,
            Token::V4(text) => {
                let mask = self.mask()?;
                context.dotted(text, mask, q.clone()?)?
            }
            Token::V6(text) => {
                let len = match self.mask()? {
                    None => None,
                    Some(Mask::Len(len)) => Some(len),
                    Some(Mask::Dotted(_)) => return Err(FilterError::syntax()),
                };
                context.v6(text, len, q.clone()?)?
            }
        };
        Ok((code, q?))
    }

    fn mask(&mut self) -> Result<Option<Mask<'t>>> {
        if self.take("/") {
            let Some(Token::Number(len)) = self.peek() else { return Err(FilterError::syntax()) };
            self.at += 1;
            return Ok(Some(Mask::Len(*len)));
        }
        if self.take("mask") {
            let Some(Token::V4(text)) = self.peek() else { return Err(FilterError::syntax()) };
            self.at += 1;
            return Ok(Some(Mask::Dotted(text)));
        }
        Ok(None)
    }

    fn term(&mut self, before: Option<Qualifiers>) -> Result<Term> {
        if self.take("!") {
            return self.deeper(|p| p.term(before)).map(|(code, q)| (code.not(), q));
        }
        let key = match self.peek().ok_or_else(FilterError::syntax)? {
            Token::Key(key) => *key,
            Token::Number(_) => return Ok((self.relation()?, None)),
            _ => return Err(FilterError::syntax()),
        };
        if key == "(" {
            return self.parenthesis(before);
        }
        if matches!(key, "-" | "len") || (PROTOCOLS.contains(&key) && self.key(1) == Some("[")) {
            return Ok((self.relation()?, None));
        }
        if matches!(key, "addr1" | "addr2" | "addr3" | "addr4" | "ra" | "ta") || NOT_MODELLED.contains(&key) {
            return Err(FilterError::not_modelled(key));
        }
        self.primitive().map(|code| (code, None)).or_else(|head| match head {
            Head::Qualifiers(q) => self.identifier(Ok(q)).map(|(code, q)| (code, Some(q))),
            Head::Error(error) => Err(error),
        })
    }

    /// Arithmetic in parentheses, or an expression.
    fn parenthesis(&mut self, before: Option<Qualifiers>) -> Result<Term> {
        let start = self.at;
        if let Ok(code) = self.relation() {
            return Ok((code, None));
        }
        self.at = start;
        self.expect("(")?;
        let (code, _) = self.deeper(|p| p.expression(before))?;
        self.expect(")")?;
        Ok((code, before))
    }

    /// A primitive without identifier; or the qualifiers that one must follow.
    fn primitive(&mut self) -> core::result::Result<Code, Head> {
        let context = self.context;
        let key = self.key(0).unwrap_or_default();
        let protocol = PROTOCOLS.iter().find(|name| **name == key).copied();
        if protocol.is_some() {
            self.at += 1;
        }
        match self.key(0) {
            Some("broadcast") => {
                self.at += 1;
                return Ok(context.broadcast(protocol)?);
            }
            Some("multicast") => {
                self.at += 1;
                return Ok(context.multicast(protocol)?);
            }
            Some("protochain") => return Err(FilterError::not_modelled("protochain").into()),
            _ => {}
        }
        if let Some(head) = self.head(protocol) {
            return Err(Head::Qualifiers(head));
        }
        if let Some(name) = protocol {
            return Ok(context.protocol(name)?);
        }
        self.at += 1;
        match key {
            "less" => Ok(Code::Length(Relation::Greater, self.number()?).not()),
            "greater" => Ok(Code::Length(Relation::GreaterEqual, self.number()?)),
            "outbound" => Ok(self.outgoing()),
            "inbound" => Ok(self.outgoing().not()),
            _ => Err(FilterError::syntax().into()),
        }
    }

    fn outgoing(&self) -> Code {
        match self.context.link {
            Link::Ethernet => Code::Outgoing,
            Link::Cooked => Code::equal(10, 1, 4),
        }
    }

    fn number(&mut self) -> Result<u32> {
        let Some(Token::Number(number)) = self.peek() else { return Err(FilterError::syntax()) };
        self.at += 1;
        Ok(*number)
    }

    /// `head` after its protocol; `None` when there is neither direction nor kind.
    fn head(&mut self, protocol: Option<&'static str>) -> Option<Qualifiers> {
        let direction = match (self.key(0), self.key(1), self.key(2)) {
            (Some("src"), Some("or"), Some("dst")) | (Some("dst"), Some("or"), Some("src")) => Direction::Or,
            (Some("src"), Some("and"), Some("dst")) | (Some("dst"), Some("and"), Some("src")) => {
                Direction::And
            }
            (Some("src"), _, _) => Direction::Src,
            (Some("dst"), _, _) => Direction::Dst,
            _ => Direction::Default,
        };
        self.at += match direction {
            Direction::Default => 0,
            Direction::Src | Direction::Dst => 1,
            Direction::Or | Direction::And => 3,
        };
        let directed = direction != Direction::Default;
        let kind = match self.key(0) {
            Some("host") => Kind::Host,
            Some("net") => Kind::Net,
            Some("port") => Kind::Port,
            Some("portrange") => Kind::PortRange,
            Some("proto") if !directed => Kind::Proto,
            Some("gateway") if !directed => Kind::Gateway,
            _ => Kind::Default,
        };
        self.at += usize::from(kind != Kind::Default);
        (directed || kind != Kind::Default).then_some(Qualifiers { protocol, direction, kind })
    }

    /// `arth relop arth`.
    fn relation(&mut self) -> Result {
        let left = self.arith(0)?;
        let (relation, reversed) = match self.key(0) {
            Some("=") => (Relation::Equal, false),
            Some(">") => (Relation::Greater, false),
            Some(">=") => (Relation::GreaterEqual, false),
            Some("!=") => (Relation::Equal, true),
            Some("<=") => (Relation::Greater, true),
            Some("<") => (Relation::GreaterEqual, true),
            _ => return Err(FilterError::syntax()),
        };
        self.at += 1;
        let right = self.arith(0)?;
        let test = match (left.arith.field(), &right.arith) {
            (Some(field), Arith::Constant(value)) => Code::Field(field, relation, *value),
            (None, Arith::Constant(value)) if matches!(left.arith, Arith::Length) => {
                Code::Length(relation, *value)
            }
            _ => Code::Compare(left.arith, relation, right.arith),
        };
        let test = if reversed { test.not() } else { test };
        Ok(match both(left.guard, right.guard) {
            Some(guard) => guard.and(test),
            None => test,
        })
    }

    /// Operators of at least this precedence.
    fn arith(&mut self, least: u8) -> Result<Guarded> {
        let mut left = self.deeper(Self::operand_of_arith)?;
        loop {
            let (op, precedence) = match self.key(0) {
                Some("|") => (Op::Or, 1),
                Some("^") => (Op::Xor, 1),
                Some("&") => (Op::And, 2),
                Some("<<") => (Op::Shl, 3),
                Some(">>") => (Op::Shr, 3),
                Some("+") => (Op::Add, 4),
                Some("-") => (Op::Sub, 4),
                Some("*") => (Op::Mul, 5),
                Some("/") => (Op::Div, 5),
                Some("%") => (Op::Mod, 5),
                _ => return Ok(left),
            };
            if precedence < least {
                return Ok(left);
            }
            self.at += 1;
            let right = self.arith(precedence + 1)?;
            left = Guarded::binary(op, left, right)?;
        }
    }

    fn operand_of_arith(&mut self) -> Result<Guarded> {
        let token = self.peek().ok_or_else(FilterError::syntax)?;
        self.at += 1;
        match token {
            Token::Number(number) => Ok(Guarded::constant(*number)),
            Token::Key("len") => Ok(Guarded { arith: Arith::Length, guard: None }),
            Token::Key("-") => Ok(self.arith(6)?.negative()),
            Token::Key("(") => {
                let inner = self.arith(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Key(name) if PROTOCOLS.contains(name) => self.load(name),
            _ => Err(FilterError::syntax()),
        }
    }

    /// `proto[index:size]`: `gen_load`.
    fn load(&mut self, name: &'static str) -> Result<Guarded> {
        self.expect("[")?;
        let index = self.arith(0)?;
        let size = if self.take(":") { self.number()? } else { 1 };
        self.expect("]")?;
        let size = match size {
            1 | 2 | 4 => size as u8,
            _ => return Err(FilterError::new("data size must be 1, 2, or 4")),
        };
        let context = self.context;
        let network = context.network();
        let (from, guard) = match name {
            "ether" => (At::Packet(0), None),
            "ip" | "arp" | "rarp" | "ip6" => (At::Packet(network), Some(context.protocol(name)?)),
            "tcp" | "udp" | "sctp" | "icmp" | "igmp" | "igrp" | "pim" | "vrrp" | "carp" => {
                let guard =
                    context.protocol("ip")?.and(context.protocol(name)?).and(context.first_fragment());
                (At::Transport { ip: network, offset: 0 }, Some(guard))
            }
            "icmp6" => {
                let next = Code::equal(network + 6, 1, 58);
                (At::Packet(network + 40), Some(context.protocol("ip6")?.and(next)))
            }
            _ => return Err(FilterError::new("unsupported index operation")),
        };
        let arith = Arith::Load { from, index: Box::new(index.arith), size };
        Ok(Guarded { arith, guard: both(index.guard, guard) })
    }
}

/// Why a primitive is not complete.
enum Head {
    /// An identifier must follow.
    Qualifiers(Qualifiers),
    Error(FilterError),
}

impl From<FilterError> for Head {
    fn from(error: FilterError) -> Self {
        Self::Error(error)
    }
}
