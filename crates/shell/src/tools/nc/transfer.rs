//! Standard input to the network and the network to standard output, until both are done.

use std::time::Duration;

use packetwalk_lab::SockId;
use packetwalk_wire::Instant;

use super::SETTLE;
use super::options::Options;
use crate::Cx;
use crate::process::Poll;
use crate::sys::Read;

/// Bytes read at once (`BUFSIZE`).
const BUFFER: usize = 16384;

/// What became of it.
pub(super) enum Outcome {
    /// Poll again like this.
    Wait(Poll),
    /// Both sides are done.
    Over,
    /// `-q` ran out: the program ends with status 0.
    Quit,
}

/// `readwrite`: which of the four ends are still watched, and what is on its way between them.
///
/// # Source
/// netcat-openbsd 1.219-1, `netcat.c`: `readwrite`. Linux v6.18, `net/ipv4/tcp.c`: `tcp_poll`;
/// `net/core/datagram.c`: `datagram_poll`.
#[derive(Clone, Debug, Default)]
pub(super) struct Transfer {
    stdin: bool,
    net_out: bool,
    net_in: bool,
    stdout: bool,
    from_stdin: Vec<u8>,
    from_net: Vec<u8>,
    /// The network is watched for room to write.
    wants_out: bool,
    received: i64,
    /// When the wait began that `-w` ends.
    since: Instant,
    /// What was written is on its way, or `-i`: nothing happens until then.
    pause: Option<Instant>,
    /// `-q`: the connection is closed, the program ends then.
    quit_at: Option<Instant>,
}

/// What poll says of the socket.
#[derive(Clone, Copy, Default)]
struct Net {
    readable: bool,
    hung_up: bool,
    error: bool,
}

impl Transfer {
    pub fn new(now: Instant, options: &Options) -> Self {
        Self {
            stdin: !options.no_stdin,
            net_out: true,
            net_in: true,
            stdout: true,
            since: now,
            ..Self::default()
        }
    }

    pub fn run(&mut self, cx: &mut Cx<'_>, options: &mut Options, sock: SockId) -> Outcome {
        let now = cx.now();
        if let Some(at) = self.pause {
            if now < at {
                return Outcome::Wait(Poll::WaitUntil(at));
            }
            self.pause = None;
        }
        if self.quit_at.is_some_and(|at| at <= now) {
            return Outcome::Quit;
        }
        loop {
            let no_input = !self.stdin && !self.net_in && self.empty();
            let no_output = !self.net_out && !self.stdout;
            let unheard = options.listen && !self.net_in && self.empty();
            if no_input || no_output || unheard {
                match options.quit {
                    Some(seconds) if seconds > 0 => {
                        if self.quit_at.is_none() {
                            cx.lab.sock_close(cx.ns, sock);
                        }
                        let at = self.quit_at.get_or_insert(now + Duration::from_secs(seconds as u64));
                        if *at <= now {
                            return Outcome::Quit;
                        }
                    }
                    _ => return Outcome::Over,
                }
            }
            if !self.round(cx, options, sock) {
                return self.idle(now, options);
            }
            self.since = now;
            if let Some(at) = self.pause {
                self.since = at;
                return Outcome::Wait(Poll::WaitUntil(at));
            }
        }
    }

    fn empty(&self) -> bool {
        self.from_stdin.is_empty() && self.from_net.is_empty()
    }

    /// Nothing is ready.
    fn idle(&self, now: Instant, options: &Options) -> Outcome {
        let timeout = options.timeout.map(|s| self.since + Duration::from_secs(s));
        if timeout.is_some_and(|at| at <= now) {
            return Outcome::Over;
        }
        match [timeout, self.quit_at].into_iter().flatten().min() {
            Some(at) => Outcome::Wait(Poll::WaitUntil(at)),
            None => Outcome::Wait(Poll::Wait),
        }
    }

    fn net(cx: &mut Cx<'_>, sock: SockId, udp: bool) -> Net {
        let socket = cx.lab.stack(cx.ns).and_then(|s| s.sockets.get(sock));
        let Some(socket) = socket else { return Net { hung_up: true, ..Net::default() } };
        match socket.tcp() {
            Some(conn) => Net {
                readable: conn.readable(),
                hung_up: conn.hung_up(),
                error: socket.error.is_some() || conn.error().is_some(),
            },
            None if udp => {
                Net { readable: !socket.received.is_empty(), hung_up: false, error: socket.error.is_some() }
            }
            None => Net { hung_up: true, ..Net::default() },
        }
    }

