# The first rule that matches decides; an ACCEPT above a REJECT hides it.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip link set left up
iptables -A INPUT -p icmp -j REJECT --reject-with icmp-admin-prohibited

ip netns exec a ping -c1 -W1 -q 10.0.1.1
iptables -I INPUT -s 10.0.1.2 -p icmp --icmp-type echo-request -j ACCEPT
ip netns exec a ping -c1 -W1 -q 10.0.1.1
iptables -L INPUT -n -v --line-numbers
