//! `ip -s link`: counters.

use core::fmt::Write;

use packetwalk_link::Device;

use super::Ip;

/// The counters of a link, without the last line's end.
pub(super) fn print(ip: &mut Ip<'_, '_>, device: &Device) {
    let s = &device.stats;
    let rx = [s.rx_bytes, s.rx_packets, s.rx_errors, s.rx_dropped, 0, s.multicast];
    let tx = [s.tx_bytes, s.tx_packets, s.tx_errors, s.tx_dropped, 0, 0];
    if ip.out.is_json() {
        let names = [
            ["bytes", "packets", "errors", "dropped", "over_errors", "multicast"],
            ["bytes", "packets", "errors", "dropped", "carrier_errors", "collisions"],
        ];
        ip.out.open_object(Some("stats64"));
        for (key, names, values) in [("rx", names[0], rx), ("tx", names[1], tx)] {
            ip.out.open_object(Some(key));
            for (name, value) in names.iter().zip(values) {
                ip.out.number(name, value, "");
            }
            let more: &[&str] = match (key, ip.opt.stats) {
                (_, 0 | 1) => &[],
                ("rx", _) => &["length_errors", "crc_errors", "frame_errors", "fifo_errors", "missed_errors"],
                _ => &["aborted_errors", "fifo_errors", "window_errors", "heartbeat_errors"],
            };
            for name in more {
                ip.out.number(name, 0, "");
            }
            if key == "tx" && ip.opt.stats > 1 {
                ip.out.number("carrier_changes", u64::from(device.carrier_changes), "");
            }
            ip.out.close_object();
        }
        ip.out.close_object();
        return;
    }
    let mut cols = [10, 7, 6, 7, 7, 7, 10, 9];
    let mut widen = |values: &[u64]| {
        for (col, value) in cols.iter_mut().zip(values) {
            *col = (*col).max(value.to_string().len());
        }
    };
    widen(&rx);
    widen(&tx);
    let sl = if ip.out.oneline { "\\" } else { "\n" };
    let changes = u64::from(device.carrier_changes);
    for (key, names, values) in [
        ("RX", ["bytes", "packets", "errors", "dropped", "missed", "mcast"], rx),
        ("TX", ["bytes", "packets", "errors", "dropped", "carrier", "collsns"], tx),
    ] {
        let mut line = format!("    {key}: {:>w$}", names[0], w = cols[0] - 4);
        for (name, width) in names[1..].iter().zip(&cols[1..]) {
            let _ = write!(line, " {name:>width$}");
        }
        let _ = write!(line, " {:>w$}{sl}    ", "", w = cols[6]);
        for (value, width) in values.iter().zip(cols) {
            let _ = write!(line, "{value:>width$} ");
        }
        if ip.opt.stats > 1 {
            let (names, values): ([&str; 5], [u64; 5]) = if key == "RX" {
                (["length", "crc", "frame", "fifo", "overrun"], [0; 5])
            } else {
                (["aborted", "fifo", "window", "heartbt", "transns"], [0, 0, 0, 0, changes])
            };
            let _ = write!(line, "{sl}    {key} errors:{:>w$}", "", w = cols[0] - 10);
            for (name, width) in names.iter().zip(&cols[1..]) {
                let _ = write!(line, " {name:>width$}");
            }
            let _ = write!(line, "{sl}{:>w$}", "", w = cols[0] + 5);
            for (value, width) in values.iter().zip(&cols[1..]) {
                let _ = write!(line, "{value:>width$} ");
            }
        }
        if key == "RX" {
            line += sl;
        }
        ip.out.fp(&line);
    }
}
