# A host that forwards between two others.
ip netns add a
ip netns add b
ip link add to-a type veth peer name eth0 netns a
ip link add to-b type veth peer name eth0 netns b
ip addr add 10.0.0.1/24 dev to-a
ip addr add 10.0.1.1/24 dev to-b
ip link set to-a up
ip link set to-b up
ip -n a addr add 10.0.0.2/24 dev eth0
ip -n b addr add 10.0.1.2/24 dev eth0
ip -n a link set eth0 up
ip -n b link set eth0 up
ip -n a route add default via 10.0.0.1
ip -n b route add default via 10.0.1.1
sysctl -q -w net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -o to-b -j MASQUERADE
