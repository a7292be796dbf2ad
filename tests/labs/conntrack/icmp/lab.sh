# A ping makes one entry; each further request renews it.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT

ping -c1 -q 10.0.0.2
ping -c1 -q 10.0.0.2
sleep 0.1
conntrack -L
ip netns exec a ping -c1 -q 10.0.0.1
sleep 0.1
conntrack -L | sort
conntrack -L -p icmp | wc -l
