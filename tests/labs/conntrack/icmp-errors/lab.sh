# Errors about packets that nobody sent are not RELATED to anything, and pings from both sides are two flows.
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
iptables -P FORWARD DROP
iptables -A FORWARD -m conntrack --ctstate RELATED -j ACCEPT
iptables -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
iptables -A FORWARD -i left -m conntrack --ctstate NEW -j ACCEPT
echo x | ip netns exec a nc -u -n -p 40000 -w 1 10.0.2.2 9
ip netns exec a ping -c1 -q 10.0.2.2
echo x | ip netns exec b nc -u -n -p 40001 -w 1 10.0.1.2 9
iptables -L FORWARD -n -v
sleep 0.1
conntrack -L | sort
