//! The commands: one file or folder each, and the table of their names.

mod arp;
mod bridge;
mod busybox;
mod clib;
pub(crate) mod confined;
mod conntrack;
mod control;
mod dmesg;
pub(crate) mod docker;
mod getent;
mod http;
mod ifconfig;
mod ip;
mod ipset;
pub(crate) mod iptables;
pub(crate) mod man;
mod names;
mod nc;
mod nfacct;
mod nslookup;
mod ping;
pub(crate) mod proc_net;
pub(crate) mod proc_sys;
mod registry;
mod route;
mod sysctl;
mod tcpdump;
pub(crate) mod text;
mod traceroute;

pub(crate) use names::is_of_images;
use registry::Tool;
pub(crate) use registry::{Known, is_path_of_tool, known, names, path_of, start};

/// Every command, sorted by name. To add one: a line here and a `mod` above.
///
/// `Tool::Function(ip::main)` for a command that does all at once, `Tool::Process(ping::new)` for a state
/// machine.
#[rustfmt::skip]
const TOOLS: &[(&str, Tool)] = &[
    ("[", Tool::Function(control::plain::test)),
    ("arp", Tool::Function(arp::main)),
    ("awk", text::AWK),
    ("basename", text::BASENAME),
    ("bash", Tool::Process(crate::lang::interp::start_bash)),
    ("bridge", Tool::Function(bridge::main)),
    ("cat", text::CAT),
    ("conntrack", Tool::Process(conntrack::new)),
    ("curl", Tool::Process(http::curl)),
    ("cut", text::CUT),
    ("dash", Tool::Process(crate::lang::interp::start_bash)),
    ("date", text::DATE),
    ("dirname", text::DIRNAME),
    ("dmesg", Tool::Function(dmesg::main)),
    ("docker", Tool::Process(docker::new)),
    ("dockerd", Tool::Process(docker::daemon)),
    ("echo", Tool::Function(control::plain::echo)),
    ("egrep", text::GREP),
    ("env", Tool::Function(control::env::main)),
    ("false", Tool::Function(control::plain::false_)),
    ("fgrep", text::GREP),
    ("getent", Tool::Process(getent::new)),
    ("grep", text::GREP),
    ("head", text::HEAD),
    ("hostname", text::HOSTNAME),
    ("id", text::ID),
    ("ifconfig", Tool::Function(ifconfig::main)),
    ("ip", Tool::Process(ip::new)),
    ("ip6tables", Tool::Process(iptables::new)),
    ("ip6tables-legacy", Tool::Process(iptables::new)),
    ("ip6tables-legacy-restore", Tool::Process(iptables::new)),
    ("ip6tables-legacy-save", Tool::Process(iptables::new)),
    ("ip6tables-nft", Tool::Process(iptables::new)),
    ("ip6tables-nft-restore", Tool::Process(iptables::new)),
    ("ip6tables-nft-save", Tool::Process(iptables::new)),
    ("ip6tables-restore", Tool::Process(iptables::new)),
    ("ip6tables-save", Tool::Process(iptables::new)),
    ("ipset", Tool::Process(ipset::new)),
    ("iptables", Tool::Process(iptables::new)),
    ("iptables-legacy", Tool::Process(iptables::new)),
    ("iptables-legacy-restore", Tool::Process(iptables::new)),
    ("iptables-legacy-save", Tool::Process(iptables::new)),
    ("iptables-nft", Tool::Process(iptables::new)),
    ("iptables-nft-restore", Tool::Process(iptables::new)),
    ("iptables-nft-save", Tool::Process(iptables::new)),
    ("iptables-restore", Tool::Process(iptables::new)),
    ("iptables-save", Tool::Process(iptables::new)),
    ("kill", Tool::Function(control::kill::main)),
    ("ls", text::LS),
    ("man", Tool::Function(man::main)),
    ("mawk", text::AWK),
    ("mkdir", text::MKDIR),
    ("mktemp", text::MKTEMP),
    ("nc", Tool::Process(nc::new)),
    ("nc.openbsd", Tool::Process(nc::new)),
    ("netcat", Tool::Process(nc::new)),
    ("nfacct", Tool::Process(nfacct::new)),
    ("nice", Tool::Function(control::wrap::nice)),
    ("nohup", Tool::Function(control::wrap::nohup)),
    ("nsenter", Tool::Function(control::nsenter::main)),
    ("nslookup", Tool::Process(nslookup::new)),
    ("paste", text::PASTE),
    ("ping", Tool::Process(ping::new)),
    ("ping4", Tool::Process(ping::new)),
    ("ping6", Tool::Process(ping::new)),
    ("printf", Tool::Function(control::plain::printf)),
    ("pwd", Tool::Function(control::plain::pwd)),
    ("rev", text::REV),
    ("rm", text::RM),
    ("route", Tool::Function(route::main)),
    ("sed", text::SED),
    ("seq", text::SEQ),
    ("setsid", Tool::Function(control::wrap::setsid)),
    ("sh", Tool::Process(crate::lang::interp::start_bash)),
    ("sleep", Tool::Process(control::sleep::new)),
    ("sort", text::SORT),
    ("stdbuf", Tool::Function(control::wrap::stdbuf)),
    ("sysctl", Tool::Function(sysctl::main)),
    ("systemctl", Tool::Function(docker::systemctl)),
    ("tail", text::TAIL),
    ("tcpdump", Tool::Process(tcpdump::new)),
    ("tee", text::TEE),
    ("test", Tool::Function(control::plain::test)),
    ("timeout", Tool::Process(control::timeout::new)),
    ("touch", text::TOUCH),
    ("tr", text::TR),
    ("traceroute", Tool::Process(traceroute::new)),
    ("traceroute6", Tool::Process(traceroute::new)),
    ("true", Tool::Function(control::plain::true_)),
    ("uname", text::UNAME),
    ("uniq", text::UNIQ),
    ("update-alternatives", Tool::Function(control::alternatives::main)),
    ("wc", text::WC),
    ("wget", Tool::Process(http::wget)),
    ("which", Tool::Function(control::which::main)),
    ("xargs", text::XARGS),
    ("xtables-monitor", Tool::Process(iptables::monitor)),
];
