//! Socket calls that send packets, or that follow each packet; the others are the stack's own (`Lab::stack_mut`).

use std::net::IpAddr;

use packetwalk_stack::{Cx, Datagram, SockId, Stack};
use packetwalk_trace::{NsId, Observer, SendError};
use packetwalk_wire::{Packet, Transport};

use crate::Lab;
use crate::lab::Action;

/// Makes a lab's method of a stack's function that needs the lab's context.
macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident => $call:ident($($arg:ident: $ty:ty),*) -> $out:ty, $none:expr;)*) => {
        $(
            impl Lab {
                $(#[$doc])*
                pub fn $name(&mut self, ns: NsId, $($arg: $ty),*) -> $out {
                    #[allow(non_camel_case_types)]
                    struct Call<$($arg),*>($($arg),*);
                    impl Action for Call<$($ty),*> {
                        type Output = $out;
                        fn run<O: Observer>(self, stack: &mut Stack, cx: &mut Cx<'_, O>) -> $out {
                            let Call($($arg),*) = self;
                            stack.$call(cx, $($arg),*)
                        }
                    }
                    self.with(ns, Call($($arg),*)).unwrap_or($none)
                }
            }
        )*
    };
}

type Sent = Result<(), SendError>;

calls! {
    /// `sendto` of a UDP socket: `to` unless connected, `from` to choose the source (`IP_PKTINFO`).
    ///
    /// # Errors
    /// As [`Stack::udp_send`]; ENODEV when there is no such namespace.
    udp_send => udp_send(id: SockId, data: &[u8], to: Option<(IpAddr, u16)>, from: Option<IpAddr>) -> Sent, Err(SendError::NoDev);
    /// `sendto` of a raw socket.
    ///
    /// # Errors
    /// As [`Stack::raw_send`].
    raw_send => raw_send(id: SockId, transport: Transport, data: &[u8], to: IpAddr) -> Sent, Err(SendError::NoDev);
    /// Sends a packet with the headers as they are, with a mark.
    ///
    /// # Errors
    /// As [`Stack::send_hdrincl`].
    send_hdrincl => send_hdrincl(packet: Packet, mark: u32) -> Sent, Err(SendError::NoDev);
    /// `connect` of a TCP socket.
    ///
    /// # Errors
    /// As [`Stack::tcp_connect`].
    tcp_connect => tcp_connect(id: SockId, to: (IpAddr, u16)) -> Sent, Err(SendError::NoDev);
    /// `write` to a TCP connection.
    ///
    /// # Errors
    /// As [`Stack::tcp_write`].
    tcp_write => tcp_write(id: SockId, data: &[u8]) -> Sent, Err(SendError::NoDev);
    /// `shutdown(SHUT_WR)`.
    tcp_shutdown => tcp_shutdown(id: SockId) -> (), ();
    /// `close` with SO_LINGER 0.
    tcp_abort => tcp_abort(id: SockId) -> (), ();
    /// `close`.
    sock_close => sock_close(id: SockId) -> (), ();
}

impl Lab {
    /// `recvfrom`: the oldest datagram.
    pub fn sock_recv(&mut self, ns: NsId, id: SockId) -> Option<Datagram> {
        self.space_mut(ns)?.stack.sock_recv(id)
    }
}
