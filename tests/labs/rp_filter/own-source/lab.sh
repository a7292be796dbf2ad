# A packet from outside that claims the receiver's own address is a martian, even with rp_filter=0.
ip netns add a
ip link add left address 02:00:00:00:00:01 type veth peer name eth0 netns a
ip addr add 10.0.1.1/24 dev left
ip link set left up
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip neigh add 10.0.1.1 lladdr 02:00:00:00:00:01 dev eth0
ip addr add 10.88.0.1/32 dev left
ip netns exec a ip addr add 10.88.0.1/32 dev eth0
iptables -t mangle -A PREROUTING -s 10.88.0.1
iptables -t mangle -A INPUT -s 10.88.0.1

sysctl net.ipv4.conf.all.rp_filter
ip netns exec a ping -c1 -W1 -q -I 10.88.0.1 10.0.1.1
iptables -t mangle -L PREROUTING -n -v
iptables -t mangle -L INPUT -n -v
