# What routing refuses of a rewritten packet goes up the bridge, and meets the refusal there: without forwarding
# silently, with it by ICMP. It is not bridged on, though its new destination is on the same bridge.
ip netns add c1
ip netns add c2
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.0.1/16 dev docker0
ip link set docker0 up
sysctl -q -w net.ipv4.ip_forward=0
sysctl -q -w net.ipv4.icmp_ratemask=0
ip link add veth1 type veth peer name eth0 netns c1
ip link add veth2 type veth peer name eth0 netns c2
ip link set veth1 master docker0 up
ip link set veth2 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c2 ip addr add 172.17.0.3/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c2 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.0.1
ip route add prohibit 198.51.100.0/24
iptables -t nat -A PREROUTING -p icmp -d 203.0.113.1 -j DNAT --to-destination 172.17.0.3
iptables -t nat -A PREROUTING -p icmp -d 203.0.113.2 -j DNAT --to-destination 198.51.100.1
iptables -A FORWARD -p icmp
iptables -A INPUT -p icmp
ip netns exec c2 iptables -A INPUT -p icmp

for forward in 0 1; do
    sysctl -q -w net.ipv4.ip_forward=$forward
    ip netns exec c1 ping -c1 -W1 203.0.113.1 | grep -e From -e from -e loss
    ip netns exec c1 ping -c1 -W1 203.0.113.2 | grep -e From -e from -e loss
    iptables -S FORWARD -v | tail -n 1
    iptables -S INPUT -v | tail -n 1
    ip netns exec c2 iptables -S INPUT -v | tail -n 1
done
