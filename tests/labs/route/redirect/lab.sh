# A router that sends a packet back out of the interface it came by tells the sender of the better way.
ip netns add lan
ip netns add a
ip netns add b
ip netns exec lan ip link add switch type bridge mcast_snooping 0
ip netns exec lan ip link set switch up
ip link add eth0 type veth peer name p0 netns lan
ip link add eth0 netns a type veth peer name p1 netns lan
ip link add eth0 netns b type veth peer name p2 netns lan
ip netns exec lan ip link set p0 master switch up
ip netns exec lan ip link set p1 master switch up
ip netns exec lan ip link set p2 master switch up
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add 10.9.0.0/16 via 10.0.0.1
ip netns exec b ip addr add 10.0.0.3/24 dev eth0
ip netns exec b ip addr add 10.9.0.1/32 dev eth0
ip netns exec b ip link set eth0 up
ip route add 10.9.0.0/16 via 10.0.0.3
sysctl -q -w net.ipv4.ip_forward=1
ip netns exec a sysctl -q -w net.ipv4.conf.all.accept_redirects=0
ip netns exec a sysctl -q -w net.ipv4.conf.eth0.accept_redirects=0

ip netns exec a ping -c1 -W1 10.9.0.1
sysctl -q -w net.ipv4.conf.all.send_redirects=0
sysctl -q -w net.ipv4.conf.eth0.send_redirects=0
ip netns exec a ping -c1 -W1 10.9.0.1
