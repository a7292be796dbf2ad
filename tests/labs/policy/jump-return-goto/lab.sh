# A jump comes back after RETURN or the chain's end; a goto comes back to the caller of the chain it was in.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev eth0
ip link set eth0 up
iptables -N ONE
iptables -N TWO
iptables -A INPUT -p icmp -j ONE
iptables -A INPUT -p icmp
iptables -A ONE -p icmp -g TWO
iptables -A ONE -p icmp -m comment --comment "never reached"
iptables -A TWO -s 10.0.1.2 -j RETURN
iptables -A TWO -m comment --comment "not for 10.0.1.2"
ip netns exec a ping -c1 -q 10.0.1.1
iptables -L -n -v
iptables -S
