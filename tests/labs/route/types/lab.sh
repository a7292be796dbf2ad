# unreachable, prohibit and blackhole routes, for the host's own packets and for forwarded ones.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip addr add 10.0.1.1/24 dev left
ip link set left up
sysctl -q -w net.ipv4.ip_forward=1
sysctl -q -w net.ipv4.icmp_ratemask=0
ip route add unreachable 10.1.0.0/16
ip route add prohibit 10.2.0.0/16
ip route add blackhole 10.3.0.0/16
ip route
for net in 1 2 3 4; do
  ping -c1 -W1 10.$net.0.1
  ip netns exec a ping -c1 -W1 10.$net.0.1 | grep -e From -e packets
done
