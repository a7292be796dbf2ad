//! What is known of a flow is done again as every box would do it: the same traffic with and without somebody who
//! watches, for whom every packet goes its own way, leaves the same behind.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail it")]

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use packetwalk_lab::{Lab, SockId, SocketKind};
use packetwalk_shell::{Collect, Shell};
use packetwalk_trace::NsId;
use packetwalk_wire::{Family, IpHeader, Packet, Payload, Tcp, TcpFlags, TcpOptions, Transport, Udp};

/// Two hosts on a bridge, one of them behind rules of its own.
const BRIDGED: &str = "
ip netns add client
ip netns add c1
ip link add br0 type bridge
ip link set br0 up
for n in client c1; do
  ip link add v$n type veth peer name eth0 netns $n
  ip link set v$n master br0 up
  ip -n $n link set eth0 up
done
ip -n client addr add 192.0.2.2/24 dev eth0
ip -n c1 addr add 192.0.2.1/24 dev eth0
ip netns exec c1 iptables-legacy -A INPUT -p udp --dport 9
ip netns exec c1 iptables-legacy -P INPUT ACCEPT
";

/// What happens between the packets: commands, or seconds that pass.
const BETWEEN: &[&str] = &[
    "",
    "sleep 3",
    "iptables -I FORWARD 1 -p udp -m comment --comment hello",
    "iptables-legacy -t mangle -A PREROUTING -p udp -j MARK --set-mark 7",
    "iptables-legacy -t mangle -A FORWARD -m mark --mark 7 -j TOS --set-tos 0x10",
    "sleep 40",
    "iptables -I FORWARD 1 -m statistic --mode nth --every 3 --packet 0 -j DROP",
    "iptables -D FORWARD 1",
    "iptables -I FORWARD 1 -m limit --limit 10/second --limit-burst 4 -j ACCEPT",
    "ip neigh flush all",
    "iptables -D FORWARD 1",
    "iptables -A FORWARD -m conntrack --ctstate ESTABLISHED -m length --length 0:40 -j ACCEPT",
    "conntrack -U -m 5",
    "iptables -I FORWARD -m connmark --mark 5",
    "iptables -I FORWARD -p udp -m connbytes --connbytes 100 --connbytes-dir both --connbytes-mode packets",
    "iptables -D FORWARD 1",
    "sysctl -w net.netfilter.nf_conntrack_acct=1",
    "iptables -t mangle -A PREROUTING -p udp --sport 9 -m statistic --mode nth --every 16 --packet 0 -j CONNMARK --set-mark 9",
    "iptables -I FORWARD -m connmark --mark 9",
    "conntrack -D",
    "",
    "",
    "sleep 400",
    "iptables -Z",
    "modprobe br_netfilter",
    "sysctl -w net.bridge.bridge-nf-call-iptables=1",
    "iptables -t raw -A PREROUTING -p udp --sport 5001 -j CT --notrack",
    "ip link set eth0 mtu 1400",
    "sysctl -w net.ipv4.ip_forward=0",
    "sysctl -w net.ipv4.ip_forward=1",
    "ip link set vclient type bridge_slave isolated on; ip link set vc1 type bridge_slave isolated on",
    "ip link set vc1 type bridge_slave isolated off",
    "sysctl -w net.bridge.bridge-nf-call-iptables=0",
    "sysctl -w net.bridge.bridge-nf-call-iptables=1",
    "iptables -P FORWARD DROP",
    "iptables -P FORWARD ACCEPT",
];

struct Traffic {
    shell: Shell,
    client: NsId,
    server: NsId,
    from: [SockId; 3],
    to: SockId,
    watched: bool,
    /// The lab does one thing at a time.
    stepwise: bool,
    told: String,
}

impl Traffic {
    fn new(script: &str, (watched, stepwise): (bool, bool)) -> Self {
        let mut shell = Shell::new(Lab::new(7));
        let mut output = Collect::default();
        shell.run_script("lab.sh", script.as_bytes(), &mut output);
        let lab = &mut shell.lab;
        let (client, server) = (lab.ns("client").unwrap(), lab.ns("c1").unwrap());
        let stack = lab.stack_mut(client).unwrap();
        let from = [5000, 5001, 5002].map(|port| {
            let socket = stack.sock_open(Family::V4, SocketKind::Udp);
            stack.sock_bind(socket, None, port).unwrap();
            socket
        });
        let stack = lab.stack_mut(server).unwrap();
        let to = stack.sock_open(Family::V4, SocketKind::Udp);
        stack.sock_bind(to, None, 9).unwrap();
        Self { shell, client, server, from, to, watched, stepwise, told: String::new() }
    }

    fn settle(&mut self) {
        let lab = &mut self.shell.lab;
        let until = lab.now() + Duration::from_millis(1);
        if self.stepwise {
            while lab.step(until) {}
        } else {
            lab.run_until(until);
        }
    }

