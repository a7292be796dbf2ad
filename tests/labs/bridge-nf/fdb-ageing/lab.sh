# A bridge forgets an address after its ageing time.
sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
for ns in a b; do
  ip netns add $ns
  ip netns exec $ns sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
done
ip link add br0 type bridge mcast_snooping 0 ageing_time 100
ip link set br0 up
ip link add va type veth peer name eth0 address 02:00:00:00:00:0a netns a
ip link add vb type veth peer name eth0 address 02:00:00:00:00:0b netns b
ip link set va master br0 up
ip link set vb master br0 up
ip netns exec a ip link set eth0 up
ip netns exec b ip link set eth0 up
ip netns exec a ip addr add 10.0.0.1/24 dev eth0
ip netns exec b ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ping -c1 -q 10.0.0.2
bridge fdb show br br0 | grep 02:00:00:00:00:0 | sort
sleep 2.5
bridge fdb show br br0 | grep -c 02:00:00:00:00:0
