# Loose mode wants any route to the source; without one the packet is dropped.
ip netns add a
ip link add left address 02:00:00:00:00:01 type veth peer name eth0 netns a
ip addr add 10.0.1.1/24 dev left
ip link set left up
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip addr add 10.77.0.1/32 dev eth0
ip netns exec a ip link set eth0 up
# ARP requests are checked as well, so the sender knows the address beforehand
ip netns exec a ip neigh add 10.0.1.1 lladdr 02:00:00:00:00:01 dev eth0
iptables -t raw -A PREROUTING -s 10.77.0.1
iptables -A INPUT -s 10.77.0.1

sysctl -w net.ipv4.conf.all.rp_filter=2
ip netns exec a ping -c1 -W1 -q -I 10.77.0.1 10.0.1.1
ip route add 10.77.0.0/16 via 10.0.1.99
ip netns exec a ping -c1 -W1 -q -I 10.77.0.1 10.0.1.1
ip route replace 10.77.0.0/16 via 10.0.1.2
ip netns exec a ping -c1 -W1 -q -I 10.77.0.1 10.0.1.1
iptables -t raw -L PREROUTING -n -v
iptables -L INPUT -n -v
