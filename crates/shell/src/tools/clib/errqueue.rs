//! `recvmsg(MSG_ERRQUEUE)`.

use packetwalk_lab::{SockError, Socket};

/// The oldest error of a socket's queue. What `SO_ERROR` says follows the queue.
///
/// # Source
/// Linux v6.18, `net/core/skbuff.c`: `sock_dequeue_err_skb`.
pub(in crate::tools) fn dequeue(socket: &mut Socket) -> Option<SockError> {
    let error = socket.errors.pop_front()?;
    match socket.errors.front() {
        Some(next) if next.offender.is_some() => socket.error = Some(next.error),
        _ if error.offender.is_some() => socket.error = None,
        _ => {}
    }
    Some(error)
}
