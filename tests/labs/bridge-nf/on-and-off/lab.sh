# A bridged ping crosses FORWARD while bridge-nf-call-iptables is 1, and not when it is 0.
ip netns add c1
ip netns add c2
ip link add docker0 type bridge mcast_snooping 0
ip link set docker0 up
ip link add veth1 type veth peer name eth0 netns c1
ip link add veth2 type veth peer name eth0 netns c2
ip link set veth1 master docker0 up
ip link set veth2 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c2 ip addr add 172.17.0.3/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c2 ip link set eth0 up
iptables -t raw -A PREROUTING -p icmp
iptables -A FORWARD -p icmp
iptables -t mangle -A POSTROUTING -p icmp

sysctl net.bridge.bridge-nf-call-iptables
ip netns exec c1 ping -c1 -q 172.17.0.3
iptables -t raw -L PREROUTING -n -v
iptables -L FORWARD -n -v
iptables -t mangle -L POSTROUTING -n -v
sysctl -w net.bridge.bridge-nf-call-iptables=0
ip netns exec c1 ping -c1 -q 172.17.0.3
iptables -L FORWARD -n -v
