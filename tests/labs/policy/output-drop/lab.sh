# OUTPUT's policy DROP: ping and UDP get EPERM at once, and answers to others are dropped too.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev eth0
ip link set eth0 up
iptables -P OUTPUT DROP

ping -c1 -W1 10.0.1.2
ip netns exec a ping -c1 -W1 10.0.1.1
iptables -L -n -v
