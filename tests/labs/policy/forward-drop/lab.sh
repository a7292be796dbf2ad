# FORWARD's policy DROP with the usual pair of rules: out is allowed, answers are allowed, the rest is dropped.
ip netns add inside
ip netns add outside
ip link add lan type veth peer name eth0 netns inside
ip link add wan type veth peer name eth0 netns outside
ip netns exec inside ip addr add 10.0.1.2/24 dev eth0
ip netns exec inside ip link set eth0 up
ip netns exec inside ip route add default via 10.0.1.1
ip netns exec outside ip addr add 10.0.2.2/24 dev eth0
ip netns exec outside ip link set eth0 up
ip netns exec outside ip route add default via 10.0.2.1
ip addr add 10.0.1.1/24 dev lan
ip addr add 10.0.2.1/24 dev wan
ip link set lan up
ip link set wan up
sysctl -q -w net.ipv4.ip_forward=1
iptables -P FORWARD DROP
iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A FORWARD -i lan -o wan -j ACCEPT

ip netns exec inside ping -c2 -i 0.2 10.0.2.2
ip netns exec outside ping -c1 -W1 10.0.1.2
iptables -L FORWARD -n -v
sleep 0.1
conntrack -L