    fn packets(&mut self, round: usize) {
        if self.watched {
            self.shell.lab.start_trace();
        }
        for n in 0..24 {
            let lab = &mut self.shell.lab;
            let socket = self.from[(n + round) % 3 * usize::from(n % 4 != 0)];
            let data = vec![n as u8; 18 + n % 2];
            let host = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
            let _ = lab.udp_send(self.client, socket, &data, Some((host, 9)), None);
            // Some packets fly together.
            if n % 8 < 3 {
                continue;
            }
            self.settle();
            while let Some(datagram) = self.shell.lab.sock_recv(self.server, self.to) {
                let ip = datagram.packet.ip;
                writeln!(self.told, "{round}.{n} {}:{:?} {}", ip.src, datagram.packet.ports(), ip.ttl)
                    .unwrap();
                let from = datagram.packet.ports().map(|(sport, _)| (ip.src, sport));
                if n % 3 != 1 {
                    let _ = self.shell.lab.udp_send(self.server, self.to, b"answer", from, None);
                }
            }
            self.settle();
            for socket in self.from {
                while let Some(datagram) = self.shell.lab.sock_recv(self.client, socket) {
                    writeln!(self.told, "back {:?}", datagram.packet.transport).unwrap();
                }
            }
        }
        for n in 0..12 {
            // Some ports come again while their connections are there, some after.
            let port = 20_000 + (round * 8 + n) as u16;
            let (options, flags) = (TcpOptions::default(), TcpFlags::SYN);
            let syn = Tcp { sport: port, dport: 80, seq: 7, ack: 0, flags, window: 1000, options };
            for transport in [Transport::Udp(Udp { sport: port, dport: 9 }), Transport::Tcp(syn)] {
                let [src, dst] = [2, 1].map(|n| IpAddr::V4(Ipv4Addr::new(192, 0, 2, n)));
                let packet = Packet { ip: IpHeader::new(src, dst), transport, payload: Payload::EMPTY };
                let _ = self.shell.lab.send_hdrincl(self.client, packet, 0);
            }
            if n % 4 != 2 {
                self.settle();
            }
        }
        while let Some(datagram) = self.shell.lab.sock_recv(self.server, self.to) {
            writeln!(self.told, "{round} new: {:?}", datagram.packet).unwrap();
        }
        // The container's own, which are masqueraded; of some the ports are taken.
        for n in 0..12 {
            let lab = &mut self.shell.lab;
            let stack = lab.stack_mut(self.server).unwrap();
            let socket = stack.sock_open(Family::V4, SocketKind::Udp);
            stack.sock_bind(socket, None, 20_000 + (round * 8 + n) as u16).unwrap();
            let to = (IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 5000 + (n % 4 / 3) as u16);
            let _ = lab.udp_send(self.server, socket, b"new", Some(to), None);
            self.settle();
            self.shell.lab.sock_close(self.server, socket);
        }
        while let Some(datagram) = self.shell.lab.sock_recv(self.client, self.from[0]) {
            writeln!(self.told, "{round} from the container: {:?}", datagram.packet).unwrap();
        }
        self.shell.lab.stop_trace();
    }

    fn command(&mut self, line: &str) {
        let mut output = Collect::default();
        self.shell.run_line(NsId(0), line.as_bytes(), &mut output);
    }

    /// Everything that is left behind.
    fn state(&mut self) -> String {
        let lab = &mut self.shell.lab;
        let _ = lab.next_due();
        lab.spaces()
            .fold(format!("{:?}\n", lab.now()), |all, (id, space)| all + &format!("{id:?} {space:#?}\n"))
    }
}

fn alike(script: &str) {
    let mut shown = Traffic::new(script, (true, true));
    let others = [(true, false), (false, true), (false, false)];
    let mut others = others.map(|how| (how, Traffic::new(script, how)));
    for (round, line) in BETWEEN.iter().enumerate() {
        shown.command(line);
        shown.packets(round);
        let a = shown.state();
        for (how, other) in &mut others {
            other.command(line);
            other.packets(round);
            assert_eq!(shown.told, other.told, "after {line:?}, watched and stepwise: {how:?}");
            let b = other.state();
            let differs = a.lines().zip(b.lines()).enumerate().find(|(_, (a, b))| a != b);
            if let Some((at, (one, other))) = differs {
                let before: Vec<_> = a.lines().skip(at.saturating_sub(40)).take(40).collect();
                let before = before.join("\n");
                panic!("after {line:?}:\n{before}\nwatched, stepwise: {one}\n{how:?}: {other}");
            }
        }
    }
    assert!(shown.told.lines().count() > 300, "{}", shown.told);
}

#[test]
fn a_published_port() {
    alike(include_str!("published.sh"));
}

#[test]
fn a_bridge() {
    alike(BRIDGED);
}
