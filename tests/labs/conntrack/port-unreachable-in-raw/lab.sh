# "Port unreachable" is of no connection yet in raw OUTPUT, for UDP let go of it; conntrack then finds it RELATED.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip link set left up
iptables -t raw -A OUTPUT -p icmp -m state --state INVALID
iptables -t raw -A OUTPUT -p icmp -m state --state RELATED
iptables -A OUTPUT -p icmp -m state --state INVALID
iptables -A OUTPUT -p icmp -m state --state RELATED

echo hello | ip netns exec a nc -u -w1 10.0.1.1 9
iptables -t raw -L OUTPUT -n -v
iptables -L OUTPUT -n -v
