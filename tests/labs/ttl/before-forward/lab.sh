# The TTL is tested before FORWARD: an expired packet is counted in no rule there.
ip netns add a
ip netns add b
ip link add left type veth peer name eth0 netns a
ip link add right type veth peer name eth0 netns b
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip netns exec b ip addr add 10.0.2.2/24 dev eth0
ip netns exec b ip link set eth0 up
ip netns exec b ip route add default via 10.0.2.1
ip addr add 10.0.1.1/24 dev left
ip addr add 10.0.2.1/24 dev right
ip link set left up
ip link set right up
sysctl -q -w net.ipv4.ip_forward=1
iptables -t mangle -A PREROUTING -p icmp
iptables -A FORWARD -p icmp
iptables -A OUTPUT -p icmp

ip netns exec a ping -c2 -i 0.2 -W1 -t1 10.0.2.2
iptables -t mangle -L PREROUTING -n -v
iptables -L -n -v
