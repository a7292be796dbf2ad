# Every --reject-with of a REJECT in FORWARD, as ping sees it.
ip netns add a
ip netns add b
ip link add eth0 netns a type veth peer name left
ip link add eth0 netns b type veth peer name right
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
sysctl -q -w net.ipv4.icmp_ratemask=0

for kind in icmp-net-unreachable icmp-host-unreachable icmp-proto-unreachable icmp-port-unreachable icmp-net-prohibited icmp-host-prohibited icmp-admin-prohibited; do
  iptables -F FORWARD
  iptables -A FORWARD -p icmp -j REJECT --reject-with $kind
  iptables -S FORWARD | tail -n 1
  ip netns exec a ping -c1 -W1 10.0.2.2 | grep From
done
