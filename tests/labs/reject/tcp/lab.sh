# A REJECT of TCP as the connecting program sees it, by kind.
ip netns add a
ip link add eth0 netns a type veth peer name left
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip link set left up
sysctl -q -w net.ipv4.icmp_ratemask=0
nc -l -k 80 &
sleep 0.2

ip netns exec a nc -z -v -n 10.0.1.1 80
iptables -A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset
ip netns exec a nc -z -v -n 10.0.1.1 80
for kind in icmp-net-unreachable icmp-host-unreachable icmp-proto-unreachable icmp-port-unreachable icmp-net-prohibited icmp-host-prohibited icmp-admin-prohibited; do
  iptables -R INPUT 1 -p tcp --dport 80 -j REJECT --reject-with $kind
  echo $kind
  ip netns exec a nc -z -v -n 10.0.1.1 80
done
