//! Pages that are checked: Markdown whose console blocks and claims are run in the lab of the page.
//!
//! A page says what is to be seen in four ways, each of which plain Markdown shows well:
//!
//! - a block ` ```lab ` is a lab: the commands of a script, after those of a file with `src=FILE`. It holds from
//!   there on.
//! - a block ` ```console ` is what a terminal shows: `$ ` asks on the host, `c1$ ` in the namespace or
//!   container `c1`, `> ` goes on with a command. Every line below is what Linux prints; `…` stands for any text
//!   within a line, or alone for any lines. The blocks of a lab share one machine.
//! - a block ` ```walk ` follows the packets of its last command, on a machine of its own. The lines below
//!   are to be found in the walk, in this order.
//! - a link `[words](#walk "FORWARD -i docker0")` claims that a step of the walk above holds the title's words
//!   (or its own, without a title). On the page it leads to that step.
//!
//! [`check`] says which of them do not hold; [`preprocess`] makes elements of them for mdBook; [`sessions`]
//! gives the console blocks as scripts for a real machine.

mod check;
mod console;
mod expect;
mod linux;
mod page;
mod preprocess;
mod run;

pub use check::{Broken, Report, check};
pub use linux::{Session, sessions};
pub use preprocess::{PreprocessError, preprocess};
