# The request is broadcast, the reply is not.
ip netns add a
ip link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
timeout 3 tcpdump -n -e -i eth0 -c 4 arp or icmp 2>/dev/null &
sleep 0.3
ping -c1 -q 10.0.0.2 > /dev/null
wait
