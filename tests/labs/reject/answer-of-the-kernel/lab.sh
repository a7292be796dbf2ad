# REJECT cannot answer an echo reply that this host makes itself: ICMP is being sent already.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip link set left up
ip link set lo up
iptables -A OUTPUT -p icmp -j REJECT
iptables -A INPUT -p icmp

ip netns exec a ping -c1 -W1 10.0.1.1
iptables -L -n -v
