# a -- r -- b: what r logs of pings, a connection and errors.
nsenter -t 1 -n sysctl -qw net.netfilter.nf_log_all_netns=1
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
for n in a r b; do ip netns exec $n sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0; done
ip link add v netns a address 02:00:00:00:00:0a type veth peer name ra netns r address 02:00:00:00:01:0a
ip link add v netns b address 02:00:00:00:00:0b type veth peer name rb netns r address 02:00:00:00:01:0b
ip -n a addr add 10.0.1.2/24 dev v; ip -n a addr add 2001:db8:1::2/64 dev v nodad; ip -n a link set v up
ip -n b addr add 10.0.2.2/24 dev v; ip -n b addr add 2001:db8:2::2/64 dev v nodad; ip -n b link set v up
ip -n r addr add 10.0.1.1/24 dev ra; ip -n r addr add 2001:db8:1::1/64 dev ra nodad; ip -n r link set ra up
ip -n r addr add 10.0.2.1/24 dev rb; ip -n r addr add 2001:db8:2::1/64 dev rb nodad; ip -n r link set rb up
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip -n a route add default via 2001:db8:1::1; ip -n b route add default via 2001:db8:2::1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
sleep 1
ip netns exec a ping -c1 -q 10.0.2.2 > /dev/null
ip netns exec a ping -c1 -q 2001:db8:2::2 > /dev/null
show() { dmesg -ct | sed -n 's/\r$//; /IN=/p'; }
in_r() { ip netns exec r "$@"; }
dmesg -C
echo "# every hook, of a ping that is forwarded"
for c in PREROUTING INPUT FORWARD OUTPUT POSTROUTING; do in_r iptables-legacy -t mangle -A $c -p icmp -j LOG --log-prefix "$c: "; done
ip netns exec a ping -c1 -q 10.0.2.2 > /dev/null; show
echo "# and of one to r itself"
ip netns exec a ping -c1 -q -Q 0x48 10.0.1.1 > /dev/null; show
echo "# over lo, with uid, mark and the MAC's fields"
in_r iptables-legacy -t mangle -F
in_r iptables-legacy -t mangle -A OUTPUT -j MARK --set-mark 0x17
in_r iptables-legacy -t mangle -A OUTPUT -j LOG --log-uid --log-level info
in_r iptables-legacy -t mangle -A INPUT -j LOG --log-macdecode --log-prefix 'a "b" c'
in_r ping -c1 -q -s 8 127.0.0.1 > /dev/null; show
ip netns exec b ping -c1 -q -s 0 10.0.2.1 > /dev/null; show
in_r iptables-legacy -t mangle -F
echo "# a connection"
ip netns exec b timeout 5 nc -l -p 80 > /dev/null < /dev/null & sleep 1
in_r iptables-legacy -A FORWARD -p tcp -j LOG --log-tcp-sequence --log-tcp-options --log-ip-options
echo hello | ip netns exec a timeout 2 nc -N -w1 10.0.2.2 80; sleep 0.2; show | sed -n 1,3p
in_r iptables-legacy -F FORWARD
in_r iptables-legacy -A FORWARD -p tcp -j LOG
ip netns exec a nc -w1 10.0.2.2 81 < /dev/null; show
in_r iptables-legacy -F FORWARD
echo "# errors"
in_r iptables-legacy -A FORWARD -j LOG
ip netns exec a ping -c1 -q -t 2 10.0.2.2 > /dev/null; show
echo x | ip netns exec a timeout 2 nc -u -w1 10.0.2.2 53; show
in_r iptables-legacy -A OUTPUT -j LOG
ip netns exec a ping -c1 -q -t 1 10.0.2.2 > /dev/null; show
ip netns exec a ping -c1 -q -W1 10.0.2.99 > /dev/null; sleep 3.2; show
in_r ip link set rb mtu 1400
ip netns exec a ping -c1 -q -M do -s 1400 10.0.2.2 > /dev/null 2>&1; show
in_r ip link set rb mtu 1500
ip netns exec a ping -c1 -q -s 2000 -M dont 10.0.2.2 > /dev/null 2>&1; show
in_r iptables-legacy -F
echo "# IPv6"
for c in PREROUTING INPUT FORWARD OUTPUT POSTROUTING; do in_r ip6tables-legacy -t mangle -A $c -p icmpv6 -m icmp6 --icmpv6-type echo-request -j LOG --log-prefix "$c: "; done
ip netns exec a ping -c1 -q -Q 0x48 2001:db8:2::2 > /dev/null; show
in_r ping -c1 -q 2001:db8:2::2 > /dev/null; show
in_r ip6tables-legacy -t mangle -F
in_r ip6tables-legacy -A FORWARD -j LOG --log-macdecode --log-uid
ip netns exec a ping -c1 -q -t 2 2001:db8:2::2 > /dev/null; show
echo x | ip netns exec a timeout 2 nc -u -w1 2001:db8:2::2 53; show
ip netns exec a nc -w1 2001:db8:2::2 81 < /dev/null; show
in_r ip6tables-legacy -F
echo "# TRACE"
in_r iptables-legacy -t raw -A PREROUTING -p icmp -j TRACE
in_r iptables-legacy -N U; in_r iptables-legacy -A U -s 10.9.9.9; in_r iptables-legacy -N V
in_r iptables-legacy -A V -p icmp -j RETURN; in_r iptables-legacy -A V -j ACCEPT
in_r iptables-legacy -A FORWARD -p icmp -j U; in_r iptables-legacy -A FORWARD -p icmp -g V
in_r iptables-legacy -A INPUT -p icmp -j V; in_r iptables-legacy -A INPUT -p icmp -j LOG; in_r iptables-legacy -A INPUT -j RETURN
ip netns exec a ping -c1 -q 10.0.2.2 > /dev/null; show
ip netns exec a ping -c1 -q 10.0.1.1 > /dev/null; show
in_r iptables-legacy -F; in_r iptables-legacy -t raw -F
in_r ip6tables-legacy -t raw -A PREROUTING -p udp -j TRACE
echo x | ip netns exec a timeout 2 nc -u -w1 2001:db8:1::1 53; show
in_r ip6tables-legacy -t raw -F
echo "# over a bridge"
ip netns add c; ip -n c link set lo up
ip link add v netns c address 02:00:00:00:00:0c type veth peer name rc netns r address 02:00:00:00:01:0c
ip link add v2 netns a address 02:00:00:00:00:0d type veth peer name rd netns r address 02:00:00:00:01:0d
in_r ip link add br0 address 02:00:00:00:02:00 type bridge mcast_snooping 0
for d in rc rd; do in_r ip link set $d master br0 up; done; in_r ip link set br0 up
in_r ip addr add 10.0.3.1/24 dev br0
ip -n c addr add 10.0.3.2/24 dev v; ip -n c link set v up; ip -n a addr add 10.0.3.3/24 dev v2; ip -n a link set v2 up
in_r sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null
sleep 1
ip netns exec c ping -c1 -q 10.0.3.3 > /dev/null; dmesg -C
for c in PREROUTING INPUT FORWARD OUTPUT POSTROUTING; do in_r iptables-legacy -t mangle -A $c -p icmp -j LOG --log-prefix "$c: "; done
ip netns exec c ping -c1 -q 10.0.3.3 > /dev/null; show
ip netns exec c ping -c1 -q 10.0.3.1 > /dev/null; show
in_r iptables-legacy -t mangle -F
echo "# switched off again"
nsenter -t 1 -n sysctl -w net.netfilter.nf_log_all_netns=0
in_r iptables-legacy -A INPUT -j LOG
in_r ping -c1 -q 127.0.0.1 > /dev/null; show
