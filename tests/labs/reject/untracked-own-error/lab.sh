# An error about an untracked packet is related to no connection: NOTRACK leaves it alone, and it is INVALID.
ip netns add a
ip link add out type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.0.1/24 dev out
ip link set out up
ip link set lo up
iptables -t raw -A OUTPUT -j NOTRACK
iptables -t raw -A PREROUTING -j NOTRACK
iptables -A OUTPUT -m conntrack --ctstate INVALID
iptables -A OUTPUT -m conntrack --ctstate UNTRACKED -j REJECT --reject-with icmp-host-prohibited
iptables -A INPUT -p udp --dport 7 -j REJECT
ping -c1 -W1 -q 10.0.0.2 | grep packets
ip netns exec a ping -c1 -W1 -q 10.0.0.1 | grep packets
echo x | ip netns exec a nc -u -w1 10.0.0.1 7
iptables-save -c | grep -e '-A'
