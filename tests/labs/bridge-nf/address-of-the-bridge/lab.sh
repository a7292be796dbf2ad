# The bridge itself is a host on its own LAN: its ports carry no addresses, it does.
ip netns add c1
ip link add br0 type bridge mcast_snooping 0
ip link set br0 up
ip addr add 10.0.0.1/24 dev br0
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 up
ip netns exec c1 ip addr add 10.0.0.2/24 dev eth0
ip netns exec c1 ip link set eth0 up

echo "not a port yet:"
ping -c1 -W1 -q 10.0.0.2
ip link set veth1 master br0
echo "a port:"
ping -c1 -W2 -q 10.0.0.2
echo "an address on a port is of no use:"
ip addr add 10.0.1.1/24 dev veth1
ip netns exec c1 ip addr add 10.0.1.2/24 dev eth0
ip netns exec c1 ping -c1 -W1 -q 10.0.1.1
ip link set veth1 nomaster
echo "no port any more:"
ip netns exec c1 ping -c1 -W2 -q 10.0.1.1