    /// One turn of poll and what follows; whether anything was ready.
    fn round(&mut self, cx: &mut Cx<'_>, options: &mut Options, sock: SockId) -> bool {
        let net = if (self.net_in || self.net_out) && self.quit_at.is_none() {
            Self::net(cx, sock, options.udp)
        } else {
            Net::default()
        };
        let room = BUFFER - self.from_stdin.len();
        let input = if self.stdin && room > 0 { cx.read_fd(0, room) } else { Read::Wait };
        let may_read = self.net_in && net.readable && self.from_net.len() < BUFFER;
        let may_write = self.net_out && self.wants_out;
        let lost = (self.net_in || self.net_out) && (net.error || net.hung_up);
        let all_sent = self.net_out && !self.stdin && self.from_stdin.is_empty();
        let ready =
            input != Read::Wait || may_read || may_write || lost || all_sent || !self.from_net.is_empty();
        if !ready {
            return false;
        }
        if net.error {
            (self.net_out, self.net_in) = (false, false);
        }
        if net.hung_up && !net.readable {
            self.net_in = false;
        }
        if net.hung_up && self.net_out {
            if options.shut {
                Self::shut(cx, options, sock);
            }
            self.net_out = false;
        }
        if !self.net_out {
            self.stdin = false;
        }
        match input {
            Read::Data(bytes) => {
                self.from_stdin.extend_from_slice(&bytes);
                self.wants_out = true;
            }
            Read::Wait => {}
            Read::End | Read::Error(_) => self.stdin = false,
        }
        if may_write && self.net_out && !self.from_stdin.is_empty() {
            self.send(cx, options, sock);
        }
        if may_read && self.net_in {
            self.receive(cx, options, sock);
        }
        if !self.from_net.is_empty() {
            let bytes = core::mem::take(&mut self.from_net);
            if cx.write_fd(1, &bytes).is_err() {
                (self.stdout, self.net_in) = (false, false);
            }
        }
        if !self.stdin && self.from_stdin.is_empty() && self.pause.is_none() {
            if self.net_out && options.shut {
                Self::shut(cx, options, sock);
            }
            self.net_out = false;
            let quits = options.quit.is_some_and(|q| q >= 0);
            if (options.listen || options.udp) && self.net_in && quits {
                self.net_in = false;
                options.keep = false;
            }
        }
        if !self.net_in {
            self.stdout = false;
        }
        true
    }

    /// `shutdown(SHUT_WR)`; nothing to see for UDP.
    fn shut(cx: &mut Cx<'_>, options: &Options, sock: SockId) {
        if !options.udp {
            cx.lab.tcp_shutdown(cx.ns, sock);
        }
    }

    /// netcat-openbsd 1.219-1, `netcat.c`: `drainbuf`.
    fn send(&mut self, cx: &mut Cx<'_>, options: &Options, sock: SockId) {
        let by_line = options.interval > 0 || options.crlf;
        let end = self.from_stdin.iter().position(|&b| b == b'\n').filter(|_| by_line);
        let taken = end.map_or(self.from_stdin.len(), |at| at + 1);
        let chunk: Vec<u8> = self.from_stdin.drain(..taken).collect();
        let bare = end.is_some() && options.crlf && !chunk.ends_with(b"\r\n");
        let parts = if bare { vec![&chunk[..chunk.len() - 1], &b"\r\n"[..]] } else { vec![&chunk[..]] };
        for part in parts.into_iter().filter(|p| !p.is_empty()) {
            let written = if options.udp {
                cx.lab.udp_send(cx.ns, sock, part, None, None)
            } else {
                cx.lab.tcp_write(cx.ns, sock, part)
            };
            if written.is_err() {
                self.net_out = false;
                self.from_stdin.splice(0..0, chunk.iter().copied());
                return;
            }
        }
        let sleeps = end.is_some() && options.interval > 0;
        self.pause = Some(cx.now() + if sleeps { Duration::from_secs(options.interval) } else { SETTLE });
        self.wants_out = !self.from_stdin.is_empty();
    }

    fn receive(&mut self, cx: &mut Cx<'_>, options: &Options, sock: SockId) {
        let Some(stack) = cx.lab.stack_mut(cx.ns) else { return };
        let bytes = if options.udp {
            let payload = stack.sock_recv(sock).map(|d| d.packet.payload);
            payload.map(|p| cx.lab.payloads.bytes(p).to_vec()).unwrap_or_default()
        } else {
            stack.tcp_read(sock)
        };
        // No bytes: the peer has closed, or an empty datagram that looks the same.
        if bytes.is_empty() {
            self.net_in = false;
        }
        let most = if options.udp { BUFFER } else { usize::MAX };
        self.from_net.extend(bytes.iter().take(most));
        self.received += 1;
        if options.limit > 0 && self.received >= options.limit {
            (self.net_in, self.stdin) = (false, false);
        }
    }
}
