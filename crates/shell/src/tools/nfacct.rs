//! `nfacct` 1.0.2: accounting objects that rules count in. Refused by name: `monitor`.
//!
//! # Source
//! nfacct 1.0.2 (Debian 12), `src/nfacct.c`; libnetfilter_acct 1.0.3, `src/libnetfilter_acct.c`:
//! `nfacct_snprintf`.

use core::fmt::Write as _;

use packetwalk_netfilter::Netfilter;
use packetwalk_netfilter::shared::acct::{Account, AccountError, Limit};

use crate::process::Process;
use crate::{Cx, Poll};

const USAGE: &str = "Usage: nfacct command [parameters]...\n";

const ABOUT: &str = "nfacct v1.0.2: utility for the Netfilter extended accounting infrastructure\n";

const VERSION: &str = "\
Copyright (C) 2011 Pablo Neira Ayuso <pablo@netfilter.org>
Copyright (C) 2011 Intra2net AG <http://www.intra2net.com>
This program comes with ABSOLUTELY NO WARRANTY.
This is free software, and you are welcome to redistribute it under certain\x20
conditions; see LICENSE file distributed in this package for details.
";

const HELP: &str = "
Commands:
  list [reset]\t\tList the accounting object table (and reset)
  add object-name\tAdd new accounting object to table
  delete object-name\tDelete existing accounting object
  get object-name\tGet existing accounting object
  flush\t\t\tFlush accounting object table
  restore\t\tRestore accounting object table reading 'list' output from stdin
  monitor\t\tListens for quota attainment notifications
  version\t\tDisplay version and disclaimer
  help\t\t\tDisplay this help message
";

/// Commands, in the order in which a shortened word is looked for.
const COMMANDS: [&str; 9] =
    ["list", "add", "delete", "get", "flush", "version", "help", "restore", "monitor"];

/// Most bytes of a name (`NFACCT_NAME_MAX` less its end).
const LONGEST: usize = 31;

/// Why it ends.
enum Fail {
    Says(&'static str),
    Kernel(AccountError),
    NotSimulated,
}

/// An `nfacct` that has not begun.
pub(super) fn new() -> Box<dyn Process> {
    Box::new(Nfacct { stdin: Vec::new() })
}

#[derive(Clone, Debug)]
struct Nfacct {
    stdin: Vec<u8>,
}

impl Process for Nfacct {
    fn poll(&mut self, cx: &mut Cx<'_>) -> Poll {
        let words = cx.strings();
        let Some(word) = words.first() else {
            cx.stderr.push(USAGE.as_bytes());
            return Poll::Exit(1);
        };
        let Some(command) = COMMANDS.iter().find(|name| name.starts_with(word.as_str())) else {
            cx.stderr.line(&format!("nfacct v1.0.2: Unknown command: {word}"));
            cx.stderr.push(USAGE.as_bytes());
            return Poll::Exit(1);
        };
        if *command == "restore" && !cx.read_all(&mut self.stdin) {
            return Poll::Wait;
        }
        let mut out = String::new();
        let Some(stack) = cx.lab.stack_mut(cx.ns) else { return Poll::Exit(1) };
        let input = String::from_utf8_lossy(&self.stdin);
        let done = run(&mut stack.nf, command, words.get(1..).unwrap_or_default(), &input, &mut out);
        cx.stdout.push(out.as_bytes());
        match done {
            Ok(()) => return Poll::Exit(0),
            Err(Fail::Says(text)) => cx.stderr.line(&format!("nfacct v1.0.2: {text}")),
            Err(Fail::Kernel(error)) => cx.stderr.line(&format!("nfacct v1.0.2: error: {}", error.text())),
            Err(Fail::NotSimulated) => {
                cx.stderr.line(&format!("packetwalk: nfacct {command} is not simulated"));
                return Poll::Exit(127);
            }
        }
        Poll::Exit(1)
    }

