# Rules that change under a live connection: its mapping stays, new connections get the new rule.
ip netns add a
ip netns add b
ip link add left type veth peer name eth0 netns a
ip link add right type veth peer name eth0 netns b
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip netns exec b ip addr add 10.0.2.2/24 dev eth0
ip netns exec b ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip addr add 10.0.2.1/24 dev right
ip addr add 10.0.2.9/24 dev right
ip link set left up
ip link set right up
sysctl -q -w net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -o right -j SNAT --to-source 10.0.2.1
ip netns exec a ping -c1 -q -e 7 10.0.2.2
iptables -t nat -R POSTROUTING 1 -o right -j SNAT --to-source 10.0.2.9
ip netns exec a ping -c1 -q -e 7 10.0.2.2
ip netns exec a ping -c1 -q -e 8 10.0.2.2
sleep 0.1
conntrack -L | sort
