# A router sends six errors in a burst to one host, then one a second.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip addr add 10.0.1.1/24 dev left
ip link set left up
ip route add 10.0.2.0/24 via 10.0.1.254
sysctl -q -w net.ipv4.ip_forward=1
sysctl net.ipv4.icmp_ratelimit net.ipv4.icmp_ratemask

ip netns exec a ping -c 10 -i 0.05 -W1 -t 1 10.0.2.2
sysctl -q -w net.ipv4.icmp_ratemask=0
ip netns exec a ping -c 10 -i 0.05 -W1 -t 1 -q 10.0.2.2