    fn boxed_clone(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }
}

fn run(
    nf: &mut Netfilter,
    command: &str,
    words: &[String],
    input: &str,
    out: &mut String,
) -> Result<(), Fail> {
    let name = || words.first().map(|name| cut(name)).ok_or(Fail::Says("missing object name"));
    match command {
        "list" => {
            let all: Vec<Account> = nf.accounts().to_vec();
            show(nf, &all, words, out)
        }
        "add" => {
            let name = name()?;
            let limit = limit(words.get(1..).unwrap_or_default())?;
            nf.add_account(Account { name, packets: 0, bytes: 0, limit }).map_err(Fail::Kernel)
        }
        "delete" => {
            let name = name()?;
            if words.len() > 1 {
                return Err(Fail::Says("too many arguments"));
            }
            nf.delete_account(&name).map_err(Fail::Kernel)
        }
        "get" => {
            let name = name()?;
            let found: Vec<Account> = nf.accounts().iter().filter(|a| a.name == name).cloned().collect();
            let options = words.get(1..).unwrap_or_default();
            shows(options)?;
            if found.is_empty() {
                return Err(Fail::Kernel(AccountError::Missing));
            }
            show(nf, &found, options, out)
        }
        "flush" if !words.is_empty() => Err(Fail::Says("too many arguments")),
        "flush" => {
            let names: Vec<Box<str>> = nf.accounts().iter().map(|a| a.name.clone()).collect();
            for name in names {
                // One that is in use stays.
                let _ = nf.delete_account(&name);
            }
            Ok(())
        }
        "restore" => input.lines().try_for_each(|line| restore(nf, line)),
        "version" => {
            let _ = write!(out, "{ABOUT}{VERSION}");
            Ok(())
        }
        "help" => {
            let _ = write!(out, "{ABOUT}{USAGE}{HELP}");
            Ok(())
        }
        _ => Err(Fail::NotSimulated),
    }
}

fn cut(name: &str) -> Box<str> {
    let mut end = name.len().min(LONGEST);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or_default().into()
}

/// `byte N` or `packet N`.
fn limit(words: &[String]) -> Result<Option<Limit>, Fail> {
    let packets = match words {
        [] => return Ok(None),
        [_] => return Err(Fail::Says("missing quota value")),
        [kind, ..] if kind == "packet" => true,
        [kind, ..] if kind == "byte" => false,
        _ => return Err(Fail::Says("argument must \"byte\" or \"packet\"")),
    };
    let quota = words.get(1).and_then(|text| number(text)).ok_or(Fail::Says("error reading quota"))?.0;
    if words.len() > 2 {
        return Err(Fail::Says("too many arguments"));
    }
    Ok(Some(Limit { quota, packets, over: false }))
}

/// `scanf`'s `%llu`, and what follows it.
fn number(text: &str) -> Option<(u64, &str)> {
    let text = text.trim_start();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())?;
    let value = digits.parse().unwrap_or(u64::MAX);
    Some((if negative { value.wrapping_neg() } else { value }, rest))
}

/// A line of `list`, of an object without a quota.
fn restore(nf: &mut Netfilter, line: &str) -> Result<(), Fail> {
    let Some((line, _)) = line.split_once(';') else { return Err(Fail::Says("invalid line")) };
    let read = || {
        let (packets, rest) = number(line.strip_prefix("{ pkts = ")?)?;
        let (bytes, rest) = number(rest.strip_prefix(", bytes = ")?)?;
        let name = rest.strip_prefix(" } = ")?.split_whitespace().next()?;
        Some(Account { name: cut(name), packets, bytes, limit: None })
    };
    let account = read().ok_or(Fail::Says("error reading input"))?;
    nf.add_account(account).map_err(Fail::Kernel)
}

/// Whether `reset` and `xml` are among the words, shortened or not.
fn shows(words: &[String]) -> Result<(bool, bool), Fail> {
    let (mut reset, mut xml) = (false, false);
    for word in words {
        match word.as_str() {
            word if "reset".starts_with(word) => reset = true,
            word if "xml".starts_with(word) => xml = true,
            _ => return Err(Fail::Says("unknown argument")),
        }
    }
    Ok((reset, xml))
}

fn show(nf: &mut Netfilter, accounts: &[Account], words: &[String], out: &mut String) -> Result<(), Fail> {
    let (reset, xml) = shows(words)?;
    if xml && !accounts.is_empty() {
        out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<nfacct>\n");
    }
    for Account { name, packets, bytes, limit } in accounts {
        let _ = if xml {
            writeln!(
                out,
                "<obj><name>{name}</name><pkts>{packets:020}</pkts><bytes>{bytes:020}</bytes></obj>"
            )
        } else {
            let quota = limit.map_or_else(String::new, |limit| {
                let mode = if limit.packets { "packet" } else { "byte" };
                let over = if limit.over { "yes" } else { "no" };
                format!(", quota = {:020}, mode = {mode}, overquota = {over}", limit.quota)
            });
            writeln!(out, "{{ pkts = {packets:020}, bytes = {bytes:020}{quota} }} = {name};")
        };
        if reset {
            nf.reset_account(name);
        }
    }
    if xml && !accounts.is_empty() {
        out.push_str("</nfacct>\n");
    }
    Ok(())
}
