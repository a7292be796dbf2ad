# The higher of conf/all and conf/INTERFACE counts.
ip netns add a
ip link add left address 02:00:00:00:00:01 type veth peer name eth0 netns a
ip link add right type veth peer name eth1 netns a
ip addr add 10.0.1.1/24 dev left
ip addr add 10.0.2.1/24 dev right
ip addr add 10.0.5.1/32 dev left
ip link set left up
ip link set right up
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip addr add 10.0.2.2/24 dev eth1
ip netns exec a ip link set eth0 up
ip netns exec a ip link set eth1 up
ip netns exec a ip route add 10.0.5.1 via 10.0.1.1 src 10.0.2.2
ip netns exec a ip neigh add 10.0.1.1 lladdr 02:00:00:00:00:01 dev eth0

sysctl -w net.ipv4.conf.left.rp_filter=1
ip netns exec a ping -c1 -W1 -q 10.0.5.1
sysctl -w net.ipv4.conf.all.rp_filter=2
ip netns exec a ping -c1 -W1 -q 10.0.5.1
sysctl net.ipv4.conf.all.rp_filter net.ipv4.conf.left.rp_filter net.ipv4.conf.right.rp_filter
