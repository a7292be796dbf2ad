# A bridge floods what it does not know and remembers where each address came from.
sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
for ns in a b c; do
  ip netns add $ns
  ip netns exec $ns sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
done
ip link add br0 address 02:00:00:00:00:ff type bridge mcast_snooping 0
ip link set br0 up
ip link add va address 02:00:00:00:01:0a type veth peer name eth0 address 02:00:00:00:00:0a netns a
ip link add vb address 02:00:00:00:01:0b type veth peer name eth0 address 02:00:00:00:00:0b netns b
ip link add vc address 02:00:00:00:01:0c type veth peer name eth0 address 02:00:00:00:00:0c netns c
for ns in a b c; do
  ip link set v$ns master br0 up
  ip netns exec $ns ip link set eth0 up
done
ip netns exec a ip addr add 10.0.0.1/24 dev eth0
ip netns exec b ip addr add 10.0.0.2/24 dev eth0
ip netns exec c ip addr add 10.0.0.3/24 dev eth0

bridge fdb show br br0 | grep 02:00:00:00:00:0 | sort
ip netns exec a ping -c1 -q 10.0.0.2
bridge fdb show br br0 | grep 02:00:00:00:00:0 | sort
timeout 3 ip netns exec c tcpdump -n -i eth0 -c 1 arp 2>/dev/null &
sleep 0.3
ip netns exec b ping -c1 -q 10.0.0.3 > /dev/null
wait
bridge link
