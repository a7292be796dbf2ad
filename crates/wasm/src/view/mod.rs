//! What JavaScript sees: plain data, one file a thing. The TypeScript types are made from these.
//!
//! Every row of every table has a `key`; a step that a row decided names the table and that key,
//! so that the picture, the trace and the tables can point at each other.

mod extension;
mod matrix;
mod output;
mod packet;
mod records;
mod row;
mod step;
mod terminal;
mod text;
mod topology;
mod walk;

pub use extension::{Extension, Simulated};
pub use matrix::{Matrix, MatrixCell, MatrixPair, MatrixPlace, MatrixShare};
pub use output::{Chunk, Output, Stream, Trouble};
pub use packet::Field;
pub use records::{Records, javascript};
pub use row::{Page, RouteRow, Row, RuleRow, Tables};
pub use step::{Decided, Leg, Place, Step, TableName, Tone, Tried};
pub use terminal::{Completion, Ended, Said, Typed, Undone};
pub use text::{Kept, Laid, Text, Texts};
pub use topology::{Device, DeviceKind, Namespace, Peer, Topology};
pub use walk::{Outcome, Parting, Verdict, Walk};
