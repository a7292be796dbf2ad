//! `ipset help`.

use super::icmp::{ICMP, ICMPV6};
use super::options::Command;
use super::types::{Families, TYPES, Type};

const GENERAL: &str = r#"ipset v7.17

Usage: ipset [options] COMMAND

Commands:
create SETNAME TYPENAME [type-specific-options]
        Create a new set
add SETNAME ENTRY
        Add entry to the named set
del SETNAME ENTRY
        Delete entry from the named set
test SETNAME ENTRY
        Test entry in the named set
destroy [SETNAME]
        Destroy a named set or all sets
list [SETNAME]
        List the entries of a named set or all sets
save [SETNAME]
        Save the named set or all sets to stdout
restore 
        Restore a saved state
flush [SETNAME]
        Flush a named set or all sets
rename FROM-SETNAME TO-SETNAME
        Rename two sets
swap FROM-SETNAME TO-SETNAME
        Swap the contect of two existing sets
help [TYPENAME]
        Print help, and settype specific help
version 
        Print version information
quit 
        Quit interactive mode

Options:
-o plain|save|xml
       Specify output mode for listing sets.
       Default value for "list" command is mode "plain"
       and for "save" command is mode "save".
-s 
        Print elements sorted (if supported by the set type).
-q 
        Suppress any notice or warning message.
-r 
        Try to resolve IP addresses in the output (slow!)
-! 
        Ignore errors when creating or adding sets or
        elements that do exist or when deleting elements
        that don't exist.
-n 
        When listing, just list setnames from the kernel.

-t 
        When listing, list setnames and set headers
        from kernel only.
-f 
        Read from the given file instead of standard
        input (restore) or write to given file instead
        of standard output (list/save).
"#;

const PORTS: &str = "      [PROTO:]PORT is a valid pattern of the following:
           PORTNAME         TCP port name from /etc/services
           PORTNUMBER       TCP port number identifier
           tcp|sctp|udp|udplite:PORTNAME|PORTNUMBER
           icmp:CODENAME    supported ICMP codename
           icmp:TYPE/CODE   ICMP type/code value
           icmpv6:CODENAME  supported ICMPv6 codename
           icmpv6:TYPE/CODE ICMPv6 type/code value
           PROTO:0          all other protocols

";

/// The help without the types.
pub(super) fn general() -> String {
    GENERAL.to_owned()
}

/// The list of all types and their revisions.
pub(super) fn types() -> String {
    let mut out = String::from("\nSupported set types:\n");
    for of in TYPES {
        let name = of.kind.name();
        let tab = if name.len() < 12 { "\t" } else { "" };
        for (revision, what) in (0..=of.kind.revision()).rev().zip(of.revisions) {
            out += &format!("    {name}\t{tab}{revision}\t{what}\n");
        }
    }
    out
}

/// The help of a type.
pub(super) fn of_type(of: &Type) -> String {
    let name = of.kind.name();
    let mut out = format!("\n{name} type specific options:\n\n");
    for command in [Command::Create, Command::Add, Command::Del, Command::Test] {
        let takes = command.takes(of);
        out += &format!("{:<6} SETNAME {name} {}\n", command.name(), takes.help);
        for help in takes.args.iter().filter_map(|kw| kw.help()) {
            out += &format!("               {help}\n");
        }
    }
    out += &format!("\n{}\n", of.usage);
    if of.explains_ports() {
        out += PORTS;
        for (what, names) in [("ICMP", ICMP), ("ICMPv6", ICMPV6)] {
            out += &format!("           Supported {what} codenames:\n");
            for (name, ..) in names {
                out += &format!("               {name}\n");
            }
        }
    }
    out += &match of.families {
        Families::Neutral => format!("\nType {name} is family neutral.\n"),
        Families::Both => format!("\nType {name} supports inet and inet6.\n"),
        Families::V4 => format!("\nType {name} supports family inet only.\n"),
    };
    out
}
