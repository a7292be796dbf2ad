//! Questions to one server, until all are answered or the patience is over.

use core::time::Duration;
use std::net::IpAddr;

use packetwalk_lab::SockId;
use packetwalk_trace::SendError;
use packetwalk_wire::Instant;

use crate::tools::clib::message::Message;
use crate::tools::clib::{open_resolver, receive_answer};
use crate::{Cx, Poll};

/// What comes of them.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Message(Message),
    /// Nobody listens there.
    Refused(SendError),
    /// Time is over.
    Silence,
    /// All is answered.
    All,
}

#[derive(Clone, Debug)]
pub(super) struct Ask {
    sock: Option<SockId>,
    /// Not yet answered.
    open: Vec<Message>,
    /// How often, and how long in milliseconds, it may go on.
    left: u32,
    pause: u64,
    due: Instant,
}

impl Ask {
    pub fn new(
        cx: &mut Cx<'_>,
        server: IpAddr,
        questions: Vec<(String, u16)>,
        (times, pause): (u32, u64),
    ) -> Self {
        let mut open = Vec::new();
        for (name, kind) in questions {
            let id = cx.sys.random() << 1 | cx.sys.random() & 1;
            open.push(Message::query(id, &name, kind));
        }
        let sock = open_resolver(cx, server);
        Self { sock, open, left: times, pause, due: cx.now() }
    }

    /// The next thing that came; how to wait for it.
    pub fn poll(&mut self, cx: &mut Cx<'_>) -> Result<Answer, Poll> {
        let Some(sock) = self.sock else { return Ok(Answer::Silence) };
        while let Some(message) = receive_answer(cx, sock) {
            if let Some(at) = self.open.iter().position(|q| q.id == message.id && q.kind == message.kind) {
                self.open.remove(at);
                return Ok(Answer::Message(message));
            }
        }
        if self.open.is_empty() {
            return Ok(Answer::All);
        }
        let error = cx.lab.stack_mut(cx.ns).and_then(|s| s.sock_error(sock));
        if let Some(error) = error {
            return Ok(Answer::Refused(error));
        }
        if cx.now() >= self.due {
            if self.left == 0 {
                return Ok(Answer::Silence);
            }
            self.left -= 1;
            self.due = cx.now() + Duration::from_millis(self.pause);
            cx.sys.reached();
            for query in self.open.clone() {
                let sent = cx.lab.udp_send(cx.ns, sock, &query.bytes(), None, None);
                if let Err(error) = sent {
                    return Ok(Answer::Refused(error));
                }
            }
        }
        Err(Poll::WaitUntil(self.due))
    }

    pub fn close(&mut self, cx: &mut Cx<'_>) {
        if let Some(sock) = self.sock.take() {
            cx.lab.sock_close(cx.ns, sock);
        }
    }
}
