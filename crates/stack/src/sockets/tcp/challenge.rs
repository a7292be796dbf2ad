//! Segments that do not fit are answered, but not all of them (RFC 5961).

use std::time::Duration;

use packetwalk_wire::Instant;

use super::{Connection, Segment};

/// `tcp_invalid_ratelimit`.
const CHALLENGES: Duration = Duration::from_millis(500);

impl Connection {
    /// Whether a segment that does not fit is answered: twice a second at most, so that two hosts do not go on so for
    /// ever.
    ///
    /// # Source
    /// Linux v6.18, `net/ipv4/tcp_input.c`: `__tcp_oow_rate_limited`.
    pub(super) fn may_challenge(&mut self, now: Instant) -> bool {
        let may = self.challenged_at.is_none_or(|at| now.since(at) >= CHALLENGES);
        if may {
            self.challenged_at = Some(now);
        }
        may
    }

    /// Linux v6.18, `net/ipv4/tcp_input.c`: `tcp_send_challenge_ack`.
    pub(super) fn challenge(&mut self, now: Instant, out: &mut Vec<Segment>) {
        if self.may_challenge(now) {
            self.send_ack(now, out);
        }
    }
}
