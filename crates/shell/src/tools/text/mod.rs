//! The text tools: what a lab pipes its output through, and the small commands around it.

mod awk;
mod cat;
mod cut;
mod date;
mod files;
mod grep;
mod head;
mod number;
mod opts;
mod paste;
pub(crate) mod regex;
mod rev;
mod sed;
mod seq;
mod small;
mod sort;
mod stream;
mod tail;
mod tee;
mod tr;
mod uniq;
mod wc;
mod xargs;

use super::registry::Tool;

/// A tool that is fed line by line.
const fn lines<T: stream::Tool + Clone>() -> Tool {
    Tool::Process(stream::new::<T>)
}

/// A tool that reads everything first.
const fn gather<T: stream::Gather>() -> Tool {
    Tool::Process(stream::gather::<T>)
}

pub(super) const BASENAME: Tool = Tool::Function(small::basename);
pub(super) const CAT: Tool = lines::<cat::Cat>();
pub(super) const CUT: Tool = lines::<cut::Cut>();
pub(super) const GREP: Tool = lines::<grep::Grep>();
pub(super) const HEAD: Tool = lines::<head::Head>();
pub(super) const PASTE: Tool = gather::<paste::Paste>();
pub(super) const REV: Tool = lines::<rev::Rev>();
pub(super) const TAIL: Tool = gather::<tail::Tail>();
pub(super) const TEE: Tool = lines::<tee::Tee>();
pub(super) const TR: Tool = lines::<tr::Tr>();
pub(super) const UNIQ: Tool = lines::<uniq::Uniq>();
pub(super) const WC: Tool = gather::<wc::Wc>();
pub(super) const DIRNAME: Tool = Tool::Function(small::dirname);
pub(super) const HOSTNAME: Tool = Tool::Function(small::hostname);
pub(super) const ID: Tool = Tool::Function(small::id);
pub(super) const UNAME: Tool = Tool::Function(small::uname);
pub(super) const LS: Tool = Tool::Function(files::ls);
pub(super) const MKDIR: Tool = Tool::Function(files::mkdir);
pub(super) const MKTEMP: Tool = Tool::Function(files::mktemp);
pub(super) const RM: Tool = Tool::Function(files::rm);
pub(super) const TOUCH: Tool = Tool::Function(files::touch);
pub(super) const SEQ: Tool = Tool::Process(seq::new);
pub(super) const SORT: Tool = gather::<sort::Sort>();
pub(super) const DATE: Tool = Tool::Function(date::main);
pub(super) const XARGS: Tool = Tool::Process(xargs::new);
pub(super) const SED: Tool = lines::<sed::Sed>();
pub(super) const AWK: Tool = lines::<awk::Awk>();
