# traceroute: methods, options, marks, messages; how many probes go out.
t() { echo "\$ $*"; timeout 15 "$@"; echo "= $?"; }
ip link set lo up
ip netns add a; ip netns add b; ip netns add c
ip link add eth0 type veth peer name eth0 netns a
ip netns exec a ip link add eth1 type veth peer name eth0 netns b
ip netns exec b ip link add eth1 type veth peer name eth0 netns c
ip addr add 10.0.0.1/24 dev eth0; ip link set eth0 up; ip route add default via 10.0.0.2
ip netns exec a ip addr add 10.0.0.2/24 dev eth0; ip netns exec a ip link set eth0 up; ip netns exec a ip link set lo up
ip netns exec a ip addr add 10.0.1.1/24 dev eth1; ip netns exec a ip link set eth1 up; ip netns exec a ip route add default via 10.0.1.2
ip netns exec b ip addr add 10.0.1.2/24 dev eth0; ip netns exec b ip link set eth0 up; ip netns exec b ip link set lo up
ip netns exec b ip addr add 10.0.2.1/24 dev eth1; ip netns exec b ip link set eth1 up; ip netns exec b ip route add 10.0.0.0/24 via 10.0.1.1
ip netns exec c ip addr add 10.0.2.2/24 dev eth0; ip netns exec c ip link set eth0 up; ip netns exec c ip link set lo up; ip netns exec c ip route add default via 10.0.2.1
ip netns exec a sysctl -qw net.ipv4.ip_forward=1; ip netns exec b sysctl -qw net.ipv4.ip_forward=1
for n in a b c; do ip netns exec $n sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000 net.ipv4.icmp_msgs_burst=10000; done
B="ip netns exec b"
t traceroute -n 10.0.2.2
t traceroute -n -I 10.0.2.2
t traceroute -n -T 10.0.2.2
t traceroute -n -T -p 81 10.0.2.2
t traceroute -nU 10.0.2.2
t traceroute -n -U -p 33 10.0.2.2
t traceroute 10.0.2.2
t traceroute -n -q 1 10.0.2.2
t traceroute -n -q 2 -m 2 10.0.2.2
t traceroute -n -f 2 10.0.2.2
t traceroute -n -N 1 10.0.2.2
t traceroute -n -s 10.0.0.1 10.0.2.2
t traceroute -n -s 1.1.1.1 10.0.2.2
t traceroute -n -i eth0 10.0.2.2
t traceroute -n -i nodev 10.0.2.2
t traceroute -n -p 100 10.0.2.2 40
t traceroute -n 10.0.2.2 1000
t traceroute -n 10.0.2.2 10
t traceroute -n -I 10.0.2.2 10
t traceroute -n -w 1 -q 1 -m 6 10.0.1.99
t traceroute -n -w 1 -q 1 -m 6 10.0.0.99
t traceroute -n -w 1 10.0.0.1
t traceroute -n 127.0.0.1
t traceroute -n -F 10.0.2.2 1400
ip netns exec b ip link set eth1 mtu 1000
t traceroute -n -F 10.0.2.2 1400
t traceroute -n 10.0.2.2 1400
t traceroute -n --mtu 10.0.2.2
t traceroute -n -F 10.0.2.2 3000
ip netns exec b ip link set eth1 mtu 1500
t traceroute
t traceroute -n
t traceroute --help
t traceroute --version
t traceroute -Z 10.0.2.2
t traceroute -n -q 11 10.0.2.2
t traceroute -n -q 0 10.0.2.2
t traceroute -n -m 256 10.0.2.2
t traceroute -n -f 31 10.0.2.2
t traceroute -n -q x 10.0.2.2
t traceroute -n -w x 10.0.2.2
t traceroute -n -w -1 10.0.2.2
t traceroute -n -p x 10.0.2.2
t traceroute -n 10.0.2.2 x
t traceroute -n 10.0.2.2 70000
t traceroute -n nosuch
t traceroute -n 10.0.2.2 40 50
t traceroute -q
t traceroute -n --frob 10.0.2.2
t traceroute -n -s nosuch 10.0.2.2
t traceroute -4 -n 10.0.2.2 -q 1
t traceroute -6 -n 10.0.2.2 -q 1
t traceroute -6 -n ::1 -q 1
t traceroute -nq1 -w1 10.0.2.2
t traceroute -n -q1 -z 0.1 10.0.2.2
t traceroute -n -q1 --sport=1234 10.0.2.2
t traceroute -n -q1 --fwmark=1 10.0.2.2
t traceroute -n -q1 -t 16 10.0.2.2
t traceroute -n -q1 -e 10.0.2.2
t traceroute -n -q1 --back 10.0.2.2
t traceroute -n -q1 -M icmp 10.0.2.2
t traceroute -n -q1 -M nosuch 10.0.2.2
t traceroute6 -n ::1
t traceroute -n -I -p 5 -q1 10.0.2.2
for r in icmp-net-unreachable icmp-host-unreachable icmp-proto-unreachable icmp-port-unreachable icmp-net-prohibited icmp-host-prohibited icmp-admin-prohibited; do
t traceroute -n 10.0.2.2
$B iptables -F FORWARD
done
t traceroute -n -T 10.0.2.2
$B iptables -F FORWARD
t traceroute -n -w 1 -m 4 10.0.2.2
t traceroute -n -w 1 -m 4 -I 10.0.2.2
$B iptables -F FORWARD
t traceroute -n -w 0.5 -m 4 10.0.1.2
$B iptables -F INPUT
t traceroute -n -w 0.5 -m 4 10.0.1.2
iptables -F OUTPUT
t traceroute -n -w 0.5 -m 4 10.0.1.2
iptables -F OUTPUT
ip netns exec b sysctl -qw net.ipv4.ip_forward=0
t traceroute -n -w 0.5 -m 4 10.0.2.2
ip netns exec b sysctl -qw net.ipv4.ip_forward=1
t traceroute -n 10.0.2.2
iptables -L OUTPUT -v -n -x
ip netns exec a iptables -L FORWARD -v -n -x
sleep 4
iptables -Z
t traceroute -n -w 1 -m 6 10.0.0.99
iptables -L OUTPUT -v -n -x
