//! What the network tools have from the C library: options, numbers, names, buffered output.

mod errqueue;
pub(super) mod float;
mod getopt;
mod lookup;
pub(super) mod message;
mod number;
mod resolve;
mod service;
mod stdio;

pub(super) use errqueue::dequeue;
pub(super) use getopt::{Getopt, Item};
pub(super) use lookup::{Conf, Lookup, Progress, Want, open as open_resolver, receive as receive_answer};
pub(super) use number::{Bad, strtod, strtol, strtoul};
pub(super) use resolve::{Gai, Host, aton, host_table, learn, may_be_name, resolve, reverse};
pub(super) use service::{port_of, protocol_of, service_at};
pub(super) use stdio::Stdout;
