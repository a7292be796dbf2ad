# traceroute from behind MASQUERADE: the errors of routers outside find their way back to the inner address.
ip netns add a
ip netns add r
ip netns add b
ip link add inner type veth peer name eth0 netns a
ip link add outer type veth peer name left netns r
ip link add right netns r type veth peer name eth0 netns b
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip addr add 10.0.1.1/24 dev inner
ip addr add 10.0.2.1/24 dev outer
ip link set inner up
ip link set outer up
ip route add default via 10.0.2.2
ip netns exec r ip addr add 10.0.2.2/24 dev left
ip netns exec r ip addr add 10.0.3.1/24 dev right
ip netns exec r ip link set left up
ip netns exec r ip link set right up
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
ip netns exec b ip addr add 10.0.3.2/24 dev eth0
ip netns exec b ip link set eth0 up
ip netns exec b ip route add default via 10.0.3.1
sysctl -q -w net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -o outer -j MASQUERADE
iptables -A FORWARD -m conntrack --ctstate RELATED
ip netns exec a traceroute -n -q 1 10.0.3.2
ip netns exec a ping -c1 -W1 -t2 10.0.3.2
iptables -L FORWARD -n -v
