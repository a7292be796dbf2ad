//! States of a connection that servers ask for.

use packetwalk_lab::SockId;
use packetwalk_lab::socket::tcp::State;
use packetwalk_stack::{Datagram, Stack};

use crate::Cx;

/// Whether the handshake is over.
pub(super) fn is_connected(stack: &Stack, sock: SockId) -> bool {
    let state = stack.sockets.get(sock).and_then(|s| s.tcp()).map(|c| c.state);
    state.is_some_and(|s| !matches!(s, State::SynSent | State::SynRecv | State::Closed))
}

/// Whether nothing more will be read.
pub(super) fn is_over(stack: &Stack, sock: SockId) -> bool {
    stack.sockets.get(sock).and_then(|s| s.tcp()).is_none_or(|c| c.at_end() || c.hung_up())
}

/// A datagram's bytes.
pub(super) fn payload(cx: &Cx<'_>, datagram: &Datagram) -> Vec<u8> {
    cx.lab.payloads.bytes(datagram.packet.payload).to_vec()
}
