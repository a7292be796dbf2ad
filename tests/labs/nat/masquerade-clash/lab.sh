# The same with MASQUERADE: the second client's port is taken, so the kernel picks another one.
ip netns add lan
ip netns add a
ip netns add b
ip netns add server
ip netns exec lan ip link add switch type bridge mcast_snooping 0
ip netns exec lan ip link set switch up
ip link add inner type veth peer name p0 netns lan
ip link add eth0 netns a type veth peer name p1 netns lan
ip link add eth0 netns b type veth peer name p2 netns lan
for port in p0 p1 p2; do
  ip netns exec lan ip link set $port master switch up
done
ip link add outer type veth peer name eth0 netns server
ip addr add 10.0.1.1/24 dev inner
ip addr add 10.0.2.1/24 dev outer
ip link set inner up
ip link set outer up
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec b ip addr add 10.0.1.3/24 dev eth0
for ns in a b; do
  ip netns exec $ns ip link set eth0 up
  ip netns exec $ns ip route add default via 10.0.1.1
done
ip netns exec server ip addr add 10.0.2.2/24 dev eth0
ip netns exec server ip link set eth0 up
sysctl -q -w net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -o outer -j MASQUERADE
iptables -A FORWARD -p udp --dport 53 -j ACCEPT
ip netns exec server iptables -A INPUT -p udp -j DROP

echo one | timeout 0.2 ip netns exec a nc -u -n -p 40000 10.0.2.2 53
echo two | timeout 0.2 ip netns exec b nc -u -n -p 40000 10.0.2.2 53
echo three | timeout 0.2 ip netns exec b nc -u -n -p 40000 10.0.2.2 54
sleep 0.1
conntrack -L | sort
