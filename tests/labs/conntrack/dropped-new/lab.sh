# A packet that filter drops makes no entry.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -A INPUT -m conntrack --ctstate NEW -p icmp -j DROP
ip netns exec a ping -c2 -i 0.2 -W1 -q 10.0.0.1
sleep 0.1
conntrack -L
iptables -L INPUT -n -v
