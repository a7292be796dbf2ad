//! The options, and the commands that take them.
//!
//! # Source
//! conntrack-tools 1.4.7, `src/conntrack.c`: `original_opts`, `commands_v_options`.

use super::getopt::{Spec, Takes};

/// Letters of options with only long names.
pub(super) const ORIG_ZONE: char = '(';
pub(super) const REPLY_ZONE: char = ')';

pub(super) const ORIG_VTAG: char = '*';
pub(super) const REPLY_VTAG: char = '+';
pub(super) const ROLE: char = '=';

const fn spec(letter: char, names: &'static [&'static str], takes: Takes) -> Spec {
    Spec { letter, names, takes }
}

#[rustfmt::skip]
pub(super) const OPTIONS: [Spec; 41] = [
    spec('L', &["dump"], Takes::Maybe), spec('I', &["create"], Takes::Maybe), spec('D', &["delete"], Takes::Maybe),
    spec('U', &["update"], Takes::Maybe), spec('A', &["add"], Takes::Maybe), spec('G', &["get"], Takes::Maybe),
    spec('F', &["flush"], Takes::Maybe), spec('E', &["event"], Takes::Maybe), spec('C', &["count", "counter"], Takes::Maybe),
    spec('S', &["stats"], Takes::Maybe), spec('V', &["version"], Takes::Nothing), spec('h', &["help"], Takes::Maybe),
    spec('s', &["orig-src", "src"], Takes::Argument), spec('d', &["orig-dst", "dst"], Takes::Argument),
    spec('r', &["reply-src"], Takes::Argument), spec('q', &["reply-dst"], Takes::Argument),
    spec('p', &["protonum"], Takes::Argument), spec('t', &["timeout"], Takes::Argument),
    spec('u', &["status"], Takes::Argument), spec('z', &["zero"], Takes::Nothing),
    spec('e', &["event-mask"], Takes::Argument), spec('[', &["tuple-src"], Takes::Argument),
    spec(']', &["tuple-dst"], Takes::Argument), spec('{', &["mask-src"], Takes::Argument),
    spec('}', &["mask-dst"], Takes::Argument), spec('a', &["nat-range"], Takes::Argument),
    spec('m', &["mark"], Takes::Argument), spec('c', &["secmark"], Takes::Argument),
    spec('i', &["id"], Takes::Argument), spec('f', &["family"], Takes::Argument),
    spec('n', &["src-nat"], Takes::Maybe), spec('g', &["dst-nat"], Takes::Maybe),
    spec('o', &["output"], Takes::Argument), spec('b', &["buffer-size"], Takes::Argument),
    spec('j', &["any-nat"], Takes::Maybe), spec('w', &["zone"], Takes::Argument),
    spec(ORIG_ZONE, &["orig-zone"], Takes::Argument), spec(REPLY_ZONE, &["reply-zone"], Takes::Argument),
    spec('l', &["label"], Takes::Argument), spec('<', &["label-add"], Takes::Argument),
    spec('>', &["label-del"], Takes::Maybe),
];

/// TCP, UDP and their like.
pub(super) const PORTS: [Spec; 8] = [
    spec('1', &["orig-port-src", "sport"], Takes::Argument),
    spec('2', &["orig-port-dst", "dport"], Takes::Argument),
    spec('3', &["reply-port-src"], Takes::Argument),
    spec('4', &["reply-port-dst"], Takes::Argument),
    spec('5', &["mask-port-src"], Takes::Argument),
    spec('6', &["mask-port-dst"], Takes::Argument),
    spec('8', &["tuple-port-src"], Takes::Argument),
    spec('9', &["tuple-port-dst"], Takes::Argument),
];

pub(super) const STATE: [Spec; 1] = [spec('7', &["state"], Takes::Argument)];

pub(super) const VTAGS: [Spec; 2] =
    [spec(ORIG_VTAG, &["orig-vtag"], Takes::Argument), spec(REPLY_VTAG, &["reply-vtag"], Takes::Argument)];

pub(super) const ROLES: [Spec; 1] = [spec(ROLE, &["role"], Takes::Argument)];

pub(super) const KEYS: [Spec; 4] = [
    spec('1', &["orig-key-src", "srckey"], Takes::Argument),
    spec('2', &["orig-key-dst", "dstkey"], Takes::Argument),
    spec('3', &["reply-key-src"], Takes::Argument),
    spec('4', &["reply-key-dst"], Takes::Argument),
];

pub(super) const ICMP: [Spec; 3] = [
    spec('1', &["icmp-type"], Takes::Argument),
    spec('2', &["icmp-code"], Takes::Argument),
    spec('3', &["icmp-id"], Takes::Argument),
];

pub(super) const ICMPV6: [Spec; 3] = [
    spec('1', &["icmpv6-type"], Takes::Argument),
    spec('2', &["icmpv6-code"], Takes::Argument),
    spec('3', &["icmpv6-id"], Takes::Argument),
];

/// The options' letters in the order in which they are checked, with the name that errors tell, and the
/// commands that take them.
#[rustfmt::skip]
pub(super) const ALLOWED: [(char, &str, &str); 28] = [
    ('s', "src", "LDGIUEcdg"), ('d', "dst", "LDGIUEcdg"), ('r', "reply-src", "LDGIUEcdg"),
    ('q', "reply-dst", "LDGIUEcdg"), ('p', "protonum", "LDGhIUEcdg"), ('t', "timeout", "DIUc"),
    ('u', "status", "LDIUc"), ('z', "zero", "L"), ('e', "event-mask", "E"), ('[', "tuple-src", "c"),
    (']', "tuple-dst", "c"), ('{', "mask-src", "LDUEc"), ('}', "mask-dst", "LDUEc"), ('m', "mark", "LDIUE"),
    ('i', "id", "DGU"), ('f', "family", "LDGFEUl"), ('n', "src-nat", "LDIUE"), ('g', "dst-nat", "LDIUE"),
    ('o', "output", "LDGUEle"), ('c', "secmark", "LE"), ('b', "buffer-size", "E"), ('j', "any-nat", "LE"),
    ('w', "zone", "LDGIE"), ('l', "label", "LDGUE"), ('<', "label-add", "IU"), ('>', "label-del", "U"),
    (ORIG_ZONE, "orig-zone", "LDIE"), (REPLY_ZONE, "reply-zone", "LDIE"),
];

/// Options that a command needs.
pub(super) const NEEDED: [(char, &str); 8] =
    [('s', "cdg"), ('d', "cdg"), ('p', "GIcdg"), ('t', "Ic"), ('[', "c"), (']', "c"), ('{', "c"), ('}', "c")];
