//! Sockets, in the columns of `ss`.

use packetwalk_lab::{Socket, SocketKind, Stack};

use super::Wanted;
use crate::view::Row;

pub fn sockets(stack: &Stack, wanted: Wanted<'_>) -> Vec<Row> {
    let rows = stack.sockets.iter().filter_map(|(id, socket)| {
        let key = id.0.to_string();
        wanted(&key).then(|| Row { key, text: line(socket) })
    });
    rows.collect()
}

fn line(socket: &Socket) -> String {
    let (kind, state) = match &socket.kind {
        SocketKind::Udp => ("udp", if socket.remote.is_some() { "ESTAB" } else { "UNCONN" }.to_owned()),
        SocketKind::Raw { protocol: 1 } => ("icmp", "UNCONN".to_owned()),
        SocketKind::Raw { .. } => ("raw", "UNCONN".to_owned()),
        SocketKind::TcpIdle => ("tcp", "CLOSED".to_owned()),
        SocketKind::TcpListen { .. } => ("tcp", "LISTEN".to_owned()),
        SocketKind::Tcp { conn, .. } => ("tcp", conn.state.name().to_owned()),
    };
    let any = if socket.family == packetwalk_wire::Family::V4 { "0.0.0.0" } else { "[::]" };
    let local = socket.local.map_or_else(|| any.to_owned(), |a| a.to_string());
    let port = |port: u16| if port == 0 { "*".to_owned() } else { port.to_string() };
    let remote = match socket.remote {
        Some((addr, p)) => format!("{addr}:{}", port(p)),
        None => format!("{any}:*"),
    };
    format!("{kind:<5} {state:<11} {:<21} {remote}", format!("{local}:{}", port(socket.port)))
}
