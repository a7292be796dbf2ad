# REJECT and DROP in OUTPUT: the sender itself is told, except that a dropped TCP connection hangs.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip link set left up
ip link set lo up
iptables -A OUTPUT -p icmp -d 10.0.1.2 -j REJECT
iptables -A OUTPUT -p tcp --dport 80 -j REJECT
iptables -A OUTPUT -p tcp --dport 81 -j DROP

ping -c1 -W1 10.0.1.2
nc -z -v -n 10.0.1.2 80
nc -z -v -n -w 1 10.0.1.2 81
iptables -R OUTPUT 1 -p icmp -d 10.0.1.2 -j DROP
ping -c1 -W1 10.0.1.2
echo "ping said $?"
