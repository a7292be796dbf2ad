# traceroute's marks for what stops it: !N no route, !H no host, !X a filter.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip addr add 10.0.1.1/24 dev left
ip link set left up
sysctl -q -w net.ipv4.ip_forward=1
sysctl -q -w net.ipv4.icmp_ratemask=0
ip route add unreachable 10.1.0.0/16
ip route add prohibit 10.2.0.0/16
iptables -A INPUT -s 10.0.1.2 -d 10.0.9.1 -j REJECT --reject-with icmp-admin-prohibited
ip addr add 10.0.9.1/32 dev left

ip netns exec a traceroute -n -q 1 -N 1 10.9.0.1
ip netns exec a traceroute -n -q 1 -N 1 10.1.0.1
ip netns exec a traceroute -n -q 1 -N 1 10.2.0.1
ip netns exec a traceroute -n -q 1 -N 1 10.0.9.1
