# traceroute -n: its options for probes, first and last hop, ports and waiting.
ip netns add r
ip netns add b
ip link add eth0 type veth peer name left netns r
ip link add right netns r type veth peer name eth0 netns b
ip addr add 10.0.1.2/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.1.1
ip netns exec r ip addr add 10.0.1.1/24 dev left
ip netns exec r ip addr add 10.0.2.1/24 dev right
ip netns exec r ip link set left up
ip netns exec r ip link set right up
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
ip netns exec r sysctl -q -w net.ipv4.icmp_ratemask=0
ip netns exec b ip addr add 10.0.2.2/24 dev eth0
ip netns exec b ip link set eth0 up
ip netns exec b ip route add default via 10.0.2.1
ip netns exec b sysctl -q -w net.ipv4.icmp_ratemask=0
traceroute -n 10.0.2.2
traceroute -n -q 1 10.0.2.2
traceroute -n -f 2 -q 2 10.0.2.2
traceroute -n -m 1 -q 1 10.0.2.2
traceroute -n -I -q 1 10.0.2.2 100
traceroute -n -T -p 80 -q 1 10.0.2.2
ip netns exec r iptables -A FORWARD -j DROP
traceroute -n -q 1 -m 3 -w 0.5 10.0.2.2
